# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of V3 webhooks. Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Event Data Types"."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone

from simulator import account
from simulator.account import ConferenceBridge, CustomField, Service, User
from simulator.clock import iso
from simulator.elsewhere import ActionInvocation, RoleAssignment, Task
from simulator.incident import FieldValues, Incident, Note, OutboundEvent, Responder, StatusUpdate, WorkflowInstance
from simulator.serializers import Json, Serializer


def body_of(event: OutboundEvent, event_id: str, serializer: Serializer) -> bytes:
    """Return the body of a delivery; the same bytes for each attempt."""
    return _encoded(
        event_id,
        event.event_type,
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
    resource, subject = event.resource, event.subject
    if isinstance(resource, Service):
        return _service(resource, serializer)
    if isinstance(subject, RoleAssignment):
        return _role(resource, subject, serializer)
    for kind, show in SUBJECTS.items():
        if isinstance(subject, kind):
            return {"incident": _reference(resource, serializer), **show(subject, serializer)}
    return _incident(resource, serializer)


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
        "reopened_at": incident.reopened_at and iso(incident.reopened_at),
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


def _service(service: Service, serializer: Serializer) -> Json:
    return {
        **serializer.reference(service),
        "alert_creation": "create_alerts_and_incidents",
        "teams": [serializer.reference(team) for team in service.teams],
        "type": "service",
    }


def _field_values(fields: FieldValues, _serializer: Serializer) -> Json:
    known = account.CUSTOM_FIELDS
    return {
        "custom_fields": [_field_value(field, fields.values.get(field.id)) for field in known.values()],
        "changed_custom_fields": [_field_value(known[field_id], value) for field_id, value in fields.before.items()],
        "type": "incident_field_values",
    }


def _field_value(field: CustomField, value: t.Any) -> Json:
    return {
        "data_type": field.data_type,
        "field_type": field.field_type,
        "id": field.id,
        "name": field.name,
        "namespace": "incidents",
        "type": "field_value",
        "value": value,
    }


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
    return {
        "id": instance.id,
        "type": "incident_workflow_instance",
        "summary": instance.workflow.name,
        "incident_workflow": serializer.reference(instance.workflow),
        # Started through the API, not by a trigger (INFERRED).
        "workflow_trigger": None,
        "service": serializer.reference(instance.service),
    }


def _task(task: Task, serializer: Serializer) -> Json:
    return {
        "name": task.name,
        "description": task.name,
        "id": task.id,
        "summary": task.name,
        "type": "incident_task",
        "status": task.status,
        "assignees": [serializer.reference(user) for user in task.assignees],
    }


def _role(incident: Incident, assignment: RoleAssignment, serializer: Serializer) -> Json:
    """Alone among the events of an incident, this one has the incident further down."""
    whole = {
        "assignee": serializer.reference(assignment.assignee),
        "id": assignment.id,
        "incident": _reference(incident, serializer),
        "old_assignee": None,
        "role": {"id": "PROLE01", "summary": assignment.role, "type": "role_reference"},
        "status": "active",
        "type": "role_assignment_reference",
    }
    return {"type": "incident_role_assignment", "incident_role_assignments": [whole]}


def _invocation(invocation: ActionInvocation, _serializer: Serializer) -> Json:
    actions = "https://api.pagerduty.com/automation"
    return {
        "id": invocation.id,
        "self": f"{actions}/invocations/{invocation.id}",
        "html_url": None,
        "action": {
            "id": "01SIMULATEDACTION000000001",
            "self": f"{actions}/actions/01SIMULATEDACTION000000001",
            "html_url": None,
            "summary": invocation.action,
            "type": "action_reference",
        },
        "state": invocation.state,
        "type": "incident_action_invocation",
    }


SUBJECTS: t.Mapping[type, t.Callable[[t.Any, Serializer], Json]] = {
    Note: _note,
    StatusUpdate: _status_update,
    Responder: _responder,
    ConferenceBridge: _bridge,
    FieldValues: _field_values,
    WorkflowInstance: _workflow,
    Task: _task,
    ActionInvocation: _invocation,
}
