# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_custom_fields: sets custom fields of incidents; only those that differ are sent.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.change import Change
from .._core.errors import InvalidOption, Refused
from .._core.words import CLEAR, SET, Phrase
from .._incidents.action import IncidentAction
from .._incidents.custom_field_values import equals, is_fixed, parse_value, refused, shown
from .._incidents.names import name_of
from .._incidents.read import lacking

Choices = dict[str, list[t.Any]]
"""The values that fields take, by the names of the fields; a field that is left out takes any."""


class Wanted(t.NamedTuple):
    """A custom field as it is, and its wanted value."""

    field: Record
    value: t.Any

    @property
    def is_set(self) -> bool:
        """Whether the field has the value already."""
        return equals(self.field, self.field.get("value"), self.value)


class Fields(t.NamedTuple):
    """An incident, the wanted values of its fields, and the values that they take."""

    incident: Record
    wanted: t.Sequence[Wanted]
    choices: Choices


class CustomFields(IncidentAction):
    """Makes custom fields of each incident equal to the given values.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/custom_fields/values, and GET
    /incidents/{id}, `include[]=custom_fields`.
    """

    include = ("custom_fields",)

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._choices: dict[str, Choices] = {}

    def check(self) -> None:
        """Check the names of the fields."""
        super().check()
        wanted = self.options["custom_fields"]
        if not wanted:
            raise InvalidOption("custom_fields", "must have at least one field", wanted)
        if not all(str(name).strip() for name in wanted):
            raise InvalidOption("custom_fields", "must not have an empty name", list(wanted))

    def state(self, incident: Record) -> Fields:
        """Return the fields; which values they take is read only if it matters."""
        named = [_wanted(incident, str(name), value) for name, value in self.options["custom_fields"].items()]
        # A field may be given by both of its names.
        wanted = list({each.field["id"]: each for each in named}.values())
        return Fields(incident, wanted, self._choices_of(incident) if any(map(_needs_choices, wanted)) else {})

    def foretold(self, incident: Record) -> Fields:
        """Return the fields without values, as which the incident will have is not known."""
        empty = [{"id": None, "name": str(name), "value": None} for name in self.options["custom_fields"]]
        values = self.options["custom_fields"].values()
        wanted = [Wanted(field, parse_value(field, value)) for field, value in zip(empty, values)]
        return Fields({**incident, "custom_fields": empty}, wanted, {})

    def plan(self, target: str, state: Fields) -> Change:
        """Plan to set the fields that differ.

        Raises:
            Refused: a field does not take its value.
        """
        incident, wanted, choices = state
        differing = [each for each in wanted if not each.is_set]
        for each in differing:
            _check_choice(each, choices)
        values = {each.field["name"]: each.value for each in differing}
        before = {each.field["name"]: each.field.get("value") for each in wanted}
        return Change(
            target=target,
            name=name_of(incident),
            before={"custom_fields": before},
            after={"custom_fields": {**before, **values}},
            says=_says(values) or "already as wanted",
            record=incident,
            predicted=_with_fields(incident, [{**each.field, "value": each.value} for each in differing]),
            body=[{"id": each.field["id"], "value": each.value} for each in differing],
        )

    def send_one(self, change: Change) -> Record:
        """Set the fields."""
        path = path_of("incidents", change.target, "custom_fields", "values")
        fields = self.client.write_and_get_list("PUT", path, {"custom_fields": change.body}, "custom_fields")
        return _with_fields(change.predicted, fields)

    def _choices_of(self, incident: Record) -> Choices:
        """Return the values that an incident's fields take; read once for each incident type."""
        incident_type = str((incident.get("incident_type") or {}).get("name"))
        if incident_type not in self._choices:
            self._choices[incident_type] = self._read_choices(incident_type)
        return self._choices[incident_type]

    def _read_choices(self, incident_type: str) -> Choices:
        """Return the values that the fields of an incident type take.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET
        /incidents/types/{type_id_or_name}/custom_fields.
        """
        path = path_of("incidents", "types", incident_type, "custom_fields")
        try:
            fields = self.client.get_list(path, "fields", [("include[]", "field_options")])
        except Refused:
            # Reading definitions needs a permission of its own. Without them, PagerDuty checks the values.
            return {}
        return {
            field["name"]: [option["data"].get("value") for option in field.get("field_options") or ()]
            for field in fields
        }


def _wanted(incident: Record, name: str, value: t.Any) -> Wanted:
    """Return the field with a name, and its wanted value.

    Raises:
        Refused: the incident has none, or it does not take the value.
    """
    fields = incident.get("custom_fields")
    if fields is None:
        raise lacking(incident, "custom_fields", "none of them can be set")
    for key in ("name", "display_name"):
        for field in fields:
            if field.get(key) == name:
                return Wanted(field, parse_value(field, value))
    listed = ", ".join(field["name"] for field in fields) or "none"
    raise Refused(
        f"{name_of(incident)} has no custom field {name!r}. It has: {listed}.",
        hint="Use the name that PagerDuty shows under Incident Types.",
    )


def _needs_choices(wanted: Wanted) -> bool:
    return is_fixed(wanted.field) and wanted.value is not None and not wanted.is_set


def _check_choice(wanted: Wanted, choices: Choices) -> None:
    """Check a value of a field that takes only some, as far as they could be read.

    Raises:
        Refused: the field does not take the value.
    """
    allowed = choices.get(wanted.field["name"])
    if not (allowed and _needs_choices(wanted)):
        return
    for value in wanted.value if isinstance(wanted.value, list) else [wanted.value]:
        if value not in allowed:
            raise refused(wanted.field, f"must be one of {', '.join(map(str, allowed))}", value)


def _says(values: t.Mapping[str, t.Any]) -> list[Phrase]:
    set_to = [f"{name} to {shown(value)}" for name, value in values.items() if value is not None]
    cleared = [name for name, value in values.items() if value is None]
    return [*([SET(*set_to)] if set_to else []), *([CLEAR(*cleared)] if cleared else [])]


def _with_fields(incident: Record, fields: t.Iterable[Record]) -> Record:
    """Return an incident with other values of some custom fields."""
    by_id = {field["id"]: field for field in fields}
    present = incident.get("custom_fields") or ()
    return {**incident, "custom_fields": [by_id.get(field["id"], field) for field in present]}
