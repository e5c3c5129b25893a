# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks: a task waits for another one on the same incident, up to max_wait, and for nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.locks import POLL_INTERVAL, target_locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget

API = "https://api.pagerduty.com"
COLLECTIONS = Path(locks.__file__).parents[6]
"""Where `ansible_collections` is, as ansible-test finds it by an import hook that another process does not have."""
HOLD = """
import sys
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.locks import target_locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
with target_locks(sys.argv[1], sys.argv[2:], RetryBudget(0, print, print), print):
    print("held", flush=True)
    sys.stdin.read()
"""


class Waits:
    """A budget that counts its waits instead of waiting, and calls back at the first."""

    def __init__(self, at_first: t.Callable[[], t.Any] = lambda: None) -> None:
        self.count = 0
        self.warnings: list[str] = []
        self._at_first = at_first
        self.budget = RetryBudget(1, print, print, clock=lambda: 0.0, sleep=self._sleep)

    def _sleep(self, _seconds: float) -> None:
        self.count += 1
        if self.count == 1:
            self._at_first()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder that no other task uses."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


@pytest.fixture
def holder() -> t.Iterator[subprocess.Popen[str]]:
    """Another process that holds the locks of the incidents PONE and PTWO."""
    command = [sys.executable, "-c", HOLD, API, "PONE", "PTWO"]
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.usefixtures("holder")
def test_a_task_on_a_locked_incident_waits_up_to_max_wait_and_goes_on() -> None:
    waits = Waits()
    with target_locks(API, ["PTWO", "PTHREE"], waits.budget, waits.warnings.append):
        assert waits.count * POLL_INTERVAL == pytest.approx(waits.budget.max_wait, abs=POLL_INTERVAL)
    (warning,) = waits.warnings
    assert warning.endswith("another task still works on PTWO.")


@pytest.mark.usefixtures("holder")
def test_waiting_for_a_lock_leaves_the_time_for_retries() -> None:
    waits = Waits()
    with target_locks(API, ["PTWO"], waits.budget, print):
        assert waits.budget.sleep(waits.budget.max_wait)


def test_a_lock_file_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with target_locks(API, ["PONE"], Waits().budget, print):
        pass
    owner = os.getuid()
    # The file has the name of this user, but not the owner.
    monkeypatch.setattr(locks.os, "getuid", iter([owner, owner + 1]).__next__)
    waits = Waits()
    with target_locks(API, ["PONE"], waits.budget, waits.warnings.append):
        pass
    assert waits.warnings == [
        "Went on without a lock, so another task may do the same at the same time: the lock file cannot be used: it "
        "belongs to another user."
    ]


@pytest.mark.usefixtures("holder")
@pytest.mark.parametrize(("url", "target"), [(API, "PTHREE"), ("https://api.eu.pagerduty.com", "PONE")])
def test_a_task_on_another_incident_or_account_does_not_wait(url: str, target: str) -> None:
    waits = Waits()
    with target_locks(url, [target], waits.budget, waits.warnings.append):
        assert waits.count == 0
    assert waits.warnings == []


def test_the_locks_of_a_process_are_released_when_it_ends(holder: subprocess.Popen[str]) -> None:
    def end() -> None:
        holder.kill()
        holder.wait()

    waits = Waits(at_first=end)
    with target_locks(API, ["PONE"], waits.budget, waits.warnings.append):
        assert waits.count == 1


def test_locks_are_released_after_use() -> None:
    for _time in range(2):
        waits = Waits()
        with target_locks(API, ["PONE"], waits.budget, waits.warnings.append):
            assert waits.count == 0


def test_a_symbolic_link_instead_of_the_lock_file_is_not_followed(own_folder: Path) -> None:
    with target_locks(API, ["PONE"], Waits().budget, print):
        (file,) = own_folder.iterdir()
    file.unlink()
    file.symlink_to(own_folder / "elsewhere")
    waits = Waits()
    with target_locks(API, ["PONE"], waits.budget, waits.warnings.append):
        assert not (own_folder / "elsewhere").exists()
    assert "the lock file cannot be used" in waits.warnings[0]
