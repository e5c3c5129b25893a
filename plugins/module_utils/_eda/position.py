# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far an event source has read, kept over a restart.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
from datetime import datetime, timezone

from .._core.errors import InvalidOption
from .state_file import StateFile

CLOCK_TOLERANCE = 60.0
"""Seconds by which two clocks of PagerDuty may differ."""
LATEST = 253_402_300_799.0
"""The last second of the year 9999, after which times cannot be written."""

Kept = dict[str, t.Any]


def iso(seconds: float) -> str:
    """Return a time, in seconds since 1970, as PagerDuty writes it."""
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str) -> float:
    """Return the seconds since 1970 that an ISO 8601 text means; without a zone it is UTC.

    Raises:
        ValueError: it is not such a text.
    """
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()
    except OverflowError as error:
        raise ValueError(f"{text} is out of range") from error


class Position:
    """How far the source has read: up to which log entry, and which ones the next poll can read again.

    It moves with the times of log entries, not with a clock: a clock that is wrong moves it past nothing.

    Args:
        file: where it is kept; None to forget it at the end.
        overlap: seconds that each poll goes back.
    """

    def __init__(self, file: StateFile | None, overlap: float) -> None:
        self._file = file
        self._overlap = overlap
        self._seen: dict[str, float] = {}
        self.begun: dict[str, float] = {}
        """The log entries, with their times, that were given to the rules, which have not answered yet."""
        self._start = 0.0
        self.until: float | None = None
        """The time of the latest log entry that was handed over, or the start; None before the first poll."""
        self.polled = 0.0
        """The time of the latest complete poll, on PagerDuty's clock."""

    def load(self) -> None:
        """Continue where the file says, which no other process uses until this one ends or closes it.

        Raises:
            InvalidOption: it cannot be read, or another process uses it.
        """
        text = self._file.open() if self._file else ""
        if not text.strip("\0 \n"):
            return
        try:
            self._restore(text.split("\n"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.close()
            problem = f"{self._file} is damaged, or is not a state file"
            raise InvalidOption(
                "state_file", f"{problem}; delete it to begin with the log entries from now on"
            ) from error

    def _restore(self, lines: t.Sequence[str]) -> None:
        kept = json.loads(lines[0])
        self._seen, self.begun = (
            {str(entry_id): _seconds(at) for entry_id, at in kept[name].items()} for name in ("seen", "begun")
        )
        self._start, self.polled, self.until = (_seconds(kept[name]) for name in ("start", "polled", "until"))
        for line in lines[1:]:
            # A kill can cut a line.
            with contextlib.suppress(ValueError):
                entry_id, at, *begun = json.loads(line)
                if begun:
                    self.begun[str(entry_id)] = _seconds(at)
                else:
                    self.add(str(entry_id), _seconds(at))

    def close(self) -> None:
        """Let other processes use the file."""
        if self._file:
            self._file.close()

    def start_at(self, seconds: float) -> None:
        """Begin at a time; nothing before it is read."""
        self._start = self.until = self.polled = seconds

    def leave_future(self, now: float) -> str:
        """Go back from a position that PagerDuty's clock has not reached; returns a sentence about it, or nothing."""
        until = self.until or 0.0
        if until <= now + CLOCK_TOLERANCE:
            return ""
        self._seen = {entry_id: at for entry_id, at in self._seen.items() if at <= now}
        self.until = max(self._seen.values(), default=now)
        self._start = min(self._start, self.until)
        self.polled = min(self.polled, now)
        return f"{self._file} says {iso(until)}, which is in the future: continuing from {iso(self.until)}"

    @property
    def since(self) -> float:
        """The time from which the next poll reads."""
        return max(self._start, (self.until or 0.0) - self._overlap)

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._seen

    def count(self, since: int, until: int) -> int:
        """Return how many log entries of a span, with both ends, were handed over; not for a span before `since`."""
        return sum(since <= at <= until for at in self._seen.values())

    def add(self, entry_id: str, seconds: float) -> None:
        """Remember a log entry that was handed to the rules. All earlier ones of this poll were."""
        self._seen[entry_id] = seconds
        self.begun.pop(entry_id, None)
        self.until = max(self.until or 0.0, seconds)

    def finish_poll(self, now: float) -> None:
        """Everything that PagerDuty has shown by now was handed to the rules."""
        self.polled = now
        self.begun = {}
        # The next poll begins with a whole second.
        self._seen = {entry_id: at for entry_id, at in self._seen.items() if at >= int(self.since)}

    def save(self) -> None:
        """Write the file. Takes as long as the disk does."""
        if self._file and self.until is not None:
            kept = {"until": self.until, "polled": self.polled, "start": self._start}
            self._file.replace(json.dumps({**kept, "seen": self._seen, "begun": self.begun}))

    def save_begun(self, entry_id: str, seconds: float) -> None:
        """Write that one log entry is given to the rules now: after a kill, nobody knows whether they have it."""
        self.begun[entry_id] = seconds
        self._append([entry_id, seconds, "begun"])

    def save_entry(self, entry_id: str) -> None:
        """Write that one log entry was handed over, which costs less than to write the file."""
        self._append([entry_id, self._seen[entry_id]])

    def _append(self, record: list[t.Any]) -> None:
        if self._file and not self._file.append(json.dumps(record)):
            self.save()


def _seconds(value: t.Any) -> float:
    """Return a time that can be written.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, (int, float)) or not 0.0 <= value <= LATEST:
        raise ValueError("not a time")
    return float(value)
