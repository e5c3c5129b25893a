# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read with an incident, and what is left out of the result."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
NOT_FOUND = (404, {"error": {"code": 2100, "message": "Not Found"}})


@pytest.mark.parametrize(
    ("options", "listed", "msg"),
    [
        ({"incident_id": ["Q1"]}, [], "Found incident Q1 (#1): triggered."),
        ({"incident_id": ["1", "Q1"]}, [], "Found incident Q1 (#1): triggered."),
        ({"incident_id": ["Q1", "Q2"]}, [], "Found 2 incidents."),
        (
            {"incident_id": ["Q1", "Q9"]},
            [],
            "Found 1 incident. GET https://api.pagerduty.com/incidents/Q9: Not Found",
        ),
        ({"incident_id": ["Q9"]}, [], "GET https://api.pagerduty.com/incidents/Q9: Not Found"),
        ({"dedup_key": "disk"}, [incident("Q2"), incident("Q1", "resolved")], "Found 2 incidents."),
        ({"dedup_key": "disk"}, [incident("Q1", "resolved")], "Found incident Q1 (#1): resolved."),
        ({"dedup_key": "disk"}, [], "No incident found."),
        ({"statuses": ["triggered"]}, [incident("Q3"), incident("Q2"), incident("Q1")], "Found 3 incidents."),
        ({"statuses": ["triggered"]}, [], "No incident found."),
    ],
    ids=str,
)
def test_what_is_said(
    options: Record, listed: list[Record], msg: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        "GET /incidents": {"incidents": listed},
        "GET /incidents/Q1": {"incident": incident("Q1")},
        "GET /incidents/1": {"incident": incident("Q1")},
        "GET /incidents/Q2": {"incident": incident("Q2")},
        "GET /incidents/Q9": NOT_FOUND,
    }
    result = Task("incident_info", pagerduty, **options).run()
    assert result["msg"].startswith(msg)
    assert (result["changed"], "notifies" in result) == (False, False)
    assert ("incident" in result) is (len(result["incidents"]) == 1)


