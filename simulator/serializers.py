# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON objects of the state as PagerDuty returns them, with references that `include[]` expands.

Source: the schemas and examples of PagerDuty/api-schema, reference/REST/openapiv3.json; each method names the
schema it follows.
"""

from __future__ import annotations

import typing as t

from simulator import account
from simulator.account import (
    CustomField,
    EscalationPolicy,
    EscalationRule,
    IncidentWorkflow,
    Integration,
    Priority,
    ResponsePlay,
    Schedule,
    Service,
    Team,
    User,
)
from simulator.clock import DAY, iso
from simulator.incident import (
    Acknowledgement,
    Alert,
    Incident,
    LogEntry,
    Note,
    Page,
    Responder,
    ResponderRequest,
    RespondingTarget,
    StatusUpdate,
    people,
)

if t.TYPE_CHECKING:
    from simulator.maintenance import MaintenanceWindow
    from simulator.on_call import OnCall, Turn
    from simulator.overrides import Override
    from simulator.state import State

Json = dict[str, t.Any]

COLLECTIONS = {
    "escalation_policy": "escalation_policies",
    "priority": "priorities",
    "response_play": "response_plays",
    "incident_workflow": "incident_workflows",
    "schedule_v3": "v3/schedules",
}
"""Paths of collections whose name is not the plural of the kind."""

ALERT_GROUPING = {"type": "time", "config": {"timeout": 0}}
"""All alerts of a service go into its open incident."""
NO_GROUPING = {"type": None, "config": None}
"""Source: recorded answers of services without grouping; the Terraform provider handles both nulls."""
SINCE_WHEN = "2026-01-01T00:00:00Z"
"""When the account and everything in it was created."""


class Serializer:
    """Makes JSON objects for one request.

    Args:
        base: the address of this server, for links.
        state: the account.
        include: the names in `include[]`.
    """

    def __init__(self, base: str, state: State, include: t.Collection[str] = ()) -> None:
        self._base = base
        self._state = state
        self._include = include

    def plain(self) -> Serializer:
        """Return a serializer without expansions."""
        return Serializer(self._base, self._state)

    def reference(self, thing: t.Any) -> Json:
        """`Reference` to any object of the account, also to a user who was deleted.

        Source: port-labs/port-docs, …/sync-data-to-catalog/incident-management/pagerduty/pagerduty.md, Payload.
        """
        thing = self._state.current(thing)
        collection = COLLECTIONS.get(thing.kind, f"{thing.kind}s")
        shown = {
            "id": thing.id,
            "type": f"{thing.kind}_reference",
            "summary": thing.name,
            "self": f"{self._base}/{collection}/{thing.id}",
            # The schema of no other object lacks `nullable` here.
            "html_url": f"{self._base}/schedules/{thing.id}" if thing.kind == "schedule_v3" else None,
        }
        deleted_at = self._state.deleted_users.get(thing.id)
        return shown if deleted_at is None else {**shown, "self": None, "deleted_at": iso(deleted_at)}

    def incident_reference(self, incident: Incident) -> Json:
        """`IncidentReference`."""
        return {
            "id": incident.id,
            "type": "incident_reference",
            "summary": f"[#{incident.number}] {incident.title}",
            "self": f"{self._base}/incidents/{incident.id}",
            "html_url": f"{self._base}/incidents/{incident.id}",
        }

    def log_entry_reference(self, entry: LogEntry) -> Json:
        """`LogEntryReference`."""
        return {
            "id": entry.id,
            "type": f"{entry.kind}_log_entry_reference",
            "summary": entry.summary,
            "self": f"{self._base}/log_entries/{entry.id}?incident_id={entry.incident.id}",
            "html_url": f"{self._base}/incidents/{entry.incident.id}#{entry.id}",
        }

    def _expanded(self, names: str, thing: t.Any, show: t.Callable[[t.Any], Json]) -> Json:
        """Return the complete object if one of the names is included, else a reference."""
        is_included = any(name in self._include for name in names.split()) and thing.id not in self._state.deleted_users
        return show(thing) if is_included else self.reference(thing)

    def _whole(self, thing: t.Any) -> Json:
        return {**self.reference(thing), "type": thing.kind, "name": thing.name}

    def team(self, team: Team) -> Json:
        """`Team`."""
        return {**self._whole(team), "default_role": "manager"}

    def team_member(self, user: User) -> Json:
        """An entry of a team's `members`."""
        return {"user": self._expanded("users", user, self.plain().user), "role": "responder"}

    def priority(self, priority: Priority) -> Json:
        """`Priority`."""
        return self._whole(priority)

    def user(self, user: User) -> Json:
        """`User`."""
        user = self._state.current(user)
        return {
            **self._whole(user),
            "email": user.email,
            "time_zone": user.time_zone,
            "color": user.color,
            "role": user.role,
            "avatar_url": f"{self._base}/avatars/{user.id}.png",
            "description": user.description,
            "invitation_sent": user.invitation_sent,
            "job_title": user.job_title,
            "created_via_sso": False,
            "teams": [self._expanded("teams", team, self.team) for team in user.teams],
            "contact_methods": [],
            "notification_rules": [],
        }

    def agent(self, agent: User | Service) -> Json:
        """`User` or `Service`."""
        return self.user(agent) if isinstance(agent, User) else self.service(agent)

    def escalation_rule(self, rule: EscalationRule) -> Json:
        """`EscalationRule`."""
        return {
            "id": rule.id,
            "escalation_delay_in_minutes": rule.delay,
            "targets": [self._expanded("targets", target, self._target) for target in rule.targets],
        }

    def _target(self, target: User | Schedule) -> Json:
        return self.user(target) if isinstance(target, User) else self._any_schedule(target)

    def escalation_policy(self, policy: EscalationPolicy) -> Json:
        """`EscalationPolicy`."""
        services = [service for service in self._state.services.values() if service.escalation_policy.id == policy.id]
        return {
            **self._whole(policy),
            "escalation_rules": [self.escalation_rule(rule) for rule in policy.rules],
            "services": [self._expanded("services", service, self.plain().service) for service in services],
            "num_loops": 0,
            "on_call_handoff_notifications": "if_has_services",
            "teams": [self._expanded("teams", team, self.team) for team in policy.teams],
            "description": policy.name,
        }

    def schedule(self, schedule: Schedule) -> Json:
        """`Schedule`."""
        return {
            **self._schedule(schedule),
            "users": [self.reference(user) for user in schedule.users],
        }

    def _schedule(self, schedule: Schedule) -> Json:
        """What both kinds of schedules have."""
        policies = [
            policy
            for policy in self._state.escalation_policies.values()
            if any(target.id == schedule.id for rule in policy.rules for target in rule.targets)
        ]
        return {
            **self._whole(schedule),
            "time_zone": "Etc/UTC",
            "description": schedule.name,
            "escalation_policies": [self.reference(policy) for policy in policies],
            "teams": [self.reference(team) for team in schedule.teams],
        }

    def _any_schedule(self, schedule: Schedule) -> Json:
        """A schedule of either kind, where `include[]` expands a reference; a shift-based one stays one (INFERRED)."""
        schedule = self._state.current(schedule)
        return self.reference(schedule) if schedule.is_shift_based else self.schedule(schedule)

    def schedule_with_layers(self, schedule: Schedule, layer_turns: t.Iterable[Turn], final: t.Sequence[Turn]) -> Json:
        """`Schedule` as asked for singly: with its layers, and whose turn it is in the span that the request names.

        Args:
            layer_turns: without overrides.
            final: with them.
        """
        entries = self._entries(layer_turns)
        layer = {
            "id": f"{schedule.id}L1",
            "name": "Layer 1",
            "start": SINCE_WHEN,
            "end": None,
            "rotation_virtual_start": SINCE_WHEN,
            "rotation_turn_length_seconds": int(7 * DAY),
            "users": [{"user": self.reference(user)} for user in schedule.users],
            "restrictions": [],
            "rendered_schedule_entries": entries,
        }
        return {
            **self.schedule(schedule),
            "schedule_layers": [layer],
            "final_schedule": {"name": "Final Schedule", "rendered_schedule_entries": self._entries(final)},
            "overrides_subschedule": {
                "name": "Overrides",
                "rendered_schedule_entries": self._entries(turn for turn in final if turn.override_id),
            },
        }

    def _entries(self, turns: t.Iterable[Turn]) -> list[Json]:
        """`ScheduleLayerEntry`s, without turns of nobody."""
        return [
            {"start": iso(turn.start), "end": iso(turn.end), "user": self.reference(turn.user)}
            for turn in turns
            if turn.user
        ]

    def override(self, override: Override) -> Json:
        """`Override`, of a layer-based schedule."""
        times = {"start": iso(override.start), "end": iso(override.end)}
        return {"id": override.id, **times, "user": self.reference(override.user)}

    @staticmethod
    def override_shift(schedule: Schedule, override: Override) -> Json:
        """`OverrideShift`."""
        shift = {"custom_shift_id": override.shift_id}
        return {
            "id": override.id,
            "type": "override_shift",
            **(shift if override.shift_id else {"rotation_id": rotation_id(schedule, override.rotation)}),
            "start_time": iso(override.start),
            "end_time": iso(override.end),
            "overridden_member": _member(override.overridden),
            "overriding_member": _member(override.user),
        }

    @staticmethod
    def custom_shift(shift: Override) -> Json:
        """`CustomShift`."""
        assignment = {"id": f"{shift.id}A", "type": "shift_assignment", "member": _member(shift.user)}
        return {
            "id": shift.id,
            "type": "custom_shift",
            "start_time": iso(shift.start),
            "end_time": iso(shift.end),
            "assignments": [assignment],
        }

    def shift_based_schedule(self, schedule: Schedule, week: float) -> Json:
        """`ScheduleResponse`: with a rotation for each of those who are on call at the same time.

        Args:
            week: when this week's turns begin.
        """
        shown = self._schedule(schedule)
        # The schema has no summary here.
        del shown["summary"]
        slots = range(1, len(schedule.on_call) + 1)
        return {**shown, "rotations": [self._rotation(schedule, number, week) for number in slots]}

    def _rotation(self, schedule: Schedule, number: int, week: float) -> Json:
        """`Rotation`: its members take turns of a week."""
        first = schedule.members.index(schedule.on_call[number - 1])
        event = {
            "id": f"{rotation_id(schedule, number)}E",
            "type": "schedule_event",
            "name": "Weeks",
            "start_time": {"date_time": iso(week), "time_zone": "Etc/UTC"},
            "end_time": {"date_time": iso(week + 7 * DAY), "time_zone": "Etc/UTC"},
            "effective_since": iso(week),
            "effective_until": None,
            "recurrence": ["RRULE:FREQ=WEEKLY"],
            "assignment_strategy": {
                "type": "rotating_member_assignment_strategy",
                "shifts_per_member": 1,
                "members": [_member(user) for user in (*schedule.members[first:], *schedule.members[:first])],
            },
        }
        return {"id": rotation_id(schedule, number), "type": "schedule_rotation", "events": [event]}

    @staticmethod
    def final_schedule(schedule: Schedule, turns: t.Sequence[Turn], covered: float) -> Json:
        """`FinalSchedule`; a turn that nobody is assigned to is there as well.

        Args:
            covered: how much of the span somebody is on call, from 0 to 1.
        """
        assignments = [
            {
                "type": "computed_shift_assignment",
                "start_time": iso(turn.start),
                "end_time": iso(turn.end),
                "member": _member(turn.user),
                "source": _source(schedule, turn),
            }
            for turn in turns
        ]
        return {
            "type": "final_schedule",
            "rendered_coverage_percentage": round(100 * covered, 2),
            "computed_shift_assignments": assignments,
        }

    def integration(self, integration: Integration) -> Json:
        """`Integration`, with the `integration_key` that PagerDuty shows although the schema omits it."""
        service = self._state.services[integration.service_id]
        return {
            **self.integration_reference(integration),
            "type": integration.kind,
            "name": integration.name,
            "service": self._expanded("services", service, self.plain().service),
            "created_at": SINCE_WHEN,
            "integration_key": integration.integration_key,
        }

    def integration_reference(self, integration: Integration) -> Json:
        """`IntegrationReference`."""
        path = f"services/{integration.service_id}/integrations/{integration.id}"
        return {**self.reference(integration), "self": f"{self._base}/{path}"}

    def service(self, service: Service) -> Json:
        """`Service`; it never resolves by itself.

        `updated_at` is not in the schema. Source: ibmresilient/resilient-community-apps, fn_pagerduty/README.md, which
        has a recorded response; and the client pdh, which reads it.
        """
        whole = self.integration if "integrations" in self._include else self.integration_reference
        return {
            **self._whole(service),
            "description": service.name,
            "created_at": SINCE_WHEN,
            "updated_at": SINCE_WHEN,
            "status": self._state.service_status(service),
            "last_incident_timestamp": SINCE_WHEN,
            "scheduled_actions": [],
            "auto_resolve_timeout": None,
            "acknowledgement_timeout": service.acknowledgement_timeout,
            "alert_creation": "create_alerts_and_incidents",
            "incident_urgency_rule": {"type": "constant", "urgency": "high"},
            "escalation_policy": self._expanded(
                "escalation_policies", service.escalation_policy, self.plain().escalation_policy
            ),
            "teams": [self._expanded("teams", team, self.team) for team in service.teams],
            "integrations": [whole(integration) for integration in service.integrations],
            "alert_grouping_parameters": ALERT_GROUPING if service.groups_alerts else NO_GROUPING,
        }

    def maintenance_window(self, window: MaintenanceWindow) -> Json:
        """`MaintenanceWindow`; its times come with an offset, as in PagerDuty's example."""
        teams = dict.fromkeys(team for service in window.services for team in service.teams)
        return {
            **self.reference(window),
            "type": window.kind,
            "sequence_number": window.number,
            "start_time": iso(window.start).replace("Z", "+00:00"),
            "end_time": iso(window.end).replace("Z", "+00:00"),
            "description": window.description,
            "services": [self._expanded("services", service, self.plain().service) for service in window.services],
            "teams": [self._expanded("teams", team, self.team) for team in teams],
            "created_by": self._expanded("users", window.created_by, self.user),
        }

    def on_call(self, on_call: OnCall) -> Json:
        """`Oncall`; a user whom the policy names itself is always on call, without start and end."""
        policy, level, user, schedule, turn = on_call
        return {
            "escalation_policy": self._expanded("escalation_policies", policy, self.plain().escalation_policy),
            "escalation_level": level,
            "schedule": schedule and self._expanded("schedules", schedule, self._any_schedule),
            "user": self._expanded("users", user, self.user),
            "start": turn and iso(turn.start),
            "end": turn and iso(turn.end),
        }

    def response_play(self, play: ResponsePlay) -> Json:
        """`ResponsePlay`."""
        return {
            **self._whole(play),
            "description": play.name,
            "team": None,
            "responders": [self.reference(target) for target in play.responders],
            "responders_message": play.responders_message,
            "subscribers": [self.reference(subscriber) for subscriber in play.subscribers],
            "subscribers_message": play.subscribers_message,
            "conference_number": play.bridge.conference_number,
            "conference_url": play.bridge.conference_url,
            "conference_type": "manual" if play.bridge.conference_url else "none",
            "runnability": play.runnability,
        }

    def incident_workflow(self, workflow: IncidentWorkflow) -> Json:
        """`IncidentWorkflow`."""
        shown = {
            **self._whole(workflow),
            "created_at": SINCE_WHEN,
            "is_enabled": workflow.is_enabled,
            "description": workflow.name,
        }
        return {**shown, "steps": []} if "steps" in self._include else shown

    def note(self, note: Note) -> Json:
        """`IncidentNote`."""
        return {
            "id": note.id,
            "user": self.reference(note.user),
            "channel": {"summary": "The PagerDuty website or APIs"},
            "content": note.content,
            "created_at": iso(note.created_at),
            "updated_at": iso(note.updated_at),
        }

    def alert(self, alert: Alert) -> Json:
        """`Alert`."""
        first = alert.first_trigger
        incident = alert.incident
        return {
            "id": alert.id,
            "type": "alert",
            "summary": alert.summary,
            "self": f"{self._base}/incidents/{incident.id}/alerts/{alert.id}",
            "html_url": f"{self._base}/incidents/{incident.id}#{alert.id}",
            "created_at": iso(alert.created_at),
            "status": alert.status,
            "alert_key": alert.alert_key,
            "service": self._expanded("services", alert.service, self.plain().service),
            "first_trigger_log_entry": self.plain().log_entry(first)
            if "first_trigger_log_entries" in self._include
            else self.log_entry_reference(first),
            "incident": self.plain().incident(incident)
            if "incidents" in self._include
            else self.incident_reference(incident),
            "suppressed": False,
            "severity": alert.severity,
            "integration": self.integration_reference(alert.integration),
            "body": {"type": "alert_body", "contexts": alert.contexts, "details": alert.details},
        }

    def change_event(self, change: Json) -> Json:
        """`ChangeEvent`."""
        service = self._state.services[change["service"]]
        payload = change["payload"]
        shown = {
            "id": change["id"],
            "type": "change_event",
            "summary": payload["summary"],
            "timestamp": change["timestamp"],
            "source": payload.get("source"),
            "integration": {"id": change["integration"], "type": "inbound_integration_reference"},
            "services": [{"id": service.id, "type": "service_reference"}],
            "custom_details": payload.get("custom_details"),
            "links": change["links"],
            "images": change["images"],
        }
        return {name: value for name, value in shown.items() if value is not None}

    def log_entry(self, entry: LogEntry) -> Json:
        """`LogEntry` of its kind.

        That of a notification has no agent. Its channel says how the user was notified, here always by e-mail; schema:
        `NotifyLogEntry`, `Notification`. Source: the recorded log entries in tests of the command line that PagerDuty,
        Inc. published in 2017, and PagerDuty/public-support-scripts, notifications_team_report.
        """
        incident = entry.incident
        shown = {
            **self.log_entry_reference(entry),
            "type": f"{entry.kind}_log_entry",
            "created_at": iso(entry.at),
            "channel": self._channel(entry),
            "service": self._expanded("services", incident.service, self.plain().service),
            "incident": self.plain().incident(incident)
            if "incidents" in self._include
            else self.incident_reference(incident),
            "teams": [self._expanded("teams", team, self.team) for team in incident.service.teams],
            "contexts": [],
        }
        if entry.notified:
            return {**shown, "user": self.reference(entry.notified)}
        shown["agent"] = self.reference(entry.agent)
        shown["event_details"] = {"description": entry.summary} if entry.kind == "trigger" else {}
        if entry.note is not None:
            shown["note"] = entry.note
        if entry.message is not None:
            shown["message"] = entry.message
        if entry.kind == "acknowledge":
            shown["acknowledgement_timeout"] = incident.service.acknowledgement_timeout
        if entry.triggers_at is not None:
            shown["changed_actions"] = [{"type": "unacknowledge", "at": iso(entry.triggers_at)}]
        if entry.assignees:
            shown["assignees"] = [self.reference(user) for user in entry.assignees]
        return shown

    @staticmethod
    def _channel(entry: LogEntry) -> Json:
        if entry.kind == "annotate" and entry.note is not None:
            # Source: PagerDuty/pd-live-react, src/redux/incidents/sagas.js, reads the note from channel.summary.
            return {"type": "note", "summary": entry.note}
        if entry.notified:
            notification = {"type": "email", "address": entry.notified.email, "status": "success"}
            return {"type": "auto", "notification": notification}
        known = {"details": entry.details, "service_key": entry.service_key}
        return {"type": entry.channel, "summary": entry.summary, **{name: each for name, each in known.items() if each}}

    def responder(self, incident: Incident, responder: Responder) -> Json:
        """`IncidentsRespondersReference`."""
        return {
            "state": responder.state,
            "user": self.reference(responder.user),
            "incident": self.incident_reference(incident),
            "updated_at": iso(responder.updated_at),
            "message": responder.message,
            "requester": self.reference(responder.requester),
            "requested_at": iso(responder.requested_at),
        }

    def responder_request(self, incident: Incident, request: ResponderRequest) -> Json:
        """`ResponderRequest`, nested as PagerDuty's example nests it."""
        return {
            "id": request.id,
            "incident": self.incident_reference(incident),
            "requester": self.reference(request.requester),
            "requested_at": iso(request.requested_at),
            "message": request.message,
            "responder_request_targets": [
                {"responder_request_target": self._request_target(incident, target)} for target in request.targets
            ],
        }

    def _request_target(self, incident: Incident, target: RespondingTarget) -> Json:
        asked = [incident.responders[user.id] for user in people(target) if user.id in incident.responders]
        return {
            "id": target.id,
            "type": target.kind,
            "summary": target.name,
            "incidents_responders": [self.responder(incident, responder) for responder in asked],
        }

    def status_update(self, update: StatusUpdate) -> Json:
        """`StatusUpdate`."""
        shown = {
            "id": update.id,
            "message": update.message,
            "subject": update.subject,
            "html_message": update.html_message,
            "sender": self.reference(update.sender),
            "created_at": iso(update.created_at),
        }
        return {name: value for name, value in shown.items() if value is not None}

    def custom_value(self, incident: Incident, field: CustomField) -> Json:
        """`CustomFieldsFieldValue`."""
        return {
            "id": field.id,
            "type": "field_value",
            "name": field.name,
            "display_name": field.display_name,
            "description": f"{field.display_name} of the incident",
            "data_type": field.data_type,
            "field_type": field.field_type,
            "value": incident.custom_values.get(field.id),
        }

    def incident_type_field(self, field: CustomField, incident_type: str) -> Json:
        """`IncidentTypeCustomFieldWithOptions`."""
        shown = {
            "id": field.id,
            "type": "field",
            "name": field.name,
            "display_name": field.display_name,
            "description": f"{field.display_name} of the incident",
            "summary": field.name,
            "self": f"{self._base}/incidents/types/{incident_type}/custom_fields/{field.id}",
            "data_type": field.data_type,
            "field_type": field.field_type,
            "enabled": True,
            "incident_type": incident_type,
            "created_at": SINCE_WHEN,
            "updated_at": SINCE_WHEN,
        }
        if "field_options" not in self._include:
            return shown
        options = [
            {
                "id": f"{field.id}{number}",
                "type": "field_option",
                "data": {"data_type": "string", "value": value},
                "created_at": SINCE_WHEN,
                "updated_at": SINCE_WHEN,
            }
            for number, value in enumerate(field.options)
        ]
        return {**shown, "field_options": options}

    def custom_values(self, incident: Incident) -> list[Json]:
        """The values of every custom field."""
        return [self.custom_value(incident, field) for field in account.CUSTOM_FIELDS.values()]

    def incident(self, incident: Incident) -> Json:
        """`Incident`."""
        shown = {
            **self.incident_reference(incident),
            "type": "incident",
            "incident_number": incident.number,
            "title": incident.title,
            "created_at": iso(incident.created_at),
            "updated_at": iso(incident.updated_at),
            "status": incident.status,
            "urgency": incident.urgency,
            "incident_key": incident.shown_key,
            "service": self._expanded("services", incident.service, self.plain().service),
            "escalation_policy": self._expanded(
                "escalation_policies", incident.escalation_policy, self.plain().escalation_policy
            ),
            "teams": [self._expanded("teams", team, self.team) for team in incident.service.teams],
            "priority": incident.priority and self._expanded("priorities", incident.priority, self.priority),
            "last_status_change_at": iso(incident.last_status_change_at),
            "last_status_change_by": self._expanded("agents", incident.last_status_change_by, self.plain().agent),
            "resolved_at": incident.resolved_at and iso(incident.resolved_at),
            "resolve_reason": self._resolve_reason(incident),
            "first_trigger_log_entry": self.plain().log_entry(incident.log[0])
            if "first_trigger_log_entries" in self._include
            else self.log_entry_reference(incident.log[0]),
            "alert_counts": self._alert_counts(incident),
            "is_mergeable": incident.is_mergeable,
            "incident_type": {"name": incident.incident_type},
            "pending_actions": self._pending_actions(incident),
            **self._people(incident),
        }
        if "conference_bridge" in self._include:
            shown["conference_bridge"] = self._conference_bridge(incident)
        if "body" in self._include and incident.details is not None:
            shown["body"] = {"type": "incident_body", "details": incident.details}
        if "custom_fields" in self._include:
            shown["custom_fields"] = self.custom_values(incident)
        return shown

    def _people(self, incident: Incident) -> Json:
        """Return who is assigned to an incident, has acknowledged it, or was requested."""
        return {
            "assigned_via": incident.assigned_via,
            "assignments": [
                {
                    "at": iso(incident.assigned_at),
                    "assignee": self._expanded("assignees users", user, self.plain().user),
                }
                for user in (incident.assignees if incident.is_open else ())
            ],
            "acknowledgements": [self._acknowledgement(given) for given in incident.acknowledgements],
            "incidents_responders": [self.responder(incident, each) for each in incident.responders.values()],
            "responder_requests": [self.responder_request(incident, each) for each in incident.responder_requests],
        }

    def _acknowledgement(self, given: Acknowledgement) -> Json:
        acknowledger = self._expanded("acknowledgers users", given.acknowledger, self.plain().agent)
        return {"at": iso(given.at), "acknowledger": acknowledger}

    def _resolve_reason(self, incident: Incident) -> Json | None:
        if incident.merged_into is None:
            return None
        return {"type": "merge_resolve_reason", "incident": self.incident_reference(incident.merged_into)}

    @staticmethod
    def _alert_counts(incident: Incident) -> Json:
        resolved = sum(alert.status == "resolved" for alert in incident.alerts)
        return {"all": len(incident.alerts), "triggered": len(incident.alerts) - resolved, "resolved": resolved}

    @staticmethod
    def _pending_actions(incident: Incident) -> list[Json]:
        at = incident.triggers_again_at
        return [] if at is None else [{"type": "unacknowledge", "at": iso(at)}]

    @staticmethod
    def _conference_bridge(incident: Incident) -> Json | None:
        bridge = incident.conference_bridge
        if bridge is None:
            return None
        shown = {"conference_number": bridge.conference_number, "conference_url": bridge.conference_url}
        return {name: value for name, value in shown.items() if value is not None}

    @staticmethod
    def page(page: Page) -> Json:
        """Return a page for the control API."""
        at = iso(page.at)
        return {"user": page.user.id, "incident": page.incident_id, "reason": page.reason, "why": page.why, "at": at}


def rotation_id(schedule: Schedule, number: int) -> str:
    """Return the id of a rotation of a shift-based schedule; PagerDuty's have 26 letters and digits."""
    return f"{schedule.id}{number:019d}"


def _source(schedule: Schedule, turn: Turn) -> Json:
    """`ShiftSource`."""
    kind = "custom_shift" if turn.shift_id else "schedule_rotation"
    shift = {"shift_id": turn.shift_id}
    return {
        "type": f"{kind}_override" if turn.override_id else kind,
        **(shift if turn.shift_id else {"rotation_id": rotation_id(schedule, turn.rotation)}),
        **({"override_id": turn.override_id} if turn.override_id else {}),
    }


def _member(user: User | None) -> Json:
    """`ShiftMember`."""
    return {"type": "user_member", "user_id": user.id} if user else {"type": "empty_member"}
