# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Events API v2: `/v2/enqueue` and `/v2/change/enqueue`.

Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json;
https://developer.pagerduty.com/docs/events-api-v2-overview; https://developer.pagerduty.com/docs/send-alert-event.
"""

from __future__ import annotations

import re
import typing as t

from simulator.account import Integration, Service
from simulator.call import Response
from simulator.clock import iso, time_of
from simulator.incident import Actor, Alert, Incident
from simulator.limits import SlidingMinute
from simulator.request import Request
from simulator.state import NewIncident, State

PREFIX = "/v2/"
MAX_EVENT = 512 * 1024
"""Bytes."""
MAX_SUMMARY = 1024
MAX_DEDUP_KEY = 255
MAX_ATTACHMENTS = 50
"""Links, and images. Source: https://github.com/PagerDuty/go-pagerduty/issues/478."""
ROUTING_KEY_LENGTH = 32
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
OPTIONAL_TEXTS = ("component", "group", "class")
TIMESTAMP = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?)((?<=:\d\d:\d\d)\.\d+)?((?P<hours>[+-]\d\d):?(?P<minutes>\d\d))?Z?"
)
"""ISO 8601, and an offset with a Z after it, which PagerDuty's own client sends and so must be taken."""

Json = dict[str, t.Any]


class InvalidEvent(Exception):
    """An event that PagerDuty refuses.

    Args:
        errors: what is wrong with it.
        message: one sentence for all of them.
    """

    def __init__(self, errors: t.Sequence[str], message: str = "Event object is invalid", status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "invalid event", "message": message, "errors": list(errors)}


def answer_event(request: Request, state: State, limit: SlidingMinute) -> Response:
    """Answer a request of the Events API; an event beyond the rate limit is refused."""
    endpoint = ENDPOINTS.get((request.method, request.path))
    if endpoint is None:
        return Response(404, {"status": "not found", "message": "Not Found", "errors": []})
    try:
        event = _event_of(request)
        integration = _integration_of(event, state)
        if not limit.take(integration.integration_key).granted:
            return Response(429, {"status": "throttle exceeded", "message": "Event rate limit exceeded", "errors": []})
        state.settle()
        return endpoint(event, integration, state)
    except InvalidEvent as error:
        return Response(error.status, error.body)


def _event_of(request: Request) -> Json:
    """The body.

    Raises:
        InvalidEvent: it is too large, or not a JSON object.
    """
    if len(request.content) > MAX_EVENT:
        raise InvalidEvent(["Event exceeds 512 KB"], "Event object is too large", status=413)
    try:
        event = request.json()
    except ValueError:
        raise InvalidEvent(["JSON parse error"], "Event object format is unrecognized") from None
    if not isinstance(event, dict):
        raise InvalidEvent(["The event must be an object"], "Event object format is unrecognized")
    return event


def _integration_of(event: Json, state: State) -> Integration:
    """Return the integration of an event.

    Raises:
        InvalidEvent: its routing key is missing or unknown.
    """
    key = event.get("routing_key")
    if not isinstance(key, str) or not key:
        raise InvalidEvent(["'routing_key' is missing or blank"])
    if len(key) != ROUTING_KEY_LENGTH:
        raise InvalidEvent([f"Length of 'routing_key' is incorrect (should be {ROUTING_KEY_LENGTH} characters)"])
    integration = state.integration(key)
    if integration is None:
        raise InvalidEvent(["'routing_key' is not known"])
    return integration


def enqueue(event: Json, integration: Integration, state: State) -> Response:
    """POST /v2/enqueue.

    Raises:
        InvalidEvent: the event is invalid.
    """
    errors = [*_errors_of_event(event), *_errors_of_attachments(event)]
    if event.get("event_action") == "trigger":
        errors += _errors_of_payload(event.get("payload"), change=False)
    if errors:
        raise InvalidEvent(errors)
    dedup_key = event.get("dedup_key") or state.ids.dedup_key()
    if event["event_action"] == "trigger":
        _trigger(event, dedup_key, integration, state)
    elif _is_in_service(integration, state) and (alert := state.open_alert(integration, dedup_key)):
        EFFECTS[event["event_action"]](alert, _act(integration, state))
        state.watch(alert.incident)
    return Response(202, {"status": "success", "message": "Event processed", "dedup_key": dedup_key})


