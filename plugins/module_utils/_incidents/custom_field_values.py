# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of custom fields: what an option means for a field, and whether two values are equal.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import math
import re
import typing as t

from .._api.client import Record
from .._core.errors import InvalidOption, Refused, shorten
from .._core.time_texts import parse_time
from .notes import without_edges

BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
EMPTY: tuple[t.Any, ...] = (None, [])
"""What an empty field holds."""


def is_list(field: Record) -> bool:
    """Return whether a field holds several values, such as a tag field. One of a new type may show it by its value.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `CustomFieldsFieldValue`, `field_type`; for tags
    PagerDuty/public-support-scripts, custom_field/README.md.
    """
    return str(field.get("field_type")).startswith("multi_value") or isinstance(field.get("value"), list)


def is_fixed(field: Record) -> bool:
    """Return whether a field takes only some values. Source: as `is_list`."""
    return str(field.get("field_type")).endswith("_fixed")


def parse_value(field: Record, value: t.Any) -> t.Any:
    """Return the value to send for a field; None empties it.

    Raises:
        Refused: the field does not take the value.
    """
    if value in EMPTY:
        return None
    if not (is_list(field) or _may_be_list(field, value)):
        return _parse_single(field, value)
    values = value if isinstance(value, list) else [value]
    parsed = [_parse_single(field, each) for each in values]
    return [each for number, each in enumerate(parsed) if each not in parsed[:number]]


def equals(field: Record, one: t.Any, other: t.Any) -> bool:
    """Return whether two values of a field are equal: lists as sets, times whatever their zone.

    White space at the end of a line or around a text makes no difference, as PagerDuty may trim it (INFERRED), and a
    block of YAML ends with a line break.
    """
    if one in EMPTY or other in EMPTY:
        return one in EMPTY and other in EMPTY
    return _comparable(field, one) == _comparable(field, other)


def shown(value: t.Any) -> str:
    """Return a value for sentences, such as `eu, us` or `true`."""
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return shorten(str(value).lower() if isinstance(value, bool) else str(value))


def refused(field: Record, problem: str, value: t.Any) -> Refused:
    """Return the error for a value that a field does not take."""
    return Refused(f"custom_fields: {field['name']} {problem}, got {value!r}.", hint="Correct the value.")


def _comparable(field: Record, value: t.Any) -> object:
    if isinstance(value, list):
        return {str(_comparable(field, each)) for each in value}
    if field.get("data_type") == "datetime" and isinstance(value, str):
        # PagerDuty takes a date as well.
        with contextlib.suppress(InvalidOption):
            return parse_time("value", value)
    return without_edges(value) if isinstance(value, str) else value


def _may_be_list(field: Record, value: t.Any) -> bool:
    """Return whether a list is given to a field of a type that PagerDuty has added since: it knows what it takes."""
    return isinstance(value, list) and not str(field.get("field_type")).startswith("single_value")


def _parse_single(field: Record, value: t.Any) -> t.Any:
    """Return a single value of a field's data type. Source: as `is_list`, `data_type`."""
    text = str(value).strip()
    data_type = field.get("data_type")
    if isinstance(value, (list, dict)):
        raise refused(field, "takes a single value" if not is_list(field) else "takes a list of single values", value)
    if data_type is None:
        # Only PagerDuty knows what it takes, such as before the incident is there.
        return value
    if data_type == "boolean":
        if text.casefold() not in BOOLEANS:
            raise refused(field, "must be true or false", value)
        return BOOLEANS[text.casefold()]
    if isinstance(value, bool):
        raise refused(field, "must not be true or false; put a text in quotes", value)
    if data_type == "integer":
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            raise refused(field, "must be a whole number", value)
        return int(text)
    if data_type == "float":
        return _parse_float(field, value, text)
    return value if isinstance(value, str) else text


def _parse_float(field: Record, value: t.Any, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise refused(field, "must be a number", value)
    return number
