# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module oncall_info."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import Case, FaultTask, ModuleTests
from modules.strategies import policies, some, users
from simulator import account

NOON = "2026-01-31T12:00:00Z"

TESTS = ModuleTests(
    simplest={"escalation_policies": [account.WEB_OPERATIONS.id]},
    cases=(
        Case("reads the levels of a policy", {"escalation_policies": ["Web Operations"]}, changes=False, reads=2),
        Case(
            "reads two policies and a schedule of each kind at a time",
            {
                "escalation_policies": [account.WEB_OPERATIONS.id, account.DATABASE_POLICY.name],
                "schedules": [account.WEB_SECONDARY.name, account.PAYMENTS_SHIFTS.id],
                "at": NOON,
            },
            changes=False,
            reads=7,
        ),
    ),
    bad_input=(
        ({"escalation_policies": []}, "escalation_policies: must not be empty"),
        ({"schedules": "", "escalation_policies": None}, "schedules: "),
        ({"users": [" "]}, "users: "),
        ({"levels": [0]}, "levels: "),
        ({"levels": ["first"]}, "levels"),
        ({"at": "noon"}, "at: "),
        ({"at": "2026-01-31"}, "at: must be a time such as"),
        ({"at": "9999-01-31T12:00:00Z"}, "at: must be at most 90 days from now"),
        ({"at": NOON, "since": NOON, "until": NOON}, "mutually exclusive: at|since"),
        ({"since": NOON}, "parameters are required together: since, until"),
        ({"since": NOON, "until": "2026-01-30T12:00:00Z"}, "until: must not be before since"),
    ),
    strategy=some(
        escalation_policies=st.lists(policies, min_size=1, max_size=2),
        users=st.lists(users, min_size=1, max_size=2),
        levels=st.lists(st.integers(1, 4), min_size=1, max_size=2),
        at=st.just(NOON),
    ),
    fault_tasks=(FaultTask("reads", {"escalation_policies": ["Web Operations"]}),),
    on_incidents=False,
    writes=False,
)
