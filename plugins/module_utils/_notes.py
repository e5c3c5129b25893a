# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident's notes: add one, rewrite one, remove some. PagerDuty itself would add the same note again and again.

Many tasks may add the same note at the same moment, each before it can see the others'. So whoever finds that somebody
else has used the key since it looked, looks again, and removes all of these notes but the first. All go by the same
order, so that the first of all is never removed. Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from ._errors import BadInput, PagerDutyError, Refused, Unanswered
from ._incidents import ID, checked_ids, identified, plan_each
from ._plan import Plan, Planned, Write
from ._rest import PagerDuty, Record, path_of

NOTE_FIELDS = ("id", "user", "channel", "content", "created_at", "updated_at")
"""Source: openapi/rest.json, `IncidentNote`."""


def change_notes(
    pagerduty: PagerDuty,
    ids: t.Sequence[str],
    *,
    content: str | None,
    state: str,
    note_id: str | None,
    allow_duplicate: bool,
) -> list[Planned]:
    """Add, rewrite or remove a note on each incident.

    Args:
        content: the note's text.
        state: `present` or `absent`.
        note_id: the one note to rewrite or remove; otherwise notes are known by their content.
        allow_duplicate: add another note even where one says the same.

    Raises:
        BadInput: when these do not go together.

    Source: openapi/rest.json, /incidents/{id}/notes.
    """
    _check_note(checked_ids(ids), content, state, note_id, allow_duplicate)
    write = Write(lambda plans: [_write_notes(pagerduty, plan) for plan in plans])
    allowances: dict[str, int | None] = {}
    add_once = Write(lambda plans: [_add_once(pagerduty, plan, allowances[plan.target]) for plan in plans])

    def plan(incident: Record) -> Plan:
        target = incident["id"]
        notes = read_notes(pagerduty, target)
        allowances[target] = pagerduty.allowance
        meant = [note for note in notes if _is_meant(note, note_id, content)]
        if state == "absent":
            calls = [NoteCall("DELETE", note["id"]) for note in meant]
        elif note_id:
            calls = _rewrite(target, note_id, meant, content or "")
        else:
            calls = [NoteCall("POST", None, content)] if allow_duplicate or not meant else []
        expected = functools.reduce(_with_note, ((call, call.foreseen(notes)) for call in calls), notes)
        changed_ids = {note["id"] for note in meant} | {None}
        return Plan(
            target,
            before={"notes": [note["content"] for note in meant]},
            after={"notes": [note["content"] for note in expected if note["id"] in changed_ids]},
            record={"id": target, "notes": notes},
            expected={"id": target, "notes": expected},
            write=add_once if content and not (note_id or allow_duplicate or state == "absent") else write,
            body=calls,
        )

    return plan_each(identified(pagerduty, ids), plan)


def read_notes(pagerduty: PagerDuty, incident_id: str) -> list[Record]:
    """All notes of an incident."""
    notes: list[Record] = pagerduty.get(path_of("incidents", incident_id, "notes"), "notes")
    return notes


def post_note(pagerduty: PagerDuty, incident_id: str, content: str) -> Record:
    """Add a note; sent once."""
    return _send(pagerduty, incident_id, NoteCall("POST", None, content))


def rewrite_note(pagerduty: PagerDuty, incident_id: str, note_id: str, content: str) -> Record:
    """Give a note another text."""
    return _send(pagerduty, incident_id, NoteCall("PUT", note_id, content))


def remove_note(pagerduty: PagerDuty, incident_id: str, note_id: str) -> None:
    """Take a note away."""
    _send(pagerduty, incident_id, NoteCall("DELETE", note_id))


def says(note: Record, content: str) -> bool:
    """Whether a note has this content; white space around lines does not count."""
    return _comparable(note["content"]) == _comparable(content)


@dataclass(frozen=True)
class NoteCall:
    """One write to an incident's notes."""

    method: str
    note_id: str | None
    content: str | None = None

    def foreseen(self, notes: t.Sequence[Record]) -> Record:
        """The note as this call will leave it; what only PagerDuty can know of a new one is None."""
        old = next((note for note in notes if note["id"] == self.note_id), dict.fromkeys(NOTE_FIELDS))
        return {**old, "content": self.content}


