# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: how they are found, and when they start and end.

Private to the collection.
"""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo

from ._api.client import PagerDuty, Query, Record
from ._core.time_texts import parse_time
from ._core.timestamps import spoken_time


def open_windows(client: PagerDuty, description: str) -> list[Record]:
    """Return the windows with a description that have not ended, begun or not, the earliest start first.

    INFERRED from the other states that PagerDuty filters by: `open` is what is ongoing or in the future.
    """
    return list_windows(client, [("filter", "open")], description)


def list_windows(client: PagerDuty, query: Query, description: str | None = None) -> list[Record]:
    """Return maintenance windows, the earliest start first.

    Args:
        description: that of the wanted windows; None for any.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /maintenance_windows.
    """
    listed = [window for page in client.pages("/maintenance_windows", "maintenance_windows", query) for window in page]
    if description is None:
        windows = listed
    else:
        windows = [window for window in listed if description_of(window) == description.strip()]
        _warn_about_unnamed(client, listed)
    return sorted(windows, key=lambda window: (start_of(window), order_of(window)))


def _warn_about_unnamed(client: PagerDuty, windows: list[Record]) -> None:
    unnamed = [window["id"] for window in windows if window.get("description") is window.get("summary") is None]
    if unnamed:
        client.warn(
            f"PagerDuty's response leaves out 'description' of {', '.join(unnamed)}, so it is not known whether the "
            "maintenance window is among these."
        )


def description_of(window: Record) -> str:
    """Return a window's description, without white space at both ends."""
    return str(window.get("description") or window.get("summary") or "").strip()


def start_of(window: Record) -> datetime:
    """Return the time at which a window starts: PagerDuty spells time zones in several ways."""
    return parse_time("start_time", window["start_time"])


def end_of(window: Record) -> datetime:
    """Return the time at which a window ends."""
    return parse_time("end_time", window["end_time"])


def order_of(window: Record) -> tuple[int, str]:
    """Return a key that sorts windows in the order of their creation."""
    return window.get("sequence_number") or 0, window["id"]


def spoken_period(window: Record, present: datetime, zone: tzinfo = timezone.utc) -> str:
    """Return when a window is open, for sentences: `from 20:00 UTC until 22:00 UTC`, without a start in the past."""
    start = start_of(window)
    since = f"from {spoken_time(start, present, zone)} " if start > present else ""
    return f"{since}until {spoken_time(end_of(window), present, zone)}"
