# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_responders."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import CANCEL_RESPONDERS, REQUEST_RESPONDERS, Case, ConcurrentTask, FaultTask, ModuleTests, pages
from modules.strategies import policies, some, users
from simulator import account

TESTS = ModuleTests(
    simplest={"users": [account.OWNER.email]},
    cases=(
        Case(
            "requests people and policies in one call",
            {
                "users": [account.OWNER.email, account.NIGHT_SHIFT.name],
                "escalation_policies": [account.DATABASE_POLICY.id],
            },
            changes=True,
            reads=7,
            writes=(REQUEST_RESPONDERS,),
        ),
        Case(
            "finds them requested",
            {"users": [account.OWNER.id], "escalation_policies": [account.DATABASE_POLICY.name]},
            changes=False,
            before=(
                (
                    "incident_responders",
                    {"users": [account.OWNER.id], "escalation_policies": [account.DATABASE_POLICY.name]},
                ),
            ),
            reads=4,
        ),
        Case(
            "requests only those who are missing",
            {"users": [account.OWNER.id, account.COMMANDER.id]},
            changes=True,
            state={"responders": {account.OWNER.id: "joined"}},
            reads=5,
            writes=(REQUEST_RESPONDERS,),
        ),
        Case(
            "does not request those again who declined",
            {"users": [account.OWNER.id]},
            changes=False,
            state={"responders": {account.OWNER.id: "declined"}},
            reads=3,
        ),
        Case(
            "requests those again who declined, with renotify",
            {"users": [account.OWNER.id], "renotify": True},
            changes=True,
            state={"responders": {account.OWNER.id: "declined"}},
            reads=4,
            writes=(REQUEST_RESPONDERS,),
        ),
        Case(
            "requests those again whose request was cancelled",
            {"users": [account.OWNER.id]},
            changes=True,
            state={"responders": {account.OWNER.id: "user_cancelled"}},
            reads=4,
            writes=(REQUEST_RESPONDERS,),
        ),
        Case(
            "requests responders on each of many",
            {"users": [account.OWNER.id]},
            changes=True,
            incidents=3,
            reads=6,
            writes=(REQUEST_RESPONDERS,) * 3,
        ),
        Case(
            "cancels what is pending",
            {"users": [account.OWNER.id, account.COMMANDER.id], "state": "absent"},
            changes=True,
            state={"responders": {account.OWNER.id: "pending", account.COMMANDER.id: "joined"}},
            reads=5,
            writes=(CANCEL_RESPONDERS,),
        ),
    ),
    bad_input=(
        ({"users": None}, "one of the following is required: users, escalation_policies"),
        ({"users": []}, "users: "),
        ({"users": [""]}, "users: "),
        ({"users": None, "escalation_policies": [" "]}, "users: set users, escalation_policies, or both"),
        ({"renotify": "perhaps"}, "renotify"),
        ({"state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({"state": "absent", "renotify": True}, "renotify: cannot be combined with state=absent"),
        ({"state": "absent", "responders_message": "Go."}, "responders_message: cannot be combined with state=absent"),
    ),
    strategy=some(
        users=st.lists(users, min_size=1, max_size=3),
        escalation_policies=st.lists(policies, min_size=1, max_size=2),
        renotify=st.booleans(),
        state=st.sampled_from(["present", "absent"]),
    ).filter(lambda options: "users" in options or "escalation_policies" in options),
    fault_tasks=(
        FaultTask(
            "requests",
            {
                "users": [account.OWNER.email, account.NIGHT_SHIFT.id],
                "escalation_policies": [account.DATABASE_POLICY.id],
            },
            (REQUEST_RESPONDERS,),
            reads_back=True,
        ),
        FaultTask(
            "cancels",
            {"users": [account.OWNER.id], "state": "absent"},
            (CANCEL_RESPONDERS,),
            {"responders": {account.OWNER.id: "pending"}},
            reads_back=True,
        ),
    ),
    concurrent_tasks=(
        ConcurrentTask(
            {"users": [account.OWNER.id]},
            pages("responder_requested"),
            REQUEST_RESPONDERS,
            on_any_machine=False,
        ),
    ),
)
