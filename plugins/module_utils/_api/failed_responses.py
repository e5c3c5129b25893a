# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that failed responses stand for.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._core.errors import NotSent, OutcomeUnknown, Refused, TaskError
from .._core.http_client import Request, Response
from .errors import refusal
from .responses import decode

TIMEOUTS = (408, 504)
"""PagerDuty or a proxy stopped waiting, but the call may still be processed.

Source: https://developer.pagerduty.com/docs/errors, code 2016: the request took too long to process.
"""
MAX_DIGITS = 9
"""Of a delay in a header; more digits are a mistake."""


def failure(request: Request, response: Response) -> TaskError:
    """Return the error of a response whose status is 300 or above.

    Returns:
        Refused: PagerDuty refused the call.
        NotSent: the rate limit is used up (HTTP 429), so PagerDuty did not process the call.
        OutcomeUnknown: PagerDuty or a proxy returned a server error.
    """
    if response.status == 429:
        return _rate_limited(request, response)
    if response.status in TIMEOUTS or response.status >= 500:
        return _server_error(request, response)
    if response.status < 400:
        return _redirected(request, response)
    return _refused(request, response)


def no_json(request: Request, response: Response) -> OutcomeUnknown:
    """Return the error of a response that is not JSON."""
    html = "html" in response.headers.get("content-type", "")
    kind = "an HTML page" if html else f"invalid JSON ({len(response.content)} bytes)"
    return OutcomeUnknown(
        f"{request.description}: the response (HTTP {response.status}) is {kind}.",
        hint="Check that api_url or events_url is PagerDuty's address, and that no proxy answers instead.",
        status=response.status,
        # A wrong server returns its page each time; a broken body is an accident.
        retryable=not html,
    )


def no_object(request: Request, response: Response) -> OutcomeUnknown:
    """Return the error of a response that is JSON, but not an object."""
    return OutcomeUnknown(
        f"{request.description}: the response (HTTP {response.status}) is JSON, but not an object.",
        hint="Check that api_url or events_url is PagerDuty's address.",
        status=response.status,
        retryable=False,
    )


def _rate_limited(request: Request, response: Response) -> NotSent:
    return NotSent(
        f"{request.description}: rate limited by PagerDuty (HTTP 429).",
        hint="Raise max_wait to wait longer, or run fewer tasks at the same time with this token.",
        status=429,
        request_id=response.headers.get("x-request-id"),
        retry_after=_retry_after(response.headers),
    )


def _server_error(request: Request, response: Response) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{request.description}: PagerDuty returned a server error (HTTP {response.status}).",
        hint="See https://status.pagerduty.com.",
        status=response.status,
        request_id=response.headers.get("x-request-id"),
        may_still_apply=response.status in TIMEOUTS,
    )


def _redirected(request: Request, response: Response) -> Refused:
    # The query of the new address may hold a secret.
    location = response.headers.get("location", "another address").partition("?")[0]
    return Refused(
        f"{request.description}: redirected to {location} (HTTP {response.status}); redirects are not followed.",
        hint="Set api_url or events_url to PagerDuty's final address.",
        status=response.status,
        request_id=response.headers.get("x-request-id"),
    )


def _refused(request: Request, response: Response) -> Refused:
    try:
        body = decode(response.content)
    except (ValueError, RecursionError):
        body = None
    return refusal(response.status, body, response.headers.get("x-request-id"), request.description)


def _retry_after(headers: t.Mapping[str, str]) -> float | None:
    """Return the seconds that PagerDuty asks to wait, if it says so.

    Source: https://developer.pagerduty.com/docs/rest-api-rate-limits.
    """
    for name in ("ratelimit-reset", "retry-after"):
        value = headers.get(name, "")
        if value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS:
            return float(value)
    return None
