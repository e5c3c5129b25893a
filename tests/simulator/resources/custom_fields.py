# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/custom_fields/values. Source: openapi/rest.json; PAGERDUTY_API.md, "Stakeholders, fields, alerts"."""

from __future__ import annotations

import typing as t

from simulator import account, problems
from simulator.account import CustomField
from simulator.call import Answer, Call, Route
from simulator.checks import Fields

TEXT_AT_MOST = 200
VALUES_AT_MOST = 10


def get_values(call: Call) -> Answer:
    """GET …/custom_fields/values."""
    return Answer(body={"custom_fields": call.views().custom_values(call.incident)})


def set_values(call: Call) -> Answer:
    """PUT …/custom_fields/values: all of them or, when one is wrong, none; 201 as the schema says."""
    incident = call.incident
    changes = [(field_of(item), item.need("value")) for item in call.body.items("custom_fields")]
    for field, value in changes:
        check_value(field, value)
    incident.custom_values.update({field.id: value for field, value in changes})
    show = call.views().custom_value
    return Answer(201, {"custom_fields": [show(incident, field) for field, _value in changes]})


def field_of(item: Fields) -> CustomField:
    """The field that an item names, by id or by name.

    Raises:
        Problem: when there is none such.
    """
    name, field_id = item.maybe_text("name"), item.maybe_text("id")
    for field in account.CUSTOM_FIELDS.values():
        if field.id == field_id or (field_id is None and field.name == name):
            return field
    raise problems.invalid(f"Custom field {field_id or name} not found")


def check_value(field: CustomField, value: t.Any) -> None:
    """Whether a field takes a value; null empties it.

    Raises:
        Problem: when it does not.
    """
    if value is None:
        return
    if field.field_type.startswith("multi_value"):
        if not isinstance(value, list) or len(value) > VALUES_AT_MOST or len(value) != len(set(map(str, value))):
            raise problems.invalid(f"{field.name} must be an array of at most {VALUES_AT_MOST} different values")
        for each in value:
            check_single(field, each)
    else:
        check_single(field, value)


def check_single(field: CustomField, value: t.Any) -> None:
    """Whether a field takes a single value.

    Raises:
        Problem: when it does not.
    """
    expected = int if field.data_type == "integer" else str
    if not isinstance(value, expected) or isinstance(value, bool):
        raise problems.invalid(f"{field.name} must be a {field.data_type}")
    if isinstance(value, str) and len(value) > TEXT_AT_MOST:
        raise problems.invalid(f"{field.name} must have at most {TEXT_AT_MOST} characters")
    if field.options and value not in field.options:
        raise problems.invalid(f"{field.name} must be one of {', '.join(field.options)}")


ROUTES = (
    Route("GET", "/incidents/{id}/custom_fields/values", get_values),
    Route("PUT", "/incidents/{id}/custom_fields/values", set_values),
)
