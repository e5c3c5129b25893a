# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening an incident: which open one counts, what a refusal means, whom it pages, and what is said. Moving one."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    OutcomeUnknown,
    Refused,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]
KEY = "disk"
POLICY = {"id": "PPOLCY1", "type": "escalation_policy_reference", "summary": "Web"}
DATABASE = {"id": "PPOLCY2", "name": "Database"}
SERVICE = {"id": "PSERVC1", "name": "Checkout", "status": "active", "escalation_policy": POLICY}
SOMEONE = {"id": "PUSER01", "name": "Someone", "email": "Someone@example.com"}
OTHER = {"id": "PUSER02", "name": "Other", "email": "other@example.com"}
LOOK_UP, FIND, OPEN, PUT = "GET /services", "GET /incidents", "POST /incidents", "PUT /incidents"
ON_CALL, ME, ALERTS = "GET /oncalls", "GET /users/me", "GET /incidents/Q1/alerts"
URL = "https://example.pagerduty.com/incidents/Q1"
WOULD_OPEN = "Incident with key disk: would open on Checkout"
OPENED = f"Incident Q1 (#1), {URL}: opened on Checkout"
REFUSAL = (
    400,
    {
        "error": {
            "message": "Arguments Caused Error",
            "code": 2002,
            "errors": ["Open incident with matching dedup key already exists on this service"],
        }
    },
)


def incident(**changes: t.Any) -> Record:
    whole = {"id": "Q1", "incident_number": 1, "status": "triggered", "title": "Disk full", "incident_key": KEY}
    return {
        **whole, "html_url": URL, "service": SERVICE, "escalation_policy": POLICY, "assignments": [], **changes,
    }  # fmt: skip


