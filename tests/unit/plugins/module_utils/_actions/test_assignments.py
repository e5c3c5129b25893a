# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignments, as an incident will have them."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.assignments import assignments
from ansible_collections.oncall.pagerduty.tests.unit.records import named


def test_assignments_hold_references_and_leave_the_time_open() -> None:
    (assignment,) = assignments([named("PU1", "Ana", email="ana@example.com")])
    assert assignment["at"] is None
    assert assignment["assignee"]["type"] == "user_reference"
    assert (assignment["assignee"]["id"], assignment["assignee"]["summary"]) == ("PU1", "Ana")
