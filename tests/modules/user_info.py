# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module user_info."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import Case, FaultTask, ModuleTests
from modules.strategies import some, users
from simulator import account

TESTS = ModuleTests(
    simplest={"users": [account.OWNER.email]},
    cases=(
        Case(
            "reads users by id, address and name",
            {"users": [account.OWNER.id, account.DEPUTY.email, account.PRIMARY.name]},
            changes=False,
            incidents=0,
            reads=3,
        ),
        Case(
            "lists the users of a team",
            {"teams": [account.WEB.name], "query": "on-call"},
            changes=False,
            incidents=0,
            reads=2,
        ),
    ),
    bad_input=(
        ({"users": []}, "users: "),
        ({"users": [" "]}, "users: "),
        ({"users": None, "teams": []}, "teams: "),
        ({"users": None, "query": " "}, "query: "),
        ({"query": "text"}, "parameters are mutually exclusive: users|query"),
    ),
    strategy=some(users=st.lists(users, min_size=1, max_size=3)),
    fault_tasks=(FaultTask("reads", {"users": [account.OWNER.email]}),),
    on_incidents=False,
    writes=False,
)
