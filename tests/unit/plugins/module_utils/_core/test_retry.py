# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a call is retried, and how long a task may wait for it."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import abandoned
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, OutcomeUnknown, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import (
    MAX_DELAY,
    RetryBudget,
    call_with_retries,
)


class Time:
    """A clock that only sleeping advances."""

    def __init__(self) -> None:
        self.now = 0.0
        self.delays: list[float] = []
        self.warnings: list[str] = []
        self.progress: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.delays.append(seconds)
        self.now += seconds

    def budget(self, max_wait: float = 120) -> RetryBudget:
        return RetryBudget(
            max_wait, self.warnings.append, self.progress.append, clock=lambda: self.now, sleep=self.sleep
        )


@pytest.fixture
def time() -> Time:
    return Time()


def failing(error: Exception, times: int) -> t.Callable[[], str]:
    """Return a call that fails `times` times, then succeeds."""
    failures = itertools.repeat(error, times)

    def call() -> str:
        for failure in failures:
            raise failure
        return "response"

    return call


@pytest.mark.parametrize(
    ("error", "idempotent", "retried"),
    [
        pytest.param(OutcomeUnknown("lost"), True, True, id="a read without a response"),
        pytest.param(OutcomeUnknown("lost"), False, False, id="a write without a response"),
        pytest.param(OutcomeUnknown("an HTML page", retryable=False), True, False, id="a read, answered by a proxy"),
        pytest.param(NotSent("cannot connect"), True, True, id="a read that was not sent"),
        pytest.param(NotSent("cannot connect"), False, True, id="a write that was not sent"),
        pytest.param(NotSent("TLS", retryable=False), False, False, id="a write to a wrong address"),
        pytest.param(Refused("no"), True, False, id="a refusal"),
    ],
)
def test_a_call_is_retried_only_if_that_does_no_harm(
    error: Exception, idempotent: bool, retried: bool, time: Time
) -> None:
    call = failing(error, times=3)
    if retried:
        assert call_with_retries(call, time.budget(), idempotent=idempotent) == "response"
    else:
        with pytest.raises(type(error)):
            call_with_retries(call, time.budget(), idempotent=idempotent)
    assert len(time.delays) == (3 if retried else 0)


def test_delays_grow_up_to_a_maximum(time: Time) -> None:
    with pytest.raises(OutcomeUnknown, match=r"Gave up after \d+ retries: max_wait is 300 s"):
        call_with_retries(failing(OutcomeUnknown("lost"), times=99), time.budget(300), idempotent=True)
    assert all(earlier < later * 2 for earlier, later in itertools.pairwise(time.delays))
    assert max(time.delays) <= MAX_DELAY
    assert sum(time.delays) <= 300


def test_max_wait_is_shared_by_all_calls_of_a_task(time: Time) -> None:
    budget = time.budget(20)
    for _call in range(3):
        with pytest.raises(OutcomeUnknown):
            call_with_retries(failing(OutcomeUnknown("lost"), times=99), budget, idempotent=True)
    assert sum(time.delays) <= 20


def test_a_slow_failure_uses_up_the_budget(time: Time) -> None:
    def call() -> None:
        time.now += 15
        raise OutcomeUnknown("timed out after 15 s")

    with pytest.raises(OutcomeUnknown):
        call_with_retries(call, time.budget(20), idempotent=True)
    assert len(time.delays) == 1


def test_the_server_decides_how_long_to_wait(time: Time) -> None:
    call_with_retries(failing(NotSent("rate limited", retry_after=7), times=1), time.budget(), idempotent=False)
    assert 7 <= time.delays[0] < 8


def test_a_wait_longer_than_max_wait_is_not_started(time: Time) -> None:
    with pytest.raises(NotSent, match=r"asked to wait 60 s, more than the remaining max_wait \(30 s\)"):
        call_with_retries(failing(NotSent("rate limited", retry_after=60), times=9), time.budget(30), idempotent=True)
    assert time.delays == []


def test_a_long_wait_is_shown_as_a_warning_and_as_progress(time: Time) -> None:
    call_with_retries(failing(NotSent("rate limited.", retry_after=17), times=1), time.budget(), idempotent=True)
    assert time.warnings == time.progress
    assert time.warnings[0].startswith("rate limited. Waiting 1")


def test_a_short_wait_is_not_shown(time: Time) -> None:
    call_with_retries(failing(OutcomeUnknown("lost"), times=1), time.budget(), idempotent=True)
    assert time.warnings == time.progress == []


def test_with_a_budget_of_nothing_a_call_is_tried_once(time: Time) -> None:
    with pytest.raises(OutcomeUnknown, match=r"^lost$"):
        call_with_retries(failing(OutcomeUnknown("lost"), times=1), time.budget(0), idempotent=True)


@pytest.mark.parametrize("retry_after", [None, 7.0])
def test_a_wait_in_which_the_run_of_ansible_ends_is_the_last(
    retry_after: float | None, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abandoned, "_tests", [lambda: time.now > 0])
    error = NotSent("Too many requests.", retry_after=retry_after)
    with pytest.raises(NotSent, match=r"Too many requests\. Gave up, because the run of Ansible has ended\."):
        call_with_retries(failing(error, times=9), time.budget(), idempotent=False)
    assert len(time.delays) == 1
