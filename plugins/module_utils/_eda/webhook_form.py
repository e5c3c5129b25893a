# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form that webhooks have, also for log entries, so that a rulebook works with both.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._api.confidential import without_confidential
from .position import time_of

SAME_TIME = 1.0
"""Seconds between the creation of an incident and its first assignment (INFERRED: both are made by one request)."""
MAX_UUID = 255
"""Characters of an id that the rule engine can keep.

Source: kiegroup/drools-ansible-rulebook-integration, H2Schema.java and PostgreSQLSchema.java, record_identifier.
"""
EVENT_TYPES = {
    "trigger": "incident.triggered",
    "acknowledge": "incident.acknowledged",
    "unacknowledge": "incident.unacknowledged",
    "resolve": "incident.resolved",
    "escalate": "incident.escalated",
    "assign": "incident.reassigned",
    "delegate": "incident.delegated",
    "annotate": "incident.annotated",
    "priority_change": "incident.priority_updated",
}
"""The event type of a webhook by the kind of a log entry.

Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, and PagerDuty/api-schema, reference/REST/openapiv3.json,
LogEntry; the schema lacks priority_change, which clients have seen.
"""

Json = dict[str, t.Any]


def event_of(log_entry: Json) -> Json:
    """Return a log entry, without what is confidential, as an event of the form that a webhook has.

    What does not have the form that PagerDuty documents is left as it is.

    Args:
        log_entry: with the texts `id`, `type` and `created_at`.

    Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Webhook Payload".
    """
    entry = dict(without_confidential(log_entry))
    incident = _dict(entry.pop("incident", None))
    event_type = event_type_of(entry, incident)
    is_note = event_type == "incident.annotated"
    if is_note:
        # A note says nothing of how its incident stands.
        entry["incident"] = incident_of(incident)
    event = {
        "id": entry["id"],
        "event_type": event_type,
        "resource_type": event_type.partition(".")[0],
        "occurred_at": entry["created_at"],
        "agent": entry.get("agent"),
        "client": None,
        "data": note_of(entry, incident) if is_note else incident_of(incident),
    }
    return {"payload": {"event": event, "log_entry": entry}, "meta": meta_of(event)}


def meta_of(event: Json) -> Json:
    """Return what the meta of an event says of its payload: its id, and that of the incident that it is about, if any.

    The data of an event is the incident, or for instance a note or a responder, which names its incident.
    Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Event Data Types".

    ansible-rulebook recognizes an event by its `uuid`, which need not be a UUID.
    """
    incident = _incident_in(event.get("data"))
    ids = {"uuid": event.get("id"), "incident_id": incident.get("id") if isinstance(incident, dict) else None}
    return {name: each for name, each in ids.items() if isinstance(each, str) and 0 < len(each) <= MAX_UUID}


def _incident_in(data: t.Any) -> t.Any:
    if not isinstance(data, dict):
        return None
    if data.get("type") == "incident":
        return data
    assignments = data.get("incident_role_assignments")
    # Of incident.role.assigned alone, the incident is further down.
    return _incident_in(assignments[0]) if isinstance(assignments, list) and assignments else data.get("incident")


def event_type_of(entry: Json, incident: Json) -> str:
    """Return the event type that a webhook would have, else `log_entry.KIND`."""
    kind = entry["type"].removesuffix("_log_entry")
    first = _dict(incident.get("first_trigger_log_entry")).get("id")
    # Each further event of an alert is a trigger entry, too.
    # Source: PagerDuty/developer-docs, docs/tool-libraries/05-Retrieve-Incident-Details.md.
    is_further_trigger = kind == "trigger" and first not in (None, entry["id"])
    if is_further_trigger or (kind == "assign" and _is_first_assignment(entry, incident)):
        return f"log_entry.{kind}"
    return EVENT_TYPES.get(kind, f"log_entry.{kind}")


def _is_first_assignment(entry: Json, incident: Json) -> bool:
    with contextlib.suppress(KeyError, AttributeError, TypeError, ValueError):
        return time_of(entry["created_at"]) - time_of(incident["created_at"]) <= SAME_TIME
    return False


def _dict(value: t.Any) -> Json:
    return value if isinstance(value, dict) else {}


def incident_of(incident: Json) -> Json:
    """Return an incident of the REST API as a webhook has it; what only one of them knows is kept, or None."""
    assignments = incident.get("assignments")
    return {
        "conference_bridge": None,
        "reopened_at": None,
        "resolve_reason": None,
        **incident,
        "type": "incident",
        "number": incident.get("incident_number"),
        "assignees": [_dict(each).get("assignee") for each in assignments] if isinstance(assignments, list) else [],
    }


def note_of(entry: Json, incident: Json) -> Json:
    """Return a note as a webhook has it, without its id, which log entries lack.

    Source: PagerDuty/pd-live-react, src/redux/incidents/sagas.js.
    """
    return {
        "id": None,
        "type": "incident_note",
        "incident": {
            "id": incident.get("id"),
            "type": "incident_reference",
            "summary": incident.get("title"),
            "self": incident.get("self"),
            "html_url": incident.get("html_url"),
        },
        "content": _dict(entry.get("channel")).get("summary"),
        "trimmed": False,
    }
