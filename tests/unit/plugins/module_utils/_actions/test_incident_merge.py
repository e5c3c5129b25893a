# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be merged, and what is."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]
NOT_FOUND = (404, {"error": {"code": 2100, "message": "Not Found"}})
ASSIGNEES = "whoever is assigned to the incident, if the severity of a new alert raises its urgency"


def merged_into(target_id: str) -> Record:
    reason = {"type": "merge_resolve_reason", "incident": {"id": target_id, "summary": "[#1] Disk full"}}
    return {"status": "resolved", "resolve_reason": reason}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that merges incidents, by default all of them, into the first."""

    def make(target: Record, *sources: t.Any, **options: t.Any) -> Task:
        http.answers = {
            "GET /incidents": {"incidents": []},
            "GET /incidents/Q1": {"incident": target},
            "PUT /incidents/Q1/merge": {"incident": {"id": "Q1", "type": "incident_reference"}},
        }
        for number, source in enumerate(sources, 2):
            is_incident = isinstance(source, dict)
            http.answers[f"GET /incidents/Q{number}"] = {"incident": source} if is_incident else source
        ids = [f"Q{number}" for number in range(2, 2 + len(sources))]
        return Task("incident_merge", pagerduty, **{"source_incidents": ids, **options})

    return make


@pytest.mark.parametrize(
    ("target", "sources", "check_mode", "done"),
    [
        (
            incident(),
            [incident("Q2"), incident("Q3")],
            "Incident Q1 (#1): would merge Q2 (#2), Q3 (#3) into it.",
            "Incident Q1 (#1): merged Q2 (#2), Q3 (#3) into it.",
        ),
        (
            incident(),
            [incident("Q2", **merged_into("Q1")), incident("Q3")],
            "Incident Q1 (#1): would merge Q3 (#3) into it.",
            "Incident Q1 (#1): merged Q3 (#3) into it.",
        ),
        (
            incident(urgency="low"),
            [incident("Q2")],
            f"Incident Q1 (#1): would merge Q2 (#2) into it; would page {ASSIGNEES}.",
            f"Incident Q1 (#1): merged Q2 (#2) into it; paged {ASSIGNEES}.",
        ),
        (
            incident(status="resolved", urgency="low"),
            [incident("Q2", **merged_into("Q1"))],
            "Incident Q1 (#1): all are merged into it already.",
            "Incident Q1 (#1): all are merged into it already.",
        ),
    ],
)
def test_what_is_said(
    target: Record, sources: list[Record], check_mode: str, done: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(target, *sources)
    assert asked.run(check_mode=True)["msg"] == check_mode
    assert http.writes == []
    result = asked.run()
    assert (result["msg"], result["failed"]) == (done, False)
    assert result["changed"] is bool(http.writes)


def test_only_those_that_are_not_merged_are(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), incident("Q2", **merged_into("Q1")), incident("Q3"))
    change = asked.plan()
    assert change.before == {"merged": ["Q2 (#2)"]}
    assert change.after == {"merged": ["Q2 (#2)", "Q3 (#3)"]}
    asked.send()
    assert http.writes == [
        ("PUT /incidents/Q1/merge", {"source_incidents": [{"id": "Q3", "type": "incident_reference"}]})
    ]


def test_an_incident_given_by_id_and_by_number_is_merged_once(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), incident("Q2"), incident_id=["1"], source_incidents=["2", "Q2"])
    for number in (1, 2):
        http.answers[f"GET /incidents/{number}"] = {"incident": incident(f"Q{number}")}
    change = asked.plan()
    assert (change.target, change.body.ids) == ("Q1", ["Q2"])
    assert asked.action.locks() == ["Q1", "Q2"]


def test_the_incident_itself_is_not_merged_under_another_name(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), source_incidents=["1"])
    http.answers["GET /incidents/1"] = {"incident": incident()}
    with pytest.raises(InvalidOption, match="an incident cannot be merged into itself, got '1'"):
        asked.plans()


@pytest.mark.parametrize(
    ("options", "merged", "unknown"),
    [
        ({"incident_id": ["7"]}, [], ["7"]),
        ({"incident_id": ["Q7"]}, [], ["Q7"]),
        ({"source_incidents": ["7", "Q8"]}, [], ["7", "Q8"]),
        ({"source_incidents": ["7", "Q2", "Q8"]}, ["Q2"], ["7", "Q8"]),
    ],
    ids=str,
)
def test_incidents_that_exist_are_merged_and_each_that_does_not_is_a_failure(
    options: Record, merged: list[str], unknown: list[str], task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(incident(), incident("Q2"), **options)
    http.answers |= {f"GET /incidents/{each}": NOT_FOUND for each in ("7", "Q7", "Q8")}
    planned, result = asked.run(check_mode=True), asked.run()
    for outcome in (planned, result):
        assert (outcome["changed"], outcome["failed"]) == (bool(merged), True)
        assert [failure["target"] for failure in outcome["failures"]] == unknown
    assert [[source["id"] for source in body["source_incidents"]] for _call, body in http.writes] == [
        [each] for each in merged
    ]


def test_a_resolved_incident_can_be_merged_and_check_mode_counts_its_alerts(task: Tasks) -> None:
    counts = {"all": 3, "triggered": 1, "resolved": 2}
    change = task(
        incident(alert_counts={"all": 1, "triggered": 1, "resolved": 0}),
        incident("Q2", status="resolved", alert_counts={"all": 2, "triggered": 0, "resolved": 2}),
    ).plan()
    assert change.predicted["alert_counts"] == counts


def test_nothing_is_predicted_if_there_is_nothing_to_merge(task: Tasks) -> None:
    change = task(incident(), incident("Q2", **merged_into("Q1"))).plan()
    assert change.predicted == change.record == incident()


@pytest.mark.parametrize(
    ("target", "source", "words"),
    [
        (incident(status="resolved"), incident("Q2"), "Incident Q1 (#1) is resolved; nothing can be merged into it."),
        (
            incident(),
            incident("Q2", **merged_into("Q9")),
            "Incident Q2 (#2) is already merged into Q9. Merge Q9 instead.",
        ),
        (incident(), incident("Q2", is_mergeable=False), "Incident Q2 (#2) cannot be merged: it has no alerts"),
        (incident(is_mergeable=False), incident("Q2"), "Incident Q1 (#1) cannot be merged: it has no alerts"),
        (
            incident(alert_counts={"all": 600}),
            incident("Q2", alert_counts={"all": 401}),
            "Incident Q1 (#1) would have 1001 alerts; PagerDuty allows 1000.",
        ),
    ],
)
def test_what_pagerduty_would_refuse_is_refused_before_the_call(
    target: Record, source: t.Any, words: str, task: Tasks, http: ScriptedHttp
) -> None:
    result = task(target, source).run()
    assert result["msg"].startswith(words)
    assert [each["target"] for each in result["failures"]] == ["Q1"]
    assert http.writes == []


def test_a_thousand_alerts_are_allowed(task: Tasks) -> None:
    counts = [incident(f"Q{number}", alert_counts={"all": 500}) for number in (1, 2)]
    assert task(*counts).plan().is_needed


@pytest.mark.parametrize(
    ("target", "source", "may_page"), [("low", "high", True), ("low", "low", False), ("high", "high", False)]
)
def test_only_a_rise_of_the_urgency_may_page(target: str, source: str, may_page: bool, task: Tasks) -> None:
    change = task(incident(urgency=target), incident("Q2", urgency=source)).plan()
    assert [each.who for each in change.notifies] == [None] * may_page


def test_the_incident_is_read_after_the_merge(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), incident("Q2"))
    http.answers["GET /incidents/Q1"] = [{"incident": incident()}, {"incident": incident(alert_counts={"all": 3})}]
    assert asked.run()["incident"] == incident(alert_counts={"all": 3})


def test_a_failed_read_after_the_merge_does_not_hide_it(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), incident("Q2"))
    http.answers["GET /incidents/Q1"] = [{"incident": incident()}, (500, {}), {"incident": incident()}]
    http.answers["GET /incidents/Q2"] = [
        {"incident": incident("Q2")},
        {"incident": incident("Q2", **merged_into("Q1"))},
    ]
    result = asked.run()
    assert (result["changed"], result["failed"]) == (True, False)
    assert result["msg"] == "Incident Q1 (#1): merged Q2 (#2) into it."


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"incident_id": ["../users"]}, "incident_id: must be an incident id"),
        ({"incident_id": ["Q1", "Q2"]}, "incident_id: must be a single incident"),
        ({"source_incidents": [""]}, "source_incidents: must be an incident id"),
        ({"source_incidents": ["Q2", "../users"]}, "source_incidents: must be an incident id or a number"),
        ({"source_incidents": ["Q1"]}, "source_incidents: an incident cannot be merged into itself, got 'Q1'"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, words: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=words):
        task(incident(), incident("Q2"), **options).action.check()
    assert http.calls == []


def test_one_incident_given_twice_is_a_single_one(task: Tasks) -> None:
    task(incident(), incident("Q2"), incident_id=["Q1", "Q1"]).action.check()
