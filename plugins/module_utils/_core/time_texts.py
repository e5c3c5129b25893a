# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times and durations in options.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, time, timedelta, timezone, tzinfo

from .errors import InvalidOption
from .timestamps import UNITS, iso_8601_time

NUMBER = r"\d{1,9}"
MIN_NUMBER = 60
"""Seconds. A smaller number without a unit is meant as minutes or hours."""
DURATION = "".join(rf"(?:(\d{{1,9}})\s*{unit})?\s*" for unit in UNITS)
"""Such as `2h`, `1h 30m` and `1d`."""
ISO_8601_DURATION = r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?"
"""Such as `PT2H`; without months and years, as their length differs."""
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
TIME_OF_DAY = (
    rf"(?:(?P<day>{'|'.join(DAYS)})\s+(?:at\s+)?)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d)?)?"
)
"""Such as `08:00`, `tomorrow 08:00` and `08:00 UTC`."""


class GivenTime(t.NamedTuple):
    """A time as an option gives it: fixed, from now on, or what a clock shows.

    Args:
        option: its name, for messages.
        text: as it was given.
        fixed: a time with a time zone.
        offset: from now; negative for a time in the past.
        clock: a time of day.
        date: that of the clock's time.
        day: the same as a number of days from today. Without either, any day is meant.
        zone: the clock's time zone, if the text says so.
    """

    option: str
    text: str
    fixed: datetime | None = None
    offset: timedelta | None = None
    clock: time | None = None
    date: datetime | None = None
    day: int | None = None
    zone: tzinfo | None = None

    @property
    def needs_zone(self) -> bool:
        """Whether a time zone has to be known."""
        return self.clock is not None and self.zone is None

    @property
    def is_daily(self) -> bool:
        """Whether it is a time of day, on any day."""
        return self.clock is not None and self.date is None and self.day is None

    def after(self, present: datetime, zone: tzinfo) -> datetime:
        """Return the time; a time of day is the next one.

        Args:
            present: the time from which it counts.
            zone: the time zone, unless the text has one.

        Raises:
            InvalidOption: there is no such time.
        """
        times = self._times(present, zone)
        return next((each for each in times if each > present), times[-1])

    def before(self, present: datetime, zone: tzinfo) -> datetime:
        """Return the time, as `after` does; a time of day is the last one."""
        times = self._times(present, zone)
        return next((each for each in reversed(times) if each <= present), times[0])

    def _times(self, present: datetime, zone: tzinfo) -> list[datetime]:
        """Return the times that may be meant, one unless it is a time of day."""
        try:
            if self.clock is None:
                return [self.fixed or present.astimezone(timezone.utc) + (self.offset or timedelta())]
            today = present.astimezone(self.zone or zone)
            days = [self.date or today + timedelta(days=number) for number in self._days()]
            times = [each for day in days for each in _shown(datetime.combine(day, self.clock), self.zone or zone)]
        except OverflowError as error:
            raise InvalidOption(self.option, "is too far away", self.text) from error
        return times if self.is_daily else times[:1]

    def _days(self) -> t.Sequence[int]:
        # Two on either side: a zone can be a day ahead, and may once have left a day out.
        return range(-2, 3) if self.is_daily else (self.day or 0,)


def parse_time(option: str, text: str) -> datetime:
    """Return the time that an option names.

    Args:
        option: its name, for the message.
        text: an ISO 8601 time with a time zone.

    Raises:
        InvalidOption: it is something else.
    """
    time = iso_8601_time(text)
    if time is None or time.tzinfo is None:
        raise InvalidOption(option, "must be an ISO 8601 time with a time zone, such as 2026-01-31T23:59:59Z", text)
    return time


