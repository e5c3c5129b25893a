# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which alerts are changed, and how."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Change, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import Request
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]
NOT_FOUND = (404, {"error": {"code": 2100, "message": "Not Found"}})
DENIED = (403, {"error": {"message": "Access Denied", "code": 2010}})


def alert(alert_id: str, key: str | None, status: str = "triggered", severity: str = "critical") -> Record:
    return {"id": alert_id, "alert_key": key, "status": status, "severity": severity}


def changed(request: Request) -> Record:
    """Return the alerts of an update, as PagerDuty does."""
    return {"alerts": [{"status": "triggered", **each} for each in request.body["alerts"]]}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on alerts, given those of the incident, those of Q2, and Q2 itself."""

    def make(
        here: t.Sequence[Record], there: t.Sequence[Record] = (), target: Record | None = None, **options: t.Any
    ) -> Task:
        scripted = {
            "GET /incidents/Q1/alerts": {"alerts": list(here)},
            "GET /incidents/Q2/alerts": {"alerts": list(there)},
            "GET /incidents/Q2": {"incident": target or incident("Q2")},
            "PUT /incidents/Q1/alerts": changed,
            "PUT /incidents/Q2/alerts": changed,
        }
        http.answers = {**scripted, **http.answers}
        return Task("incident_alerts", pagerduty, **{"alerts": ["disk"], **options})

    return make


def test_a_key_cannot_be_found_where_pagerduty_leaves_keys_out(task: Tasks) -> None:
    (outcome,) = task([alert("A1", None), alert("A2", "cpu")], status="resolved").plans()
    assert isinstance(outcome, Outcome)
    assert str(outcome.error) == (
        "No alert of incident Q1 has the id or key 'disk', but PagerDuty's response leaves out 'alert_key' of some. "
        "Use the id of the alert."
    )


def bodies(planned: t.Iterable[Change | Outcome]) -> dict[str, t.Any]:
    return {each.target: each.body.fields for each in planned if isinstance(each, Change) and each.is_needed}


@pytest.mark.parametrize(
    ("here", "there", "options", "check_mode", "done"),
    [
        (
            [alert("A1", "disk")],
            [],
            {"status": "resolved"},
            "Alert disk: would resolve.",
            "Alert disk: resolved.",
        ),
        (
            [alert("A1", "disk")],
            [],
            {"move_to": "Q2"},
            "Alert disk: would move to incident Q2 (#2).",
            "Alert disk: moved to incident Q2 (#2).",
        ),
        (
            [alert("A1", "disk")],
            [],
            {"move_to": "Q2", "status": "resolved"},
            "Alert disk: would resolve, move to incident Q2 (#2).",
            "Alert disk: resolved, moved to incident Q2 (#2).",
        ),
        (
            [alert("A1", "disk", "resolved")],
            [],
            {"status": "resolved"},
            "Alert disk: already resolved.",
            "Alert disk: already resolved.",
        ),
        (
            [],
            [alert("A1", "disk")],
            {"move_to": "Q2"},
            "Alert disk: already in incident Q2 (#2).",
            "Alert disk: already in incident Q2 (#2).",
        ),
        (
            [],
            [alert("A1", "disk", "resolved")],
            {"move_to": "Q2", "status": "resolved"},
            "Alert disk: already resolved and in incident Q2 (#2).",
            "Alert disk: already resolved and in incident Q2 (#2).",
        ),
        (
            [{**alert("A1", None), "summary": "Disk full"}],
            [],
            {"alerts": ["A1"], "status": "resolved"},
            "Alert Disk full: would resolve.",
            "Alert Disk full: resolved.",
        ),
        (
            [alert("A1", "disk"), alert("A2", "cpu"), alert("A3", "net", "resolved")],
            [],
            {"alerts": ["disk", "cpu", "net", "no"], "status": "resolved"},
            "4 alerts: 2 would change (resolve), 1 unchanged, 1 failed. No alert of incident Q1 has the id or key "
            "'no'. See the alerts with incident_info and include: [alerts].",
            "4 alerts: 2 changed (resolved), 1 unchanged, 1 failed. No alert of incident Q1 has the id or key 'no'. "
            "See the alerts with incident_info and include: [alerts].",
        ),
        (
            [],
            [],
            {"move_to": "Q2"},
            "No alert of incident Q1 or Q2 has the id or key 'disk'. See the alerts with incident_info and include: "
            "[alerts].",
            "No alert of incident Q1 or Q2 has the id or key 'disk'. See the alerts with incident_info and include: "
            "[alerts].",
        ),
    ],
)
def test_what_is_said(
    here: list[Record],
    there: list[Record],
    options: Record,
    check_mode: str,
    done: str,
    task: Tasks,
    http: ScriptedHttp,
) -> None:
    asked = task(here, there, **options)
    assert asked.run(check_mode=True)["msg"] == check_mode
    assert http.writes == []
    result = asked.run()
    assert result["msg"] == done
    assert result["changed"] is bool(http.writes)


def test_a_refused_change_says_what_pagerduty_said(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["PUT /incidents/Q1/alerts"] = DENIED
    result = task([alert("A1", "disk")], status="resolved").run()
    assert (result["failed"], result["changed"], result["alerts"]) == (True, False, [])
    assert result["msg"].startswith("PUT https://api.pagerduty.com/incidents/Q1/alerts: Access Denied")


def test_an_alert_is_found_by_its_id_or_key_and_changed_once(task: Tasks) -> None:
    planned = task([alert("A1", "disk"), alert("A2", "cpu")], alerts=["disk", "A1", "disk"], status="resolved").plans()
    assert bodies(planned) == {"A1": {"status": "resolved"}}
    assert len(planned) == 1


def test_a_key_stands_for_all_alerts_that_have_it(task: Tasks) -> None:
    planned = task([alert("A1", "disk", "resolved"), alert("A2", "disk")], status="resolved").plans()
    assert [each.target for each in planned] == ["A1", "A2"]
    assert bodies(planned) == {"A2": {"status": "resolved"}}


def test_one_unknown_alert_does_not_stop_the_others(task: Tasks, http: ScriptedHttp) -> None:
    result = task([alert("A1", "disk")], alerts=["nothing", "disk"], status="resolved").run()
    assert [each["id"] for each in result["alerts"]] == ["A1"]
    assert [each["target"] for each in result["failures"]] == ["nothing"]
    assert len(http.writes) == 1


def test_an_alert_is_moved_and_one_that_is_there_already_is_not(task: Tasks) -> None:
    planned = task([alert("A1", "disk")], [alert("A2", "cpu")], alerts=["disk", "cpu"], move_to="Q2").plans()
    assert bodies(planned) == {"A1": {"incident": {"id": "Q2", "type": "incident_reference"}}}


def test_no_alert_is_moved_to_its_own_incident_by_another_name(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/7"] = {"incident": incident("Q1")}
    with pytest.raises(InvalidOption, match="move_to: must be another incident, got '7'"):
        task([alert("A1", "disk")], move_to="7").plans()


def test_numbers_become_ids_and_both_incidents_are_locked(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/1"] = {"incident": incident("Q1")}
    http.answers["GET /incidents/2"] = {"incident": incident("Q2")}
    asked = task([alert("A1", "disk")], incident_id=["1"], move_to="2")
    assert bodies(asked.plans()) == {"A1": {"incident": {"id": "Q2", "type": "incident_reference"}}}
    assert asked.action.locks() == ["Q1", "Q2"]
    alone = task([alert("A1", "disk")], status="resolved")
    alone.plans()
    assert alone.action.locks() == ["Q1"]


@pytest.mark.parametrize("options", [{"incident_id": ["7"], "status": "resolved"}, {"move_to": "7"}], ids=str)
def test_a_number_that_does_not_exist_fails_the_task(options: Record, task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/7"] = NOT_FOUND
    with pytest.raises(TaskError, match=r"GET https://api\.pagerduty\.com/incidents/7: Not Found"):
        task([alert("A1", "disk")], **options).plans()


def test_an_alert_that_was_moved_before_is_resolved_where_it_is(task: Tasks, http: ScriptedHttp) -> None:
    task([], [alert("A1", "disk")], move_to="Q2", status="resolved").send()
    assert http.writes == [
        ("PUT /incidents/Q2/alerts", {"alerts": [{"id": "A1", "type": "alert", "status": "resolved"}]})
    ]


def test_alerts_of_two_incidents_are_changed_in_two_calls(task: Tasks, http: ScriptedHttp) -> None:
    asked = task([alert("A1", "disk")], [alert("A2", "cpu")], alerts=["disk", "cpu"], move_to="Q2", status="resolved")
    assert asked.run()["msg"].startswith("2 alerts: 2 changed")
    assert [call for call, _body in http.writes] == ["PUT /incidents/Q1/alerts", "PUT /incidents/Q2/alerts"]


def test_check_mode_shows_a_moved_alert_at_its_new_place(task: Tasks) -> None:
    target = {**incident("Q2"), "summary": "[#2] Disk full", "self": "https://x", "html_url": "https://y"}
    change = task([alert("A1", "disk")], [], target, move_to="Q2", status="resolved").plan()
    assert change.before == {"status": "triggered", "incident": "Q1"}
    assert change.after == {"status": "resolved", "incident": "Q2"}
    assert change.predicted == {
        **alert("A1", "disk", "resolved"),
        "incident": {
            "id": "Q2",
            "type": "incident_reference",
            "summary": "[#2] Disk full",
            "self": "https://x",
            "html_url": "https://y",
        },
    }


@pytest.mark.parametrize(("options", "field"), [({"status": "resolved"}, "status"), ({"move_to": "Q2"}, "incident")])
def test_only_what_is_asked_for_decides(options: Record, field: str, task: Tasks) -> None:
    change = task([alert("A1", "disk")], **options).plan()
    assert set(change.before) == set(change.after) == {field}


def test_the_alerts_of_the_other_incident_are_read_only_if_some_are_missing(task: Tasks, http: ScriptedHttp) -> None:
    task([alert("A1", "disk")], move_to="Q2").plans()
    assert "GET /incidents/Q2/alerts" not in http.calls


def test_no_alert_is_moved_to_a_resolved_incident_but_one_may_be_there(task: Tasks) -> None:
    resolved = incident("Q2", status="resolved")
    asked = task([alert("A1", "disk")], [alert("A2", "cpu")], resolved, alerts=["disk", "cpu"], move_to="Q2")
    moved, there = asked.plans()
    assert isinstance(moved, Outcome)
    assert str(moved.error).startswith("Incident Q2 (#2) is resolved; no alert can be moved to it.")
    assert isinstance(there, Change)


@pytest.mark.parametrize(
    ("urgency", "severity", "status", "may_page"),
    [
        ("low", "critical", "triggered", True),
        ("low", "error", "triggered", True),
        ("low", "warning", "triggered", False),
        ("low", "critical", "resolved", False),
        ("high", "critical", "triggered", False),
    ],
)
def test_only_a_rise_of_the_urgency_may_page(
    urgency: str, severity: str, status: str, may_page: bool, task: Tasks
) -> None:
    target = incident("Q2", urgency=urgency)
    says = task([alert("A1", "disk", status, severity)], [], target, move_to="Q2").run()["msg"]
    people = "; paged whoever is assigned to the incident, if the severity of a new alert raises its urgency"
    assert says == f"Alert disk: moved to incident Q2 (#2){people * may_page}."


def test_an_alert_that_stays_where_it_is_pages_nobody(task: Tasks) -> None:
    target = incident("Q2", urgency="low")
    assert task([], [alert("A1", "disk")], target, move_to="Q2", status="resolved").plan().notifies == ()


def test_an_alert_that_the_response_leaves_out_is_not_taken_for_changed(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["PUT /incidents/Q1/alerts"] = {"alerts": []}
    asked = task([alert("A1", "disk")], status="resolved")
    assert asked.action.send([asked.plan()]) == [None]
    assert http.requests[-1].query == [("limit", "100")]


def test_a_hundred_alerts_are_changed_in_one_call(task: Tasks, http: ScriptedHttp) -> None:
    alerts = [alert(f"A{number}", "disk") for number in range(101)]
    assert len(task(alerts, status="resolved").run()["alerts"]) == 101
    assert [len(body["alerts"]) for _call, body in http.writes] == [100, 1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"incident_id": [""]}, "incident_id: must have at least one"),
        ({"incident_id": ["Q1", "Q2"]}, "incident_id: must be a single incident"),
        ({"alerts": []}, "alerts: must be a list of non-empty ids or keys"),
        ({"move_to": "../users"}, "move_to: must be an incident id"),
        ({"move_to": "Q1"}, "move_to: must be another incident, got 'Q1'"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, words: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=words):
        task([], **options).action.check()
    assert http.calls == []


def test_one_incident_given_twice_is_a_single_one(task: Tasks) -> None:
    task([], incident_id=["Q1", "Q1"]).action.check()
