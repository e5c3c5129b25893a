# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/schedules/{id}/overrides, /v3/schedules/{id}/overrides and /v3/schedules/{id}/custom_shifts.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, these paths; PagerDuty/developer-docs,
docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md, "Create an override". Where these do not say how a call is refused, the
refusal is INFERRED.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from simulator import errors
from simulator.account import Schedule, User
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.errors import ApiError
from simulator.overrides import Override, turns_now
from simulator.serializers import Json, rotation_id

SHIFT_TYPES = {"overrides": ("override_shift",), "custom_shifts": ("custom_shift",)}
MEMBERS = ("user_member", "empty_member")


def list_overrides(call: Call) -> Response:
    """GET /schedules/{id}/overrides: of a span, which must be there, and cuts them unless they may overflow."""
    schedule = _layer_based(call)
    shown = call.serializer().override
    return Response(body={"overrides": [shown(each) for each in _in_span(call, schedule)]})


def create_overrides(call: Call) -> Response:
    """POST /schedules/{id}/overrides: with a status for each of them."""
    schedule = _layer_based(call)
    return Response(201, [_create_one(call, schedule, fields) for fields in call.body.items("overrides")])


def delete_override(call: Call) -> Response:
    """DELETE /schedules/{id}/overrides/{override_id}: one that has begun is cut short, with status 200."""
    _layer_based(call)
    return Response(200 if _finish(call, "override_id") else 204)


def list_shifts(kind: str) -> t.Callable[[Call], Response]:
    """GET the overrides or the custom shifts of a shift-based schedule, in pages, without a total."""

    def listed(call: Call) -> Response:
        schedule = _shift_based(call)
        limit = call.query.integer("limit", 25, minimum=1, maximum=100)
        offset = call.query.integer("offset", 0, minimum=0)
        of_kind = [each for each in _in_span(call, schedule) if each.is_custom_shift == (kind == "custom_shifts")]
        page = [_shown(call, schedule, each) for each in of_kind[offset : offset + limit]]
        more = offset + limit < len(of_kind)
        return Response(body={kind: page, "limit": limit, "offset": offset, "more": more})

    return listed


def create_shifts(kind: str) -> t.Callable[[Call], Response]:
    """POST overrides or custom shifts: all or none (INFERRED)."""

    def create(call: Call) -> Response:
        schedule = _shift_based(call)
        read = _override_shift if kind == "overrides" else _custom_shift
        items = call.body.items(kind)
        for fields in items:
            fields.choice("type", SHIFT_TYPES[kind])
        created = [read(call, schedule, fields) for fields in items]
        call.state.overrides.update({each.id: each for each in created})
        return Response(201, {kind: [_shown(call, schedule, each) for each in created]})

    return create


def delete_shift(name: str) -> t.Callable[[Call], Response]:
    """DELETE an override or a custom shift; one that has begun ends now.

    Of an override the schema says only that it is deleted, so that is INFERRED from custom shifts.
    """

    def delete(call: Call) -> Response:
        _shift_based(call)
        _finish(call, name)
        return Response(204)

    return delete


def _layer_based(call: Call) -> Schedule:
    schedule = call.find(call.state.schedules)
    if schedule.is_shift_based:
        raise errors.shift_based_schedule()
    return schedule


def _shift_based(call: Call) -> Schedule:
    schedule = call.find(call.state.schedules)
    if not schedule.is_shift_based:
        raise errors.layer_based_schedule()
    return schedule


def _in_span(call: Call, schedule: Schedule) -> list[Override]:
    since, until = call.query.time("since"), call.query.time("until")
    if since is None or until is None:
        raise errors.invalid("since and until are required")
    found = [
        each
        for each in call.state.overrides.values()
        if each.schedule_id == schedule.id and each.start < until and each.end > since
    ]
    if call.query.flag("overflow"):
        return found
    return [replace(each, start=max(each.start, since), end=min(each.end, until)) for each in found]


