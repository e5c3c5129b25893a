# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulation: the account's state with its clock, limits, journal and faults, and what a request does to them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from simulator import account, events
from simulator.arrival import Arrival
from simulator.call import Answer
from simulator.checks import Fields
from simulator.clock import Clock
from simulator.events import answer_event
from simulator.faults import Faults
from simulator.gate import answer_rest
from simulator.incident import Incident
from simulator.journal import Entry, Journal
from simulator.limits import SlidingMinute
from simulator.problems import OffContract, invalid
from simulator.state import State

if t.TYPE_CHECKING:
    # openapi-core is needed by those only who check the contract.
    from simulator.contract import Contract


@dataclass
class Simulation:
    """What a running simulator holds.

    Args:
        rest_limit: calls in a minute for each key.
        events_limit: events in a minute for each routing key.
        contract: None to check nothing.
    """

    clock: Clock = field(default_factory=Clock)
    rest_limit: int = 960
    events_limit: int = 120
    contract: Contract | None = None

    def __post_init__(self) -> None:
        self._begin(frozenset(account.ABILITIES), self.rest_limit, self.events_limit)

    def _begin(self, abilities: frozenset[str], rest_limit: int, events_limit: int) -> None:
        self.state = State(self.clock, abilities)
        self.journal = Journal()
        self.faults = Faults()
        self._rest = SlidingMinute(rest_limit, self.clock)
        self._events = SlidingMinute(events_limit, self.clock)

    def reset(self, wishes: t.Any) -> list[Incident]:
        """Start anew.

        Args:
            wishes: the body of `POST /_simulator/reset`.

        Raises:
            Problem: when a wish cannot be fulfilled.
        """
        fields = Fields(wishes)
        self._begin(
            _abilities(fields),
            fields.maybe_integer("rest_limit") or self.rest_limit,
            fields.maybe_integer("events_limit") or self.events_limit,
        )
        try:
            return self.state.seed(fields.maybe_integer("incidents") or 0, fields.raw("incident") or {})
        except (KeyError, ValueError) as error:
            raise invalid(f"incident: there is no {error}") from None

    def answer(self, arrival: Arrival, entry: Entry) -> Answer:
        """Have a request's effect and answer it; off contract, the answer says so instead."""
        if self.contract is None:
            return self._answer(arrival)
        entry.contract = []
        try:
            self.contract.check_request(arrival)
            answer = self._answer(arrival)
            self.contract.check_answer(arrival, answer)
        except OffContract as breach:
            entry.contract = breach.errors
            return Answer(OffContract.STATUS, breach.body)
        return answer

    def _answer(self, arrival: Arrival) -> Answer:
        if arrival.path.startswith(events.PREFIX):
            answer = answer_event(arrival, self.state, self._events)
        else:
            answer = answer_rest(arrival, self.state, self._rest)
        return replace(answer, headers={**answer.headers, "x-request-id": self.state.ids.request_id()})


def _abilities(fields: Fields) -> frozenset[str]:
    """The abilities that a reset wants: those it names, or all but those it takes away."""
    named = fields.raw("abilities")
    return frozenset(account.ABILITIES if named is None else named) - frozenset(fields.raw("without") or ())
