# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an HTTP response means: the decoded JSON object, or the error it stands for.

Private to the collection.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._core.errors import NotSent, OutcomeUnknown, Refused
from .._core.http_client import Request, Response

Hook = t.Callable[[dict[str, t.Any]], dict[str, t.Any]]

ACCEPTED = 202
TIMEOUTS = (408, 504)
"""PagerDuty or a proxy stopped waiting, but the call may still be processed.

Source: https://developer.pagerduty.com/docs/errors, code 2016: the request took too long to process.
"""
SURROGATE_ESCAPE = rb"\\u[dD][89a-fA-F]"
"""A JSON escape of one half of a surrogate pair; without its other half it is invalid Unicode."""
MAX_DIGITS = 9
"""Of a delay in a header; more digits are a mistake."""


def parse(request: Request, response: Response, hook: Hook) -> dict[str, t.Any]:
    """Return the JSON object of a response.

    Args:
        hook: called with each decoded object; returns what takes its place.

    Raises:
        Refused: PagerDuty refused the call.
        NotSent: the rate limit is used up (HTTP 429), so PagerDuty did not process the call.
        OutcomeUnknown: PagerDuty returned a server error, or something that is not its JSON.
    """
    if response.status == 429:
        raise _rate_limited(request, response)
    if response.status in TIMEOUTS or response.status >= 500:
        raise _server_error(request, response)
    if 300 <= response.status < 400:
        raise _redirected(request, response)
    if response.status >= 400:
        raise _refused(request, response)
    if response.status == 204 or (not response.content and request.method == "DELETE"):
        return {}
    return _json_object(request, response, hook)


def parse_event(request: Request, response: Response, hook: Hook) -> dict[str, t.Any]:
    """Return the JSON object of a response of the Events API; any body will do for an accepted event (HTTP 202).

    Raises:
        TaskError: as `parse`.

    Source: https://developer.pagerduty.com/docs/events-api-v2-overview (response codes and retry logic).
    """
    if response.status != ACCEPTED:
        return parse(request, response, hook)
    try:
        body = _decode(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _json_object(request: Request, response: Response, hook: Hook) -> dict[str, t.Any]:
    try:
        body = _decode(response.content, hook)
    except (ValueError, RecursionError) as error:
        html = "html" in response.headers.get("content-type", "")
        kind = "an HTML page" if html else f"invalid JSON ({len(response.content)} bytes)"
        raise OutcomeUnknown(
            f"{request.description}: the response (HTTP {response.status}) is {kind}.",
            hint="Check that api_url or events_url is PagerDuty's address, and that no proxy answers instead.",
            status=response.status,
            # A wrong server returns its page each time; a broken body is an accident.
            retryable=not html,
        ) from error
    if not isinstance(body, dict):
        raise OutcomeUnknown(
            f"{request.description}: the response (HTTP {response.status}) is JSON, but not an object.",
            hint="Check that api_url or events_url is PagerDuty's address.",
            status=response.status,
            retryable=False,
        )
    return body


def _decode(content: bytes, hook: Hook | None = None) -> t.Any:
    """Return the decoded JSON, with "?" in place of a lone surrogate, which could not be printed or sent.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    body = json.loads(content.decode(), object_hook=hook)
    if b"\\u" in content and re.search(SURROGATE_ESCAPE, content):
        printable = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        body = json.loads(printable.decode(), object_hook=hook)
    return body


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
    # Only a failing task needs it.
    from .errors import refusal

    try:
        body = _decode(response.content)
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
