# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that changes while the simulator runs: incidents, pages, change events, workflow instances, time."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from simulator import account, errors
from simulator.account import (
    ConferenceBridge,
    EscalationPolicy,
    IncidentWorkflow,
    Integration,
    Priority,
    Schedule,
    Service,
    User,
)
from simulator.account_file import unmasked
from simulator.clock import Clock, time_of
from simulator.ids import Ids
from simulator.incident import (
    Actor,
    Agent,
    Alert,
    Change,
    Incident,
    LogEntry,
    OutboundEvent,
    Page,
    WorkflowInstance,
)
from simulator.maintenance import MaintenanceWindow, standing_windows
from simulator.on_call import Turn
from simulator.overrides import Override, turns_now
from simulator.webhook_subscription import Delivery, WebhookSubscription, WebhookTiming


@dataclass(frozen=True)
class NewIncident:
    """A new incident.

    Args:
        incident_key: None if PagerDuty makes one.
        alert_key: the key of the event that opens it; such an incident has no key of its own.
        escalation_policy: None for the service's.
        assignees: None for those on call at the policy's first level.
        details: the body's details.
    """

    title: str
    service: Service
    urgency: str = "high"
    incident_key: str | None = None
    alert_key: str | None = None
    priority: Priority | None = None
    escalation_policy: EscalationPolicy | None = None
    assignees: tuple[User, ...] | None = None
    conference_bridge: ConferenceBridge | None = None
    details: t.Any = None
    incident_type: str = account.BASE_INCIDENT.name


