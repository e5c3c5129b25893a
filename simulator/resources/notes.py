# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/notes. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the same path."""

from __future__ import annotations

from simulator.call import Call, Response, Route
from simulator.incident import Note


def list_notes(call: Call) -> Response:
    """GET …/notes: all notes, without pages, newest first as in the example of the schema."""
    show = call.serializer().note
    return Response(body={"notes": [show(note) for note in reversed(call.incident.notes)]})


def create_note(call: Call) -> Response:
    """POST …/notes: adds a note each time."""
    note = call.incident.add_note(call.actor, call.user, content_of(call))
    return Response(body={"note": call.serializer().note(note)})


def update_note(call: Call) -> Response:
    """PUT …/notes/{note_id}."""
    note = note_of(call)
    note.content = content_of(call)
    note.updated_at = call.actor.at
    return Response(body={"note": call.serializer().note(note)})


def delete_note(call: Call) -> Response:
    """DELETE …/notes/{note_id}."""
    call.incident.notes.remove(note_of(call))
    return Response(204)


def content_of(call: Call) -> str:
    """Return the content of a note, which must not be blank."""
    return call.body.object("note").text("content")


def note_of(call: Call) -> Note:
    """Return the note that the path names.

    Raises:
        ApiError: the incident does not have it.
    """
    return call.find({note.id: note for note in call.incident.notes}, "note_id")


ROUTES = (
    Route("GET", "/incidents/{id}/notes", list_notes),
    Route("POST", "/incidents/{id}/notes", create_note, needs_requester=True),
    Route("PUT", "/incidents/{id}/notes/{note_id}", update_note, needs_requester=True),
    Route("DELETE", "/incidents/{id}/notes/{note_id}", delete_note),
)
