# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ids that look like PagerDuty's, in the same order after every reset."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAIRS = [low + high for high in DIGITS for low in DIGITS]
"""Two digits at a time, the lower first: thousands of incidents are seeded within a second."""
SCATTER = 11_400_714_819_323_198_485
"""Not divisible by 2 or 3: multiplying by it maps the numbers below 36^n one to one onto each other."""


class Ids:
    """Makes ids, each once."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def short(self) -> str:
        """P and six more, such as a note has."""
        return self._next("P", 6)

    def incident(self) -> str:
        """Q and thirteen more, such as a new incident or alert has."""
        return self._next("Q", 13)

    def long(self) -> str:
        """26 letters and digits, such as a shift has."""
        return self._next("AG", 24)

    def log_entry(self) -> str:
        """R and thirteen more."""
        return self._next("R", 13)

    def change_event(self) -> str:
        """01 and twenty-four more."""
        return self._next("01", 24)

    def dedup_key(self) -> str:
        """32 hexadecimal digits, as PagerDuty gives to an event without a dedup key."""
        self._given["dedup_key"] += 1
        return f"{self._given['dedup_key'] * SCATTER * SCATTER % 16**32:032x}"

    def request_id(self) -> str:
        """Names one request to support."""
        self._given["request"] += 1
        return f"simulated-request-{self._given['request']}"

    def event(self) -> str:
        """26 letters and digits, such as the event of a webhook has."""
        return self._next("01", 24)

    def webhook(self) -> str:
        """A UUID, such as the header X-Webhook-Id has."""
        self._given["webhook"] += 1
        return str(UUID(int=self._given["webhook"] * SCATTER * SCATTER % 16**32, version=4))

    def secret(self) -> str:
        """64 letters and digits, such as a webhook subscription has."""
        return self._next("SIMULATEDWEBHOOKSECRET", 42)

    def _next(self, prefix: str, length: int) -> str:
        self._given[prefix] += 1
        return prefix + _scattered(self._given[prefix], length)


def _scattered(number: int, length: int) -> str:
    rest = number * SCATTER % 36**length
    digits = ""
    while len(digits) < length:
        rest, pair = divmod(rest, 1296)
        digits += PAIRS[pair]
    return digits[:length]