@pytest.mark.usefixtures("zones")
def test_the_zone_of_a_time_of_day_is_told(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    ana = named("PU1", "Ana", email="someone@example.com", time_zone="Asia/Tokyo")
    http.answers = {"GET /users": {"users": [ana]}, "GET /incidents": {"incidents": [incident("Q1")]}}
    result = Task("incident_info", pagerduty, since="08:00").run()
    assert result["msg"] == ("Found incident Q1 (#1): triggered. Times of day are in Asia/Tokyo, the time zone of Ana.")
    assert http.calls == ["GET /users", "GET /incidents"]


def test_a_number_costs_one_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/1": {"incident": incident("Q1")}}
    Task("incident_info", pagerduty, incident_id=["1", "1"]).run()
    assert http.calls == ["GET /incidents/1"]


def test_parts_with_a_call_of_their_own_are_added_under_their_name(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q1/notes": {"notes": [note("PN1", "text")]},
        "GET /incidents/Q1/log_entries": [
            {"log_entries": [{"type": "notify_log_entry", "user": named("PUSER01", "Ann")}], "more": True},
            {"log_entries": [{"type": "trigger_log_entry"}]},
        ],
    }
    include = ["log_entries", "notes", "users"]
    read = Task("incident_info", pagerduty, incident_id=["Q1"], include=include).run()["incident"]
    assert [each["content"] for each in read["notes"]] == ["text"]
    assert [each["type"] for each in read["log_entries"]] == ["notify_log_entry", "trigger_log_entry"]
    assert [each["who"]["summary"] for each in read["notified"]] == ["Ann"]
    assert [pair for pair in http.requests[0].query if pair[0] == "include[]"] == [("include[]", "users")]


@pytest.mark.parametrize("options", [{"dedup_key": "disk"}, {"statuses": ["triggered"]}], ids=str)
def test_what_is_found_includes_what_is_asked_for(options: Record, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents": {"incidents": [incident()]},
        "GET /incidents/Q1/alerts": {"alerts": [{"id": "A1", "status": "triggered"}]},
    }
    read = Task("incident_info", pagerduty, include=["alerts", "body"], **options).run()["incident"]
    assert [each["id"] for each in read["alerts"]] == ["A1"]
    assert ("include[]", "body") in http.requests[0].query


def test_keys_and_phone_numbers_are_left_out_wherever_they_are(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    service = named("PS1", "Checkout", integrations=[{"id": "PI1", "integration_key": "s3cr3t"}])
    entry = {"type": "trigger_log_entry", "channel": {"type": "api", "service_key": "s3cr3t"}}
    called = {"type": "auto", "notification": {"type": "phone", "address": "+1 415 555 0100", "status": "success"}}
    http.answers = {
        "GET /incidents/Q1": {"incident": incident(service=service, first_trigger_log_entry=entry)},
        "GET /incidents/Q1/log_entries": {"log_entries": [{"type": "notify_log_entry", "channel": called}, entry]},
    }
    result = Task("incident_info", pagerduty, incident_id=["Q1"], include=["services", "log_entries"]).run()
    assert result["incident"]["service"]["integrations"] == [{"id": "PI1"}]
    assert "s3cr3t" not in str(result)
    assert "555" not in str(result)


def test_names_of_filters_are_looked_up_before_the_search(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /services": {"services": [named("PSERVC1", "Checkout")]},
        "GET /incidents": {"incidents": [incident()]},
    }
    Task("incident_info", pagerduty, services=["Checkout"]).run()
    assert http.calls == ["GET /services", "GET /incidents"]
    assert ("service_ids[]", "PSERVC1") in http.requests[1].query


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"incident_id": [""]}, "incident_id"),
        ({"incident_id": ["../users"]}, "incident_id"),
        ({"dedup_key": "disk", "include": ["custom_fields"]}, "include"),
        ({"statuses": ["triggered"], "include": ["custom_fields"]}, "include"),
        ({"statuses": ["triggered"], "limit": 0}, "limit"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, option: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: "):
        Task("incident_info", pagerduty, **options).action.check()
    assert http.calls == []


def test_custom_fields_can_be_read_with_incidents_that_are_given(pagerduty: PagerDuty) -> None:
    Task("incident_info", pagerduty, incident_id=["Q1"], include=["custom_fields"]).action.check()


def test_what_is_like_an_incident_is_read_with_it(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    similar = {"incident": {"id": "Q0", "title": "Disk full"}, "score": 46.8}
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q1/past_incidents": {"past_incidents": [similar]},
        "GET /incidents/Q1/related_incidents": {"related_incidents": [similar]},
        "GET /incidents/Q1/related_change_events": {"change_events": [{"summary": "Deployed"}]},
    }
    parts = ["past_incidents", "related_incidents", "related_change_events"]
    read = Task("incident_info", pagerduty, incident_id=["Q1"], include=parts).run()["incident"]
    assert [len(read[name]) for name in parts] == [1, 1, 1]
    queries = {request.url.rpartition("/")[2]: list(request.query) for request in http.requests}
    assert (queries["past_incidents"], queries["related_change_events"]) == ([], [("limit", "100")])


def test_how_often_such_incidents_occur_is_read_with_it(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    outlier = {"incident": {"id": "Q1", "occurrence": {"count": 10, "frequency": 0.04, "category": "rare"}}}
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q1/outlier_incident": {"outlier_incident": outlier},
    }
    read = Task("incident_info", pagerduty, incident_id=["Q1"], include=["outlier_incident"]).run()["incident"]
    assert read["outlier_incident"] == outlier


@pytest.mark.parametrize(
    ("part", "status", "of_some_plans"),
    [
        ("past_incidents", 402, True),
        ("outlier_incident", 403, True),
        ("related_incidents", 404, True),
        ("past_incidents", 400, False),
        ("notes", 403, False),
    ],
)
def test_what_the_plan_of_the_account_lacks_is_null_and_a_warning(
    part: str, status: int, of_some_plans: bool, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    refused = (status, {"error": {"message": "no"}})
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /incidents/Q2": {"incident": incident("Q2")},
        f"GET /incidents/Q1/{part}": refused,
        f"GET /incidents/Q2/{part}": refused,
    }
    result = Task("incident_info", pagerduty, incident_id=["Q1", "Q2"], include=[part]).run()
    warning = (
        f"{part} could not be read, and is null (HTTP {status}). PagerDuty has it only with its AIOps add-on, the "
        "Event Intelligence package, or the plan Digital Operations. Otherwise leave it out of include."
    )
    assert result["failed"] is not of_some_plans
    assert [each[part] for each in result["incidents"]] == [None] * 2 * of_some_plans
    assert set(http.warnings) == {warning} if of_some_plans else http.warnings == []
