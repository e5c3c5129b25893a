# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks on incidents have in common: ids, reading, and the bulk update."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Change, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.action import IncidentAction, IncidentPut
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.foretold import new_incident
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOT_FOUND = (404, {"error": {"message": "Not Found", "code": 2100}})
FORETOLD = new_incident("k", {"title": "Disk full"})
UNAUTHORIZED = (401, {"error": {"message": "Unauthorized", "code": 2006}})


def on(client: PagerDuty, *ids: str) -> IncidentAction:
    return IncidentAction(client, {"incident_id": list(ids)})


def change(target: str, **body: t.Any) -> Change:
    return Change(target=target, name=target, before={}, after={}, says="", record={}, body=body, predicted=body)


@pytest.mark.parametrize(
    ("code", "errors", "status"),
    [
        (1001, [], "resolved"),
        (1002, [], "acknowledged"),
        (2001, ["Incident Already Resolved"], "resolved"),
        (2001, ["Nope"], None),
        (1018, [], None),
        (None, [], None),
    ],
    ids=str,
)
def test_a_status_that_pagerduty_leaves_out_is_learned_from_its_refusal(
    code: int | None, errors: list[str], status: str | None, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        "GET /incidents/Q1": {"incident": {"id": "Q1"}},
        "PUT /incidents": (400, {"error": {"message": "no", "code": code, "errors": errors}}),
    }
    action = IncidentPut(pagerduty, {"incident_id": ["Q1"]})
    with pytest.raises(Refused):
        action.send([change("Q1", status="resolved")])
    ((_target, found),) = action.read(["Q1"])
    assert found == ({"id": "Q1", "status": status} if status else {"id": "Q1"})


def test_a_refusal_of_several_tells_nothing_of_one(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents/Q1": {"incident": {"id": "Q1"}},
        "PUT /incidents": (400, {"error": {"message": "no", "code": 1001}}),
    }
    action = IncidentPut(pagerduty, {"incident_id": ["Q1"]})
    with pytest.raises(Refused):
        action.send([change("Q1"), change("Q2")])
    ((_target, found),) = action.read(["Q1"])
    assert found == {"id": "Q1"}


