# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A log that strangers cannot fill.

Private to the collection.
"""

from __future__ import annotations

import logging
import math
import time
import typing as t

INTERVAL = 10.0
"""Seconds between two lines of one kind."""


class RateLimitedLog:
    """Writes what anybody can cause, as often as they like: a line of each kind, and later how many were left out.

    Args:
        logger: where it writes.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._written: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def write(self, level: int, kind: str, *args: object, **options: t.Any) -> None:
        """Write a line, unless one of its kind was written just now.

        Args:
            kind: the message before its arguments are put in; from code, so that there are only a few.
            options: those of `logging.Logger.log`.
        """
        now = time.monotonic()
        if now - self._written.get(kind, -math.inf) < INTERVAL:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return
        self._written[kind] = now
        before = self._left_out.pop(kind, 0)
        self._logger.log(level, f"{kind}; {before} more like this before" if before else kind, *args, **options)


class RateLimitedLogger(logging.LoggerAdapter):  # type: ignore[type-arg]
    """A logger for a library that logs what anybody can cause."""

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__(logger, {})
        self._limited = RateLimitedLog(logger)

    def log(self, level: int, msg: object, *args: object, **kwargs: t.Any) -> None:
        """Write a line, unless one of its kind was written just now."""
        if self.isEnabledFor(level):
            self._limited.write(level, str(msg), *args, **kwargs)
