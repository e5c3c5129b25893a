# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's time: real time, or real time made to run faster."""

from __future__ import annotations

import math
import time
import typing as t
from datetime import UTC, datetime

DAY = 86_400.0
"""Seconds."""


class Clock:
    """Tells the time in seconds since 1970 (UTC).

    Args:
        speed: simulated seconds in one real second.
        real: the real time in seconds since 1970; tests give their own.
    """

    def __init__(self, speed: float = 1.0, real: t.Callable[[], float] = time.time) -> None:
        self.speed = speed
        self._real = real
        self._start = real()

    def now(self) -> float:
        """Simulated seconds since 1970."""
        return self._start + (self._real() - self._start) * self.speed

    def real_wait(self, simulated: float) -> int:
        """How many whole real seconds somebody must wait until so many simulated seconds are surely over."""
        return max(0, math.ceil(simulated / self.speed))


def iso(moment: float) -> str:
    """A moment as PagerDuty writes it: `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> float:
    """The seconds since 1970 that an ISO 8601 text means; without a zone it is UTC.

    Raises:
        ValueError: when it is none.
    """
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
