# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load in its reduced form: no event is lost at a rate limit, and many incidents take the fewest calls possible."""

from __future__ import annotations

from figures.reliability.load import acknowledge, send_events
from simulator.launch import Simulator


def test_events_above_the_rate_limit_wait_and_none_is_lost_or_sent_twice() -> None:
    with Simulator(events_limit=4, clock_speed=60) as simulator:
        load = send_events(simulator, tasks=12, forks=12)
    assert (load.failed, load.lost, load.doubled) == (0, 0, 0)
    assert load.refused > 0


def test_a_thousand_incidents_take_the_fewest_calls_and_little_memory() -> None:
    # Without the contract: checking that many responses would take longer than the rest of the test.
    with Simulator() as simulator:
        load = acknowledge(simulator, 1000)
    assert (load.ran.code, load.acknowledged) == (0, 1000)
    assert load.calls == load.minimum
    assert load.peak < load.max_memory
