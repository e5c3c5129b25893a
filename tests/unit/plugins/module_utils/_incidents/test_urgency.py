# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom new alerts of an incident may page."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.urgency import paged_by_new_alerts


@pytest.mark.parametrize(
    ("urgency", "are_severe", "may_page"),
    [("low", True, True), ("low", False, False), ("high", True, False), (None, True, False)],
)
def test_severe_alerts_of_an_incident_with_low_urgency_may_page(
    urgency: str | None, are_severe: bool, may_page: bool
) -> None:
    names = [each.name for each in paged_by_new_alerts({"urgency": urgency}, are_severe=are_severe)]
    who = "whoever is assigned to the incident, if the severity of a new alert raises its urgency"
    assert names == [who] * may_page
