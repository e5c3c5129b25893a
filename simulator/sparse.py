# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sparse responses: without the keys that PagerDuty may leave out, or with null under each of them.

PagerDuty says that any field may be null unless its schema requires it, and `Incident` requires none. What stays:

- the keys of the response itself, such as `incident`, since each endpoint requires its own; not those of its page;
- what identifies an object: its id, or what takes the place of one, such as the user of a responder. An answer without
  it is about nothing;
- what the schema requires, in `REQUIRED`.

Source: PagerDuty/developer-docs, docs/REST-API/06-Types.md; PagerDuty/api-schema, reference/REST/openapiv3.json.
"""

from __future__ import annotations

import typing as t

PRESENT, OMITTED, NULL = "present", "omitted", "null"
OPTIONAL_KEYS = (PRESENT, OMITTED, NULL)
"""What becomes of optional keys."""
PAGE = frozenset(("limit", "offset", "more", "total"))
IDENTITY = frozenset(("id", "type"))
FIELD = ("name", "display_name", "data_type", "field_type")
REQUIRED: t.Mapping[str, frozenset[str]] = {
    name: frozenset((*keys, "id"))
    for name, keys in {
        # Of a response that is a list: what became of each of several overrides.
        "each": ("override",),
        "acknowledgements": ("at", "acknowledger"),
        "alert": ("type",),
        "assignments": ("at", "assignee"),
        "computed_shift_assignment": ("type", "start_time", "end_time", "member", "source"),
        "escalation_policy": ("type", "name", "escalation_rules"),
        "custom_shift": ("type", "start_time", "end_time", "assignments"),
        "empty_member": ("type",),
        "escalation_rules": ("escalation_delay_in_minutes", "targets"),
        "field": (*FIELD, "type", "summary", "self", "created_at", "updated_at", "enabled", "incident_type"),
        "field_option": ("type", "data", "created_at", "updated_at"),
        "field_value": (*FIELD, "type", "value", "description"),
        "final_schedule": ("type", "rendered_coverage_percentage", "computed_shift_assignments"),
        "incidents_responders": ("user",),
        "maintenance_window": ("type", "start_time", "end_time", "services"),
        "members": ("user",),
        "note": ("content",),
        "notes": ("content",),
        "oncalls": ("user", "escalation_policy", "escalation_level"),
        "override": ("start", "end", "user"),
        "override_shift": ("type", "start_time", "end_time", "overridden_member", "overriding_member"),
        "overrides": ("start", "end", "user"),
        "past_incidents": ("incident",),
        "pending_actions": ("type", "at"),
        "related_incidents": ("incident",),
        "rendered_schedule_entries": ("start", "end"),
        # Of a request, nested as in PagerDuty's example, and of a cancellation.
        "responder_request_targets": ("responder_request_target", "type", "result"),
        "schedule": ("type", "time_zone"),
        "schedule_layers": ("start", "users", "rotation_virtual_start", "rotation_turn_length_seconds"),
        "schedule_v3": ("type", "name", "time_zone"),
        "schedule_v3_reference": ("type", "summary"),
        "service": ("type", "escalation_policy"),
        "shift_assignment": ("type", "member"),
        "subscribers": ("subscriber_id", "subscriber_type"),
        "subscriptions": ("subscriber_id", "subscriber_type"),
        "team": ("type", "name"),
        "user": ("type", "name", "email"),
        "user_member": ("type", "user_id"),
    }.items()
}
"""By the type of an object, or by the key under which it is if it has none: the keys that stay."""
OPEN_ENDED = frozenset(("data", "value", "custom_details", "details"))
"""Keys of values that users have made up."""


def sparse(body: t.Any, optional_keys: str) -> t.Any:
    """Return the body of a response with only the keys that must be there.

    Args:
        optional_keys: `omitted`, or `null` to keep the others with null.
    """
    if isinstance(body, list):
        return [_sparse(each, "each", optional_keys) for each in body]
    if not isinstance(body, dict):
        return body
    return {key: _sparse(value, key, optional_keys) for key, value in body.items() if key not in PAGE}


def _sparse(value: t.Any, key: str, optional_keys: str) -> t.Any:
    if isinstance(value, list):
        return [_sparse(each, key, optional_keys) for each in value]
    if not isinstance(value, dict) or key in OPEN_ENDED:
        return value
    kept = _required(value, key)
    others = dict.fromkeys(value.keys() - kept) if optional_keys == NULL else {}
    return {**{name: _sparse(each, name, optional_keys) for name, each in value.items() if name in kept}, **others}


def _required(record: t.Mapping[str, t.Any], key: str) -> frozenset[str]:
    kind = str(record.get("type", ""))
    if kind in REQUIRED:
        return REQUIRED[kind]
    by_key = REQUIRED.get(key, frozenset(("id",)))
    # Without its type, a log entry would fit the schema of each kind.
    return by_key | IDENTITY if kind.endswith(("_reference", "_log_entry")) else by_key
