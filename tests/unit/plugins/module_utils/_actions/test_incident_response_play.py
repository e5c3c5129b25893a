# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which effects of a response play an incident lacks."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_response_play import run_response_play
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA = named("PU1", "Ana", type="user_reference")
URL = {"conference_url": "https://meet.example.com/a"}
REQUESTED = [{"user": ANA, "state": "declined"}]
Planner = t.Callable[..., PlanOrOutcome]
Record = dict[str, t.Any]


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan to run a play on an incident."""

    def planned(play: Record, *notes: str, status: str = "triggered", **fields: t.Any) -> PlanOrOutcome:
        http.answers = {
            "GET /response_plays": {"response_plays": [{**named("PRP1", "Major"), **play}]},
            "GET /incidents/Q1": {"incident": incident(status=status, **fields)},
            "GET /incidents/Q1/notes": {"notes": [note(f"PN{place}", text) for place, text in enumerate(notes)]},
        }
        (entry,) = run_response_play(pagerduty, {"incident_id": ["Q1"], "response_play": "Major"})
        return entry

    return planned


@pytest.mark.parametrize(
    ("play", "fields"),
    [
        ({"responders": [ANA]}, {"incidents_responders": REQUESTED}),
        (URL, {"conference_bridge": {**URL, "conference_number": "+1-415-555-0100"}}),
        ({"responders": [ANA], **URL}, {"incidents_responders": REQUESTED, "conference_bridge": URL}),
        ({"responders": [ANA], "subscribers": [ANA]}, {"incidents_responders": REQUESTED}),
    ],
    ids=str,
)
def test_a_play_whose_effects_are_there_is_not_run(play: Record, fields: Record, plan: Planner) -> None:
    planned = plan(play, **fields)
    assert isinstance(planned, Plan)
    assert not planned.has_changes


@pytest.mark.parametrize(
    ("play", "fields"),
    [
        ({"responders": [ANA]}, {}),
        (URL, {}),
        ({"responders": [ANA], **URL}, {"conference_bridge": URL}),
        ({"responders": [ANA, named("PU2", "Ben")]}, {"incidents_responders": REQUESTED}),
    ],
    ids=str,
)
def test_a_play_with_an_effect_that_is_missing_is_run(
    play: Record, fields: Record, plan: Planner, http: ScriptedHttp
) -> None:
    planned = plan(play, **fields)
    assert isinstance(planned, Plan)
    assert planned.write is not None
    assert planned.write.harmful_twice
    http.answers["POST /response_plays/PRP1/run"] = {"status": "ok"}
    planned.write.send([planned])
    assert [call for call, _body in http.writes] == ["POST /response_plays/PRP1/run"]


def test_if_only_the_bridge_is_missing_the_bridge_alone_is_set(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan({"responders": [ANA], **URL}, incidents_responders=REQUESTED)
    assert isinstance(planned, Plan)
    assert planned.has_changes
    assert planned.write is not None
    http.answers["PUT /incidents"] = {"incidents": [incident()]}
    (record,) = planned.write.send([planned])
    assert record is not None
    assert record["conference_bridge"] == URL
    assert [call for call, _body in http.writes] == ["PUT /incidents"]


def test_the_bridge_is_asked_for(plan: Planner, http: ScriptedHttp) -> None:
    plan(URL)
    assert ("include[]", "conference_bridge") in http.requests[-1].query


@pytest.mark.parametrize(("notes", "runs"), [((), True), (("has started",), False)], ids=["no note", "a note"])
def test_a_play_of_subscribers_alone_is_recorded_in_a_note(notes: tuple[str, ...], runs: bool, plan: Planner) -> None:
    contents = [f"Response Play Major (PRP1) {state} (run key PRP1-Q1)." for state in notes]
    planned = plan({"subscribers": [ANA]}, *contents)
    assert isinstance(planned, Plan)
    assert planned.has_changes is runs


def test_a_resolved_incident_is_refused(plan: Planner) -> None:
    refused = plan({"responders": [ANA]}, status="resolved")
    assert not isinstance(refused, Plan)
    assert "a response play cannot be run on it" in str(refused.error)


@pytest.mark.parametrize("status", [402, 403, 404, 410])
def test_an_account_without_response_plays_is_pointed_to_workflows(
    status: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {"GET /response_plays": (status, {"error": {"message": "no"}})}
    with pytest.raises(Refused, match="The account has no response plays") as caught:
        run_response_play(pagerduty, {"incident_id": ["Q1"], "response_play": "Major"})
    assert "oncall.pagerduty.incident_workflow" in caught.value.hint


def test_an_empty_name_is_refused_before_any_call(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    with pytest.raises(InvalidOption, match="response_play"):
        run_response_play(pagerduty, {"incident_id": ["Q1"], "response_play": " "})
    assert http.calls == []
