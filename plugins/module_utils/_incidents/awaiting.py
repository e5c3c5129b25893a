# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until somebody acknowledges an incident.

Private to the collection.
"""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime

from .._api.client import PagerDuty, Record
from .._api.times import Times
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.time_texts import parse_duration
from .._core.timestamps import EARLIEST, spoken_duration, spoken_time
from .answers import Answer, answer_to
from .names import id_and_number
from .read import IncidentsById

OPTION = "wait_for_acknowledgement"
MAX_DELAY = 10.0
"""Seconds between two reads. A token has 960 calls a minute, all of its tasks together.

Source: https://developer.pagerduty.com/docs/rest-api-rate-limits.
"""
READ_SECONDS = 10.0
"""Seconds for one read: the next one may bring what it does not."""


class Awaiting:
    """Waits until somebody acknowledges or resolves one of some incidents.

    Args:
        options: the task's; `wait_for_acknowledgement` says until when to wait.
    """

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        self._client = client
        self._times = Times(client, {**options, OPTION: _as_time(options[OPTION])}, OPTION)
        self._end = EARLIEST
        self.error: TaskError | None = None
        """Why they could not be read last."""
        self.is_over = False
        """Whether it has waited."""
        self.found: IncidentsById = {}
        """The incidents as they were read last, by id."""

    def check(self) -> None:
        """Check until when to wait.

        Raises:
            InvalidOption: that is no time.
        """
        self._times.check()

    def settle(self) -> None:
        """Set until when to wait.

        Raises:
            TaskError: the time zone cannot be read.
        """
        self._times.settle()
        self._times.present = self._client.now
        self._end = self._times.next(OPTION)

    def wait(self, read: t.Callable[[PagerDuty], IncidentsById]) -> None:
        """Wait. What cannot be read is read again until the end, as nobody may have acknowledged so far.

        Args:
            read: returns the incidents.

        Raises:
            Refused: PagerDuty does not let the task see any of the incidents.
        """
        self._read(read)
        self.settle()
        present, budget = self._client.now, self._client.budget
        budget.progress(f"Waiting for an acknowledgement until {self._spoken(self._end, present)}.")
        # A clock that stands still, or is set back, must not put off that the next person is called.
        deadline = budget.clock() + (self._end - present).total_seconds()
        for seconds in itertools.count(1):
            left = min(deadline - budget.clock(), (self._end - self._client.now).total_seconds())
            if self._answered() or left <= 0:
                break
            budget.pause(min(seconds, MAX_DELAY, left))
            self._read(read)
        self.is_over = True
        if self.error and self.found:
            self._client.warn(f"The last read failed, so an acknowledgement may have been missed: {self.error}")

    @property
    def who(self) -> Record | None:
        """Who has acknowledged or resolved one of the incidents; None if nobody has."""
        answered = self._answered()
        return answered[1].who if answered else None

    @property
    def remark(self) -> str:
        """What came of it, as a sentence; what the task would do if it has not waited."""
        present = self._client.now
        end = self._spoken(self._end, present)
        if not self.is_over:
            offset = self._times.given[OPTION].offset
            long = f"until {end}" if offset is None else f"for {spoken_duration(int(offset.total_seconds()))}"
            return f"Would wait for an acknowledgement {long}."
        answered = self._answered()
        if answered:
            incident, answer = answered
            return answer.sentence(f"incident {id_and_number(incident)}" if len(self.found) > 1 else "it", present)
        return f"Nobody has acknowledged {'any of them' if len(self.found) > 1 else 'it'} by {end}."

    def _read(self, read: t.Callable[[PagerDuty], IncidentsById]) -> None:
        """Read the incidents once.

        Raises:
            Refused: as for `wait`.
        """
        found: IncidentsById = {}
        try:
            found = read(self._client.quick(READ_SECONDS))
            errors = [each for each in found.values() if isinstance(each, TaskError)]
        except TaskError as error:
            errors = [error]
        self.error = errors[0] if errors else None
        known = {incident_id: each for incident_id, each in found.items() if not isinstance(each, TaskError)}
        self.found = {**self.found, **known}
        if not self.found and isinstance(self.error, Refused):
            raise self.error

    def _answered(self) -> tuple[Record, Answer] | None:
        for incident in self.found.values():
            answer = None if isinstance(incident, TaskError) else answer_to(incident)
            if answer:
                return t.cast("Record", incident), answer
        return None

    def _spoken(self, time: datetime, present: datetime) -> str:
        return spoken_time(time, present, self._times.spoken_zone)


def _as_time(text: str) -> str:
    """Return a duration as the time that is so far from now; another text as it is."""
    try:
        parse_duration(OPTION, text)
    except InvalidOption:
        return text
    return f"+{text.strip()}"
