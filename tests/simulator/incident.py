# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident and its whole life: who is assigned, who is paged, what is logged.

State changes are methods of `Incident`; each takes an `Act`, which says who does it and when, and writes the log
entries and pages that PagerDuty would. Whether a change is allowed is asked first, so that many can be refused before
one is made.
Source: PAGERDUTY_API.md, "Incidents".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from simulator import problems
from simulator.account import (
    ConferenceBridge,
    EscalationPolicy,
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

NOTES_AT_MOST = 2000
"""Source: PAGERDUTY_API.md, "Notes"."""


@dataclass(frozen=True)
class Page:
    """A person woken up.

    Args:
        reason: `triggered`, `escalated`, `reassigned`, `unacknowledged` or `responder_requested`.
    """

    user: User
    incident_id: str
    reason: str


@dataclass(frozen=True)
class Act:
    """Who does something, when and how; with what it takes to write it down.

    Args:
        at: seconds since 1970.
        channel: the type of the log entry's channel, such as `api`.
        pages: where people woken up are counted.
    """

    at: float
    by: Agent
    ids: Ids
    pages: list[Page]
    channel: str = "api"


@dataclass
class LogEntry:
    """One line of an incident's timeline.

    Args:
        kind: PagerDuty's type without `_log_entry`.
        assignees: of an assign or escalate entry.
        notified: of a notify entry.
    """

    id: str
    kind: str
    at: float
    agent: Agent
    channel: str
    summary: str
    incident: Incident = field(repr=False)
    note: str | None = None
    assignees: tuple[User, ...] = ()
    notified: User | None = None
    details: dict[str, t.Any] = field(default_factory=dict)


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
        event_count: how many trigger events it has taken.
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

    def resolve(self, act: Act) -> None:
        """Resolve it, and its incident with its last open alert."""
        self.status = "resolved"
        if self.incident.is_open and all(alert.status == "resolved" for alert in self.incident.alerts):
            self.incident.resolve(act)


@dataclass(frozen=True)
class Acknowledgement:
    """Who works on it since when."""

    at: float
    acknowledger: Agent


@dataclass
class Responder:
    """Somebody asked to help, and what became of it."""

    user: User
    requester: User
    message: str
    requested_at: float
    updated_at: float
    state: str = "pending"


@dataclass(frozen=True)
class ResponderRequest:
    """One request for help; PagerDuty pages everybody it reaches."""

    id: str
    requester: User
    message: str
    requested_at: float
    targets: tuple[RespondingTarget, ...]


@dataclass(frozen=True)
class StatusUpdate:
    """What stakeholders were told."""

    id: str
    message: str
    subject: str | None
    html_message: str | None
    sender: User
    created_at: float
    notified: tuple[Subscriber, ...]


@dataclass(frozen=True)
class WorkflowInstance:
    """One run of an incident workflow."""

    id: str
    workflow_id: str
    incident_id: str


@dataclass(frozen=True)
class Change:
    """What one item of an update asks for; None leaves things as they are.

    Args:
        priority: "" takes the priority away.
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
    incident_key: str
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
    merged_into: Incident | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still needs somebody."""
        return self.status != "resolved"

    @property
    def assigned_via(self) -> str:
        """How the assignees were found."""
        return "direct_assignment" if self.level is None else "escalation_policy"

    def begin(self, act: Act, summary: str, assignees: tuple[User, ...] | None = None) -> LogEntry:
        """Trigger it: log it, assign and page people; without assignees those on call at the policy's first level."""
        trigger = self.write(act, "trigger", summary)
        if assignees is None:
            self._assign(act, self.escalation_policy.rules[0].on_call, 1, "assign", "triggered")
        else:
            self._assign(act, assignees, None, "assign", "triggered")
        return trigger

    def check(self, change: Change, by: Agent) -> None:
        """Whether a change is allowed now.

        Raises:
            Problem: when it is not.
        """
        reassigned = change.escalation_level is not None or change.assignees is not None or self._moves(change)
        if not self.is_open and (reassigned or change.status):
            raise problems.already_resolved()
        if change.resolution is not None and change.status != "resolved":
            raise problems.invalid("resolution goes with the status resolved only")
        if change.status == "acknowledged" and not reassigned and self._has_acknowledged(by):
            raise problems.already_acknowledged()
        self._check_level(change)

    def apply(self, change: Change, act: Act) -> None:
        """Make a change that was checked."""
        self._set_fields(change)
        if self._moves(change):
            self.escalation_policy = t.cast("EscalationPolicy", change.escalation_policy)
            self._reassign(act, self.escalation_policy.rules[0].on_call, 1, "assign")
        if change.escalation_level is not None:
            level = change.escalation_level
            self._reassign(act, self.escalation_policy.rules[level - 1].on_call, level, "escalate")
        if change.assignees is not None and set(change.assignees) != set(self.assignees):
            self._reassign(act, change.assignees, None, "assign")
        if change.status is not None:
            self._set_status(act, change.status, change.resolution)
        self.updated_at = act.at

    def acknowledge(self, act: Act) -> None:
        """Somebody works on it."""
        self.acknowledgements.append(Acknowledgement(act.at, act.by))
        self.write(act, "acknowledge", f"Acknowledged by {act.by.name}")
        self._status_is(act, "acknowledged")

    def unacknowledge(self, act: Act) -> None:
        """Nobody works on it any more; who is assigned is paged again."""
        self.acknowledgements.clear()
        self.snoozed_until = None
        self.write(act, "unacknowledge", "Unacknowledged")
        self._status_is(act, "triggered")
        self._page(act, self.assignees, "unacknowledged")

    def resolve(self, act: Act, resolution: str | None = None) -> None:
        """It is over, and so are its alerts."""
        for alert in self.alerts:
            alert.status = "resolved"
        if resolution and isinstance(act.by, User):
            self.notes.append(Note(act.ids.short(), act.by, resolution, act.at, act.at))
        self.write(act, "resolve", f"Resolved by {act.by.name}", note=resolution)
        self.acknowledgements.clear()
        self.snoozed_until = None
        self.resolved_at = act.at
        self._status_is(act, "resolved")

    def snooze(self, act: Act, duration: int) -> None:
        """Leave it alone for so many seconds, then page again.

        Raises:
            Problem: when it is resolved.
        """
        if not self.is_open:
            raise problems.already_resolved()
        if not self._has_acknowledged(act.by):
            self.acknowledge(act)
        self.snoozed_until = act.at + duration
        self.write(act, "snooze", f"Snoozed by {act.by.name} for {duration} seconds")

    def merge(self, act: Act, sources: t.Sequence[Incident]) -> None:
        """Take over the alerts of other incidents, which are resolved thereby."""
        for source in sources:
            for alert in source.alerts:
                alert.incident = self
            self.alerts.extend(source.alerts)
            source.alerts = []
            source.merged_into = self
            source.resolve(act)
            self.write(act, "annotate", f"Incident #{source.number} was merged into this one")

    def add_note(self, act: Act, user: User, content: str) -> Note:
        """Add a note.

        Raises:
            Problem: when there are too many.
        """
        if len(self.notes) >= NOTES_AT_MOST:
            raise problems.conflicting(f"An incident has at most {NOTES_AT_MOST} notes")
        note = Note(act.ids.short(), user, content, act.at, act.at)
        self.notes.append(note)
        self.write(act, "annotate", f"Note added by {user.name}", note=content)
        self.updated_at = act.at
        return note

    def request_responders(
        self, act: Act, requester: User, message: str, targets: t.Sequence[RespondingTarget]
    ) -> ResponderRequest:
        """Ask people to help; everybody is paged, also who was asked before."""
        request = ResponderRequest(act.ids.short(), requester, message, act.at, tuple(targets))
        self.responder_requests.append(request)
        for user in dict.fromkeys(user for target in targets for user in people(target)):
            known = self.responders.get(user.id)
            state = known.state if known and known.state == "joined" else "pending"
            self.responders[user.id] = Responder(user, requester, message, act.at, act.at, state)
            self._page(act, (user,), "responder_requested")
        return request

    def cancel_responder(self, act: Act, target: RespondingTarget) -> str:
        """Take back what was asked of a target; returns `cancelled`, `joined`, `declined` or `not_found`."""
        asked = [self.responders[user.id] for user in people(target) if user.id in self.responders]
        pending = [responder for responder in asked if responder.state == "pending"]
        for responder in pending:
            responder.state = "user_cancelled"
            responder.updated_at = act.at
        if pending:
            return "cancelled"
        answered = [responder.state for responder in asked if responder.state != "user_cancelled"]
        return answered[0] if answered else "not_found"

    def subscribe(self, kind: str, subscriber: Subscriber) -> bool:
        """Let somebody follow it; whether that is new."""
        key = (kind, subscriber.id)
        new = key not in self.subscribers
        self.subscribers[key] = subscriber
        return new

    def tell(self, act: Act, sender: User, message: str, subject: str | None, html_message: str | None) -> StatusUpdate:
        """Tell the subscribers how it stands; all are notified each time."""
        notified = tuple(self.subscribers.values())
        update = StatusUpdate(act.ids.short(), message, subject, html_message, sender, act.at, notified)
        self.status_updates.append(update)
        self.write(act, "annotate", f"Status update sent by {sender.name}", note=message)
        return update

    def write(self, act: Act, kind: str, summary: str, **rest: t.Any) -> LogEntry:
        """Add a log entry."""
        entry = LogEntry(act.ids.log_entry(), kind, act.at, act.by, act.channel, summary, self, **rest)
        self.log.append(entry)
        return entry

    def _moves(self, change: Change) -> bool:
        return change.escalation_policy is not None and change.escalation_policy != self.escalation_policy

    def _has_acknowledged(self, by: Agent) -> bool:
        return any(acknowledgement.acknowledger == by for acknowledgement in self.acknowledgements)

    def _check_level(self, change: Change) -> None:
        level = change.escalation_level
        policy = change.escalation_policy or self.escalation_policy
        if level is not None and not 1 <= level <= len(policy.rules):
            raise problems.cannot_escalate(level, len(policy.rules))
        if level is None and self._moves(change):
            level = 1
        if level is not None and not policy.rules[level - 1].on_call:
            raise problems.nobody_on_call(level)

    def _set_fields(self, change: Change) -> None:
        self.title = change.title or self.title
        self.urgency = change.urgency or self.urgency
        self.service = change.service or self.service
        self.incident_type = change.incident_type or self.incident_type
        self.conference_bridge = change.conference_bridge or self.conference_bridge
        if change.priority is not None:
            self.priority = change.priority or None

    def _set_status(self, act: Act, status: str, resolution: str | None) -> None:
        if status == "acknowledged":
            self.acknowledge(act)
        elif status == "resolved":
            self.resolve(act, resolution)
        elif self.status == "acknowledged":
            self.unacknowledge(act)

    def _reassign(self, act: Act, users: tuple[User, ...], level: int | None, kind: str) -> None:
        """Whoever has it now has not acknowledged it: it is triggered again."""
        self.acknowledgements.clear()
        self.snoozed_until = None
        if self.status != "triggered":
            self._status_is(act, "triggered")
        self._assign(act, users, level, kind, "escalated" if kind == "escalate" else "reassigned")

    def _assign(self, act: Act, users: tuple[User, ...], level: int | None, kind: str, reason: str) -> None:
        paged = users if level is not None else tuple(user for user in users if user not in self.assignees)
        self.assignees = users
        self.assigned_at = act.at
        self.level = level
        names = ", ".join(user.name for user in users)
        verb = "Escalated" if kind == "escalate" else "Assigned"
        self.write(act, kind, f"{verb} to {names}", assignees=users)
        self._page(act, paged, reason)

    def _page(self, act: Act, users: t.Iterable[User], reason: str) -> None:
        for user in users:
            act.pages.append(Page(user, self.id, reason))
            self.write(act, "notify", f"Notified {user.name}", notified=user)

    def _status_is(self, act: Act, status: str) -> None:
        self.status = status
        self.last_status_change_at = self.updated_at = act.at
        self.last_status_change_by = act.by


def people(target: RespondingTarget) -> tuple[User, ...]:
    """Whom a request to a target reaches: the user, or those on call at the policy's first level."""
    return (target,) if isinstance(target, User) else target.rules[0].on_call
