# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of PagerDuty's responses that the collection relies on.

PagerDuty may leave out any field, or have null for it, unless its schema requires it. So only what is `Needed` must be
there; whoever reads another field does without it if need be. A response that lacks what is needed, or has something
else in the place of a field, is an error that names the field, never a traceback.

Source: PagerDuty/developer-docs, docs/REST-API/06-Types.md. Private to the collection.
"""

from __future__ import annotations

import typing as t

Shape = t.Union[type, dict[str, t.Any], list[t.Any], tuple[t.Any, ...]]
"""A type; an object with fields of given shapes (others are allowed); a list of one shape; or one of several shapes."""


class Needed:
    """The shape of a field that must be there: it identifies the object, or nothing can be done without it."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape


ID = Needed(str)
NAMED: dict[str, t.Any] = {"id": ID, "summary": str, "name": str}
RESPONDER: Shape = {"user": NAMED, "state": str}
TARGET: dict[str, t.Any] = {"id": ID, "incidents_responders": [RESPONDER]}
RESPONDER_REQUEST: Shape = {
    # PagerDuty's example nests each target one level deeper than its schema.
    "responder_request_targets": [{"responder_request_target": TARGET, **TARGET, "id": str}]
}
ALERT: Shape = {
    "id": ID,
    "status": str,
    "alert_key": str,
    "severity": str,
    "service": NAMED,
    "integration": NAMED,
}
CUSTOM_FIELD: Shape = {
    "id": ID,
    "name": Needed(str),
    "display_name": str,
    "data_type": str,
    "field_type": str,
}
INCIDENT: Shape = {
    "id": ID,
    "incident_number": int,
    "status": str,
    "title": str,
    "urgency": str,
    "alert_counts": {"all": int, "triggered": int, "resolved": int},
    "assigned_via": str,
    "assignments": [{"assignee": NAMED}],
    "conference_bridge": dict,
    "custom_fields": [CUSTOM_FIELD],
    "escalation_policy": NAMED,
    "incident_type": {"name": str},
    "incidents_responders": [RESPONDER],
    "pending_actions": [{"type": str, "at": str}],
    "priority": NAMED,
    "resolve_reason": {"incident": NAMED},
    "responder_requests": [RESPONDER_REQUEST],
    "service": NAMED,
}
LOG_ENTRY: Shape = {"type": str, "created_at": str, "agent": NAMED, "assignees": [NAMED]}
USER: Shape = {**NAMED, "email": str}
POLICY: Shape = {**NAMED, "escalation_rules": list}
ON_CALL: Shape = {
    # An entry has no id; these say what it is.
    "escalation_level": Needed(int),
    "escalation_policy": Needed(NAMED),
    "user": Needed(USER),
    "schedule": NAMED,
    "start": str,
    "end": str,
}
TURN: Shape = {"user": NAMED, "start": str, "end": str}
MEMBER: Shape = {"type": str, "user_id": str}
SOURCE: Shape = {"rotation_id": str, "shift_id": str, "override_id": str}
SHIFT: Shape = {"member": MEMBER, "start_time": str, "end_time": str, "source": SOURCE}
OVERRIDE: Shape = {"id": ID, "start": Needed(str), "end": Needed(str), "user": Needed(NAMED)}
OVERRIDE_SHIFT: Shape = {
    "id": ID,
    "start_time": Needed(str),
    "end_time": Needed(str),
    "overridden_member": Needed(MEMBER),
    "overriding_member": Needed(MEMBER),
}
CREATED_OVERRIDE: Shape = {
    # What was refused has no id.
    "override": Needed({"id": str, "start": str, "end": str, "user": NAMED}),
    "errors": [str],
}
CUSTOM_SHIFT: Shape = {
    "id": ID,
    "start_time": Needed(str),
    "end_time": Needed(str),
    "assignments": Needed([{"member": Needed(MEMBER)}]),
}
SCHEDULE: Shape = {
    **NAMED,
    "type": str,
    "escalation_policies": [NAMED],
    # The turns of a layer-based schedule, or the shifts of a shift-based one.
    "final_schedule": {"rendered_schedule_entries": [TURN], "computed_shift_assignments": [SHIFT]},
    "schedule_layers": [{"rendered_schedule_entries": [TURN]}],
}
RESPONSE_PLAY: Shape = {**NAMED, "responders": [NAMED], "subscribers": [NAMED]}
SERVICE: Shape = {
    **NAMED,
    "alert_grouping_parameters": dict,
    "escalation_policy": NAMED,
    "integrations": [dict],
    "status": str,
}
MAINTENANCE_WINDOW: Shape = {
    **NAMED,
    "description": str,
    "end_time": Needed(str),
    "sequence_number": int,
    "services": Needed([NAMED]),
    "start_time": Needed(str),
}
NOTE: Shape = {"id": ID, "content": Needed(str)}
SIMILAR_INCIDENT: Shape = {"incident": Needed({"id": ID})}
OBJECTS: t.Mapping[str, Shape] = {
    "escalation_policy": {**NAMED, "escalation_rules": Needed(list)},
    "incident": INCIDENT,
    "incident_workflow": NAMED,
    "incident_workflow_instance": dict,
    "maintenance_window": MAINTENANCE_WINDOW,
    "note": NOTE,
    "outlier_incident": dict,
    "responder_request": RESPONDER_REQUEST,
    "response_play": RESPONSE_PLAY,
    "schedule": SCHEDULE,
    "service": SERVICE,
    "status_update": dict,
    "team": NAMED,
    "user": USER,
}
"""Single objects, by their key in the response. Source: PagerDuty/api-schema, reference/REST/openapiv3.json."""
LISTS: t.Mapping[str, Shape] = {
    "alerts": ALERT,
    "change_events": {"custom_details": dict},
    "custom_fields": CUSTOM_FIELD,
    "custom_shifts": CUSTOM_SHIFT,
    "escalation_policies": POLICY,
    "fields": {"name": Needed(str), "field_options": [{"data": Needed(dict)}]},
    # An incident is given its type by this name, and shows no other.
    "incident_types": {**NAMED, "name": Needed(str)},
    "incident_workflows": NAMED,
    # Each one is checked by itself: a malformed incident must not fail the others.
    "incidents": dict,
    "log_entries": dict,
    "maintenance_windows": MAINTENANCE_WINDOW,
    "members": {"user": Needed(NAMED)},
    "notes": NOTE,
    "oncalls": ON_CALL,
    "overrides": (OVERRIDE, OVERRIDE_SHIFT, CREATED_OVERRIDE),
    "past_incidents": SIMILAR_INCIDENT,
    "priorities": NAMED,
    "related_incidents": SIMILAR_INCIDENT,
    "responder_request_targets": {"id": ID, "result": str},
    "response_plays": RESPONSE_PLAY,
    "schedules": SCHEDULE,
    "services": SERVICE,
    "subscribers": {"subscriber_id": ID, "subscriber_type": ID},
    "subscriptions": {"subscriber_id": ID, "subscriber_type": ID, "result": str},
    "teams": NAMED,
    "users": USER,
}
"""What lists hold, by the key of the list in the response. Source: as above."""