def _finish(call: Call, name: str) -> bool:
    overrides = call.state.overrides
    override = call.find(overrides, name)
    if override.schedule_id != call.names["id"] or override.is_custom_shift != (name == "custom_shift_id"):
        raise errors.not_found(override.id)
    has_begun = override.finish(call.state.clock.now())
    if not has_begun:
        del overrides[override.id]
    return has_begun


def _create_one(call: Call, schedule: Schedule, fields: Fields) -> Json:
    sent = {name: fields.need(name) for name in ("start", "end", "user")}
    try:
        start, end = _times(call, fields, "start", "end")
        user = _user(call, fields.reference("user", "user_reference"))
    except ApiError as error:
        return {"status": error.status, "errors": error.errors, "override": sent}
    override = Override(call.state.ids.short(), schedule.id, user, start, end)
    call.state.overrides[override.id] = override
    return {"status": 201, "override": call.serializer().override(override)}


def _times(call: Call, fields: Fields, first: str, last: str) -> tuple[float, float]:
    """Return the times of an override. A start in the past becomes now (INFERRED)."""
    now = call.state.clock.now()
    start, end = fields.time(first), fields.time(last)
    if end <= start:
        raise errors.invalid("Override must end after its start")
    if end <= now:
        raise errors.invalid("Override must end in the future")
    return max(start, now), end


def _override_shift(call: Call, schedule: Schedule, fields: Fields) -> Override:
    start, end = _times(call, fields, "start_time", "end_time")
    if ("rotation_id" in fields) == ("custom_shift_id" in fields):
        raise errors.invalid("exactly one of rotation_id and custom_shift_id is required")
    rotations = {rotation_id(schedule, number): number for number, _user in enumerate(schedule.on_call, start=1)}
    shift_id = fields.maybe_text("custom_shift_id")
    rotation = rotations.get(fields.text("rotation_id")) if shift_id is None else 0
    overridden = _member(call, fields.object("overridden_member"))
    turns = turns_now(schedule, call.state.overrides.values(), start, end, call.state.clock.now())
    if not any((turn.user, turn.rotation, turn.shift_id) == (overridden, rotation, shift_id) for turn in turns):
        raise errors.invalid("overridden_member has no shift of this source in this time")
    user = _member(call, fields.object("overriding_member"))
    return Override(call.state.ids.long(), schedule.id, user, start, end, overridden, rotation or 0, shift_id)


def _custom_shift(call: Call, schedule: Schedule, fields: Fields) -> Override:
    start, end = _times(call, fields, "start_time", "end_time")
    assignments = fields.items("assignments")
    if len(assignments) != 1:
        raise errors.invalid("assignments must have exactly one assignment")
    assignments[0].choice("type", ("shift_assignment",))
    shift_id = call.state.ids.long()
    user = _member(call, assignments[0].object("member"))
    return Override(shift_id, schedule.id, user, start, end, shift_id=shift_id)


def _member(call: Call, fields: Fields) -> User:
    fields.choice("type", MEMBERS)
    return _user(call, fields.text("user_id"))


def _user(call: Call, user_id: str) -> User:
    if user_id not in call.state.users:
        raise errors.invalid(f"User {user_id} not found")
    return call.state.users[user_id]


def _shown(call: Call, schedule: Schedule, override: Override) -> Json:
    serializer = call.serializer()
    return (
        serializer.custom_shift(override) if override.is_custom_shift else serializer.override_shift(schedule, override)
    )


ROUTES = (
    Route("GET", "/schedules/{id}/overrides", list_overrides),
    Route("POST", "/schedules/{id}/overrides", create_overrides),
    Route("DELETE", "/schedules/{id}/overrides/{override_id}", delete_override),
    *(
        route
        for kind, name in (("overrides", "override_id"), ("custom_shifts", "custom_shift_id"))
        for route in (
            Route("GET", f"/v3/schedules/{{id}}/{kind}", list_shifts(kind)),
            Route("POST", f"/v3/schedules/{{id}}/{kind}", create_shifts(kind)),
            Route("DELETE", f"/v3/schedules/{{id}}/{kind}/{{{name}}}", delete_shift(name)),
        )
    ),
)
