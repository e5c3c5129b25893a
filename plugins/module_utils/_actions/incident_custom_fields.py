# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets custom fields of incidents; only those that differ are sent.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.errors import InvalidOption, Refused
from .._core.plan import Plan, PlanOrOutcome, Write
from .custom_field_values import equals, is_fixed, parse_value, refused
from .incidents import checked_ids, name_of, plan_each, read_incidents


def set_custom_fields(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Make custom fields of each incident equal to the given values.

    Args:
        params: `incident_id`, and `custom_fields` (name to value; None empties a field).

    Raises:
        InvalidOption: no field is given, or a name is empty.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/custom_fields/values, and GET
    /incidents/{id}, `include[]=custom_fields`.
    """
    ids = checked_ids(params["incident_id"])
    wanted: t.Mapping[str, t.Any] = params["custom_fields"]
    if not wanted:
        raise InvalidOption("custom_fields", "must have at least one field", wanted)
    if not all(str(name).strip() for name in wanted):
        raise InvalidOption("custom_fields", "must not have an empty name", list(wanted))
    plan = functools.partial(_plan, pagerduty, wanted, Write(functools.partial(_send, pagerduty)))
    return plan_each(read_incidents(pagerduty, ids, ["custom_fields"]), plan)


def _plan(pagerduty: PagerDuty, wanted: t.Mapping[str, t.Any], write: Write, incident: Record) -> Plan:
    before: Record = {}
    after: Record = {}
    differing: dict[str, Record] = {}
    for name, value in wanted.items():
        field = _find(incident, str(name))
        parsed = parse_value(field, value)
        is_equal = equals(field, field.get("value"), parsed)
        before[field["name"]] = field.get("value")
        after[field["name"]] = field.get("value") if is_equal else parsed
        if not is_equal:
            differing[field["id"]] = {**field, "value": parsed}
    _check_options(pagerduty, incident, list(differing.values()))
    return Plan(
        incident["id"],
        {"custom_fields": before},
        {"custom_fields": after},
        incident,
        _with_fields(incident, differing),
        write,
        [{"id": field["id"], "value": field["value"]} for field in differing.values()],
    )


def _find(incident: Record, name: str) -> Record:
    """Return the field with a name.

    Raises:
        Refused: the incident has none.
    """
    fields = incident.get("custom_fields") or []
    for key in ("name", "display_name"):
        for field in fields:
            if field.get(key) == name:
                found: Record = field
                return found
    listed = ", ".join(field["name"] for field in fields) or "none"
    raise Refused(
        f"Incident {name_of(incident)} has no custom field {name!r}. It has: {listed}.",
        hint="Use the name that PagerDuty shows under Incident Types.",
    )


def _check_options(pagerduty: PagerDuty, incident: Record, fields: t.Sequence[Record]) -> None:
    """Check the values of fields that take only some, as far as the definitions of the fields can be read.

    Raises:
        Refused: a field does not take its value.
    """
    for field in fields:
        if not is_fixed(field) or field["value"] is None:
            continue
        allowed = _options(pagerduty, incident).get(field["name"])
        values = field["value"] if isinstance(field["value"], list) else [field["value"]]
        for value in values:
            if allowed and value not in allowed:
                raise refused(field, f"must be one of {', '.join(map(str, allowed))}", value)


def _options(pagerduty: PagerDuty, incident: Record) -> dict[str, list[t.Any]]:
    """Return the options of an incident's custom fields, by the names of the fields; read once for each incident type.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/types/{type_id_or_name}/custom_fields.
    """
    incident_type = str((incident.get("incident_type") or {}).get("name"))
    known = pagerduty.lookups.setdefault("options of custom fields", {})
    if incident_type not in known:
        known[incident_type] = _read_options(pagerduty, incident_type)
    return known[incident_type]


def _read_options(pagerduty: PagerDuty, incident_type: str) -> dict[str, list[t.Any]]:
    path = path_of("incidents", "types", incident_type, "custom_fields")
    try:
        fields = pagerduty.get(path, "fields", [("include[]", "field_options")])
    except Refused:
        # Reading definitions needs a permission of its own. Without them, PagerDuty checks the values.
        return {}
    return {
        field["name"]: [option["data"].get("value") for option in field.get("field_options") or ()] for field in fields
    }


def _with_fields(incident: Record, fields: t.Mapping[str, Record]) -> Record:
    """Return an incident with other values of some custom fields, by their ids."""
    present = incident.get("custom_fields") or ()
    return {**incident, "custom_fields": [fields.get(field["id"], field) for field in present]}


def _send(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    path = path_of("incidents", plan.target, "custom_fields", "values")
    fields = pagerduty.write_and_get("PUT", path, {"custom_fields": plan.body}, "custom_fields")
    return [_with_fields(plan.predicted, {field["id"]: field for field in fields})]
