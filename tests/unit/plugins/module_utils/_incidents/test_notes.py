# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The notes of an incident: in order, compared as people would, and removed only once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.notes import (
    add_note,
    has_content,
    read_notes,
    remove_note,
    update_note,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import note

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOTES = "/incidents/Q1/notes"


def test_notes_are_sorted_by_their_time_not_by_their_place(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    listed = [
        note("PN3", "third", "2026-01-31T13:00:00Z"),
        note("PN2", "second"),
        note("PN1", "first"),
        note("PN0", "in another zone", "2026-01-31T13:30:00+02:00"),
    ]
    http.answers[f"GET {NOTES}"] = {"notes": listed}
    assert [each["id"] for each in read_notes(pagerduty, "Q1")] == ["PN0", "PN1", "PN2", "PN3"]


@pytest.mark.parametrize("is_effect", [True, False])
def test_a_note_counts_as_an_effect_unless_it_only_records_how_far_a_task_is(
    is_effect: bool, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        f"POST {NOTES}": {"note": note("PN1", "a")},
        f"PUT {NOTES}/PN1": {"note": note("PN1", "b")},
        f"DELETE {NOTES}/PN1": (204, {}),
    }
    assert add_note(pagerduty, "Q1", "a", is_effect=is_effect)["content"] == "a"
    assert update_note(pagerduty, "Q1", "PN1", "b", is_effect=is_effect)["content"] == "b"
    remove_note(pagerduty, "Q1", "PN1", is_effect=is_effect)
    assert http.writes == [
        (f"POST {NOTES}", {"note": {"content": "a"}}),
        (f"PUT {NOTES}/PN1", {"note": {"content": "b"}}),
        (f"DELETE {NOTES}/PN1", None),
    ]
    assert pagerduty.accepted == (3 if is_effect else 0)


def test_a_note_that_is_gone_is_removed_already(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"DELETE {NOTES}/PN1": [(404, {}), (403, {})]}
    remove_note(pagerduty, "Q1", "PN1")
    with pytest.raises(Refused):
        remove_note(pagerduty, "Q1", "PN1")


@pytest.mark.parametrize(
    ("content", "expected"),
    [("a\nb", True), (" a \r\nb\n", True), ("a\n\nb", False), ("a b", False), ("A\nb", False), ("a\n b", False)],
    ids=repr,
)
def test_only_white_space_at_the_end_of_lines_and_around_the_text_is_ignored(content: str, expected: bool) -> None:
    assert has_content(note("PN1", "a\nb"), content) is expected
