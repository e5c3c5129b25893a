# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits over a sliding minute, as PagerDuty counts them for each key."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from simulator.clock import Clock

WINDOW = 60.0
"""Seconds. Source: https://developer.pagerduty.com/docs/rest-api-rate-limits."""


@dataclass(frozen=True)
class Allowance:
    """The rate limit of a key.

    Args:
        granted: whether this call is within the limit.
        limit: calls in a minute.
        remaining: calls that are left.
        reset: real seconds until there are more.
    """

    granted: bool
    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """The rate limit headers of a REST response."""
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(self.reset),
        }


class SlidingMinute:
    """Counts calls for each key and refuses those beyond the limit; a refused call is not counted."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str) -> Allowance:
        """Count one call of a key, if it is within the limit."""
        now = self._clock.now()
        calls = self._calls[key]
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        granted = len(calls) < self.limit
        if granted:
            calls.append(now)
        wait = calls[0] + WINDOW - now if calls else WINDOW
        return Allowance(granted, self.limit, self.limit - len(calls), max(1, self._clock.real_wait(wait)))
