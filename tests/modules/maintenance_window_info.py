# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module maintenance_window_info."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import Case, FaultTask, ModuleTests
from simulator import account

TESTS = ModuleTests(
    simplest={},
    cases=(
        Case("reads the open windows", {}, changes=False, incidents=0, reads=1),
        Case(
            "finds windows by description, service and team",
            {"description": "Billing migration", "services": account.BILLING.name, "teams": account.WEB.name},
            changes=False,
            incidents=0,
            reads=3,
        ),
    ),
    bad_input=(
        ({"description": " "}, "description: "),
        ({"filter": "now"}, "value of filter must be one of: ongoing, future, open, past, all, got: now"),
    ),
    strategy=st.fixed_dictionaries(
        {},
        optional={
            "description": st.sampled_from(["Deployment", "Billing migration"]),
            "services": st.lists(st.sampled_from([account.CHECKOUT.id, account.BILLING.name]), max_size=2),
            "filter": st.sampled_from(["ongoing", "future", "open", "past", "all"]),
        },
    ),
    fault_tasks=(FaultTask("reads", {}, event=True),),
    on_incidents=False,
    writes=False,
)