def has_shape(value: t.Any, shape: Shape) -> bool:
    """Return whether a decoded JSON value has a shape."""
    return misfit(value, shape) is None


def misfit(value: t.Any, shape: Shape) -> str | None:
    """Return what of a decoded JSON value lacks its shape, such as `.service.id`; None if it has it.

    Empty for the value itself.
    """
    if isinstance(shape, tuple):
        return None if any(has_shape(value, each) for each in shape) else ""
    if isinstance(shape, dict):
        return _misfit_of_object(value, shape)
    if isinstance(shape, list):
        return _misfit_of_list(value, shape[0])
    return None if isinstance(value, shape) else ""


def _misfit_of_object(value: t.Any, shape: dict[str, t.Any]) -> str | None:
    if not isinstance(value, dict):
        return ""
    for name, each in shape.items():
        field = value.get(name)
        if isinstance(each, Needed):
            wrong = misfit(field, each.shape)
        else:
            wrong = None if field is None else misfit(field, each)
        if wrong is not None:
            return f".{name}{wrong}"
    return None


def _misfit_of_list(value: t.Any, shape: Shape) -> str | None:
    if not isinstance(value, list):
        return ""
    for entry in value:
        wrong = misfit(entry, shape)
        if wrong is not None:
            return f"[]{wrong}"
    return None
