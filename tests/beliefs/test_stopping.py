# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make conformance` can be stopped at any moment, and leaves nothing behind that it does not name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from beliefs.__main__ import STOPPED
from beliefs.account import Account, Json
from beliefs.own_service import MARK, OwnService
from simulator import account
from simulator.launch import Simulator, environment

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import signal, sys, time
import beliefs.__main__ as conformance
from beliefs.belief import Belief
from beliefs.own_service import in_hours

def check(own):
    own.open_incident()
    own.trigger(own.new_key())
    own.create_workflow()
    with own.maintenance(start_time=in_hours(1), end_time=in_hours(2)), own.renamed("Somebody Else"):
        print("in the middle", flush=True)
        time.sleep(600)

conformance.BELIEFS[:] = [Belief("It takes long.", (True,), "a document", check)]
conformance.SETTLE = 2
for each in conformance.SIGNALS:
    signal.signal(each, conformance.stop_once)
sys.exit(conformance.main())
"""


class Checks:
    """A run of the checks; a context manager."""

    def __init__(self, simulator: Simulator) -> None:
        variables = {**os.environ, **environment(simulator.url), "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        command = [sys.executable, "-c", PROGRAM]
        self._process = subprocess.Popen(
            command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.out, self.err = "", ""

    def __enter__(self) -> Checks:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def wait_for(self, text: str) -> None:
        """Wait until they print a text."""
        stdout = t.cast("t.IO[str]", self._process.stdout)
        while text not in self.out:
            line = stdout.readline()
            assert line, f"they end without {text!r}: {self.out}"
            self.out += line

    def stop(self, number: signal.Signals) -> None:
        """Stop them."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait until they end; returns the exit code."""
        out, self.err = self._process.communicate(timeout=60)
        self.out += out
        return self._process.returncode


def calls(simulator: Simulator) -> list[str]:
    """Return the calls so far, those that wait for their response among them."""
    return [f"{entry['method']} {entry['path']}" for entry in simulator.journal()["entries"]]


def left(given: Account) -> Json:
    """Return what the checks may leave behind: whatever has their mark, and what is open."""
    paths = ("services", "escalation_policies", "incident_workflows")
    named = [each["id"] for path in paths for each in given.get(f"/{path}", path) if each["name"].startswith(MARK)]
    open_ones = [("statuses[]", "triggered"), ("statuses[]", "acknowledged"), ("limit", "100")]
    windows = given.get("/maintenance_windows", "maintenance_windows", [("filter", "open")])
    return {
        "named": named,
        "incidents": given.get("/incidents", "incidents", open_ones),
        "windows": [each["id"] for each in windows if each["description"].startswith(MARK)],
        "user": given.get(f"/users/{account.AUTOMATION.id}", "user")["name"],
    }


NOTHING = {"named": [], "incidents": [], "windows": [], "user": account.AUTOMATION.name}


@pytest.fixture(scope="module")
def started() -> t.Iterator[Simulator]:
    """A simulator of their own, as others open and delete things on the shared one."""
    with Simulator() as running:
        yield running


@pytest.fixture
def simulator(started: Simulator) -> Simulator:
    """The same, reset."""
    started.reset()
    return started


@pytest.fixture
def given(simulator: Simulator) -> Account:
    """The simulator, called as an account."""
    return Account(account.ACCOUNT_KEY, account.FROM_EMAIL, simulator.url, simulator.url)


@pytest.mark.parametrize("signals", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGHUP)], ids=str)
def test_stopped_in_the_middle_by_somebody_impatient_it_removes_everything(
    signals: tuple[signal.Signals, signal.Signals], simulator: Simulator, given: Account
) -> None:
    first, second = signals
    with Checks(simulator) as checks:
        checks.wait_for("in the middle")
        checks.stop(first)
        checks.wait_for("Stopping")
        checks.stop(second)
        assert (checks.end(), checks.err) == (STOPPED, "")
    assert "Stopped. What the checks have created is removed" in checks.out
    assert left(given) == NOTHING
    assert len(simulator.state()["incidents"]) == 2


@pytest.mark.parametrize("path", ["/escalation_policies", "/services"])
def test_stopped_while_it_creates_something_it_removes_that_too(
    path: str, simulator: Simulator, given: Account
) -> None:
    simulator.faults([{"method": "POST", "path": path, "fault": "delay_before", "seconds": 0.5}])
    with Checks(simulator) as checks:
        checks.wait_for("Creating")
        while f"POST {path}" not in calls(simulator):
            pass
        checks.stop(signal.SIGINT)
        assert (checks.end(), checks.err) == (STOPPED, "")
    assert f"DELETE {path}" in " ".join(calls(simulator))
    assert left(given) == NOTHING


def test_what_cannot_be_removed_is_named_with_its_address(
    simulator: Simulator, given: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    with OwnService(given, settle=0) as own:
        incident = own.open_incident()
        refused = {"fault": "status_before", "status": 403, "times": 100}
        faults = [("PUT", "/incidents/.*"), ("DELETE", "/services/.*"), ("DELETE", "/escalation_policies/.*")]
        simulator.faults([{"method": method, "path": path, **refused} for method, path in faults])
    asked = capsys.readouterr().err.splitlines()
    addresses = [f"resolve {incident['html_url']}", f"delete {own.service['self']}", f"delete {own.policy['self']}"]
    assert [line.partition(" yourself:")[0] for line in asked] == [f"Please {address}" for address in addresses]


def test_if_pagerduty_cannot_be_reached_any_more_it_says_what_to_look_for(
    simulator: Simulator, given: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    with OwnService(given, settle=0) as own:
        own.open_incident()
        simulator.faults([{"method": "*", "path": ".*", "fault": "drop_before", "times": 100}])
    asked = capsys.readouterr().err
    for what in (
        "resolve the incidents",
        "end the maintenance windows",
        f"delete what is called {own.name!r} in /services",
    ):
        assert f"Please {what}" in asked
