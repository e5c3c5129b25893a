# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulation: the account's state with its clock, limits, journal and faults, and what requests do to them."""

from __future__ import annotations

import copy
import json
import time
import typing as t
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from simulator import account, events
from simulator.call import Response
from simulator.checks import Fields
from simulator.clock import Clock
from simulator.errors import OffContract, invalid
from simulator.events import answer_event
from simulator.faults import Faults
from simulator.incident import Incident
from simulator.journal import Entry, Journal
from simulator.limits import SlidingMinute
from simulator.middleware import answer_rest
from simulator.request import Request
from simulator.sparse import NULL, OMITTED, PRESENT, sparse
from simulator.state import State
from simulator.webhook_subscription import WebhookTiming

if t.TYPE_CHECKING:
    # Only checking the contract needs openapi-core.
    from simulator.contract import Contract


@dataclass
class Simulation:
    """What a running simulator has.

    Args:
        rest_limit: calls in a minute for each key.
        events_limit: events in a minute for each routing key.
        contract: None to check nothing.
    """

    clock: Clock = field(default_factory=Clock)
    rest_limit: int = 960
    events_limit: int = 120
    contract: Contract | None = None
    on_events: t.Callable[[], None] = lambda: None
    """Called after each request; webhooks report what it has changed."""

    def __post_init__(self) -> None:
        self._begin(frozenset(account.ABILITIES), self.rest_limit, self.events_limit)

    def _begin(self, abilities: frozenset[str], rest_limit: int, events_limit: int) -> None:
        self.clock.reset()
        self.state = State(self.clock, abilities)
        self.journal = Journal(self.clock)
        self.faults = Faults()
        self.optional_keys = PRESENT
        """What becomes of the keys that the REST API may leave out."""
        self._held: State | None = None
        self._held_until = 0.0
        self._rest = SlidingMinute(rest_limit, self.clock)
        self._events = SlidingMinute(events_limit, self.clock)

    def reset(self, options: t.Any) -> list[Incident]:
        """Start again.

        Args:
            options: the body of `POST /_simulator/reset`.

        Raises:
            ApiError: an option is invalid.
        """
        fields = Fields(options)
        self._begin(
            _abilities(fields),
            fields.maybe_integer("rest_limit") or self.rest_limit,
            fields.maybe_integer("events_limit") or self.events_limit,
        )
        self.state.webhook_timing = timing_of(fields)
        try:
            return self._seed(fields)
        except (KeyError, ValueError) as error:
            raise invalid(f"incident: there is no {error}") from None

    def _seed(self, fields: Fields) -> list[Incident]:
        incidents = self.state.seed(fields.maybe_integer("incidents") or 0, fields.raw("incident") or {})
        self.state.forbidden = {incidents[number].id for number in fields.raw("forbidden") or ()}
        return incidents

    def settle(self) -> None:
        """Let happen what time has brought about, and report it to webhooks."""
        self.state.settle()
        self.on_events()

    def meanwhile(self, seconds: float, acknowledged_by: str | None) -> None:
        """Let time pass, and then a user acknowledge what is triggered.

        Args:
            acknowledged_by: the user's id; None for nobody.
        """
        self.clock.advance(seconds)
        if acknowledged_by is not None:
            actor = self.state.actor(self.state.users[acknowledged_by])
            for incident in self.state.incidents.values():
                if incident.status == "triggered":
                    incident.acknowledge(actor)
        self.settle()

    def hold_reads(self, seconds: float) -> None:
        """Let reads see the current state for a number of seconds, whatever is written."""
        self._held, self._held_until = copy.deepcopy(self.state), time.monotonic() + seconds

    def answer_with(self, request: Request, entry: Entry, body: t.Any) -> Response:
        """Answer a request with another body."""
        return self.answer(replace(request, content=json.dumps(body).encode()), entry)

    def _state_for(self, request: Request) -> State:
        if self._held and not request.writes and time.monotonic() < self._held_until:
            return self._held
        return self.state

    def answer(self, request: Request, entry: Entry) -> Response:
        """Apply a request and return the response, or what is off contract."""
        # What time has brought about is not the doing of this call.
        self.state.settle()
        paged_before = len(self.state.pages)
        # The schemas forget `nullable` nearly everywhere, so null is answered after the contract was checked.
        response = self._sparse(request, self._checked_answer(request, entry), NULL)
        entry.pages += self.state.pages[paged_before:]
        return response

    def _checked_answer(self, request: Request, entry: Entry) -> Response:
        if self.contract is None:
            return self._answer(request)
        entry.contract = []
        try:
            self.contract.check_request(request)
            response = self._answer(request)
            self.contract.check_response(request, response)
        except OffContract as breach:
            entry.contract = breach.errors
            return Response(OffContract.STATUS, breach.body)
        return response

    def _sparse(self, request: Request, response: Response, optional_keys: str) -> Response:
        """Return a response of the REST API without its optional keys, if they are to be treated like this."""
        is_whole = self.optional_keys != optional_keys or response.status >= 400
        if is_whole or request.path.startswith(events.PREFIX):
            return response
        return replace(response, body=sparse(response.body, optional_keys))

    def _answer(self, request: Request) -> Response:
        self.state.base = request.base
        if request.path.startswith(events.PREFIX):
            response = answer_event(request, self.state, self._events)
        else:
            response = answer_rest(request, self._state_for(request), self._rest)
            response = self._sparse(request, response, OMITTED)
        self.on_events()
        date = formatdate(self.clock.now(), usegmt=True)
        named = {"Date": date, "x-request-id": self.state.ids.request_id()}
        return replace(response, headers={**response.headers, **named})


def timing_of(fields: Fields) -> WebhookTiming:
    """How fast deliveries of webhooks are given up.

    Raises:
        ApiError: a time is no number.
    """
    given = {name: fields.raw(f"webhook_{name}") for name in ("timeout", "retry_after")}
    try:
        return WebhookTiming(**{name: float(value) for name, value in given.items() if value is not None})
    except (TypeError, ValueError):
        raise invalid("webhook_timeout and webhook_retry_after must be numbers") from None


def _abilities(fields: Fields) -> frozenset[str]:
    """Return the abilities after a reset: those given, or all without those removed."""
    named = fields.raw("abilities")
    return frozenset(account.ABILITIES if named is None else named) - frozenset(fields.raw("without") or ())
