# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Webhooks in the shapes that other projects have recorded, of the third version and older ones.

Only facts are taken over: which fields there are, of which type, and in which form. All ids, names, texts and times
are this table's own.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

Json = dict[str, t.Any]

ZULIP = "zulip/zulip, zerver/webhooks/pagerduty/fixtures"
CAD = "openshift/configuration-anomaly-detection"
INCIDENT_ID = "Q0000000000001"
AT = "2026-01-31T12:00:00Z"


@dataclass(frozen=True)
class Webhook:
    """The body of a webhook.

    Args:
        source: the project and the file that has it.
        incident_id: of the incident that it is about, as `meta` has it; None if there is none.
    """

    source: str
    body: Json
    incident_id: str | None = INCIDENT_ID

    def __str__(self) -> str:
        return self.source


def reference(kind: str, object_id: str, summary: str) -> Json:
    """Return a reference of a webhook."""
    address = f"https://api.pagerduty.com/{kind}/{object_id}"
    return {"id": object_id, "type": f"{kind}_reference", "self": address, "html_url": address, "summary": summary}


PERSON = reference("user", "PUSER01", "Primary On-call")
SERVICE = reference("service", "PSERVC1", "Checkout")
POLICY = reference("escalation_policy", "PPOLCY1", "Web Operations")
INCIDENT = reference("incident", INCIDENT_ID, "Disk full")
WORKFLOW = reference("incident_workflow", "PWRKFL1", "Declare Major Incident")
TRIGGER = {
    **reference("workflow_trigger", "15b4b27e-2448-4df9-85a5-85382304ff37", "Manual Incident Trigger"),
    "html_url": None,
}
OF_2021: Json = {
    "id": INCIDENT_ID,
    "type": "incident",
    "self": f"https://api.pagerduty.com/incidents/{INCIDENT_ID}",
    "html_url": f"https://example.pagerduty.com/incidents/{INCIDENT_ID}",
    "number": 9,
    "status": "triggered",
    "title": "Disk full",
    "service": SERVICE,
    "assignees": [PERSON],
    "escalation_policy": POLICY,
    "teams": [],
    "priority": None,
    "urgency": "high",
    "conference_bridge": None,
    "resolve_reason": None,
}
"""An incident as webhooks had it in 2021."""
OF_2026: Json = {
    **OF_2021,
    "incident_key": "d387d7bd2e0a4294a5307339dfe1669a",
    "created_at": AT,
    "reopened_at": None,
    "priority": reference("priority", "PPRIOR1", "P1"),
    "incident_type": {"name": "major_incident"},
}
"""As they have it in 2026."""


def event(event_type: str, data: Json | None, *, without: str = "", **fields: t.Any) -> Json:
    """Return the body of a webhook of the third version that occurs now, without one field."""
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    shown = {
        "id": f"01EVENT{event_type}",
        "event_type": event_type,
        "resource_type": event_type.partition(".")[0],
        "occurred_at": now,
        "agent": PERSON,
        "client": None,
        "data": data,
        **fields,
    }
    shown.pop(without, None)
    return {"event": shown}


def part(kind: str, **fields: t.Any) -> Json:
    """Return the data of an event that is about a part of an incident."""
    return {"incident": INCIDENT, **fields, "type": kind}


