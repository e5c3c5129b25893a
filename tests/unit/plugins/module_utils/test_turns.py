# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns: who changes the same incident waits, for as long as patience lasts; nobody else does."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._transport import Patience
from ansible_collections.oncall.pagerduty.plugins.module_utils._turns import POLL, turn

API = "https://api.pagerduty.com"
HOLD = """
import sys
from ansible_collections.oncall.pagerduty.plugins.module_utils._transport import Patience
from ansible_collections.oncall.pagerduty.plugins.module_utils._turns import turn
with turn(sys.argv[1], sys.argv[2:], Patience(0, print)):
    print("held", flush=True)
    sys.stdin.read()
"""


class Waits:
    """Patience that does not wait: it counts, and calls back at the first wait."""

    def __init__(self, at_first: t.Callable[[], t.Any] = lambda: None) -> None:
        self.count = 0
        self._at_first = at_first
        self.patience = Patience(1, print, clock=lambda: 0.0, sleep=self._sleep)

    def _sleep(self, _seconds: float) -> None:
        self.count += 1
        if self.count == 1:
            self._at_first()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of the test's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


@pytest.fixture
def holder() -> t.Iterator[subprocess.Popen[str]]:
    """Another process that has the turn for the incidents PONE and PTWO."""
    command = [sys.executable, "-c", HOLD, API, "PONE", "PTWO"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.usefixtures("holder")
def test_who_wants_the_same_incident_waits_until_patience_ends_and_goes_on() -> None:
    waits = Waits()
    with turn(API, ["PTWO", "PTHREE"], waits.patience):
        assert waits.count * POLL == pytest.approx(waits.patience.max_wait, abs=POLL)


@pytest.mark.usefixtures("holder")
@pytest.mark.parametrize(("url", "target"), [(API, "PTHREE"), ("https://api.eu.pagerduty.com", "PONE")])
def test_who_wants_another_incident_or_account_does_not_wait(url: str, target: str) -> None:
    waits = Waits()
    with turn(url, [target], waits.patience):
        assert waits.count == 0


def test_a_turn_is_free_as_soon_as_its_process_has_ended(holder: subprocess.Popen[str]) -> None:
    def end() -> None:
        holder.kill()
        holder.wait()

    waits = Waits(at_first=end)
    with turn(API, ["PONE"], waits.patience):
        assert waits.count == 1


def test_a_turn_is_given_back() -> None:
    for _time in range(2):
        waits = Waits()
        with turn(API, ["PONE"], waits.patience):
            assert waits.count == 0


def test_a_link_in_the_place_of_the_file_is_not_followed(own_folder: Path) -> None:
    with turn(API, ["PONE"], Waits().patience):
        (file,) = own_folder.iterdir()
    file.unlink()
    file.symlink_to(own_folder / "elsewhere")
    with turn(API, ["PONE"], Waits().patience):
        assert not (own_folder / "elsewhere").exists()
