# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which alerts are changed, and how."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_alerts import change_alerts
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Outcome, Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

DEFAULTS: dict[str, t.Any] = {"incident_id": ["Q1"], "alerts": ["disk"], "status": None, "move_to": None}
Record = dict[str, t.Any]
Planner = t.Callable[..., list[PlanOrOutcome]]


def alert(alert_id: str, key: str, status: str = "triggered", severity: str = "critical") -> Record:
    return {"id": alert_id, "alert_key": key, "status": status, "severity": severity}


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan a change of alerts, given those of the incident, those of Q2, and Q2 itself."""

    def planned(
        here: t.Sequence[Record], there: t.Sequence[Record] = (), target: Record | None = None, **options: t.Any
    ) -> list[PlanOrOutcome]:
        http.answers = {
            "GET /incidents/Q1/alerts": {"alerts": list(here)},
            "GET /incidents/Q2/alerts": {"alerts": list(there)},
            "GET /incidents/Q2": {"incident": target or incident("Q2")},
        }
        return change_alerts(pagerduty, {**DEFAULTS, **options})

    return planned


def bodies(planned: t.Sequence[PlanOrOutcome]) -> dict[str, t.Any]:
    return {entry.target: entry.body for entry in planned if isinstance(entry, Plan) and entry.has_changes}


def test_an_alert_is_found_by_its_id_or_key_and_changed_once(plan: Planner) -> None:
    planned = plan([alert("A1", "disk"), alert("A2", "cpu")], alerts=["disk", "A1", "disk"], status="resolved")
    assert bodies(planned) == {"A1": {"status": "resolved"}}


def test_a_key_stands_for_all_alerts_that_have_it(plan: Planner) -> None:
    planned = plan([alert("A1", "disk", "resolved"), alert("A2", "disk")], status="resolved")
    assert [entry.target for entry in planned] == ["A1", "A2"]
    assert bodies(planned) == {"A2": {"status": "resolved"}}


def test_one_unknown_alert_does_not_stop_the_others(plan: Planner) -> None:
    planned = plan([alert("A1", "disk")], alerts=["nothing", "disk"], status="resolved")
    assert bodies(planned) == {"A1": {"status": "resolved"}}
    (unknown,) = [entry for entry in planned if isinstance(entry, Outcome)]
    assert "No alert of incident Q1 has the id or key 'nothing'." in str(unknown.error)


def test_an_alert_is_moved_and_one_that_was_moved_before_is_not(plan: Planner) -> None:
    planned = plan([alert("A1", "disk")], [alert("A2", "cpu")], alerts=["disk", "cpu"], move_to="Q2")
    assert bodies(planned) == {"A1": {"incident": {"id": "Q2", "type": "incident_reference"}}}


def test_no_alert_is_moved_to_its_own_incident_by_another_name(plan: Planner) -> None:
    with pytest.raises(InvalidOption, match="move_to: must be another incident"):
        plan([alert("A1", "disk")], target=incident("Q1"), move_to="Q2")


def test_an_alert_that_was_moved_before_is_resolved_where_it_is(plan: Planner, http: ScriptedHttp) -> None:
    (planned,) = plan([], [alert("A1", "disk")], move_to="Q2", status="resolved")
    assert isinstance(planned, Plan)
    assert planned.write is not None
    http.answers["PUT /incidents/Q2/alerts"] = {"alerts": [alert("A1", "disk", "resolved")]}
    assert planned.write.send([planned]) == [alert("A1", "disk", "resolved")]
    assert http.writes == [
        ("PUT /incidents/Q2/alerts", {"alerts": [{"id": "A1", "type": "alert", "status": "resolved"}]})
    ]


def test_check_mode_shows_a_moved_alert_at_its_new_place(plan: Planner) -> None:
    (planned,) = plan([alert("A1", "disk")], move_to="Q2", status="resolved")
    assert isinstance(planned, Plan)
    assert planned.before == {"status": "triggered", "incident": "Q1"}
    assert planned.after == {"status": "resolved", "incident": "Q2"}
    assert (planned.predicted["status"], planned.predicted["incident"]["id"]) == ("resolved", "Q2")


def test_the_alerts_of_the_other_incident_are_read_only_if_some_are_missing(plan: Planner, http: ScriptedHttp) -> None:
    plan([alert("A1", "disk")], move_to="Q2")
    assert "GET /incidents/Q2/alerts" not in http.calls


def test_no_alert_is_moved_to_a_resolved_incident_but_one_may_be_there(plan: Planner) -> None:
    resolved = incident("Q2", status="resolved")
    planned = plan([alert("A1", "disk")], [alert("A2", "cpu")], resolved, alerts=["disk", "cpu"], move_to="Q2")
    moved = {entry.target: entry for entry in planned}
    assert "no alert can be moved to it" in str(moved["A1"].error)  # type: ignore[union-attr]
    assert isinstance(moved["A2"], Plan)


@pytest.mark.parametrize(
    ("urgency", "severity", "status", "may_page"),
    [
        ("low", "critical", "triggered", True),
        ("low", "warning", "triggered", False),
        ("low", "critical", "resolved", False),
        ("high", "critical", "triggered", False),
    ],
)
def test_only_a_rise_of_the_urgency_may_page(
    urgency: str, severity: str, status: str, may_page: bool, plan: Planner
) -> None:
    target = incident("Q2", urgency=urgency)
    (planned,) = plan([alert("A1", "disk", status, severity)], target=target, move_to="Q2")
    assert [each.who for each in planned.notifies] == [None] * may_page


def test_an_alert_that_the_response_leaves_out_is_not_taken_for_changed(plan: Planner, http: ScriptedHttp) -> None:
    (planned,) = plan([alert("A1", "disk")], status="resolved")
    assert isinstance(planned, Plan)
    assert planned.write is not None
    http.answers["PUT /incidents/Q1/alerts"] = {"alerts": []}
    assert planned.write.send([planned]) == [None]
    assert http.requests[-1].query == [("limit", "100")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"incident_id": ["Q1", "Q2"]}, "incident_id: must be a single incident"),
        ({"alerts": []}, "alerts: must have at least one"),
        ({"alerts": [" "]}, "alerts: must not contain an empty"),
        ({"move_to": "../users"}, "move_to: must be an incident id"),
        ({"move_to": "Q1"}, "move_to: must be another incident"),
    ],
)
def test_bad_options_are_refused(options: Record, words: str, pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match=words):
        change_alerts(pagerduty, {**DEFAULTS, **options})