THIRD = (
    Webhook(f"{ZULIP}/triggered_v3.json", event("incident.triggered", OF_2021)),
    Webhook(f"{ZULIP}/acknowledged_v3.json", event("incident.acknowledged", {**OF_2021, "status": "acknowledged"})),
    Webhook(f"{ZULIP}/unacknowledged_v3.json", event("incident.unacknowledged", OF_2021)),
    Webhook(
        f"{ZULIP}/resolved_v3.json", event("incident.resolved", {**OF_2021, "status": "resolved", "assignees": []})
    ),
    Webhook(f"{ZULIP}/reassigned_v3.json", event("incident.reassigned", OF_2021)),
    Webhook(f"{ZULIP}/unsupported_v3.json", event("incident.unsupported", OF_2021)),
    Webhook(f"{ZULIP}/delegated_v3.json", event("incident.delegated", OF_2026)),
    Webhook(f"{ZULIP}/escalate_v3.json", event("incident.escalated", OF_2026)),
    Webhook(f"{ZULIP}/priority_updated_v3.json", event("incident.priority_updated", OF_2026)),
    Webhook(f"{ZULIP}/reopened_v3.json", event("incident.reopened", {**OF_2026, "reopened_at": AT, "urgency": "low"})),
    Webhook(
        f"{ZULIP}/service_updated_v3.json",
        event(
            "incident.service_updated",
            {**OF_2026, "conference_bridge": {"conference_url": "https://meet.example.com", "conference_number": None}},
        ),
    ),
    Webhook(
        f"{ZULIP}/annotated_v3.json",
        event("incident.annotated", part("incident_note", id="PNOTE01", content="Full again.", trimmed=False)),
    ),
    Webhook(
        f"{ZULIP}/status_updated_v3.json",
        event(
            "incident.status_update_published",
            part("incident_status_update", id="PSTATU1", message="Being looked at.", trimmed=False),
        ),
    ),
    Webhook(
        f"{ZULIP}/conference_bridge_updated_v3.json",
        event(
            "incident.conference_bridge.updated",
            part("incident_conference_bridge", conference_numbers=None, conference_url="https://meet.example.com"),
        ),
    ),
    Webhook(
        f"{ZULIP}/responder_added.json",
        event(
            "incident.responder.added",
            part("incident_responder", user=PERSON, escalation_policy=POLICY, message="Please help.", state="pending"),
        ),
    ),
    Webhook(
        f"{ZULIP}/responder_replied_v3.json",
        event(
            "incident.responder.replied",
            part("incident_responder", user=PERSON, escalation_policy=None, message="Looking.\n", state="accepted"),
        ),
    ),
    Webhook(
        f"{ZULIP}/workflow_started_v3.json",
        event(
            "incident.workflow.started",
            part(
                "incident_workflow_instance",
                id="PINSTC1",
                summary="Manually Started",
                incident_workflow=WORKFLOW,
                workflow_trigger=TRIGGER,
                service=SERVICE,
            ),
            id="32743190385439511823355034091750713370",
        ),
    ),
    Webhook(
        f"{ZULIP}/workflow_completed_no_summary_v3.json",
        event(
            "incident.workflow.completed",
            part(
                "incident_workflow_instance",
                id="PINSTC1",
                summary="",
                incident_workflow=WORKFLOW,
                workflow_trigger=TRIGGER,
                service=SERVICE,
            ),
            id="32743191412443541367815146404898342710",
            agent=None,
        ),
    ),
    Webhook(
        f"{ZULIP}/service_deleted_v3.json",
        event("service.deleted", {"type": "service", "id": "PSERVC1", "summary": "Checkout"}, without="client"),
        None,
    ),
    Webhook(
        f"{CAD}, pkg/pagerduty/pagerduty_test.go",
        event("pagey.ping", {"message": "Hello from your friend Pagey!", "type": "ping"}, agent=None),
        None,
    ),
    Webhook(
        f"{CAD}, pkg/pagerduty/pagerduty_test.go: without a type",
        event("pagey.ping", {"type": "ping"}, without="event_type", agent=None, id="01EVENT1"),
        None,
    ),
    Webhook(
        f"{CAD}, pkg/pagerduty/pagerduty_test.go: without data",
        event("pagey.ping", None, without="data", agent=None, id="01EVENT2"),
        None,
    ),
    Webhook(
        f"{CAD}, interceptor/pkg/interceptor/pdinterceptor_test.go: of a step of a workflow",
        {"__pd_metadata": {"incident": {"id": INCIDENT_ID}}},
        None,
    ),
)
"""Of the third version, with a signature."""

OLDER = (
    Webhook(
        f"{ZULIP}/trigger_v2.json",
        {
            "messages": [
                {
                    "event": "incident.trigger",
                    "log_entries": [{"id": "R0000000000001", "type": "trigger_log_entry", "created_at": AT}],
                    "webhook": {"id": "PWEBHK1", "type": "webhook", "config": {}, "accounts_addon": None},
                    "incident": {"id": INCIDENT_ID, "type": "incident", "incident_key": None, "assignments": []},
                    "id": "69a7ced0-a2cd-11e7-a799-22000a15839c",
                    "created_on": AT,
                }
            ]
        },
        None,
    ),
    Webhook(
        f"{ZULIP}/auto_resolved.json",
        {
            "messages": [
                {
                    "created_on": AT,
                    "data": {
                        "incident": {
                            "assigned_to": [],
                            "assigned_to_user": None,
                            "id": INCIDENT_ID,
                            "last_status_change_by": None,
                            "resolved_by_user": None,
                            "service": {"deleted_at": None, "id": "PSERVC1", "name": "Checkout"},
                            "status": "resolved",
                            "trigger_summary_data": {"subject": "Disk full"},
                        }
                    },
                    "id": "6e0d4b20-af10-11e4-8aca-f23c91739642",
                    "type": "incident.resolve",
                }
            ]
        },
        None,
    ),
)
"""Of the second and of the first version. PagerDuty signs neither."""