@pytest.mark.parametrize("ids", [[""], ["q1"]], ids=str)
def test_the_ids_are_checked_before_any_call(ids: list[str], pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    with pytest.raises(InvalidOption, match=r"^incident_id: "):
        on(pagerduty, *ids).check()
    assert http.calls == []


def test_only_numbers_cost_a_call_and_are_the_same_target_as_the_id(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/7": {"incident": incident("Q7")}}
    action = on(pagerduty, "Q1", "7", "Q7")
    action.prepare()
    assert (action.targets, list(action.locks())) == (["Q1", "Q7"], ["Q1", "Q7"])
    assert http.calls == ["GET /incidents/7"]
    assert [action.incident_name(target) for target in action.targets] == ["Incident Q1", "Incident Q7 (#7)"]


def test_a_number_that_nobody_knows_fails_by_itself(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/7": NOT_FOUND, "GET /incidents/Q1": {"incident": incident("Q1")}}
    action = on(pagerduty, "7", "Q1")
    action.prepare()
    (_seven, error), (_one, found) = action.read(action.targets)
    assert action.targets == ["7", "Q1"]
    assert isinstance(error, Refused)
    assert found == incident("Q1")
    assert http.calls == ["GET /incidents/7", "GET /incidents/Q1"]


def test_an_incident_that_cannot_be_read_or_understood_fails_by_itself(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    class Picky(IncidentAction):
        def state(self, incident: dict[str, t.Any]) -> str:
            if incident["id"] == "Q2":
                raise Refused("not this one")
            return str(incident["title"])

    http.answers = {
        "GET /incidents/Q1": NOT_FOUND,
        **{f"GET /incidents/Q{number}": {"incident": incident(f"Q{number}")} for number in (2, 3)},
        "GET /incidents": {"incidents": []},
    }
    action = Picky(pagerduty, {"incident_id": ["Q1", "Q2", "Q3"]})
    action.prepare()
    states = dict(action.read(action.targets))
    assert [isinstance(states[target], Refused) for target in action.targets] == [True, True, False]
    assert states["Q3"] == "Disk full"


def test_what_an_action_includes_is_asked_for(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": {"incident": incident("Q1")}}
    action = on(pagerduty, "Q1")
    action.include = ["conference_bridge"]
    action.prepare()
    list(action.read(action.targets))
    assert list(http.requests[0].query) == [("include[]", "conference_bridge")]


def test_a_bad_token_stops_all(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": UNAUTHORIZED}
    action = on(pagerduty, "Q1", "Q2")
    action.prepare()
    with pytest.raises(Refused, match="Unauthorized"):
        list(action.read(action.targets))


def test_a_bulk_update_returns_a_record_for_each_change_in_order(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"PUT /incidents": {"incidents": [incident("Q3", status=7), incident("Q2"), incident("Q1")]}}
    # An incident that was found by its key has that key as its target, and its id in the body.
    changes = [change("disk", id="Q1", title="New"), *(change(f"Q{number}", title="New") for number in (2, 3, 4))]
    action = IncidentPut(pagerduty, {})
    records = action.send(changes)
    assert [record and record["id"] for record in records] == ["Q1", "Q2", None, None]
    assert http.writes[0][1]["incidents"][0] == {"id": "Q1", "type": "incident_reference", "title": "New"}
    assert action.batch_size == 250


def test_a_bridge_that_was_set_is_in_the_record_although_the_response_leaves_it_out(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {"PUT /incidents": {"incidents": [incident("Q1"), incident("Q2")]}}
    bridge = {"conference_url": "https://meet.example.com/a"}
    with_bridge, without = IncidentPut(pagerduty, {}).send(
        [change("Q1", conference_bridge=bridge), change("Q2", title="New")]
    )
    assert with_bridge == incident("Q1", conference_bridge=bridge)
    assert without == incident("Q2")


def test_the_result_has_the_incident_itself_if_there_is_one(pagerduty: PagerDuty) -> None:
    action = on(pagerduty, "Q1")
    assert action.result([incident()]) == {"incidents": [incident()], "incident": incident()}
    assert action.result([]) == {"incidents": []}
    assert action.result([incident("Q1"), incident("Q2")]) == {"incidents": [incident("Q1"), incident("Q2")]}


@pytest.mark.parametrize(
    ("target", "record", "heading", "short"),
    [
        ("Q7", {"id": "Q7", "incident_number": 7, "title": "Disk full"}, "#7 Disk full (Q7)", "#7"),
        ("Q7", {"id": "Q7", "notes": []}, "incident Q7", "Q7"),
        ("key", {"id": "Q7", "incident_number": 7, "title": "Disk full"}, "incident key", "key"),
        ("Q7", None, "incident Q7", "Q7"),
        (FORETOLD["id"], FORETOLD, "incident that would be opened with key 'k'", "that would be opened with key 'k'"),
    ],
    ids=["read", "only its id is known", "just opened", "not read", "foretold"],
)
def test_a_diff_is_headed_by_what_was_read(
    target: str, record: dict[str, t.Any] | None, heading: str, short: str, pagerduty: PagerDuty
) -> None:
    outcome, action = Outcome(target, record), on(pagerduty, target)
    assert (action.heading(outcome), action.short_name(outcome)) == (heading, short)


def test_one_incident_is_returned_by_itself_only_if_no_other_was_asked_for(pagerduty: PagerDuty) -> None:
    for ids, is_one in {("Q1",): True, ("Q1", "Q2"): False}.items():
        action = on(pagerduty, *ids)
        action.prepare()
        assert ("incident" in action.result([{"id": "Q1"}])) is is_one
