# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of reading shift-based schedules, and of their overrides and custom shifts, for a file that lacks it.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json at 91a06fb (2026-08-14).
"""

from __future__ import annotations

import typing as t

Json = dict[str, t.Any]


def _ref(name: str, kind: str = "schemas") -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _object(properties: Json, required: t.Sequence[str]) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _type(*names: str) -> Json:
    return {"type": "string", "enum": list(names)}


def _get(parameters: t.Sequence[Json], schema: Json) -> Json:
    content = {"application/json": {"schema": schema}}
    return {"get": {"parameters": parameters, "responses": {"200": {"description": "OK", "content": content}}}}


def _write(method: str, parameters: t.Sequence[Json], status: str, schema: Json | None, body: Json | None) -> Json:
    content = {"application/json": {"schema": schema}}
    responses = {status: {"description": "OK", **({"content": content} if schema else {})}}
    sent = {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}} if body else {}
    return {method: {"parameters": parameters, "responses": responses, **sent}}


TEXT: Json = {"type": "string"}
URL: Json = {"type": "string", "format": "uri"}
TIME: Json = {"type": "string", "format": "date-time"}
SCHEMAS: t.Mapping[str, Json] = {
    "V3ScheduleReference": _object(
        {"id": TEXT, "type": _type("schedule_v3_reference"), "summary": TEXT, "self": URL, "html_url": URL},
        ("id", "type", "summary"),
    ),
    "ShiftMember": _object({"type": _type("user_member", "empty_member"), "user_id": TEXT}, ("type",)),
    "ZonedDateTime": _object({"date_time": TIME, "time_zone": TEXT}, ("date_time", "time_zone")),
    "EventAssignmentStrategy": _object(
        {
            "type": _type("rotating_member_assignment_strategy", "every_member_assignment_strategy"),
            "shifts_per_member": {"type": "integer", "minimum": 1},
            "members": {**_list(_ref("ShiftMember")), "minItems": 1, "maxItems": 20},
        },
        ("type", "members"),
    ),
    "Event": _object(
        {
            "id": TEXT,
            "type": _type("schedule_event"),
            "name": TEXT,
            "start_time": _ref("ZonedDateTime"),
            "end_time": _ref("ZonedDateTime"),
            "effective_since": TIME,
            "effective_until": {**TIME, "nullable": True},
            "recurrence": _list(TEXT),
            "assignment_strategy": _ref("EventAssignmentStrategy"),
        },
        (
            "id",
            "type",
            "name",
            "start_time",
            "end_time",
            "effective_since",
            "recurrence",
            "assignment_strategy",
        ),
    ),
    "Rotation": _object(
        {"id": TEXT, "type": _type("schedule_rotation"), "events": _list(_ref("Event"))}, ("id", "type")
    ),
    "ShiftSource": _object(
        {
            "type": _type("schedule_rotation", "custom_shift", "schedule_rotation_override", "custom_shift_override"),
            "rotation_id": TEXT,
            "shift_id": TEXT,
            "override_id": TEXT,
        },
        ("type",),
    ),
    "ComputedShiftAssignment": _object(
        {
            "type": _type("computed_shift_assignment"),
            "start_time": TIME,
            "end_time": TIME,
            "member": _ref("ShiftMember"),
            "source": _ref("ShiftSource"),
        },
        ("type", "start_time", "end_time", "member", "source"),
    ),
    "FinalSchedule": _object(
        {
            "type": _type("final_schedule"),
            "rendered_coverage_percentage": {"type": "number"},
            "computed_shift_assignments": _list(_ref("ComputedShiftAssignment")),
        },
        ("type", "rendered_coverage_percentage", "computed_shift_assignments"),
    ),
    "ScheduleResponse": _object(
        {
            "schedule": _object(
                {
                    "id": TEXT,
                    "type": _type("schedule_v3"),
                    "name": TEXT,
                    "time_zone": TEXT,
                    "description": TEXT,
                    "teams": _list(_ref("TeamReference")),
                    "escalation_policies": _list(_ref("EscalationPolicyReference")),
                    "rotations": _list(_ref("Rotation")),
                    "final_schedule": _ref("FinalSchedule"),
                    "self": URL,
                    "html_url": URL,
                },
                ("id", "type", "name", "time_zone"),
            )
        },
        ("schedule",),
    ),
}
SPAN = {"start_time": TIME, "end_time": TIME}
MEMBERS = ("overridden_member", "overriding_member")
OVERRIDE: Json = {
    "type": _type("override_shift"),
    "rotation_id": TEXT,
    "custom_shift_id": TEXT,
    **SPAN,
    **{name: _ref("ShiftMember") for name in MEMBERS},
}


def _custom_shift(own: Json) -> Json:
    """Return the schema of a custom shift; `own` is what it has only in a response."""
    assignment = {
        **own,
        "type": _type("shift_assignment"),
        "member": _ref("ShiftMember"),
    }
    assignments = {**_list(_object(assignment, list(assignment))), "minItems": 1, "maxItems": 1}
    shift = {**own, "type": _type("custom_shift"), **SPAN, "assignments": assignments}
    return _object(shift, list(shift))


SHIFTS: t.Mapping[str, tuple[Json, Json]] = {
    "overrides": (
        _object(OVERRIDE, ("type", *SPAN, *MEMBERS)),
        _object({"id": TEXT, "self": URL, "html_url": URL, **OVERRIDE}, ("id", "type", *SPAN, *MEMBERS)),
    ),
    "custom_shifts": (_custom_shift({}), _custom_shift({"id": TEXT})),
}
"""What is sent, and what comes back, by the last part of the path."""
PARAMETERS: t.Mapping[str, Json] = {
    "schedule_v3_id": {"name": "id", "in": "path", "required": True, "schema": TEXT},
    "schedule_v3_since": {"name": "since", "in": "query", "schema": TIME},
    "schedule_v3_until": {"name": "until", "in": "query", "schema": TIME},
    "schedule_v3_time_zone": {"name": "time_zone", "in": "query", "schema": TEXT},
    "schedule_v3_overflow": {"name": "overflow", "in": "query", "schema": {"type": "boolean"}},
    "schedule_v3_include": {"name": "include[]", "in": "query", "schema": _list(_type("final_schedule"))},
    "schedule_v3_override_id": {"name": "override_id", "in": "path", "required": True, "schema": TEXT},
    "schedule_v3_custom_shift_id": {"name": "custom_shift_id", "in": "path", "required": True, "schema": TEXT},
    "schedule_v3_since_required": {"name": "since", "in": "query", "required": True, "schema": TIME},
    "schedule_v3_until_required": {"name": "until", "in": "query", "required": True, "schema": TIME},
    "schedule_v3_limit": {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100},
    },
    "schedule_v3_limit_schedules": {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1000},
    },
    "schedule_v3_offset": {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
}
PATHS: t.Mapping[str, Json] = {
    "/v3/schedules": _get(
        [
            *(_ref(name, "parameters") for name in ("schedule_v3_limit_schedules", "schedule_v3_offset")),
            *(_ref(name, "parameters") for name in ("query", "offset_total", "team_ids")),
        ],
        _object(
            {
                "schedules": _list(_ref("V3ScheduleReference")),
                "limit": {"type": "integer"},
                "offset": {"type": "integer"},
                "more": {"type": "boolean"},
            },
            ("schedules",),
        ),
    ),
    "/v3/schedules/{id}": _get([_ref(name, "parameters") for name in list(PARAMETERS)[:6]], _ref("ScheduleResponse")),
    **{
        f"/v3/schedules/{{id}}/{kind}": {
            **_get(
                [
                    _ref(f"schedule_v3_{name}", "parameters")
                    for name in ("id", "since_required", "until_required", "time_zone", "overflow", "limit", "offset")
                ],
                _object({kind: _list(shown)}, (kind,)),
            ),
            **_write(
                "post",
                [_ref("schedule_v3_id", "parameters")],
                "201",
                _object({kind: _list(shown)}, (kind,)),
                _object({kind: {**_list(sent), "minItems": 1}}, (kind,)),
            ),
        }
        for kind, (sent, shown) in SHIFTS.items()
    },
    **{
        f"/v3/schedules/{{id}}/{kind}s/{{{kind}_id}}": _write(
            "delete", [_ref(f"schedule_v3_{name}", "parameters") for name in ("id", f"{kind}_id")], "204", None, None
        )
        for kind in ("override", "custom_shift")
    },
}
