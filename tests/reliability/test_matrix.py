# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix in its reduced form: every module, and every fault, on the calls where it matters most."""

from __future__ import annotations

import pytest

from reliability.bench import Bench
from reliability.matrix import FAULTS, TASKS, Cell, cells
from simulator.launch import Simulator

EVERY_FAULT_ON = "incident_note"
EVERYWHERE = ("dropped before", "dropped after", "time-out before", "503 after", "wrong shape")
"""Faults that differ in what the module can see of the effect."""
BLIND = ("dropped after", "503 after")
"""The same, for looks that fail too."""
COSTLY = "huge answer"
FIRST_TASKS = {task.module: task for task in reversed(TASKS)}


def is_in_reduced_form(cell: Cell) -> bool:
    """One task of each module: the write met once with patience, the write and all looks met for good."""
    if FIRST_TASKS[cell.task.module] != cell.task or cell.fault.name == COSTLY:
        return False
    if cell.place in ("read", "after"):
        return cell.lasting and (not cell.task.writes or cell.fault.name == "500")
    if cell.place == "both":
        return cell.lasting and cell.fault.name in BLIND
    everywhere = cell.task.module == EVERY_FAULT_ON or cell.fault.name in EVERYWHERE
    return everywhere and cell.lasting == (cell.fault.name == "connection refused")


@pytest.fixture(scope="session")
def bench(running_simulator: Simulator) -> Bench:
    """Where the cells are run."""
    return Bench(running_simulator)


REDUCED = [cell for cell in cells() if is_in_reduced_form(cell)]


@pytest.mark.parametrize("cell", REDUCED, ids=str)
def test_whatever_happens_it_is_done_once_or_not_at_all_and_said_so(cell: Cell, bench: Bench) -> None:
    assert bench.verdict(cell).faults == ()


def test_the_reduced_form_has_every_module_and_every_fault_but_the_costly_one() -> None:
    assert {cell.task.module for cell in REDUCED} == {task.module for task in TASKS}
    assert {cell.fault.name for cell in REDUCED} == {fault.name for fault in FAULTS} - {COSTLY}
