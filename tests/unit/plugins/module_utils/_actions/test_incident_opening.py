# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening an incident: which open incident counts, what a refusal means, and who is notified."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_opening import (
    locked_targets,
    update_or_open,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import OutcomeUnknown
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Outcome, Plan
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.runner import Runner
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

KEY = "disk"
POLICY = {"id": "PPOLCY1", "type": "escalation_policy_reference", "summary": "Web"}
SERVICE = {"id": "PSERVC1", "name": "Checkout", "status": "active", "escalation_policy": POLICY}
SOMEONE = {"id": "PUSER01", "name": "Someone", "email": "Someone@example.com"}
OTHER = {"id": "PUSER02", "name": "Other", "email": "other@example.com"}
LOOK_UP = "GET /services"
FIND = "GET /incidents"
OPEN = "POST /incidents"
ON_CALL = "GET /oncalls"
REFUSAL = {
    "error": {
        "message": "Arguments Caused Error",
        "code": 2002,
        "errors": ["Open incident with matching dedup key already exists on this service"],
    }
}
OPTIONS: dict[str, t.Any] = {
    "incident_id": None,
    "service": "Checkout",
    "incident_key": KEY,
    "body": None,
    "status": None,
    "resolution": None,
    "reopen": False,
    "assignees": None,
    "title": "Disk full",
}


def incident(**changes: t.Any) -> dict[str, t.Any]:
    whole = {"id": "Q1", "incident_number": 1, "status": "triggered", "title": "Disk full", "incident_key": KEY}
    return {**whole, "service": SERVICE, "escalation_policy": POLICY, "assignments": [], **changes}


def found(*incidents: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"incidents": list(incidents)}


@pytest.fixture(autouse=True)
def _scripted(http: ScriptedHttp) -> None:
    level = {"escalation_level": 1, "escalation_policy": POLICY, "user": SOMEONE}
    http.answers = {
        LOOK_UP: {"services": [SERVICE]},
        FIND: found(),
        ON_CALL: {"oncalls": [level]},
        OPEN: (201, {"incident": incident()}),
    }


def planned(pagerduty: PagerDuty, **options: t.Any) -> Plan:
    (plan,) = update_or_open(pagerduty, {**OPTIONS, **options})
    assert isinstance(plan, Plan)
    return plan


def sends_as(pagerduty: PagerDuty, from_email: str | None) -> None:
    defaults = {name: spec.get("default") for name, spec in AUTH.items()}
    pagerduty.settings = settings({**defaults, "api_token": "a-token", "from_email": from_email})


def run(pagerduty: PagerDuty, **options: t.Any) -> Outcome:
    params = {**OPTIONS, **options}
    runner = Runner(lambda _targets: update_or_open(pagerduty, params), pagerduty.budget)
    (outcome,) = runner.apply(list(update_or_open(pagerduty, params)))
    return outcome


