# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events API v2: decides whether an event has to be sent.

An event opens, updates or resolves an alert, and an incident can hold many alerts. So the alert is what counts, and
only one on a service that owns the routing key: other services may use the same dedup key.

Private to the collection.
"""

from __future__ import annotations

import functools
import itertools
import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._api.directory import label
from .._core.errors import TaskError
from .._core.plan import Notification, Plan, Write
from .event_body import build_event
from .incidents import find_alerts, find_incidents
from .on_call import READ_TIMEOUT, OnCall

STATUS_AFTER = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
UNKNOWN = "unknown"
MAX_INCIDENTS = 100
"""Incidents of one dedup key that are looked at: the newest ones, in one call. One per service can be open."""
NO_PAGES = {
    "maintenance": "in maintenance, so the event opens no incident and resolves none",
    "disabled": "disabled, so the event opens no incident",
}
"""By the status of a service. Source: https://support.pagerduty.com/main/docs/maintenance-windows."""


class AlertState(t.NamedTuple):
    """What is known of an event's alert.

    Args:
        status: `triggered`, `acknowledged` (its incident is), `resolved`, or `unknown`.
        alert: the open alert, if there is one.
        service: the service that owns the routing key, if it was read.
    """

    status: str
    alert: Record | None = None
    service: Record | None = None


def send_event(pagerduty: PagerDuty, params: dict[str, t.Any]) -> list[Plan]:
    """Return the plan to send an event.

    With an API token the alert is read first, and an event without effect is not sent. If the alert cannot be read, or
    in any other doubt, the event is sent: PagerDuty adds a repeated event to the open alert, whereas a lost one pages
    nobody.

    Args:
        params: the options of the module `event`.

    Raises:
        InvalidOption: an option has an unusable value.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /enqueue.
    """
    event = build_event(params, pagerduty.warn)
    action, key = event["event_action"], event["dedup_key"]
    # Retrying these reads, or waiting long for them, must not delay the page.
    reader = pagerduty.without_retries(READ_TIMEOUT)
    state = _read_state(reader, event) if pagerduty.settings.api_token else AlertState(UNKNOWN)
    before = {"dedup_key": key, "status": state.status}
    write = Write(functools.partial(_enqueue, pagerduty))
    if _has_no_effect(action, state, event):
        if action == "acknowledge" and state.status == "resolved":
            pagerduty.warn(f"The alert {key} is already resolved, so acknowledging it has no effect.")
        return [Plan(key, before, before, record=before, predicted=before)]
    if state.service and state.service.get("status") in NO_PAGES:
        pagerduty.warn(f"The service {label(state.service)} is {NO_PAGES[state.service['status']]}.")
    planned = {**before, "status": _status_after(action, state)}
    shown_before, shown_after = _shown(event, state)
    notifies = _notifies(reader, action, state, shown_after)
    return [Plan(key, {**before, **shown_before}, {**planned, **shown_after}, before, planned, write, event, notifies)]


def _notifies(pagerduty: PagerDuty, action: str, state: AlertState, updated: Record) -> list[Notification]:
    """Return whom an event notifies: only a trigger does."""
    if action != "trigger" or (state.alert and "severity" not in updated):
        return []
    if state.alert:
        return [Notification(None, "assigned to the incident, if the new severity raises its urgency")]
    policy = state.service and state.service.get("escalation_policy")
    if not (state.service and policy):
        return [Notification(None, "on call for the service of the routing key, which could not be read")]
    if state.service.get("status") in NO_PAGES:
        return []
    if state.service.get("alert_grouping_parameters"):
        return [Notification(None, "on call for the service, unless PagerDuty groups the alert into an open incident")]
    return OnCall(pagerduty).notified_by(policy)


def _status_after(action: str, state: AlertState) -> str:
    """Return the status after the event: a trigger for an open alert leaves an acknowledged incident acknowledged."""
    return state.status if action == "trigger" and state.alert else STATUS_AFTER[action]


def _has_no_effect(action: str, state: AlertState, event: Record) -> bool:
    if action == "trigger":
        return state.alert is not None and _content(state.alert) == _content_of_event(event)
    # PagerDuty drops an acknowledgement of a resolved alert.
    return state.status in ("resolved", *(["acknowledged"] if action == "acknowledge" else []))


