# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of PagerDuty's responses that the collection relies on.

A response that lacks them is an error with the response's name, never a traceback. Private to the collection.
"""

from __future__ import annotations

import typing as t

Shape = t.Union[type, dict[str, t.Any], list[t.Any], tuple[t.Any, ...]]
"""A type; an object with fields of given shapes (others are allowed); a list of one shape; or one of several shapes."""
NULL = type(None)
NAMED: dict[str, t.Any] = {"id": str, "summary": (str, NULL), "name": (str, NULL)}
RESPONDER: Shape = {"user": NAMED, "state": str}
TARGET: Shape = {"id": str, "incidents_responders": ([RESPONDER], NULL)}
RESPONDER_REQUEST: Shape = {"responder_request_targets": [({"responder_request_target": TARGET}, TARGET)]}
ALERT: Shape = {
    "id": str,
    "status": str,
    "alert_key": (str, NULL),
    "severity": (str, NULL),
    "service": (NAMED, NULL),
    "integration": (NAMED, NULL),
}
CUSTOM_FIELD: Shape = {
    "id": str,
    "name": str,
    "display_name": (str, NULL),
    "data_type": (str, NULL),
    "field_type": (str, NULL),
}
INCIDENT: Shape = {
    "id": str,
    "incident_number": int,
    "status": str,
    "title": (str, NULL),
    "urgency": (str, NULL),
    "alert_counts": ({"all": (int, NULL)}, NULL),
    "assigned_via": (str, NULL),
    "assignments": ([{"assignee": NAMED}], NULL),
    "conference_bridge": (dict, NULL),
    "custom_fields": ([CUSTOM_FIELD], NULL),
    "escalation_policy": NAMED,
    "incident_type": ({"name": (str, NULL)}, NULL),
    "incidents_responders": ([RESPONDER], NULL),
    "pending_actions": ([{"type": str, "at": str}], NULL),
    "priority": (NAMED, NULL),
    "resolve_reason": ({"incident": (NAMED, NULL)}, NULL),
    "responder_requests": ([RESPONDER_REQUEST], NULL),
    "service": NAMED,
}
USER: Shape = {**NAMED, "email": (str, NULL)}
POLICY: Shape = {**NAMED, "escalation_rules": (list, NULL)}
ON_CALL: Shape = {
    "escalation_level": int,
    "escalation_policy": NAMED,
    "schedule": (NAMED, NULL),
    "user": USER,
    "start": (str, NULL),
    "end": (str, NULL),
}
TURN: Shape = {"user": NAMED, "start": (str, NULL), "end": (str, NULL)}
SCHEDULE: Shape = {
    **NAMED,
    "escalation_policies": ([NAMED], NULL),
    "final_schedule": ({"rendered_schedule_entries": ([TURN], NULL)}, NULL),
}
RESPONSE_PLAY: Shape = {**NAMED, "responders": ([NAMED], NULL), "subscribers": ([NAMED], NULL)}
SERVICE: Shape = {
    **NAMED,
    "alert_grouping_parameters": (dict, NULL),
    "escalation_policy": (NAMED, NULL),
    "integrations": ([dict], NULL),
    "status": (str, NULL),
}
MAINTENANCE_WINDOW: Shape = {
    **NAMED,
    "description": (str, NULL),
    "end_time": str,
    "sequence_number": (int, NULL),
    "services": [NAMED],
    "start_time": str,
}
NOTE: Shape = {"id": str, "content": str}
SIMILAR_INCIDENT: Shape = {"incident": {"id": str}}
OBJECTS: t.Mapping[str, Shape] = {
    "escalation_policy": {**NAMED, "escalation_rules": list},
    "incident": INCIDENT,
    "incident_workflow": NAMED,
    "incident_workflow_instance": dict,
    "maintenance_window": MAINTENANCE_WINDOW,
    "note": NOTE,
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
    "change_events": {"custom_details": (dict, NULL)},
    "custom_fields": CUSTOM_FIELD,
    "escalation_policies": POLICY,
    "fields": {"name": str, "field_options": ([{"data": dict}], NULL)},
    "incident_types": {**NAMED, "name": str},
    "incident_workflows": NAMED,
    # Each one is checked by itself: a malformed incident must not fail the others.
    "incidents": dict,
    "log_entries": dict,
    "maintenance_windows": MAINTENANCE_WINDOW,
    "members": {"user": NAMED},
    "notes": NOTE,
    "oncalls": ON_CALL,
    "past_incidents": SIMILAR_INCIDENT,
    "priorities": NAMED,
    "related_incidents": SIMILAR_INCIDENT,
    "responder_request_targets": {"id": str, "result": str},
    "response_plays": RESPONSE_PLAY,
    "schedules": SCHEDULE,
    "services": SERVICE,
    "subscribers": {"subscriber_id": str, "subscriber_type": str},
    "subscriptions": {"subscriber_id": str, "subscriber_type": str, "result": str},
    "teams": NAMED,
    "users": USER,
}
"""What lists hold, by the key of the list in the response. Source: as above."""


def is_object(value: t.Any, shape: Shape) -> t.TypeGuard[dict[str, t.Any]]:
    """Return whether a decoded JSON value is an object of a shape."""
    return has_shape(value, shape)


def is_list(value: t.Any, shape: Shape) -> t.TypeGuard[list[dict[str, t.Any]]]:
    """Return whether a decoded JSON value is a list of objects of a shape."""
    return has_shape(value, [shape])


def has_shape(value: t.Any, shape: Shape) -> bool:
    """Return whether a decoded JSON value has a shape."""
    if isinstance(shape, tuple):
        return any(has_shape(value, each) for each in shape)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(has_shape(value.get(name), each) for name, each in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(has_shape(entry, shape[0]) for entry in value)
    return isinstance(value, shape)
