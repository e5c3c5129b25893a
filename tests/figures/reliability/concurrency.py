# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same task on the same incident at the same moment, as on many hosts or in slices of a job."""

from __future__ import annotations

import tempfile
import typing as t
from concurrent.futures import ThreadPoolExecutor

from figures.reliability.processes import ModuleRun, run
from modules import MODULES, targeted
from modules.rows import ConcurrentTask, pattern
from simulator.launch import Simulator

FORKS = 20
HELD = 2.0
"""Seconds by which every write is delayed in the worst case: all tasks have read before any of them has written."""

CONCURRENT_TASKS: tuple[tuple[str, ConcurrentTask], ...] = tuple(
    (module, task) for module, tests in MODULES.items() for task in tests.concurrent_tasks
)
"""The tasks, each with its module."""


class ConcurrentRun(t.NamedTuple):
    """The result of a task that was run many times at once.

    Args:
        effects: how often it took effect.
    """

    effects: int
    runs: list[ModuleRun]

    @property
    def duplicates(self) -> int:
        """How often it took effect beyond the first time."""
        return max(0, self.effects - 1)

    @property
    def failed(self) -> int:
        """How many runs failed."""
        return sum(each.failed or each.crashed for each in self.runs)


def run_concurrently(
    simulator: Simulator,
    module: str,
    task: ConcurrentTask,
    *,
    delayed: bool,
    separate_machines: bool,
    forks: int = FORKS,
) -> ConcurrentRun:
    """Run a task many times at once.

    Args:
        delayed: whether each write is delayed until all tasks have read.
        separate_machines: whether each fork runs on a machine of its own.
    """
    ids = simulator.reset(incidents=1 if MODULES[module].on_incidents else 0)["incidents"]
    if delayed:
        method, path = pattern(task.write)
        simulator.faults([{"method": method, "path": path, "times": forks, "fault": "delay_before", "seconds": HELD}])
    options = targeted(module, task.options, ids)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(forks) as pool:
        machines = [tempfile.mkdtemp(dir=folder) if separate_machines else folder for _fork in range(forks)]
        runs = list(pool.map(lambda machine: run(module, options, simulator.url, machine=machine), machines))
    return ConcurrentRun(task.count(simulator.state()), runs)
