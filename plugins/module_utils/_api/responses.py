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

from .._core.http_client import Request, Response

Hook = t.Callable[[dict[str, t.Any]], dict[str, t.Any]]

ACCEPTED = 202
SURROGATE_ESCAPE = rb"\\u[dD][89a-fA-F]"
"""A JSON escape of one half of a surrogate pair; without its other half it is invalid Unicode."""


def parse(request: Request, response: Response, hook: Hook, list_key: str = "") -> dict[str, t.Any]:
    """Return the JSON object of a response.

    Args:
        hook: called with each decoded object; returns what takes its place.
        list_key: the key under which to return a response that is a list; empty if it must be an object.

    Raises:
        Refused: PagerDuty refused the call.
        NotSent: the rate limit is used up (HTTP 429), so PagerDuty did not process the call.
        OutcomeUnknown: PagerDuty returned a server error, or something that is not its JSON.
    """
    if response.status >= 300:
        # Only a failing task needs it; so below.
        from .failed_responses import failure

        raise failure(request, response)
    if response.status == 204 or (not response.content and request.method == "DELETE"):
        return {}
    return _json_object(request, response, hook, list_key)


def parse_event(request: Request, response: Response, hook: Hook) -> dict[str, t.Any]:
    """Return the JSON object of a response of the Events API; any body will do for an accepted event (HTTP 202).

    Raises:
        TaskError: as `parse`.

    Source: https://developer.pagerduty.com/docs/events-api-v2-overview (response codes and retry logic).
    """
    if response.status != ACCEPTED:
        return parse(request, response, hook)
    try:
        body = decode(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _json_object(request: Request, response: Response, hook: Hook, list_key: str) -> dict[str, t.Any]:
    try:
        body = decode(response.content, hook)
    except (ValueError, RecursionError) as error:
        from .failed_responses import no_json

        raise no_json(request, response) from error
    if list_key and isinstance(body, list):
        return {list_key: body}
    if not isinstance(body, dict):
        from .failed_responses import no_object

        raise no_object(request, response)
    return body


def decode(content: bytes, hook: Hook | None = None) -> t.Any:
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
