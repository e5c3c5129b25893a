# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident: who is assigned, who is paged, and what is logged.

State changes are methods of `Incident`. Each takes an `Actor`, which says who does it and when, and writes the log
entries and pages that PagerDuty would. Changes are checked first, so a list of changes can be refused before any is
made.
Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id};
https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents. What is INFERRED is listed in README.md.
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from simulator import account, errors
from simulator.account import (
    ConferenceBridge,
    EscalationPolicy,
    IncidentWorkflow,
    Integration,
    Priority,
    Service,
    Team,
    User,
)
from simulator.ids import Ids

Agent = User | Service
RespondingTarget = User | EscalationPolicy
Subscriber = User | Team

MAX_NOTES = 2000
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/notes."""
ASSIGNMENT_EVENTS = {"assign": "reassigned", "delegate": "delegated", "escalate": "escalated"}
"""The event type of a webhook by the kind of the log entry.

Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Event Types".
"""
BY_ASSIGNMENT = ("triggered", "escalated", "reassigned")
"""The reasons of pages that come with an assignment."""
REASONS = {
    "triggered": "triggered, and assigned by name",
    "escalated": "escalated, and assigned by name",
    "reassigned": "reassigned by name",
    "unacknowledged": "the snooze or acknowledgement has ended",
    "responder_requested": "asked to join",
    "urgency_raised": "the urgency was raised to high",
    "status_update": "a status update",
    "invited": "invited to the account",
}
"""Why somebody was woken, by the reason of a page."""
FIELD_EVENTS = {
    "priority": "priority_updated",
    "service": "service_updated",
    "incident_type": "incident_type.changed",
    "conference_bridge": "conference_bridge.updated",
}
"""The event type of a webhook by the field that was changed."""


@dataclass(frozen=True)
class Page:
    """A notification that wakes a person up.

    Args:
        reason: `triggered`, `escalated`, `reassigned`, `unacknowledged`, `responder_requested`, `urgency_raised`,
            `status_update` or `invited`, for which there is no incident.
        at: seconds since 1970.
        on_call_for: the level and escalation policy that led to the user; empty if a person was named.
    """

    user: User
    incident_id: str
    reason: str
    at: float
    on_call_for: str = ""

    @property
    def why(self) -> str:
        """Why the person was woken, in words."""
        return f"{self.reason}: on call at {self.on_call_for}" if self.on_call_for else REASONS[self.reason]


@dataclass(frozen=True)
class Actor:
    """Who does something, when and how, with what is needed to record it.

    Args:
        at: seconds since 1970.
        channel: the type of the log entry's channel, such as `api`.
        pages: where pages are recorded.
        events: where events for webhooks are recorded.
    """

    at: float
    by: Agent
    ids: Ids
    pages: list[Page]
    events: list[OutboundEvent]
    channel: str = "api"


@dataclass
class LogEntry:
    """One line of an incident's timeline.

    Args:
        kind: PagerDuty's type without `_log_entry`.
        message: of a status update's entry.
        triggers_at: when a snoozed incident is triggered again, of a snooze entry.
        assignees: of an assign or escalate entry.
        notified: of a notify entry.
        service_key: the integration key of the event that was logged.
    """

    id: str
    kind: str
    at: float
    agent: Agent
    channel: str
    summary: str
    incident: Incident = field(repr=False)
    note: str | None = None
    message: str | None = None
    triggers_at: float | None = None
    assignees: tuple[User, ...] = ()
    notified: User | None = None
    details: dict[str, t.Any] = field(default_factory=dict)
    service_key: str | None = None


@dataclass
class Note:
    """A note on an incident."""

    id: str
    user: User
    content: str
    created_at: float
    updated_at: float


@dataclass
class Alert:
    """An alert that events have opened.

    Args:
        event_count: how many trigger events it has had.
    """

    id: str
    alert_key: str
    summary: str
    severity: str
    service: Service
    integration: Integration
    incident: Incident = field(repr=False)
    created_at: float
    details: dict[str, t.Any]
    contexts: list[dict[str, t.Any]]
    first_trigger: LogEntry
    status: str = "triggered"
    event_count: int = 1

    def resolve(self, actor: Actor) -> None:
        """Resolve the alert, and with the last open alert the incident."""
        self.status = "resolved"
        if self.incident.is_open and all(alert.status == "resolved" for alert in self.incident.alerts):
            self.incident.resolve(actor)


@dataclass(frozen=True)
class Acknowledgement:
    """An acknowledgement."""

    at: float
    acknowledger: Agent


@dataclass
class Responder:
    """A responder and the answer."""

    user: User
    requester: User
    message: str
    requested_at: float
    updated_at: float
    state: str = "pending"


@dataclass(frozen=True)
class ResponderRequest:
    """A responder request; PagerDuty pages everybody it reaches."""

    id: str
    requester: User
    message: str
    requested_at: float
    targets: tuple[RespondingTarget, ...]


@dataclass(frozen=True)
class StatusUpdate:
    """A status update for stakeholders."""

    id: str
    message: str
    subject: str | None
    html_message: str | None
    sender: User
    created_at: float
    notified: tuple[Subscriber, ...]


@dataclass(frozen=True)
class OutboundEvent:
    """What webhooks report.

    Args:
        event_type: such as `incident.triggered`.
        resource: the incident or service, as it was at that time.
        subject: what the event is about; None for the resource itself.
    """

    event_type: str
    at: float
    agent: Agent
    resource: Incident | Service
    subject: t.Any = None

    @property
    def service(self) -> Service:
        """The service whose subscribers the event reaches."""
        return self.resource if isinstance(self.resource, Service) else self.resource.service


@dataclass(frozen=True)
class FieldValues:
    """The values of custom fields.

    Args:
        before: the former values of those that were changed, by the ids of the fields.
    """

    values: t.Mapping[str, t.Any]
    before: t.Mapping[str, t.Any]


@dataclass(frozen=True)
class WorkflowInstance:
    """One run of an incident workflow."""

    id: str
    workflow: IncidentWorkflow
    incident_id: str
    service: Service


@dataclass(frozen=True)
class Change:
    """An update of an incident; None leaves a field as it is.

    Args:
        priority: "" removes the priority.
        escalation_level: from 1.
    """

    status: str | None = None
    resolution: str | None = None
    title: str | None = None
    urgency: str | None = None
    priority: Priority | t.Literal[""] | None = None
    escalation_level: int | None = None
    assignees: tuple[User, ...] | None = None
    escalation_policy: EscalationPolicy | None = None
    conference_bridge: ConferenceBridge | None = None
    service: Service | None = None
    incident_type: str | None = None


@dataclass
class Incident:
    """An incident."""

    id: str
    number: int
    title: str
    service: Service
    escalation_policy: EscalationPolicy
    incident_key: str | None
    created_at: float
    last_status_change_at: float
    last_status_change_by: Agent
    updated_at: float
    urgency: str = "high"
    status: str = "triggered"
    priority: Priority | None = None
    conference_bridge: ConferenceBridge | None = None
    details: t.Any = None
    incident_type: str = "incident_default"
    level: int | None = None
    assigned_at: float = 0.0
    assignees: tuple[User, ...] = ()
    acknowledgements: list[Acknowledgement] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)
    responders: dict[str, Responder] = field(default_factory=dict)
    responder_requests: list[ResponderRequest] = field(default_factory=list)
    subscribers: dict[tuple[str, str], Subscriber] = field(default_factory=dict)
    status_updates: list[StatusUpdate] = field(default_factory=list)
    custom_values: dict[str, t.Any] = field(default_factory=dict)
    snoozed_until: float | None = None
    resolved_at: float | None = None
    reopened_at: float | None = None
    merged_into: Incident | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved."""
        return self.status != "resolved"

    def has_key(self, key: str) -> bool:
        """Return whether a key is its own, or that of one of its alerts; merging takes both away."""
        is_own = self.incident_key == key and self.merged_into is None
        return is_own or any(alert.alert_key == key for alert in self.alerts)

    @property
    def shown_key(self) -> str | None:
        """The key that responses show: an incident with alerts has none.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents, `incident_key`;
        https://github.com/PagerDuty/pdpyras/issues/44.
        """
        return None if self.alerts else self.incident_key

    @property
    def assigned_via(self) -> str:
        """How it was assigned."""
        return "direct_assignment" if self.level is None else "escalation_policy"

    @property
    def is_mergeable(self) -> bool:
        """Whether it can be merged: it has alerts. Nothing here opens an incident in the web interface.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Incident`, `is_mergeable`.
        """
        return bool(self.alerts)

    def begin(self, actor: Actor, summary: str, assignees: tuple[User, ...] | None = None) -> LogEntry:
        """Trigger the incident: assign it, and page the assignees, or those on call at the policy's first level.

        A user who opens it for themselves has acknowledged it and is not paged.

        Source: https://developer.pagerduty.com/docs/incident-creation-api, assignee.
        """
        trigger = self.write(actor, "trigger", summary)
        if assignees == (actor.by,):
            self.assignees, self.assigned_at = assignees, actor.at
            self.write(actor, "assign", f"Assigned to {actor.by.name}", assignees=assignees)
            self.acknowledge(actor)
        elif assignees is None:
            self._assign(actor, *self._first_on_call(), "assign", "triggered")
        else:
            self._assign(actor, assignees, None, "assign", "triggered")
        self.announce(actor, "triggered")
        return trigger

    def check(self, change: Change) -> None:
        """Check that a change is allowed.

        Raises:
            ApiError: it is not.
        """
        reassigned = change.escalation_level is not None or change.assignees is not None or self._moves(change)
        if not self.is_open and change.status == "resolved":
            raise errors.already_resolved()
        if not self.is_open and reassigned and change.status is None:
            raise errors.cannot_reassign()
        if change.resolution is not None and change.status != "resolved":
            raise errors.invalid("resolution goes with the status resolved only")
        self._check_level(change)

    def apply(self, change: Change, actor: Actor) -> None:
        """Apply a change that was checked."""
        is_raised = self.status == "triggered" and self.urgency == "low" and change.urgency == "high"
        self._set_fields(change, actor)
        if not self.is_open and change.status in ("triggered", "acknowledged"):
            self._reopen(actor, change)
            return
        if self._moves(change):
            self.escalation_policy = t.cast("EscalationPolicy", change.escalation_policy)
            self._reassign(actor, *self._first_on_call(), "delegate")
        if change.escalation_level is not None:
            level = change.escalation_level
            self._reassign(actor, self.escalation_policy.rules[level - 1].on_call, level, "escalate")
        if change.assignees is not None and set(change.assignees) != set(self.assignees):
            self._reassign(actor, change.assignees, None, "assign")
        if change.status is not None:
            self._set_status(actor, change.status, change.resolution)
        elif is_raised and not self._is_reassigned(change):
            self._page(actor, self.assignees, "urgency_raised")
        self.updated_at = actor.at

    def _is_reassigned(self, change: Change) -> bool:
        return (
            change.escalation_level is not None or change.assignees is not None or change.escalation_policy is not None
        )

    def _reopen(self, actor: Actor, change: Change) -> None:
        """Open a resolved incident again.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `status`: to triggered by the
        assignees or policy of the request, else by the current policy; to acknowledged by the current user.
        """
        self.resolved_at = None
        self.reopened_at = actor.at
        self.merged_into = None
        # The schema has no log entry for this; the assignment or acknowledgement is logged.
        self._status_is(actor, "triggered")
        self.escalation_policy = change.escalation_policy or self.escalation_policy
        self.assignees = ()
        if change.status == "acknowledged":
            self.acknowledge(actor)
        elif change.assignees is not None:
            self._assign(actor, change.assignees, None, "assign", "triggered")
        else:
            self._assign(actor, *self._first_on_call(), "assign", "triggered")
        self.updated_at = actor.at
        self.announce(actor, "reopened")

    @property
    def triggers_again_at(self) -> float | None:
        """When an acknowledged incident is triggered again: at the end of its snooze, or by its service's timeout.

        Source: PagerDuty/developer-docs, docs/webhooks/09-V2-Overview.md, "incident.acknowledge".
        """
        if self.status != "acknowledged":
            return None
        if self.snoozed_until is not None:
            return self.snoozed_until
        timeout = self.service.acknowledgement_timeout
        return None if timeout is None else max(given.at for given in self.acknowledgements) + timeout

    def acknowledge(self, actor: Actor) -> None:
        """Acknowledge the incident, again if need be: that ends a snooze, and the service's timeout begins anew.

        A user who does so takes it.

        Source: https://support.pagerduty.com/main/docs/edit-incidents;
        https://community.pagerduty.com/pagerduty-user-onboarding-13/responding-to-incidents-in-pagerduty-372.
        """
        self.snoozed_until = None
        others = [given for given in self.acknowledgements if given.acknowledger != actor.by]
        self.acknowledgements = [*others, Acknowledgement(actor.at, actor.by)]
        self.write(actor, "acknowledge", f"Acknowledged by {actor.by.name}")
        self._status_is(actor, "acknowledged")
        self.announce(actor, "acknowledged")
        if isinstance(actor.by, User) and self.assignees != (actor.by,):
            self._take(actor, actor.by)

    def _take(self, actor: Actor, user: User) -> None:
        """Assign the incident to the user who has acknowledged it, which pages nobody (INFERRED).

        Source for the log entry: PagerDuty/developer-docs, docs/webhooks/10-V1-Overview.md, "incident.assign".
        """
        if user not in self.assignees:
            self.level = None
        self.assignees, self.assigned_at = (user,), actor.at
        self.write(actor, "assign", f"Assigned to {user.name} by {user.name}", assignees=(user,))
        self.announce(actor, "reassigned")

    def unacknowledge(self, actor: Actor) -> None:
        """Trigger the incident again, and page the assignees."""
        self.acknowledgements.clear()
        self.snoozed_until = None
        self.write(actor, "unacknowledge", "Unacknowledged")
        self._status_is(actor, "triggered")
        self._page(actor, self.assignees, "unacknowledged")
        self.announce(actor, "unacknowledged")

    def resolve(self, actor: Actor, resolution: str | None = None) -> None:
        """Resolve the incident and its alerts."""
        for alert in self.alerts:
            alert.status = "resolved"
        self.write(actor, "resolve", f"Resolved by {actor.by.name}", note=resolution)
        self.acknowledgements.clear()
        self.snoozed_until = None
        self.resolved_at = actor.at
        self._status_is(actor, "resolved")
        self.announce(actor, "resolved")

    def snooze(self, actor: Actor, duration: int) -> None:
        """Snooze the incident for a number of seconds; then it is triggered again.

        Raises:
            ApiError: it is not acknowledged.

        Source: https://support.pagerduty.com/main/docs/edit-incidents; for the API https://github.com/mbovo/pdh/pull/14.
        """
        if not self.is_open:
            raise errors.already_resolved()
        if self.status != "acknowledged":
            raise errors.invalid("Only acknowledged incidents can be snoozed")
        self.snoozed_until = actor.at + duration
        says = f"Snoozed by {actor.by.name} for {duration} seconds"
        self.write(actor, "snooze", says, triggers_at=self.snoozed_until)

    def merge(self, actor: Actor, sources: t.Sequence[Incident]) -> None:
        """Take over the alerts of other incidents, which are resolved."""
        for source in sources:
            for alert in source.alerts:
                alert.incident = self
            self.alerts.extend(source.alerts)
            source.alerts = []
            source.merged_into = self
            if source.is_open:
                source.resolve(actor)
            self.write(actor, "annotate", f"Incident #{source.number} was merged into this one")

    def add_note(self, actor: Actor, user: User, content: str) -> Note:
        """Add a note.

        Raises:
            ApiError: there are too many.
        """
        if len(self.notes) >= MAX_NOTES:
            raise errors.conflicting(f"An incident has at most {MAX_NOTES} notes")
        note = Note(actor.ids.short(), user, content, actor.at, actor.at)
        self.notes.append(note)
        self.write(actor, "annotate", f"Note added by {user.name}", note=content)
        self.updated_at = actor.at
        self.announce(actor, "annotated", note)
        return note

    def request_responders(
        self, actor: Actor, requester: User, message: str, targets: t.Sequence[RespondingTarget]
    ) -> ResponderRequest:
        """Request responders; everybody is paged, also those who were requested before."""
        request = ResponderRequest(actor.ids.short(), requester, message, actor.at, tuple(targets))
        self.responder_requests.append(request)
        for user in dict.fromkeys(user for target in targets for user in people(target)):
            known = self.responders.get(user.id)
            state = known.state if known and known.state == "joined" else "pending"
            self.responders[user.id] = Responder(user, requester, message, actor.at, actor.at, state)
            self._page(actor, (user,), "responder_requested")
            self.announce(actor, "responder.added", copy.copy(self.responders[user.id]))
        return request

    def cancel_responder(self, actor: Actor, target: RespondingTarget) -> str:
        """Cancel the request of a target; returns `cancelled`, `joined`, `declined` or `not_found`."""
        asked = [self.responders[user.id] for user in people(target) if user.id in self.responders]
        pending = [responder for responder in asked if responder.state == "pending"]
        for responder in pending:
            responder.state = "user_cancelled"
            responder.updated_at = actor.at
        if pending:
            return "cancelled"
        answered = [responder.state for responder in asked if responder.state != "user_cancelled"]
        return answered[0] if answered else "not_found"

    def subscribe(self, kind: str, subscriber: Subscriber) -> bool:
        """Add a subscriber; returns whether it is a new one."""
        key = (kind, subscriber.id)
        new = key not in self.subscribers
        self.subscribers[key] = subscriber
        return new

    def send_status_update(
        self, actor: Actor, sender: User, message: str, subject: str | None, html_message: str | None
    ) -> StatusUpdate:
        """Send a status update to the subscribers and the members of subscribed teams, each time."""
        notified = tuple(self.subscribers.values())
        update = StatusUpdate(actor.ids.short(), message, subject, html_message, sender, actor.at, notified)
        self.status_updates.append(update)
        self.write(actor, "status_update", f"Status update sent by {sender.name}", message=message)
        told = [user for each in notified for user in members(each)]
        actor.pages.extend(Page(user, self.id, "status_update", actor.at) for user in dict.fromkeys(told))
        self.announce(actor, "status_update_published", update)
        return update

    def set_custom_values(self, actor: Actor, values: t.Mapping[str, t.Any]) -> None:
        """Set custom fields, by the ids of the fields."""
        before = {field_id: self.custom_values.get(field_id) for field_id in values}
        self.custom_values.update(values)
        self.write(actor, "custom_field_value_change", "Custom fields changed")
        changed = {field_id: value for field_id, value in before.items() if value != values[field_id]}
        self.announce(actor, "custom_field_values.updated", FieldValues(dict(self.custom_values), changed))

    def write(self, actor: Actor, kind: str, summary: str, **rest: t.Any) -> LogEntry:
        """Add a log entry."""
        entry = LogEntry(actor.ids.log_entry(), kind, actor.at, actor.by, actor.channel, summary, self, **rest)
        self.log.append(entry)
        return entry

    def announce(self, actor: Actor, event_type: str, subject: t.Any = None) -> None:
        """Record an event for webhooks, with the incident as it is now."""
        actor.events.append(OutboundEvent(f"incident.{event_type}", actor.at, actor.by, copy.copy(self), subject))

    def _moves(self, change: Change) -> bool:
        return change.escalation_policy is not None and change.escalation_policy != self.escalation_policy

    def _check_level(self, change: Change) -> None:
        level = change.escalation_level
        policy = change.escalation_policy or self.escalation_policy
        if level is not None and (change.urgency or self.urgency) == "low":
            raise errors.low_urgency()
        if level is not None and not 1 <= level <= len(policy.rules):
            raise errors.no_such_level(level, len(policy.rules))
        if level is None and self._moves(change):
            level = policy.first_level or 1
        if level is not None and not policy.rules[level - 1].on_call:
            raise errors.nobody_on_call(level)

    def _set_fields(self, change: Change, actor: Actor) -> None:
        before = copy.copy(self)
        self.title = change.title or self.title
        self.urgency = change.urgency or self.urgency
        self.service = change.service or self.service
        self.incident_type = change.incident_type or self.incident_type
        self._set_bridge(change.conference_bridge)
        if change.priority is not None:
            self.priority = change.priority or None
        for name, event_type in FIELD_EVENTS.items():
            if getattr(self, name) != getattr(before, name):
                subject = self.conference_bridge if name == "conference_bridge" else None
                self.announce(actor, event_type, subject)

    def _set_bridge(self, bridge: ConferenceBridge | None) -> None:
        """Set the given part of a bridge, and leave the rest as it is (INFERRED)."""
        before = self.conference_bridge or ConferenceBridge()
        if bridge:
            self.conference_bridge = ConferenceBridge(
                bridge.conference_number or before.conference_number, bridge.conference_url or before.conference_url
            )

    def _set_status(self, actor: Actor, status: str, resolution: str | None) -> None:
        if status == "acknowledged":
            self.acknowledge(actor)
        elif status == "resolved":
            self.resolve(actor, resolution)
        elif self.status == "acknowledged":
            self.unacknowledge(actor)

    def _first_on_call(self) -> tuple[tuple[User, ...], int]:
        """Return whom the escalation policy assigns at first, and at which level."""
        level = self.escalation_policy.first_level or 1
        return self.escalation_policy.rules[level - 1].on_call, level

    def _reassign(self, actor: Actor, users: tuple[User, ...], level: int | None, kind: str) -> None:
        """Assign the incident to other people, which triggers it again."""
        self.acknowledgements.clear()
        self.snoozed_until = None
        if self.status != "triggered":
            self._status_is(actor, "triggered")
        self._assign(actor, users, level, kind, "escalated" if kind == "escalate" else "reassigned")
        self.announce(actor, ASSIGNMENT_EVENTS[kind])

    def _assign(self, actor: Actor, users: tuple[User, ...], level: int | None, kind: str, reason: str) -> None:
        paged = users if level is not None else tuple(user for user in users if user not in self.assignees)
        self.assignees = users
        self.assigned_at = actor.at
        self.level = level
        names = ", ".join(user.name for user in users)
        verb = "Escalated" if kind == "escalate" else "Assigned"
        self.write(actor, kind, f"{verb} to {names}", assignees=users)
        self._page(actor, paged, reason)

    def _page(self, actor: Actor, users: t.Iterable[User], reason: str) -> None:
        by_level = self.level is not None and reason in BY_ASSIGNMENT
        on_call_for = f"level {self.level} of {self.escalation_policy.name}" if by_level else ""
        for user in users:
            actor.pages.append(Page(user, self.id, reason, actor.at, on_call_for))
            # Source: as in serializers.py, `log_entry`.
            self.write(actor, "notify", f"Notified {user.name} by email", notified=user)

    def _status_is(self, actor: Actor, status: str) -> None:
        self.status = status
        self.last_status_change_at = self.updated_at = actor.at
        self.last_status_change_by = actor.by


def people(target: RespondingTarget) -> tuple[User, ...]:
    """Return whom a request reaches: the user, or those on call at the policy's first level."""
    return (target,) if isinstance(target, User) else target.rules[0].on_call


def members(subscriber: Subscriber) -> tuple[User, ...]:
    """Return whom a status update to a subscriber reaches."""
    if isinstance(subscriber, User):
        return (subscriber,)
    return tuple(user for user in account.USERS.values() if subscriber in user.teams)
