# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API's gate: keys, rate limit, From and body are looked at here, before an endpoint is called.

Source: PAGERDUTY_API.md, "Hosts, auth, headers" and "Errors".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from urllib.parse import unquote

from simulator import account, problems
from simulator.account import Access, Credential, User
from simulator.arrival import Arrival
from simulator.call import Answer, Call, Route
from simulator.checks import Query
from simulator.limits import SlidingMinute
from simulator.resources import ROUTES
from simulator.state import State


def answer_rest(arrival: Arrival, state: State, limit: SlidingMinute) -> Answer:
    """Answer one request of the REST API; every answer says how it stands with the rate limit."""
    authorization = arrival.headers.get("authorization", "")
    allowance = limit.take(authorization)
    try:
        if not allowance.granted:
            raise problems.too_many_requests()
        answer = _admitted(arrival, state, authorization)
    except problems.Problem as problem:
        answer = Answer(problem.status, problem.body)
    return replace(answer, headers={**answer.headers, **allowance.headers})


def _admitted(arrival: Arrival, state: State, authorization: str) -> Answer:
    credential = account.CREDENTIALS.get(authorization)
    if credential is None:
        raise problems.unauthorized()
    route, names = _route_of(arrival)
    if arrival.writes and credential.access is Access.READ_ONLY:
        raise problems.forbidden()
    values = _body_of(arrival)
    requester = _requester(arrival, credential) if route.needs_requester else credential.user
    state.settle()
    return route.endpoint(Call(state, credential, Query(arrival.query), names, values, requester, arrival.base))


def _route_of(arrival: Arrival) -> tuple[Route, dict[str, str]]:
    """The first route that fits, so that `/users/me` comes before `/users/{id}`.

    Raises:
        Problem: when none does.
    """
    for route in ROUTES:
        if route.method == arrival.method and (found := route.pattern.fullmatch(arrival.path)):
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    raise problems.not_found(f"{arrival.method} {arrival.path}")


def _body_of(arrival: Arrival) -> t.Any:
    """The JSON object that every write but DELETE must bring, as what it is.

    Raises:
        Problem: when it is missing or something else.
    """
    if arrival.method not in ("POST", "PUT"):
        return None
    if arrival.media_type != "application/json":
        raise problems.no_hash()
    try:
        values = arrival.json()
    except ValueError:
        raise problems.invalid("The request body is not valid JSON") from None
    if not isinstance(values, dict):
        raise problems.no_hash()
    return values


def _requester(arrival: Arrival, credential: Credential) -> User:
    """In whose name a call comes: the key's user, else the one of the From header.

    Raises:
        Problem: when there is no From, or nobody has that address.
    """
    if credential.user:
        return credential.user
    address = arrival.headers.get("from", "").strip()
    if not address:
        raise problems.no_from()
    if address not in account.USERS_BY_EMAIL:
        raise problems.unknown_requester()
    return account.USERS_BY_EMAIL[address]
