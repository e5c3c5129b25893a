# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which custom fields are sent, and what is checked before."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_custom_fields import set_custom_fields
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Planner = t.Callable[..., PlanOrOutcome]
DEFINITIONS = "GET /incidents/types/incident_default/custom_fields"


def field(name: str, value: t.Any, field_type: str = "single_value", data_type: str = "string") -> Record:
    kind = {"data_type": data_type, "field_type": field_type}
    return {"id": f"ID-{name}", "name": name, "display_name": name.title(), "value": value, **kind}


FIELDS = [
    field("environment", "staging", "single_value_fixed"),
    field("regions", ["eu", "us"], "multi_value_fixed"),
    field("ticket", None),
    field("count", 3, data_type="integer"),
]
OPTIONS = [
    {"name": "environment", "field_options": [{"data": {"value": "production"}}, {"data": {"value": "staging"}}]},
    {"name": "regions", "field_options": [{"data": {"value": "eu"}}, {"data": {"value": "us"}}]},
    {"name": "ticket"},
]


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan custom fields of an incident."""

    def planned(**custom_fields: t.Any) -> PlanOrOutcome:
        record = incident(custom_fields=FIELDS, incident_type={"name": "incident_default"})
        http.answers = {DEFINITIONS: {"fields": OPTIONS}, **http.answers, "GET /incidents/Q1": {"incident": record}}
        (entry,) = set_custom_fields(pagerduty, {"incident_id": ["Q1"], "custom_fields": custom_fields})
        return entry

    return planned


def test_only_the_fields_that_differ_are_sent(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(Ticket="OPS-1", count="3", regions=["us", "eu"])
    assert isinstance(planned, Plan)
    assert planned.body == [{"id": "ID-ticket", "value": "OPS-1"}]
    assert planned.before == {"custom_fields": {"ticket": None, "count": 3, "regions": ["eu", "us"]}}
    assert planned.after == {"custom_fields": {"ticket": "OPS-1", "count": 3, "regions": ["eu", "us"]}}
    assert DEFINITIONS not in http.calls


def test_the_response_completes_the_incident(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(ticket="OPS-1", count=4)
    assert isinstance(planned, Plan)
    assert planned.write is not None
    http.answers["PUT /incidents/Q1/custom_fields/values"] = {"custom_fields": [field("ticket", "ops-1")]}
    (record,) = planned.write.send([planned])
    assert record is not None
    assert {each["name"]: each["value"] for each in record["custom_fields"]} == {
        "environment": "staging",
        "regions": ["eu", "us"],
        "ticket": "ops-1",
        "count": 4,
    }


@pytest.mark.parametrize(
    ("custom_fields", "words"),
    [
        ({"environment": "test"}, "environment must be one of production, staging, got 'test'"),
        ({"regions": ["eu", "mars"]}, "regions must be one of eu, us, got 'mars'"),
        ({"count": "many"}, "count must be a whole number"),
        ({"severity": "high"}, "no custom field 'severity'. It has: environment, regions, ticket, count."),
    ],
)
def test_what_pagerduty_would_refuse_is_refused_before_the_call(
    custom_fields: Record, words: str, plan: Planner
) -> None:
    refused = plan(**custom_fields)
    assert not isinstance(refused, Plan)
    assert words in str(refused.error)


def test_the_definitions_are_read_once(plan: Planner, http: ScriptedHttp) -> None:
    for _time in range(2):
        assert isinstance(plan(environment="production"), Plan)
    assert http.calls.count(DEFINITIONS) == 1


def test_without_the_permission_to_read_definitions_pagerduty_checks_the_value(
    plan: Planner, http: ScriptedHttp
) -> None:
    http.answers = {DEFINITIONS: (403, {"error": {"code": 2010, "message": "Access Denied"}})}
    assert isinstance(plan(environment="test"), Plan)


def test_a_field_with_options_is_emptied_without_a_look_at_them(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(environment=None)
    assert isinstance(planned, Plan)
    assert planned.body == [{"id": "ID-environment", "value": None}]
    assert DEFINITIONS not in http.calls


@pytest.mark.parametrize("custom_fields", [{}, {" ": "text"}])
def test_no_field_and_no_name_are_refused(custom_fields: Record, pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match="custom_fields: "):
        set_custom_fields(pagerduty, {"incident_id": ["Q1"], "custom_fields": custom_fields})