def _shown(event: Record, state: AlertState) -> tuple[Record, Record]:
    """Return what a diff shows of an open alert that the event updates."""
    if event["event_action"] != "trigger" or state.alert is None:
        return {}, {}
    before, after = _content(state.alert), _content_of_event(event)
    differing = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in differing}, {name: after[name] for name in differing}


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


def _read_state(pagerduty: PagerDuty, event: Record) -> AlertState:
    try:
        state = _alert_state(pagerduty, event)
    except TaskError as error:
        pagerduty.warn(f"Could not read the alert's state; the event was sent anyway: {error}")
        return AlertState(UNKNOWN)
    return state if state.service else state._replace(service=_find_service(pagerduty, event))


def _find_service(pagerduty: PagerDuty, event: Record) -> Record | None:
    """Return the service that owns the routing key of a trigger, if it is among the first page of services.

    It costs one call, and only says whom the event notifies.
    """
    if event["event_action"] != "trigger":
        return None
    try:
        query = [("include[]", "integrations"), ("limit", str(PAGE_SIZE))]
        services: list[Record] = pagerduty.get("/services", "services", query)
    except TaskError:
        return None
    return next((service for service in services if _integration_ids(service, event["routing_key"])), None)


def _alert_state(pagerduty: PagerDuty, event: Record) -> AlertState:
    """Return the state of an event's alert: open if any incident holds it open, unknown in any doubt."""
    known = []
    for _id, incident in itertools.islice(find_incidents(pagerduty, event["dedup_key"]), MAX_INCIDENTS):
        if isinstance(incident, TaskError):
            raise incident
        state = _state_in(pagerduty, incident, event)
        if state and state.alert:
            return state
        if state:
            known.append(state)
    doubtful = [state for state in known if state.status == UNKNOWN]
    return (doubtful or known or [AlertState(UNKNOWN)])[0]


def _state_in(pagerduty: PagerDuty, incident: Record, event: Record) -> AlertState | None:
    """Return the state of an event's alert by one incident; None if the incident has nothing to do with it."""
    owner = _owner(pagerduty, incident["service"], event)
    if owner and incident["status"] == "resolved":
        # The alerts of an incident that was merged are in the incident that it was merged into.
        return None if incident.get("resolve_reason") else AlertState("resolved", service=owner)
    alerts = _alerts(pagerduty, incident, event["dedup_key"])
    for alert in alerts:
        alert_owner = _owner(pagerduty, alert.get("service") or incident["service"], event, alert.get("integration"))
        if alert_owner and "resolved" in (alert["status"], incident["status"]):
            return AlertState("resolved", service=alert_owner)
        if alert_owner:
            return AlertState(incident["status"], alert, alert_owner)
    # Without an alert: the REST API opened the incident with this key.
    return AlertState(UNKNOWN, service=owner) if owner and not alerts else None


def _alerts(pagerduty: PagerDuty, incident: Record, key: str) -> list[Record]:
    """Return an incident's alerts with a key, the open ones first."""
    return sorted(find_alerts(pagerduty, incident["id"], key), key=lambda alert: bool(alert["status"] == "resolved"))


def _owner(pagerduty: PagerDuty, reference: Record, event: Record, integration: Record | None = None) -> Record | None:
    """Return a service if the event's routing key is that of one of its integrations, or of the one given.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /services/{id}, `include[]=integrations`; `Alert`.
    """
    service_id = reference["id"]
    services = pagerduty.lookups.setdefault("services with integrations", {})
    if service_id not in services:
        path = path_of("services", service_id)
        services[service_id] = pagerduty.get(path, "service", [("include[]", "integrations")])
    ids = _integration_ids(services[service_id], event["routing_key"])
    is_owner = integration["id"] in ids if integration else bool(ids)
    return services[service_id] if is_owner else None


def _integration_ids(service: Record, routing_key: str) -> list[str]:
    """Return the ids of a service's integrations with a routing key."""
    integrations = service.get("integrations") or ()
    return [str(each.get("id")) for each in integrations if each.get("integration_key") == routing_key]


def _enqueue(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    response = pagerduty.send_event("/v2/enqueue", plan.body)
    return [{**plan.predicted, "dedup_key": response.get("dedup_key") or plan.target}]