def found(*incidents: Record) -> Record:
    return {"incidents": list(incidents)}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that opens an incident, or updates the open one."""
    level = {"escalation_level": 1, "escalation_policy": POLICY, "user": SOMEONE}
    http.answers = {
        LOOK_UP: {"services": [SERVICE]},
        "GET /users": {"users": [SOMEONE, OTHER]},
        "GET /escalation_policies": {"escalation_policies": [DATABASE]},
        FIND: found(),
        ON_CALL: {"oncalls": [level]},
        OPEN: (201, {"incident": incident()}),
    }

    def make(**options: t.Any) -> Task:
        opening = {"service": "Checkout", "incident_key": KEY, "title": "Disk full"}
        return Task("incident", pagerduty, **{**opening, **options})

    return make


def sends_as(pagerduty: PagerDuty, from_email: str | None) -> None:
    defaults = {name: spec.get("default") for name, spec in AUTH.items()}
    pagerduty.settings = settings({**defaults, "api_token": "a-token", "from_email": from_email})


def test_an_incident_is_opened_by_one_write(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(urgency="low", body="99 %")
    assert asked.run(check_mode=True)["msg"] == f"{WOULD_OPEN}; would page Someone."
    assert http.writes == []
    result = asked.run()
    assert (result["changed"], result["msg"]) == (True, f"{OPENED}; paged Someone.")
    assert [(each["target"], each["who"]["id"]) for each in result["notifies"]] == [(KEY, SOMEONE["id"])]
    service = {"id": SERVICE["id"], "type": "service_reference"}
    body = {"type": "incident_body", "details": "99 %"}
    sent = {"type": "incident", "title": "Disk full", "service": service, "incident_key": KEY, "urgency": "low"}
    assert http.writes == [(OPEN, {"incident": {**sent, "body": body}})]


def test_the_diff_shows_what_is_opened(task: Tasks) -> None:
    change = task(urgency="low", body="99 %", status="triggered").plan()
    assert change.after == {
        "service": "Checkout (PSERVC1)", "incident_key": KEY, "status": "triggered", "title": "Disk full",
        "urgency": "low", "body": "99 %",
    }  # fmt: skip
    assert change.before == dict.fromkeys(change.after)
    assert (change.resend, change.record) == (CAREFULLY, {})
    assert "status" not in change.body
    assert "body" not in task().plan().after


def test_what_only_pagerduty_knows_is_none_in_check_mode(task: Tasks) -> None:
    predicted = task(assignees=["Other"]).run(check_mode=True)["incident"]
    assert (predicted["id"], predicted["html_url"], predicted["type"]) == (f"would-be-opened:{KEY}", None, "incident")
    assert (predicted["title"], predicted["incident_key"], predicted["status"]) == ("Disk full", KEY, "triggered")
    assert (predicted["service"]["id"], predicted["service"]["summary"]) == ("PSERVC1", "Checkout")
    assert (predicted["escalation_policy"]["id"], predicted["escalation_policy"]["summary"]) == ("PPOLCY1", "Web")
    assert predicted["assignments"][0]["assignee"]["id"] == OTHER["id"]


def test_the_bridge_of_a_new_incident_is_returned(task: Tasks, http: ScriptedHttp) -> None:
    bridge = {"conference_url": "https://meet.example.com/a"}
    result = task(conference_bridge=bridge).run()
    assert result["incident"]["conference_bridge"] == {**bridge, "conference_number": None}
    assert http.writes[0][1]["incident"]["conference_bridge"] == bridge
    (find,) = [request for request in http.requests if request.url.endswith("/incidents") and request.method == "GET"]
    assert ("include[]", "conference_bridge") in find.query


def test_an_incident_without_an_address_has_a_name(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[OPEN] = (201, {"incident": incident(html_url=None)})
    assert task().run()["msg"] == "Incident Q1 (#1): opened on Checkout; paged Someone."


def test_only_incidents_of_the_service_count(task: Tasks, http: ScriptedHttp) -> None:
    task().plan()
    (find,) = [request for request in http.requests if request.url.endswith("/incidents")]
    assert urlencode({"service_ids[]": SERVICE["id"]}) in urlencode(find.query)


@pytest.mark.parametrize(
    ("incidents", "statuses", "writes"),
    [
        ([incident(status="resolved")], ["resolved"], [OPEN]),
        ([incident(incident_key=None)], ["triggered"], []),
        ([incident(incident_key=None)], ["resolved"], [OPEN]),
        ([incident(incident_key=None)], [], []),
        ([incident(status="resolved", id="Q0"), incident()], ["resolved"], []),
    ],
    ids=["resolved", "an open alert", "a resolved alert", "a key that it does not show", "its own key"],
)
def test_an_incident_counts_if_it_or_its_alert_with_the_key_is_open(
    incidents: list[Record], statuses: list[str], writes: list[str], task: Tasks, http: ScriptedHttp
) -> None:
    http.answers[FIND] = found(*incidents)
    http.answers[ALERTS] = {"alerts": [{"id": "A1", "status": status} for status in statuses]}
    task().run()
    assert [call for call, _body in http.writes] == writes


@pytest.mark.parametrize("key", [None, ""])
def test_an_incident_that_shows_no_key_counts_if_no_alert_has_the_key(
    key: str | None, task: Tasks, http: ScriptedHttp
) -> None:
    http.answers[FIND] = found(incident(incident_key=key))
    http.answers[ALERTS] = {"alerts": []}
    result = task().run()
    assert (result["msg"], http.writes) == ("Incident Q1 (#1): already as wanted.", [])


def test_an_open_incident_with_the_key_is_updated(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[FIND] = found(incident())
    http.answers[PUT] = found(incident(title="Disk is full"))
    asked = task(title="Disk is full", assignees=["Other"])
    assert asked.run(check_mode=True)["msg"] == (
        "Incident Q1 (#1): would set title to Disk is full, assign to and page Other."
    )
    result = asked.run()
    assert result["msg"] == "Incident Q1 (#1): set title to Disk is full, assigned to and paged Other."
    (body,) = http.writes[0][1]["incidents"]
    assert (body["id"], body["title"]) == ("Q1", "Disk is full")
    assert ON_CALL not in http.calls


def test_an_open_incident_with_all_values_is_no_change(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[FIND] = found(incident())
    result = task().run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): already as wanted.")
    assert result["incident"]["id"] == "Q1"


def test_a_malformed_incident_with_the_key_is_not_taken_for_none(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {FIND: found({"id": "Q1", "status": 7}), "GET /incidents/Q1": (404, {})}
    assert task().run()["failed"]
    assert http.writes == []


def test_a_lost_response_is_answered_by_the_open_incident(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {FIND: [found(), found(incident())], OPEN: OutcomeUnknown("lost")}
    result = task().run()
    assert (result["changed"], result["msg"]) == (True, f"{OPENED}; paged Someone.")
    assert len(http.writes) == 1


def test_an_incident_that_another_task_opens_first_is_no_change(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {FIND: [found(), found(incident())], OPEN: REFUSAL}
    result = task().run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): already as wanted.")
    assert result["incident"]["id"] == "Q1"


def test_an_incident_that_another_task_opens_first_is_updated(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {FIND: [found(), found(incident(title="Another"))], OPEN: REFUSAL, PUT: found(incident())}
    result = task().run(diff_mode=True)
    assert (result["changed"], result["msg"]) == (True, "Incident Q1 (#1): set title to Disk full.")
    assert (result["diff"][0]["before"], result["notifies"]) == ({"title": "Another"}, [])
    assert [call for call, _body in http.writes] == [OPEN, PUT]


def test_a_refusal_that_no_read_explains_is_a_failure(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[OPEN] = REFUSAL
    assert task().run()["failures"][0]["hint"].startswith("Run the task again")


def test_resolving_never_opens_an_incident(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(title=None, status="resolved")
    result = asked.run()
    assert (result["changed"], result["incidents"], result["msg"]) == (False, [], "No incident found.")
    latest = incident(status="resolved", title="An old title")
    http.answers[FIND] = found(latest, incident(status="resolved", id="Q0"))
    result = task(status="resolved").run()
    assert (result["changed"], result["incident"]["id"]) == (False, "Q1")
    assert result["msg"] == "Incident Q1 (#1): already resolved."
    assert (ON_CALL in http.calls, http.writes) == (False, [])


def test_the_open_incident_is_resolved(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {FIND: found(incident()), PUT: found(incident(status="resolved"))}
    result = task(title=None, status="resolved").run()
    assert result["msg"] == "Incident Q1 (#1): resolved."


def test_an_incident_that_is_not_open_cannot_be_acknowledged(task: Tasks, http: ScriptedHttp) -> None:
    assert task(title=None, status="acknowledged").run()["msg"] == (
        "Service Checkout has no open incident with the key 'disk' to acknowledge. Open it first, without status."
    )
    assert (ON_CALL in http.calls, http.writes) == (False, [])


@pytest.mark.parametrize("by_email", [True, False])
def test_an_incident_for_its_own_user_pages_nobody(
    by_email: bool, task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    sends_as(pagerduty, SOMEONE["email"].lower() if by_email else None)
    http.answers[ME] = {"user": SOMEONE}
    change = task(assignees=["Someone"]).plan()
    assert (change.notifies, change.predicted["status"], change.after["status"]) == ((), "acknowledged", "acknowledged")
    assert http.warnings == [
        "The incident is assigned to the user who opens it, so PagerDuty opens it as acknowledged and pages nobody."
    ]
    assert http.writes == []


def test_the_user_of_the_token_opens_it_whatever_from_email_says(
    task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    sends_as(pagerduty, OTHER["email"])
    http.answers[ME] = {"user": SOMEONE}
    assert task(assignees=["Someone"]).plan().predicted["status"] == "acknowledged"
    assert task(assignees=["Other"]).plan().predicted["status"] == "triggered"


@pytest.mark.parametrize("is_lost", [False, True])
def test_an_incident_that_pagerduty_opens_as_acknowledged_has_paged_nobody(
    is_lost: bool, task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    pagerduty.budget = RetryBudget(60, http.warnings.append, lambda _line: None, sleep=lambda _seconds: None)
    http.answers[OPEN] = [*[(500, {})] * is_lost, (201, {"incident": incident(status="acknowledged")})]
    result = task(assignees=["Other"]).run()
    assert (result["changed"], result["msg"], result["notifies"]) == (True, f"{OPENED}.", [])
    assert http.warnings == ["Incident Q1 (#1): PagerDuty has opened it as acknowledged, so it pages nobody."]


def test_an_incident_for_its_own_user_is_triggered_if_that_is_asked_for(
    task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    sends_as(pagerduty, SOMEONE["email"])
    own = {"assignments": [{"assignee": SOMEONE}]}
    http.answers |= {
        OPEN: (201, {"incident": incident(status="acknowledged", **own)}),
        "PUT /incidents/Q1": {"incident": incident(**own)},
    }
    asked = task(assignees=["Someone"], status="triggered")
    assert asked.says(check_mode=True) == f"{WOULD_OPEN}; would page Someone."
    result = asked.run()
    assert (result["msg"], http.warnings) == (f"{OPENED}; paged Someone.", [])
    assert [body["incident"].get("status") for _call, body in http.writes] == [None, "triggered"]
    assert result["incident"]["status"] == "triggered"


@pytest.mark.parametrize(
    ("assignees", "status", "becomes", "paged"),
    [(["Someone", "Other"], None, "triggered", [SOMEONE["id"]]), (["Someone"], "triggered", "acknowledged", [])],
)
def test_a_new_incident_that_lacks_something_has_paged_only_those_whom_it_is_assigned_to(
    assignees: list[str],
    status: str | None,
    becomes: str,
    paged: list[str],
    task: Tasks,
    pagerduty: PagerDuty,
    http: ScriptedHttp,
) -> None:
    sends_as(pagerduty, SOMEONE["email"] if status else None)
    opened = incident(status=becomes, assignments=[{"assignee": SOMEONE}])
    http.answers |= {
        ME: (400, {"error": {"message": "no user", "code": 2001}}),
        FIND: [found(), found(opened)],
        OPEN: (201, {"incident": opened}),
        "PUT /incidents/Q1": (400, {"error": {"message": "no", "code": 2001}}),
    }
    result = task(assignees=assignees, status=status).run()
    assert result["failures"][0]["outcome"] == "partly_done"
    assert [each["who"]["id"] for each in result["notifies"]] == paged


@pytest.mark.parametrize(
    ("sender", "me"),
    [
        (None, {"user": SOMEONE}),
        (None, (400, {"error": {"message": "no user", "code": 2001}})),
        ("someone@example.com", None),
    ],
)
@pytest.mark.parametrize("status", [None, "triggered"])
def test_somebody_else_is_paged(
    sender: str | None, me: t.Any, status: str | None, task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    sends_as(pagerduty, sender)
    http.answers[ME] = me
    change = task(assignees=["Other"], status=status).plan()
    assert [(each.name, each.why) for each in change.notifies] == [("Other", "assigned to the incident")]
    assert (change.predicted["status"], http.warnings) == ("triggered", [])
    assert task(assignees=["Other"]).says(check_mode=True) == f"{WOULD_OPEN}; would page Other."


@pytest.mark.parametrize(("sender", "first"), [(None, SOMEONE), ("someone@example.com", OTHER)])
def test_an_incident_for_several_is_opened_for_one_and_assigned_to_all(
    sender: str | None, first: Record, task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    """Not first for the user who opens it: then it would be acknowledged."""
    sends_as(pagerduty, sender)
    assign = "PUT /incidents/Q1"
    whole = incident(assignments=[{"assignee": SOMEONE}, {"assignee": OTHER}])
    http.answers |= {ME: (400, {"error": {"message": "no user", "code": 2001}}), assign: {"incident": whole}}
    asked = task(assignees=["Someone", "Other"])
    assert asked.says(check_mode=True) == f"{WOULD_OPEN}; would page Someone, Other."
    result = asked.run()
    assert result["msg"] == f"{OPENED}; paged Someone, Other."
    (opened, assigned) = http.writes
    assert [each["assignee"]["id"] for each in opened[1]["incident"]["assignments"]] == [first["id"]]
    assert [each["assignee"]["id"] for each in assigned[1]["incident"]["assignments"]] == [SOMEONE["id"], OTHER["id"]]
    assert result["incident"]["assignments"] == whole["assignments"]


def test_an_incident_for_several_that_is_assigned_to_one_only_says_so(task: Tasks, http: ScriptedHttp) -> None:
    opened = incident(assignments=[{"assignee": SOMEONE}])
    http.answers |= {FIND: [found(), found(opened)], OPEN: (201, {"incident": opened})}
    http.answers["PUT /incidents/Q1"] = (400, {"error": {"message": "no", "code": 2001}})
    result = task(assignees=["Someone", "Other"]).run()
    assert (result["failed"], result["changed"], len(http.writes)) == (True, True, 2)
    assert result["failures"][0]["outcome"] == "partly_done"
    assert 'assignees null → ["Someone (PUSER01)"]' in result["msg"]


def test_the_given_policy_pages_its_own_people(task: Tasks, http: ScriptedHttp) -> None:
    change = task(escalation_policy="Database").plan()
    (read,) = [request for request in http.requests if request.url.endswith("/oncalls")]
    assert ("escalation_policy_ids[]", "PPOLCY2") in read.query
    assert [each.why for each in change.notifies] == ["on call at level 1 of Database (PPOLCY2)"]
    assert change.predicted["escalation_policy"]["id"] == "PPOLCY2"


def test_a_service_whose_policy_is_not_known_pages_whoever_is_on_call(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[LOOK_UP] = {"services": [{**SERVICE, "escalation_policy": None}]}
    change = task().plan()
    assert [each.name for each in change.notifies] == ["whoever is on call for service Checkout (PSERVC1)"]
    assert (change.predicted["escalation_policy"], change.warnings) == (None, [])


@pytest.mark.parametrize(
    ("answers", "warning"),
    [
        (
            {ON_CALL: {"oncalls": []}},
            "Nobody is on call for escalation policy Web, so PagerDuty may not open the incident.",
        ),
        (
            {LOOK_UP: {"services": [{**SERVICE, "status": "maintenance"}]}},
            "Service Checkout is in maintenance, so PagerDuty may not open the incident.",
        ),
        (
            {LOOK_UP: {"services": [{**SERVICE, "status": "disabled"}]}},
            "Service Checkout is disabled, so PagerDuty may not open the incident.",
        ),
    ],
)
def test_a_warning_says_what_may_keep_the_incident_from_being_opened(
    answers: Record, warning: str, task: Tasks, http: ScriptedHttp
) -> None:
    http.answers |= answers
    assert task().run()["changed"]
    assert http.warnings == [warning]


def test_who_is_on_call_is_read_once(task: Tasks, http: ScriptedHttp) -> None:
    task().run()
    assert http.calls == [LOOK_UP, FIND, ON_CALL, OPEN]


def test_tasks_for_the_same_incident_wait_for_each_other(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    asked.plans()
    assert asked.action.locks() == [f"PSERVC1 {KEY}"]
    http.answers["GET /incidents/1"] = {"incident": incident()}
    asked = task(service=None, incident_key=None, incident_id=["1"])
    asked.action.prepare()
    assert asked.action.locks() == ["Q1"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"title": None}, "title: required to open an incident"),
        ({"title": None, "status": "triggered"}, "title: required to open an incident"),
        ({"reopen": True}, "reopen: requires incident_id"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, message: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{message}"):
        task(**options).action.check()
    assert http.calls == []


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_what_never_opens_an_incident_needs_no_title(status: str, task: Tasks) -> None:
    task(title=None, status=status).action.check()


DATABASE_SERVICE = {"id": "PSERVC2", "name": "Database"}
READ, MOVE = "GET /incidents/Q1", "PUT /incidents/Q1"
MOVED = incident(service={**DATABASE_SERVICE, "type": "service_reference"})


@pytest.fixture
def move(task: Tasks, http: ScriptedHttp) -> Tasks:
    """Make a task that moves incident Q1 to the service Database."""
    http.answers |= {
        LOOK_UP: {"services": [SERVICE, DATABASE_SERVICE]},
        READ: {"incident": incident()},
        MOVE: {"incident": MOVED},
    }

    def make(**options: t.Any) -> Task:
        by_id = {"service": "Database", "incident_id": ["Q1"], "incident_key": None, "title": None}
        return task(**{**by_id, **options})

    return make


def test_an_incident_moves_by_one_write_of_its_own(move: Tasks, http: ScriptedHttp) -> None:
    asked = move()
    assert asked.run(check_mode=True)["msg"] == "Incident Q1 (#1): would move to service Database."
    assert http.writes == []
    result = asked.run(diff_mode=True)
    assert (result["msg"], result["notifies"]) == ("Incident Q1 (#1): moved to service Database.", [])
    (diff,) = result["diff"]
    assert (diff["before"], diff["after"]) == ({"service": "Checkout (PSERVC1)"}, {"service": "Database (PSERVC2)"})
    service = {"id": "PSERVC2", "type": "service_reference"}
    assert http.writes == [(MOVE, {"incident": {"type": "incident_reference", "service": service}})]
    assert (result["incident"]["service"]["id"], http.warnings) == ("PSERVC2", [])


def test_an_incident_of_the_service_is_no_change(move: Tasks, http: ScriptedHttp) -> None:
    http.answers[READ] = {"incident": MOVED}
    assert (move().run()["changed"], http.writes) == (False, [])


def test_only_those_that_move_take_a_call_of_their_own(move: Tasks, http: ScriptedHttp) -> None:
    others = [{**MOVED, "id": name} for name in ("Q2", "Q3")]
    http.answers |= {
        FIND: [found(incident(), *others), found()],
        PUT: found(*({**each, "title": "Slow"} for each in others)),
        MOVE: {"incident": {**MOVED, "title": "Slow"}},
    }
    result = move(incident_id=["Q1", "Q2", "Q3"], title="Slow").run()
    assert [incident["title"] for incident in result["incidents"]] == ["Slow"] * 3
    assert sorted(call for call, _body in http.writes) == [PUT, MOVE]
    bodies = dict(http.writes)
    assert bodies[MOVE]["incident"]["title"] == "Slow"
    assert ["service" in each for each in bodies[PUT]["incidents"]] == [False, False]


def test_it_can_be_handed_over_at_the_same_time(move: Tasks, http: ScriptedHttp) -> None:
    result = move(escalation_policy="Database").run()
    assert result["msg"] == "Incident Q1 (#1): moved to service Database, to escalation policy Database; paged Someone."
    assert {"service", "escalation_policy"} <= http.writes[0][1]["incident"].keys()


def test_its_assignee_can_acknowledge_it_at_the_same_time(move: Tasks, http: ScriptedHttp) -> None:
    ana = {"id": "PUSER01", "name": "Ana", "email": "ana@example.com", "type": "user"}
    acknowledged = {**MOVED, "status": "acknowledged", "assignments": [{"assignee": ana}]}
    http.answers |= {
        "GET /users": {"users": [ana]},
        "GET /users/me": Refused("A user's token is needed."),
        MOVE: {"incident": acknowledged},
    }
    result = move(status="acknowledged", assignees=["ana@example.com"]).run()
    assert result["msg"] == "Incident Q1 (#1): acknowledged, moved to service Database, assigned to Ana."
    assert [request.headers["From"] for request in http.requests if request.method == "PUT"] == ["ana@example.com"]


def test_after_a_lost_response_the_service_tells_that_it_has_moved(move: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {READ: [{"incident": incident()}, {"incident": MOVED}], MOVE: OutcomeUnknown("lost")}
    result = move().run()
    assert (result["changed"], result["incident"]["service"]["id"], len(http.writes)) == (True, "PSERVC2", 1)


def test_a_policy_that_changes_along_with_the_service_is_told(move: Tasks, http: ScriptedHttp) -> None:
    handed_over = {**MOVED, "escalation_policy": {"id": "PPOLCY2", "summary": "Database"}}
    http.answers[MOVE] = {"incident": handed_over}
    move().run()
    assert http.warnings == [
        "Incident Q1 (#1): with the service, PagerDuty has changed the escalation policy to Database, which may have "
        "notified the people on call for it."
    ]
    http.warnings.clear()
    move(escalation_policy="Database").run()
    assert http.warnings == []


def test_an_incident_that_is_found_by_its_key_never_moves(task: Tasks, http: ScriptedHttp) -> None:
    """The key of another service's incident means something else, even if somebody has moved the incident there."""
    elsewhere = incident(id="Q9", service=DATABASE_SERVICE)
    http.answers[FIND] = lambda request: found(*([] if ("service_ids[]", "PSERVC1") in request.query else [elsewhere]))
    result = task().run()
    assert (result["msg"], http.calls.count(FIND)) == (f"{OPENED}; paged Someone.", 1)
    http.answers[FIND] = found(incident())
    assert "service" not in task(title="New").plan().before


def test_the_incident_that_a_task_before_would_open_is_acknowledged_in_check_mode(
    task: Tasks, http: ScriptedHttp
) -> None:
    result = task(status="acknowledged", title=None).run(check_mode=True)
    assert result["msg"].startswith(f"Incident that would be opened with key '{KEY}': would acknowledge")
    assert task(status="acknowledged", title=None).run()["msg"].startswith("Service Checkout has no open incident")
    assert http.writes == []
