# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snoozes incidents: they stay acknowledged until a time, and are then triggered again.

PagerDuty snoozes only acknowledged incidents, so a triggered one is acknowledged first. Private to the collection.
"""

from __future__ import annotations

import functools
import math
import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Record, path_of
from .._core.errors import InvalidOption, Refused
from .._core.plan import Plan, PlanOrOutcome, Write
from .._core.time_texts import iso_8601, now, parse_duration, parse_time
from .incidents import check_open, checked_ids, plan_each, read_incidents

MAX_SECONDS = 604_800
"""A week. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/snooze."""
TOLERANCE = timedelta(minutes=1)
"""A snooze that ends so much earlier is long enough: clocks differ, and a playbook may run twice in a row."""
END = "end of the snooze"


class End(t.NamedTuple):
    """When a snooze should end.

    Args:
        moment: the time.
        shown: the time in a diff; relative, if the user gave a duration.
    """

    moment: datetime
    shown: str


def snooze(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Snooze each incident.

    Args:
        params: `incident_id`, and `duration` or `until`.

    Raises:
        InvalidOption: an option has an unusable value.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/snooze;
    https://support.pagerduty.com/main/docs/edit-incidents.
    """
    ids = checked_ids(params["incident_id"])
    if END not in pagerduty.decisions:
        # If a response is lost, the task plans again: the end must not move.
        pagerduty.decisions[END] = _end(params)
    end: End = pagerduty.decisions[END]
    plan = functools.partial(_plan, end, Write(functools.partial(_send, pagerduty, end)))
    return plan_each(read_incidents(pagerduty, ids), plan)


def _end(params: t.Mapping[str, t.Any]) -> End:
    if params["until"] is not None:
        moment = parse_time("until", params["until"])
        if not timedelta(0) < moment - now() <= timedelta(seconds=MAX_SECONDS):
            raise InvalidOption("until", "must be in the future, and at most a week from now", params["until"])
        return End(moment, iso_8601(moment))
    seconds = parse_duration("duration", params["duration"])
    if seconds > MAX_SECONDS:
        raise InvalidOption("duration", "must be at most a week", params["duration"])
    return End(now() + timedelta(seconds=seconds), f"{params['duration'].strip()} from now")


def _plan(end: End, write: Write, incident: Record) -> Plan:
    snoozed_until = _snoozed_until(incident)
    if snoozed_until and snoozed_until >= end.moment - TOLERANCE:
        before = {"snoozed_until": iso_8601(snoozed_until)}
        return Plan(incident["id"], before, before, incident, incident)
    check_open(incident, "it cannot be snoozed")
    others = [action for action in incident.get("pending_actions") or () if action["type"] != "unacknowledge"]
    predicted = {
        **incident,
        "status": "acknowledged",
        "pending_actions": [*others, {"type": "unacknowledge", "at": iso_8601(end.moment)}],
    }
    return Plan(
        incident["id"],
        {"status": incident["status"], "snoozed_until": snoozed_until and iso_8601(snoozed_until)},
        {"status": "acknowledged", "snoozed_until": end.shown},
        incident,
        predicted,
        write,
    )


def _snoozed_until(incident: Record) -> datetime | None:
    """Return when an incident will be triggered again, if that is planned."""
    times = [action["at"] for action in incident.get("pending_actions") or () if action["type"] == "unacknowledge"]
    try:
        return max((parse_time("at", each) for each in times), default=None)
    except InvalidOption:
        # A time that cannot be read is as good as none.
        return None


def _send(pagerduty: PagerDuty, end: End, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    is_acknowledged = plan.before["status"] == "acknowledged"
    if not is_acknowledged:
        _acknowledge(pagerduty, plan.target)
    seconds = min(MAX_SECONDS, max(1, math.ceil((end.moment - now()).total_seconds())))
    path = path_of("incidents", plan.target, "snooze")
    try:
        incident: Record = pagerduty.write_and_get("POST", path, {"duration": seconds}, "incident")
    except Refused as error:
        if not is_acknowledged:
            error.message += " The incident was acknowledged, but not snoozed."
        raise
    return [incident]


def _acknowledge(pagerduty: PagerDuty, incident_id: str) -> None:
    body = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    try:
        pagerduty.write("PUT", path_of("incidents", incident_id), body)
    except Refused as error:
        # Somebody may have acknowledged it first.
        if not error.is_conflict:
            raise
