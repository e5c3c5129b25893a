# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read with an incident, and what is left out of the result."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_info import read
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.modules.incident_info import DEFINITION
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

DEFAULTS = {name: spec.get("default") for name, spec in DEFINITION.options.items()}


def options(**given: t.Any) -> dict[str, t.Any]:
    return {**DEFAULTS, **given}


def test_parts_with_a_call_of_their_own_are_added_under_their_name(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q1/notes": {"notes": [note("PN1", "text")]},
        "GET /incidents/Q1/log_entries": {"log_entries": [{"type": "trigger_log_entry"}]},
    }
    (plan,) = read(pagerduty, options(incident_id=["Q1"], include=["log_entries", "notes", "users"]))
    assert plan.record is not None
    assert [each["content"] for each in plan.record["notes"]] == ["text"]
    assert plan.record["log_entries"] == [{"type": "trigger_log_entry"}]
    assert ("include[]", "users") in http.requests[0].query
    assert ("include[]", "notes") not in http.requests[0].query


def test_integration_keys_are_left_out_wherever_they_are(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    service = named("PS1", "Checkout", integrations=[{"id": "PI1", "integration_key": "s3cr3t"}])
    entry = {"type": "trigger_log_entry", "channel": {"type": "api", "service_key": "s3cr3t"}}
    http.answers = {
        "GET /incidents/Q1": {"incident": incident(service=service, first_trigger_log_entry=entry)},
        "GET /incidents/Q1/log_entries": {"log_entries": [entry]},
    }
    (plan,) = read(pagerduty, options(incident_id=["Q1"], include=["services", "log_entries"]))
    assert plan.record is not None
    assert plan.record["service"]["integrations"] == [{"id": "PI1"}]
    assert "s3cr3t" not in str(plan.record)


def test_an_incident_is_found_by_its_dedup_key(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents": {"incidents": [incident("Q2"), incident("Q1", "resolved")]}}
    assert [plan.target for plan in read(pagerduty, options(dedup_key="disk"))] == ["Q2", "Q1"]


@pytest.mark.parametrize("given", [{"dedup_key": " "}, {"dedup_key": "disk", "include": ["custom_fields"]}], ids=str)
def test_an_unusable_option_is_refused_before_any_call(
    given: dict[str, t.Any], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption):
        read(pagerduty, options(**given))
    assert http.calls == []


def test_what_is_like_an_incident_is_read_with_it(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    similar = {"incident": {"id": "Q0", "title": "Disk full"}, "score": 46.8}
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q1/past_incidents": {"past_incidents": [similar]},
        "GET /incidents/Q1/related_incidents": {"related_incidents": [similar]},
        "GET /incidents/Q1/related_change_events": {"change_events": [{"summary": "Deployed"}]},
    }
    parts = ["past_incidents", "related_incidents", "related_change_events"]
    (plan,) = read(pagerduty, options(incident_id=["Q1"], include=[*parts, "body"]))
    assert plan.record is not None
    assert [len(plan.record[name]) for name in parts] == [1, 1, 1]
    assert ("include[]", "body") in http.requests[0].query


@pytest.mark.parametrize("status", [402, 403, 404])
def test_an_account_without_similar_incidents_is_told_which_plan_has_them(
    status: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q1/past_incidents": (status, {"error": {"message": "no"}}),
    }
    given = options(incident_id=["Q1"], include=["past_incidents"])
    try:
        (outcome,) = read(pagerduty, given)
        error = outcome.error
    except Refused as refused:
        error = refused
    assert error is not None
    assert "Digital Operations plan" in error.hint
    assert "Leave it out of include" in error.hint
