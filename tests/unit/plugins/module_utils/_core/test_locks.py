# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks: a task waits for another one on the same incident, up to max_wait, and for nobody else."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import types
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.locks import LOCK_FILE, POLL_INTERVAL, target_locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget

API = "https://api.pagerduty.com"
COLLECTIONS = Path(locks.__file__).parents[6]
"""Where `ansible_collections` is, as ansible-test finds it by an import hook that another process does not have."""
HOLD = """
import sys
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
locks.TEMPORARY = sys.argv[1]
with locks.target_locks(sys.argv[2], sys.argv[3:], RetryBudget(0, print, print), print):
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
    """A folder in place of /tmp that no other task uses; there is no other place for locks."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(locks, "TEMPORARY", str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def holder(own_folder: Path) -> t.Iterator[subprocess.Popen[str]]:
    """Another process that holds the locks of the incidents PONE and PTWO."""
    command = [sys.executable, "-c", HOLD, str(own_folder), API, "PONE", "PTWO"]
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


def of_somebody_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a file look as if it belonged to another user, which only root could really do."""
    for function in ("lstat", "fstat"):
        original = getattr(os, function)

        def owned(
            file: t.Any, original: t.Callable[[t.Any], os.stat_result] = original
        ) -> os.stat_result | types.SimpleNamespace:
            found = original(file)
            if not path.exists() or found.st_ino != path.stat().st_ino:
                return found
            return types.SimpleNamespace(st_mode=found.st_mode, st_uid=found.st_uid + 1)

        monkeypatch.setattr(locks.os, function, owned)


Place = t.Callable[[Path, pytest.MonkeyPatch], t.Any]
"""Makes what is in the place of the folder for locks."""


def nothing(_folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    pass


def own(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(0o700)


def open_to_all(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def foreign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(0o700)
    of_somebody_else(folder, monkeypatch)


def file(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    folder.touch()


def link(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "elsewhere").mkdir()
    folder.symlink_to(folder.parent / "elsewhere")


def foreign_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(0o700)
    (folder / LOCK_FILE).touch()
    of_somebody_else(folder / LOCK_FILE, monkeypatch)


def linked_file(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(0o700)
    (folder / LOCK_FILE).symlink_to(folder.parent / "elsewhere")


def folder_in_its_place(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / LOCK_FILE).mkdir(parents=True)


def pipe_in_its_place(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(0o700)
    os.mkfifo(folder / LOCK_FILE)


def lock(name: str) -> list[str]:
    """Lock an incident; returns the warnings."""
    waits = Waits()
    with target_locks(API, [name], waits.budget, waits.warnings.append):
        assert waits.count == 0
    return waits.warnings


WITHOUT = "Went on without a lock, so another task may do the same at the same time: no lock file can be used: "


@pytest.mark.parametrize("place", [nothing, own, open_to_all])
def test_the_lock_file_is_in_a_folder_that_only_its_owner_can_use(
    place: Place, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_folder / f"oncall.pagerduty-{os.geteuid()}"
    place(folder, monkeypatch)
    assert lock("PONE") == []
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in folder.iterdir()] == [LOCK_FILE]
    assert (folder / LOCK_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (foreign, "{folder} belongs to another user"),
        (file, "{folder} is not a folder"),
        (link, "{folder} is not a folder"),
        (foreign_file, "{folder}/locks is not a file of this user"),
        (linked_file, f"{{folder}}/locks: {os.strerror(errno.ELOOP)}"),
        (folder_in_its_place, f"{{folder}}/locks: {os.strerror(errno.EISDIR)}"),
        (pipe_in_its_place, "{folder}/locks is not a file of this user"),
    ],
)
def test_without_a_lock_file_of_its_own_a_task_goes_on_and_says_why(
    place: Place, reason: str, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_folder / f"oncall.pagerduty-{os.geteuid()}"
    place(folder, monkeypatch)
    assert lock("PONE") == [f"{WITHOUT}{reason.format(folder=folder)}."]
    elsewhere = own_folder / "elsewhere"
    assert not elsewhere.exists() or list(elsewhere.iterdir()) == []


def unusable(reason: int) -> Place:
    """Return what lets nobody create the folder for locks."""

    def make(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        create = os.mkdir

        def refuse(path: str, mode: int) -> None:
            if path == str(folder):
                raise OSError(reason, os.strerror(reason), path)
            create(path, mode)

        monkeypatch.setattr(locks.os, "mkdir", refuse)

    return make


UNUSABLE = (errno.EROFS, errno.ENOSPC, errno.EACCES, errno.ENOENT)


@pytest.mark.parametrize("reason", UNUSABLE, ids=os.strerror)
def test_where_no_folder_can_be_created_a_task_goes_on_and_says_why(
    reason: int, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_folder / f"oncall.pagerduty-{os.geteuid()}"
    unusable(reason)(folder, monkeypatch)
    assert lock("PONE") == [f"{WITHOUT}{folder}: {os.strerror(reason)}."]


@pytest.mark.parametrize("place", [foreign, file, link, foreign_file, *map(unusable, UNUSABLE)])
@pytest.mark.parametrize("other", ["the session", "TMPDIR"])
def test_where_the_folder_cannot_be_used_there_are_other_places(
    place: Place, other: str, own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    if other == "TMPDIR":
        monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(elsewhere))
    place(own_folder / f"oncall.pagerduty-{os.geteuid()}", monkeypatch)
    assert lock("PONE") == []
    assert (elsewhere / f"oncall.pagerduty-{os.geteuid()}" / LOCK_FILE).is_file()


@pytest.mark.usefixtures("holder")
def test_tasks_with_other_folders_for_temporary_files_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    waits = Waits()
    with target_locks(API, ["PONE"], waits.budget, waits.warnings.append):
        assert waits.count > 0
