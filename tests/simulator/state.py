# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that changes while the simulator runs: incidents, pages, change events, workflow instances, time."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from simulator import account, problems
from simulator.account import ConferenceBridge, EscalationPolicy, Integration, Priority, Service, User
from simulator.clock import Clock, moment_of
from simulator.ids import Ids
from simulator.incident import Act, Agent, Alert, Change, Incident, LogEntry, Page, WorkflowInstance


@dataclass(frozen=True)
class Opening:
    """What a new incident starts with.

    Args:
        incident_key: None for one of PagerDuty's own making.
        escalation_policy: None for the service's.
        assignees: None for those on call at the policy's first level.
        details: the body's details.
    """

    title: str
    service: Service
    urgency: str = "high"
    incident_key: str | None = None
    priority: Priority | None = None
    escalation_policy: EscalationPolicy | None = None
    assignees: tuple[User, ...] | None = None
    conference_bridge: ConferenceBridge | None = None
    details: t.Any = None
    incident_type: str = account.INCIDENT_TYPES[0]


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
    _by_number: dict[int, Incident] = field(default_factory=dict)
    _by_key: dict[str, list[Incident]] = field(default_factory=dict)
    _snoozed: dict[str, Incident] = field(default_factory=dict)

    def act(self, by: Agent, at: float | None = None) -> Act:
        """Something done now, or at a given moment."""
        return Act(self.clock.now() if at is None else at, by, self.ids, self.pages)

    def incident(self, id_or_number: str) -> Incident:
        """An incident by its id or number.

        Raises:
            Problem: when there is none.
        """
        found = self.incidents.get(id_or_number)
        if found is None and id_or_number.isdecimal():
            found = self._by_number.get(int(id_or_number))
        if found is None:
            raise problems.incident_not_found(id_or_number)
        return found

    def with_key(self, incident_key: str) -> list[Incident]:
        """The incidents with an incident key, open or not, in the order of their making."""
        return self._by_key.get(incident_key, [])

    def open_with_key(self, incident_key: str, service: Service) -> Incident | None:
        """The open incident of a service with an incident key; PagerDuty takes care that there is one at most."""
        return next((each for each in self.with_key(incident_key) if each.is_open and each.service == service), None)

    def open_incident(self, opening: Opening, act: Act, summary: str = "Triggered through the API") -> Incident:
        """Open an incident, assign it and page whoever it is assigned to.

        Raises:
            Problem: when the service has an open incident with this key, or nobody is on call.
        """
        policy = opening.escalation_policy or opening.service.escalation_policy
        if opening.assignees is None and not policy.rules[0].on_call:
            raise problems.nobody_on_call(1)
        if opening.incident_key and self.open_with_key(opening.incident_key, opening.service):
            raise problems.conflicting("Open incident with matching dedup key already exists on this service")
        incident = Incident(
            id=self.ids.incident(),
            number=len(self.incidents) + 1,
            title=opening.title,
            service=opening.service,
            escalation_policy=policy,
            incident_key=opening.incident_key or self.ids.dedup_key(),
            created_at=act.at,
            last_status_change_at=act.at,
            last_status_change_by=act.by,
            updated_at=act.at,
            urgency=opening.urgency,
            priority=opening.priority,
            conference_bridge=opening.conference_bridge,
            details=opening.details,
            incident_type=opening.incident_type,
        )
        incident.begin(act, summary, opening.assignees)
        self.incidents[incident.id] = incident
        self._by_number[incident.number] = incident
        self._by_key.setdefault(incident.incident_key, []).append(incident)
        return incident

    def snooze(self, incident: Incident, act: Act, duration: int) -> None:
        """Snooze an incident and remember to wake it.

        Raises:
            Problem: when it is resolved.
        """
        incident.snooze(act, duration)
        self._snoozed[incident.id] = incident

    def settle(self) -> None:
        """Do what is due by now: incidents whose snooze is over are triggered again."""
        now = self.clock.now()
        for incident in list(self._snoozed.values()):
            if incident.snoozed_until is None:
                del self._snoozed[incident.id]
            elif incident.snoozed_until <= now:
                del self._snoozed[incident.id]
                incident.unacknowledge(self.act(incident.service, incident.snoozed_until))

    def open_alert(self, integration: Integration, dedup_key: str) -> Alert | None:
        """The open alert that events with a key go to; a key binds within one integration only."""
        for incident in reversed(self.with_key(dedup_key)):
            owner = incident.merged_into or incident
            for alert in owner.alerts:
                if alert.integration == integration and alert.alert_key == dedup_key and alert.status == "triggered":
                    return alert
        return None

    def log_entries(self) -> list[LogEntry]:
        """The account's log entries, the newest first."""
        entries = [entry for incident in self.incidents.values() for entry in incident.log]
        return sorted(entries, key=lambda entry: entry.at, reverse=True)

    def seed(self, count: int, overrides: t.Mapping[str, t.Any]) -> list[Incident]:
        """Open incidents as an API client would, one second apart, the last one now.

        Args:
            overrides: some of `Seed.KNOWN`, in PagerDuty's names, with ids for references.

        Raises:
            Problem: when an override cannot be.
        """
        seed = Seed(overrides)
        now = self.clock.now() if seed.created_at is None else seed.created_at
        return [self._seed_one(seed, number, now - (count - number)) for number in range(1, count + 1)]

    def _seed_one(self, seed: Seed, number: int, at: float) -> Incident:
        act = self.act(account.AUTOMATION, at)
        incident = self.open_incident(replace(seed.opening, title=seed.title(number)), act)
        incident.check(seed.change, act.by)
        incident.apply(seed.change, act)
        for content in seed.notes:
            incident.add_note(act, account.AUTOMATION, content)
        if seed.responders:
            incident.request_responders(act, account.AUTOMATION, "Please help.", list(seed.responders))
        for user, answer in seed.responders.items():
            incident.responders[user.id].state = answer
        return incident


class Seed:
    """The overrides of a reset, understood.

    Raises:
        Problem: when one is unknown.
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
            "priority",
            "escalation_policy",
            "assignees",
            "escalation_level",
            "notes",
            "responders",
        )
    )

    def __init__(self, overrides: t.Mapping[str, t.Any]) -> None:
        unknown = sorted(set(overrides) - self.KNOWN)
        if unknown:
            raise problems.invalid(f"Unknown override: {', '.join(unknown)}")
        self._title = overrides.get("title")
        priority = overrides.get("priority")
        policy = overrides.get("escalation_policy")
        assignees = overrides.get("assignees")
        status = overrides.get("status", "triggered")
        self.opening = Opening(
            title="",
            service=account.SERVICES[overrides.get("service", account.CHECKOUT.id)],
            urgency=overrides.get("urgency", "high"),
            incident_key=overrides.get("incident_key"),
            priority=None if priority is None else account.PRIORITIES[priority],
            escalation_policy=None if policy is None else account.ESCALATION_POLICIES[policy],
            assignees=None if assignees is None else tuple(account.USERS[user_id] for user_id in assignees),
        )
        self.change = Change(
            status=None if status == "triggered" else status,
            resolution=overrides.get("resolution"),
            escalation_level=overrides.get("escalation_level"),
        )
        self.created_at = moment_of(overrides["created_at"]) if "created_at" in overrides else None
        self.notes: t.Sequence[str] = overrides.get("notes", ())
        self.responders = {
            account.USERS[user_id]: str(state) for user_id, state in overrides.get("responders", {}).items()
        }

    def title(self, number: int) -> str:
        """The title of the N-th incident."""
        return self._title or f"Simulated incident {number}"
