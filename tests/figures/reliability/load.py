# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load: many events within a rate limit, and thousands of incidents in one task."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from figures.reliability.processes import MODULES, ModuleRun, ran, run, written
from simulator.launch import Simulator

PEAK = Path(__file__).with_name("peak.py")
PAGE = 100
BATCH = 250
"""Incidents that PagerDuty lists and updates in one call.

Source: https://developer.pagerduty.com/docs/pagination; PagerDuty/api-schema, reference/REST/openapiv3.json,
PUT /incidents.
"""
MEMORY_AT_START, MEMORY_OF_INCIDENT = 42.0, 0.012
"""MiB; Ansible copies the result, which has every incident, before it writes it."""
MAX_WAIT = 600.0
"""Seconds; the option max_wait of each event."""


@dataclass(frozen=True)
class EventLoad:
    """The result of sending many events.

    Args:
        lost: events that opened no incident.
        doubled: alerts and pages beyond one for each event.
        refused: responses with HTTP status 429.
    """

    failed: int
    lost: int
    doubled: int
    refused: int


def send_events(simulator: Simulator, tasks: int, forks: int) -> EventLoad:
    """Trigger one alert in each task."""
    simulator.reset()
    keys = [f"load-{number}" for number in range(tasks)]

    def trigger(key: str) -> ModuleRun:
        return run("event", {"dedup_key": key, "summary": key, "max_wait": MAX_WAIT}, simulator.url)

    with ThreadPoolExecutor(forks) as pool:
        done = list(pool.map(trigger, keys))
    state = simulator.state()
    opened = Counter(alert["alert_key"] for incident in state["incidents"] for alert in incident["alerts"])
    return EventLoad(
        failed=sum(each.failed or each.crashed for each in done),
        lost=len(set(keys) - set(opened)),
        doubled=max(opened.total(), len(state["pages"])) - len(opened),
        refused=sum(entry["status"] == 429 for entry in simulator.journal()["entries"]),
    )


@dataclass(frozen=True)
class BulkLoad:
    """The result of one task with thousands of incidents.

    Args:
        acknowledged: by the simulator's state.
        calls: the calls that the task made; `minimum` is the fewest possible, with two to know who gets the incidents.
        peak: the largest memory of its process, in MiB; `max_memory` is what it should need at most.
    """

    ran: ModuleRun
    acknowledged: int
    calls: int
    minimum: int
    peak: float
    max_memory: float


def acknowledge(simulator: Simulator, incidents: int) -> BulkLoad:
    """Acknowledge a number of incidents in one task."""
    ids = simulator.reset(incidents=incidents)["incidents"]
    # Not a fork: it shares memory that a module has to itself.
    done = subprocess.run(
        [sys.executable, str(PEAK), f"{MODULES}.incident_status"],
        input=written("incident_status", {"incident_id": ids, "status": "acknowledged"}, simulator.url),
        capture_output=True,
        text=True,
        check=False,
    )
    state = simulator.state()
    return BulkLoad(
        ran(done.returncode, done.stdout),
        acknowledged=sum(incident["status"] == "acknowledged" for incident in state["incidents"]),
        calls=len(simulator.journal()["entries"]),
        minimum=math.ceil(incidents / PAGE) + math.ceil(incidents / BATCH) + 2,
        peak=int(done.stderr.split()[-1]) / 1024,
        max_memory=MEMORY_AT_START + incidents * MEMORY_OF_INCIDENT,
    )
