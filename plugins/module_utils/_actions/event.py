# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module event: triggers, acknowledges and resolves alerts through the Events API v2.

With an API token the alert is read first, and an event without effect is not sent. If the alert cannot be read, or in
any other doubt, the event is sent: PagerDuty adds a repeated event to the open alert, whereas a lost one pages nobody.
An incident can hold many alerts. So the alert is what counts, and only one on a service that owns the routing key:
other services may use the same dedup key. Private to the collection.
"""

from __future__ import annotations

import itertools
import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._api.directory import SERVICE, full_reference
from .._core.action import Action, State
from .._core.change import Change, Fields, Notification, Says
from .._core.errors import TaskError
from .._core.words import ACKNOWLEDGE, RESOLVE, SEND, TRIGGER, UPDATE, Verb, label
from .._events.body import build_event
from .._events.limits import READS_BEFORE_EVENT
from .._incidents.on_call import OnCall
from .._incidents.read import find_alerts, find_incidents

Options = dict[str, t.Any]

MAX_INCIDENTS = 10
"""Incidents of one dedup key that are looked at: the newest ones. One for each service can be open."""
UNKNOWN, TRIGGERED, RESOLVED, DROPPED = "unknown", "triggered", "resolved", "dropped"
NO_INCIDENTS = {
    "maintenance": "in maintenance, so the event opens no incident and resolves none",
    "disabled": "disabled, so the event opens no incident",
}
"""By the status of a service. Source: https://support.pagerduty.com/main/docs/maintenance-windows."""
NOBODY: Record = {"id": None, "type": None, "summary": "nobody"}


class AlertState(t.NamedTuple):
    """What is known of an event's alert.

    Args:
        status: `triggered`, `acknowledged` (its incident is), `resolved`, or `unknown`.
        alert: the open alert, if there is one.
        service: the service that owns the routing key, if it was read.
        problem: why the alert could not be read.
        dropped: why PagerDuty would open nothing for a trigger; empty if it would, or if that is not known.
        people: whom a new alert would notify.
    """

    status: str
    alert: Record | None = None
    service: Record | None = None
    problem: str = ""
    dropped: str = ""
    people: t.Sequence[Notification] = ()


