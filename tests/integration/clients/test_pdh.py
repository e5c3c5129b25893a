# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pdh, a command line for people on call (https://github.com/mbovo/pdh)."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

PDH_AT = Path(__file__).with_name("pdh_at.py")
MARKUP = re.compile(r"\[/?[a-z]\w*\]")
"""Colours, which pdh leaves in its JSON."""
TIME_LIMIT = 60.0
"""Seconds for one command."""

Row = dict[str, str]


class Pdh:
    """The command line of pdh, as whoever is on call uses it.

    Args:
        python: the Python of pdh's environment.
        folder: where its configuration goes.
    """

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python
        self._config = folder / "pdh.yaml"
        values = {"apikey": account.ACCOUNT_KEY, "email": account.PRIMARY.email, "uid": account.PRIMARY.id}
        self._config.write_text(yaml.safe_dump(values))

    def __call__(self, simulator: Simulator, *arguments: str) -> str:
        """Run a command; returns what it prints."""
        done = subprocess.run(
            [str(self._python), str(PDH_AT), simulator.url, *arguments],
            env={"PDH_CONFIG": str(self._config), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, simulator: Simulator, *arguments: str) -> list[Row]:
        """Run a command that lists; returns the rows of its table."""
        return t.cast("list[Row]", json.loads(MARKUP.sub("", self(simulator, *arguments, "--output", "json"))))


@pytest.fixture(scope="session")
def pdh(programs: t.Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Pdh:
    return Pdh(programs("pdh") / "python", tmp_path_factory.mktemp("pdh"))


@pytest.fixture
def lenient_simulator() -> t.Iterator[Simulator]:
    """A simulator that does not check the contract.

    To acknowledge and resolve, pdh sends each incident as it has read it, with another status. PagerDuty takes that,
    although its OpenAPI file asks for `incident_reference` as the type.
    """
    with Simulator() as running:
        yield running


def statuses(simulator: Simulator) -> list[str]:
    return [incident["status"] for incident in simulator.state()["incidents"]]


def test_it_lists_open_incidents_of_a_user_or_of_all(pdh: Pdh, simulator: Simulator, call: Client) -> None:
    mine, other, resolved = simulator.reset(incidents=3)["incidents"]
    assignments = [{"assignee": {"id": account.OWNER.id, "type": "user_reference"}}]
    for each, change in ((other, {"assignments": assignments}), (resolved, {"status": "resolved"})):
        call("PUT", f"/incidents/{each}", {"incident": {"type": "incident_reference", **change}})
    (row,) = pdh.rows(simulator, "inc", "ls")
    assert (row["id"], row["title"], row["status"]) == (mine, "Simulated incident 1", "✘")
    assert (row["assignee"], row["service"]) == (account.PRIMARY.name, account.CHECKOUT.name)
    rows = pdh.rows(simulator, "inc", "ls", "--everything")
    assert [(row["id"], row["assignee"]) for row in rows] == [(mine, account.PRIMARY.name), (other, account.OWNER.name)]


def test_it_acknowledges_and_resolves_by_sending_whole_incidents(pdh: Pdh, lenient_simulator: Simulator) -> None:
    first, second, third = lenient_simulator.reset(incidents=3)["incidents"]
    printed = pdh(lenient_simulator, "inc", "ack", first, second)
    assert (first in printed, second in printed, third in printed) == (True, True, False)
    assert statuses(lenient_simulator) == ["acknowledged", "acknowledged", "triggered"]
    assert f"✅ {second}" in pdh(lenient_simulator, "inc", "resolve", second)
    state = lenient_simulator.state()["incidents"]
    assert [incident["status"] for incident in state] == ["acknowledged", "resolved", "triggered"]
    opened = ["trigger", "assign", "notify"]
    assert [incident["log_entries"] for incident in state] == [
        [*opened, "acknowledge"],
        [*opened, "acknowledge", "resolve"],
        opened,
    ]
    assert state[0]["acknowledged_by"] == [account.PRIMARY.id]
    written = [entry["body"]["incidents"] for entry in lenient_simulator.journal()["entries"] if entry["body"]]
    assert [[item["id"] for item in items] for items in written] == [[first, second], [second]]
    assert all(item["type"] == "incident" and item["created_at"] for items in written for item in items)


def test_it_snoozes_and_reassigns(pdh: Pdh, simulator: Simulator, call: Client) -> None:
    first, second = simulator.reset(incidents=2)["incidents"]
    acknowledged = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    call("PUT", f"/incidents/{first}", acknowledged, headers={"From": account.PRIMARY.email})
    pdh(simulator, "inc", "snooze", "--duration", "600", first)
    pdh(simulator, "inc", "reassign", "--user", account.OWNER.name, second)
    snoozed, reassigned = simulator.state()["incidents"]
    assert (snoozed["status"], bool(snoozed["snoozed_until"])) == ("acknowledged", True)
    assert reassigned["assignees"] == [account.OWNER.id]


def test_it_lists_users(pdh: Pdh, simulator: Simulator) -> None:
    assert pdh.rows(simulator, "user", "ls") == [
        {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "time_zone": "Etc/UTC",
            "role": user.role,
            "job_title": user.job_title,
            "teams": ",".join(team.name for team in user.teams),
        }
        for user in account.USERS.values()
    ]


def test_it_lists_services_with_their_status(pdh: Pdh, simulator: Simulator) -> None:
    simulator.reset(incidents=1)
    rows = pdh.rows(simulator, "svc", "ls", "--status", "active,warning,critical,maintenance")
    assert {row["name"]: row["status"] for row in rows} == {
        account.ARCHIVE.name: "OK",
        account.BILLING.name: "maintenance",
        account.CHECKOUT.name: "CRIT",
        account.DATABASE.name: "OK",
        account.PAYMENTS.name: "OK",
    }
    assert {bool(row["created_at"] and row["updated_at"]) for row in rows} == {True}
