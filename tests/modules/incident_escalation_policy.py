# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_escalation_policy."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import PUT, Case, FaultTask, ModuleTests
from modules.strategies import policies
from simulator import account

TESTS = ModuleTests(
    simplest={"escalation_policy": account.DATABASE_POLICY.name},
    cases=(
        Case(
            "hands over to another policy",
            {"escalation_policy": account.DATABASE_POLICY.name},
            changes=True,
            reads=3,
            writes=(PUT,),
        ),
        Case("finds the policy", {"escalation_policy": account.WEB_OPERATIONS.id}, changes=False, reads=2),
        Case(
            "hands over many in one call",
            {"escalation_policy": account.DATABASE_POLICY.id},
            changes=True,
            incidents=4,
            reads=3,
            writes=(PUT,),
        ),
    ),
    bad_input=(
        ({"escalation_policy": None}, "missing required arguments: escalation_policy"),
        ({"escalation_policy": " "}, "missing required arguments: escalation_policy"),
    ),
    strategy=st.fixed_dictionaries({"escalation_policy": policies}),
    fault_tasks=(FaultTask("moves", {"escalation_policy": account.DATABASE_POLICY.name}, (PUT,)),),
)
