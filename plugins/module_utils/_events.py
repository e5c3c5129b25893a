# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Events API v2: what an event may hold, and the plan to send it.

Private to the collection.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import typing as t
from datetime import datetime

from ._auth import routing_key
from ._errors import BadInput, PagerDutyError
from ._incidents import find_incidents
from ._plan import Plan, Write
from ._rest import PagerDuty, Record, path_of

SEVERITIES = ("critical", "error", "warning", "info")
STATUS_AFTER = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
ALREADY = {
    "trigger": ("triggered", "acknowledged"),
    "acknowledge": ("acknowledged", "resolved"),
    "resolve": ("resolved",),
}
"""In which states of the alert an action has nothing to do. PagerDuty drops the acknowledgement of a resolved alert."""

MOST_SUMMARY = 1024
MOST_DEDUP_KEY = 255
MOST_BYTES = 512 * 1024
"""Limits of an event, in characters and bytes. Source: https://developer.pagerduty.com/docs/send-alert-event."""

HTTP_URL = re.compile(r"https?://[^\s/]+\S*")
OPTIONAL_FIELDS = ("component", "group", "class", "custom_details", "timestamp")
IDENTIFYING = ("summary", "source", "component", "group", "class")
UNKNOWN = "unknown"


def send_event(pagerduty: PagerDuty, params: dict[str, t.Any], notice: t.Callable[[str], None]) -> list[Plan]:
    """The plan to send an alert event.

    With an API token the alert's state is read first, and what is already so is not sent again. That is believed
    only of an incident on a service that owns the routing key: the same dedup key may be in use elsewhere. When the
    state cannot be read, the event is sent: PagerDuty folds a repeated event into the open alert, whereas a lost one
    wakes nobody.

    Args:
        params: the options of the module `event`.
        notice: tells the user what could not be looked up.

    Raises:
        BadInput: when an option cannot be right.

    Source: openapi/events-v2.json, POST /enqueue.
    """
    event = build_event(params)
    key = event["dedup_key"]
    status = _status(pagerduty, event, notice) if pagerduty.settings.api_token else UNKNOWN
    already = status in ALREADY[event["event_action"]]
    if already and status != STATUS_AFTER[event["event_action"]]:
        notice(f"The alert {key} is {status}: there is nothing to {event['event_action']}.")
    after = status if already else STATUS_AFTER[event["event_action"]]
    return [
        Plan(
            key,
            before={"dedup_key": key, "status": status},
            after={"dedup_key": key, "status": after},
            record={"dedup_key": key, "status": status},
            expected={"dedup_key": key, "status": after},
            write=Write(lambda plans: [_enqueue(pagerduty, plan) for plan in plans]),
            body=event,
        )
    ]


def build_event(params: dict[str, t.Any]) -> Record:
    """The event's body, checked.

    Raises:
        BadInput: when an option cannot be right.
    """
    action = params["action"]
    payload = _payload(params)
    event: Record = {
        "routing_key": routing_key(params),
        "event_action": action,
        "dedup_key": _dedup_key(action, params["dedup_key"], payload),
    }
    details = {
        "payload": payload,
        "images": _linked("images", params["images"], "src", https_only=True),
        "links": _linked("links", params["links"], "href"),
        "client": params["client"],
        "client_url": _url("client_url", params["client_url"]),
    }
    if action == "trigger":
        event.update({name: value for name, value in details.items() if value})
    if len(json.dumps(event)) > MOST_BYTES:
        raise BadInput("custom_details", f"the whole event must not be larger than {MOST_BYTES // 1024} KB")
    return event


def _payload(params: dict[str, t.Any]) -> Record:
    summary = params["summary"] if params["summary"] is not None else f"Ansible on {platform.node()}"
    source = params["source"] if params["source"] is not None else platform.node()
    for option, text in (("summary", summary), ("source", source)):
        if not text.strip():
            raise BadInput(option, "it must not be empty", text)
    if len(summary) > MOST_SUMMARY:
        raise BadInput("summary", f"it must have at most {MOST_SUMMARY} characters, and has {len(summary)}", summary)
    _check_timestamp(params["timestamp"])
    given = {name: params[name] for name in OPTIONAL_FIELDS if params[name] is not None}
    return {"summary": summary, "source": source, "severity": params["severity"], **given}


