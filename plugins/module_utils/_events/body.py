# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of events: whatever the options hold, PagerDuty accepts them.

Only a routing key that is none stops an event. What else is wrong is mended or moved to custom_details, with a warning.

Private to the collection.
"""

from __future__ import annotations

import hashlib
import json
import platform
import typing as t
from collections.abc import Mapping

from .._api.auth import is_unset, routing_key
from .._api.client import Record
from .._core.errors import InvalidOption
from .._core.json_values import from_json, text_of
from .._core.timestamps import rfc_3339, time_or_epoch
from .attachments import IMAGES, LINKS, attachments, usable_url
from .limits import cut_to_fit
from .repairs import Repairs, Warn
from .severity import severity_of

MAX_DEDUP_KEY = 255
"""Characters. Source: https://developer.pagerduty.com/docs/send-alert-event."""
DEFAULT_SUMMARY = "An event without a summary"
DETAILS = "details"
"""The key in custom_details for details that are no dictionary."""
CHANGE_KEY = "change_key"
"""The key in custom_details that holds the change key."""
TEXT_FIELDS = ("component", "group", "class")
IDENTIFYING_FIELDS = ("summary", "source", *TEXT_FIELDS)

Params = t.Mapping[str, t.Any]


def build_event(params: Params, warn: Warn) -> Record:
    """Return the body of an event.

    Args:
        params: the options of the module `event`.
        warn: is called with what was mended, moved or cut.

    Raises:
        InvalidOption: the routing key is missing or none; or the dedup key is missing, to acknowledge or to resolve.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /enqueue.
    """
    action, repairs = params["action"], Repairs(warn)
    event: Record = {"routing_key": routing_key(params), "event_action": action}
    if action != "trigger":
        return {**event, "dedup_key": _given_dedup_key(action, params)}
    payload = _payload(params, repairs)
    payload.update(_texts(params, TEXT_FIELDS), severity=severity_of(params["severity"], repairs))
    # From the complete summary: cutting it must not make two alerts one.
    event["dedup_key"] = _dedup_key(params, payload, repairs)
    event.update({**_attachments(params, repairs), **_texts(params, ("client",)), **_client_url(params, repairs)})
    return _finished(event, payload, params, repairs)


def build_change_event(params: Params, warn: Warn) -> Record:
    """Return the body of a change event.

    Args:
        params: the options of the module `change_event`.
        warn: is called with what was mended, moved or cut.

    Raises:
        InvalidOption: the routing key is missing or none.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /change/enqueue.
    """
    repairs = Repairs(warn)
    event = {"routing_key": routing_key(params), **_attachments(params, repairs)}
    return _finished(event, _payload(params, repairs), params, repairs)


def key_within_limit(key: str) -> str:
    """Return a dedup key or change key. The end of one that is too long becomes a hash, always the same one."""
    if len(key) <= MAX_DEDUP_KEY:
        return key
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()
    return f"{key[: MAX_DEDUP_KEY - len(digest) - 1]}-{digest}"


def _finished(event: Record, payload: Record, params: Params, repairs: Repairs) -> Record:
    """Return an event with its payload and details, cut to PagerDuty's limits."""
    details = repairs.details(_own_details(params["custom_details"]))
    change_key = params.get(CHANGE_KEY)
    if not is_unset(change_key):
        details[CHANGE_KEY] = key_within_limit(str(change_key))
    event["payload"] = {**payload, **({"custom_details": details} if details else {})}
    cut_to_fit(event, repairs.warn, protected=(CHANGE_KEY,))
    return event


def _payload(params: Params, repairs: Repairs) -> Record:
    """Return what every event says: its summary and source, and the time if one is given."""
    described = {"summary": DEFAULT_SUMMARY, "source": platform.node() or "unknown"}
    payload = {**described, **_texts(params, described)}
    given = params["timestamp"]
    time = None if is_unset(given) else time_or_epoch(str(given))
    if time:
        payload["timestamp"] = rfc_3339(time)
    elif not is_unset(given):
        repairs.move("timestamp", given, f"{given!r} is no ISO 8601 time")
    return payload


def _texts(params: Params, names: t.Iterable[str]) -> dict[str, str]:
    return {name: text_of(params[name]) for name in names if not is_unset(params[name])}


def _attachments(params: Params, repairs: Repairs) -> Record:
    found = {kind.option: attachments(kind, params[kind.option], repairs) for kind in (LINKS, IMAGES)}
    return {option: entries for option, entries in found.items() if entries}


def _client_url(params: Params, repairs: Repairs) -> dict[str, str]:
    given = params["client_url"]
    url = usable_url(given, LINKS.schemes)
    if url or is_unset(given):
        return {"client_url": url} if url else {}
    repairs.move("client_url", given, "needs a URL that starts with https:// or http://")
    return {}


def _own_details(given: t.Any) -> Record:
    """Return the details of an event as a dictionary, whatever they are."""
    details = from_json(given) if isinstance(given, str) else given
    if isinstance(details, Mapping):
        return {text_of(key): value for key, value in details.items()}
    return {} if is_unset(details) or details == [] else {DETAILS: details}


def _given_dedup_key(action: str, params: Params) -> str:
    if is_unset(params["dedup_key"]):
        raise InvalidOption("dedup_key", f"required with action={action}")
    return key_within_limit(str(params["dedup_key"]))


def _dedup_key(params: Params, payload: Record, repairs: Repairs) -> str:
    given = params["dedup_key"]
    if is_unset(given):
        # Made from what the alert is about: a retry, a second run or another host finds the same alert.
        about = json.dumps([payload.get(name) for name in IDENTIFYING_FIELDS])
        return f"ansible-{hashlib.sha256(about.encode()).hexdigest()[:32]}"
    key = key_within_limit(str(given))
    if key != given:
        repairs.move("dedup_key", given, f"has {len(given)} characters, so its end is sent as a hash")
    return key