def enqueue_change(event: Json, integration: Integration, state: State) -> Response:
    """POST /v2/change/enqueue: records a change event each time.

    Raises:
        InvalidEvent: the event is invalid.
    """
    errors = [*_errors_of_payload(event.get("payload"), change=True), *_errors_of_attachments(event)]
    if errors:
        raise InvalidEvent(errors)
    time = _timestamp(event["payload"])
    state.change_events.append(
        {
            "id": state.ids.change_event(),
            "service": integration.service_id,
            "integration": integration.id,
            "received_at": iso(state.clock.now()),
            "timestamp": iso(state.clock.now() if time is None else time),
            "payload": event["payload"],
            "links": event.get("links", []),
            "images": event.get("images", []),
        }
    )
    return Response(202, {"status": "success", "message": "Change event processed"})


def _errors_of_event(event: Json) -> t.Iterator[str]:
    action, dedup_key = event.get("event_action"), event.get("dedup_key")
    if action not in ACTIONS:
        yield f"'event_action' must be one of {', '.join(ACTIONS)}"
    if "dedup_key" in event and not isinstance(dedup_key, str):
        yield "'dedup_key' must be a string"
    elif dedup_key and len(dedup_key) > MAX_DEDUP_KEY:
        yield f"'dedup_key' must have at most {MAX_DEDUP_KEY} characters"
    if action in ACTIONS[1:] and not dedup_key:
        yield f"'dedup_key' is required to {action}"
    for name in ("client", "client_url"):
        if name in event and not isinstance(event[name], str):
            yield f"'{name}' must be a string"


def _errors_of_payload(payload: t.Any, *, change: bool) -> t.Iterator[str]:
    if not isinstance(payload, dict):
        yield "'payload' is missing or no object"
        return
    required = ("summary",) if change else ("summary", "source")
    yield from (f"'payload.{name}' is missing or blank" for name in required if not _is_text(payload.get(name)))
    if _is_text(payload.get("summary")) and len(payload["summary"]) > MAX_SUMMARY:
        yield f"'payload.summary' must have at most {MAX_SUMMARY} characters"
    if not change and payload.get("severity") not in SEVERITIES:
        yield f"'payload.severity' must be one of {', '.join(SEVERITIES)}"
    for name in ("source", *OPTIONAL_TEXTS):
        if name in payload and not isinstance(payload[name], str):
            yield f"'payload.{name}' must be a string"
    try:
        _timestamp(payload)
    except ValueError:
        yield "'payload.timestamp' must be in ISO 8601 format"
    if not isinstance(payload.get("custom_details", {}), dict):
        yield "'payload.custom_details' must be an object"


def _errors_of_attachments(event: Json) -> t.Iterator[str]:
    for name, needed in (("images", "src"), ("links", "href")):
        items = event.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            yield f"'{name}' must be an array of objects"
        elif len(items) > MAX_ATTACHMENTS:
            yield f"'{name}' must have at most {MAX_ATTACHMENTS} items"
        elif not all(_is_text(item.get(needed)) for item in items):
            yield f"Every item of '{name}' needs '{needed}'"
        elif name == "images" and not all(item["src"].startswith("https://") for item in items):
            yield "'images.src' must be an https URL"


