# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an incident is at a level of its escalation policy already."""

from __future__ import annotations

import sys
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_escalation import escalate
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA, BEN, CARLA = named("PU1", "Ana"), named("PU2", "Ben"), named("PU3", "Carla")
ON_CALL = [
    {"escalation_level": level, "escalation_policy": named("PE1", "Web Operations"), "user": user}
    for level, user in ((1, ANA), (2, BEN), (2, CARLA), (2, BEN))
]
Planner = t.Callable[..., PlanOrOutcome]


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan the escalation of an incident."""

    def planned(record: dict[str, t.Any], level: int | str) -> PlanOrOutcome:
        http.answers = {
            "GET /incidents/Q1": {"incident": record},
            "GET /oncalls": {"oncalls": ON_CALL},
            "GET /escalation_policies/PE1": {
                "escalation_policy": {**named("PE1", "Web Operations"), "escalation_rules": [{}, {}, {}]}
            },
        }
        (entry,) = escalate(pagerduty, {"incident_id": ["Q1"], "level": str(level)})
        return entry

    return planned


def test_an_incident_that_the_policy_has_assigned_to_those_on_call_is_at_the_level(plan: Planner) -> None:
    planned = plan(incident(assignments=assigned_to(CARLA, BEN), status="acknowledged"), 2)
    assert isinstance(planned, Plan)
    assert not planned.has_changes


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(incident(assignments=assigned_to(BEN)), id="only one of two"),
        pytest.param(incident(assignments=assigned_to(ANA)), id="another level"),
        pytest.param(incident(assignments=assigned_to(BEN, CARLA), assigned_via="direct_assignment"), id="by a person"),
    ],
)
def test_any_other_incident_is_escalated_and_triggered_again(record: dict[str, t.Any], plan: Planner) -> None:
    planned = plan({**record, "status": "acknowledged"}, 2)
    assert isinstance(planned, Plan)
    assert planned.write is not None
    assert (planned.body, planned.write.harmful_twice) == ({"escalation_level": 2}, True)
    assert planned.after["assignees"] == ["Ben (PU2)", "Carla (PU3)"]
    assert planned.after["status"] == planned.predicted["status"] == "triggered"


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        (incident(status="resolved"), 2, "is resolved; it cannot be escalated"),
        (incident(urgency="low"), 2, "has low urgency"),
        (incident(urgency="low", assignments=assigned_to(ANA)), 1, "Set urgency: high"),
        (incident(), 3, "level 3 of escalation policy Web Operations (PE1) has nobody on call"),
        (incident(), 4, "does not exist. Levels: 1: Ana (PU1); 2: Ben (PU2), Carla (PU3); 3: nobody on call"),
    ],
)
def test_an_escalation_that_pagerduty_would_refuse_is_refused_before_the_call(
    record: dict[str, t.Any], level: int, words: str, plan: Planner
) -> None:
    refused = plan(record, level)
    assert not isinstance(refused, Plan)
    assert words in str(refused.error)


@pytest.mark.parametrize("level", [0, -1, "top", "", "1.5", "²", "9" * 5000])
def test_a_level_that_is_no_number_from_1_on_is_refused(level: t.Any, plan: Planner) -> None:
    with pytest.raises(InvalidOption, match="level: must be 1 or greater, or next"):
        plan(incident(), level)


def test_the_next_level_is_the_one_after_the_assignees(plan: Planner) -> None:
    planned = plan(incident(assignments=assigned_to(ANA)), "next")
    assert isinstance(planned, Plan)
    assert planned.body == {"escalation_level": 2}
    assert "set level to 2" in planned.if_unknown


def test_the_next_level_passes_over_those_without_anybody(plan: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ON_CALL", [ON_CALL[0], {**ON_CALL[1], "escalation_level": 3}])
    planned = plan(incident(assignments=assigned_to(ANA)), "next")
    assert isinstance(planned, Plan)
    assert planned.body == {"escalation_level": 3}


def test_the_next_level_stays_the_same_when_the_task_plans_again(plan: Planner) -> None:
    """The response to the escalation was lost: the incident may be at the level already."""
    plan(incident(assignments=assigned_to(ANA)), "next")
    applied = plan(incident(assignments=assigned_to(BEN, CARLA)), "next")
    assert isinstance(applied, Plan)
    assert not applied.has_changes


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (incident(assignments=assigned_to(BEN, CARLA)), "is at level 2, after which nobody is on call. Levels: 1: Ana"),
        (incident(assignments=assigned_to(ANA), assigned_via="direct_assignment"), "it was assigned by hand"),
        (incident(assignments=assigned_to(BEN)), "are not the people on call at any level"),
    ],
)
def test_without_a_next_level_the_levels_are_listed(record: dict[str, t.Any], words: str, plan: Planner) -> None:
    refused = plan(record, "next")
    assert not isinstance(refused, Plan)
    assert words in str(refused.error)
    assert "3: nobody on call" in str(refused.error)


def test_the_same_people_at_two_levels_hide_the_present_one(plan: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ON_CALL", [ON_CALL[0], {**ON_CALL[0], "escalation_level": 3}])
    refused = plan(incident(assignments=assigned_to(ANA)), "next")
    assert not isinstance(refused, Plan)
    assert "at the levels 1, 3" in str(refused.error)
