# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change events: what was deployed or configured, shown beside the incidents of a service. They page nobody.

PagerDuty records every change event that it is sent. So the module keeps a key in the event's details, and finds the
event by it.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.auth import routing_key
from .._api.client import PagerDuty, Record, path_of
from .._api.directory import SERVICE, look_up
from .._core.errors import InvalidOption, shorten
from .._core.plan import Plan, Write
from .event_body import Warn, checked_images, checked_links, checked_payload, cut_to_fit

CHANGE_KEY = "change_key"
"""The key in custom_details that holds the change key."""
MAX_CHANGE_KEY = 255
"""Characters; our own limit, that of a dedup key."""
MAX_TARGET = 80
"""Characters of a summary that stands for the event in messages."""
IF_UNKNOWN = "Wait a few minutes, then run the task again: it sends the event unless the service shows it by then."
IF_UNREADABLE = "Look at the recent changes of the service in PagerDuty: another run of the task sends the event again."
PAYLOAD_FIELDS = ("summary", "source", "timestamp", "custom_details")
ATTACHMENTS = ("links", "images")


def send_change_event(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[Plan]:
    """Return the plan to send a change event, unless the service has one with its change key.

    Args:
        params: the options of the module `change_event`.

    Raises:
        InvalidOption: an option has an unusable value.
        Refused: the name matches no service, or more than one.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /change/enqueue.
    """
    event, key = _build(params, pagerduty.warn), params[CHANGE_KEY]
    wanted = {**event["payload"], **{name: event[name] for name in ATTACHMENTS if name in event}}
    target = key or shorten(wanted["summary"], MAX_TARGET)
    is_readable = bool(key and params["service"] and pagerduty.settings.api_token)
    found = _find(pagerduty, params["service"], key) if is_readable else None
    if found:
        return [Plan(target, _shown(found), _shown(found), _record(found), _record(found))]
    # PagerDuty shows a change event some time after it has accepted it.
    write = Write(functools.partial(_enqueue, pagerduty), harmful_twice=True, can_be_verified=False)
    before: Record = dict.fromkeys(_shown(wanted))
    return [
        Plan(
            target,
            before,
            _shown(wanted),
            {},
            _record(wanted),
            write,
            event,
            if_unknown=IF_UNKNOWN if is_readable else IF_UNREADABLE,
        )
    ]


def lock_name(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return what tasks for the same change must lock."""
    return [f"change event {params[CHANGE_KEY]}"] if params[CHANGE_KEY] else []


def change_event_result(records: t.Sequence[Record]) -> dict[str, t.Any]:
    """Return `change_event`, and `change_key`."""
    record = records[0] if records else {}
    return {"change_event": record or None, CHANGE_KEY: (record.get("custom_details") or {}).get(CHANGE_KEY)}


def _build(params: t.Mapping[str, t.Any], warn: Warn) -> Record:
    """Return the body of the event."""
    payload, key = checked_payload(params, PAYLOAD_FIELDS[2:]), params[CHANGE_KEY]
    if key is not None:
        payload["custom_details"] = _details_with_key(payload.get("custom_details") or {}, key)
    event: Record = {"routing_key": routing_key(params), "payload": payload}
    attachments = {"links": checked_links(params["links"]), "images": checked_images(params["images"])}
    event.update({name: value for name, value in attachments.items() if value})
    cut_to_fit(event, warn, protected=(CHANGE_KEY,))
    return event


def _details_with_key(details: Record, key: str) -> Record:
    if not key.strip():
        raise InvalidOption(CHANGE_KEY, "must not be empty", key)
    if len(key) > MAX_CHANGE_KEY:
        raise InvalidOption(CHANGE_KEY, f"must have at most {MAX_CHANGE_KEY} characters, but has {len(key)}")
    if details.get(CHANGE_KEY, key) != key:
        raise InvalidOption("custom_details", f"its {CHANGE_KEY} differs from the option {CHANGE_KEY}")
    return {**details, CHANGE_KEY: key}


def _find(pagerduty: PagerDuty, service: str, key: str) -> Record | None:
    """Return the service's change event with a key.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /services/{id}/change_events.
    """
    path = path_of("services", look_up(pagerduty, SERVICE, service)["id"], "change_events")
    events = (event for page in pagerduty.pages(path, "change_events") for event in page)
    return next((event for event in events if (event.get("custom_details") or {}).get(CHANGE_KEY) == key), None)


def _shown(event: Record) -> Record:
    """Return what a diff shows of an event."""
    return {name: event.get(name) for name in ("summary", "source")}


def _record(event: Record) -> Record:
    return {name: event.get(name) for name in (*PAYLOAD_FIELDS, *ATTACHMENTS)}


def _enqueue(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    pagerduty.send_event("/v2/change/enqueue", plan.body)
    return [plan.predicted]
