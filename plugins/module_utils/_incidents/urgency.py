# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a new alert of an incident may page: where urgency follows severity, it may raise the incident's urgency.

Source: https://support.pagerduty.com/main/docs/dynamic-notifications. Private to the collection.
"""

from __future__ import annotations

from .._api.client import Record
from .._core.change import Notification

MAY_RAISE_URGENCY = "assigned to the incident, if the severity of a new alert raises its urgency"


def paged_by_new_alerts(incident: Record, *, are_severe: bool) -> list[Notification]:
    """Return whom an incident pages when it gets alerts.

    Args:
        are_severe: whether one of the alerts goes with high urgency.
    """
    may_rise = incident.get("urgency") == "low" and are_severe
    return [Notification(None, MAY_RAISE_URGENCY)] if may_rise else []
