# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of one simulator, taken into another, gives the same account, and reading it changes nothing."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator, environment
from tools import snapshot

PEOPLE = [text for user in account.USERS.values() for text in (user.name, user.email)]


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[..., Path]:
    """Take a snapshot of a simulator, as `make snapshot` does; returns the file."""

    def run(simulator: Simulator, *arguments: str) -> Path:
        file = tmp_path / f"{simulator.url.rpartition(':')[2]}.json"
        for name, value in environment(simulator.url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["snapshot", str(file), *arguments])
        assert snapshot.main() == 0
        return file

    return run


def test_another_simulator_has_the_same_account(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    file = take(simulator, "--with-people")
    with Simulator(account=file) as copy:
        assert json.loads(take(copy, "--with-people").read_text()) == json.loads(file.read_text())
        assert on_call(copy) == on_call(simulator)


def on_call(simulator: Simulator) -> list[t.Any]:
    entries = Client(simulator.url)("GET", "/oncalls").body["oncalls"]
    return sorted((each["escalation_policy"]["id"], each["escalation_level"], each["user"]["id"]) for each in entries)


def test_it_only_reads(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    take(simulator)
    assert {entry["method"] for entry in simulator.journal()["entries"]} == {"GET"}


def test_people_are_masked_and_no_key_is_in_the_file(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    text = take(simulator).read_text()
    assert [word for word in (*PEOPLE, *account.SECRETS) if f'"{word}"' in text] == []
    assert '"Web Operations"' in text
    assert not any(secret in take(simulator, "--with-people").read_text() for secret in account.SECRETS)


def test_a_playbook_that_names_masked_people_finds_them(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    with Simulator(account=take(simulator)) as copy:
        call = Client(copy.url)
        for asked in (account.OWNER.email, account.OWNER.email.upper(), account.OWNER.name):
            users = call("GET", "/users", query=[("query", asked)]).body["users"]
            assert [user["id"] for user in users] == [account.OWNER.id]
            assert asked in (users[0]["email"], users[0]["name"])
        assert call("GET", "/users", query=[("query", account.OWNER.name.lower())]).body["users"] == []
        assert call("GET", "/users", query=[("query", "nobody@example.com")]).body["users"] == []
        others = [user["name"] for user in call("GET", "/users").body["users"] if user["id"] != account.OWNER.id]
        assert [name for name in others if name in PEOPLE] == [account.AUTOMATION.name]
        headers = {"From": account.COMMANDER.email}
        service = {"id": account.DATABASE.id, "type": "service_reference"}
        body = {"incident": {"type": "incident", "title": "Practice", "service": service}}
        assert call("POST", "/incidents", body, headers=headers).status == 201


def test_masked_people_are_called_the_same_in_each_snapshot(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    masked = next(user for user in json.loads(take(simulator).read_text())["users"] if user["id"] == account.OWNER.id)
    assert (masked["name"], masked["email"]) == ("User PUSER08", "puser08@example.com")


def test_nobody_else_may_read_the_file(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    file = take(simulator)
    file.chmod(0o644)
    take(simulator, "--with-people")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("variables", "arguments", "says"),
    [
        ({}, ["account.json"], "api_token is not set."),
        ({"PAGERDUTY_API_TOKEN": "token"}, ["nowhere/account.json"], "Cannot write nowhere/account.json: there is no"),
        ({"PAGERDUTY_API_TOKEN": "token"}, ["."], "Cannot write .: "),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence_and_leaves_no_file(
    variables: dict[str, str],
    arguments: list[str],
    says: str,
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PAGERDUTY_API_TOKEN", raising=False)
    for name, value in {"PAGERDUTY_API_URL": simulator.url, **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["snapshot", *arguments])
    assert snapshot.main() == 1
    said = capsys.readouterr()
    assert (said.out, said.err.startswith(says), said.err.count("\n")) == ("", True, 1), said.err
    assert said.err.count("api_token") <= 2
    assert list(tmp_path.iterdir()) == []


def test_what_a_plan_does_not_have_is_left_out(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    simulator.reset(without=["incident_workflows"])
    content = json.loads(take(simulator).read_text())
    assert content["incident_workflows"] == []
    assert content["services"]


def test_a_playbook_pages_whom_the_account_would_page(simulator: Simulator, take: t.Callable[..., Path]) -> None:
    with Simulator(account=take(simulator)) as copy:
        call = Client(copy.url)
        service = {"id": account.DATABASE.id, "type": "service_reference"}
        call("POST", "/incidents", {"incident": {"type": "incident", "title": "Practice", "service": service}})
        (incident,) = copy.state()["incidents"]
        assert incident["assignees"] == [account.DATABASE_FIRST.id]


def test_shift_based_schedules_are_in_it_and_their_levels_have_people(
    simulator: Simulator, take: t.Callable[..., Path]
) -> None:
    simulator.upgrade_schedule(account.DATABASE_ROTATION.id)
    with Simulator(account=take(simulator)) as copy:
        levels = {(policy, level): user for policy, level, user in on_call(copy)}
        assert levels[account.DATABASE_POLICY.id, 1] == account.DATABASE_FIRST.id
        assert levels[account.PAYMENTS_POLICY.id, 1] in (account.OWNER.id, account.DATABASE_SECOND.id)
        listed = Client(copy.url)("GET", "/v3/schedules").body["schedules"]
        assert {each["id"] for each in listed} == {
            account.DATABASE_ROTATION.id,
            account.PAYMENTS_SHIFTS.id,
            account.LAUNCH_WATCH.id,
        }


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_without_shift_based_schedules_is_read_all_the_same(
    status: int, simulator: Simulator, take: t.Callable[..., Path]
) -> None:
    simulator.faults([{"path": "/v3/schedules", "method": "GET", "fault": "status_before", "status": status}])
    content = json.loads(take(simulator).read_text())
    assert [each["id"] for each in content["schedules"] if each["is_shift_based"]] == []
    assert content["schedules"][0]["on_call"] == [account.SECONDARY.id]


def test_a_file_that_is_no_snapshot_ends_the_simulator(tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text('{"users": []}')
    with pytest.raises(Exception, match="did not start"):
        Simulator(account=file)
