# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notes: which are equal, what is written, and which duplicates go."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, note
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOTES = "/incidents/Q1/notes"
TWO_EQUAL = [note("PN1", "old"), note("PN2", "old", "2026-01-31T13:00:00Z")]
Tasks = t.Callable[..., Task]


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on an incident with these notes."""

    def make(notes: list[dict[str, t.Any]], **options: t.Any) -> Task:
        http.answers[f"GET {NOTES}"] = {"notes": notes}
        return Task("incident_note", pagerduty, **options)

    return make


@pytest.mark.parametrize("content", ["text", "text\n", "  text", "text \r\n"])
def test_white_space_does_not_make_another_note(content: str, task: Tasks) -> None:
    assert not task([note("PN1", "text")], content=content).plan().is_needed


@pytest.mark.parametrize("content", ["Text", "te xt", "text."])
def test_any_other_difference_does(content: str, task: Tasks) -> None:
    assert task([note("PN1", "text")], content=content).plan().is_needed


@pytest.mark.parametrize(
    ("options", "writes", "says"),
    [
        ({"content": "new"}, [(f"POST {NOTES}", "new")], "Incident Q1: would add a note."),
        ({"content": "new", "note_id": "PN1"}, [(f"PUT {NOTES}/PN1", "new")], "Incident Q1: would update note PN1."),
        ({"content": "old", "note_id": "PN1"}, [], "Incident Q1: the note says so already."),
        ({"content": "old"}, [], "Incident Q1: has the note already."),
        ({"content": "old", "allow_duplicate": True}, [(f"POST {NOTES}", "old")], "Incident Q1: would add a note."),
        (
            {"content": "old", "state": "absent"},
            [(f"DELETE {NOTES}/PN1", None), (f"DELETE {NOTES}/PN2", None)],
            "Incident Q1: would remove 2 notes.",
        ),
        (
            {"note_id": "PN2", "state": "absent"},
            [(f"DELETE {NOTES}/PN2", None)],
            "Incident Q1: would remove a note.",
        ),
        ({"note_id": "PN9", "state": "absent"}, [], "Incident Q1: has no such note."),
    ],
    ids=str,
)
def test_what_is_written_and_said(
    options: dict[str, t.Any], writes: list[tuple[str, str | None]], says: str, task: Tasks, http: ScriptedHttp
) -> None:
    for method, note_id in (("POST", ""), ("PUT", "/PN1")):
        http.answers[f"{method} {NOTES}{note_id}"] = {"note": note("PN1", "new")}
    http.answers.update({f"DELETE {NOTES}/{note_id}": (204, {}) for note_id in ("PN1", "PN2")})
    asked = task(TWO_EQUAL, **options)
    assert asked.run(check_mode=True)["msg"] == says
    assert http.writes == []
    assert asked.run()["changed"] is bool(writes)
    assert [(call, body and body["note"]["content"]) for call, body in http.writes] == writes


def test_after_adding_a_note_the_duplicates_of_other_tasks_are_removed(task: Tasks, http: ScriptedHttp) -> None:
    first, own = note("PN1", "text", "2026-01-31T11:59:59Z"), note("PN2", "text")
    others = [note("PN3", "other"), {**note("PN4", "text"), "user": {"id": "PU2"}}]
    asked = task([], content="text")
    http.answers = {
        f"POST {NOTES}": {"note": own},
        f"GET {NOTES}": [{"notes": []}, {"notes": [own, first, *others]}],
        f"DELETE {NOTES}/PN2": (204, {}),
    }
    result = asked.run()
    assert result["note"] == first
    assert [each["id"] for each in result["incident"]["notes"]] == ["PN1", "PN3", "PN4"]
    assert http.calls[-3:] == [f"POST {NOTES}", f"GET {NOTES}", f"DELETE {NOTES}/PN2"]


def test_a_note_of_somebody_whom_pagerduty_does_not_name_is_no_duplicate(task: Tasks, http: ScriptedHttp) -> None:
    first, own = ({**note(f"PN{number}", "text"), "user": None} for number in (1, 2))
    asked = task([], content="text")
    http.answers = {f"POST {NOTES}": {"note": own}, f"GET {NOTES}": [{"notes": []}, {"notes": [own, first]}]}
    assert asked.run()["note"] == own
    assert [call for call, _body in http.writes] == [f"POST {NOTES}"]


def test_a_note_that_was_here_before_is_no_duplicate(task: Tasks, http: ScriptedHttp) -> None:
    """It has the content by now, because somebody has changed it."""
    before, own = note("PN1", "other", "2026-01-31T11:00:00Z"), note("PN2", "text")
    asked = task([], content="text")
    http.answers = {
        f"POST {NOTES}": {"note": own},
        f"GET {NOTES}": [{"notes": [before]}, {"notes": [{**before, "content": "text"}, own]}],
    }
    assert asked.run()["note"] == own


def test_a_failed_look_for_duplicates_does_not_hide_the_note(task: Tasks, http: ScriptedHttp) -> None:
    own = note("PN1", "text")
    asked = task([], content="text")
    http.answers = {f"POST {NOTES}": {"note": own}, f"GET {NOTES}": [{"notes": []}, (500, {}), {"notes": [own]}]}
    result = asked.run()
    assert (result["changed"], result["failed"], result["msg"]) == (True, False, "Incident Q1: added a note.")
    assert [call for call, _body in http.writes] == [f"POST {NOTES}"]
    assert "a call after that failed" in http.warnings[-1]


def test_a_removal_that_stops_half_way_says_so(task: Tasks, http: ScriptedHttp) -> None:
    left = TWO_EQUAL[1:]
    asked = task([], content="old", state="absent")
    http.answers = {
        f"GET {NOTES}": [{"notes": TWO_EQUAL}, {"notes": left}],
        f"DELETE {NOTES}/PN1": (204, {}),
        f"DELETE {NOTES}/PN2": (403, {"error": {"message": "Access Denied", "code": 2010}}),
    }
    result = asked.run()
    assert (result["changed"], result["failed"]) == (True, True)
    assert result["msg"].startswith('Incident Q1: done in part (notes ["old", "old"] → ["old"]). DELETE')
    assert result["failures"][0]["outcome"] == "partly_done"


def test_the_result_names_the_note_if_there_is_one_incident(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/Q2/notes"] = {"notes": [note("PN2", "text")]}
    assert task([note("PN1", "text")], content="text").run()["note"]["id"] == "PN1"
    assert "note" not in task([note("PN1", "text")], content="text", incident_id=["Q1", "Q2"]).run()


def test_a_number_and_an_id_are_one_incident(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/1"] = {"incident": incident("Q1")}
    result = task([note("PN1", "text")], content="text", incident_id=["1", "Q1"]).run()
    assert result["msg"] == "Incident Q1 (#1): has the note already."
    assert result["incident"]["id"] == "Q1"


def test_check_mode_shows_the_note_with_its_new_text_and_leaves_the_others(task: Tasks) -> None:
    result = task([note("PN1", "old"), note("PN2", "other")], content="new", note_id="PN1").run(check_mode=True)
    assert [each["content"] for each in result["incident"]["notes"]] == ["new", "other"]
    assert result["note"]["content"] == "new"


def test_a_note_to_update_has_to_exist(task: Tasks) -> None:
    with pytest.raises(Refused, match="Incident Q1 has no note PN9"):
        task([], content="text", note_id="PN9").plan()


def test_a_note_that_may_be_there_twice_is_looked_for_by_a_person(task: Tasks) -> None:
    assert "look at the incident's notes" in task([], content="x", allow_duplicate=True).plan().if_unknown.lower()


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({}, "content"),
        ({"content": "text", "note_id": "a/b"}, "note_id"),
        ({"content": "text", "note_id": "PN1", "incident_id": ["Q1", "Q2"]}, "note_id"),
        ({"state": "absent"}, "content"),
        ({"state": "absent", "content": "text", "note_id": "PN1"}, "content"),
        ({"content": "text", "state": "absent", "allow_duplicate": True}, "allow_duplicate"),
        ({"content": "text", "note_id": "PN1", "allow_duplicate": True}, "allow_duplicate"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: dict[str, t.Any], option: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: "):
        task([], **options).action.check()
    assert http.calls == []
