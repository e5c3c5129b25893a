# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far an event source has read, kept over a restart.

Private to the collection.
"""

from __future__ import annotations

import json
import os
import tempfile
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from .._core.errors import InvalidOption


def iso(seconds: float) -> str:
    """Return a time, in seconds since 1970, as PagerDuty writes it."""
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str) -> float:
    """Return the seconds since 1970 that an ISO 8601 text means; without a zone it is UTC.

    Raises:
        ValueError: it is not such a text.
    """
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()


class Position:
    """How far the source has read: up to when, and which log entries of the time that the next poll reads again.

    Args:
        file: where it is kept; None to forget it at the end.
        overlap: seconds that each poll goes back.
    """

    def __init__(self, file: Path | None, overlap: float) -> None:
        self._file = file
        self._overlap = overlap
        self._seen: dict[str, float] = {}
        self._start = 0.0
        self.until: float | None = None
        """None before the first poll."""

    def load(self) -> None:
        """Continue where the file says.

        Raises:
            InvalidOption: it cannot be read, or its folder cannot be created.
        """
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"the folder {self._file.parent} does not exist, and cannot be created: {error.strerror}"
            raise InvalidOption("state_file", problem) from error
        if not self._file.exists():
            return
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            self.until = float(kept["until"])
            self._start = float(kept["start"])
            self._seen = {str(entry): float(at) for entry, at in kept["seen"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            hint = "delete it to begin with the log entries from now on"
            raise InvalidOption("state_file", f"{self._file} cannot be read; {hint}") from error

    def start_at(self, seconds: float) -> None:
        """Begin at a time; nothing before it is read."""
        self._start = self.until = seconds

    @property
    def since(self) -> float:
        """The time from which the next poll reads."""
        return max(self._start, (self.until or 0.0) - self._overlap)

    def __contains__(self, entry: t.Mapping[str, t.Any]) -> bool:
        return entry["id"] in self._seen

    def add(self, entry: t.Mapping[str, t.Any]) -> None:
        """Remember a log entry that was handed to the rules. All earlier ones of this poll were."""
        self._seen[entry["id"]] = time_of(entry["created_at"])
        self.advance(self._seen[entry["id"]])

    def advance(self, seconds: float) -> None:
        """Everything up to this time was handed to the rules."""
        self.until = max(self.until or 0.0, seconds)
        # The next poll begins with a whole second.
        self._seen = {entry: at for entry, at in self._seen.items() if at >= int(self.since)}

    def save(self) -> None:
        """Write the file; a reader sees the old or the new one. Takes as long as the disk does."""
        if self._file is None or self.until is None:
            return
        text = json.dumps({"until": self.until, "start": self._start, "seen": self._seen})
        with tempfile.NamedTemporaryFile("w", dir=self._file.parent, prefix=self._file.name, delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self._file)
