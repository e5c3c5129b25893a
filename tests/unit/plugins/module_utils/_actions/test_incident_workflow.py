# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting a workflow once for each run key."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    OutcomeUnknown,
    Refused,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import NOTIFY
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOTES = "/incidents/Q1/notes"
INSTANCES = "/incident_workflows/PWF1/instances"
LOST = "Check the incident's timeline. To start it again, remove the note that it is about to start."
Tasks = t.Callable[..., Task]


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on an incident with some notes."""

    def make(
        *notes: str, status: str = "triggered", workflow: dict[str, t.Any] | None = None, **options: t.Any
    ) -> Task:
        listed = [{**named("PWF1", "Declare"), **(workflow or {})}]
        http.answers = {
            "GET /incident_workflows": {"incident_workflows": listed},
            "GET /incidents/Q1": {"incident": incident(status=status)},
            f"GET {NOTES}": {"notes": [note(f"PN{place}", text) for place, text in enumerate(notes)]},
            f"POST {NOTES}": {"note": note("PN9", "text")},
            f"PUT {NOTES}/PN9": {"note": note("PN9", "text")},
            f"DELETE {NOTES}/PN9": (204, {}),
            f"POST {INSTANCES}": {"incident_workflow_instance": {}},
        }
        return Task("incident_workflow", pagerduty, **{"incident_workflow": "Declare", **options})

    return make


def recorded(key: str, state: str = "has started") -> str:
    return f"Incident Workflow Declare (PWF1) {state} (run key {key})."


@pytest.mark.parametrize(
    ("key", "run_key", "starts"),
    [
        ("PWF1-Q1", None, False),
        ("PWF1-Q1-drill", None, True),
        ("PWF1-Q1-drill", "drill", False),
        ("PWF1-Q1", "drill", True),
    ],
)
def test_a_workflow_is_started_once_for_each_run_key(key: str, run_key: str | None, starts: bool, task: Tasks) -> None:
    change = task(recorded(key), run_key=run_key).plan()
    assert change.is_needed is starts
    assert change.before == {"runs": [] if starts else [key]}
    assert change.after == {"runs": ["-".join(filter(None, ("PWF1-Q1", run_key)))]}


@pytest.mark.parametrize(
    ("run_key", "would", "did", "already"),
    [
        (
            None,
            "would start workflow Declare; would notify whoever is named by its steps",
            "started workflow Declare; notified whoever is named by its steps",
            "the workflow has started before",
        ),
        (
            "drill",
            "would start workflow Declare (run key drill); would notify whoever is named by its steps",
            "started workflow Declare (run key drill); notified whoever is named by its steps",
            "the workflow has started under this run key before",
        ),
    ],
    ids=str,
)
def test_what_is_said(run_key: str | None, would: str, did: str, already: str, task: Tasks) -> None:
    assert task(run_key=run_key).says(check_mode=True) == f"Incident Q1 (#1): {would}."
    assert task(run_key=run_key).says() == f"Incident Q1 (#1): {did}."
    started = recorded("-".join(filter(None, ("PWF1-Q1", run_key))))
    assert task(started, run_key=run_key).says() == f"Incident Q1 (#1): {already}."


def test_whom_a_workflow_notifies_is_not_known(task: Tasks) -> None:
    ((who, why, how),) = task().plan().notifies
    assert (who, why, how) == (None, "named by its steps", NOTIFY)


def test_the_run_is_recorded_before_and_after_it_starts(task: Tasks, http: ScriptedHttp) -> None:
    result = task().run()
    assert [call for call, _body in http.writes] == [f"POST {NOTES}", f"POST {INSTANCES}", f"PUT {NOTES}/PN9"]
    contents = [body["note"]["content"] for _call, body in http.writes if "note" in body]
    assert contents == [recorded("PWF1-Q1", "is about to start"), recorded("PWF1-Q1")]
    assert (result["changed"], result["incident"]) == (True, incident())


def test_the_id_of_a_run_is_short_plain_and_the_same_for_the_same_key(task: Tasks, http: ScriptedHttp) -> None:
    for run_key in ("ünïcode: a long key", "ünïcode: a long key", "another"):
        task(run_key=run_key).send()
    sent = [body["incident_workflow_instance"] for call, body in http.writes if call == f"POST {INSTANCES}"]
    first, second, third = (instance["id"] for instance in sent)
    assert first == second != third
    assert first.isascii()
    assert first.isalnum()
    assert len(first) == 20
    assert sent[0] == {
        "id": first,
        "type": "incident_workflow_instance",
        "incident": {"id": "Q1", "type": "incident_reference"},
    }


def test_a_start_that_is_refused_leaves_no_note_and_nothing_done(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    http.answers[f"POST {INSTANCES}"] = (400, {"error": {"message": "no", "code": 2001}})
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (False, "not_done")
    assert http.calls[-1] == f"DELETE {NOTES}/PN9"


def test_a_start_without_a_response_is_not_repeated_and_says_what_to_look_at(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    about_to_start = note("PN9", recorded("PWF1-Q1", "is about to start"))
    http.answers[f"GET {NOTES}"] = [{"notes": []}, {"notes": [about_to_start]}]
    http.answers[f"POST {INSTANCES}"] = (500, {})
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (False, "unknown")
    assert "(run key PWF1-Q1)" in result["msg"]
    assert result["msg"].endswith(LOST)
    assert [call for call, _body in http.writes] == [f"POST {NOTES}", f"POST {INSTANCES}"]


def test_a_note_whose_response_was_lost_is_not_taken_for_a_start(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    http.answers[f"POST {NOTES}"] = (500, {})
    assert asked.run()["failures"][0]["outcome"] == "unknown"
    assert [call for call, _body in http.writes] == [f"POST {NOTES}"]
    assert asked.plan().resend == CAREFULLY


def test_a_run_that_may_have_started_is_not_started(task: Tasks) -> None:
    with pytest.raises(OutcomeUnknown, match=r"^Incident Q1 \(#1\): .* may or may not have started") as caught:
        task(recorded("PWF1-Q1", "is about to start")).plan()
    assert caught.value.hint == LOST


def test_a_resolved_incident_is_refused_unless_the_workflow_has_started(task: Tasks) -> None:
    with pytest.raises(Refused, match=r"^Incident Q1 \(#1\) is resolved; a workflow cannot be started on it\."):
        task(status="resolved").plan()
    assert not task(recorded("PWF1-Q1"), status="resolved").plan().is_needed


@pytest.mark.parametrize("is_enabled", [True, None])
def test_a_workflow_that_is_not_disabled_is_started(is_enabled: bool | None, task: Tasks) -> None:
    assert task(workflow={"is_enabled": is_enabled}).plan().is_needed


def test_a_disabled_workflow_is_refused_before_any_incident_is_read(task: Tasks, http: ScriptedHttp) -> None:
    with pytest.raises(Refused, match=r"^The incident workflow Declare \(PWF1\) is disabled\.") as caught:
        task(workflow={"is_enabled": False}).plan()
    assert caught.value.hint == "Enable it in PagerDuty."
    assert http.calls == ["GET /incident_workflows"]


@pytest.mark.parametrize("run_key", ["x" * 200, "two words"], ids=len)
def test_a_run_key_is_a_line_of_up_to_200_characters(run_key: str, task: Tasks) -> None:
    task(run_key=run_key).action.check()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"run_key": "two\nlines"}, "run_key: must be a single line"),
        ({"run_key": "x" * 201}, "run_key: must be a single line"),
        ({"incident_id": [""]}, "incident_id: "),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: dict[str, t.Any], problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{problem}"):
        task(**options).action.check()
    assert http.calls == []
