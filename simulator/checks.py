# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads fields of a body and parameters of a query, each with the type that PagerDuty documents.

Every method raises an `ApiError` with status 400 if the value has another type.
"""

from __future__ import annotations

import math
import typing as t

from simulator import errors
from simulator.clock import time_of

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_OFFSET = 10_000
"""Largest `offset + limit`. Source: https://developer.pagerduty.com/docs/pagination."""
UTC = ("Z", "+00:00")
FLAGS = {"true": True, "1": True, "True": True, "false": False, "0": False, "False": False}
"""Source: PagerDuty/developer-docs, docs/REST-API/06-Types.md, "Boolean".

PagerDuty's MCP server also sends `True` and `False`: PagerDuty/pagerduty-mcp-server, pagerduty_mcp/models/incidents.py,
`PastIncidentsQuery`.
"""

Item = t.TypeVar("Item")


class Fields:
    """The fields of one JSON object.

    Args:
        values: the object.
        path: its place in the body, such as `incident.`, for messages.

    Raises:
        ApiError: it is not an object.
    """

    def __init__(self, values: t.Any, path: str = "") -> None:
        if not isinstance(values, dict):
            raise errors.invalid(f"{path.rstrip('.') or 'body'} must be an object")
        self.values: dict[str, t.Any] = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.values)

    def without(self, names: t.Iterable[str]) -> Fields:
        """Return the other fields."""
        left_out = set(names)
        return Fields({name: value for name, value in self.values.items() if name not in left_out}, self._path)

    def need(self, name: str) -> t.Any:
        """Return a required field."""
        if name not in self.values:
            raise errors.invalid(f"{self._path}{name} is required")
        return self.values[name]

    def raw(self, name: str) -> t.Any:
        """Return a field of any type, or None."""
        return self.values.get(name)

    def object(self, name: str) -> Fields:
        """Return a required object."""
        return Fields(self.need(name), f"{self._path}{name}.")

    def text(self, name: str, *, empty: bool = False) -> str:
        """Return a required text, which must not be blank unless `empty`."""
        value = self.need(name)
        if not isinstance(value, str):
            raise errors.invalid(f"{self._path}{name} must be a string")
        if not empty and not value.strip():
            raise errors.invalid(f"{self._path}{name} must not be blank")
        return value

    def maybe_text(self, name: str, *, empty: bool = False) -> str | None:
        """Return a text, or None if it is missing."""
        return self.text(name, empty=empty) if name in self.values else None

    def choice(self, name: str, choices: t.Collection[str]) -> str:
        """Return a required text that is one of the choices."""
        value = self.text(name)
        if value not in choices:
            raise errors.invalid(f"{self._path}{name} must be one of {', '.join(choices)}")
        return value

    def maybe_choice(self, name: str, choices: t.Collection[str]) -> str | None:
        """Return a text that is one of the choices, or None if it is missing."""
        return self.choice(name, choices) if name in self.values else None

    def integer(self, name: str) -> int:
        """Return a required integer; true and false are not integers."""
        value = self.need(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise errors.invalid(f"{self._path}{name} must be an integer")
        return value

    def maybe_integer(self, name: str) -> int | None:
        """Return an integer, or None if it is missing."""
        return self.integer(name) if name in self.values else None

    def time(self, name: str) -> float:
        """Return a time that must be there, in seconds since 1970."""
        try:
            return time_of(self.text(name))
        except ValueError:
            raise errors.invalid(f"{self._path}{name} must be an ISO 8601 date and time") from None

    def items(self, name: str, *, empty: bool = False) -> list[Fields]:
        """Return a required list of objects, which must not be empty unless `empty`."""
        value = self.need(name)
        if not isinstance(value, list):
            raise errors.invalid(f"{self._path}{name} must be an array")
        if not value and not empty:
            raise errors.invalid(f"{self._path}{name} must not be empty")
        return [Fields(item, f"{self._path}{name}[{index}].") for index, item in enumerate(value)]

    def reference(self, name: str, *types: str) -> str:
        """Return the id of a reference of one of the types."""
        fields = self.object(name)
        fields.choice("type", types)
        return fields.text("id")


class Query:
    """The parameters of a request's query.

    Args:
        pairs: names and values as they came; the names of lists end in `[]`.
    """

    def __init__(self, pairs: t.Sequence[tuple[str, str]]) -> None:
        self._pairs = pairs

    def all(self, name: str, choices: t.Collection[str] | None = None) -> list[str]:
        """Return the values of a repeated parameter."""
        values = [value for given, value in self._pairs if given == name]
        for value in values:
            if choices is not None and value not in choices:
                raise errors.invalid(f"{name} must be one of {', '.join(choices)}")
        return values

    def one(self, name: str) -> str | None:
        """Return the value of a parameter, the last one if it is repeated."""
        values = self.all(name)
        return values[-1] if values else None

    def include(self, choices: t.Collection[str]) -> frozenset[str]:
        """Return the names in `include[]`."""
        return frozenset(self.all("include[]", choices))

    def flag(self, name: str) -> bool:
        """Return a boolean; False if it is missing."""
        value = self.one(name) or "false"
        if value not in FLAGS:
            raise errors.invalid(f"{name} must be true or false")
        return FLAGS[value]

    def time(self, name: str) -> float | None:
        """Return a time in seconds since 1970, or None if it is missing."""
        value = self.one(name)
        if value is None:
            return None
        try:
            return time_of(value.replace(" ", "+"))
        except ValueError:
            raise errors.invalid(f"{name} must be an ISO 8601 date and time") from None

    def utc_time(self, name: str) -> float | None:
        """Return a time in seconds since 1970 that must be in UTC, or None if it is missing.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the parameter `change_since`.
        """
        time = self.time(name)
        if time is not None and not str(self.one(name)).replace(" ", "+").endswith(UTC):
            raise errors.invalid(f"{name} must be in UTC")
        return time

    def page(self) -> tuple[int, int]:
        """Return the limit, at most 100, and the offset."""
        limit = min(self.integer("limit", DEFAULT_LIMIT, minimum=1), MAX_LIMIT)
        offset = self.integer("offset", 0, minimum=0)
        if offset + limit > MAX_OFFSET:
            raise errors.invalid(f"Offset plus limit must not be greater than {MAX_OFFSET}")
        return limit, offset

    def integer(self, name: str, default: int, minimum: int, maximum: float = math.inf) -> int:
        """Return an integer within its limits."""
        value = self.one(name)
        if value is None:
            return default
        if not value.isdecimal() or not minimum <= int(value) <= maximum:
            raise errors.invalid(f"{name} must be an integer from {minimum} to {maximum}")
        return int(value)
