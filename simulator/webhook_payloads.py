# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of V3 webhooks. Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Event Data Types"."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone

from simulator import account
from simulator.account import ConferenceBridge, User
from simulator.clock import iso
from simulator.incident import Incident, Note, OutboundEvent, Responder, StatusUpdate, WorkflowInstance
from simulator.serializers import Json, Serializer


def body_of(event: OutboundEvent, event_id: str, serializer: Serializer) -> bytes:
    """Return the body of a delivery; the same bytes for each attempt."""
    return _encoded(
        event_id,
        f"incident.{event.event_type}",
        event.at,
        serializer.reference(event.agent) if isinstance(event.agent, User) else None,
        _data(event, serializer),
    )


def ping_body(event_id: str, at: float) -> bytes:
    """Return the body of a test event. Source: the README of the npm package n8n-nodes-pagerduty-trigger."""
    return _encoded(event_id, "pagey.ping", at, None, {"message": "Hello from your friend Pagey!", "type": "ping"})


def _encoded(event_id: str, event_type: str, at: float, agent: Json | None, data: Json) -> bytes:
    event = {
        "id": event_id,
        "event_type": event_type,
        "resource_type": event_type.partition(".")[0],
        "occurred_at": _milliseconds(at),
        "agent": agent,
        "client": None,
        "data": data,
    }
    return json.dumps({"event": event}, ensure_ascii=False).encode()


def _milliseconds(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _data(event: OutboundEvent, serializer: Serializer) -> Json:
    subject = event.subject
    if event.event_type == "custom_field_values.updated":
        return _custom_fields(event.incident, serializer)
    for kind, show in SUBJECTS.items():
        if isinstance(subject, kind):
            return {"incident": _reference(event.incident, serializer), **show(subject, serializer)}
    return _incident(event.incident, serializer)


def _reference(incident: Incident, serializer: Serializer) -> Json:
    return {**serializer.incident_reference(incident), "summary": incident.title}


def _incident(incident: Incident, serializer: Serializer) -> Json:
    bridge, merged_into = incident.conference_bridge, incident.merged_into
    return {
        **_reference(incident, serializer),
        "type": "incident",
        "number": incident.number,
        "status": incident.status,
        "incident_key": incident.shown_key,
        "created_at": iso(incident.created_at),
        "title": incident.title,
        "incident_type": {"name": incident.incident_type},
        "service": serializer.reference(incident.service),
        "assignees": [serializer.reference(user) for user in (incident.assignees if incident.is_open else ())],
        "escalation_policy": serializer.reference(incident.escalation_policy),
        "teams": [serializer.reference(team) for team in incident.service.teams],
        "priority": incident.priority and serializer.reference(incident.priority),
        "urgency": incident.urgency,
        "conference_bridge": bridge and vars(bridge),
        "resolve_reason": merged_into
        and {"type": "merge_resolve_reason", "incident": _reference(merged_into, serializer)},
    }


def _custom_fields(incident: Incident, serializer: Serializer) -> Json:
    values = [
        {
            "data_type": field.data_type,
            "field_type": field.field_type,
            "id": field.id,
            "name": field.name,
            "namespace": "incidents",
            "type": "field_value",
            "value": incident.custom_values.get(field.id),
        }
        for field in account.CUSTOM_FIELDS.values()
    ]
    return {"incident": _reference(incident, serializer), "custom_fields": values, "type": "incident_field_values"}


def _note(note: Note, _serializer: Serializer) -> Json:
    return {"id": note.id, "content": note.content, "trimmed": False, "type": "incident_note"}


def _status_update(update: StatusUpdate, _serializer: Serializer) -> Json:
    return {"id": update.id, "message": update.message, "trimmed": False, "type": "incident_status_update"}


def _responder(responder: Responder, serializer: Serializer) -> Json:
    return {
        "user": serializer.reference(responder.user),
        "escalation_policy": None,
        "message": responder.message,
        "state": responder.state,
        "type": "incident_responder",
    }


def _bridge(bridge: ConferenceBridge, _serializer: Serializer) -> Json:
    number = bridge.conference_number
    return {
        "conference_numbers": [{"label": "", "number": number}] if number else [],
        "conference_url": bridge.conference_url,
        "type": "incident_conference_bridge",
    }


def _workflow(instance: WorkflowInstance, serializer: Serializer) -> Json:
    workflow = serializer.workflow_of(instance)
    return {
        "id": instance.id,
        "type": "incident_workflow_instance",
        "summary": workflow.name,
        "incident_workflow": serializer.reference(workflow),
    }


SUBJECTS: t.Mapping[type, t.Callable[[t.Any, Serializer], Json]] = {
    Note: _note,
    StatusUpdate: _status_update,
    Responder: _responder,
    ConferenceBridge: _bridge,
    WorkflowInstance: _workflow,
}