def test_an_incident_is_opened_by_one_write(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    outcome = run(pagerduty, urgency="low", body="99 %")
    assert (outcome.changed, outcome.target) == (True, KEY)
    assert [person.who and person.who["id"] for person in outcome.notifies] == [SOMEONE["id"]]
    service = {"id": SERVICE["id"], "type": "service_reference"}
    body = {"type": "incident_body", "details": "99 %"}
    sent = {"type": "incident", "title": "Disk full", "service": service, "incident_key": KEY, "urgency": "low"}
    assert http.writes == [(OPEN, {"incident": {**sent, "body": body}})]


def test_only_incidents_of_the_service_count(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    planned(pagerduty)
    (find,) = [request for request in http.requests if request.url.endswith("/incidents")]
    assert urlencode({"service_ids[]": SERVICE["id"]}) in urlencode(find.query)


def test_a_resolved_incident_with_the_key_does_not_keep_a_new_one_from_being_opened(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers[FIND] = found(incident(status="resolved"))
    run(pagerduty)
    assert [call for call, _body in http.writes] == [OPEN]


def test_an_open_incident_with_the_key_is_updated(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[FIND] = found(incident(status="resolved", id="Q0"), incident())
    http.answers["PUT /incidents"] = found(incident(title="Disk is full"))
    outcome = run(pagerduty, title="Disk is full")
    assert (outcome.changed, outcome.target) == (True, KEY)
    assert http.writes == [
        ("PUT /incidents", {"incidents": [{"id": "Q1", "type": "incident_reference", "title": "Disk is full"}]})
    ]


@pytest.mark.parametrize(("status", "writes"), [("triggered", []), ("resolved", [OPEN])])
def test_an_open_incident_counts_if_its_alert_with_the_key_is_open(
    status: str, writes: list[str], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers[FIND] = found(incident(incident_key=None))
    http.answers["GET /incidents/Q1/alerts"] = {"alerts": [{"id": "A1", "status": status}]}
    run(pagerduty)
    assert [call for call, _body in http.writes] == writes


def test_a_lost_response_is_answered_by_the_open_incident(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[FIND] = [found(), found(incident())]
    http.answers[OPEN] = OutcomeUnknown("lost")
    outcome = run(pagerduty)
    assert (outcome.changed, outcome.error, len(http.writes)) == (True, None, 1)
    assert outcome.notifies


def test_an_incident_that_another_task_opens_first_is_no_change(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[FIND] = [found(), found(incident())]
    http.answers[OPEN] = (400, REFUSAL)
    outcome = run(pagerduty)
    assert (outcome.changed, outcome.error, outcome.record and outcome.record["id"]) == (False, None, "Q1")


def test_an_incident_that_another_task_opens_first_is_updated(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[FIND] = [found(), found(incident(title="Another title"))]
    http.answers[OPEN] = (400, REFUSAL)
    http.answers["PUT /incidents"] = found(incident())
    outcome = run(pagerduty)
    assert (outcome.changed, outcome.error, outcome.before) == (True, None, {"title": "Another title"})
    assert [call for call, _body in http.writes] == [OPEN, "PUT /incidents"]


def test_a_refusal_that_no_read_explains_is_a_failure(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[OPEN] = (400, REFUSAL)
    error = run(pagerduty).error
    assert error is not None
    assert error.hint.startswith("Run the task again")


def test_resolving_never_opens_an_incident(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    assert update_or_open(pagerduty, {**OPTIONS, "title": None, "status": "resolved"}) == []
    http.answers[FIND] = found(incident(status="resolved", title="An old title"))
    plan = planned(pagerduty, status="resolved")
    assert (plan.has_changes, plan.record["id"]) == (False, "Q1")


def test_an_incident_that_is_not_open_cannot_be_acknowledged(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    error = run(pagerduty, title=None, status="acknowledged").error
    assert "no open incident" in str(error)
    assert http.writes == []


@pytest.mark.parametrize("by_email", [True, False])
def test_an_incident_for_its_own_user_pages_nobody(by_email: bool, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    sends_as(pagerduty, SOMEONE["email"].lower() if by_email else None)
    http.answers |= {"GET /users": {"users": [SOMEONE]}, "GET /users/me": {"user": SOMEONE}}
    plan = planned(pagerduty, assignees=["Someone"])
    assert (plan.notifies, plan.predicted["status"], plan.after["status"]) == ((), "acknowledged", "acknowledged")
    assert "pages nobody" in http.warnings[0]
    error = run(pagerduty, assignees=["Someone"], status="triggered").error
    assert "opened as acknowledged" in str(error)
    assert http.writes == []


@pytest.mark.parametrize("me", [{"user": SOMEONE}, (400, {"error": {"message": "no user", "code": 2001}})])
def test_somebody_else_is_notified(me: t.Any, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    sends_as(pagerduty, None)
    http.answers |= {"GET /users": {"users": [OTHER]}, "GET /users/me": me}
    plan = planned(pagerduty, assignees=["Other"])
    assert [person.who and person.who["id"] for person in plan.notifies] == [OTHER["id"]]
    assert plan.predicted["status"] == "triggered"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({ON_CALL: {"oncalls": []}}, "Nobody is on call"),
        ({LOOK_UP: {"services": [{**SERVICE, "status": "maintenance"}]}}, "in maintenance"),
        ({LOOK_UP: {"services": [{**SERVICE, "status": "disabled"}]}}, "is disabled"),
    ],
)
def test_a_warning_says_what_may_keep_the_incident_from_being_opened(
    answers: dict[str, t.Any], words: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers |= answers
    assert run(pagerduty).changed
    assert words in http.warnings[0]


def test_tasks_for_the_same_incident_wait_for_each_other() -> None:
    assert locked_targets({**OPTIONS, "incident_id": ["Q1"]}) == ["Q1"]
    assert locked_targets(OPTIONS) == [f"Checkout {KEY}"]
