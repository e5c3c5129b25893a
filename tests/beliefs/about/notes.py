# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notes of an incident."""

from __future__ import annotations

from beliefs.belief import INFERRED, SCHEMA, belief
from beliefs.own_service import OwnService

CLOSED = "https://github.com/PagerDuty/pagerduty-mcp-server/issues/10"
AWKWARD = "  two spaces, a tab\t, ünïcode, <b>tags</b>, {{ braces }}\nand a second line"


def add(own: OwnService, incident_id: str, content: str) -> dict[str, object]:
    """Add a note."""
    note: dict[str, object] = own.account.write(
        "POST", f"/incidents/{incident_id}/notes", {"note": {"content": content}}, "note"
    )
    return note


def contents(own: OwnService, incident_id: str) -> list[str]:
    """Return the contents of an incident's notes."""
    return [note["content"] for note in own.account.get(f"/incidents/{incident_id}/notes", "notes")]


@belief(["same", "same"], source=f"{INFERRED}: the schema names nothing that would keep a note from being repeated")
def a_note_added_twice_is_there_twice(own: OwnService) -> object:
    """A note that is added twice is there twice."""
    incident = own.open_incident()
    add(own, incident["id"], "same")
    add(own, incident["id"], "same")
    return contents(own, incident["id"])


@belief(True, source=f"{INFERRED}: the response has the note, and no document speaks of a delay")
def a_note_is_readable_at_once(own: OwnService) -> object:
    """A new note is listed at once, under the id of the response."""
    incident = own.open_incident()
    note = add(own, incident["id"], "here")
    notes = own.account.get(f"/incidents/{incident['id']}/notes", "notes")
    return note["id"] in [each["id"] for each in notes]


@belief([AWKWARD], [AWKWARD.strip()], source=f"{INFERRED}: no document tells of changes to a note's content")
def a_note_keeps_its_content(own: OwnService) -> object:
    """A note keeps its content, apart from white space around it."""
    incident = own.open_incident()
    add(own, incident["id"], AWKWARD)
    return contents(own, incident["id"])


@belief(True, source=f"{SCHEMA}, IncidentNote")
def notes_have_their_time(own: OwnService) -> object:
    """Each note has a `created_at`."""
    incident = own.open_incident()
    add(own, incident["id"], "here")
    return all(note["created_at"] for note in own.account.get(f"/incidents/{incident['id']}/notes", "notes"))


@belief(["after"], source=f"{SCHEMA}, PUT /incidents/{{id}}/notes/{{note_id}}")
def a_note_can_be_changed(own: OwnService) -> object:
    """A note's content can be replaced."""
    incident = own.open_incident()
    note = add(own, incident["id"], "before")
    body = {"note": {"content": "after"}}
    own.account.write("PUT", f"/incidents/{incident['id']}/notes/{note['id']}", body, "note")
    return contents(own, incident["id"])


@belief((204, []), source=f"{SCHEMA}, DELETE /incidents/{{id}}/notes/{{note_id}}")
def a_note_can_be_deleted(own: OwnService) -> object:
    """A note can be deleted."""
    incident = own.open_incident()
    note = add(own, incident["id"], "going")
    response = own.account.call("DELETE", f"/incidents/{incident['id']}/notes/{note['id']}")
    return response.status, contents(own, incident["id"])


@belief(["late"], source=f"{INFERRED} from {CLOSED}, which asks for what the web interface does")
def a_resolved_incident_takes_notes(own: OwnService) -> object:
    """A note can be added to a resolved incident."""
    incident = own.open_incident()
    own.updated(incident["id"], status="resolved")
    add(own, incident["id"], "late")
    return contents(own, incident["id"])
