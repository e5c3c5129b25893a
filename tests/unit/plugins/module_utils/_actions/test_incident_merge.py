# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be merged, and what was."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_merge import merge
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Planner = t.Callable[..., PlanOrOutcome]


def merged_into(target_id: str) -> Record:
    reason = {"type": "merge_resolve_reason", "incident": {"id": target_id, "summary": "[#1] Disk full"}}
    return {"status": "resolved", "resolve_reason": reason}


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan to merge incidents into the first."""

    def planned(target: Record, *sources: Record | tuple[int, Record]) -> PlanOrOutcome:
        http.answers = {"GET /incidents": {"incidents": []}, "GET /incidents/Q1": {"incident": target}}
        for number, source in enumerate(sources, 2):
            is_incident = isinstance(source, dict)
            http.answers[f"GET /incidents/Q{number}"] = {"incident": source} if is_incident else source
        ids = [f"Q{number}" for number in range(2, 2 + len(sources))]
        (entry,) = merge(pagerduty, {"incident_id": ["Q1"], "source_incidents": ids})
        return entry

    return planned


def test_only_those_that_were_not_merged_are(plan: Planner) -> None:
    planned = plan(incident(), incident("Q2", **merged_into("Q1")), incident("Q3"))
    assert isinstance(planned, Plan)
    assert planned.body == ["Q3"]
    assert planned.before == {"merged": ["Q2 (number 2)"]}
    assert planned.after == {"merged": ["Q2 (number 2)", "Q3 (number 3)"]}


def test_an_incident_given_by_id_and_by_number_is_merged_once(plan: Planner) -> None:
    planned = plan(incident(), incident("Q2"), incident("Q2"))
    assert isinstance(planned, Plan)
    assert planned.body == ["Q2"]


def test_a_target_that_is_resolved_since_does_not_matter_if_all_were_merged(plan: Planner) -> None:
    planned = plan(incident(status="resolved"), incident("Q2", **merged_into("Q1")))
    assert isinstance(planned, Plan)
    assert not planned.has_changes


def test_a_resolved_incident_can_be_merged(plan: Planner) -> None:
    counts = {"all": 2, "triggered": 0, "resolved": 2}
    planned = plan(incident(), incident("Q2", status="resolved", alert_counts=counts))
    assert isinstance(planned, Plan)
    assert planned.predicted["alert_counts"] == counts


@pytest.mark.parametrize(
    ("target", "source", "words"),
    [
        (incident(status="resolved"), incident("Q2"), "nothing can be merged into it"),
        (incident(), incident("Q1"), "cannot be merged into itself"),
        (incident(), incident("Q2", **merged_into("Q9")), "was merged into [#1] Disk full (Q9) before"),
        (incident(), incident("Q2", is_mergeable=False), "has no alerts"),
        (incident(is_mergeable=False), incident("Q2"), "Q1 (number 1) cannot be merged: it has no alerts"),
        (
            incident(alert_counts={"all": 600}),
            incident("Q2", alert_counts={"all": 401}),
            "would have 1001 alerts; PagerDuty allows 1000",
        ),
        (incident(), (404, {"error": {"code": 5001, "message": "Incident Not Found"}}), "Incident Not Found"),
    ],
)
def test_what_pagerduty_would_refuse_is_refused_before_the_call(
    target: Record, source: t.Any, words: str, plan: Planner
) -> None:
    refused = plan(target, source)
    assert not isinstance(refused, Plan)
    assert words in str(refused.error)


@pytest.mark.parametrize(
    ("target", "source", "may_page"), [("low", "high", True), ("low", "low", False), ("high", "high", False)]
)
def test_only_a_rise_of_the_urgency_may_page(target: str, source: str, may_page: bool, plan: Planner) -> None:
    planned = plan(incident(urgency=target), incident("Q2", urgency=source))
    assert [each.who for each in planned.notifies] == [None] * may_page


def test_the_incident_is_read_after_the_merge(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(incident(), incident("Q2"))
    assert isinstance(planned, Plan)
    assert planned.write is not None
    http.answers = {
        "PUT /incidents/Q1/merge": {"incident": {"id": "Q1", "type": "incident_reference"}},
        "GET /incidents/Q1": {"incident": incident(alert_counts={"all": 3})},
    }
    assert planned.write.send([planned]) == [incident(alert_counts={"all": 3})]
    assert http.writes[-1][1] == {"source_incidents": [{"id": "Q2", "type": "incident_reference"}]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"incident_id": ["Q1", "Q2"]}, "incident_id: must be a single incident"),
        ({"source_incidents": []}, "source_incidents: must have at least one"),
        ({"source_incidents": ["../users"]}, "source_incidents: must be an incident id or a number"),
        ({"source_incidents": ["Q1"]}, "source_incidents: an incident cannot be merged into itself"),
    ],
)
def test_bad_options_are_refused(options: Record, words: str, pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match=words):
        merge(pagerduty, {"incident_id": ["Q1"], "source_incidents": ["Q2"], **options})
