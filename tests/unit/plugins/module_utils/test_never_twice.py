# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps an effect from happening twice: late effects, others who are faster, and many who do the same."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._auth import settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import Refused, Unanswered
from ansible_collections.oncall.pagerduty.plugins.module_utils._notes import change_notes
from ansible_collections.oncall.pagerduty.plugins.module_utils._plan import Outcome, Plan, Runner, Write
from ansible_collections.oncall.pagerduty.plugins.module_utils._responders import request_responders
from ansible_collections.oncall.pagerduty.plugins.module_utils._rest import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._transport import Patience, Request, Transport

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

NOTE = "The disk is full."
TIMED_OUT = Unanswered("no whole answer within 30 s", under_way=True)
RESOLVED = Refused("Incident Already Resolved", status=400, code=1001)


class Lamp:
    """A lamp whose one write fails, and which is lit by itself at the N-th look.

    Args:
        lit_at: at which look it is lit; None for never.
        fault: what the write raises.
    """

    def __init__(self, lit_at: int | None, fault: Exception) -> None:
        self.lit_at = lit_at
        self.fault = fault
        self.looks = 0
        self.writes = 0

    def plan(self, _targets: t.Sequence[str] = ()) -> list[Plan]:
        self.looks += 1
        lit = self.lit_at is not None and self.looks >= self.lit_at
        return [Plan("lamp", {"lit": lit}, {"lit": True}, {"lit": lit}, {"lit": True}, Write(self._light))]

    def _light(self, _plans: t.Sequence[Plan]) -> list[dict[str, t.Any]]:
        self.writes += 1
        raise self.fault


def outcome_of(lamp: Lamp, pauses: int = 5) -> Outcome:
    left = iter(range(pauses))
    (outcome,) = Runner(lamp.plan(), lamp.plan, lambda _error, _attempt: next(left, None) is not None).apply()
    return outcome


def test_what_may_still_be_under_way_is_looked_for_until_it_is_there() -> None:
    lamp = Lamp(lit_at=4, fault=TIMED_OUT)
    outcome = outcome_of(lamp)
    assert (outcome.changed, outcome.error, lamp.writes) == (True, None, 1)


def test_what_may_still_be_under_way_is_never_sent_again() -> None:
    lamp = Lamp(lit_at=None, fault=TIMED_OUT)
    outcome = outcome_of(lamp)
    assert lamp.writes == 1
    assert outcome.error is not None
    assert outcome.error.outcome == "unknown"
    assert "Wait until PagerDuty has surely ended the call" in str(outcome.error)


def test_what_somebody_else_has_done_first_is_no_failure_and_no_change() -> None:
    outcome = outcome_of(Lamp(lit_at=2, fault=RESOLVED))
    assert (outcome.changed, outcome.error, outcome.record) == (False, None, {"lit": True})


def test_what_is_refused_and_not_so_stays_refused() -> None:
    assert outcome_of(Lamp(lit_at=None, fault=RESOLVED)).error is RESOLVED


def test_a_refusal_for_another_reason_costs_no_look() -> None:
    lamp = Lamp(lit_at=2, fault=Refused("no such lamp", status=400, code=2001))
    assert outcome_of(lamp).error is lamp.fault
    assert lamp.looks == 1


@pytest.fixture
def incident(simulator: Simulator) -> str:
    (incident_id,) = simulator.reset(incidents=1)["incidents"]
    return str(incident_id)


@pytest.fixture
def pagerduty(simulator: Simulator) -> PagerDuty:
    options = dict.fromkeys(("auth_type", "ca_path"))
    urls = dict.fromkeys(("api_url", "events_url"), simulator.url)
    who = {"api_token": account.ACCOUNT_KEY, "from_email": account.FROM_EMAIL, "region": "us", "validate_certs": True}
    patience = Patience(0, lambda _notice: None)
    return PagerDuty(settings({**options, **urls, **who, "timeout": 5.0, "max_wait": 0}), patience)


@pytest.mark.parametrize(("status", "under_way"), [(504, True), (503, False), (408, False)])
def test_a_gateway_that_stopped_waiting_says_nothing_of_the_call(
    status: int, under_way: bool, simulator: Simulator
) -> None:
    simulator.faults([{"method": "PUT", "path": ".*", "fault": "status_before", "status": status}])
    transport = Transport(5, True, Patience(0, lambda _notice: None))
    with pytest.raises(Unanswered) as caught:
        transport.send(Request("PUT", f"{simulator.url}/incidents", "PUT /incidents"))
    assert caught.value.under_way is under_way


def test_the_allowance_stays_until_somebody_else_uses_the_key(
    pagerduty: PagerDuty, incident: str, simulator: Simulator
) -> None:
    pagerduty.get("/priorities", "priorities")
    before = pagerduty.allowance
    pagerduty.get(f"/incidents/{incident}", "incident")
    assert pagerduty.allowance == before
    Client(simulator.url)("GET", "/priorities")
    pagerduty.get("/priorities", "priorities")
    assert pagerduty.allowance != before


def add_note(pagerduty: PagerDuty, incident: str, meanwhile: t.Callable[[], t.Any]) -> Outcome:
    """Add a note, while something happens between the look and the write."""

    def plans(_targets: t.Sequence[str] = ()) -> t.Any:
        return change_notes(pagerduty, [incident], content=NOTE, state="present", note_id=None, allow_duplicate=False)

    planned = plans()
    meanwhile()
    (outcome,) = Runner(planned, plans, lambda _error, _attempt: False).apply()
    return outcome


def calls(simulator: Simulator) -> list[str]:
    return [entry["method"] for entry in simulator.journal()["entries"]]


def notes(simulator: Simulator) -> list[str]:
    return [note["id"] for note in simulator.state()["incidents"][0]["notes"]]


