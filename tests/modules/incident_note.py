# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_note."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import DELETE_NOTE, ID, NOTE, POST_NOTE, Case, ConcurrentTask, FaultTask, ModuleTests
from modules.strategies import texts

TESTS = ModuleTests(
    simplest={"content": NOTE},
    cases=(
        Case("adds a note", {"content": NOTE}, changes=True, reads=2, writes=(POST_NOTE,)),
        Case(
            "adds a note of several lines",
            {"content": "First line  \nsecond line\n\n"},
            changes=True,
            reads=2,
            writes=(POST_NOTE,),
        ),
        Case(
            "finds the note", {"content": NOTE}, changes=False, before=(("incident_note", {"content": NOTE}),), reads=1
        ),
        Case(
            "removes a note",
            {"content": NOTE, "state": "absent"},
            changes=True,
            before=(("incident_note", {"content": NOTE}),),
            reads=1,
            writes=(DELETE_NOTE,),
        ),
        Case("finds the note gone", {"content": NOTE, "state": "absent"}, changes=False, reads=1),
        Case(
            "adds the note again",
            {"content": NOTE, "allow_duplicate": True},
            changes=True,
            before=(("incident_note", {"content": NOTE}),),
            reads=1,
            writes=(POST_NOTE,),
            idempotent=False,
        ),
        Case(
            "adds a note to each of many",
            {"content": NOTE},
            changes=True,
            incidents=3,
            reads=6,
            writes=(POST_NOTE,) * 3,
        ),
    ),
    bad_input=(
        ({"content": None}, "content: "),
        ({"content": " \n"}, "content: "),
        ({"state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({"note_id": "a/b"}, "note_id: "),
        (
            {"note_id": "PWL7QXS", "incident_id": [ID, "Q2"]},
            "note_id: ",
        ),
        ({"note_id": "PWL7QXS", "state": "absent"}, "content: "),
        ({"content": None, "state": "absent"}, "content: "),
        ({"allow_duplicate": True, "state": "absent"}, "allow_duplicate: "),
        ({"allow_duplicate": "often"}, "allow_duplicate"),
    ),
    strategy=st.fixed_dictionaries({"content": texts}, optional={"state": st.sampled_from(["present", "absent"])}),
    fault_tasks=(
        FaultTask("adds", {"content": NOTE}, (POST_NOTE,), reads_back=True),
        FaultTask("removes", {"content": NOTE, "state": "absent"}, (DELETE_NOTE,), {"notes": [NOTE]}),
    ),
    concurrent_tasks=(
        ConcurrentTask(
            {"content": NOTE},
            lambda state: sum(note["content"] == NOTE for note in state["incidents"][0]["notes"]),
            POST_NOTE,
        ),
    ),
)
