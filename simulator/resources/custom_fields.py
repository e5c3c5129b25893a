# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/custom_fields/values, and the definitions of the fields.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json.
"""

from __future__ import annotations

import re
import typing as t

from simulator import account, errors
from simulator.account import CustomField
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.clock import time_of

TYPES: t.Mapping[str, type | tuple[type, ...]] = {"boolean": bool, "integer": int, "float": (int, float)}
"""The other data types are texts."""


def list_fields(call: Call) -> Response:
    """GET /incidents/types/{type_id_or_name}/custom_fields: every type has the same fields here."""
    incident_type = call.find({name: name for name in account.INCIDENT_TYPES}, "type_id_or_name")
    serializer = call.serializer("field_options")
    fields = [serializer.incident_type_field(field, incident_type) for field in account.CUSTOM_FIELDS.values()]
    return Response(body={"fields": fields})


def get_values(call: Call) -> Response:
    """GET …/custom_fields/values."""
    return Response(body={"custom_fields": call.serializer().custom_values(call.incident)})


def set_values(call: Call) -> Response:
    """PUT …/custom_fields/values: all of them, or none if one is invalid; 201 as the schema says."""
    incident = call.incident
    changes = [(field_of(item), item.need("value")) for item in call.body.items("custom_fields")]
    for field, value in changes:
        check_value(field, value)
    incident.set_custom_values(call.actor, {field.id: value for field, value in changes})
    show = call.serializer().custom_value
    return Response(201, {"custom_fields": [show(incident, field) for field, _value in changes]})


def field_of(item: Fields) -> CustomField:
    """Return the field of an item, by id or name.

    Raises:
        ApiError: it does not exist.
    """
    name, field_id = item.maybe_text("name"), item.maybe_text("id")
    for field in account.CUSTOM_FIELDS.values():
        if field.id == field_id or (field_id is None and field.name == name):
            return field
    raise errors.invalid(f"Custom field {field_id or name} not found")


def check_value(field: CustomField, value: t.Any) -> None:
    """Check the value of a field; null empties it.

    Raises:
        ApiError: it is invalid.
    """
    if value is None:
        return
    if field.field_type.startswith("multi_value"):
        if not isinstance(value, list) or len(value) > field.max_values or len(value) != len(set(map(str, value))):
            raise errors.invalid(f"{field.name} must be an array of at most {field.max_values} different values")
        for each in value:
            check_single(field, each)
    else:
        check_single(field, value)


def check_single(field: CustomField, value: t.Any) -> None:
    """Check a single value of a field.

    Raises:
        ApiError: it is invalid.
    """
    is_of_type = isinstance(value, TYPES.get(field.data_type, str))
    if not is_of_type or (isinstance(value, bool) and field.data_type != "boolean"):
        raise errors.invalid(f"{field.name} must be a {field.data_type}")
    if isinstance(value, str) and len(value) > field.max_length:
        raise errors.invalid(f"{field.name} must have at most {field.max_length} characters")
    if field.data_type == "datetime":
        check_datetime(field, value)
    if field.data_type == "url" and not re.match(r"https?://\S+$", value):
        raise errors.invalid(f"{field.name} must be a URL")
    if field.options and value not in field.options:
        raise errors.invalid(f"{field.name} must be one of {', '.join(field.options)}")


def check_datetime(field: CustomField, value: str) -> None:
    """Check that a text is a date and time.

    Raises:
        ApiError: it is not.
    """
    try:
        time_of(value)
    except ValueError:
        raise errors.invalid(f"{field.name} must be a datetime") from None


ROUTES = (
    Route("GET", "/incidents/types/{type_id_or_name}/custom_fields", list_fields),
    Route("GET", "/incidents/{id}/custom_fields/values", get_values),
    Route("PUT", "/incidents/{id}/custom_fields/values", set_values),
)
