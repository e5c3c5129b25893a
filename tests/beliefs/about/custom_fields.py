# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of custom fields. They need a field of incidents for any text, as the checks create none."""

from __future__ import annotations

from beliefs.account import Json, Response
from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

VALUES = f"{SCHEMA}, PUT /incidents/{{id}}/custom_fields/values"
INCLUDE = f"{SCHEMA}, GET /incidents/{{id}}, include[]=custom_fields"
VALUE = f"{SCHEMA}, CustomFieldsFieldValue, value"


@belief((201, "conformance"), source=VALUES)
def a_value_is_set(own: OwnService) -> object:
    """PUT /incidents/{id}/custom_fields/values sets a value, and is answered with status 201."""
    incident, field = with_field(own)
    return put(own, incident, field, "conformance").status, value_of(own, incident, field)


@belief("conformance", source=INCLUDE)
def values_are_included(own: OwnService) -> object:
    """GET /incidents/{id} with include[]=custom_fields shows the values."""
    incident, field = with_field(own)
    put(own, incident, field, "conformance")
    shown = own.read(incident, "custom_fields")["custom_fields"]
    return next(each["value"] for each in shown if each["id"] == field["id"])


@belief(None, source=f"{VALUE}: it is nullable")
def an_empty_field_is_null(own: OwnService) -> object:
    """A field without a value has the value null."""
    return value_of(own, *with_field(own))


@belief((201, None), source=f"{INFERRED} from {VALUE}: it is nullable")
def null_empties_a_field(own: OwnService) -> object:
    """The value null empties a field."""
    incident, field = with_field(own)
    put(own, incident, field, "conformance")
    return put(own, incident, field, None).status, value_of(own, incident, field)


def with_field(own: OwnService) -> tuple[str, Json]:
    """Return the id of a new incident, and a field that takes any text and has none.

    Raises:
        NotTried: the account has no such field.
    """
    incident = str(own.open_incident()["id"])
    response = own.account.call("GET", f"/incidents/{incident}/custom_fields/values")
    fields = response.body["custom_fields"] if response.status == 200 else []
    for field in fields:
        if (field["data_type"], field["field_type"], field["value"]) == ("string", "single_value", None):
            return incident, field
    raise NotTried("the account has no custom field for any text that is empty at first")


def put(own: OwnService, incident_id: str, field: Json, value: str | None) -> Response:
    """Set the value of a field."""
    body = {"custom_fields": [{"id": field["id"], "value": value}]}
    return own.account.call("PUT", f"/incidents/{incident_id}/custom_fields/values", body)


def value_of(own: OwnService, incident_id: str, field: Json) -> object:
    """Return the value of a field."""
    fields = own.account.get(f"/incidents/{incident_id}/custom_fields/values", "custom_fields")
    return next(each["value"] for each in fields if each["id"] == field["id"])