def given_time(option: str, text: str) -> GivenTime:
    """Return the time that an option gives.

    Args:
        option: its name, for the message.
        text: an ISO 8601 time; a time of day such as `08:00`, with or without `today`, `tomorrow` or `yesterday`;
            `now`; or a duration from now such as `+4h` or `-2h`. Both kinds of clock times may have a time zone.

    Raises:
        InvalidOption: it is something else.
    """
    stripped = text.strip()
    if stripped.lower() == "now":
        return GivenTime(option, text, offset=timedelta())
    if re.match(r"[+-]\s*[\dP]", stripped):
        return GivenTime(option, text, offset=_offset(option, stripped))
    found = re.fullmatch(TIME_OF_DAY, stripped, re.ASCII | re.IGNORECASE)
    given = _time_of_day(option, text, found) if found else _date_and_time(option, text)
    if given:
        return given
    if re.fullmatch(NUMBER, stripped):
        raise InvalidOption(option, "is a number; write a time in quotes, because YAML reads 17:00 as 1020", text)
    forms = "2026-01-31T23:59:59Z, 2026-01-31 08:00, tomorrow 08:00, 08:00, or +4h"
    raise InvalidOption(option, f"must be a time such as {forms}", text)


def _offset(option: str, text: str) -> timedelta:
    seconds = parse_duration(option, text[1:])
    try:
        return timedelta(seconds=-seconds if text[0] == "-" else seconds)
    except OverflowError as error:
        raise InvalidOption(option, "is too far away", text) from error


def _time_of_day(option: str, text: str, found: re.Match[str]) -> GivenTime | None:
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        return None
    # Any date will do: what is wanted is the zone.
    zoned = iso_8601_time(f"2026-01-01T00:00{found['zone']}") if found["zone"] else None
    zone = timezone(datetime(2026, 1, 1, tzinfo=timezone.utc) - zoned) if zoned else None
    if found["zone"] and not zone:
        return None
    return GivenTime(option, text, clock=clock, day=DAYS.get((found["day"] or "").lower()), zone=zone)


def _date_and_time(option: str, text: str) -> GivenTime | None:
    """Return a given date and time; None for a date alone: it may mean the start of a day, or the end."""
    found = iso_8601_time(text)
    if found is None or not re.search(r"[T ]", text.strip(), re.IGNORECASE):
        return None
    if found.tzinfo:
        return GivenTime(option, text, fixed=found)
    return GivenTime(option, text, clock=found.time(), date=found)


def _shown(local: datetime, zone: tzinfo) -> list[datetime]:
    """Return the times at which a clock shows a time: two in the hour for which it is put back.

    A time that the clock skips, as it is put forward, is later by what it skips: 02:30 is 03:30.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1))
    return [first, second] if first < second else [first]


def parse_zone(option: str, name: str) -> tzinfo:
    """Return the time zone that an option names.

    Args:
        option: its name, for the message.
        name: such as `Europe/Berlin`, or `UTC`.

    Raises:
        InvalidOption: this machine does not know it.
    """
    if name.strip().upper() in ("UTC", "ETC/UTC", "Z"):
        return timezone.utc
    # Few tasks need it.
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name.strip())
    except (KeyError, ValueError, OSError) as error:
        raise InvalidOption(
            option,
            "must be a time zone that this machine knows, such as Europe/Berlin or UTC (the Python package tzdata has "
            "all of them)",
            name,
        ) from error


def parse_duration(option: str, text: str) -> int:
    """Return the seconds that an option names.

    Args:
        option: its name, for the message.
        text: a number of seconds, a text such as `2h` or `1h 30m`, or an ISO 8601 duration such as `PT2H`.

    Raises:
        InvalidOption: it is something else, not greater than 0, or a number below `MIN_NUMBER`.
    """
    stripped = text.strip()
    found = re.fullmatch(DURATION, stripped, re.IGNORECASE) or re.fullmatch(ISO_8601_DURATION, stripped)
    seconds = 0
    if re.fullmatch(NUMBER, stripped):
        seconds = int(stripped)
        if 0 < seconds < MIN_NUMBER:
            forms = f"{seconds}m (or {seconds * UNITS['m']}), {seconds}h, or {seconds}s"
            raise InvalidOption(option, f"a number below {MIN_NUMBER} must have a unit: {forms}", text)
    elif found:
        seconds = sum(int(count) * unit for count, unit in zip(found.groups(default="0"), UNITS.values()))
    if seconds > 0:
        return seconds
    raise InvalidOption(option, "must be a duration greater than 0, such as 2h, 1h 30m, PT2H or 7200 (seconds)", text)