def _check_note(
    targets: t.Sequence[str], content: str | None, state: str, note_id: str | None, allow_duplicate: bool
) -> None:
    if content is not None and not content.strip():
        raise BadInput("content", "it must not be empty", content)
    if note_id is not None and not ID.fullmatch(note_id):
        raise BadInput("note_id", "it must be the id of a note, such as PWL7QXS", note_id)
    if note_id is not None and len(targets) > 1:
        raise BadInput("note_id", "a note belongs to one incident: give one incident_id", note_id)
    if state == "present" and content is None:
        raise BadInput("content", "it is required where state is present")
    if state == "absent" and (content is None) == (note_id is None):
        raise BadInput("content", "where state is absent, give either content or note_id")
    if allow_duplicate and (state == "absent" or note_id is not None):
        raise BadInput("allow_duplicate", "it goes neither with state absent nor with note_id", allow_duplicate)


def _is_meant(note: Record, note_id: str | None, content: str | None) -> bool:
    return bool(note["id"] == note_id) if note_id is not None else says(note, content or "")


def _comparable(text: str) -> str:
    """A note's text without what a server may trim: line ends and the white space around it."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _rewrite(target: str, note_id: str, meant: t.Sequence[Record], content: str) -> list[NoteCall]:
    if not meant:
        raise Refused(
            f"Incident {target} has no note {note_id}.",
            hint="Leave note_id out to add a note, or take an id from incident_info with include: [notes].",
        )
    return [] if says(meant[0], content) else [NoteCall("PUT", note_id, content)]


def _write_notes(pagerduty: PagerDuty, plan: Plan) -> Record:
    notes: list[Record] = plan.record["notes"]
    for call in plan.body:
        notes = _with_note(notes, (call, _send(pagerduty, plan.target, call)))
    return {"id": plan.target, "notes": notes}


def _add_once(pagerduty: PagerDuty, plan: Plan, allowance: int | None) -> Record:
    """Add a note, and where others may have added it too since it was looked for, leave only the first.

    Args:
        allowance: the key's, at that look.
    """
    written = _write_notes(pagerduty, plan)
    if pagerduty.is_alone_since(allowance):
        return written
    try:
        notes = read_notes(pagerduty, plan.target)
        twins = _twins(notes, written["notes"][-1], {note["id"] for note in plan.record["notes"]})
        for twin in twins[1:]:
            _remove_twin(pagerduty, plan.target, twin["id"])
    except PagerDutyError as error:
        raise Unanswered.after_the_effect(error) from error
    return {"id": plan.target, "notes": [note for note in notes if note not in twins[1:]]}


def _twins(notes: t.Sequence[Record], own: Record, known: t.Collection[str]) -> list[Record]:
    """The new notes by the same user with the same content, in an order that all see alike."""
    twins = [
        note
        for note in notes
        if note["id"] not in known and note.get("user") == own.get("user") and says(note, own["content"])
    ]
    return sorted(twins, key=lambda note: (str(note.get("created_at")), note["id"]))


def _remove_twin(pagerduty: PagerDuty, incident_id: str, note_id: str) -> None:
    try:
        remove_note(pagerduty, incident_id, note_id)
    except Refused as error:
        # Somebody else has removed it first.
        if error.status != 404:
            raise


def _send(pagerduty: PagerDuty, incident_id: str, call: NoteCall) -> Record:
    path = path_of("incidents", incident_id, "notes", *([call.note_id] if call.note_id else []))
    if call.method == "DELETE":
        pagerduty.write("DELETE", path)
        return {}
    note: Record = pagerduty.write(call.method, path, {"note": {"content": call.content}}, "note")
    return note


def _with_note(notes: list[Record], change: tuple[NoteCall, Record]) -> list[Record]:
    """The notes after a call, given the note that it left."""
    call, left = change
    if call.method == "POST":
        return [*notes, left]
    if call.method == "PUT":
        return [left if note["id"] == call.note_id else note for note in notes]
    return [note for note in notes if note["id"] != call.note_id]