@dataclass
class State:
    """One account with its incidents.

    Args:
        abilities: what the account's plan includes.
    """

    clock: Clock
    abilities: frozenset[str] = frozenset(account.ABILITIES)
    ids: Ids = field(default_factory=Ids)
    incidents: dict[str, Incident] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    change_events: list[dict[str, t.Any]] = field(default_factory=list)
    workflow_instances: dict[str, WorkflowInstance] = field(default_factory=dict)
    incident_workflows: dict[str, IncidentWorkflow] = field(default_factory=lambda: dict(account.INCIDENT_WORKFLOWS))
    response_play_runs: list[dict[str, str]] = field(default_factory=list)
    """The id of the play and of the incident, for each run."""
    escalation_policies: dict[str, EscalationPolicy] = field(default_factory=lambda: dict(account.ESCALATION_POLICIES))
    schedules: dict[str, Schedule] = field(default_factory=lambda: dict(account.SCHEDULES))
    services: dict[str, Service] = field(default_factory=lambda: dict(account.SERVICES))
    maintenance_windows: dict[str, MaintenanceWindow] = field(default_factory=standing_windows)
    overrides: dict[str, Override] = field(default_factory=dict)
    """Also custom shifts, in the order of their creation."""
    users: dict[str, User] = field(default_factory=lambda: dict(account.USERS))
    unmasked: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    """Names and e-mail addresses of masked users that clients have asked for, by the users' ids."""
    deleted_users: dict[str, float] = field(default_factory=dict)
    """When each was deleted, by id."""
    forbidden: set[str] = field(default_factory=set)
    """Incidents that nobody may change."""
    events: list[OutboundEvent] = field(default_factory=list)
    """What webhooks have yet to report."""
    webhook_subscriptions: dict[str, WebhookSubscription] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    webhook_timing: WebhookTiming = field(default_factory=WebhookTiming)
    webhook_faults: list[str] = field(default_factory=list)
    """What happens to the next attempts to deliver a webhook."""
    base: str = ""
    """The address by which clients know this server."""
    _by_number: dict[int, Incident] = field(default_factory=dict)
    _by_key: dict[str, list[Incident]] = field(default_factory=dict)
    _watched: dict[str, Incident] = field(default_factory=dict)

    def actor(self, by: Agent, at: float | None = None) -> Actor:
        """Return an actor, now or at a given time."""
        return Actor(self.clock.now() if at is None else at, by, self.ids, self.pages, self.events)

    def current(self, thing: t.Any) -> t.Any:
        """Return a user or schedule as it is now, or anything else as it is."""
        if isinstance(thing, Schedule):
            return self.schedules.get(thing.id, thing)
        if isinstance(thing, User):
            user = self.users.get(thing.id, thing)
            return replace(user, **self.unmasked[user.id]) if user.id in self.unmasked else user
        return thing

    def turns(self, schedule: Schedule, since: float, until: float) -> list[Turn]:
        """Return whose turn it is on a schedule in a span, with its overrides."""
        return turns_now(self.current(schedule), self.overrides.values(), since, until, self.clock.now())

    def user_with_email(self, email: str) -> User | None:
        """Return the user with an e-mail address, in upper or lower case."""
        return next(
            (
                user
                for user in self.users.values()
                if user.email.casefold() == email.casefold() or "email" in self.unmask(user, email)
            ),
            None,
        )

    def unmask(self, user: User, text: str) -> dict[str, str]:
        """Return which field of a masked user a text is, and show it from now on: whoever sends it knows it."""
        found = unmasked(user, text) if user.digests else {}
        if found:
            self.unmasked[user.id] = {**self.unmasked.get(user.id, {}), **found}
        return found

    def incident(self, id_or_number: str) -> Incident:
        """Return an incident by its id or number.

        Raises:
            ApiError: there is none.
        """
        found = self.incidents.get(id_or_number)
        if found is None and id_or_number.isdecimal():
            found = self._by_number.get(int(id_or_number))
        if found is None:
            raise errors.not_found(f"Incident {id_or_number}")
        return found

    def check_access(self, incident: Incident) -> None:
        """Check that an incident may be changed.

        Raises:
            ApiError: it may not.
        """
        if incident.id in self.forbidden:
            raise errors.access_denied()

    def with_key(self, incident_key: str) -> list[Incident]:
        """Return the incidents that a key finds, open or not, oldest first.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents, `incident_key`.
        """
        return [incident for incident in self._by_key.get(incident_key, []) if incident.has_key(incident_key)]

    def open_with_key(self, incident_key: str, service: Service) -> Incident | None:
        """Return the open incident of a service with an incident key; PagerDuty allows only one."""
        return next(
            (each for each in self.with_key(incident_key) if each.is_open and each.service.id == service.id), None
        )

    def open_on(self, service: Service) -> Incident | None:
        """Return the latest open incident of a service."""
        latest_first = reversed(self.incidents.values())
        return next((each for each in latest_first if each.is_open and each.service.id == service.id), None)

    def service_status(self, service: Service) -> str:
        """Return the status of a service, which depends on its maintenance windows and its open incidents.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Service`, `status`.
        """
        if service.status != "active":
            return service.status
        if self.is_in_maintenance(service):
            return "maintenance"
        statuses = {each.status for each in self.incidents.values() if each.service.id == service.id}
        if "triggered" in statuses:
            return "critical"
        return "warning" if "acknowledged" in statuses else "active"

    def is_in_maintenance(self, service: Service) -> bool:
        """Whether a maintenance window of a service is going on."""
        now = self.clock.now()
        return any(
            window.is_ongoing(now) and any(each.id == service.id for each in window.services)
            for window in self.maintenance_windows.values()
        )

    def index_by_key(self, incident_key: str, incident: Incident) -> None:
        """Find an incident by the key of one of its alerts as well."""
        if incident not in self._by_key.setdefault(incident_key, []):
            self._by_key[incident_key].append(incident)

    def open_incident(self, new: NewIncident, actor: Actor, summary: str = "Triggered through the API") -> Incident:
        """Open an incident, assign it, and page the assignees.

        Raises:
            ApiError: the service has an open incident with this key, or nobody is on call.
        """
        policy = new.escalation_policy or new.service.escalation_policy
        if new.assignees is None and policy.first_level is None:
            raise errors.nobody_on_call(1)
        if new.incident_key and self.open_with_key(new.incident_key, new.service):
            raise errors.conflicting("Open incident with matching dedup key already exists on this service")
        incident = Incident(
            id=self.ids.incident(),
            number=len(self.incidents) + 1,
            title=new.title,
            service=new.service,
            escalation_policy=policy,
            incident_key=None if new.alert_key else new.incident_key or self.ids.dedup_key(),
            created_at=actor.at,
            last_status_change_at=actor.at,
            last_status_change_by=actor.by,
            updated_at=actor.at,
            urgency=new.urgency,
            priority=new.priority,
            conference_bridge=new.conference_bridge,
            details=new.details,
            incident_type=new.incident_type,
        )
        incident.begin(actor, summary, new.assignees)
        self.watch(incident)
        self.incidents[incident.id] = incident
        self._by_number[incident.number] = incident
        self.index_by_key(new.alert_key or str(incident.incident_key), incident)
        return incident

    def snooze(self, incident: Incident, actor: Actor, duration: int) -> None:
        """Snooze an incident and remember to wake it.

        Raises:
            ApiError: it is not acknowledged.
        """
        incident.snooze(actor, duration)
        self.watch(incident)

    def watch(self, incident: Incident) -> None:
        """Remember to trigger an incident again, if it is acknowledged for a time only."""
        if incident.triggers_again_at is not None:
            self._watched[incident.id] = incident

    def settle(self) -> None:
        """Trigger incidents again whose snooze or acknowledgement is over."""
        now = self.clock.now()
        for incident in list(self._watched.values()):
            at = incident.triggers_again_at
            if at is None:
                del self._watched[incident.id]
            elif at <= now:
                del self._watched[incident.id]
                incident.unacknowledge(self.actor(incident.service, at))

    def integration(self, routing_key: str) -> Integration | None:
        """Return the integration with a routing key."""
        integrations = (each for service in self.services.values() for each in service.integrations)
        return next((each for each in integrations if each.integration_key == routing_key), None)

    def open_alert(self, integration: Integration, dedup_key: str) -> Alert | None:
        """Return the open alert for a dedup key of an integration; keys of other integrations are other alerts."""
        for incident in reversed(self.with_key(dedup_key)):
            for alert in incident.alerts:
                if alert.integration == integration and alert.alert_key == dedup_key and alert.status == "triggered":
                    return alert
        return None

    def log_entries(self) -> list[LogEntry]:
        """Return the account's log entries, newest first."""
        entries = [entry for incident in self.incidents.values() for entry in incident.log][::-1]
        return sorted(entries, key=lambda entry: entry.at, reverse=True)

    def seed(self, count: int, overrides: t.Mapping[str, t.Any]) -> list[Incident]:
        """Open incidents, one second apart, the last one now.

        Args:
            overrides: some of `Seed.KNOWN`, in PagerDuty's names, with ids for references.

        Raises:
            ApiError: an override is invalid.
        """
        seed = Seed(overrides)
        now = self.clock.now() if seed.created_at is None else seed.created_at
        return [self._seed_one(seed, number, now - (count - number)) for number in range(1, count + 1)]

    def _seed_one(self, seed: Seed, number: int, at: float) -> Incident:
        actor = self.actor(account.AUTOMATION, at)
        incident = self.open_incident(replace(seed.new_incident, title=seed.title(number)), actor)
        incident.check(seed.change)
        incident.apply(seed.change, actor)
        self.watch(incident)
        self._add_alerts(incident, seed.alerts)
        for content in seed.notes:
            incident.add_note(actor, account.AUTOMATION, content)
        if seed.responders:
            incident.request_responders(actor, account.AUTOMATION, "Please help.", list(seed.responders))
        for user, answer in seed.responders.items():
            incident.responders[user.id].state = answer
        for subscriber in seed.subscribers:
            incident.subscribe(subscriber.kind, subscriber)
        return incident

    def _add_alerts(self, incident: Incident, count: int) -> None:
        """Give an incident a number of alerts, called `alert-N-M` after the incident's number and their own."""
        for number in range(1, count + 1):
            key = f"alert-{incident.number}-{number}"
            alert = Alert(
                id=self.ids.incident(),
                alert_key=key,
                summary=f"Simulated alert {incident.number}.{number}",
                severity="error",
                service=incident.service,
                integration=incident.service.integrations[0],
                incident=incident,
                created_at=incident.created_at,
                details={},
                contexts=[],
                first_trigger=incident.log[0],
                status="triggered" if incident.is_open else "resolved",
            )
            incident.alerts.append(alert)
            self.index_by_key(key, incident)


