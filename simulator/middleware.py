# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks before every endpoint of the REST API: key, rate limit, From header and body.

Source: https://developer.pagerduty.com/docs/authentication; https://developer.pagerduty.com/docs/errors;
https://developer.pagerduty.com/docs/rest-api-rate-limits.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from urllib.parse import unquote

from simulator import account, errors
from simulator.account import Access, Credential, User
from simulator.call import Call, Response, Route
from simulator.checks import Query
from simulator.limits import SlidingMinute
from simulator.request import Request
from simulator.resources import ROUTES
from simulator.state import State


def answer_rest(request: Request, state: State, limit: SlidingMinute) -> Response:
    """Answer a request of the REST API; every response has the rate limit headers."""
    authorization = request.headers.get("authorization", "")
    allowance = limit.take(authorization)
    try:
        if not allowance.granted:
            raise errors.too_many_requests()
        response = _admitted(request, state, authorization)
    except errors.ApiError as error:
        response = Response(error.status, error.body)
    return replace(response, headers={**response.headers, **allowance.headers})


def _admitted(request: Request, state: State, authorization: str) -> Response:
    credential = account.CREDENTIALS.get(authorization)
    if credential is None:
        raise errors.unauthorized()
    route, names = _route_of(request)
    if request.writes and credential.access is Access.READ_ONLY:
        raise errors.forbidden()
    values = _body_of(request) if route.needs_body else {}
    requester = _requester(request, credential, state) if route.needs_requester else credential.user
    state.settle()
    return route.endpoint(Call(state, credential, Query(request.query), names, values, requester, request.base))


def _route_of(request: Request) -> tuple[Route, dict[str, str]]:
    """Return the first route that matches: `/users/me` comes before `/users/{id}`.

    Raises:
        ApiError: none does.
    """
    for route in ROUTES:
        if route.method == request.method and (found := route.pattern.fullmatch(request.path)):
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    raise errors.not_found(f"{request.method} {request.path}")


def _body_of(request: Request) -> t.Any:
    """Return the JSON object that every write except DELETE requires.

    Raises:
        ApiError: it is missing or something else.
    """
    if request.method not in ("POST", "PUT"):
        return None
    if request.media_type != "application/json":
        raise errors.no_hash()
    try:
        values = request.json()
    except ValueError:
        raise errors.invalid("The request body is not valid JSON") from None
    if not isinstance(values, dict):
        raise errors.no_hash()
    return values


def _requester(request: Request, credential: Credential, state: State) -> User:
    """Return the user who makes a call: that of the key, or of the From header.

    Raises:
        ApiError: there is no From header, or it is no address, or nobody's.
    """
    if credential.user:
        return credential.user
    address = request.headers.get("from")
    if address is None:
        raise errors.no_from()
    if "@" not in address:
        raise errors.malformed_from()
    user = state.user_with_email(address.strip())
    if user is None:
        raise errors.unknown_requester()
    return user
