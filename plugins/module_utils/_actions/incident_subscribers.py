# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adds subscribers to incidents, or removes them. Nobody is notified of it.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import TEAM, USER, label, look_up
from .._core.errors import InvalidOption, OutcomeUnknown, Refused
from .._core.plan import Plan, PlanOrOutcome, Write
from .incidents import checked_ids, plan_each, resolve_numbers
from .subscribers import Key, read_subscribers

KINDS = (("users", "user", USER), ("teams", "team", TEAM))
"""The options, the types of subscribers, and what to look up."""
UNAUTHORIZED = "unauthorized"
"""The result for somebody who may not be added. Source: PagerDuty/api-schema, `NotificationSubscriptionWithContext`."""


def change_subscribers(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Add or remove subscribers.

    Args:
        params: `incident_id`, `users`, `teams` and `state`.

    Raises:
        InvalidOption: nobody is named, or a name is empty.
        Refused: a name matches nobody, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/status_updates/subscribers and
    /unsubscribe.
    """
    ids = checked_ids(params["incident_id"])
    _check(params)
    wanted: dict[Key, str] = {}
    for option, kind, what in KINDS:
        for name in params[option] or ():
            found = look_up(pagerduty, what, name)
            wanted[kind, found["id"]] = label(found)
    is_present = params["state"] == "present"
    send = functools.partial(_subscribe if is_present else _unsubscribe, pagerduty, wanted)
    plan = functools.partial(_plan, pagerduty, wanted, is_present, Write(send))
    return plan_each(resolve_numbers(pagerduty, ids), plan)


def _check(params: t.Mapping[str, t.Any]) -> None:
    names = [(option, name) for option, _kind, _what in KINDS for name in params[option] or ()]
    if not names:
        raise InvalidOption("users", "users or teams must name somebody")
    for option, name in names:
        if not name.strip():
            raise InvalidOption(option, "must not contain an empty name", name)


def _plan(pagerduty: PagerDuty, wanted: t.Mapping[Key, str], is_present: bool, write: Write, incident: Record) -> Plan:
    subscribers = read_subscribers(pagerduty, incident["id"])
    changing = [key for key in wanted if (key in subscribers) != is_present]
    left = {key: subscriber for key, subscriber in subscribers.items() if is_present or key not in changing}
    added = {key: _new_subscriber(key) for key in changing if is_present}
    return Plan(
        incident["id"],
        {"subscribers": [wanted[key] for key in wanted if key in subscribers]},
        {"subscribers": [wanted[key] for key in wanted if is_present]},
        _record(incident["id"], subscribers),
        _record(incident["id"], {**left, **added}),
        write,
        changing,
    )


def _new_subscriber(key: Key) -> Record:
    """Return a subscriber as PagerDuty will list it; fields that only PagerDuty knows are None."""
    kind, subscriber_id = key
    return {
        "subscriber_id": subscriber_id,
        "subscriber_type": kind,
        "has_indirect_subscription": None,
        "subscribed_via": None,
    }


def _record(incident_id: str, subscribers: t.Mapping[Key, Record]) -> Record:
    return {"id": incident_id, "subscribers": list(subscribers.values())}


def _body(keys: t.Sequence[Key]) -> Record:
    return {"subscribers": [{"subscriber_type": kind, "subscriber_id": key} for kind, key in keys]}


def _subscribe(pagerduty: PagerDuty, wanted: t.Mapping[Key, str], plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    path = path_of("incidents", plan.target, "status_updates", "subscribers")
    results = pagerduty.write_and_get("POST", path, _body(plan.body), "subscriptions")
    refused = [
        wanted.get((each["subscriber_type"], each["subscriber_id"]), each["subscriber_id"])
        for each in results
        if each["result"] == UNAUTHORIZED
    ]
    if refused:
        raise _not_allowed(f"PagerDuty did not subscribe {', '.join(refused)}", len(refused) < len(plan.body))
    return [plan.predicted]


def _unsubscribe(pagerduty: PagerDuty, wanted: t.Mapping[Key, str], plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    path = path_of("incidents", plan.target, "status_updates", "unsubscribe")
    refused = pagerduty.write("POST", path, _body(plan.body)).get("unauthorized_count") or 0
    if not isinstance(refused, int) or refused > len(plan.body):
        raise OutcomeUnknown(f"POST {path}: 'unauthorized_count' is malformed in the response.")
    if refused:
        names = ", ".join(wanted[key] for key in plan.body)
        several = len(plan.body) > 1
        raise _not_allowed(f"PagerDuty did not unsubscribe {'all of ' if several else ''}{names}", several)
    return [plan.predicted]


def _not_allowed(what: str, others_done: bool) -> Refused:
    return Refused(
        f"{what}: {UNAUTHORIZED}.{' The others were changed.' if others_done else ''}",
        hint="Check that the token may see them, and that the account's plan includes stakeholders.",
    )
