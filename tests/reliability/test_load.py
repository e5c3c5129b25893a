# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load in small: no event is lost at a limit, and many incidents cost no more calls than they must."""

from __future__ import annotations

from reliability.load import MOST_MEMORY, acknowledge, send_events
from simulator.launch import Simulator


def test_events_beyond_the_limit_wait_and_none_is_lost_or_doubled() -> None:
    with Simulator(events_limit=4, clock_speed=60) as simulator:
        load = send_events(simulator, tasks=12, forks=12)
    assert (load.failed, load.lost, load.doubled) == (0, 0, 0)
    assert load.refused > 0


def test_a_thousand_incidents_cost_the_least_calls_and_little_memory() -> None:
    # Without the contract: checking so many answers would take longer than all the rest.
    with Simulator() as simulator:
        load = acknowledge(simulator, 1000)
    assert (load.ran.code, load.acknowledged) == (0, 1000)
    assert load.calls == load.least
    assert load.peak < MOST_MEMORY
