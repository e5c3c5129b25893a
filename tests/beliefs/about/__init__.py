# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection believes about PagerDuty, a file for each part of the API. The order is that of the table."""

from __future__ import annotations

from beliefs.about import (
    access,
    alerts,
    change_events,
    custom_fields,
    incidents,
    lookups,
    maintenance_windows,
    notes,
    notifications,
    opening,
    overrides,
    responders,
    schedules,
    snoozing,
    status,
    subscribers,
    users,
    workflows,
)

__all__ = [
    "access",
    "alerts",
    "change_events",
    "custom_fields",
    "incidents",
    "lookups",
    "maintenance_windows",
    "notes",
    "notifications",
    "opening",
    "overrides",
    "responders",
    "schedules",
    "snoozing",
    "status",
    "subscribers",
    "users",
    "workflows",
]
