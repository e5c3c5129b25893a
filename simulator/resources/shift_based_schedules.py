# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shift-based schedules, which clients read.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /v3/schedules, and docs/CHANGELOG.md, 2026-03-18 to
2026-06-02; PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md.
"""

from __future__ import annotations

import typing as t

from simulator import errors
from simulator.call import Call, Response, Route
from simulator.on_call import Turn, this_week
from simulator.resources.directory import cut, matching

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


def list_shift_based_schedules(call: Call) -> Response:
    """GET /v3/schedules: references to the shift-based ones, without a total unless it is asked for."""
    limit = call.query.integer("limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT)
    offset = call.query.integer("offset", 0, minimum=0)
    found = matching(call, [schedule for schedule in call.state.schedules.values() if schedule.is_shift_based])
    serializer = call.serializer()
    return Response(
        body={
            "schedules": [serializer.reference(schedule) for schedule in found[offset : offset + limit]],
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(found),
            **({"total": len(found)} if call.query.flag("total") else {}),
        }
    )


def get_shift_based_schedule(call: Call) -> Response:
    """GET /v3/schedules/{id}: with who is on call if the request includes it and names a span."""
    schedule = call.find(call.state.schedules)
    if not schedule.is_shift_based:
        raise errors.layer_based_schedule()
    now = call.state.clock.now()
    since, until, overflow = call.query.time("since"), call.query.time("until"), call.query.flag("overflow")
    serializer, included = call.serializer("final_schedule"), call.query.all("include[]")
    shown = serializer.shift_based_schedule(schedule, this_week(now))
    if included and since is not None and until is not None:
        found = [turn for turn in call.state.turns(schedule, since, until) if turn.start < until and turn.end > since]
        inside = cut(found, since, until)
        covered = _seconds(turn for turn in inside if turn.user) / max(until - since, 1)
        shown["final_schedule"] = serializer.final_schedule(schedule, found if overflow else inside, covered)
    return Response(body={"schedule": shown})


def _seconds(covering: t.Iterable[Turn]) -> float:
    """Return how long somebody is on call; turns at the same time begin and end together."""
    return sum(end - start for start, end in {(turn.start, turn.end) for turn in covering})


ROUTES = (
    Route("GET", "/v3/schedules", list_shift_based_schedules),
    Route("GET", "/v3/schedules/{id}", get_shift_based_schedule),
)
