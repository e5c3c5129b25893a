# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Much at once: many events through a narrow limit, and thousands of incidents in one task."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from reliability.processes import MODULES, Ran, ran, run, written
from simulator.launch import Simulator

PEAK = Path(__file__).with_name("peak.py")
PAGE = 100
BATCH = 250
"""Incidents that PagerDuty lists, and changes, in one call. Source: openapi/rest.json."""
MOST_MEMORY = 80.0
"""MiB that the process of a module may hold."""
PATIENCE = 600.0
"""Seconds that an event may wait for its turn."""


@dataclass(frozen=True)
class EventLoad:
    """How many event tasks went.

    Args:
        lost: events that opened no incident.
        doubled: alerts and pages beyond one for each event.
        refused: answers that the limit was used up.
    """

    failed: int
    lost: int
    doubled: int
    refused: int


def send_events(simulator: Simulator, tasks: int, forks: int) -> EventLoad:
    """Trigger one alert in each of so many tasks."""
    simulator.reset()
    keys = [f"load-{number}" for number in range(tasks)]

    def trigger(key: str) -> Ran:
        return run("event", {"dedup_key": key, "summary": key, "max_wait": PATIENCE}, simulator.url)

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
    """How one task with thousands of incidents went.

    Args:
        acknowledged: by the simulator's state.
        calls: that the task made, and `least` that it could not do without.
        peak: the largest memory of its process, in MiB.
    """

    ran: Ran
    acknowledged: int
    calls: int
    least: int
    peak: float


def acknowledge(simulator: Simulator, incidents: int) -> BulkLoad:
    """Acknowledge so many incidents in one task."""
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
        least=math.ceil(incidents / PAGE) + math.ceil(incidents / BATCH),
        peak=int(done.stderr.split()[-1]) / 1024,
    )
