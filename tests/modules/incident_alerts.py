# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_alerts."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import ID, PUT_ALERTS, Case, FaultTask, ModuleTests

RESOLVE = {"alerts": ["alert-1-1"], "status": "resolved"}
TESTS = ModuleTests(
    simplest=RESOLVE,
    cases=(
        Case("resolves an alert", RESOLVE, changes=True, state={"alerts": 2}, reads=1, writes=(PUT_ALERTS,)),
        Case(
            "finds the alert resolved",
            RESOLVE,
            changes=False,
            state={"alerts": 2},
            before=(("incident_alerts", RESOLVE),),
            reads=1,
        ),
        Case(
            "moves and resolves many in one call",
            {
                "incident_id": ["1"],
                "alerts": [f"alert-1-{number}" for number in range(1, 41)],
                "move_to": "2",
                "status": "resolved",
            },
            changes=True,
            incidents=2,
            state={"alerts": 40},
            reads=4,
            writes=(PUT_ALERTS,),
        ),
    ),
    bad_input=(
        ({"alerts": None}, "missing required arguments: alerts"),
        ({"alerts": []}, "alerts: "),
        ({"alerts": [" "]}, "alerts: "),
        ({"status": None}, "one of the following is required: status, move_to"),
        ({"status": "triggered"}, "value of status must be one of: resolved, got: triggered"),
        ({"move_to": "../users"}, "move_to: "),
        ({"move_to": ID}, "move_to: "),
        ({"incident_id": [ID, "Q2"]}, "incident_id: "),
    ),
    strategy=st.fixed_dictionaries(
        {
            "alerts": st.lists(
                st.sampled_from(["alert-1-1", "alert-1-2", "alert-2-1", "no such alert"]), min_size=1, max_size=3
            ),
            "status": st.sampled_from(["resolved"]),
        },
        optional={"move_to": st.just("2")},
    ),
    fault_tasks=(
        FaultTask("resolves", RESOLVE, (PUT_ALERTS,), {"alerts": 2}),
        FaultTask("moves", {"alerts": ["alert-1-1"], "move_to": "2"}, (PUT_ALERTS,), {"alerts": 2}, incidents=2),
    ),
    on_one=True,
)
