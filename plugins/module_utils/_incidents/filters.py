# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which incidents are found, apart from the search: most tasks read by id, and need only the names.

Private to the collection.
"""

from __future__ import annotations

WORDS = {"statuses": "statuses[]", "urgencies": "urgencies[]"}
"""Filters by words, each with its parameter.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents.
"""
FILTERS = (*WORDS, "services", "teams", "assignees", "priorities", "incident_types", "since", "until")
ARRANGEMENT = ("sort", "limit")
"""Options that a search can have as well."""
STATUSES = ("triggered", "acknowledged", "resolved")
SORT_FIELDS = ("created_at", "incident_number", "resolved_at", "urgency")
SORT_ORDERS = tuple(f"{field}{order}" for field in SORT_FIELDS for order in ("", ":asc", ":desc"))
"""Source: as above, `sort_by`."""