def _check_timestamp(timestamp: str | None) -> None:
    if timestamp is None:
        return
    try:
        # Python learned to read a closing Z, and offsets without a colon, in 3.11 only.
        moment = datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", re.sub("[Zz]$", "+00:00", timestamp)))
    except ValueError:
        moment = None
    if moment is None or len(timestamp) < len("2026-01-31T00:00"):
        raise BadInput("timestamp", "it must be an ISO 8601 time such as 2026-01-31T23:59:59Z", timestamp)


def _dedup_key(action: str, given: str | None, payload: Record) -> str:
    if given is not None and not given.strip():
        raise BadInput("dedup_key", "it must not be empty", given)
    if given is not None and len(given) > MOST_DEDUP_KEY:
        raise BadInput("dedup_key", f"it must have at most {MOST_DEDUP_KEY} characters, and has {len(given)}", given)
    if given is not None:
        return given
    if action != "trigger":
        raise BadInput("dedup_key", f"it is required to {action}: it names the alert")
    # Made of what the alert is about, so that a retry, a second run or another host cannot open a second alert.
    about = json.dumps([payload.get(name) for name in IDENTIFYING])
    return f"ansible-{hashlib.sha256(about.encode()).hexdigest()[:32]}"


def _linked(
    option: str, entries: t.Sequence[t.Any] | None, address: str, *, https_only: bool = False
) -> list[dict[str, str]]:
    """Images and links: an entry is a plain URL, or a mapping with the URL under `address`."""
    return [_link(option, entry, address, https_only=https_only) for entry in entries or ()]


def _link(option: str, entry: t.Any, address: str, *, https_only: bool) -> dict[str, str]:
    known = {"src", "href", "alt"} if address == "src" else {"href", "text"}
    link = {address: entry.strip()} if isinstance(entry, str) else entry
    if not isinstance(link, dict) or not set(link) <= known or not isinstance(link.get(address), str):
        names = ", ".join(sorted(known))
        raise BadInput(option, f"each must be a URL, or a mapping of {names} with {address}", entry)
    if not HTTP_URL.fullmatch(link[address]) or (https_only and not link[address].startswith("https://")):
        raise BadInput(option, f"{address} must be a URL that starts with https://", link[address])
    return {name: str(value) for name, value in link.items()}


def _url(option: str, url: str | None) -> str | None:
    if url is not None and not HTTP_URL.fullmatch(url):
        raise BadInput(option, "it must be a URL such as https://monitoring.example.com/", url)
    return url


def _status(pagerduty: PagerDuty, event: Record, notice: t.Callable[[str], None]) -> str:
    """The state of the event's alert, where it is known for sure; else `unknown`."""
    try:
        # Tried once: waiting for a look must not hold up the page itself.
        incidents = find_incidents(pagerduty, event["dedup_key"], retried=False)
        status = _open_or_newest(incidents)
        if status not in ALREADY[event["event_action"]]:
            return status
        services = {str(incident["service"].get("id")) for incident in incidents}
        owning = {service for service in services if _owns(pagerduty, service, event["routing_key"])}
        return _open_or_newest([incident for incident in incidents if incident["service"].get("id") in owning])
    except PagerDutyError as error:
        notice(f"The event is sent without a look at the alert's state: {error}")
        return UNKNOWN


def _open_or_newest(incidents: t.Sequence[Record]) -> str:
    states = [incident["status"] for incident in incidents]
    return next((state for state in states if state != "resolved"), states[0] if states else UNKNOWN)


def _owns(pagerduty: PagerDuty, service_id: str, key: str) -> bool:
    """Whether a routing key belongs to an integration of a service.

    Source: https://developer.pagerduty.com/api-reference, GET /services/{id} with `integrations`.
    """
    service = pagerduty.get(path_of("services", service_id), "service", [("include[]", "integrations")], retried=False)
    return any(integration.get("integration_key") == key for integration in service.get("integrations") or ())


def _enqueue(pagerduty: PagerDuty, plan: Plan) -> Record:
    answer = pagerduty.send_event("/v2/enqueue", plan.body)
    return {**plan.expected, "dedup_key": answer.get("dedup_key") or plan.target}
