# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_subscribers."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import SUBSCRIBE, UNSUBSCRIBE, Case, FaultTask, ModuleTests
from modules.strategies import some, users
from simulator import account

OWNER = {"users": [account.OWNER.email]}
TESTS = ModuleTests(
    simplest=OWNER,
    cases=(
        Case(
            "subscribes those of users and teams who are missing",
            {"users": [account.OWNER.id, account.NIGHT_SHIFT.id], "teams": [account.DATA.name]},
            changes=True,
            state={"subscribers": [account.OWNER.id]},
            reads=4,
            writes=(SUBSCRIBE,),
        ),
        Case("finds them subscribed", OWNER, changes=False, state={"subscribers": [account.OWNER.id]}, reads=2),
        Case(
            "removes subscribers",
            {"teams": [account.WEB.id], "state": "absent"},
            changes=True,
            state={"subscribers": [account.OWNER.id, account.WEB.id]},
            reads=2,
            writes=(UNSUBSCRIBE,),
        ),
        Case("subscribes to each of many", OWNER, changes=True, incidents=2, reads=3, writes=(SUBSCRIBE,) * 2),
    ),
    bad_input=(
        ({"users": None}, "one of the following is required: users, teams"),
        ({"users": []}, "users: "),
        ({"users": [""]}, "users: "),
        ({"users": None, "teams": [" "]}, "users: set users, teams, or both"),
        ({"state": "gone"}, "value of state must be one of: present, absent, got: gone"),
    ),
    strategy=st.tuples(
        some(
            users=st.lists(users, min_size=1, max_size=3),
            teams=st.lists(st.sampled_from([account.WEB.name, account.DATA.id]), min_size=1, max_size=2),
        ),
        st.sampled_from(["present", "absent"]),
    ).map(lambda drawn: {**drawn[0], "state": drawn[1]}),
    fault_tasks=(
        FaultTask("subscribes", OWNER, (SUBSCRIBE,)),
        FaultTask("removes", {**OWNER, "state": "absent"}, (UNSUBSCRIBE,), {"subscribers": [account.OWNER.id]}),
    ),
    needs_from=False,
)
