# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading incidents with few calls."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.read import (
    check_open,
    checked_ids,
    find_alerts,
    find_incidents,
    incidents_with_key,
    is_id,
    lacking,
    read_incidents,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOT_FOUND = (404, {"error": {"message": "Not Found", "code": 2100}})
UNAUTHORIZED = (401, {"error": {"message": "Unauthorized", "code": 2006}})


@pytest.mark.parametrize("ids", [[""], ["q1"], ["Q1?x"], ["../users"], ["Q1", "Q 2"]], ids=str)
def test_anything_but_an_id_or_a_number_is_refused(ids: list[str]) -> None:
    with pytest.raises(InvalidOption, match="incident_id"):
        checked_ids(ids)


def test_an_id_given_twice_is_one() -> None:
    assert checked_ids(["Q2", "7", "Q2"]) == ["Q2", "7"]


def test_two_incidents_are_read_one_by_one(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"GET /incidents/Q{number}": {"incident": incident(f"Q{number}")} for number in (1, 2)}
    assert list(read_incidents(pagerduty, ["Q1", "Q2"])) == ["Q1", "Q2"]
    assert http.calls == ["GET /incidents/Q1", "GET /incidents/Q2"]


def test_more_are_read_by_pages_and_keep_their_order(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents": {"incidents": [incident(f"Q{number}") for number in (3, 2, 1)], "more": True}}
    assert list(read_incidents(pagerduty, ["Q1", "2", "Q3"])) == ["Q1", "2", "Q3"]
    assert http.calls == ["GET /incidents"]


def test_what_pages_do_not_bring_is_read_by_itself(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents": {"incidents": [incident("Q1"), incident("Q2")]},
        "GET /incidents/Q3": {"incident": incident("Q3")},
    }
    assert list(read_incidents(pagerduty, ["Q1", "Q2", "Q3"])) == ["Q1", "Q2", "Q3"]


@pytest.mark.parametrize("wrong", [{"status": 7}, {"service": 7}], ids=str)
def test_a_malformed_incident_on_a_page_fails_by_itself(
    wrong: dict[str, t.Any], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        "GET /incidents": {"incidents": [incident("Q1"), incident("Q2", **wrong), incident("Q3"), {}]},
        "GET /incidents/Q2": {"incident": incident("Q2", **wrong)},
    }
    found = read_incidents(pagerduty, ["Q1", "Q2", "Q3"])
    assert [incident_id for incident_id, record in found.items() if isinstance(record, TaskError)] == ["Q2"]


def test_so_does_a_malformed_incident_that_a_dedup_key_finds(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents": {"incidents": [incident("Q1", service=7), incident("Q2")]},
        "GET /incidents/Q1": {"incident": incident("Q1", service=7)},
    }
    for find in (find_incidents, incidents_with_key):
        found = dict(find(pagerduty, "disk"))
        assert isinstance(found["Q1"], TaskError)
        assert found["Q2"] == incident("Q2")


@pytest.mark.parametrize("field", ["status", "service"])
def test_of_an_alert_whose_incident_lacks_a_field_nothing_is_known(
    field: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {"GET /incidents": {"incidents": [incident("Q1", **{field: None})]}}
    assert dict(incidents_with_key(pagerduty, "disk")) == {"Q1": incident("Q1", **{field: None})}
    assert str(dict(find_incidents(pagerduty, "disk"))["Q1"]).startswith(
        f"Incident Q1 (#1): PagerDuty's response has no '{field}'."
    )


def test_an_alert_always_has_a_status(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1/alerts": {"alerts": [{"id": "PA1"}, {"id": "PA2", "status": "resolved"}]}}
    assert [alert["status"] for alert in find_alerts(pagerduty, "Q1", "disk")] == [None, "resolved"]


def test_what_pagerduty_leaves_out_is_named_with_what_to_do() -> None:
    assert str(lacking(incident(), "custom_fields", "none can be set", "Set them by hand.")) == (
        "Incident Q1 (#1): PagerDuty's response has no 'custom_fields'; none can be set. Set them by hand."
    )


def test_all_incidents_of_a_dedup_key_are_found_page_by_page(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pages = [{"incidents": [incident("Q1")], "more": True}, {"incidents": [incident("Q2")], "more": False}]
    http.answers = {"GET /incidents": pages}
    assert [incident_id for incident_id, _record in find_incidents(pagerduty, "disk")] == ["Q1", "Q2"]


def test_an_incident_that_cannot_be_read_does_not_stop_the_others(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": NOT_FOUND, "GET /incidents/Q2": {"incident": incident("Q2")}}
    found = read_incidents(pagerduty, ["Q1", "Q2"])
    assert isinstance(found["Q1"], Refused)
    assert found["Q2"] == incident("Q2")


def test_a_bad_token_stops_all(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": UNAUTHORIZED}
    with pytest.raises(Refused, match="Unauthorized"):
        read_incidents(pagerduty, ["Q1", "Q2"])


def test_pages_end_when_single_reads_cost_less(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    others = [incident(f"Q{number}") for number in range(10, 20)]
    http.answers = {
        "GET /incidents": lambda _request: {"incidents": [*others, incident("Q1")], "more": True},
        **{f"GET /incidents/Q{number}": {"incident": incident(f"Q{number}")} for number in (2, 3)},
    }
    read_incidents(pagerduty, ["Q1", "Q2", "Q3"])
    assert http.calls == ["GET /incidents", "GET /incidents/Q2", "GET /incidents/Q3"]


def test_custom_fields_are_not_in_lists_so_each_incident_is_read_by_itself(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {f"GET /incidents/Q{number}": {"incident": incident(f"Q{number}")} for number in (1, 2, 3)}
    read_incidents(pagerduty, ["Q1", "Q2", "Q3"], ["custom_fields"])
    assert http.calls == [f"GET /incidents/Q{number}" for number in (1, 2, 3)]
    assert dict(http.requests[0].query) == {"include[]": "custom_fields"}


def test_alerts_of_a_key_are_found_page_by_page(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pages = [{"alerts": [{"id": f"PA{number}", "status": "triggered"}], "more": number == 1} for number in (1, 2)]
    http.answers = {"GET /incidents/Q1/alerts": pages}
    assert [alert["id"] for alert in find_alerts(pagerduty, "Q1", "disk")] == ["PA1", "PA2"]
    assert ("alert_key", "disk") in http.requests[0].query


def test_a_resolved_incident_is_refused_and_any_other_is_not() -> None:
    with pytest.raises(Refused, match=r"Incident Q1 \(#1\) is resolved; it cannot be escalated\."):
        check_open(incident("Q1", "resolved"), "it cannot be escalated")
    for status in ("triggered", "acknowledged"):
        check_open(incident("Q1", status), "it cannot be escalated")


@pytest.mark.parametrize(("text", "expected"), [("Q1", True), ("42", True), ("", False), ("q1", False), ("Q-1", False)])
def test_ids_and_numbers_are_told_from_other_texts(text: str, expected: bool) -> None:
    assert is_id(text) is expected