class Seed:
    """The parsed overrides of a reset.

    Raises:
        ApiError: one is unknown.
    """

    KNOWN = frozenset(
        (
            "title",
            "urgency",
            "status",
            "resolution",
            "incident_key",
            "created_at",
            "service",
            "acknowledgement_timeout",
            "priority",
            "incident_type",
            "escalation_policy",
            "assignees",
            "escalation_level",
            "notes",
            "responders",
            "alerts",
            "subscribers",
        )
    )

    def __init__(self, overrides: t.Mapping[str, t.Any]) -> None:
        unknown = sorted(set(overrides) - self.KNOWN)
        if unknown:
            raise errors.invalid(f"Unknown override: {', '.join(unknown)}")
        self._title = overrides.get("title")
        priority = overrides.get("priority")
        policy = overrides.get("escalation_policy")
        assignees = overrides.get("assignees")
        status = overrides.get("status", "triggered")
        self.new_incident = NewIncident(
            title="",
            service=self._service(overrides),
            urgency=overrides.get("urgency", "high"),
            incident_key=overrides.get("incident_key"),
            priority=None if priority is None else account.PRIORITIES[priority],
            escalation_policy=None if policy is None else account.ESCALATION_POLICIES[policy],
            assignees=None if assignees is None else tuple(account.USERS[user_id] for user_id in assignees),
            incident_type=overrides.get("incident_type", account.BASE_INCIDENT.name),
        )
        self.change = Change(
            status=None if status == "triggered" else status,
            resolution=overrides.get("resolution"),
            escalation_level=overrides.get("escalation_level"),
        )
        self.created_at = time_of(overrides["created_at"]) if "created_at" in overrides else None
        self.notes: t.Sequence[str] = overrides.get("notes", ())
        self.alerts = int(overrides.get("alerts", 0))
        self.subscribers = [
            account.USERS.get(subscriber_id) or account.TEAMS[subscriber_id]
            for subscriber_id in overrides.get("subscribers", ())
        ]
        self.responders = {
            account.USERS[user_id]: str(state) for user_id, state in overrides.get("responders", {}).items()
        }

    @staticmethod
    def _service(overrides: t.Mapping[str, t.Any]) -> Service:
        service = account.SERVICES[overrides.get("service", account.CHECKOUT.id)]
        return replace(service, acknowledgement_timeout=overrides.get("acknowledgement_timeout"))

    def title(self, number: int) -> str:
        """Return the title of the N-th incident."""
        return self._title or f"Simulated incident {number}"
