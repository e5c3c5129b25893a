# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module event."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import (
    ACKNOWLEDGED,
    ENQUEUE,
    KEY,
    NOTE,
    RESOLVED,
    TRIGGERED,
    Case,
    ConcurrentTask,
    FaultTask,
    ModuleTests,
    pages,
)
from modules.strategies import texts
from simulator import account

TESTS = ModuleTests(
    simplest={"dedup_key": KEY},
    cases=(
        Case("triggers an alert", {"dedup_key": KEY}, changes=True, incidents=0, reads=3, writes=(ENQUEUE,)),
        Case("finds the alert open", {"dedup_key": KEY}, changes=False, incidents=0, before=(TRIGGERED,), reads=3),
        Case(
            "triggers an open alert again with another severity",
            {"dedup_key": KEY, "severity": "critical"},
            changes=True,
            incidents=0,
            before=(TRIGGERED,),
            reads=3,
            writes=(ENQUEUE,),
        ),
        Case(
            "cuts a summary that is too long",
            {"dedup_key": KEY, "summary": "x" * 2000},
            changes=True,
            incidents=0,
            reads=3,
            writes=(ENQUEUE,),
        ),
        Case(
            "says that a grouped alert may notify nobody",
            {"dedup_key": KEY, "routing_key": account.GROUPING_ROUTING_KEY},
            changes=True,
            incidents=0,
            reads=2,
            writes=(ENQUEUE,),
        ),
        Case(
            "notifies nobody for a service in maintenance",
            {"dedup_key": KEY, "routing_key": account.MAINTENANCE_ROUTING_KEY},
            changes=True,
            incidents=0,
            reads=2,
            writes=(ENQUEUE,),
            idempotent=False,
        ),
        Case(
            "notifies nobody if nobody is on call for the service",
            {"dedup_key": KEY, "routing_key": account.UNATTENDED_ROUTING_KEY},
            changes=True,
            incidents=0,
            reads=3,
            writes=(ENQUEUE,),
            idempotent=False,
        ),
        Case(
            "acknowledges an alert",
            {"dedup_key": KEY, "action": "acknowledge"},
            changes=True,
            incidents=0,
            before=(TRIGGERED,),
            reads=3,
            writes=(ENQUEUE,),
        ),
        Case(
            "resolves an alert",
            {"dedup_key": KEY, "action": "resolve"},
            changes=True,
            incidents=0,
            before=(TRIGGERED, ACKNOWLEDGED),
            reads=3,
            writes=(ENQUEUE,),
        ),
        Case(
            "triggers a resolved alert again",
            {"dedup_key": KEY},
            changes=True,
            incidents=0,
            before=(TRIGGERED, RESOLVED),
            reads=3,
            writes=(ENQUEUE,),
        ),
    ),
    bad_input=(
        ({"routing_key": "short"}, "routing_key: "),
        ({"action": "reopen"}, "value of action must be one of: trigger, acknowledge, resolve, got: reopen"),
        ({"action": "resolve", "dedup_key": None}, "dedup_key: "),
        ({"state": "resolved"}, "Unsupported parameters"),
    ),
    strategy=st.fixed_dictionaries(
        {
            "dedup_key": st.sampled_from(["disk", "cpu"]),
            "action": st.sampled_from(["trigger", "acknowledge", "resolve"]),
        },
        optional={"summary": texts, "severity": st.sampled_from(["critical", "info"]), "class": texts},
    ),
    fault_tasks=(
        FaultTask("triggers", {"summary": NOTE, "dedup_key": "another"}, (ENQUEUE,), event=True),
        FaultTask("acknowledges", {"action": "acknowledge", "dedup_key": KEY}, (ENQUEUE,), event=True),
        FaultTask("resolves", {"action": "resolve", "dedup_key": KEY}, (ENQUEUE,), event=True),
    ),
    concurrent_tasks=(ConcurrentTask({"dedup_key": KEY}, pages("triggered"), ENQUEUE),),
    on_incidents=False,
)
