# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents that do not exist yet: in check mode, a task before would open them.

Such an incident has the id `would-be-opened:KEY`, which no real one can have. Private to the collection.
"""

from __future__ import annotations

import json
import typing as t

from .._core.errors import Refused

Record = dict[str, t.Any]

WOULD_BE_OPENED = "would-be-opened:"
NOT_OPENED = "No open incident has the key"
"""How the error begins, by which the role page_and_wait knows it."""
FIELDS_OF_INCIDENT = (
    "acknowledgements",
    "alert_counts",
    "assigned_via",
    "assignments",
    "created_at",
    "escalation_policy",
    "first_trigger_log_entry",
    "html_url",
    "id",
    "incident_key",
    "incident_number",
    "incident_type",
    "incidents_responders",
    "is_mergeable",
    "last_status_change_at",
    "last_status_change_by",
    "pending_actions",
    "priority",
    "resolve_reason",
    "resolved_at",
    "responder_requests",
    "self",
    "service",
    "status",
    "summary",
    "teams",
    "title",
    "type",
    "updated_at",
    "urgency",
)
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Incident`, without what has to be included."""
NEW: Record = {
    "type": "incident",
    "status": "triggered",
    "incidents_responders": [],
    "pending_actions": [],
    "responder_requests": [],
}
"""What is known of every new incident."""


class NotOpened(Refused):
    """There is no such incident; in check mode, a task before may be the one that would open it.

    Args:
        incident: what is known of it.
    """

    def __init__(self, message: str, incident: Record, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.incident = incident


def id_of(key: str) -> str:
    """Return the id of the incident that would be opened with a key."""
    return f"{WOULD_BE_OPENED}{key}"


def is_foretold(incident_id: str) -> bool:
    """Return whether an id is that of an incident that does not exist yet."""
    return incident_id.startswith(WOULD_BE_OPENED)


def key_of(incident_id: str) -> str:
    """Return the key of an incident that does not exist yet."""
    return incident_id[len(WOULD_BE_OPENED) :]


def new_incident(key: str, known: t.Mapping[str, t.Any] | None = None) -> Record:
    """Return the incident that would be opened with a key.

    Args:
        known: its fields, as far as they are known; None for none.
    """
    told = {name: value for name, value in (known or {}).items() if value is not None}
    return {**dict.fromkeys(FIELDS_OF_INCIDENT), **NEW, "incident_key": key, **told, "id": id_of(key)}


def as_text(incident: t.Mapping[str, t.Any]) -> str | None:
    """Return an incident of a result as an option takes it; None if it exists."""
    incident_id = incident.get("id")
    return json.dumps(incident) if isinstance(incident_id, str) and is_foretold(incident_id) else None


def from_text(given: str) -> Record | None:
    """Return the incident that an option means; None if it is one that exists.

    Args:
        given: an id, or what `as_text` returns.
    """
    if is_foretold(given):
        return new_incident(key_of(given))
    try:
        incident = json.loads(given) if given.startswith("{") else {}
    except (ValueError, RecursionError):
        return None
    if as_text(incident) is None:
        return None
    return new_incident(key_of(incident["id"]), incident)


def never_opened(incident: Record) -> NotOpened:
    """Return the error for an incident that only a task in check mode has spoken of."""
    return NotOpened(
        f"The incident with key {key_of(incident['id'])!r} was not opened: a task in check mode said that it would be.",
        incident,
        "Run that task for real, too, or set dedup_key.",
    )
