# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/notes. Source: openapi/rest.json; PAGERDUTY_API.md, "Notes"."""

from __future__ import annotations

from simulator.call import Answer, Call, Route
from simulator.incident import Note


def list_notes(call: Call) -> Answer:
    """GET …/notes: all of them, without pages."""
    show = call.views().note
    return Answer(body={"notes": [show(note) for note in call.incident.notes]})


def create_note(call: Call) -> Answer:
    """POST …/notes: one more note each time, whatever it says."""
    note = call.incident.add_note(call.act, call.user, content_of(call))
    return Answer(body={"note": call.views().note(note)})


def update_note(call: Call) -> Answer:
    """PUT …/notes/{note_id}."""
    note = note_of(call)
    note.content = content_of(call)
    note.updated_at = call.act.at
    return Answer(body={"note": call.views().note(note)})


def delete_note(call: Call) -> Answer:
    """DELETE …/notes/{note_id}."""
    call.incident.notes.remove(note_of(call))
    return Answer(204)


def content_of(call: Call) -> str:
    """The note's text, which must not be blank."""
    return call.body.object("note").text("content")


def note_of(call: Call) -> Note:
    """The note that the path names.

    Raises:
        Problem: when the incident has none such.
    """
    return call.find({note.id: note for note in call.incident.notes}, "note_id")


ROUTES = (
    Route("GET", "/incidents/{id}/notes", list_notes),
    Route("POST", "/incidents/{id}/notes", create_note, needs_requester=True),
    Route("PUT", "/incidents/{id}/notes/{note_id}", update_note, needs_requester=True),
    Route("DELETE", "/incidents/{id}/notes/{note_id}", delete_note),
)
