# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several tasks that do the same at the same moment, and effects that cannot be read back immediately."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions import incident_note, incident_responders

from integration.in_process.conftest import ModuleRun, ModuleRunner
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

NOTE = "The disk is full."
RATE_LIMITED = {"fault": "status_before", "status": 429}


@pytest.fixture
def other(simulator: Simulator) -> Client:
    """Another client of the account."""
    return Client(simulator.url)


def meanwhile(monkeypatch: pytest.MonkeyPatch, module: t.Any, function: str, action: t.Callable[[], t.Any]) -> None:
    """Run `action` between a task's read and its write, just before the function that writes."""
    original = getattr(module, function)

    def act_first(*arguments: t.Any) -> t.Any:
        monkeypatch.setattr(module, function, original)
        action()
        return original(*arguments)

    monkeypatch.setattr(module, function, act_first)


def add_note(
    run_module: ModuleRunner, incident: str, monkeypatch: pytest.MonkeyPatch, action: t.Callable[[], t.Any]
) -> ModuleRun:
    meanwhile(monkeypatch, incident_note, "add_note", action)
    return run_module("incident_note", incident_id=incident, content=NOTE)


def notes(simulator: Simulator) -> list[str]:
    return [note["id"] for note in simulator.state()["incidents"][0]["notes"]]


def post_note(other: Client, incident: str, **headers: str) -> None:
    other("POST", f"/incidents/{incident}/notes", {"note": {"content": NOTE}}, headers=headers)


def test_of_two_notes_added_at_once_the_first_is_left(
    run_module: ModuleRunner, incident: str, other: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = add_note(run_module, incident, monkeypatch, lambda: post_note(other, incident))
    assert [note["id"] for note in run["incident"]["notes"]] == notes(simulator)
    assert len(notes(simulator)) == 1


def test_the_same_note_by_another_user_stays(
    run_module: ModuleRunner, incident: str, other: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_note(run_module, incident, monkeypatch, lambda: post_note(other, incident, From=account.COMMANDER.email))
    assert len(notes(simulator)) == 2


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_note_whose_duplicates_cannot_be_removed_is_still_reported_as_added(
    method: str,
    run_module: ModuleRunner,
    incident: str,
    other: Client,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def action() -> None:
        post_note(other, incident)
        simulator.faults([{"method": method, "path": ".*", **RATE_LIMITED}])

    run = add_note(run_module, incident, monkeypatch, action)
    assert (run["changed"], run["failed"]) == (True, False)


def test_a_duplicate_that_another_task_has_removed_is_no_error(
    run_module: ModuleRunner, incident: str, other: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def action() -> None:
        post_note(other, incident)
        simulator.faults([{"method": "DELETE", "path": ".*", "fault": "status_after", "status": 404}])

    run = add_note(run_module, incident, monkeypatch, action)
    assert (run["changed"], run["failed"], len(notes(simulator))) == (True, False, 1)


def request_owner(
    run_module: ModuleRunner, incident: str, monkeypatch: pytest.MonkeyPatch, action: t.Callable[[], t.Any]
) -> ModuleRun:
    meanwhile(monkeypatch, incident_responders.Request, "send_one", action)
    run = run_module("incident_responders", incident_id=incident, users=[account.OWNER.id])
    assert (run["changed"], run["failed"]) == (True, False)
    return run


def post_request(other: Client, incident: str, user: account.User) -> None:
    target = {"responder_request_target": {"id": user.id, "type": "user_reference"}}
    body = {"requester_id": account.COMMANDER.id, "message": "Help", "responder_request_targets": [target]}
    other("POST", f"/incidents/{incident}/responder_requests", body)


def test_a_responder_whom_two_tasks_requested_is_named_in_a_warning(
    run_module: ModuleRunner, incident: str, other: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = request_owner(run_module, incident, monkeypatch, lambda: post_request(other, incident, account.OWNER))
    (warning,) = run.warnings
    assert account.OWNER.id in warning
    assert "run_once" in warning
    assert sum(page["reason"] == "responder_requested" for page in simulator.state()["pages"]) == 2


def test_a_responder_whom_one_task_requested_is_not(
    run_module: ModuleRunner, incident: str, other: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = request_owner(run_module, incident, monkeypatch, lambda: post_request(other, incident, account.NIGHT_SHIFT))
    assert run.warnings == []


def test_a_request_that_cannot_be_read_back_is_still_reported_as_made(
    run_module: ModuleRunner, incident: str, other: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def action() -> None:
        post_request(other, incident, account.OWNER)
        simulator.faults([{"method": "GET", "path": ".*", **RATE_LIMITED}])

    request_owner(run_module, incident, monkeypatch, action)


def test_a_play_whose_effects_cannot_be_read_at_once_is_not_reported_as_not_done(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "GET", "path": f"/incidents/{incident}", "skip": 1, **RATE_LIMITED}])
    run = run_module("incident_response_play", incident_id=[incident], response_play=account.MAJOR_INCIDENT.id)
    assert (run["failed"], run["changed"], len(run.writes)) == (False, True, 1)


def test_a_started_workflow_whose_note_cannot_be_updated_is_reported_as_started_with_a_warning(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "PUT", "path": ".*", **RATE_LIMITED}])
    run = run_module("incident_workflow", incident_id=[incident], incident_workflow=account.DECLARE_MAJOR.id)
    assert (run["failed"], run["changed"]) == (False, True)
    assert "could not be updated" in run.warnings[0]
