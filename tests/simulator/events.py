# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Events API v2: `/v2/enqueue` and `/v2/change/enqueue`.

Source: openapi/events-v2.json; PAGERDUTY_API.md, "Events API v2".
"""

from __future__ import annotations

import re
import typing as t

from simulator import account
from simulator.account import Integration
from simulator.arrival import Arrival
from simulator.call import Answer
from simulator.clock import iso
from simulator.incident import Act, Alert
from simulator.limits import SlidingMinute
from simulator.state import Opening, State

PREFIX = "/v2/"
EVENT_AT_MOST = 512 * 1024
"""Bytes."""
SUMMARY_AT_MOST = 1024
DEDUP_KEY_AT_MOST = 255
ROUTING_KEY_LENGTH = 32
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
OPTIONAL_TEXTS = ("component", "group", "class")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:?\d\d)?Z?")
"""ISO 8601, and an offset with a Z after it, which PagerDuty's own client sends and so must be taken."""

Json = dict[str, t.Any]


class InvalidEvent(Exception):
    """An event that PagerDuty does not take.

    Args:
        errors: what is wrong with it.
        message: one sentence for all of them.
    """

    def __init__(self, errors: t.Sequence[str], message: str = "Event object is invalid", status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "invalid event", "message": message, "errors": list(errors)}


def answer_event(arrival: Arrival, state: State, limit: SlidingMinute) -> Answer:
    """Answer one request of the Events API; an event beyond the limit is not taken."""
    endpoint = ENDPOINTS.get((arrival.method, arrival.path))
    if endpoint is None:
        return Answer(404, {"status": "not found", "message": "Not Found", "errors": []})
    try:
        event = _event_of(arrival)
        integration = _integration_of(event)
        if not limit.take(integration.integration_key).granted:
            return Answer(429, {"status": "throttle exceeded", "message": "Event rate limit exceeded", "errors": []})
        state.settle()
        return endpoint(event, integration, state)
    except InvalidEvent as error:
        return Answer(error.status, error.body)


def _event_of(arrival: Arrival) -> Json:
    """The body.

    Raises:
        InvalidEvent: when it is too large, or no JSON object.
    """
    if len(arrival.content) > EVENT_AT_MOST:
        raise InvalidEvent(["Event exceeds 512 KB"], "Event object is too large", status=413)
    try:
        event = arrival.json()
    except ValueError:
        raise InvalidEvent(["JSON parse error"], "Event object format is unrecognized") from None
    if not isinstance(event, dict):
        raise InvalidEvent(["The event must be an object"], "Event object format is unrecognized")
    return event


def _integration_of(event: Json) -> Integration:
    """Where the event goes.

    Raises:
        InvalidEvent: when its routing key is missing or unknown.
    """
    key = event.get("routing_key")
    if not isinstance(key, str) or not key:
        raise InvalidEvent(["'routing_key' is missing or blank"])
    if len(key) != ROUTING_KEY_LENGTH:
        raise InvalidEvent([f"Length of 'routing_key' is incorrect (should be {ROUTING_KEY_LENGTH} characters)"])
    if key not in account.INTEGRATIONS_BY_KEY:
        raise InvalidEvent(["'routing_key' is not known"])
    return account.INTEGRATIONS_BY_KEY[key]


def enqueue(event: Json, integration: Integration, state: State) -> Answer:
    """POST /v2/enqueue.

    Raises:
        InvalidEvent: when the event is wrong.
    """
    errors = [*_errors_of_event(event), *_errors_of_attachments(event)]
    if event.get("event_action") == "trigger":
        errors += _errors_of_payload(event.get("payload"), change=False)
    if errors:
        raise InvalidEvent(errors)
    dedup_key = event.get("dedup_key") or state.ids.dedup_key()
    if event["event_action"] == "trigger":
        _trigger(event, dedup_key, integration, state)
    elif alert := state.open_alert(integration, dedup_key):
        EFFECTS[event["event_action"]](alert, _act(integration, state))
    return Answer(202, {"status": "success", "message": "Event processed", "dedup_key": dedup_key})


def enqueue_change(event: Json, integration: Integration, state: State) -> Answer:
    """POST /v2/change/enqueue: records one more change event, whatever it says.

    Raises:
        InvalidEvent: when the event is wrong.
    """
    errors = [*_errors_of_payload(event.get("payload"), change=True), *_errors_of_attachments(event)]
    if errors:
        raise InvalidEvent(errors)
    state.change_events.append(
        {
            "service": integration.service_id,
            "received_at": iso(state.clock.now()),
            "payload": event["payload"],
            "links": event.get("links", []),
            "images": event.get("images", []),
        }
    )
    return Answer(202, {"status": "success", "message": "Change event processed"})


