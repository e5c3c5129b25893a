# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module change_event."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import ENQUEUE_CHANGE, Case, ConcurrentTask, FaultTask, ModuleTests, change_events
from modules.strategies import texts
from simulator import account

ONCE = {"change_key": "shop 1.2.3", "service": account.CHECKOUT.name}

TESTS = ModuleTests(
    simplest=ONCE,
    cases=(
        Case("sends a change event", ONCE, changes=True, incidents=0, reads=2, writes=(ENQUEUE_CHANGE,)),
        Case(
            "finds the change event",
            ONCE,
            changes=False,
            incidents=0,
            before=(("change_event", {"summary": "Deployed", **ONCE}),),
            reads=2,
        ),
        Case(
            "sends a change event on each run without a key",
            {"summary": "x" * 2000},
            changes=True,
            incidents=0,
            reads=0,
            writes=(ENQUEUE_CHANGE,),
            idempotent=False,
        ),
    ),
    bad_input=(({"routing_key": "short"}, "routing_key: "),),
    strategy=st.fixed_dictionaries(
        {"change_key": st.sampled_from(["shop 1", "shop 2"]), "service": st.just(account.CHECKOUT.id)},
        optional={"summary": texts, "custom_details": st.dictionaries(st.just("version"), texts)},
    ),
    fault_tasks=(FaultTask("sends", {"summary": "Deployed", **ONCE}, (ENQUEUE_CHANGE,), event=True),),
    concurrent_tasks=(ConcurrentTask(ONCE, change_events, ENQUEUE_CHANGE, on_any_machine=False),),
    on_incidents=False,
)
