# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What arrives, checked: fields of a body and parameters of a query, each read with the type that PagerDuty documents.

Every method raises a `Problem` with status 400 when the value is not of its type.
"""

from __future__ import annotations

import typing as t

from simulator import problems
from simulator.clock import moment_of

LIMIT_DEFAULT = 25
LIMIT_AT_MOST = 100
DEEPEST = 10_000
"""Largest `offset + limit`. Source: https://developer.pagerduty.com/docs/pagination."""

Item = t.TypeVar("Item")


class Fields:
    """The fields of one JSON object.

    Args:
        values: the object.
        path: where it stands in the body, such as `incident.`; for messages.

    Raises:
        Problem: when it is no object.
    """

    def __init__(self, values: t.Any, path: str = "") -> None:
        if not isinstance(values, dict):
            raise problems.invalid(f"{path.rstrip('.') or 'body'} must be an object")
        self.values: dict[str, t.Any] = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def need(self, name: str) -> t.Any:
        """A field that must be there."""
        if name not in self.values:
            raise problems.invalid(f"{self._path}{name} is required")
        return self.values[name]

    def raw(self, name: str) -> t.Any:
        """A field of any type, or None."""
        return self.values.get(name)

    def object(self, name: str) -> Fields:
        """An object that must be there."""
        return Fields(self.need(name), f"{self._path}{name}.")

    def text(self, name: str, *, empty: bool = False) -> str:
        """A text that must be there and, unless said otherwise, not be blank."""
        value = self.need(name)
        if not isinstance(value, str):
            raise problems.invalid(f"{self._path}{name} must be a string")
        if not empty and not value.strip():
            raise problems.invalid(f"{self._path}{name} must not be blank")
        return value

    def maybe_text(self, name: str, *, empty: bool = False) -> str | None:
        """A text, or None where it is absent."""
        return self.text(name, empty=empty) if name in self.values else None

    def choice(self, name: str, choices: t.Collection[str]) -> str:
        """One of a few words."""
        value = self.text(name)
        if value not in choices:
            raise problems.invalid(f"{self._path}{name} must be one of {', '.join(choices)}")
        return value

    def maybe_choice(self, name: str, choices: t.Collection[str]) -> str | None:
        """One of a few words, or None where it is absent."""
        return self.choice(name, choices) if name in self.values else None

    def integer(self, name: str) -> int:
        """A whole number that must be there; true and false are none."""
        value = self.need(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise problems.invalid(f"{self._path}{name} must be an integer")
        return value

    def maybe_integer(self, name: str) -> int | None:
        """A whole number, or None where it is absent."""
        return self.integer(name) if name in self.values else None

    def items(self, name: str, *, empty: bool = False) -> list[Fields]:
        """A list of objects that must be there and, unless said otherwise, not be empty."""
        value = self.need(name)
        if not isinstance(value, list):
            raise problems.invalid(f"{self._path}{name} must be an array")
        if not value and not empty:
            raise problems.invalid(f"{self._path}{name} must not be empty")
        return [Fields(item, f"{self._path}{name}[{index}].") for index, item in enumerate(value)]

    def reference(self, name: str, *types: str) -> str:
        """The id of a reference of one of some types."""
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
        """The values of a repeated parameter."""
        values = [value for given, value in self._pairs if given == name]
        for value in values:
            if choices is not None and value not in choices:
                raise problems.invalid(f"{name} must be one of {', '.join(choices)}")
        return values

    def one(self, name: str) -> str | None:
        """The value of a parameter, the last if it is repeated."""
        values = self.all(name)
        return values[-1] if values else None

    def include(self, choices: t.Collection[str]) -> frozenset[str]:
        """What shall be expanded."""
        return frozenset(self.all("include[]", choices))

    def flag(self, name: str) -> bool:
        """True or false; false where it is absent."""
        value = self.one(name) or "false"
        if value not in ("true", "false"):
            raise problems.invalid(f"{name} must be true or false")
        return value == "true"

    def moment(self, name: str) -> float | None:
        """A moment in seconds since 1970, or None where it is absent."""
        value = self.one(name)
        if value is None:
            return None
        try:
            return moment_of(value.replace(" ", "+"))
        except ValueError:
            raise problems.invalid(f"{name} must be an ISO 8601 date and time") from None

    def page(self) -> tuple[int, int]:
        """The limit, at most 100, and the offset."""
        limit = min(self._whole("limit", LIMIT_DEFAULT, least=1), LIMIT_AT_MOST)
        offset = self._whole("offset", 0, least=0)
        if offset + limit > DEEPEST:
            raise problems.invalid(f"Offset plus limit must not be greater than {DEEPEST}")
        return limit, offset

    def _whole(self, name: str, default: int, least: int) -> int:
        value = self.one(name)
        if value is None:
            return default
        if not value.isdecimal() or int(value) < least:
            raise problems.invalid(f"{name} must be an integer of at least {least}")
        return int(value)