def _timestamp(payload: Json) -> float | None:
    """The time of an event in seconds since 1970, or None where it is absent.

    Raises:
        ValueError: it is no such time.
    """
    if "timestamp" not in payload:
        return None
    found = TIMESTAMP.fullmatch(str(payload["timestamp"]))
    if found is None:
        raise ValueError(payload["timestamp"])
    return time_of(f"{found['time']}{found['hours'] or '+00'}:{found['minutes'] or '00'}")


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _trigger(event: Json, dedup_key: str, integration: Integration, state: State) -> None:
    """Append to the open alert, or open one and an incident, which pages; without anybody on call, do nothing.

    Source: https://support.pagerduty.com/main/docs/alerts; https://community.pagerduty.com, topic 1621.
    """
    service = state.services[integration.service_id]
    payload = event["payload"]
    actor = _act(integration, state)
    if service.status != "active" or state.is_in_maintenance(service):
        # The event is accepted, but opens nothing.
        return
    alert = state.open_alert(integration, dedup_key)
    if alert:
        _append(payload, alert, actor)
        return
    incident = _incident_to_join(dedup_key, service, state)
    if incident is None and service.escalation_policy.first_level is None:
        # Nobody would be told, so PagerDuty drops the event.
        return
    if incident is None:
        incident = state.open_incident(
            NewIncident(payload["summary"], service, alert_key=dedup_key), actor, payload["summary"]
        )
        incident.log[0].details = payload.get("custom_details", {})
        incident.log[0].service_key = integration.integration_key
    incident.alerts.append(
        Alert(
            id=state.ids.incident(),
            alert_key=dedup_key,
            summary=payload["summary"],
            severity=payload["severity"],
            service=service,
            integration=integration,
            incident=incident,
            created_at=actor.at,
            details=_details(payload),
            contexts=_contexts(event),
            first_trigger=incident.log[0],
        )
    )


def _incident_to_join(dedup_key: str, service: Service, state: State) -> Incident | None:
    """Return the open incident that a new alert goes into, by its key or by the service's grouping."""
    incident = state.open_with_key(dedup_key, service)
    if incident is None and service.groups_alerts:
        incident = state.open_on(service)
        if incident:
            state.index_by_key(dedup_key, incident)
    return incident


def _append(payload: Json, alert: Alert, actor: Actor) -> None:
    """Add an event to an open alert, which then shows the latest one (INFERRED for all but the summary).

    Source: https://github.com/PagerDuty/pdpyras/issues/45.
    """
    alert.event_count += 1
    alert.summary, alert.severity, alert.details = payload["summary"], payload["severity"], _details(payload)
    key = alert.integration.integration_key
    alert.incident.write(actor, "trigger", payload["summary"], details=_details(payload), service_key=key)


def _acknowledge(alert: Alert, actor: Actor) -> None:
    """Acknowledge the alert's incident, unless it is acknowledged."""
    if alert.incident.status == "triggered":
        alert.incident.acknowledge(actor)


def _is_in_service(integration: Integration, state: State) -> bool:
    return not state.is_in_maintenance(state.services[integration.service_id])


def _act(integration: Integration, state: State) -> Actor:
    return state.actor(state.services[integration.service_id])


def _details(payload: Json) -> Json:
    """Return the details of an alert's body: the event's custom details, as in the example of `Alert` in the schema."""
    return t.cast("Json", payload.get("custom_details", {}))


def _contexts(event: Json) -> list[Json]:
    """Return an event's links and images, as an alert's body shows them."""
    links = [{"type": "link", **link} for link in event.get("links", [])]
    images = [{"type": "image", **image} for image in event.get("images", [])]
    client = (
        [{"type": "link", "href": event["client_url"], "text": event.get("client", "")}]
        if event.get("client_url")
        else []
    )
    return [*client, *links, *images]


EFFECTS: t.Mapping[str, t.Callable[[Alert, Actor], None]] = {"acknowledge": _acknowledge, "resolve": Alert.resolve}
"""What an event does to an open alert. Without one, the event is dropped."""
ENDPOINTS: t.Mapping[tuple[str, str], t.Callable[[Json, Integration, State], Response]] = {
    ("POST", "/v2/enqueue"): enqueue,
    ("POST", "/v2/change/enqueue"): enqueue_change,
}
