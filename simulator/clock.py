# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's time: real time, or a multiple of its speed."""

from __future__ import annotations

import math
import time
import typing as t
from datetime import datetime, timezone

DAY = 86_400.0
"""Seconds."""


class Clock:
    """A clock in seconds since 1970 (UTC).

    Args:
        speed: simulated seconds in one real second.
        real: the real time in seconds since 1970; tests give their own.
    """

    def __init__(self, speed: float = 1.0, real: t.Callable[[], float] = time.time) -> None:
        self.speed = speed
        self._real = real
        self._start = real()
        self._ahead = 0.0

    def now(self) -> float:
        """Simulated seconds since 1970."""
        return self._start + (self._real() - self._start) * self.speed + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward by a number of simulated seconds."""
        self._ahead += seconds

    def reset(self) -> None:
        """Take back by how much it was put forward."""
        self._ahead = 0.0

    def real_wait(self, simulated: float) -> int:
        """Return the whole real seconds to wait for a number of simulated seconds."""
        return max(0, math.ceil(simulated / self.speed))


def iso(seconds: float) -> str:
    """Return a time, in seconds since 1970, as PagerDuty writes it: `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str) -> float:
    """Return the time of an ISO 8601 text in seconds since 1970; without a zone it is UTC.

    Raises:
        ValueError: it is not ISO 8601.
    """
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()
