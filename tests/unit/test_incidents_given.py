# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents as people have them, for each option that takes incidents; and none at all."""

from __future__ import annotations

import pkgutil
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins import modules
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.foretold import new_incident
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import INCIDENT_ID
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import INCIDENTS, given_to
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

TAKERS = [
    (module, option)
    for _finder, module, _is_package in pkgutil.iter_modules(modules.__path__)
    for option in INCIDENTS
    if option in _controller.definition(module).options
]
RECORD = {"id": "Q1", "incident_number": 42, "summary": "[#42] Disk full"}
ONE = {
    "Q1": "Q1",
    42: "42",
    "42": "42",
    "#42": "42",
    "https://acme.pagerduty.com/incidents/Q1": "Q1",
    "https://acme.eu.pagerduty.com/incidents/Q1/timeline": "Q1",
}


def taken(module: str, option: str, value: t.Any) -> t.Any:
    """What a module gets for an option with this value."""
    defined = _controller.definition(module)
    options, _error = _controller.validate(defined, module, given_to(defined, {option: value}))
    return options[option]


@pytest.mark.parametrize(("module", "option"), TAKERS)
def test_what_a_person_has_in_hand_is_taken(module: str, option: str) -> None:
    is_list = _controller.definition(module).options[option]["type"] == "list"
    expected = {value: [name] if is_list else name for value, name in ONE.items()}
    assert {value: taken(module, option, value) for value in ONE} == expected
    assert taken(module, option, RECORD) == taken(module, option, [RECORD]) == expected["Q1"]
    if is_list:
        assert taken(module, option, ["#7", [RECORD], 8, "Q1"]) == ["7", "Q1", "8"]


FORETOLD = new_incident("disk", {"title": "Disk full"})
"""What a task in check mode returns for the incident that it would open."""
TAKING: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "source_incidents": (
        "incident_merge",
        {"incident_id": ["Q1"]},
        "Incident Q1 (#1): would merge incident that would be opened with key 'disk' into it.",
    ),
    "move_to": (
        "incident_alerts",
        {"incident_id": ["Q1"], "alerts": ["k"]},
        "Alert k: would move to incident that would be opened with key 'disk'.",
    ),
    "incident_id": (
        "incident_merge",
        {"source_incidents": ["Q1"]},
        "Incident that would be opened with key 'disk': would merge Q1 (#1) into it.",
    ),
}


@pytest.mark.parametrize("value", [FORETOLD, [FORETOLD], FORETOLD["id"]], ids=["incident", "list", "id"])
@pytest.mark.parametrize("option", INCIDENTS)
def test_an_incident_that_would_be_opened_is_taken_wherever_one_is(
    option: str, value: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        "GET /incidents/Q1": {"incident": incident("Q1")},
        "GET /incidents/Q1/alerts": {"alerts": [{"id": "A1", "alert_key": "k", "status": "triggered"}]},
    }
    module, others, said = TAKING["incident_id" if option in INCIDENT_ID else option]
    task = Task(module, pagerduty, **others, **{option: taken(module, option, value)})
    result = task.run(check_mode=True)
    assert (result["failed"], result["msg"].partition(";")[0].rstrip(".")) == (False, said.rstrip("."))


OTHERS: dict[str, dict[str, t.Any]] = {
    "incident": {"title": "Checkout is down"},
    "incident_alerts": {"alerts": ["disk"], "status": "resolved"},
    "incident_custom_fields": {"custom_fields": {"ticket": "OPS-1"}},
    "incident_escalation": {"level": "next"},
    "incident_escalation_policy": {"escalation_policy": "Database"},
    "incident_info": {},
    "incident_merge": {"source_incidents": ["Q2"]},
    "incident_note": {"content": "Looked at it"},
    "incident_responders": {"users": ["Ana"]},
    "incident_response_play": {"response_play": "Major"},
    "incident_snooze": {"duration": "2h"},
    "incident_status": {"status": "resolved"},
    "incident_status_update": {"update_message": "Found it"},
    "incident_subscribers": {"users": ["Ana"]},
    "incident_workflow": {"incident_workflow": "Declare"},
}
"""What else a task of each module needs."""
NOTHING = (False, False, "No incidents given.")
pytestmark = pytest.mark.usefixtures("no_environment")


def outcome(result: dict[str, t.Any]) -> tuple[bool, bool, str]:
    """What a result is, and says."""
    return result["failed"], result["changed"], result["msg"]


def test_the_table_has_each_module_on_incidents() -> None:
    assert [module for module, option in TAKERS if option == "incident_id"] == sorted(OTHERS)


@pytest.mark.parametrize("module", OTHERS)
def test_an_empty_list_of_incidents_is_nothing_to_do(module: str, pagerduty: PagerDuty) -> None:
    for check_mode in (False, True):
        result = Task(module, pagerduty, **OTHERS[module], incident_id=[]).run(check_mode=check_mode)
        assert outcome(result) == NOTHING
        assert result.get("incidents", result.get("alerts")) == []
        assert result.get("notifies", []) == []


@pytest.mark.parametrize("module", OTHERS)
def test_a_blank_text_is_no_list_of_incidents(module: str, pagerduty: PagerDuty) -> None:
    for blank in ("", " ", [""]):
        ids = taken(module, "incident_id", blank)
        result = Task(module, pagerduty, **OTHERS[module], incident_id=ids).run()
        problem = "incident_id: must have at least one incident id or number, got ''."
        assert outcome(result) == (True, False, problem)


def test_an_empty_list_to_merge_is_nothing_to_do(pagerduty: PagerDuty) -> None:
    assert outcome(Task("incident_merge", pagerduty, source_incidents=[]).run()) == NOTHING


@pytest.mark.parametrize("others", [{"statuses": ["triggered"]}, {"dedup_key": "disk"}])
def test_an_empty_list_does_not_give_way_to_filters(others: dict[str, t.Any]) -> None:
    module = _controller.definition("incident_info")
    _options, error = _controller.validate(module, "incident_info", {"incident_id": [], **others})
    assert "mutually exclusive" in error


def test_other_options_are_checked_although_there_is_nothing_to_do(pagerduty: PagerDuty) -> None:
    result = Task("incident_snooze", pagerduty, incident_id=[], duration="soon").run()
    assert result["failed"]
    assert result["msg"].startswith("duration: ")
