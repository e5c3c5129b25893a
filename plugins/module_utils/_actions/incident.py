# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident: updates incidents, and opens one unless it is open.

PagerDuty refuses a second open incident with the same service and key. So if the response to the first request is
lost, the next one cannot page anybody again. Private to the collection.
"""

from __future__ import annotations

import itertools
import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._api.directory import ESCALATION_POLICY, SERVICE, USER, Directory, full_reference, reference
from .._core.action import Action, State
from .._core.change import CAREFULLY, Change, Notification
from .._core.errors import InvalidOption, NotSent, Refused, TaskError
from .._core.words import OPEN, label, short_name
from .._incidents.acknowledging import user_of_token
from .._incidents.action import with_bridge
from .._incidents.fields import (
    DETAILS,
    REASSIGNING,
    Assignees,
    Desired,
    EscalationPolicy,
    ImpactedService,
    assignees_of,
    check_fields,
)
from .._incidents.foretold import new_incident
from .._incidents.names import name_of
from .._incidents.on_call import notified
from .._incidents.read import holds_key, incidents_with_key
from .._incidents.update import IncidentState, IncidentUpdate

Options = dict[str, t.Any]
OPENING = ("incident_key", "body")
"""Options that `incident_id` excludes."""
NEVER_OPENS = ("acknowledged", "resolved")
"""With these, an incident that is not open stays as it is."""
NO_INCIDENTS = {"maintenance": "in maintenance", "disabled": "disabled"}
"""By the status of a service. Source: https://support.pagerduty.com/docs/why-incidents-fail-to-trigger."""


