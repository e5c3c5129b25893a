# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which shapes PagerDuty has answered others: what their tests have recorded, as changes of the simulator's answers.

Only facts are taken over: which fields there are, of which type, and in which form. All ids, names, texts and times
are this table's own.
"""

from __future__ import annotations

import typing as t
from copy import deepcopy
from dataclasses import dataclass, field

Json = dict[str, t.Any]

GONE: t.Any = object()
"""In place of a value: the field is left out."""
KINDS = {
    "alert": "alert",
    "alerts": "alert",
    "change_events": "change_event",
    "escalation_policies": "escalation_policy",
    "escalation_policy": "escalation_policy",
    "incident": "incident",
    "incident_types": "incident_type",
    "incident_workflow_instance": "incident_workflow_instance",
    "incident_workflows": "incident_workflow",
    "incidents": "incident",
    "log_entries": "log_entry",
    "maintenance_window": "maintenance_window",
    "maintenance_windows": "maintenance_window",
    "note": "note",
    "notes": "note",
    "oncalls": "oncall",
    "past_incidents": "similar_incident",
    "priorities": "priority",
    "related_incidents": "similar_incident",
    "responder_request": "responder_request",
    "response_plays": "response_play",
    "schedule": "schedule",
    "schedules": "schedule",
    "service": "service",
    "services": "service",
    "team": "team",
    "teams": "team",
    "user": "user",
    "users": "user",
}
"""The kind of the objects that an answer holds under a key."""


@dataclass(frozen=True)
class Shape:
    """How one recorded answer differs from the simulator's.

    Args:
        kind: of the objects that have this shape.
        source: the project and the file that has it.
        shows: what is worth a test, as a sentence.
        changes: by the path of a field, such as `assignments[].assignee.summary`: its value, what makes it of the
            present one, or `GONE`.
        only: the fields that are left; all if it is empty.
        unlike: modules for which this answer tells something else than the simulator's, such as that nobody was
            requested as a responder.
        of: the types of the objects that have it; all of the kind if it is empty.
    """

    kind: str
    source: str
    shows: str
    changes: t.Mapping[str, t.Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.shows}"

    def give_to(self, record: Json) -> None:
        """Change an object of an answer, if it is of a type that has the shape."""
        if self.of and record.get("type") not in self.of:
            return
        for name in [name for name in record if self.only and name not in self.only]:
            del record[name]
        for path, value in self.changes.items():
            _put(record, path.split("."), value)


def _put(record: t.Any, path: t.Sequence[str], value: t.Any) -> None:
    """Set what a path names, in each entry of a list that the path goes through, and nothing below a missing field."""
    if not isinstance(record, dict):
        return
    name, rest = path[0].removesuffix("[]"), path[1:]
    if not rest:
        present = record.pop(name, None)
        if value is not GONE:
            record[name] = value(present) if callable(value) else deepcopy(value)
        return
    below = record.get(name)
    for each in below if isinstance(below, list) else [below]:
        _put(each, rest, value)


AT = "2026-01-31T12:00:00Z"
OFFSET = "2026-01-31T04:00:00-08:00"
"""The same time, with an offset."""
AVATAR = "https://avatars.example.com/1"
INTEGRATION_KEY = "ANINTEGRATIONKEYTHATNOBODYMAYSEE"
WHOLE_USER: Json = {
    "type": "user",
    "time_zone": "Etc/UTC",
    "color": "green",
    "avatar_url": AVATAR,
    "billed": True,
    "role": "owner",
    "description": None,
    "invitation_sent": False,
    "job_title": None,
    "teams": [],
    "created_via_sso": False,
    "contact_methods": [{"id": "PCNTCT1", "type": "email_contact_method_reference", "html_url": None}],
    "notification_rules": [{"id": "PNRULE1", "type": "assignment_notification_rule_reference", "html_url": None}],
    "locale": "en-US",
}
WHOLE_PRIORITY: Json = {
    "type": "priority",
    "html_url": None,
    "account_id": "PACCNT1",
    "color": "eb6016",
    "created_at": AT,
    "description": "",
    "order": 400_000_000,
    "schema_version": 0,
    "updated_at": AT,
}
GROUPED: Json = {"grouping_type": "advanced", "started_at": AT, "ended_at": None, "alert_grouping_active": False}
CEF: Json = {
    "client": None,
    "contexts": None,
    "creation_time": None,
    "dedup_key": "a-key",
    "details": {"disk": "full"},
    "event_class": "",
    "mutations": [],
    "priority": None,
    "reporter_component": None,
    "routing_key": INTEGRATION_KEY,
    "severity": "info",
    "version": "1.0",
}
"""How PagerDuty keeps an event, with its key."""
SLACK: Json = {
    "id": "PEXTRF1",
    "type": "incident_external_reference",
    "summary": "Slack",
    "self": None,
    "html_url": None,
    "external_id": "1506438878.000302",
    "external_url": "https://chat.example.com/archives/C1",
    "sync": False,
    "webhook": {"id": "PWEBHK1", "type": "webhook_reference", "summary": "Slack", "html_url": None},
}
WITHOUT_NEWER = dict.fromkeys(
    ("updated_at", "resolved_at", "is_mergeable", "incident_type", "incidents_responders", "responder_requests"), GONE
)
"""Fields that incidents did not have in 2015."""
RESPONDERS = ("incident_responders", "incident_response_play")
"""Modules that read who was requested as a responder."""
STATE_OF_ALL = (
    "event",
    "incident",
    "incident_custom_fields",
    "incident_escalation",
    "incident_escalation_policy",
    "incident_merge",
    "incident_snooze",
    "incident_status",
    *RESPONDERS,
)
"""Modules that compare more of an incident than its status, or say whom it notifies."""


def in_utc(time: str) -> str:
    """Return a time with an offset in place of the letter for UTC."""
    return time.replace("Z", "+00:00")


def whole(path: str, values: Json) -> dict[str, t.Any]:
    """Return the fields of a whole object in place of a reference."""
    return {f"{path}.{name}": value for name, value in values.items()}


PYGERDUTY = "dropbox/pygerduty, tests/fixtures"
PDH = "mbovo/pdh, tests"
PORT = "port-labs/ocean, integrations/pagerduty/.port/examples"
PORT_DOCS = "port-labs/port-docs, docs/…/sync-data-to-catalog/incident-management/pagerduty/pagerduty.md"
WPFLEGER = "wpfleger96/pagerduty-mcp-server, tests/fixtures"
MCP = "PagerDuty/pagerduty-mcp-server, tests"
GO = "PagerDuty/go-pagerduty"
DEMISTO = "demisto/content, Packs/PagerDuty/Integrations/PagerDuty/test_data"
HUBOT = "hubot-archive/hubot-pager-me, test/pagerduty-api-fixtures.js"
CAD = "openshift/configuration-anomaly-detection, pkg/pagerduty"
SOAR = "ibmresilient/resilient-community-apps, fn_pagerduty"
PD_LIVE = "PagerDuty/pd-live-react, src/mocks"
ZULIP = "zulip/zulip, zerver/webhooks/pagerduty/fixtures"
BACKSTAGE = "PagerDuty/backstage-plugin, dev/mockPagerDutyApi.ts"

INCIDENTS = (
    Shape(
        "incident",
        f"{PYGERDUTY}/incident_list_v2.json",
        "In 2015 an incident had no priority, no counts of alerts, and a service of a type of its own.",
        {
            **WITHOUT_NEWER,
            "priority": GONE,
            "alert_counts": GONE,
            "assigned_via": GONE,
            "service.type": "generic_email",
        },
        unlike=RESPONDERS,
    ),
    Shape(
        "incident",
        f"{PYGERDUTY}/get_incident_v2.json",
        "A service is a reference to an e-mail service, and the priority has no page.",
        {**WITHOUT_NEWER, "service.type": "generic_email_reference", "priority.html_url": None},
        unlike=RESPONDERS,
    ),
    Shape(
        "incident",
        f"{PDH}/incidents_list.json",
        "An incident that an e-mail has opened has no key; its alerts are grouped by rules.",
        {
            "incident_key": None,
            "alert_grouping": {"grouping_type": "rules", "started_at": AT, "ended_at": None},
            "basic_alert_grouping": None,
            "resolved_at": GONE,
            "incident_type": GONE,
            "subscriber_requests": [],
            "first_trigger_log_entry.summary": "Triggered through email",
        },
    ),
    Shape(
        "incident",
        PORT_DOCS,
        "An incident opened on the website in 2023 has no responders, no type and no priority, but a null bridge.",
        {
            "priority": GONE,
            "incident_type": GONE,
            "incidents_responders": GONE,
            "responder_requests": GONE,
            "basic_alert_grouping": None,
            "alert_grouping": None,
            "conference_bridge": None,
            "last_status_change_by.type": "service_reference",
        },
        unlike=("incident", *RESPONDERS),
    ),
    Shape(
        "incident",
        f"{PORT}/incidents",
        "Assignees, the priority and the first log entry are whole objects, without being asked for.",
        {
            **whole("assignments[].assignee", WHOLE_USER),
            **whole("priority", WHOLE_PRIORITY),
            "first_trigger_log_entry.type": "trigger_log_entry",
            "first_trigger_log_entry.created_at": AT,
            "first_trigger_log_entry.agent": {"id": "PUSER10", "type": "user_reference", "summary": "Automation"},
            "first_trigger_log_entry.channel": {"type": "web_trigger", "summary": "Disk full", "details": ""},
            "first_trigger_log_entry.contexts": [],
            "incidents_responders": GONE,
            "responder_requests": GONE,
        },
        unlike=RESPONDERS,
    ),
    Shape(
        "incident",
        f"{WPFLEGER}/incidents_raw.json",
        "The body of an event holds all of the event, also its key; the grouping is no longer active.",
        {
            "body": {"details": {"__pd_cef_payload": CEF}},
            "alert_grouping": GROUPED,
            "incident_key": None,
            "subscriber_requests": [],
        },
    ),
    Shape(
        "incident",
        f"{DEMISTO}/incidents.json",
        "Counts of alerts are zero, the key is empty, and the type of a reference is empty.",
        {
            "incident_key": "",
            "escalation_policy.type": "",
        },
    ),
    Shape(
        "incident",
        f"{SOAR}, tests and README.md",
        "The body has no type, and a list names the affected services.",
        {
            "body": {"details": "Disk full\n"},
            "impacted_services": [{"id": "PSERVC1", "type": "service_reference", "summary": "Checkout"}],
            "subscriber_requests": [],
            "priority": GONE,
        },
    ),
    Shape(
        "incident",
        f"{ZULIP}/unsupported_v2.json",
        "An incident of 2017 names what other tools keep of it, and its alerts by their keys alone.",
        {
            "metadata": {},
            "external_references": [SLACK],
            "importance": None,
            "privilege": None,
            "alerts": [{"alert_key": "c24117fc42e44b44b4d6876190583378"}],
            "service.status": "critical",
            "service.integrations": [{"id": "PINTEG1", "type": "generic_events_api_inbound_integration_reference"}],
        },
    ),
    Shape(
        "incident",
        HUBOT,
        "The type is that of a reference, and an assignee is named once more, as in the first API.",
        {
            "type": "incident_reference",
            "assigned_to_user": {"id": "PUSER01", "type": "user_reference", "email": "primary.oncall@example.com"},
        },
    ),
    Shape(
        "incident",
        f"{GO}, incident_test.go",
        "A responder is named without a state and without a user, as only his incident is known.",
        {"incidents_responders": [{"incident": {"id": "Q0000000000001"}}]},
    ),
    Shape(
        "incident",
        f"{GO}, incident_test.go",
        "Assignees and priority are references without a summary, and assignments have no time.",
        {
            "assignments[].at": GONE,
            "assignments[].assignee.summary": GONE,
            "assignments[].assignee.self": GONE,
            "priority.summary": GONE,
        },
    ),
    Shape(
        "incident",
        f"{GO}, incident_test.go",
        "Only the id and the status are there.",
        only=("id", "status"),
        unlike=STATE_OF_ALL,
    ),
    Shape(
        "incident",
        BACKSTAGE,
        "Only what a card shows is there, with a service that has a status but no type.",
        {"service.type": GONE, "service.self": GONE, "service.status": "warning", "assignments[].at": GONE},
        ("id", "title", "urgency", "status", "html_url", "assignments", "service", "created_at"),
        STATE_OF_ALL,
    ),
    Shape(
        "incident",
        PD_LIVE,
        "Policy and service are an id alone, and an agent is an empty object.",
        {
            "escalation_policy.type": GONE,
            "escalation_policy.summary": GONE,
            "escalation_policy.self": GONE,
            "service.type": GONE,
            "service.summary": GONE,
            "first_trigger_log_entry.agent": {},
        },
    ),
    Shape(
        "incident",
        "port-labs/ocean, integrations/pagerduty/integration_tests/mocks/payloads.py",
        "An assignee is an id and an e-mail address, and the priority is null.",
        {
            "assignments[].assignee.summary": GONE,
            "assignments[].assignee.type": GONE,
            "assignments[].assignee.email": "somebody@example.com",
            "escalation_policy.type": GONE,
            "service.type": GONE,
            "service.summary": GONE,
            "incident_number": GONE,
            "first_trigger_log_entry": {"agent": {"summary": "Automation"}},
        },
    ),
)
"""Each is one answer to GET or PUT /incidents, or to POST /incidents."""

PEOPLE = (
    Shape(
        "user",
        f"{PYGERDUTY}/user_v1.json",
        "A user of the first API has neither type nor summary nor any list.",
        {"marketing_opt_out": True, "user_url": "/users/PUSER01", "time_zone": "Eastern Time (US & Canada)"},
        ("id", "name", "email", "color", "role", "avatar_url", "invitation_sent", "job_title"),
        # A time of day in a zone that nobody else calls so would be a guess.
        unlike=("incident_snooze",),
    ),
    Shape(
        "user",
        f"{PORT}/users/a.json",
        "A user has a locale, no job title, and no team.",
        {name: value for name, value in WHOLE_USER.items() if name not in ("role", "teams")},
    ),
    Shape(
        "user",
        f"{PYGERDUTY}/user_v2.json",
        "Notification rules are whole objects, and a contact method is of a type that is no longer documented.",
        {
            "contact_methods": [{"id": "PCNTCT1", "type": "email_contact_reference", "html_url": None}],
            "notification_rules": [{"id": "PNRULE1", "start_delay_in_minutes": 0, "urgency": "low"}],
            "created_via_sso": GONE,
        },
    ),
    Shape(
        "user",
        f"{WPFLEGER}/users_raw.json",
        "A user coordinates no incidents, and has no job title.",
        {"coordinated_incidents": [], "job_title": None, "created_via_sso": GONE, "billed": True},
    ),
    Shape(
        "user", HUBOT, "A color is a number, and there are no teams.", {"color": "#6C7B7D", "teams": [], "billed": True}
    ),
    Shape(
        "user",
        f"{GO}, client_test.go",
        "A user has a name, an e-mail address and a role, and no other field.",
        only=("id", "name", "email", "role"),
    ),
    Shape("team", f"{WPFLEGER}/teams_raw.json", "A team has no parent.", {"parent": None, "description": None}),
    Shape("team", f"{GO}, team_test.go", "A team has a name, and no other field.", only=("id", "name")),
)

ON_CALL = (
    Shape(
        "oncall",
        f"{PYGERDUTY}/oncalls_list_v2.json",
        "The times of a shift have an offset.",
        {"start": "2015-03-06T15:28:51-05:00", "end": "2099-03-07T15:28:51-05:00"},
    ),
    Shape("oncall", f"{PORT}/oncalls", "The user is whole, without being asked for.", whole("user", WHOLE_USER)),
    Shape(
        "oncall",
        f"{WPFLEGER}/oncalls_earliest_raw.json",
        "An entry has fields of a schedule.",
        {"time_zone": "UTC", "rendered_coverage_percentage": 100},
    ),
    Shape(
        "oncall",
        "port-labs/ocean, integrations/pagerduty/integration_tests/mocks/payloads.py",
        "Policy and schedule are an id alone.",
        {
            "escalation_policy.type": GONE,
            "escalation_policy.summary": GONE,
            "schedule.type": GONE,
            "schedule.summary": GONE,
            "user.type": GONE,
            "user.summary": GONE,
        },
    ),
    Shape(
        "escalation_policy",
        f"{PORT}/escalation_policies/a.json",
        "A policy has a privilege and its times.",
        {"privilege": None, "created_at": OFFSET, "updated_at": OFFSET, "teams": []},
    ),
    Shape(
        "escalation_policy",
        PORT_DOCS,
        "A single policy calls itself a reference.",
        {"type": "escalation_policy_reference", "services": GONE, "num_loops": GONE, "teams": GONE},
    ),
    Shape(
        "escalation_policy",
        f"{MCP}/test_schedules_v3.py",
        "A target is a schedule of the new kind.",
        {"escalation_rules[].targets[].type": "schedule_v3_reference", "num_loops": GONE},
    ),
    Shape(
        "escalation_policy",
        PD_LIVE,
        "A policy in a list has no rules, but a name.",
        {"type": GONE, "summary": GONE},
        ("id", "name", "self", "html_url", "escalation_rules"),
    ),
    Shape(
        "schedule",
        f"{PYGERDUTY}/schedule_v2.json",
        "People are references that call themselves users, and layers are rendered.",
        {"users[].type": "user", "teams": GONE, "final_schedule.rendered_coverage_percentage": 37.5},
    ),
    Shape(
        "schedule",
        f"{PYGERDUTY}/schedule_list_v1.json",
        "A schedule of the first API has the date of today.",
        {"today": "2013-03-26", "time_zone": "Eastern Time (US & Canada)"},
        ("id", "name", "time_zone", "escalation_policies", "final_schedule"),
    ),
    Shape(
        "schedule",
        f"{WPFLEGER}/schedules_raw.json",
        "A schedule has a private address, and no users.",
        {
            "http_cal_url": "https://example.com/private/0000",
            "users": GONE,
            "description": None,
            "final_schedule.rendered_coverage_percentage": None,
        },
    ),
    Shape(
        "schedule",
        PORT_DOCS,
        "A member has been deleted since.",
        {"users[].self": None, "users[].deleted_at": "2023-10-17T18:58:07+03:00"},
    ),
    Shape(
        "schedule",
        HUBOT,
        "Entries of the final schedule have an id and a summary, and their users an e-mail address.",
        {
            "final_schedule.rendered_schedule_entries[].id": "PENTRY1",
            "final_schedule.rendered_schedule_entries[].summary": "On call",
            "final_schedule.rendered_schedule_entries[].user.email": "somebody@example.com",
        },
    ),
)

UNGROUPED = Shape(
    "service",
    "PagerDuty/terraform-provider-pagerduty, pagerduty/resource_pagerduty_service.go",
    "A service that groups nothing says so by nulls.",
    {"alert_grouping_parameters": {"type": None, "config": None}},
    unlike=("event",),
)
SERVICES = (
    Shape(
        "service",
        f"{PORT}/services",
        "A service in trouble has no integrations, no description, and no grouping.",
        {
            "status": "critical",
            "integrations": [],
            "description": None,
            "support_hours": None,
            "addons": [],
            "alert_grouping_parameters": GONE,
        },
        unlike=("event",),
    ),
    Shape(
        "service",
        f"{WPFLEGER}/services_raw.json",
        "A service has neither type nor policy.",
        {"teams[].type": GONE, "integrations[].type": GONE},
        ("id", "name", "description", "created_at", "updated_at", "status", "teams", "integrations", "html_url"),
        ("event", "incident"),
    ),
    Shape(
        "service",
        f"{SOAR}, README.md",
        "Grouping is told twice; an integration is an e-mail address.",
        {
            "alert_grouping": "intelligent",
            "alert_grouping_timeout": None,
            "alert_grouping_parameters": {
                "type": "intelligent",
                "config": {"time_window": 300, "recommended_time_window": 300},
            },
            "integrations[].type": "generic_email_inbound_integration_reference",
        },
        unlike=("event",),
    ),
    UNGROUPED,
    Shape(
        "service",
        f"{ZULIP}/trigger_v2.json",
        "A service of 2017 has a privilege, metadata, and timeouts.",
        {
            "auto_resolve_timeout": 14_400,
            "acknowledgement_timeout": 1_800,
            "privilege": None,
            "metadata": {},
            "support_hours": None,
        },
    ),
    Shape(
        "service",
        BACKSTAGE,
        "A service has what a card shows.",
        {"escalation_policy.type": GONE, "escalation_policy.summary": GONE, "escalation_policy.name": "Web Operations"},
        ("id", "name", "html_url", "escalation_policy", "status"),
        ("event",),
    ),
    Shape("priority", f"{PORT}/incidents/a.json", "A priority has an order and a color.", WHOLE_PRIORITY),
    Shape("priority", f"{MCP}/test_priorities.py", "A priority in a list has a name alone.", only=("id", "name")),
    Shape(
        "maintenance_window",
        "lfepp/recurring-maintenance-windows, test of src/core",
        "The summary is empty, as there is no description for it.",
        {"summary": "", "teams": []},
    ),
    Shape(
        "maintenance_window",
        f"{GO}, maintenance_window_test.go",
        "Nobody is named as the creator.",
        {"created_by": GONE, "teams": GONE, "self": GONE, "html_url": GONE, "sequence_number": GONE},
    ),
)

TRIGGER = ("trigger_log_entry",)
PARTS = (
    Shape(
        "alert",
        f"{CAD}/testdata/alert.json",
        "An alert has neither summary nor key, severity, time or integration.",
        {"body": {"type": "alert_body", "details": {"alert_name": "DiskFull", "firing": "", "num_firing": "1"}}},
        ("id", "type", "status", "self", "service", "body"),
        ("event", "incident_alerts"),
    ),
    Shape(
        "alert",
        f"{CAD}_test.go",
        "The details of an alert are a text.",
        {"body": {"details": "bad details"}},
        unlike=("event",),
    ),
    Shape("alert", f"{CAD}_test.go", "The body of an alert has no details.", {"body": {"describe": {"weight": 1.75}}}),
    Shape(
        "alert",
        PD_LIVE,
        "The body of an alert holds all of the event, and null in the place of details if it was an e-mail.",
        {"body": {"type": "alert_body", "contexts": [], "details": {}, "cef_details": {**CEF, "details": None}}},
    ),
    Shape(
        "alert",
        f"{GO}, incident_test.go",
        "An alert has a summary and a status alone.",
        only=("id", "summary", "status"),
        unlike=("event", "incident_alerts"),
    ),
    Shape(
        "note",
        f"{WPFLEGER}/mock_notes.json",
        "A rule has written a note.",
        {
            "user.type": "bot_user_reference",
            "user.summary": "A Global Event Rule",
            "channel": {"summary": "A Global Event Rule", "type": "rule_reference"},
            "created_at": OFFSET,
            "updated_at": GONE,
        },
    ),
    Shape(
        "note",
        f"{SOAR}, README.md",
        "The time of a note has an offset, and no change is told.",
        {"created_at": OFFSET, "updated_at": GONE},
    ),
    Shape("note", f"{GO}, incident_test.go", "A note has a content alone.", only=("id", "content")),
    Shape(
        "log_entry",
        PORT_DOCS,
        "The details of a channel are empty, and neither service nor incident is told.",
        {"channel": {"type": "web_trigger", "details": ""}},
        ("id", "type", "summary", "created_at", "agent", "channel"),
        of=TRIGGER,
    ),
    Shape(
        "log_entry",
        f"{DEMISTO}/incidents.json",
        "The channel holds all of the event, also its key; the agent is an integration.",
        {
            "channel": {
                "type": "api",
                "service_key": INTEGRATION_KEY,
                "incident_key": "a-key",
                "details": {"disk": "full"},
                "cef_details": CEF,
                "summary": "Disk full",
            },
            "agent": {"id": "PINTEG1", "type": "generic_events_api_inbound_integration_reference", "summary": "API"},
        },
        of=TRIGGER,
    ),
    Shape(
        "log_entry",
        f"{MCP}/test_log_entries.py",
        "A channel without a type tells from which service the incident has come.",
        {
            "channel": {"old_service": {"id": "PSERVC2", "type": "service_reference"}},
            "html_url": GONE,
            "teams": GONE,
            "service": {"id": "PSERVC1", "type": "service_reference"},
        },
    ),
    Shape(
        "log_entry",
        f"{ZULIP}/unsupported_v2.json",
        "An entry has no page of its own, and its time has no letter for UTC.",
        {"html_url": None, "created_at": in_utc, "channel": {"type": "website"}},
    ),
    Shape(
        "log_entry",
        "PagerDuty/api-schema, reference/REST/openapiv3.json, NotifyLogEntry",
        "Nobody did it, and a notification tells by which means.",
        {
            "agent": GONE,
            "event_details": GONE,
            "channel": {"type": "auto", "notification": {"type": "sms", "address": "+1 555-0100", "status": "success"}},
        },
        of=("notify_log_entry",),
    ),
    Shape(
        "log_entry",
        PD_LIVE,
        "Agent and service are an id alone.",
        {
            "agent.type": GONE,
            "agent.summary": GONE,
            "agent.self": GONE,
            "agent.html_url": GONE,
            "service.type": GONE,
            "service.summary": GONE,
            "teams": [],
        },
    ),
    Shape(
        "log_entry",
        f"{GO}, log_entry_test.go",
        "An entry has a type, a time, and a summary alone.",
        only=("id", "type", "summary", "created_at"),
        of=TRIGGER,
    ),
    Shape(
        "change_event",
        f"{MCP}/test_change_events.py",
        "A change event tells the key that it was sent with; its references have no summary.",
        {
            "routing_key": INTEGRATION_KEY,
            "integration.summary": None,
            "services[].summary": None,
            "custom_details.build": 42,
        },
    ),
    Shape(
        "change_event",
        BACKSTAGE,
        "A change event has a page and no details.",
        {"html_url": "https://example.com/changes/1"},
        ("id", "source", "links", "summary", "timestamp", "html_url"),
        ("change_event",),
    ),
    Shape(
        "similar_incident",
        f"{MCP}/test_incidents.py",
        "A related incident depends on a service of another kind.",
        {
            "relationships": [
                {
                    "type": "service_dependency",
                    "metadata": {
                        "dependent_services": {"id": "PBUSNS1", "type": "business_service_reference"},
                        "supporting_services": {"id": "PSERVC2", "type": "technical_service_reference"},
                    },
                }
            ]
        },
    ),
    Shape(
        "responder_request",
        f"{DEMISTO}/responder_requests.json",
        "A target has an empty summary; its user has a picture, and times have offsets.",
        {
            "requested_at": OFFSET,
            "responder_request_targets[].responder_request_target.summary": "",
            "responder_request_targets[].responder_request_target.type": "user",
        },
    ),
    Shape(
        "incident_workflow_instance",
        f"{MCP}/test_incident_workflows.py",
        "An instance names its incident, and not its workflow.",
        only=("id", "type", "incident"),
    ),
)

SHAPES = (*INCIDENTS, *PEOPLE, *ON_CALL, *SERVICES, *PARTS)
