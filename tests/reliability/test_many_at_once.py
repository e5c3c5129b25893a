# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many forks with the same task, whose writes are held back: whoever can look before they are done will look."""

from __future__ import annotations

import pytest

from reliability.rushes import RUSHES, Rush, rush
from simulator.launch import Simulator

FORKS = 8


@pytest.mark.parametrize("task", RUSHES, ids=str)
def test_what_all_do_on_one_machine_happens_once(task: Rush, simulator: Simulator) -> None:
    rushed = rush(simulator, task, held=True, apart=False, forks=FORKS)
    assert (rushed.happened, rushed.failed) == (1, 0)


@pytest.mark.parametrize("task", [task for task in RUSHES if task.anywhere], ids=str)
def test_what_can_be_undone_or_is_guarded_happens_once_on_many_machines(task: Rush, simulator: Simulator) -> None:
    rushed = rush(simulator, task, held=True, apart=True, forks=FORKS)
    assert (rushed.happened, rushed.failed) == (1, 0)
