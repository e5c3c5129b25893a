# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls a PagerDuty account without any code of the collection, whose mistakes a check must not share."""

from __future__ import annotations

import time
import typing as t

import requests

TIMEOUT = 60.0
"""Seconds."""
MAX_TRIES = 5
DEFAULT_RESET = 30
"""Seconds to wait after a 429 that does not say how long."""
SUCCESS = 300
"""The first status that is none."""
TOO_MANY_REQUESTS = 429

Json = dict[str, t.Any]
Pairs = t.Sequence[tuple[str, str]]


class CallError(Exception):
    """A call failed that the checks depend on.

    Args:
        message: what was called, and the response.
        status: of the response.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Response(t.NamedTuple):
    """A response of PagerDuty."""

    status: int
    body: t.Any
    headers: t.Mapping[str, str]

    @property
    def code(self) -> int | None:
        """PagerDuty's error code."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return error.get("code") if isinstance(error, dict) else None

    @property
    def status_and_code(self) -> tuple[int, int | None]:
        """HTTP status and error code, as the table shows them."""
        return self.status, self.code


class Account:
    """Calls an account.

    Args:
        token: an API key; of a user, or of the account.
        from_email: the e-mail address of the only user who may be paged.
        api_url: the address of the REST API.
        events_url: the address of the Events API.
    """

    def __init__(self, token: str, from_email: str, api_url: str, events_url: str) -> None:
        self.from_email = from_email
        self._api_url = api_url
        self._events_url = events_url
        scheme = "Bearer " if token.startswith(("pdus+", "pdeu+")) else "Token token="
        self._headers: dict[str, str | None] = {
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Authorization": f"{scheme}{token}",
            "From": from_email,
        }
        self._session = requests.Session()
        # A .netrc file would replace the token.
        self._session.trust_env = False

    def call(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        query: Pairs = (),
        headers: t.Mapping[str, str | None] | None = None,
    ) -> Response:
        """Call the REST API and return the response, also of a refusal; None removes a header."""
        return self._send(method, self._api_url + path, body, query, {**self._headers, **(headers or {})})

    def get(self, path: str, key: str, query: Pairs = ()) -> t.Any:
        """Return what the response of a GET holds under `key`.

        Raises:
            CallError: it cannot be read.
        """
        return self.checked(self.call("GET", path, query=query), f"GET {path}")[key]

    def write(self, method: str, path: str, body: Json, key: str) -> t.Any:
        """Send a write and return what its response holds under `key`.

        Raises:
            CallError: it was refused.
        """
        return self.checked(self.call(method, path, body), f"{method} {path}")[key]

    def event(self, event: Json) -> Response:
        """Send an event."""
        return self._send("POST", f"{self._events_url}/v2/enqueue", event, (), {})

    def change_event(self, event: Json) -> Response:
        """Send a change event."""
        return self._send("POST", f"{self._events_url}/v2/change/enqueue", event, (), {})

    @staticmethod
    def checked(response: Response, what: str) -> t.Any:
        """Return the body of a response.

        Raises:
            CallError: it is a refusal.
        """
        if response.status >= SUCCESS:
            raise CallError(f"{what} was answered with {response.status}: {response.body}", response.status)
        return response.body

    def _send(self, method: str, url: str, body: t.Any, query: Pairs, headers: t.Mapping[str, str | None]) -> Response:
        for _attempt in range(MAX_TRIES):
            given = {} if body is None else {"json": body}
            answer = self._session.request(
                method,
                url,
                params=list(query),
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                **given,
            )
            if answer.status_code != TOO_MANY_REQUESTS:
                break
            time.sleep(int(answer.headers.get("ratelimit-reset", DEFAULT_RESET)))
        return Response(answer.status_code, _json(answer), answer.headers)


def _json(answer: requests.Response) -> t.Any:
    try:
        return answer.json()
    except ValueError:
        return None
