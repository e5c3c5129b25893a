# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to retry a call, and how long a task may wait for it.

Private to the collection.
"""

from __future__ import annotations

import random
import time
import typing as t

from . import abandoned
from .errors import NotSent, OutcomeUnknown

T = t.TypeVar("T")
Log = t.Callable[[str], None]

INITIAL_DELAY = 0.5
"""Seconds before the first retry; doubled for each further one."""
MAX_DELAY = 30.0
"""Seconds; the longest delay that is not the server's own."""
WARN_DELAY = 5.0
"""Delays of this many seconds or more are shown as warnings."""


class RetryBudget:
    """The time a task may spend on waiting and retrying, shared by all its calls.

    Args:
        max_wait: seconds.
        warn: adds a warning to the task's result.
        progress: shows a line while the task runs.
        clock: returns monotonic seconds.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        max_wait: float,
        warn: Log,
        progress: Log,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = abandoned.sleep,
    ) -> None:
        self.max_wait = max_wait
        self.progress = progress
        self.clock = clock
        self._warn = warn
        self._sleep = sleep
        self._spent = 0.0

    def anew(self) -> RetryBudget:
        """Return a budget of the same size, of which nothing is used up."""
        return RetryBudget(self.max_wait, self._warn, self.progress, self.clock, self._sleep)

    def wait_before_retry(self, error: NotSent | OutcomeUnknown, retries: int, started: float) -> bool:
        """Wait before a retry.

        Args:
            error: why the call failed.
            retries: how many retries there were before.
            started: when the failed attempt began, on `clock`; a slow failure uses up the budget as well.

        Returns:
            False, without waiting, if the delay is longer than the remaining budget.
        """
        self._spent += self.clock() - started
        delay = backoff(retries) if error.retry_after is None else error.retry_after + random.uniform(0, INITIAL_DELAY)
        if delay >= WARN_DELAY and self._spent + delay <= self.max_wait:
            line = f"{error.message} Waiting {delay:.0f} s before the next retry."
            self._warn(line)
            self.progress(line)
        return self.sleep(delay)

    def sleep(self, seconds: float) -> bool:
        """Wait; returns False, without waiting, if that is longer than the remaining budget.

        It also returns False if the run of Ansible has ended meanwhile.
        """
        if self._spent + seconds > self.max_wait:
            return False
        self._sleep(seconds)
        self._spent += seconds
        return not abandoned.is_abandoned()

    def pause(self, seconds: float) -> None:
        """Wait for something else than a retry; that leaves the budget as it is."""
        self._sleep(seconds)

    def why_exhausted(self, error: NotSent | OutcomeUnknown, retries: int) -> str:
        """Return a sentence that says why there is no further retry."""
        if abandoned.is_abandoned():
            return " Gave up, because the run of Ansible has ended."
        remaining = max(0.0, self.max_wait - self._spent)
        if error.retry_after is not None:
            wait = f"{error.retry_after:.0f} s"
            return f" The server asked to wait {wait}, more than the remaining max_wait ({remaining:.0f} s)."
        return f" Gave up after {retries} retries: max_wait is {self.max_wait:g} s." if retries else ""


def backoff(retries: int) -> float:
    """Return the seconds to wait: doubling, with jitter, as parallel tasks must not retry at the same moment."""
    return random.uniform(0.5, 1.0) * min(MAX_DELAY, INITIAL_DELAY * 2.0 ** min(retries, 16))


def call_with_retries(call: t.Callable[[], T], budget: RetryBudget, *, idempotent: bool) -> T:
    """Call until it succeeds, the budget is used up, or another attempt could do harm.

    Args:
        idempotent: whether sending the call twice has the effect of sending it once.

    Raises:
        TaskError: the last attempt's error.
    """
    retries = 0
    while True:
        started = budget.clock()
        try:
            return call()
        except (NotSent, OutcomeUnknown) as error:
            is_safe = idempotent or isinstance(error, NotSent)
            if not (error.retryable and is_safe):
                raise
            if not budget.wait_before_retry(error, retries, started):
                error.message += budget.why_exhausted(error, retries)
                raise
        retries += 1
