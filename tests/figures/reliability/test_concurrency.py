# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same task in many forks at the same moment, in the worst order: all read before any of them writes."""

from __future__ import annotations

import pytest

from figures.reliability.concurrency import CONCURRENT_TASKS, run_concurrently
from modules.rows import ConcurrentTask
from simulator.launch import Simulator

FORKS = 8
ON_ANY_MACHINE = [(module, task) for module, task in CONCURRENT_TASKS if task.on_any_machine]


@pytest.mark.parametrize(
    ("module", "task"), CONCURRENT_TASKS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_task_takes_effect_once_on_one_machine(module: str, task: ConcurrentTask, simulator: Simulator) -> None:
    run = run_concurrently(simulator, module, task, delayed=True, separate_machines=False, forks=FORKS)
    assert (run.effects, run.failed) == (1, 0)


@pytest.mark.parametrize(("module", "task"), ON_ANY_MACHINE, ids=lambda value: value if isinstance(value, str) else "")
def test_a_task_that_can_be_undone_or_is_guarded_takes_effect_once_on_many_machines(
    module: str, task: ConcurrentTask, simulator: Simulator
) -> None:
    run = run_concurrently(simulator, module, task, delayed=True, separate_machines=True, forks=FORKS)
    assert (run.effects, run.failed) == (1, 0)
