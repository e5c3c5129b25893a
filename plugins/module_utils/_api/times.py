# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times that a task's options give, in the time zone that they mean.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone, tzinfo

from .._core.errors import InvalidOption, Refused
from .._core.time_texts import GivenTime, given_time, parse_duration, parse_zone
from .._core.timestamps import EARLIEST, now
from .._core.words import short_name
from .client import PagerDuty, Record
from .directory import USER, Directory

ZONE = "time_zone"


class Times:
    """The times of a task.

    Args:
        options: the task's, with `time_zone`.
        names: those that give a time.
    """

    def __init__(self, client: PagerDuty, options: t.Mapping[str, t.Any], *names: str) -> None:
        self._client = client
        self._options = options
        self._names = names
        self._is_settled = False
        self.given: dict[str, GivenTime] = {}
        """By option; only those that are set."""
        self.present = EARLIEST
        self.zone: tzinfo = timezone.utc
        self.remark = ""
        """What the zone is, as a sentence; empty if the task says so, or does not need it."""

    def check(self) -> None:
        """Check the options.

        Raises:
            InvalidOption: one is no time, or no time zone.
        """
        if self._options[ZONE] is not None:
            self.zone = parse_zone(ZONE, self._options[ZONE])
        texts = {name: self._options[name] for name in self._names if self._options[name] is not None}
        self.given = {name: given_time(name, text) for name, text in texts.items()}

    @property
    def needs_user(self) -> bool:
        """Whether only the user's record says in which zone a time is meant."""
        return self._options[ZONE] is None and any(each.needs_zone for each in self.given.values())

    @property
    def spoken_zone(self) -> tzinfo:
        """The zone for sentences: that of the clock if a time of day is given, else UTC."""
        return self.zone if any(each.needs_zone for each in self.given.values()) else timezone.utc

    def settle(self) -> None:
        """Set the present, and the zone: if nothing else says so, that of the user who makes the task's changes.

        Raises:
            TaskError: PagerDuty did not answer, or this machine does not know the user's zone.
        """
        self.present = now()
        if self.needs_user and not self._is_settled:
            user = _requester(self._client) or {}
            self.zone = _zone_of(user)
            self.remark = _remark(user, self.zone)
        self._is_settled = True

    def next(self, name: str, after: datetime | None = None) -> datetime:
        """Return a time; a time of day is the next one.

        Args:
            after: the time from which it counts; by default the present.
        """
        return self.given[name].after(after or self.present, self.zone)

    def last(self, name: str) -> datetime:
        """Return a time; a time of day is the last one."""
        return self.given[name].before(self.present, self.zone)

    @property
    def length(self) -> timedelta | None:
        """The `duration` of the task; None if it gives none.

        Raises:
            InvalidOption: it is unusable.
        """
        text = self._options["duration"]
        try:
            return None if text is None else timedelta(seconds=parse_duration("duration", text))
        except OverflowError as error:
            raise InvalidOption("duration", "is too long", text) from error

    def start_and_end(self) -> tuple[datetime | None, datetime]:
        """Return when something with `start`, and `end` or `duration`, starts and ends; the start is None for now.

        A start at a time of day is the last one as long as what started then lasts, else the next one: a task that is
        to run at 22:00 runs a moment later.

        Raises:
            InvalidOption: the end is too far away.
        """
        if "start" not in self.given:
            return None, self._end(None)
        start = self.next("start")
        if self.given["start"].is_daily and self._is_short:
            earlier = self.last("start")
            end = self._end(earlier)
            if end > self.present:
                return earlier, end
        return start, self._end(start)

    @property
    def _is_short(self) -> bool:
        """Whether the end comes before the start of the next day."""
        length = self.length
        return self.given["end"].is_daily if length is None else length <= timedelta(days=1)

    def _end(self, start: datetime | None) -> datetime:
        """Return the end for a start; one at a time of day is the next one after it."""
        length = self.length
        if length is None:
            after = start if start and self.given["end"].is_daily else None
            return self.next("end", after).replace(microsecond=0)
        try:
            return (start or self.present) + length
        except OverflowError as error:
            raise InvalidOption("duration", "is too long", self._options["duration"]) from error


def _requester(client: PagerDuty) -> Record | None:
    """Return the user who makes a task's changes; None if there is none, such as for the token of an account.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /users/me.
    """
    email = client.settings.from_email
    try:
        return client.get("/users/me", "user") if email is None else Directory(client).find(USER, email)
    except Refused as error:
        if error.is_fatal:
            raise
        return None


def _zone_of(user: Record) -> tzinfo:
    """Return a user's time zone; UTC if PagerDuty has none, and means the account's, which it does not tell.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `User`, `time_zone`; for its names,
    PagerDuty/developer-docs, docs/REST-API/06-Types.md.

    Raises:
        InvalidOption: this machine does not know it.
    """
    name = user.get(ZONE)
    if not name:
        return timezone.utc
    try:
        return parse_zone(ZONE, name)
    except InvalidOption as error:
        problem = f"set it, or install the Python package tzdata: this machine does not know that of {short_name(user)}"
        raise InvalidOption(ZONE, problem, name) from error


def _remark(user: Record, zone: tzinfo) -> str:
    if user.get(ZONE):
        return f"Times of day are in {zone}, the time zone of {short_name(user)}."
    return f"Times of day are in {zone}, because no user's time zone is known; set time_zone for another one."
