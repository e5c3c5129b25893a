# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting a workflow once for each run key."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_workflow import start_workflow
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOTES = "/incidents/Q1/notes"
INSTANCES = "/incident_workflows/PWF1/instances"
Planner = t.Callable[..., PlanOrOutcome]


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan a start on an incident with some notes."""

    def planned(
        *notes: str, run_key: str | None = None, name: str = "Declare", status: str = "triggered", **workflow: t.Any
    ) -> PlanOrOutcome:
        http.answers = {
            "GET /incident_workflows": {"incident_workflows": [{**named("PWF1", "Declare"), **workflow}]},
            "GET /incidents/Q1": {"incident": incident(status=status)},
            f"GET {NOTES}": {"notes": [note(f"PN{place}", text) for place, text in enumerate(notes)]},
        }
        (entry,) = start_workflow(pagerduty, {"incident_id": ["Q1"], "incident_workflow": name, "run_key": run_key})
        return entry

    return planned


@pytest.mark.parametrize(
    ("key", "run_key", "starts"),
    [
        ("PWF1-Q1", None, False),
        ("PWF1-Q1-drill", None, True),
        ("PWF1-Q1-drill", "drill", False),
        ("PWF1-Q1", "drill", True),
    ],
)
def test_a_workflow_is_started_once_for_each_run_key(
    key: str, run_key: str | None, starts: bool, plan: Planner
) -> None:
    planned = plan(f"Incident Workflow Declare (PWF1) has started (run key {key}).", run_key=run_key)
    assert isinstance(planned, Plan)
    assert planned.has_changes is starts


def test_the_id_of_a_run_is_short_plain_and_the_same_for_the_same_key(plan: Planner, http: ScriptedHttp) -> None:
    sent = []
    for run_key in ("ünïcode: a long key", "ünïcode: a long key", "another"):
        planned = plan(run_key=run_key)
        assert isinstance(planned, Plan)
        assert planned.write is not None
        assert planned.write.harmful_twice
        http.answers = {
            f"POST {NOTES}": {"note": note("PN1", "text")},
            f"PUT {NOTES}/PN1": {"note": note("PN1", "text")},
            f"POST {INSTANCES}": {"incident_workflow_instance": {}},
        }
        planned.write.send([planned])
        sent += [body["incident_workflow_instance"] for call, body in http.writes if call == f"POST {INSTANCES}"]
        http.requests.clear()
    first, second, third = (instance["id"] for instance in sent)
    assert first == second != third
    assert first.isascii()
    assert first.isalnum()
    assert len(first) <= 20
    assert sent[0]["incident"] == {"id": "Q1", "type": "incident_reference"}


def test_a_resolved_incident_is_refused(plan: Planner) -> None:
    refused = plan(status="resolved")
    assert not isinstance(refused, Plan)
    assert "a workflow cannot be started on it" in str(refused.error)


def test_a_disabled_workflow_is_refused(plan: Planner) -> None:
    with pytest.raises(Refused, match="is disabled"):
        plan(is_enabled=False)


@pytest.mark.parametrize(
    "options", [{"name": " "}, {"run_key": " "}, {"run_key": "two\nlines"}, {"run_key": "x" * 201}], ids=str
)
def test_an_unusable_option_is_refused_before_any_call(
    options: dict[str, t.Any], plan: Planner, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption):
        plan(**options)
    assert http.calls == []