def _errors_of_event(event: Json) -> t.Iterator[str]:
    action, dedup_key = event.get("event_action"), event.get("dedup_key")
    if action not in ACTIONS:
        yield f"'event_action' must be one of {', '.join(ACTIONS)}"
    if "dedup_key" in event and not isinstance(dedup_key, str):
        yield "'dedup_key' must be a string"
    elif dedup_key and len(dedup_key) > DEDUP_KEY_AT_MOST:
        yield f"'dedup_key' must have at most {DEDUP_KEY_AT_MOST} characters"
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
    if _is_text(payload.get("summary")) and len(payload["summary"]) > SUMMARY_AT_MOST:
        yield f"'payload.summary' must have at most {SUMMARY_AT_MOST} characters"
    if not change and payload.get("severity") not in SEVERITIES:
        yield f"'payload.severity' must be one of {', '.join(SEVERITIES)}"
    for name in ("source", *OPTIONAL_TEXTS):
        if name in payload and not isinstance(payload[name], str):
            yield f"'payload.{name}' must be a string"
    if "timestamp" in payload and not TIMESTAMP.fullmatch(str(payload["timestamp"])):
        yield "'payload.timestamp' must be in ISO 8601 format"
    if not isinstance(payload.get("custom_details", {}), dict):
        yield "'payload.custom_details' must be an object"


def _errors_of_attachments(event: Json) -> t.Iterator[str]:
    for name, needed in (("images", "src"), ("links", "href")):
        items = event.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            yield f"'{name}' must be an array of objects"
        elif not all(_is_text(item.get(needed)) for item in items):
            yield f"Every item of '{name}' needs '{needed}'"
        elif name == "images" and not all(item["src"].startswith("https://") for item in items):
            yield "'images.src' must be an https URL"


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _trigger(event: Json, dedup_key: str, integration: Integration, state: State) -> None:
    """Append to the open alert, or open one and an incident, which pages."""
    service = account.SERVICES[integration.service_id]
    payload = event["payload"]
    act = _act(integration, state)
    alert = state.open_alert(integration, dedup_key)
    if alert:
        alert.event_count += 1
        alert.incident.write(act, "trigger", payload["summary"], details=payload.get("custom_details", {}))
        return
    incident = state.open_with_key(dedup_key, service)
    if incident is None:
        incident = state.open_incident(
            Opening(payload["summary"], service, incident_key=dedup_key), act, payload["summary"]
        )
        incident.log[0].details = payload.get("custom_details", {})
    incident.alerts.append(
        Alert(
            id=state.ids.incident(),
            alert_key=dedup_key,
            summary=payload["summary"],
            severity=payload["severity"],
            service=service,
            integration=integration,
            incident=incident,
            created_at=act.at,
            details=_details(payload),
            contexts=_contexts(event),
            first_trigger=incident.log[0],
        )
    )


def _acknowledge(alert: Alert, act: Act) -> None:
    """Acknowledge the alert's incident; once more, nothing happens."""
    if alert.incident.status == "triggered":
        alert.incident.acknowledge(act)


def _act(integration: Integration, state: State) -> Act:
    return state.act(account.SERVICES[integration.service_id])


def _details(payload: Json) -> Json:
    """What the alert's body shows of the payload."""
    shown = {name: payload[name] for name in ("source", *OPTIONAL_TEXTS, "timestamp") if name in payload}
    return {**shown, "custom_details": payload["custom_details"]} if "custom_details" in payload else shown


def _contexts(event: Json) -> list[Json]:
    """The event's links and images, as an alert's body shows them."""
    links = [{"type": "link", **link} for link in event.get("links", [])]
    images = [{"type": "image", **image} for image in event.get("images", [])]
    client = (
        [{"type": "link", "href": event["client_url"], "text": event.get("client", "")}]
        if event.get("client_url")
        else []
    )
    return [*client, *links, *images]


EFFECTS: t.Mapping[str, t.Callable[[Alert, Act], None]] = {"acknowledge": _acknowledge, "resolve": Alert.resolve}
"""What becomes of an open alert; where none is open, the event is dropped without a word."""
ENDPOINTS: t.Mapping[tuple[str, str], t.Callable[[Json, Integration, State], Answer]] = {
    ("POST", "/v2/enqueue"): enqueue,
    ("POST", "/v2/change/enqueue"): enqueue_change,
}
