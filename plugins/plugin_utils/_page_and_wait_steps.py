# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the role page_and_wait, as a user lists them.

Somebody has to be paged, so nothing in them stops a run: what cannot be used is left out, and told in the end.

Private to the collection.
"""

from __future__ import annotations

import json
import typing as t

from ..module_utils._core.errors import InvalidOption, shorten
from ..module_utils._core.time_texts import parse_duration
from ..module_utils._core.words import few

OPTION = "page_and_wait_steps"
EVENT, INCIDENT, LEVEL, POLICY = "event", "incident", "level", "escalation_policy"
FIELDS = ("service", "routing_key", LEVEL, POLICY, "wait")
WAIT = "10m"
"""How long a step waits that does not say so."""
MAX_WAIT = "52w"
"""A wait that is far longer could end after the year 9999, which no date can say."""
MAX_DIGITS = 9
"""Digits in a level: Python refuses to read a number of some thousands."""
NEXT = "next"
NO_KEY = "page_and_wait"
"""The key of a run that has neither a key nor a title."""


class Step(t.NamedTuple):
    """A step of the role.

    Args:
        kind: EVENT, INCIDENT, LEVEL, or POLICY; the first two open an incident of their own.
        key: that of the incident.
        seconds: how long to wait.
        to: the service, the level, or the escalation policy that it pages; empty if only the routing key says so.
        routing_key: of an event; empty for the one of the role.
    """

    kind: str
    key: str
    seconds: int
    to: str = ""
    routing_key: str = ""

    @property
    def opens(self) -> bool:
        """Whether it opens an incident of its own."""
        return self.kind in (EVENT, INCIDENT)

    @property
    def has_other_way(self) -> bool:
        """Whether the routing key of the role may page as well."""
        return self.kind == INCIDENT or (self.kind == EVENT and bool(self.routing_key))

    @property
    def people(self) -> str:
        """Whom it pages, as long as nobody can be named."""
        if self.kind == LEVEL:
            return f"whoever is on call at level {self.to}"
        return f"whoever is on call for {self.to or 'the service of the routing key'}"


class Steps(t.NamedTuple):
    """The steps of a run.

    Args:
        steps: at least one; the first one opens an incident.
        problems: what was given and could not be used. The run pages all the same, and says so.
    """

    steps: list[Step]
    problems: list[str]


def steps_of(given: t.Any, key: str) -> Steps:
    """Return the steps of a run: those given, or the default ones if none can be read.

    Args:
        given: a list of dictionaries, or one in JSON.
        key: the key of the first incident; that of each further one has a number.
    """
    key = key.strip() or NO_KEY
    reader = _Reader(key)
    reader.read(given)
    return Steps(reader.steps or _default_steps(key), reader.problems)


def _default_steps(key: str) -> list[Step]:
    seconds = parse_duration("wait", WAIT)
    return [Step(EVENT, key, seconds), Step(LEVEL, key, seconds, "2")]


class _Reader:
    """Reads steps, and tells what of them cannot be used.

    Args:
        key: that of the first incident.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self.steps: list[Step] = []
        self.problems: list[str] = []

    def read(self, given: t.Any) -> None:
        """Add the steps that are given."""
        for number, each in enumerate(self._listed(given), start=1):
            name = f"{OPTION}[{number}]"
            if isinstance(each, dict):
                self._add(name, each)
            else:
                self.problems.append(f"{name} is left out, as it is no dictionary.")

    def _listed(self, given: t.Any) -> list[t.Any]:
        if given is None or given == [] or not str(given).strip():
            return []
        try:
            listed = json.loads(given) if isinstance(given, str) else given
        except (ValueError, RecursionError):
            listed = None
        listed = [listed] if isinstance(listed, dict) else listed
        if isinstance(listed, list):
            return listed
        # It is not repeated: it may hold a routing key.
        self.problems.append(
            f"{OPTION} is no list of steps, such as [{{service: Checkout, wait: 10m}}], so the default steps are made."
        )
        return []

    def _add(self, name: str, given: t.Mapping[t.Any, t.Any]) -> None:
        """Add the step that a dictionary describes, unless it names nobody to page."""
        fields = {str(field): str(value).strip() for field, value in given.items() if value is not None}
        fields = {field: value for field, value in fields.items() if value}
        unknown = [field for field in fields if field not in FIELDS]
        self._tell_unused(name, unknown, f"a step may have {', '.join(FIELDS)} only")
        ways = [field for field in (POLICY, LEVEL, "service", "routing_key") if field in fields]
        if unknown and self.steps and not ways:
            self.problems.append(f"{name} is left out, as it names nobody to page.")
            return
        seconds = self._seconds(name, fields.get("wait", WAIT))
        if self.steps and ways and ways[0] in (POLICY, LEVEL):
            self._tell_unused(name, ways[1:], f"the step has {ways[0]}")
            to = fields[POLICY] if ways[0] == POLICY else self._level(name, fields[LEVEL])
            self.steps.append(Step(ways[0], self.steps[-1].key, seconds, to))
            return
        self._tell_unused(name, [way for way in ways if way in (POLICY, LEVEL)], "the first step opens the incident")
        kind = INCIDENT if "service" in fields and "routing_key" not in fields else EVENT
        opened = sum(each.opens for each in self.steps)
        key = f"{self._key}/{opened + 1}" if opened else self._key
        self.steps.append(Step(kind, key, seconds, fields.get("service", ""), fields.get("routing_key", "")))

    def _tell_unused(self, name: str, fields: t.Sequence[str], why: str) -> None:
        if fields:
            self.problems.append(f"{name}: {few(fields)} is left out, as {why}.")

    def _seconds(self, name: str, given: str) -> int:
        try:
            seconds = parse_duration(f"{name}.wait", given)
            if seconds <= parse_duration("wait", MAX_WAIT):
                return seconds
            self.problems.append(f"{name}.wait: must be at most {MAX_WAIT}, got {given!r}. The step waits {WAIT}.")
        except InvalidOption as error:
            self.problems.append(f"{error} The step waits {WAIT}.")
        return parse_duration("wait", WAIT)

    def _level(self, name: str, given: str) -> str:
        """Return a level as a number: the next one is known, as incidents begin with the first."""
        if given.isdecimal() and len(given) <= MAX_DIGITS and int(given) > 0:
            return given
        before = self.steps[-1]
        level = int(before.to) + 1 if before.kind == LEVEL else 2
        if given != NEXT:
            self.problems.append(
                f"{name}.level: must be 1 or greater, or next, got {shorten(repr(given))}. It is level {level}."
            )
        return str(level)
