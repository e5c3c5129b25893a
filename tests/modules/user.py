# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module user."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import CREATE_USER, DELETE_USER, UPDATE_USER, Case, ConcurrentTask, FaultTask, ModuleTests, State
from simulator import account

NEW = {"email": "new.colleague@example.com", "name": "New Colleague"}
UNINVITED = {"email": "new.colleague@example.com.invalid", "name": "New Colleague"}
SPARE = account.COMMUNICATIONS
"""On no escalation policy and no schedule."""


def count_new(state: State) -> int:
    """Return how many users have the new address."""
    return sum(user["email"] == NEW["email"] for user in state["users"])


TESTS = ModuleTests(
    simplest=NEW,
    cases=(
        Case(
            "creates a user",
            {**NEW, "role": "limited_user", "title": "Operator", "description": "", "color": "red"},
            changes=True,
            incidents=0,
            reads=1,
            writes=(CREATE_USER,),
        ),
        Case("invites nobody at .invalid", UNINVITED, changes=True, incidents=0, reads=1, writes=(CREATE_USER,)),
        Case(
            "updates what differs",
            {"email": SPARE.email.upper(), "name": SPARE.name, "title": "Editor", "time_zone": "Europe/Berlin"},
            changes=True,
            incidents=0,
            reads=1,
            writes=(UPDATE_USER,),
        ),
        Case(
            "finds every field equal",
            {"email": SPARE.email, "name": f" {SPARE.name}  ", "role": SPARE.role, "description": ""},
            changes=False,
            incidents=0,
            reads=1,
        ),
        Case(
            "deletes a user",
            {"email": SPARE.email, "state": "absent"},
            changes=True,
            incidents=0,
            reads=3,
            writes=(DELETE_USER,),
        ),
        Case("finds nobody to delete", {**NEW, "state": "absent"}, changes=False, incidents=0, reads=1),
    ),
    bad_input=(
        ({"email": None}, "missing required arguments: email"),
        ({"email": ""}, "missing required arguments: email"),
        ({"email": "nobody"}, "email: "),
        ({"email": "a@b.c"}, "email: must have 6 to 100 characters"),
        ({"name": "x" * 101}, "name: must have at most 100 characters, but has 101"),
        ({"title": "x" * 101}, "title: "),
        ({"role": "manager"}, "value of role must be one of: admin, limited_user"),
        ({"state": "gone"}, "value of state must be one of: present, absent, got: gone"),
    ),
    strategy=st.fixed_dictionaries(
        {"email": st.sampled_from([NEW["email"], SPARE.email, account.DEPUTY.email]), "name": st.just("New  Name ")},
        optional={
            "role": st.sampled_from(["admin", "user"]),
            "title": st.sampled_from(["", "Operator"]),
            "state": st.sampled_from(["present", "absent"]),
        },
    ),
    fault_tasks=(
        FaultTask("creates", NEW, (CREATE_USER,)),
        FaultTask("updates", {"email": SPARE.email, "color": "red"}, (UPDATE_USER,)),
        FaultTask("deletes", {"email": SPARE.email, "state": "absent"}, (DELETE_USER,)),
    ),
    concurrent_tasks=(ConcurrentTask(NEW, count_new, CREATE_USER),),
    on_incidents=False,
)
