# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits and snoozes, with a clock that the tests set."""

from __future__ import annotations

import pytest

from simulator import account
from simulator.clock import Clock, iso, time_of
from simulator.limits import SlidingMinute
from simulator.state import State


class Hands:
    """A real time that the test sets."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_the_limit_slides(hands: Hands) -> None:
    limit = SlidingMinute(2, Clock(real=hands))
    assert limit.take("key").granted
    hands.time += 40
    assert limit.take("key").granted
    assert not limit.take("key").granted
    hands.time += 20
    assert limit.take("key").granted
    assert not limit.take("key").granted


def test_each_key_has_a_limit_of_its_own(hands: Hands) -> None:
    limit = SlidingMinute(1, Clock(real=hands))
    assert [limit.take(key).granted for key in ("one", "one", "another")] == [True, False, True]


def test_reset_is_what_a_client_must_really_wait(hands: Hands) -> None:
    limit = SlidingMinute(1, Clock(speed=7, real=hands))
    limit.take("key")
    refused = limit.take("key")
    assert refused.headers == {"ratelimit-limit": "1", "ratelimit-remaining": "0", "ratelimit-reset": "9"}
    hands.time += refused.reset
    assert limit.take("key").granted


def test_a_snoozed_incident_is_triggered_again_in_its_time(hands: Hands) -> None:
    state = State(Clock(real=hands))
    (incident,) = state.seed(1, {"status": "acknowledged"})
    state.snooze(incident, state.actor(account.AUTOMATION), 3600)
    hands.time += 3599
    state.settle()
    assert incident.status == "acknowledged"
    hands.time += 1
    state.settle()
    assert incident.status == "triggered"
    assert [page.reason for page in state.pages] == ["triggered", "unacknowledged"]
    assert incident.last_status_change_at == hands.time


def test_an_acknowledgement_ends_with_the_timeout_of_its_service(hands: Hands) -> None:
    state = State(Clock(real=hands))
    (incident,) = state.seed(1, {"status": "acknowledged", "acknowledgement_timeout": 1800})
    hands.time += 1799
    state.settle()
    assert incident.status == "acknowledged"
    hands.time += 1
    state.settle()
    assert [page.user.id for page in state.pages if page.reason == "unacknowledged"] == [account.AUTOMATION.id]


@pytest.mark.parametrize("text", ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00"])
def test_time_texts_are_read_with_their_zone(text: str) -> None:
    assert iso(time_of(text)) == "2026-01-31T12:00:00Z"
