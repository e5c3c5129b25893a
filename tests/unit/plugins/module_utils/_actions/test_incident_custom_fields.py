# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which custom fields are sent, and what is checked before."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]
DEFINITIONS = "GET /incidents/types/incident_default/custom_fields"
VALUES = "PUT /incidents/Q1/custom_fields/values"
DENIED = (403, {"error": {"code": 2010, "message": "Access Denied"}})


def field(name: str, value: t.Any, field_type: str = "single_value", data_type: str = "string") -> Record:
    kind = {"data_type": data_type, "field_type": field_type}
    return {"id": f"ID-{name}", "name": name, "display_name": name.title(), "value": value, **kind}


FIELDS = [
    field("environment", "staging", "single_value_fixed"),
    field("regions", ["eu", "us"], "multi_value_fixed"),
    field("ticket", None),
    field("count", 3, data_type="integer"),
    field("public", None, data_type="boolean"),
]
OPTIONS = [
    {"name": "environment", "field_options": [{"data": {"value": "production"}}, {"data": {"value": "staging"}}]},
    {"name": "regions", "field_options": [{"data": {"value": "eu"}}, {"data": {"value": "us"}}]},
    {"name": "ticket"},
]


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on the custom fields of an incident."""

    def make(**custom_fields: t.Any) -> Task:
        record = incident(custom_fields=FIELDS, incident_type={"name": "incident_default"})
        scripted = {
            DEFINITIONS: {"fields": OPTIONS},
            "GET /incidents/Q1": {"incident": record},
            VALUES: {"custom_fields": []},
        }
        http.answers = {**scripted, **http.answers}
        return Task("incident_custom_fields", pagerduty, custom_fields=custom_fields)

    return make


@pytest.mark.parametrize(
    ("custom_fields", "check_mode", "done"),
    [
        (
            {"environment": "production"},
            "would set environment to production",
            "set environment to production",
        ),
        (
            {"ticket": "OPS-1", "count": "4", "Public": "yes"},
            "would set ticket to OPS-1, count to 4, public to true",
            "set ticket to OPS-1, count to 4, public to true",
        ),
        ({"regions": "us"}, "would set regions to us", "set regions to us"),
        ({"environment": None, "regions": []}, "would clear environment, regions", "cleared environment, regions"),
        (
            {"environment": None, "count": 0},
            "would set count to 0, clear environment",
            "set count to 0, cleared environment",
        ),
        ({"regions": ["us", "eu"], "Count": "3", "ticket": None}, "already as wanted", "already as wanted"),
    ],
    ids=str,
)
def test_what_is_said(custom_fields: Record, check_mode: str, done: str, task: Tasks, http: ScriptedHttp) -> None:
    asked = task(**custom_fields)
    assert asked.run(check_mode=True)["msg"] == f"Incident Q1 (#1): {check_mode}."
    assert http.writes == []
    result = asked.run()
    assert (result["msg"], result["failed"]) == (f"Incident Q1 (#1): {done}.", False)
    assert result["changed"] is bool(http.writes)


def test_only_the_fields_that_differ_are_sent(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(Ticket="OPS-1", count="3", regions=["us", "eu"])
    change = asked.plan()
    assert change.before == {"custom_fields": {"ticket": None, "count": 3, "regions": ["eu", "us"]}}
    assert change.after == {"custom_fields": {"ticket": "OPS-1", "count": 3, "regions": ["eu", "us"]}}
    asked.send()
    assert http.writes == [(VALUES, {"custom_fields": [{"id": "ID-ticket", "value": "OPS-1"}]})]
    assert DEFINITIONS not in http.calls
    assert ("include[]", "custom_fields") in http.requests[0].query


def test_a_field_given_by_both_of_its_names_is_sent_once(task: Tasks) -> None:
    assert task(Ticket="OPS-1", ticket="OPS-2").plan().body == [{"id": "ID-ticket", "value": "OPS-2"}]


def test_a_name_comes_before_a_display_name(task: Tasks, http: ScriptedHttp) -> None:
    fields = [{**field("other", None), "display_name": "ticket"}, field("ticket", None)]
    http.answers["GET /incidents/Q1"] = {"incident": incident(custom_fields=fields)}
    assert task(ticket="OPS-1").plan().body == [{"id": "ID-ticket", "value": "OPS-1"}]


def test_the_response_completes_the_incident(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[VALUES] = {"custom_fields": [field("ticket", "ops-1")]}
    values = {each["name"]: each["value"] for each in task(ticket="OPS-1", count=4).send()["custom_fields"]}
    rest = {"environment": "staging", "regions": ["eu", "us"], "public": None}
    assert values == {**rest, "ticket": "ops-1", "count": 4}


def test_check_mode_shows_the_new_values(task: Tasks) -> None:
    predicted = task(ticket="OPS-1").run(check_mode=True)["incident"]
    assert [each["value"] for each in predicted["custom_fields"]] == ["staging", ["eu", "us"], "OPS-1", 3, None]


@pytest.mark.parametrize(
    ("custom_fields", "words"),
    [
        ({"environment": "test"}, "custom_fields: environment must be one of production, staging, got 'test'."),
        ({"regions": ["eu", "mars"]}, "custom_fields: regions must be one of eu, us, got 'mars'."),
        ({"count": "many"}, "custom_fields: count must be a whole number, got 'many'."),
        (
            {"severity": "high"},
            "Incident Q1 (#1) has no custom field 'severity'. It has: environment, regions, ticket, count, public. "
            "Use the name that PagerDuty shows under Incident Types.",
        ),
    ],
)
def test_what_pagerduty_would_refuse_is_refused_before_the_call(
    custom_fields: Record, words: str, task: Tasks, http: ScriptedHttp
) -> None:
    assert task(**custom_fields).run()["msg"].startswith(words)
    assert http.writes == []


def test_an_incident_without_custom_fields_says_so(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/Q1"] = {"incident": incident(custom_fields=[])}
    with pytest.raises(Refused, match=r"has no custom field 'ticket'. It has: none\."):
        task(ticket="OPS-1").plan()


def test_an_incident_whose_custom_fields_pagerduty_leaves_out_says_so(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/Q1"] = {"incident": incident()}
    with pytest.raises(Refused, match=r"PagerDuty's response has no 'custom_fields'; none of them can be set\."):
        task(ticket="OPS-1").plan()


def test_the_values_that_fields_take_are_read_once_for_each_incident_type(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    types = {"Q1": "incident_default", "Q2": "incident_default", "Q3": "major"}
    for incident_id, name in types.items():
        record = incident(incident_id, custom_fields=FIELDS, incident_type={"name": name})
        http.answers[f"GET /incidents/{incident_id}"] = {"incident": record}
        http.answers[f"GET /incidents/types/{name}/custom_fields"] = {"fields": OPTIONS}
    task = Task(
        "incident_custom_fields", pagerduty, incident_id=list(types), custom_fields={"environment": "production"}
    )
    assert task.run(check_mode=True)["msg"] == "3 incidents: 3 would change (set environment to production)."
    assert [call for call in http.calls if "/types/" in call] == [
        DEFINITIONS,
        "GET /incidents/types/major/custom_fields",
    ]


def test_without_the_permission_to_read_definitions_pagerduty_checks_the_value(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[DEFINITIONS] = DENIED
    assert task(environment="test").plan().is_needed


def test_any_other_error_of_the_definitions_fails_the_incident(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[DEFINITIONS] = (500, {})
    assert task(environment="production").run()["failed"]
    assert http.writes == []


@pytest.mark.parametrize("custom_fields", [{"environment": None}, {"environment": "staging"}], ids=str)
def test_where_they_do_not_matter_the_definitions_are_not_read(
    custom_fields: Record, task: Tasks, http: ScriptedHttp
) -> None:
    task(**custom_fields).plan()
    assert DEFINITIONS not in http.calls


def test_a_field_that_takes_any_value_is_not_checked(task: Tasks) -> None:
    assert task(environment="production", ticket="production", count=9).plan().is_needed


def test_a_refused_change_says_what_pagerduty_said(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[VALUES] = DENIED
    result = task(ticket="OPS-1").run()
    assert (result["failed"], result["changed"], result["incidents"]) == (True, False, [])
    assert result["msg"].startswith(f"PUT https://api.pagerduty.com{VALUES.split()[1]}: Access Denied")


@pytest.mark.parametrize(
    ("custom_fields", "words"), [({}, "must have at least one field"), ({" ": "text"}, "must not have an empty name")]
)
def test_no_field_and_no_name_are_refused_before_any_call(
    custom_fields: Record, words: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"custom_fields: {words}"):
        task(**custom_fields).action.check()
    assert http.calls == []


def test_the_incidents_are_checked_as_well(pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match="incident_id: "):
        Task("incident_custom_fields", pagerduty, incident_id=[""], custom_fields={"ticket": "x"}).action.check()
