# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_note: adds, updates and removes notes.

Several tasks may add the same note at the same moment, each before it can see the others'. So after adding a note the
task reads the notes once more and removes all duplicates but the first. All tasks use the same order, so the first note
is never removed. Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record
from .._core.action import Action, State
from .._core.change import CAREFULLY, Change, Says
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.words import ADD, REMOVE, UPDATE
from .._incidents.action import IncidentAction
from .._incidents.notes import NOTE_FIELDS, Notes, add_note, age_of, has_content, read_notes, remove_note, update_note
from .._incidents.read import is_id

Options = dict[str, t.Any]


def incident_note(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id`, `content`, `state`, `note_id` and `allow_duplicate`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /incidents/{id}/notes.
    """
    if options["state"] == "absent":
        return Removal(client, options)
    return Update(client, options) if options["note_id"] else Addition(client, options)


class NoteAction(IncidentAction):
    """What the three have in common."""

    def check(self) -> None:
        """Check what is written, and on which note."""
        super().check()
        content, state, note_id = (self.options[name] for name in ("content", "state", "note_id"))
        if note_id is not None and not is_id(note_id):
            raise InvalidOption("note_id", "must be the id of a note such as PWL7QXS", note_id)
        if note_id is not None and len(set(self.given)) > 1:
            problem = "requires a single incident_id, because a note belongs to one incident"
            raise InvalidOption("note_id", problem, note_id)
        if state == "present" and content is None:
            raise InvalidOption("content", "required with state=present")
        if state == "absent" and (content is None) == (note_id is None):
            raise InvalidOption("content", "state=absent requires either content or note_id, not both")
        if self.options["allow_duplicate"] and (state == "absent" or note_id is not None):
            raise InvalidOption("allow_duplicate", "cannot be combined with state=absent or note_id", True)

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the notes of each incident; of the incident itself nothing is needed."""
        return self.each(targets, lambda incident_id: read_notes(self.client, incident_id))

    def foretold(self, incident: Record) -> Notes:
        """Return the notes that tasks before would add."""
        return list(incident.get("notes") or ())

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `incidents`, and for a single one `incident` and `note`."""
        return {**super().result(records), **({"note": records[0]["note"]} if len(records) == 1 else {})}

    def _matching(self, notes: Notes) -> Notes:
        note_id, content = self.options["note_id"], self.options["content"]
        return [note for note in notes if (note["id"] == note_id if note_id else has_content(note, content))]

    def _change(self, incident_id: str, notes: Notes, left: Notes, *, note: Record | None, says: Says) -> Change:
        """Return the change of an incident's notes.

        Args:
            notes: all its notes.
            left: those that it has afterwards.
            note: the one that the task leaves.
        """
        about = self._matching(notes)
        ids = {each["id"] for each in about} | {None}
        return Change(
            target=incident_id,
            name=self.incident_name(incident_id),
            before={"notes": [each["content"] for each in about]},
            after={"notes": [each["content"] for each in left if each["id"] in ids]},
            says=says,
            record=_record(incident_id, notes, about[-1] if about else None),
            predicted=_record(incident_id, left, note),
            resend=CAREFULLY,
        )


class Addition(NoteAction):
    """Adds a note to each incident that lacks it."""

    def plan(self, target: str, state: Notes) -> Change:
        """Plan to add the note if there is none with its content."""
        found = self._matching(state)
        if found and not self.options["allow_duplicate"]:
            return self._change(target, state, state, note=found[-1], says="has the note already")
        new = {**dict.fromkeys(NOTE_FIELDS), "content": self.options["content"]}
        change = self._change(target, state, [*state, new], note=new, says=[ADD("a note")])
        if self.options["allow_duplicate"]:
            change.if_unknown = "Look at the incident's notes first: another run of the task adds the note again."
        return change

    def send_one(self, change: Change) -> Record:
        """Add the note, then remove the duplicates that other tasks have added in the meantime."""
        known = change.record["notes"]
        own = add_note(self.client, change.target, self.options["content"])
        if self.options["allow_duplicate"]:
            return _record(change.target, [*known, own], own)
        notes = read_notes(self.client, change.target)
        first, *duplicates = _equal_notes(notes, own, known={note["id"] for note in known})
        for duplicate in duplicates:
            remove_note(self.client, change.target, duplicate["id"])
        return _record(change.target, [note for note in notes if note not in duplicates], first)


class Update(NoteAction):
    """Changes the text of a note."""

    def plan(self, target: str, state: Notes) -> Change:
        """Plan to give the note its new text.

        Raises:
            Refused: the incident has no such note.
        """
        found = self._matching(state)
        if not found:
            raise Refused(
                f"{self.incident_name(target)} has no note {self.options['note_id']}.",
                hint="Omit note_id to add a note, or get the id from incident_info with include: [notes].",
            )
        (note,) = found
        if has_content(note, self.options["content"]):
            return self._change(target, state, state, note=note, says="the note says so already")
        updated = {**note, "content": self.options["content"]}
        left = [updated if each is note else each for each in state]
        return self._change(target, state, left, note=updated, says=[UPDATE(f"note {note['id']}")])

    def send_one(self, change: Change) -> Record:
        """Change the note."""
        note = update_note(self.client, change.target, self.options["note_id"], self.options["content"])
        notes = [note if each["id"] == note["id"] else each for each in change.record["notes"]]
        return _record(change.target, notes, note)


class Removal(NoteAction):
    """Removes the notes with a content, or one by its id."""

    def plan(self, target: str, state: Notes) -> Change:
        """Plan to remove the notes that match."""
        found = self._matching(state)
        left = [note for note in state if note not in found]
        count = "a note" if len(found) == 1 else f"{len(found)} notes"
        return self._change(target, state, left, note=None, says=[REMOVE(count)] if found else "has no such note")

    def send_one(self, change: Change) -> Record:
        """Remove the notes, one by one."""
        for note in self._matching(change.record["notes"]):
            remove_note(self.client, change.target, note["id"])
        return change.predicted


def _record(incident_id: str, notes: Notes, note: Record | None) -> Record:
    """Return what a task returns for an incident: its notes, and the one that the task is about (None once removed)."""
    return {"id": incident_id, "notes": notes, "note": note}


def _equal_notes(notes: Notes, own: Record, known: t.Collection[str]) -> Notes:
    """Return the new notes by the same user with the same content, oldest first; at least our own."""
    equal = {
        note["id"]: note
        for note in notes
        if note["id"] not in known and _is_by_the_same_user(note, own) and has_content(note, own["content"])
    }
    return sorted({own["id"]: own, **equal}.values(), key=age_of)


def _is_by_the_same_user(note: Record, other: Record) -> bool:
    return bool(note.get("user")) and note.get("user") == other.get("user")
