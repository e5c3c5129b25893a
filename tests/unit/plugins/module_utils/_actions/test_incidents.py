# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading incidents with few calls, planning each, and updating many at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incidents import (
    check_open,
    checked_ids,
    find_incidents,
    incidents_result,
    plan_each,
    put_incidents,
    read_incidents,
    resolve_numbers,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Outcome, Plan, read_only_plan
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOT_FOUND = (404, {"error": {"message": "Incident Not Found", "code": 5001}})
UNAUTHORIZED = (401, {"error": {"message": "Unauthorized", "code": 2006}})


def planned(record: dict[str, t.Any]) -> Plan:
    return read_only_plan(record["id"], record)


@pytest.mark.parametrize("ids", [[], [""], ["q1"], ["Q1?x"], ["../users"], ["Q1", "Q 2"]], ids=str)
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


@pytest.mark.parametrize("wrong", [{"status": 7}, {"service": None}], ids=str)
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
        "GET /incidents": {"incidents": [incident("Q1", service=None), incident("Q2")]},
        "GET /incidents/Q1": {"incident": incident("Q1", service=None)},
    }
    found = dict(find_incidents(pagerduty, "disk"))
    assert isinstance(found["Q1"], TaskError)
    assert found["Q2"] == incident("Q2")


def test_all_incidents_of_a_dedup_key_are_found_page_by_page(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pages = [{"incidents": [incident("Q1")], "more": True}, {"incidents": [incident("Q2")], "more": False}]
    http.answers = {"GET /incidents": pages}
    assert [incident_id for incident_id, _record in find_incidents(pagerduty, "disk")] == ["Q1", "Q2"]


def test_an_incident_that_cannot_be_read_does_not_stop_the_others(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": NOT_FOUND, "GET /incidents/Q2": {"incident": incident("Q2")}}
    failed, done = plan_each(read_incidents(pagerduty, ["Q1", "Q2"]), planned)
    assert isinstance(failed, Outcome)
    assert (failed.target, done.target) == ("Q1", "Q2")


def test_a_bad_token_stops_all(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": UNAUTHORIZED}
    with pytest.raises(Refused, match="Unauthorized"):
        read_incidents(pagerduty, ["Q1", "Q2"])


def test_an_incident_given_by_id_and_by_number_is_planned_once() -> None:
    assert len(plan_each({"Q1": incident("Q1"), "1": incident("Q1")}, planned)) == 1


def test_an_incident_that_cannot_be_planned_has_an_outcome() -> None:
    def refuse(record: dict[str, t.Any]) -> Plan:
        check_open(record, "it cannot be escalated")
        return planned(record)

    closed, opened = plan_each({"Q1": incident("Q1", "resolved"), "Q2": incident("Q2")}, refuse)
    assert isinstance(closed, Outcome)
    assert "Q1 (number 1) is resolved; it cannot be escalated" in str(closed.error)
    assert isinstance(opened, Plan)


def test_only_numbers_cost_a_call(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/7": {"incident": incident("Q7")}}
    assert resolve_numbers(pagerduty, ["Q1", "7"]) == {"Q1": {"id": "Q1"}, "7": incident("Q7")}


def test_a_bulk_update_returns_a_record_for_each_plan_in_order(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"PUT /incidents": {"incidents": [incident("Q3", status=7), incident("Q2"), incident("Q1")]}}
    # An incident that was found by its key has that key as its target, and its id in the body.
    plans = [Plan("disk", {}, {}, {}, {}, body={"id": "Q1", "title": "New"})]
    plans += [Plan(f"Q{number}", {}, {}, {}, {}, body={"title": "New"}) for number in (2, 3, 4)]
    records = put_incidents(pagerduty, harmful_twice=False).send(plans)
    assert [record and record["id"] for record in records] == ["Q1", "Q2", None, None]
    assert http.writes[0][1]["incidents"][0] == {"id": "Q1", "type": "incident_reference", "title": "New"}


def test_the_result_has_the_incident_itself_if_there_is_one() -> None:
    assert incidents_result([incident()]) == {"incidents": [incident()], "incident": incident()}
    assert incidents_result([]) == {"incidents": []}
