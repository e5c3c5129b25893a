# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who was deleted stays in the past, under the name that PagerDuty keeps in its references."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

GONE = account.COMMUNICATIONS
PLACES = {
    "a schedule of its own": {"schedules": [account.FACILITIES.id]},
    "a schedule of a policy": {"schedules": [account.WEB_SECONDARY.id]},
    "a policy": {"escalation_policies": [account.WEB_OPERATIONS.id]},
}
TWO_YEARS_AGO = (datetime.now(timezone.utc) - timedelta(weeks=104)).isoformat()


@pytest.mark.parametrize("place", PLACES)
def test_turns_of_the_past_keep_everybody(place: str, run_module: ModuleRunner, simulator: Simulator) -> None:
    simulator.reset()
    delete(simulator)
    done = run_module("oncall_info", at=TWO_YEARS_AGO, **PLACES[place])
    assert done["failed"] is False, done["msg"]
    (person,) = [person for person in done["users"] if person["id"] == GONE.id]
    assert (person["name"], person["email"]) == (GONE.name, None)
    assert GONE.name in done["msg"]
    assert done.warnings == []


def test_turns_of_people_who_are_there_still_have_their_e_mail_addresses(
    run_module: ModuleRunner, simulator: Simulator
) -> None:
    simulator.reset()
    (person,) = run_module("oncall_info", at=TWO_YEARS_AGO, schedules=[account.FACILITIES.id])["users"]
    assert (person["name"], person["email"]) == (GONE.name, GONE.email)


@pytest.fixture
def left_behind(run_module: ModuleRunner, simulator: Simulator) -> str:
    """The id of an incident that somebody has worked on who was deleted then."""
    state = {"responders": {GONE.id: "joined"}, "subscribers": [GONE.id]}
    (incident_id,) = simulator.reset(incidents=1, incident=state)["incidents"]
    for module, options in (("incident_status", {"status": "acknowledged"}), ("incident_note", {"content": "Mine."})):
        assert run_module(module, incident_id=incident_id, from_email=GONE.email, **options)["changed"]
    # An incident that is open keeps its assignees, who cannot be deleted.
    run_module("incident", incident_id=incident_id, assignees=[account.OWNER.id])
    delete(simulator)
    return str(incident_id)


def test_an_incident_names_them_wherever_they_are(left_behind: str, run_module: ModuleRunner) -> None:
    include = ["log_entries", "notes", "users", "agents", "acknowledgers", "assignees"]
    read = run_module("incident_info", incident_id=left_behind, include=include)["incident"]
    assert read["notes"][0]["user"]["summary"] == GONE.name
    assert read["incidents_responders"][0]["user"]["summary"] == GONE.name
    assert GONE.name in [(entry.get("agent") or {}).get("summary") for entry in read["log_entries"]]
    assert GONE.name in [each["who"]["summary"] for each in read["notified"]]


ACTING: t.Sequence[tuple[str, dict[str, t.Any]]] = (
    ("incident_status", {"status": "acknowledged"}),
    ("incident_status", {"status": "resolved"}),
    ("incident_note", {"content": "Another."}),
    ("incident_escalation", {"level": "2"}),
    ("incident_escalation_policy", {"escalation_policy": account.DATABASE_POLICY.id}),
    ("incident_responders", {"users": [account.NIGHT_SHIFT.id]}),
    ("incident_status_update", {"update_message": "The shop is back."}),
    ("incident_subscribers", {"users": [account.NIGHT_SHIFT.id]}),
    ("incident", {"assignees": [account.NIGHT_SHIFT.id], "title": "Worse"}),
)


@pytest.mark.parametrize(("module", "options"), ACTING, ids=str)
def test_they_block_nothing(module: str, options: dict[str, t.Any], left_behind: str, run_module: ModuleRunner) -> None:
    done = run_module(module, incident_id=left_behind, **options)
    assert (done["failed"], done["changed"]) == (False, True), done["msg"]
    assert done.warnings == []


def test_a_note_of_theirs_is_not_added_again(left_behind: str, run_module: ModuleRunner) -> None:
    done = run_module("incident_note", incident_id=left_behind, content="Mine.")
    assert (done["failed"], done["changed"]) == (False, False), done["msg"]


def delete(simulator: Simulator) -> None:
    """Delete the user."""
    assert Client(simulator.url)("DELETE", f"/users/{GONE.id}").status == 204
