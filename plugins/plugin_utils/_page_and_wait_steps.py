# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the role page_and_wait, as a user lists them.

Private to the collection.
"""

from __future__ import annotations

import json
import typing as t

from ..module_utils._core.errors import InvalidOption
from ..module_utils._core.time_texts import parse_duration

OPTION = "page_and_wait_steps"
EVENT, INCIDENT, LEVEL, POLICY = "event", "incident", "level", "escalation_policy"
FIELDS = ("service", "routing_key", LEVEL, POLICY, "wait")
WAIT = "10m"
"""How long a step waits that does not say so."""
NEXT = "next"


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
    def people(self) -> str:
        """Whom it pages, as long as nobody can be named."""
        if self.kind == LEVEL:
            return f"whoever is on call at level {self.to}"
        return f"whoever is on call for {self.to or 'the service of the routing key'}"


def steps_of(given: t.Any, key: str) -> list[Step]:
    """Return the steps of a run.

    Args:
        given: a list of dictionaries, or one in JSON.
        key: the key of the first incident; that of each further one has a number.

    Raises:
        InvalidOption: a step has no meaning.
    """
    if not key.strip():
        raise InvalidOption("page_and_wait_key", "must not be empty", key)
    steps: list[Step] = []
    for number, each in enumerate(_listed(given), start=1):
        steps.append(_step(f"{OPTION}[{number}]", each, steps, key))
    return steps


def _listed(given: t.Any) -> list[dict[str, str]]:
    """Return the steps as dictionaries without what is not set."""
    try:
        listed = json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise InvalidOption(OPTION, f"must be a list of steps, or JSON ({error})", given) from error
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise InvalidOption(OPTION, "must be a list of steps, such as [{service: Checkout, wait: 10m}]", given)
    return [{name: str(each[name]).strip() for name in each if each[name] not in (None, "")} for each in listed]


def _step(name: str, given: dict[str, str], earlier: list[Step], key: str) -> Step:
    for field in given:
        if field not in FIELDS:
            raise InvalidOption(name, f"has an unknown field {field!r}; a step may have {', '.join(FIELDS)}")
    pages = [field for field in (LEVEL, POLICY) if field in given]
    if pages and (len(pages) > 1 or "service" in given or "routing_key" in given):
        raise InvalidOption(name, "must name one of service (or routing_key), level, and escalation_policy")
    seconds = parse_duration(f"{name}.wait", given.get("wait", WAIT))
    if not pages:
        kind = INCIDENT if "service" in given and "routing_key" not in given else EVENT
        count = 1 + sum(each.opens for each in earlier)
        own_key = key if count == 1 else f"{key}/{count}"
        return Step(kind, own_key, seconds, given.get("service", ""), given.get("routing_key", ""))
    if not earlier:
        raise InvalidOption(name, "must open an incident, by a routing key or on a service: it is the first one")
    to = _level(name, given[LEVEL], earlier[-1]) if LEVEL in given else given[POLICY]
    return Step(pages[0], earlier[-1].key, seconds, to)


def _level(name: str, given: str, before: Step) -> str:
    """Return a level as a number: the next one is known, as incidents begin with the first."""
    if given == NEXT:
        return str(int(before.to) + 1 if before.kind == LEVEL else 2)
    if given.isdecimal() and int(given) > 0:
        return given
    raise InvalidOption(f"{name}.level", "must be 1 or greater, or next", given)
