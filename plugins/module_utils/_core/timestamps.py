# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times in responses and in sentences.

Private to the collection.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Seconds."""
TIME_PARTS = ("year", "month", "day", "hour", "minute", "second")
ISO_8601_TIME = (
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"(?:(?:[T ]\s*)(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>Z|UTC|(?P<sign>[+-])(?P<offset_hours>[01]\d|2[0-3])(?::?(?P<offset_minutes>[0-5]\d))?)?)?"
)
EPOCH = r"(\d{9,19})(?:\.(\d{1,9}))?"
"""Eight digits are a date, such as 20260131."""
MAX_EPOCH = 10**17
"""Microseconds since 1970, in the year 5138: a larger number counts smaller units."""
EARLIEST = datetime.min.replace(tzinfo=timezone.utc)


def time_or_epoch(text: str) -> datetime | None:
    """Return the time of an event, wherever it comes from; None if it is no time.

    Args:
        text: an ISO 8601 date or time, in UTC if it has no zone; or the seconds, milliseconds, microseconds or
            nanoseconds since 1970.
    """
    epoch = re.fullmatch(EPOCH, text.strip(), re.ASCII)
    if not epoch:
        time = iso_8601_time(text)
        return time and time.replace(tzinfo=time.tzinfo or timezone.utc)
    # Exact, unlike a float.
    microseconds = int(epoch[1] + (epoch[2] or "").ljust(6, "0")[:6])
    while microseconds > MAX_EPOCH:
        microseconds //= 1000
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=microseconds)


def iso_8601_time(text: str) -> datetime | None:
    """Return a time, in UTC if it has a zone; None if there is none.

    Not by `datetime.fromisoformat`: before Python 3.11 it reads few of these, and none with nanoseconds.

    Source: https://developer.pagerduty.com/docs/types, DateTime.
    """
    found = re.fullmatch(ISO_8601_TIME, text.strip(), re.ASCII | re.IGNORECASE)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(found[name] or 0) for name in TIME_PARTS)
    microsecond = int((found["fraction"] or "").ljust(6, "0")[:6])
    try:
        time = datetime(year, month, day, hour, minute, second, microsecond)
        if found["zone"]:
            offset = timedelta(hours=int(found["offset_hours"] or 0), minutes=int(found["offset_minutes"] or 0))
            time = (time + offset if found["sign"] == "-" else time - offset).replace(tzinfo=timezone.utc)
    except (ValueError, OverflowError):
        return None
    return time


def time_of(text: object) -> datetime:
    """Return the time that a response names, for sorting; the earliest of all if it names none."""
    found = iso_8601_time(str(text))
    return found if found and found.tzinfo else EARLIEST


def iso_8601(time: datetime) -> str:
    """Return a time in UTC, such as `2026-01-31T23:59:59Z`."""
    return time.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def rfc_3339(time: datetime) -> str:
    """Return a time in UTC with all of its digits, such as `2026-01-31T23:59:59.123000Z`."""
    return time.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def spoken_time(time: datetime, present: datetime, zone: tzinfo = timezone.utc) -> str:
    """Return a time for sentences, such as `11:07 UTC`; on another day than today, with the date."""
    time = time.astimezone(zone)
    is_today = time.date() == present.astimezone(zone).date()
    return f"{time:%H:%M} {zone}" if is_today else f"{time:%Y-%m-%d %H:%M} {zone}"


def spoken_duration(seconds: int) -> str:
    """Return a duration for sentences, such as `1h 30m`."""
    parts = []
    for unit, length in UNITS.items():
        count, seconds = divmod(seconds, length)
        parts += [f"{count}{unit}"] * bool(count)
    return " ".join(parts)


def now() -> datetime:
    """Return the current time."""
    return datetime.now(timezone.utc)