def incident(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: fields, `resolution` and `reopen`; with `incident_id`, or with `service`, `incident_key` and `body`.
    """
    return UpdateOrMove(client, options) if options["incident_key"] is None else UpdateOrOpening(client, options)


class UpdateOrMove(IncidentUpdate):
    """Updates incidents that are given by id or dedup key. Each one that moves to another service takes its own call.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `service`, which PUT /incidents
    lacks.
    """

    service_of_key = ""

    def plan(self, target: str, state: IncidentState) -> Change:
        """Plan to set the fields that differ."""
        change = super().plan(target, state)
        if _moves(change):
            change.batch = target
        return change

    def put(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Update incidents in one call, or move one."""
        return [self._move(changes[0])] if _moves(changes[0]) else super().put(changes)

    def _move(self, change: Change) -> Record | None:
        body = {"type": "incident_reference", **change.body}
        try:
            moved = self.client.write_and_get(
                "PUT", path_of("incidents", change.target), {"incident": body}, "incident"
            )
        except Refused as error:
            self.learn(change.target, error)
            raise
        self._warn_of_another_policy(change, moved)
        return with_bridge(change, moved)

    def _warn_of_another_policy(self, change: Change, moved: Record) -> None:
        """Warn if the incident got another escalation policy along with its service: that may have notified people."""
        before, after = change.record.get("escalation_policy"), moved.get("escalation_policy")
        if "escalation_policy" in change.body or not (before and after) or before["id"] == after["id"]:
            return
        self.client.warn(
            f"{change.name}: with the service, PagerDuty has changed the escalation policy to {short_name(after)}, "
            "which may have notified the people on call for it."
        )


class NotOpen(t.NamedTuple):
    """What is known if no incident with the key is open.

    Args:
        is_own: whether PagerDuty would open the incident as acknowledged, as it is for the user who opens it.
        pages_nobody: whether nobody is on call for it.
    """

    is_own: bool
    pages_nobody: bool


class UpdateOrOpening(IncidentUpdate):
    """Updates the open incident of a service with an incident key; opens it if there is none.

    The key is the target: after a lost response the incident may be open or not. A key means something on its service
    only, so an incident of another service is never taken for it, let alone moved.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents;
    https://developer.pagerduty.com/docs/incident-creation-api.
    """

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, {**options, ImpactedService.name: None})
        self._key = options["incident_key"]
        self._service_name = options["service"]
        self._service: Record = {}
        self._first: Record | None = None
        """The user for whom an incident is opened, if the task names any."""
        if options["status"] not in NEVER_OPENS:
            # Without them, those on call for the service are paged.
            self.dispensable = (*DETAILS, *REASSIGNING)

    def check(self) -> None:
        """Check the options for opening an incident, and the fields."""
        if self.options["reopen"]:
            problem = "requires incident_id; with incident_key a new incident is opened instead"
            raise InvalidOption("reopen", problem, True)
        if self.options["status"] not in NEVER_OPENS:
            self._check_can_open()
        check_fields(self.options)

    def _check_can_open(self) -> None:
        if self.options["title"] is None:
            raise InvalidOption("title", "required to open an incident with service and incident_key")

    def prepare(self) -> None:
        """Turn names into ids."""
        self.look_up_fields()
        self._service = Directory(self.client).find(SERVICE, self._service_name)
        self.targets = [self._key]

    def foresee(self) -> None:
        """Let the incident that a task before would open stand as opened, if it is to be acknowledged."""
        if self.options["status"] == "acknowledged":
            self.foreseen[self._key] = new_incident(self._key, self._known())

    def locks(self) -> t.Sequence[str]:
        """Return the service with the key."""
        return [f"{self._service['id']} {self._key}"]

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, State | TaskError]]:
        """Find the open incident with the key. If there is nothing to resolve, there is no target."""
        for key in targets:
            found = self._find()
            still_open = next((each for each in found if self._is_open(each)), None)
            if still_open:
                yield key, self.state(still_open)
            elif self.options["status"] == "acknowledged":
                is_foreseen = key in self.foreseen
                yield key, self.foretold(self.foreseen[key]) if is_foreseen else self._nothing_to_acknowledge()
            elif self.options["status"] != "resolved":
                yield key, self._not_open()
            elif found:
                yield key, IncidentState(found[0])

    def plan(self, target: str, state: IncidentState | NotOpen) -> Change:
        """Plan to update the open incident, or to open one."""
        if isinstance(state, NotOpen):
            return self._plan_opening(target, state)
        incident = state.incident
        if incident.get("status") == "resolved":
            shown = {"status": "resolved"}
            says = "already resolved"
            return Change(target=target, name=name_of(incident), before=shown, after=shown, says=says, record=incident)
        change = super().plan(target, state)
        change.body = {"id": incident["id"], **change.body}
        return change

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom the update or the new incident notifies."""
        if change.record:
            return super().people(change)
        return () if change.after["status"] == "acknowledged" else self._paged()

    def send(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Update the incident, or open it."""
        (change,) = changes
        if change.record:
            return super().send(changes)
        opened = self.client.write_and_get("POST", "/incidents", {"incident": change.body}, "incident")
        return [with_bridge(change, self._completed(change, opened))]

    def _completed(self, change: Change, opened: Record) -> Record:
        """Set what PagerDuty does not set when it opens an incident."""
        rest = self._rest(opened)
        if not rest:
            self._tell_if_it_pages_nobody(change, opened)
            return opened
        body = {"incident": {"type": "incident_reference", **rest}}
        try:
            return self.client.write_and_get("PUT", path_of("incidents", opened["id"]), body, "incident")
        except (NotSent, Refused):
            paged = [] if _is_acknowledged(opened) else [user["id"] for user in assignees_of(opened)]
            change.notifies = [each for each in change.notifies if each.who and each.who["id"] in paged]
            raise

    def _tell_if_it_pages_nobody(self, change: Change, opened: Record) -> None:
        """Tell that PagerDuty has opened the incident as acknowledged, if that was not foretold."""
        first = change.origin
        if _is_acknowledged(opened) and first.after["status"] == "triggered":
            first.notifies = ()
            first.after = {**first.after, "status": "acknowledged"}
            self.client.warn(f"{name_of(opened)}: PagerDuty has opened it as acknowledged, so it pages nobody.")

    def _rest(self, opened: Record) -> Record:
        """Return what is left to set: PagerDuty opens it for one user, and as acknowledged if it is who opens it."""
        users, status = self.desired.get("assignees"), self.desired.get("status")
        return {
            **(users.body(opened) if users and len(self._assignees()) > 1 else {}),
            **(status.body(opened) if status and _is_acknowledged(opened) else {}),
        }

    def name(self, change: Change, record: Record) -> str:
        """Return the name of the incident, with its address if it is new."""
        if change.record:
            return change.name
        return ", ".join(filter(None, (name_of(record), record.get("html_url"))))

    def _find(self) -> list[Record]:
        """Return the latest incidents of the service with the key, newest first.

        Raises:
            TaskError: one of them is malformed and cannot be read by itself.
        """
        found = incidents_with_key(self.client, self._key, self.include, [("service_ids[]", self._service["id"])])
        incidents = []
        for _id, each in itertools.islice(found, PAGE_SIZE):
            if isinstance(each, TaskError):
                raise each
            incidents.append(each)
        return incidents

    def _is_open(self, incident: Record) -> bool:
        """Return whether an incident is open and has the key.

        If PagerDuty leaves out the status, one is opened: a second open incident with the key is refused.
        """
        status = incident.get("status")
        if status == "resolved" or (status is None and self.options["status"] not in NEVER_OPENS):
            return False
        return holds_key(self.client, incident, self._key)

    def _nothing_to_acknowledge(self) -> Refused:
        service = short_name(self._service)
        return Refused(
            f"Service {service} has no open incident with the key {self._key!r} to acknowledge.",
            hint="Open it first, without status.",
        )

    def _not_open(self) -> NotOpen:
        users = self._assignees()
        self._first = users[0] if users else None
        is_own = self._first is not None and self._is_requester(self._first)
        if is_own and len(users) > 1:
            # For the user who opens it, it would be opened as acknowledged.
            self._first, is_own = users[1], False
        return NotOpen(is_own, pages_nobody=not (is_own or self._paged()))

    def _is_requester(self, user: Record) -> bool:
        """Return whether a user is the one who opens the incident."""
        own = user_of_token(self.client)
        if own:
            return bool(own["id"] == user["id"])
        return str(user.get("email")).casefold() == str(self.client.settings.from_email).casefold()

    def _assignees(self) -> list[Record]:
        wanted = self.desired.get("assignees")
        return list(wanted.users.values()) if isinstance(wanted, Assignees) else []

    def _policy(self) -> Record | None:
        """Return the given escalation policy, or that of the service."""
        wanted = self.desired.get("escalation_policy")
        return wanted.found if isinstance(wanted, EscalationPolicy) else self._service.get("escalation_policy")

    def _paged(self) -> t.Sequence[Notification]:
        """Return whom a new incident pages: its assignees, or those on call for its policy."""
        users, policy = self._assignees(), self._policy()
        if users:
            return notified(users, "assigned to the incident")
        if policy:
            return self.on_call.notified_by(policy)
        return [Notification(None, f"on call for service {label(self._service)}")]

    def _plan_opening(self, target: str, state: NotOpen) -> Change:
        fields = {name: want for name, want in self.desired.items() if name != "status"}
        status = "acknowledged" if self._stays_acknowledged(state) else "triggered"
        after = {
            "service": label(self._service),
            "incident_key": target,
            "status": status,
            **{name: want.shown for name, want in fields.items()},
            **({} if self.options["body"] is None else {"body": self.options["body"]}),
        }
        return Change(
            target=target,
            name=f"Incident with key {target}",
            before=dict.fromkeys(after),
            after=after,
            says=[OPEN(f"on {short_name(self._service)}")],
            record={},
            predicted=self._predicted(fields, status),
            body=self._body(fields),
            resend=CAREFULLY,
            warnings=self._warnings(state),
        )

    def _stays_acknowledged(self, state: NotOpen) -> bool:
        return state.is_own and "status" not in self.desired

    def _predicted(self, fields: Desired, status: str) -> Record:
        record = new_incident(self._key, {**self._known(), "status": status})
        for want in fields.values():
            record.update(want.record({}))
        return record

    def _known(self) -> Record:
        """Return what a new incident has because of its service."""
        policy = self._policy()
        return {
            "service": full_reference(SERVICE, self._service),
            "escalation_policy": full_reference(ESCALATION_POLICY, policy) if policy else None,
        }

    def _body(self, fields: Desired) -> Record:
        service = reference(SERVICE, self._service)
        body: Record = {"type": "incident", "incident_key": self._key, "service": service}
        for want in fields.values():
            body.update(want.body({}))
        if self._first:
            body["assignments"] = [{"assignee": reference(USER, self._first)}]
        if self.options["body"] is not None:
            body["body"] = {"type": "incident_body", "details": self.options["body"]}
        return body

    def _warnings(self, state: NotOpen) -> list[str]:
        """Return what may keep a new incident from paging anybody.

        Source: https://developer.pagerduty.com/docs/incident-creation-api, assignee; `NO_INCIDENTS`.
        """
        warnings = []
        if self._service.get("status") in NO_INCIDENTS:
            trouble = NO_INCIDENTS[self._service["status"]]
            warnings.append(
                f"Service {short_name(self._service)} is {trouble}, so PagerDuty may not open the incident."
            )
        if self._stays_acknowledged(state):
            warnings.append(
                "The incident is assigned to the user who opens it, so PagerDuty opens it as acknowledged and pages "
                "nobody."
            )
        policy = self._policy()
        if state.pages_nobody and policy:
            warnings.append(
                f"Nobody is on call for escalation policy {short_name(policy)}, so PagerDuty may not open the incident."
            )
        return warnings


def _is_acknowledged(incident: Record) -> bool:
    return incident.get("status") == "acknowledged"


def _moves(change: Change) -> bool:
    return ImpactedService.name in change.body
