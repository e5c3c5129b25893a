# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_escalation."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import PUT, Case, ConcurrentTask, FaultTask, ModuleTests, pages

TESTS = ModuleTests(
    simplest={"level": 2},
    cases=(
        Case("escalates", {"level": 2}, changes=True, reads=2, writes=(PUT,)),
        Case(
            "escalates an acknowledged incident",
            {"level": 3},
            changes=True,
            state={"status": "acknowledged"},
            reads=3,
            writes=(PUT,),
        ),
        Case(
            "finds it acknowledged at the level",
            {"level": 1},
            changes=False,
            state={"status": "acknowledged"},
            reads=3,
        ),
        Case(
            "knows the next level of an acknowledged incident",
            {"level": "next"},
            changes=True,
            state={"status": "acknowledged"},
            reads=3,
            writes=(PUT,),
            idempotent=False,
        ),
        Case("finds it at the level", {"level": 1}, changes=False, reads=2),
        Case("escalates to the next level", {"level": "next"}, changes=True, reads=2, writes=(PUT,), idempotent=False),
        Case("escalates many in one call", {"level": 2}, changes=True, incidents=4, reads=2, writes=(PUT,)),
    ),
    bad_input=(
        ({"level": None}, "missing required arguments: level"),
        ({"level": 0}, "level: "),
        ({"level": "top"}, "level: must be 1 or greater, or next"),
    ),
    strategy=st.fixed_dictionaries({"level": st.integers(1, 4)}),
    fault_tasks=(FaultTask("escalates", {"level": 2}, (PUT,)),),
    concurrent_tasks=(ConcurrentTask({"level": 2}, pages("escalated"), PUT, on_any_machine=False),),
)
