# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who an incident is assigned to.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import Record
from .._api.directory import USER, shown_reference


def assignments(users: t.Iterable[Record]) -> list[Record]:
    """Return an incident's assignments as PagerDuty will return them; only PagerDuty knows their times."""
    return [{"at": None, "assignee": shown_reference(USER, user)} for user in users]
