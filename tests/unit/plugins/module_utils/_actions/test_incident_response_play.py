# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which effects of a response play an incident lacks."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY, FREELY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA, BEN = named("PU1", "Ana", type="user_reference"), named("PU2", "Ben", type="user_reference")
URL = {"conference_url": "https://meet.example.com/a"}
BRIDGE = {**URL, "conference_number": "+1-415-555-0100"}
REQUESTED = {"incidents_responders": [{"user": ANA, "state": "declined"}]}
RUN = "POST /response_plays/PRP1/run"
NOTES = "/incidents/Q1/notes"
GETS = "whoever is subscribed to the incident and gets the play's message"
Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that runs a play on an incident with these fields."""

    def make(play: Record, *notes: str, **fields: t.Any) -> Task:
        http.answers = {
            "GET /response_plays": {"response_plays": [{**named("PRP1", "Major"), **play}]},
            "GET /incidents/Q1": {"incident": incident(**fields)},
            f"GET {NOTES}": {"notes": [note(f"PN{place}", text) for place, text in enumerate(notes)]},
            f"POST {NOTES}": {"note": note("PN9", "text")},
            f"PUT {NOTES}/PN9": {"note": note("PN9", "text")},
            RUN: {"status": "ok"},
            "PUT /incidents": {"incidents": [incident()]},
        }
        return Task("incident_response_play", pagerduty, response_play="Major")

    return make


def recorded(state: str) -> str:
    return f"Response Play Major (PRP1) {state} (run key PRP1-Q1)."


@pytest.mark.parametrize(
    ("play", "fields"),
    [
        ({"responders": [ANA]}, REQUESTED),
        (URL, {"conference_bridge": BRIDGE}),
        ({"responders": [ANA], **URL}, {**REQUESTED, "conference_bridge": URL}),
        ({"responders": [ANA], "conference_number": ""}, REQUESTED),
        ({"responders": [ANA], "subscribers": [ANA]}, REQUESTED),
        ({"responders": [ANA]}, {**REQUESTED, "status": "resolved"}),
    ],
    ids=str,
)
def test_a_play_whose_effects_are_there_is_not_run(
    play: Record, fields: Record, task: Tasks, http: ScriptedHttp
) -> None:
    result = task(play, **fields).run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): the play has run already.")
    assert (http.writes, result["notifies"]) == ([], [])


@pytest.mark.parametrize(
    ("play", "fields", "people"),
    [
        ({"responders": [ANA]}, {}, "; paged Ana"),
        (URL, {}, ""),
        (BRIDGE, {"conference_bridge": URL}, ""),
        ({"responders": [ANA], **URL}, {"conference_bridge": URL}, "; paged Ana"),
        ({"responders": [ANA], **URL}, {}, "; paged Ana"),
        ({"responders": [ANA, BEN]}, REQUESTED, "; paged Ana, Ben"),
        ({"responders": [ANA], "subscribers_message": "Down."}, {}, f"; paged Ana; notified {GETS}"),
    ],
    ids=str,
)
def test_a_play_with_an_effect_that_is_missing_is_run(
    play: Record, fields: Record, people: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(play, **fields)
    assert asked.plan().resend == CAREFULLY
    result = asked.run()
    assert result["msg"] == f"Incident Q1 (#1): ran response play Major{people}."
    assert http.writes == [(RUN, {"incident": {"id": "Q1", "type": "incident_reference"}})]


def test_check_mode_says_what_would_be_run(task: Tasks, http: ScriptedHttp) -> None:
    result = task({"responders": [ANA]}).run(check_mode=True)
    assert result["msg"] == "Incident Q1 (#1): would run response play Major; would page Ana."
    assert http.writes == []


def test_the_diff_shows_responders_and_bridge(task: Tasks) -> None:
    change = task({"responders": [BEN, ANA], **URL}, **REQUESTED, conference_bridge=BRIDGE).plan()
    assert change.before == {"responders": ["Ana (PU1)"], "conference_bridge": URL}
    assert change.after == {"responders": ["Ana (PU1)", "Ben (PU2)"], "conference_bridge": URL}
    assert task({"responders": [BEN]}).plan().after == {"responders": ["Ben (PU2)"]}


def test_after_a_run_the_incident_is_read_with_its_effects(task: Tasks, http: ScriptedHttp) -> None:
    asked = task({"responders": [ANA], **URL})
    after = incident(**REQUESTED, conference_bridge=URL)
    http.answers["GET /incidents/Q1"] = [{"incident": incident()}, {"incident": after}]
    assert asked.run()["incident"] == after
    assert [("include[]", "conference_bridge") in each.query for each in http.requests[1:]] == [True, False, True]


def test_without_a_bridge_none_is_asked_for(task: Tasks, http: ScriptedHttp) -> None:
    task({"responders": [ANA]}).run()
    assert not any(("include[]", "conference_bridge") in each.query for each in http.requests)


def test_a_run_whose_effects_cannot_be_read_at_once_was_made(task: Tasks, http: ScriptedHttp) -> None:
    asked = task({"responders": [ANA]})
    http.answers["GET /incidents/Q1"] = [{"incident": incident()}, (500, {}), {"incident": incident(**REQUESTED)}]
    result = asked.run()
    assert (result["changed"], result["failed"], len(http.writes)) == (True, False, 1)


def test_if_only_the_bridge_is_missing_the_bridge_alone_is_set(task: Tasks, http: ScriptedHttp) -> None:
    asked = task({"responders": [ANA], **URL, "subscribers_message": "Down."}, **REQUESTED)
    change = asked.plan()
    assert (change.resend, change.notifies) == (FREELY, [])
    assert change.predicted == {**incident(**REQUESTED), "conference_bridge": URL}
    assert asked.says(check_mode=True) == "Incident Q1 (#1): would set the conference bridge."
    result = asked.run()
    assert result["msg"] == "Incident Q1 (#1): set the conference bridge."
    assert result["incident"] == {**incident(), "conference_bridge": URL}
    update = {"id": "Q1", "type": "incident_reference", "conference_bridge": URL}
    assert http.writes == [("PUT /incidents", {"incidents": [update]})]


def test_a_bridge_on_an_incident_that_the_response_leaves_out_is_read_again(task: Tasks, http: ScriptedHttp) -> None:
    asked = task({"responders": [ANA], **URL}, **REQUESTED)
    http.answers["PUT /incidents"] = {"incidents": []}
    after = incident(**REQUESTED, conference_bridge=URL)
    http.answers["GET /incidents/Q1"] = [{"incident": incident(**REQUESTED)}, {"incident": after}]
    result = asked.run()
    assert (result["changed"], result["failed"], result["incident"]) == (True, False, after)


@pytest.mark.parametrize("message", [None, "Down."])
def test_a_play_of_subscribers_alone_is_recorded_in_a_note(
    message: str | None, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task({"subscribers": [ANA], "subscribers_message": message})
    change = asked.plan()
    assert (change.before, change.after, change.resend) == ({"runs": []}, {"runs": ["PRP1-Q1"]}, CAREFULLY)
    result = asked.run()
    assert result["msg"] == f"Incident Q1 (#1): ran response play Major{f'; notified {GETS}' if message else ''}."
    assert result["incident"] == incident()
    assert [call for call, _body in http.writes] == [f"POST {NOTES}", RUN, f"PUT {NOTES}/PN9"]
    contents = [body["note"]["content"] for _call, body in http.writes if "note" in body]
    assert contents == [recorded("is about to start"), recorded("has started")]


@pytest.mark.parametrize(("play", "warnings"), [({}, 1), ({"responders": None}, 1), ({"responders": []}, 0)], ids=str)
def test_a_play_whose_responders_pagerduty_leaves_out_is_run_with_a_warning(
    play: Record, warnings: int, task: Tasks, http: ScriptedHttp
) -> None:
    task({"id": "PPLAY1", **play}).plan()
    assert len(http.warnings) == warnings
    assert all("leaves out 'responders' of the response play" in warning for warning in http.warnings)


@pytest.mark.parametrize(("fields", "warns"), [({}, True), ({"incidents_responders": []}, False)])
def test_a_play_runs_with_a_warning_if_the_incident_does_not_show_who_was_requested(
    fields: Record, warns: bool, task: Tasks
) -> None:
    change = task({"responders": [ANA]}, **fields).plan()
    assert change.is_needed
    assert any("'incidents_responders'" in warning for warning in change.warnings) is warns


def test_a_play_that_a_note_records_is_not_run_again(task: Tasks, http: ScriptedHttp) -> None:
    result = task({"subscribers": [ANA]}, recorded("has started"), status="resolved").run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): the play has run already.")
    assert http.writes == []


def test_a_recorded_play_whose_run_has_no_response_says_what_to_look_at(task: Tasks, http: ScriptedHttp) -> None:
    asked = task({"subscribers": [ANA]})
    about_to_start = {"notes": [note("PN9", recorded("is about to start"))]}
    http.answers[f"GET {NOTES}"] = [{"notes": []}, about_to_start]
    http.answers[RUN] = (500, {})
    result = asked.run()
    assert result["failures"][0]["outcome"] == "unknown"
    assert result["msg"].endswith("To start it again, remove the note that it is about to start.")


@pytest.mark.parametrize("play", [{"responders": [ANA]}, {"subscribers": [ANA]}], ids=str)
def test_a_resolved_incident_is_refused(play: Record, task: Tasks) -> None:
    with pytest.raises(Refused, match=r"^Incident Q1 \(#1\) is resolved; a response play cannot be run on it\."):
        task(play, status="resolved").plan()


@pytest.mark.parametrize("status", [402, 403, 404, 410])
def test_an_account_without_response_plays_is_pointed_to_workflows(
    status: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {"GET /response_plays": (status, {"error": {"message": "no"}})}
    result = Task("incident_response_play", pagerduty, response_play="Major").run()
    assert "PagerDuty has withdrawn response plays. Use oncall.pagerduty.incident_workflow instead." in result["msg"]
    assert result["msg"].endswith("Use oncall.pagerduty.incident_workflow instead.")


def test_an_unknown_play_is_not_taken_for_an_account_without_plays(task: Tasks) -> None:
    asked = task({"name": "Minor", "summary": "Minor"})
    with pytest.raises(Refused, match="No response play is called 'Major'") as caught:
        asked.plan()
    assert "workflow" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "option"), [({"incident_id": [""]}, "incident_id"), ({"incident_id": ["?"]}, "incident_id")]
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, option: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: must "):
        Task("incident_response_play", pagerduty, **{"response_play": "Major", **options}).action.check()
    assert http.calls == []
