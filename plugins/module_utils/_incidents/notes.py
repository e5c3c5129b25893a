# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The notes of an incident.

Private to the collection.
"""

from __future__ import annotations

from datetime import datetime

from .._api.client import PagerDuty, Record, path_of
from .._core.errors import Refused
from .._core.timestamps import time_of

Notes = list[Record]
NOTE_FIELDS = ("id", "user", "channel", "content", "created_at", "updated_at")
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `IncidentNote`."""


def read_notes(client: PagerDuty, incident_id: str) -> Notes:
    """Return all notes of an incident, oldest first."""
    return sorted(client.get_list(path_of("incidents", incident_id, "notes"), "notes"), key=age_of)


def add_note(client: PagerDuty, incident_id: str, content: str, *, is_effect: bool = True) -> Record:
    """Add a note and return it.

    Args:
        is_effect: False for a note that only records how far the task is.
    """
    path, body = path_of("incidents", incident_id, "notes"), {"note": {"content": content}}
    return client.write_and_get("POST", path, body, "note", is_effect=is_effect)


def update_note(client: PagerDuty, incident_id: str, note_id: str, content: str, *, is_effect: bool = True) -> Record:
    """Change the text of a note and return the note. The argument `is_effect` is as in `add_note`."""
    path, body = path_of("incidents", incident_id, "notes", note_id), {"note": {"content": content}}
    return client.write_and_get("PUT", path, body, "note", is_effect=is_effect)


def remove_note(client: PagerDuty, incident_id: str, note_id: str, *, is_effect: bool = True) -> None:
    """Remove a note, unless another task has removed it first. The argument `is_effect` is as in `add_note`."""
    try:
        client.write("DELETE", path_of("incidents", incident_id, "notes", note_id), is_effect=is_effect)
    except Refused as error:
        if error.status != 404:
            raise


def has_content(note: Record, content: str) -> bool:
    """Return whether a note has this content, apart from white space at the end of lines and around the text."""
    return without_edges(note["content"]) == without_edges(content)


def age_of(note: Record) -> tuple[datetime, str]:
    """Return a key that sorts notes, oldest first."""
    # The zone of the account, and with it the text of a time, changes with the seasons.
    return time_of(note.get("created_at")), note["id"]


def without_edges(text: str) -> str:
    """Return a text without the white space that a server may trim."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
