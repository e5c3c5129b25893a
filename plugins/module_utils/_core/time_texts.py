# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times and durations in options, and times in responses.

Private to the collection.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from .errors import InvalidOption

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Seconds."""
EARLIEST = datetime.min.replace(tzinfo=timezone.utc)
NUMBER = re.compile(r"\d{1,9}")
MIN_NUMBER = 60
"""Seconds. A smaller number without a unit is meant as minutes or hours."""
DURATION = re.compile("".join(rf"(?:(\d{{1,9}})\s*{unit})?\s*" for unit in UNITS), re.IGNORECASE)
"""Such as `2h`, `1h 30m` and `1d`."""
ISO_8601_DURATION = re.compile(
    r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?"
)
"""Such as `PT2H`; without months and years, as their length differs."""


def parse_time(option: str, text: str) -> datetime:
    """Return the time that an option names.

    Args:
        option: its name, for the message.
        text: an ISO 8601 time with a time zone.

    Raises:
        InvalidOption: it is something else.
    """
    # Python before 3.11 reads neither "Z" nor an offset without a colon.
    readable = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", re.sub("[Zz]$", "+00:00", text.strip()))
    try:
        time = datetime.fromisoformat(readable)
        if time.tzinfo is not None:
            return time.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        pass
    raise InvalidOption(option, "must be an ISO 8601 time with a time zone, such as 2026-01-31T23:59:59Z", text)


def time_of(text: object) -> datetime:
    """Return the time that a response names, for sorting; the earliest of all if it names none."""
    try:
        return parse_time("", str(text))
    except InvalidOption:
        return EARLIEST


def parse_duration(option: str, text: str) -> int:
    """Return the seconds that an option names.

    Args:
        option: its name, for the message.
        text: a number of seconds, a text such as `2h` or `1h 30m`, or an ISO 8601 duration such as `PT2H`.

    Raises:
        InvalidOption: it is something else, not greater than 0, or a number below `MIN_NUMBER`.
    """
    stripped = text.strip()
    found = DURATION.fullmatch(stripped) or ISO_8601_DURATION.fullmatch(stripped)
    seconds = 0
    if NUMBER.fullmatch(stripped):
        seconds = int(stripped)
        if 0 < seconds < MIN_NUMBER:
            forms = f"{seconds}m (or {seconds * UNITS['m']}), {seconds}h, or {seconds}s"
            raise InvalidOption(option, f"a number below {MIN_NUMBER} must have a unit: {forms}", text)
    elif found:
        seconds = sum(int(count) * unit for count, unit in zip(found.groups(default="0"), UNITS.values()))
    if seconds > 0:
        return seconds
    raise InvalidOption(option, "must be a duration greater than 0, such as 2h, 1h 30m, PT2H or 7200 (seconds)", text)


def iso_8601(time: datetime) -> str:
    """Return a time in UTC, such as `2026-01-31T23:59:59Z`."""
    return time.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def spoken_time(time: datetime, present: datetime) -> str:
    """Return a time for sentences, such as `11:07 UTC`; on another day than today, with the date."""
    time = time.astimezone(timezone.utc)
    is_today = time.date() == present.astimezone(timezone.utc).date()
    return f"{time:%H:%M} UTC" if is_today else f"{time:%Y-%m-%d %H:%M} UTC"


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
