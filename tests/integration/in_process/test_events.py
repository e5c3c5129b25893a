# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing that is read before an event may delay or stop it."""

from __future__ import annotations

import time
import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

MAX_DELAY = 6.0
"""Seconds from the start of a task to its event, whatever the REST API does: 5 s of reads, and the event itself."""
READS = {"method": "GET", "path": ".*", "times": 99}
TROUBLE: dict[str, dict[str, t.Any]] = {
    "slow": {"fault": "delay_before", "seconds": 4},
    "trickling": {"fault": "trickle", "seconds_per_byte": 1},
    "forbidden": {"fault": "status_before", "status": 403},
    "failing": {"fault": "status_before", "status": 500},
    "over its limit": {"fault": "status_before", "status": 429, "headers": {"ratelimit-reset": "60"}},
    "no PagerDuty": {"fault": "html"},
}
TASKS = {
    "event": ("POST /v2/enqueue", {"dedup_key": "k"}, "Could not read the alert's state"),
    "change_event": (
        "POST /v2/change/enqueue",
        {"change_key": "k", "service": "Checkout"},
        "Could not read the service's change events",
    ),
}


@pytest.mark.parametrize("module", TASKS)
@pytest.mark.parametrize("trouble", [*TROUBLE, "down"])
def test_an_event_is_sent_in_time_whatever_the_rest_api_does(
    trouble: str, module: str, run_module: ModuleRunner, simulator: Simulator
) -> None:
    call, options, warning = TASKS[module]
    simulator.reset()
    if trouble in TROUBLE:
        simulator.faults([{**READS, **TROUBLE[trouble]}])
    # Nothing listens on this port, which only the system may use.
    address = {} if trouble in TROUBLE else {"api_url": "http://127.0.0.1:1"}
    start = time.monotonic()
    done = run_module(module, **options, **address, max_wait=120)
    assert (done["changed"], done.writes) == (True, [call])
    assert time.monotonic() - start < MAX_DELAY
    # The first read of a slow PagerDuty is in time, but not the one that tells who is on call.
    assert [each for each in (*done.warnings, str(done["notifies"])) if warning in each or "could not be read" in each]


CHANGES = 201
"""How many change events there are; they take three pages."""
OLDEST = datetime(2026, 5, 1, tzinfo=timezone.utc)


def time_of_change(number: int) -> str:
    return (OLDEST + timedelta(hours=number)).isoformat()


@pytest.mark.parametrize(("is_timed", "reads"), [(True, 2), (False, 4)], ids=["with its time", "without"])
@pytest.mark.parametrize(("number", "changes"), [(0, False), (CHANGES, True)], ids=["recorded", "new"])
def test_a_change_with_a_time_is_looked_for_in_one_page_of_many(
    number: int, changes: bool, is_timed: bool, reads: int, run_module: ModuleRunner, simulator: Simulator
) -> None:
    """The first read is that of the service."""
    simulator.reset(events_limit=CHANGES)
    call = Client(simulator.url)
    for each in range(CHANGES):
        payload = {"summary": "Deployed", "source": "ci", "custom_details": {"change_key": f"shop {each}"}}
        event = {"routing_key": account.ROUTING_KEY, "payload": {**payload, "timestamp": time_of_change(each)}}
        assert call("POST", "/v2/change/enqueue", event).status == 202
    options = {"change_key": f"shop {number}", "service": account.CHECKOUT.id}
    time_of_it = {"timestamp": time_of_change(number)} if is_timed else {}
    done = run_module("change_event", check=True, **options, **time_of_it)
    assert (done["changed"], len(done.reads)) == (changes, reads)