def event(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `action`, `routing_key` and the fields of the event.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /enqueue.
    """
    actions = {"trigger": Trigger, "acknowledge": Acknowledgement, "resolve": Resolution}
    return actions[options["action"]](client, options)


class EventAction(Action[PagerDuty]):
    """What the three have in common."""

    noun = "alert"
    if_unknown = ""

    def check(self) -> None:
        """Build the event.

        Raises:
            InvalidOption: see `build_event`.
        """
        self._warnings: list[str] = []
        self._event = build_event(self.options, self._warnings.append)

    def prepare(self) -> None:
        """Name the alert."""
        self.targets = [self._event["dedup_key"]]

    def locks(self) -> t.Sequence[str]:
        """Return none. Events may run in parallel: PagerDuty deduplicates them."""
        return ()

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the alert, if there is an API token."""
        state = AlertState(UNKNOWN)
        if self.client.settings.api_token:
            reader = AlertReader(self.client.quick(READS_BEFORE_EVENT), self._event)
            try:
                state = self.read_alert(reader)
            except TaskError as error:
                state = AlertState(UNKNOWN, problem=str(error))
        return [(target, state) for target in targets]

    def read_alert(self, reader: AlertReader) -> AlertState:
        """Return what is known of the alert.

        Raises:
            TaskError: it cannot be read.
        """
        return reader.state()

    def change(self, target: str, state: AlertState, after: Fields, says: Says) -> Change:
        """Return the change of the alert.

        Args:
            after: its status after the event, and what else is shown of it.
        """
        known = {"status": state.status, **_content(state.alert or {})}
        key = {"dedup_key": target}
        service = state.service and full_reference(SERVICE, state.service)
        change = Change(
            target=target,
            name=f"Alert {target}",
            before={**key, **{name: known[name] for name in after}},
            after={**key, **after},
            says=says,
            record={**key, "status": state.status, "service": service},
            predicted={**key, "status": after["status"], "service": service},
            body=state,
            if_unknown=self.if_unknown,
        )
        change.warnings = [*self._warnings, *_warnings(change, state)]
        return change

    def send_one(self, change: Change) -> Record:
        """Send the event."""
        response = self.client.send_event("/v2/enqueue", self._event)
        return {**change.predicted, "dedup_key": response.get("dedup_key") or change.target}

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `dedup_key`, `status` and `service`."""
        return {name: record[name] for record in records for name in ("dedup_key", "status", "service")}


class Trigger(EventAction):
    """Opens an alert, or updates the open one. It stays acknowledged if its incident is."""

    if_unknown = (
        "Run the task again: PagerDuty adds an event with the same dedup key to the open alert, and pages nobody."
    )

    def read_alert(self, reader: AlertReader) -> AlertState:
        """Return what is known of the alert; if none is open, also what a new one would do."""
        state = super().read_alert(reader)
        return state if state.alert else reader.of_new_alert(state)

    def plan(self, target: str, state: AlertState) -> Change:
        """Plan to send the event, unless the open alert has its severity, summary and details."""
        if state.alert is None and state.dropped:
            return self.change(target, state, {"status": DROPPED}, [SEND("the event, which opens no incident")])
        if state.alert is None:
            return self.change(target, state, {"status": TRIGGERED}, [TRIGGER()])
        content, wanted = _content(state.alert), _content_of_event(self._event)
        differing = {name: value for name, value in wanted.items() if value != content[name]}
        says = [UPDATE(*(name.replace("_", " ") for name in differing))] if differing else f"already {state.status}"
        return self.change(target, state, {"status": state.status, **differing}, says)

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom the event notifies: for an open alert only with another severity."""
        state: AlertState = change.body
        if state.alert is None:
            return state.people or [
                Notification(None, "on call for the service of the routing key, which could not be read")
            ]
        raised = Notification(None, "assigned to the incident, if the new severity raises its urgency")
        return [raised] if "severity" in change.after else []


class Reply(EventAction):
    """Acknowledges or resolves an alert."""

    verb: Verb

    def plan(self, target: str, state: AlertState) -> Change:
        """Plan to send the event, unless the alert is known to be so, or resolved."""
        if state.status in (self.verb.past, RESOLVED):
            return self.change(target, state, {"status": state.status}, f"already {state.status}")
        says = SEND(f"the event to {self.verb.base} it") if state.status == UNKNOWN else self.verb()
        return self.change(target, state, {"status": self.verb.past}, [says])


class Acknowledgement(Reply):
    """Acknowledges an alert. PagerDuty drops the acknowledgement of a resolved one."""

    verb = ACKNOWLEDGE
    if_unknown = "Run the task again: acknowledging an alert twice has no effect."

    def plan(self, target: str, state: AlertState) -> Change:
        """Plan as for any reply."""
        change = super().plan(target, state)
        if state.status == RESOLVED:
            without_effect = f"The alert {target} is already resolved, so acknowledging it has no effect."
            change.warnings = [*change.warnings, without_effect]
        return change


class Resolution(Reply):
    """Resolves an alert."""

    verb = RESOLVE
    if_unknown = "Run the task again: resolving an alert twice has no effect."


class AlertReader:
    """Reads the alert of an event.

    Args:
        client: makes the calls.
        event: its `dedup_key` and `routing_key` say which alert it is.
    """

    def __init__(self, client: PagerDuty, event: Record) -> None:
        self._client = client
        self._event = event
        self._services: dict[str, Record] = {}

    def state(self) -> AlertState:
        """Return the state of the alert: open if any incident holds it open, unknown in any doubt.

        Raises:
            TaskError: it cannot be read.
        """
        known = []
        found = find_incidents(self._client, self._event["dedup_key"])
        for _id, incident in itertools.islice(found, MAX_INCIDENTS):
            if isinstance(incident, TaskError):
                raise incident
            state = self._state_in(incident)
            if state and state.alert:
                return state
            if state:
                known.append(state)
        doubtful = [state for state in known if state.status == UNKNOWN]
        return (doubtful or known or [AlertState(UNKNOWN)])[0]

    def of_new_alert(self, state: AlertState) -> AlertState:
        """Return a state with what a new alert would do: whom it would notify, or why PagerDuty would open nothing."""
        service = state.service or self._find_service()
        if not (service and service.get("escalation_policy")):
            return state._replace(service=service)
        if service.get("status") in NO_INCIDENTS:
            return _dropped(state, service, f"the service {label(service)} is {NO_INCIDENTS[service['status']]}")
        if (service.get("alert_grouping_parameters") or {}).get("type"):
            why = "on call for the service, unless PagerDuty groups the alert into an open incident"
            return state._replace(service=service, people=[Notification(None, why)])
        policy = service["escalation_policy"]
        people = OnCall(self._client).notified_by(policy)
        if not people:
            # Source: https://support.pagerduty.com/main/docs/alerts.
            return _dropped(state, service, f"nobody is on call for {label(policy)}, so PagerDuty drops the event")
        return state._replace(service=service, people=people)

    def _find_service(self) -> Record | None:
        """Return the service that owns the routing key, if it is among the first page of services.

        It costs one call, and only says whom the event notifies.
        """
        try:
            query = [("include[]", "integrations"), ("limit", str(PAGE_SIZE))]
            services = self._client.get_list("/services", "services", query)
        except TaskError:
            return None
        return next((service for service in services if self._integration_ids(service)), None)

    def _state_in(self, incident: Record) -> AlertState | None:
        """Return the alert's state by one incident; None if the incident has nothing to do with it."""
        owner = self._owner(incident["service"])
        if owner and incident["status"] == RESOLVED:
            # The alerts of an incident that was merged are in the incident that it was merged into.
            return None if incident.get("resolve_reason") else AlertState(RESOLVED, service=owner)
        alerts = self._alerts(incident["id"])
        for alert in alerts:
            alert_owner = self._owner(alert.get("service") or incident["service"], alert.get("integration"))
            if alert_owner and RESOLVED in (alert["status"], incident["status"]):
                return AlertState(RESOLVED, service=alert_owner)
            if alert_owner:
                return AlertState(incident["status"], alert, alert_owner)
        # Without an alert: the REST API opened the incident with this key.
        return AlertState(UNKNOWN, service=owner) if owner and not alerts else None

    def _alerts(self, incident_id: str) -> list[Record]:
        """Return an incident's alerts with the key, the open ones first."""
        alerts = find_alerts(self._client, incident_id, self._event["dedup_key"])
        return sorted(alerts, key=lambda alert: alert["status"] == RESOLVED)

    def _owner(self, reference: Record, integration: Record | None = None) -> Record | None:
        """Return a service if the routing key is that of one of its integrations, or of the one given.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /services/{id}, `include[]=integrations`;
        `Alert`.
        """
        service_id = reference["id"]
        if service_id not in self._services:
            path = path_of("services", service_id)
            self._services[service_id] = self._client.get(path, "service", [("include[]", "integrations")])
        service = self._services[service_id]
        ids = self._integration_ids(service)
        is_owner = integration["id"] in ids if integration else bool(ids)
        return service if is_owner else None

    def _integration_ids(self, service: Record) -> list[str]:
        """Return the ids of a service's integrations with the routing key."""
        key = self._event["routing_key"]
        integrations = service.get("integrations") or ()
        return [str(each.get("id")) for each in integrations if each.get("integration_key") == key]


def _dropped(state: AlertState, service: Record, why: str) -> AlertState:
    return state._replace(service=service, dropped=why, people=[Notification(NOBODY, why)])


def _warnings(change: Change, state: AlertState) -> t.Iterator[str]:
    """Yield what the user should know of the alert and its service."""
    if state.problem:
        yield f"Could not read the alert's state, so the event is sent in any case: {state.problem}"
    service = state.service or {}
    if change.is_needed and state.alert is None and state.dropped:
        yield f"This event wakes nobody: {state.dropped}."
    elif change.is_needed and service.get("status") in NO_INCIDENTS:
        yield f"The service {label(service)} is {NO_INCIDENTS[service['status']]}."


def _content(alert: Record) -> Record:
    body = alert.get("body")
    details = body.get("details") if isinstance(body, dict) else None
    return {"severity": alert.get("severity"), "summary": alert.get("summary"), "custom_details": details or {}}


def _content_of_event(event: Record) -> Record:
    payload = event["payload"]
    return {
        "severity": payload["severity"],
        "summary": payload["summary"],
        "custom_details": payload.get("custom_details") or {},
    }
