# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident's notes: adds one, updates one, removes some. PagerDuty itself would add the same note again.

Several tasks may add the same note at the same moment, each before it can see the others'. So after adding a note the
module reads the notes once more and removes all duplicates but the first. All tasks use the same order, so the first
note is never removed. Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t
from datetime import datetime

from .._api.client import PagerDuty, Record, path_of
from .._core.errors import InvalidOption, OutcomeUnknown, Refused, TaskError
from .._core.plan import Plan, PlanOrOutcome, Write
from .._core.time_texts import time_of
from .incidents import checked_ids, incidents_result, is_id, plan_each, resolve_numbers

NOTE_FIELDS = ("id", "user", "channel", "content", "created_at", "updated_at")
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `IncidentNote`."""


class NoteCall(t.NamedTuple):
    """One write to an incident's notes."""

    method: str
    note_id: str | None
    content: str | None = None

    def predict(self, notes: t.Sequence[Record]) -> Record:
        """Return the note as this call will leave it; fields that only PagerDuty knows are None."""
        old = next((note for note in notes if note["id"] == self.note_id), dict.fromkeys(NOTE_FIELDS))
        return {**old, "content": self.content}


def change_notes(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Add, update or remove a note on each incident.

    Args:
        params: `incident_id`, `content`, `state`, `note_id` and `allow_duplicate`.

    Raises:
        InvalidOption: an option has an unusable value, or two cannot be combined.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /incidents/{id}/notes.
    """
    ids = checked_ids(params["incident_id"])
    _check(params, ids)
    send = _add_note if _adds_once(params) else _write_notes
    plan = functools.partial(_plan, pagerduty, params, Write(functools.partial(send, pagerduty), harmful_twice=True))
    return plan_each(resolve_numbers(pagerduty, ids), plan)


def read_notes(pagerduty: PagerDuty, incident_id: str) -> list[Record]:
    """Return all notes of an incident, oldest first."""
    notes: list[Record] = pagerduty.get(path_of("incidents", incident_id, "notes"), "notes")
    return sorted(notes, key=_age)


def notes_result(records: t.Sequence[Record]) -> dict[str, t.Any]:
    """Return the result of the module: as for all modules, and `note` if there is one incident."""
    return {**incidents_result(records), **({"note": records[0]["note"]} if len(records) == 1 else {})}


def write_note(pagerduty: PagerDuty, incident_id: str, call: NoteCall) -> Record:
    """Send one write; returns the note, or an empty record after a removal."""
    path = path_of("incidents", incident_id, "notes", *([call.note_id] if call.note_id else []))
    if call.method == "DELETE":
        return pagerduty.write("DELETE", path)
    note: Record = pagerduty.write_and_get(call.method, path, {"note": {"content": call.content}}, "note")
    return note


def content_matches(note: Record, content: str) -> bool:
    """Return whether a note has this content, apart from white space at the end of lines and around the text."""
    return _normalize(note["content"]) == _normalize(content)


def _check(params: t.Mapping[str, t.Any], ids: t.Sequence[str]) -> None:
    content, state, note_id = params["content"], params["state"], params["note_id"]
    if content is not None and not content.strip():
        raise InvalidOption("content", "must not be empty", content)
    if note_id is not None and not is_id(note_id):
        raise InvalidOption("note_id", "must be the id of a note such as PWL7QXS", note_id)
    if note_id is not None and len(ids) > 1:
        raise InvalidOption("note_id", "requires a single incident_id, because a note belongs to one incident", note_id)
    if state == "present" and content is None:
        raise InvalidOption("content", "required with state=present")
    if state == "absent" and (content is None) == (note_id is None):
        raise InvalidOption("content", "state=absent requires either content or note_id, not both")
    if params["allow_duplicate"] and (state == "absent" or note_id is not None):
        raise InvalidOption("allow_duplicate", "cannot be combined with state=absent or note_id", True)


def _adds_once(params: t.Mapping[str, t.Any]) -> bool:
    return params["state"] == "present" and not params["note_id"] and not params["allow_duplicate"]


def _plan(pagerduty: PagerDuty, params: t.Mapping[str, t.Any], write: Write, incident: Record) -> Plan:
    target, content, note_id = incident["id"], params["content"], params["note_id"]
    notes = read_notes(pagerduty, target)
    matching = [note for note in notes if _matches(note, note_id, content)]
    if params["state"] == "absent":
        calls = [NoteCall("DELETE", note["id"]) for note in matching]
    elif note_id:
        calls = _update(target, note_id, matching, content)
    else:
        calls = [NoteCall("POST", None, content)] if params["allow_duplicate"] or not matching else []
    predicted = functools.reduce(_apply, ((call, call.predict(notes)) for call in calls), notes)
    affected = {note["id"] for note in matching} | {None}
    return Plan(
        target,
        before={"notes": [note["content"] for note in matching]},
        after={"notes": [note["content"] for note in predicted if note["id"] in affected]},
        record=_record(target, notes, matching[-1] if matching else None),
        predicted=_record(target, predicted, calls[-1].predict(notes) if calls else matching[-1] if matching else None),
        write=write,
        body=calls,
    )


def _matches(note: Record, note_id: str | None, content: str | None) -> bool:
    return bool(note["id"] == note_id) if note_id is not None else content_matches(note, content or "")


def _normalize(text: str) -> str:
    """Return a note's text without the white space that a server may trim."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _update(target: str, note_id: str, matching: t.Sequence[Record], content: str) -> list[NoteCall]:
    if not matching:
        raise Refused(
            f"Incident {target} has no note {note_id}.",
            hint="Omit note_id to add a note, or get the id from incident_info with include: [notes].",
        )
    return [] if content_matches(matching[0], content) else [NoteCall("PUT", note_id, content)]


def _write_notes(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    notes: list[Record] = plan.record["notes"]
    written: Record | None = None
    for call in plan.body:
        written = write_note(pagerduty, plan.target, call)
        notes = _apply(notes, (call, written))
    return [_record(plan.target, notes, written)]


def _add_note(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    """Add a note, then remove the duplicates that other tasks have added in the meantime."""
    (plan,) = plans
    (call,) = plan.body
    own = write_note(pagerduty, plan.target, call)
    try:
        notes = read_notes(pagerduty, plan.target)
        first, *duplicates = _equal_notes(notes, own, known={note["id"] for note in plan.record["notes"]})
        for duplicate in duplicates:
            _remove(pagerduty, plan.target, duplicate["id"])
    except TaskError as error:
        raise OutcomeUnknown.after_write(error) from error
    return [_record(plan.target, [note for note in notes if note not in duplicates], first)]


def _record(target: str, notes: list[Record], note: Record | None) -> Record:
    """Return what a task returns for an incident: its notes, and the one that the task is about (None once removed)."""
    return {"id": target, "notes": notes, "note": note if note in notes else None}


def _age(note: Record) -> tuple[datetime, str]:
    # The zone of the account, and with it the text of a moment, changes with the seasons.
    return time_of(note.get("created_at")), str(note["id"])


def _equal_notes(notes: t.Sequence[Record], own: Record, known: t.Collection[str]) -> list[Record]:
    """Return the new notes by the same user with the same content, oldest first; at least our own."""
    equal = {
        note["id"]: note
        for note in notes
        if note["id"] not in known and note.get("user") == own.get("user") and content_matches(note, own["content"])
    }
    return sorted({own["id"]: own, **equal}.values(), key=_age)


def _remove(pagerduty: PagerDuty, incident_id: str, note_id: str) -> None:
    try:
        write_note(pagerduty, incident_id, NoteCall("DELETE", note_id))
    except Refused as error:
        # Another task may have removed it first.
        if error.status != 404:
            raise


def _apply(notes: list[Record], change: tuple[NoteCall, Record]) -> list[Record]:
    """Return the notes after a call, given the note that it left."""
    call, left = change
    if call.method == "POST":
        return [*notes, left]
    if call.method == "PUT":
        return [left if note["id"] == call.note_id else note for note in notes]
    return [note for note in notes if note["id"] != call.note_id]
