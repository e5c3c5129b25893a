# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules user and user_info have in common.

Private to the collection.
"""

from __future__ import annotations

from ._api.client import Record

CALENDAR_URLS = ("http_cal_url", "web_cal_url")
"""Fields that show the user's calendar to everybody who knows them.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `User`.
"""


def without_calendars(user: Record) -> Record:
    """Return a user without the addresses of their calendar, which are secrets."""
    return {name: value for name, value in user.items() if name not in CALENDAR_URLS}
