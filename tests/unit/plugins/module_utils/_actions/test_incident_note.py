# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notes: which are equal, what is written, and which duplicates go."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_note import (
    change_notes,
    notes_result,
    read_notes,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, OutcomeUnknown
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan
from ansible_collections.oncall.pagerduty.plugins.modules.incident_note import DEFINITION
from ansible_collections.oncall.pagerduty.tests.unit.records import note

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

DEFAULTS = {name: spec.get("default") for name, spec in DEFINITION.options.items()}
NOTES = "/incidents/Q1/notes"
Planner = t.Callable[..., Plan]


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan a change of an incident's notes."""

    def planned(notes: list[dict[str, t.Any]], **options: t.Any) -> Plan:
        http.answers[f"GET {NOTES}"] = {"notes": notes}
        (entry,) = change_notes(pagerduty, {**DEFAULTS, "incident_id": ["Q1"], **options})
        assert isinstance(entry, Plan), entry.error
        return entry

    return planned


@pytest.mark.parametrize("content", ["text", "text\n", "  text", "text \r\n"])
def test_white_space_does_not_make_another_note(content: str, plan: Planner) -> None:
    assert not plan([note("PN1", "text")], content=content).has_changes


@pytest.mark.parametrize("content", ["Text", "te xt", "text."])
def test_any_other_difference_does(content: str, plan: Planner) -> None:
    assert plan([note("PN1", "text")], content=content).has_changes


def test_notes_are_sorted_by_their_time_not_by_their_place(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    newest_first = [note("PN1", "second", "2026-01-31T13:00:00Z"), note("PN2", "first", "2026-01-31T12:00:00Z")]
    http.answers[f"GET {NOTES}"] = {"notes": newest_first}
    assert [each["content"] for each in read_notes(pagerduty, "Q1")] == ["first", "second"]


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ({"content": "new"}, [("POST", None, "new")]),
        ({"content": "new", "note_id": "PN1"}, [("PUT", "PN1", "new")]),
        ({"content": "old", "note_id": "PN1"}, []),
        ({"content": "old", "allow_duplicate": True}, [("POST", None, "old")]),
        ({"content": "old", "state": "absent"}, [("DELETE", "PN1", None), ("DELETE", "PN2", None)]),
        ({"note_id": "PN2", "state": "absent"}, [("DELETE", "PN2", None)]),
        ({"note_id": "PN9", "state": "absent"}, []),
    ],
    ids=str,
)
def test_what_is_written(options: dict[str, t.Any], calls: list[tuple[t.Any, ...]], plan: Planner) -> None:
    planned = plan([note("PN1", "old"), note("PN2", "old", "2026-01-31T13:00:00Z")], **options)
    assert [tuple(call) for call in planned.body] == calls
    assert planned.has_changes is bool(calls)


def test_after_adding_a_note_the_duplicates_of_other_tasks_are_removed(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan([], content="text")
    first, own = note("PN1", "text", "2026-01-31T11:59:59Z"), note("PN2", "text")
    others = [note("PN3", "other"), {**note("PN4", "text"), "user": {"id": "PU2"}}]
    http.answers = {
        f"POST {NOTES}": {"note": own},
        f"GET {NOTES}": {"notes": [own, first, *others]},
        f"DELETE {NOTES}/PN2": {},
    }
    assert planned.write is not None
    (record,) = planned.write.send([planned])
    assert record is not None
    assert record["note"] == first
    assert [each["id"] for each in record["notes"]] == ["PN1", "PN3", "PN4"]
    assert http.calls[-3:] == [f"POST {NOTES}", f"GET {NOTES}", f"DELETE {NOTES}/PN2"]


def test_if_the_notes_cannot_be_read_again_the_note_may_still_have_been_added(
    plan: Planner, http: ScriptedHttp
) -> None:
    planned = plan([], content="text")
    http.answers = {f"POST {NOTES}": {"note": note("PN1", "text")}, f"GET {NOTES}": (500, {})}
    assert planned.write is not None
    with pytest.raises(OutcomeUnknown) as caught:
        planned.write.send([planned])
    assert not caught.value.retryable


def test_the_result_names_the_note_if_there_is_one_incident(plan: Planner) -> None:
    planned = plan([note("PN1", "text")], content="text")
    assert notes_result([planned.record])["note"]["id"] == "PN1"
    assert "note" not in notes_result([planned.record, planned.record])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"content": " "},
        {"content": "text", "note_id": "a/b"},
        {"content": "text", "note_id": "PN1", "incident_id": ["Q1", "Q2"]},
        {"state": "absent"},
        {"state": "absent", "content": "text", "note_id": "PN1"},
        {"content": "text", "state": "absent", "allow_duplicate": True},
        {"content": "text", "note_id": "PN1", "allow_duplicate": True},
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: dict[str, t.Any], plan: Planner, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption):
        plan([], **options)
    assert http.calls == []
