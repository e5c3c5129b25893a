# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads maintenance windows.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._api.client import PagerDuty, Query, Record
from .._api.directory import SERVICE, TEAM, look_up
from .._core.errors import InvalidOption
from .._core.plan import Plan, read_only_plan
from .._core.time_texts import parse_time

OPEN: Query = (("filter", "open"),)
"""Windows that have not ended, begun or not: INFERRED from the other states that PagerDuty filters by."""


def read_windows(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[Plan]:
    """Return read-only plans.

    Args:
        params: `description`, `services`, `teams` and `filter`.

    Raises:
        InvalidOption: the description is empty.
        Refused: a name matches no service or team, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /maintenance_windows.
    """
    description = params["description"]
    if description is not None:
        check_description(description)
    query = [("filter", params["filter"])]
    query += [("service_ids[]", look_up(pagerduty, SERVICE, name)["id"]) for name in params["services"]]
    query += [("team_ids[]", look_up(pagerduty, TEAM, name)["id"]) for name in params["teams"]]
    return [read_only_plan(window["id"], window) for window in list_windows(pagerduty, query, description)]


def list_windows(pagerduty: PagerDuty, query: Query, description: str | None = None) -> list[Record]:
    """Return maintenance windows, the earliest start first.

    Args:
        description: that of the wanted windows; None for any.
    """
    windows = [
        window
        for page in pagerduty.pages("/maintenance_windows", "maintenance_windows", query)
        for window in page
        if description is None or _is_called(window, description)
    ]
    return sorted(windows, key=lambda window: (start_of(window), order_of(window)))


def check_description(description: str) -> None:
    """Check a description.

    Raises:
        InvalidOption: it is empty.
    """
    if not description.strip():
        raise InvalidOption("description", "must not be empty", description)


def start_of(window: Record) -> datetime:
    """Return the moment at which a window starts: PagerDuty spells time zones in several ways."""
    return parse_time("start_time", window["start_time"])


def end_of(window: Record) -> datetime:
    """Return the moment at which a window ends."""
    return parse_time("end_time", window["end_time"])


def order_of(window: Record) -> tuple[int, str]:
    """Return a key that sorts windows in the order of their creation."""
    return window.get("sequence_number") or 0, window["id"]


def windows_result(records: t.Sequence[Record]) -> dict[str, t.Any]:
    """Return `maintenance_windows`, and `maintenance_window` if there is one."""
    return {
        "maintenance_windows": list(records),
        **({"maintenance_window": records[0]} if len(records) == 1 else {}),
    }


def _is_called(window: Record, description: str) -> bool:
    return str(window.get("description") or window.get("summary") or "").strip() == description.strip()
