# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts, or slices of a job, that run the same task on the same incident at the same moment."""

from __future__ import annotations

import tempfile
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from reliability.processes import Ran, run
from simulator import account
from simulator.launch import Simulator

FORKS = 20
HELD = 2.0
"""Seconds by which every write is held back in the worst case: all have looked before any of them is done."""
NOTE = "The disk is full."


@dataclass(frozen=True)
class Rush:
    """A task that many run at once.

    Args:
        happened: how often it has happened, by the simulator's state.
        write: its write, as a regular expression.
        anywhere: whether it must happen once also where each fork is on a machine of its own.
    """

    module: str
    options: dict[str, t.Any]
    happened: t.Callable[[dict[str, t.Any]], int]
    write: str
    anywhere: bool = True

    def __str__(self) -> str:
        return self.module


def _paged(reason: str) -> t.Callable[[dict[str, t.Any]], int]:
    """How often the same person was woken for a reason."""
    return lambda state: sum(page["reason"] == reason for page in state["pages"])


RUSHES = (
    Rush(
        "incident_note",
        {"content": NOTE},
        lambda state: sum(note["content"] == NOTE for note in state["incidents"][0]["notes"]),
        "POST /incidents/[^/]+/notes",
    ),
    Rush(
        "incident_responders",
        {"users": [account.OWNER.id]},
        _paged("responder_requested"),
        "POST /incidents/[^/]+/responder_requests",
        anywhere=False,
    ),
    Rush("incident_escalation", {"level": 2}, _paged("escalated"), "PUT /incidents", anywhere=False),
    Rush(
        "incident_status",
        {"status": "resolved", "resolution": NOTE},
        lambda state: len(state["incidents"][0]["notes"]),
        "PUT /incidents",
    ),
    Rush("event", {"dedup_key": "checkout-disk"}, _paged("triggered"), "POST /v2/enqueue"),
)


@dataclass(frozen=True)
class Rushed:
    """How a rush went.

    Args:
        happened: how often the effect is there.
        ran: the tasks.
    """

    happened: int
    ran: list[Ran]

    @property
    def duplicates(self) -> int:
        """How often it happened beyond the once that was wanted."""
        return max(0, self.happened - 1)

    @property
    def failed(self) -> int:
        """How many tasks failed."""
        return sum(ran.failed or ran.crashed for ran in self.ran)


def rush(simulator: Simulator, task: Rush, *, held: bool, apart: bool, forks: int = FORKS) -> Rushed:
    """Run a task many times at once.

    Args:
        held: whether each write is held back, so that all that can look before it is done will look.
        apart: whether each fork is on a machine of its own.
    """
    ids = simulator.reset(incidents=0 if task.module == "event" else 1)["incidents"]
    if held:
        method, path = task.write.split()
        simulator.faults([{"method": method, "path": path, "times": forks, "fault": "delay_before", "seconds": HELD}])
    options = {**task.options, **({"incident_id": ids} if ids else {})}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(forks) as pool:
        machines = [tempfile.mkdtemp(dir=folder) if apart else folder for _fork in range(forks)]
        ran = list(pool.map(lambda machine: run(task.module, options, simulator.url, machine=machine), machines))
    return Rushed(task.happened(simulator.state()), ran)