def test_a_note_nobody_else_adds_costs_a_look_and_a_write(
    pagerduty: PagerDuty, incident: str, simulator: Simulator
) -> None:
    add_note(pagerduty, incident, lambda: None)
    assert calls(simulator) == ["GET", "POST"]


def test_of_two_notes_added_at_once_one_is_left_and_reported(
    pagerduty: PagerDuty, incident: str, simulator: Simulator
) -> None:
    other = {"note": {"content": NOTE}}
    outcome = add_note(
        pagerduty, incident, lambda: Client(simulator.url)("POST", f"/incidents/{incident}/notes", other)
    )
    assert outcome.record is not None
    assert [note["id"] for note in outcome.record["notes"]] == notes(simulator)
    assert len(notes(simulator)) == 1


def test_the_same_note_by_another_user_stays(pagerduty: PagerDuty, incident: str, simulator: Simulator) -> None:
    as_commander = {"From": account.COMMANDER.email}
    body = {"note": {"content": NOTE}}
    add_note(
        pagerduty,
        incident,
        lambda: Client(simulator.url)("POST", f"/incidents/{incident}/notes", body, headers=as_commander),
    )
    assert len(notes(simulator)) == 2


def test_another_call_with_the_key_costs_one_more_look_and_removes_nothing(
    pagerduty: PagerDuty, incident: str, simulator: Simulator
) -> None:
    add_note(pagerduty, incident, lambda: Client(simulator.url)("GET", "/priorities"))
    assert calls(simulator) == ["GET", "GET", "POST", "GET"]
    assert len(notes(simulator)) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_note_whose_twins_cannot_be_looked_for_is_still_reported_as_added(
    method: str, pagerduty: PagerDuty, incident: str, simulator: Simulator
) -> None:
    other = {"note": {"content": NOTE}}

    def meanwhile() -> None:
        Client(simulator.url)("POST", f"/incidents/{incident}/notes", other)
        simulator.faults([{"method": method, "path": ".*", "fault": "status_before", "status": 429}])

    outcome = add_note(pagerduty, incident, meanwhile)
    assert (outcome.changed, outcome.error) == (True, None)


def ask(pagerduty: PagerDuty, incident: str, meanwhile: t.Callable[[], t.Any]) -> list[str]:
    """Ask for help, while something happens between the look and the write; returns what was told."""
    told: list[str] = []
    options = {"users": [account.OWNER.id], "renotify": False}
    params = {**options, **dict.fromkeys(("escalation_policies", "responders_message", "requester"))}

    def plans(_targets: t.Sequence[str] = ()) -> t.Any:
        return request_responders(pagerduty, [incident], params, told.append)

    planned = plans()
    meanwhile()
    (outcome,) = Runner(planned, plans, lambda _error, _attempt: False).apply()
    assert (outcome.changed, outcome.error) == (True, None)
    return told


def another_request(simulator: Simulator, incident: str, user: account.User) -> None:
    target = {"responder_request_target": {"id": user.id, "type": "user_reference"}}
    body = {"requester_id": account.COMMANDER.id, "message": "Help", "responder_request_targets": [target]}
    Client(simulator.url)("POST", f"/incidents/{incident}/responder_requests", body)


def test_who_is_asked_by_two_at_once_is_named(pagerduty: PagerDuty, incident: str, simulator: Simulator) -> None:
    told = ask(pagerduty, incident, lambda: another_request(simulator, incident, account.OWNER))
    assert "another task asked Service Owner (PUSER08) at the same moment" in told[0]
    assert sum(page["reason"] == "responder_requested" for page in simulator.state()["pages"]) == 2


def test_who_is_asked_by_one_is_not(pagerduty: PagerDuty, incident: str, simulator: Simulator) -> None:
    assert ask(pagerduty, incident, lambda: another_request(simulator, incident, account.NIGHT_SHIFT)) == []


def test_who_was_asked_is_reported_where_the_second_look_fails(
    pagerduty: PagerDuty, incident: str, simulator: Simulator
) -> None:
    def meanwhile() -> None:
        another_request(simulator, incident, account.OWNER)
        simulator.faults([{"method": "GET", "path": ".*", "fault": "status_before", "status": 429}])

    ask(pagerduty, incident, meanwhile)


def test_a_twin_that_is_gone_already_is_no_trouble(pagerduty: PagerDuty, incident: str, simulator: Simulator) -> None:
    other = {"note": {"content": NOTE}}

    def meanwhile() -> None:
        Client(simulator.url)("POST", f"/incidents/{incident}/notes", other)
        simulator.faults([{"method": "DELETE", "path": ".*", "fault": "status_after", "status": 404}])

    outcome = add_note(pagerduty, incident, meanwhile)
    assert (outcome.changed, outcome.error, len(notes(simulator))) == (True, None, 1)


def test_a_play_whose_effects_cannot_be_read_at_once_is_not_reported_as_not_done(
    act: t.Callable[..., t.Any], incident: str, simulator: Simulator
) -> None:
    busy = {"fault": "status_before", "status": 429}
    simulator.faults([{"method": "GET", "path": f"/incidents/{incident}", "skip": 1, **busy}])
    acted = act("incident_response_play", incident_id=[incident], response_play=account.TELL_STAKEHOLDERS.id)
    assert (acted["failed"], acted["changed"], len(acted.writes)) == (False, True, 1)


def test_a_run_that_has_started_and_cannot_be_written_down_is_not_reported_as_not_done(
    act: t.Callable[..., t.Any], incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "PUT", "path": ".*", "fault": "status_before", "status": 429}])
    acted = act("incident_workflow", incident_id=[incident], incident_workflow=account.DECLARE_MAJOR.id)
    assert (acted["failed"], acted["changed"]) == (False, True)
