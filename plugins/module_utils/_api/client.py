# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty's REST API v2 and Events API v2: headers, pages, retries.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from datetime import datetime
from urllib.parse import quote

from .._core import abandoned
from .._core.errors import NotSent, OutcomeUnknown, Refused
from .._core.http_client import HttpClient, Request, Response
from .._core.retry import Log, RetryBudget, call_with_retries
from .._core.server_clock import ServerClock
from .auth import Settings
from .responses import parse, parse_event
from .shapes import LISTS, OBJECTS, Shape, misfit

Record = dict[str, t.Any]
Query = t.Sequence[tuple[str, str]]

MEDIA_TYPE = "application/vnd.pagerduty+json;version=2"
PAGE_SIZE = 100
"""The largest page that PagerDuty returns."""
MAX_OFFSET = 10_000
"""The largest `offset + limit` that PagerDuty accepts. Source: https://developer.pagerduty.com/docs/pagination."""


class PagerDuty:
    """A PagerDuty account.

    Args:
        settings: where it is, and the credentials.
        budget: the time the task may spend on waiting.
        warn: adds a warning to the task's result.
    """

    def __init__(self, settings: Settings, budget: RetryBudget, warn: Log) -> None:
        self.settings = settings
        self.budget = budget
        self.warn = warn
        self.accepted = 0
        """How many writes with an effect PagerDuty has accepted so far."""
        self._from_email = settings.from_email
        self._deadline: float | None = None
        self._references: dict[tuple[str, str], Record] = {}
        self._clock = ServerClock(budget.clock)

    @property
    def now(self) -> datetime:
        """The time on PagerDuty's clock, which dates its log entries."""
        return self._clock.now()

    def quick(self, seconds: float) -> PagerDuty:
        """Return a client of the same account for reads that must not delay a page: it tries each call once.

        Args:
            seconds: for all its calls together.
        """
        client = PagerDuty(self.settings, RetryBudget(0, self.warn, self.budget.progress), self.warn)
        client._clock = self._clock
        deadline = time.monotonic() + seconds
        client._deadline = deadline if self._deadline is None else min(deadline, self._deadline)
        return client

    @contextlib.contextmanager
    def acting_for(self, email: str | None) -> t.Iterator[None]:
        """Make the calls within in the name of another user; None for the one of the settings.

        PagerDuty does not let a user's token do so (INFERRED).

        Args:
            email: the user's e-mail address.

        Source: https://developer.pagerduty.com/docs/rest-api-overview, header From.
        """
        self._from_email = email or self.settings.from_email
        try:
            yield
        finally:
            self._from_email = self.settings.from_email

    def get(self, path: str, key: str, query: Query = ()) -> Record:
        """Return the object that the response of a GET holds under `key`.

        Args:
            path: built by `path_of`.

        Raises:
            TaskError: see `responses.parse` and `HttpClient.send`.
        """
        request = self._request("GET", path, query=query)
        return _object(key, self._send(request, idempotent=True), request)

    def get_list(self, path: str, key: str, query: Query = ()) -> list[Record]:
        """Return the list that the response of a GET holds under `key`. Otherwise like `get`."""
        request = self._request("GET", path, query=query)
        return _list(key, self._send(request, idempotent=True), request)

    def pages(self, path: str, key: str, query: Query = ()) -> t.Iterator[list[Record]]:
        """Yield the pages of a list, one call for each, up to PagerDuty's limit of 10,000 entries.

        Source: https://developer.pagerduty.com/docs/pagination (classic pagination).
        """
        for offset in range(0, MAX_OFFSET, PAGE_SIZE):
            request = self._request("GET", path, query=[*query, ("limit", str(PAGE_SIZE)), ("offset", str(offset))])
            body = self._send(request, idempotent=True)
            yield _list(key, body, request)
            if not body.get("more"):
                return
            self.budget.progress(f"{request.description}: {offset + PAGE_SIZE} read so far.")
        at_most = f"PagerDuty returns at most {MAX_OFFSET} entries of a list"
        self.warn(f"{request.description}: {at_most}; the others were not read.")

    def write(self, method: str, path: str, body: Record | None = None, *, is_effect: bool = True) -> Record:
        """Send a write; it is sent again only if PagerDuty did not process it.

        Args:
            is_effect: False for a write that only records how far the task is, or whose response says whether it had
                an effect: then `count_effect` counts it.

        Raises:
            TaskError: see `responses.parse` and `HttpClient.send`.
        """
        return self._write(self._request(method, path, body=body), is_effect)

    def write_and_get(
        self, method: str, path: str, body: Record, key: str, query: Query = (), *, is_effect: bool = True
    ) -> Record:
        """Send a write and return the object that its response holds under `key`.

        Args:
            is_effect: as in `write`.

        Raises:
            TaskError: as `write`; `OutcomeUnknown` also if the response lacks `key`.
        """
        request = self._request(method, path, query=query, body=body)
        return _object(key, self._write(request, is_effect), request)

    def write_and_get_list(
        self, method: str, path: str, body: Record, key: str, query: Query = (), *, is_effect: bool = True
    ) -> list[Record]:
        """Send a write and return the list that its response holds under `key`. Otherwise like `write_and_get`."""
        request = self._request(method, path, query=query, body=body)
        return _list(key, self._write(request, is_effect), request)

    def write_each(self, path: str, body: Record, key: str) -> list[Record]:
        """Send a POST whose response says of each thing what became of it. `count_effect` counts those that were made.

        Args:
            key: the key of the list in the response, unless it is the whole response.

        Raises:
            TaskError: as `write_and_get`.
        """
        request = self._request("POST", path, body=body)
        return _list(key, self._send(request, idempotent=False, list_key=key), request)

    def send_event(self, path: str, event: Record) -> Record:
        """Send an event; its dedup key makes it safe to retry.

        Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /enqueue.
        """
        url = self.settings.events_url + path
        request = Request("POST", url, description=f"POST {url}", headers={}, body=event)
        response = call_with_retries(
            lambda: parse_event(request, self._call(request), self._share_reference),
            self.budget,
            idempotent="dedup_key" in event,
        )
        self.count_effect()
        return response

    def count_effect(self) -> None:
        """Count a write that PagerDuty has accepted, and that had an effect."""
        self.accepted += 1

    def _parse(self, request: Request, response: Response, list_key: str) -> Record:
        try:
            body = parse(request, response, self._share_reference, list_key)
        except Refused as error:
            if error.status == 403 and self.settings.is_bearer:
                # Only a failing task needs it.
                from .scopes import required_scope

                scope = required_scope(request.method, request.url[len(self.settings.api_url) :])
                classic = scope.rpartition(".")[2]
                # Nothing in a token tells which kind of app has obtained it.
                error.hint += f" An OAuth token needs the scope {scope}, or {classic} if it is of Classic User OAuth."
            raise
        # What cannot be read may come from a gateway, whose clock may be wrong.
        self._clock.set(response.headers.get("Date"))
        return body

    def _request(self, method: str, path: str, query: Query = (), body: Record | None = None) -> Request:
        headers = {
            "Accept": MEDIA_TYPE,
            "Authorization": self.settings.authorization,
            # The schema requires it on every call, also without a body.
            "Content-Type": "application/json",
        }
        if self._from_email:
            headers["From"] = self._from_email
        url = self.settings.api_url + path
        return Request(method, url, description=f"{method} {url}", headers=headers, query=query, body=body)

    def _send(self, request: Request, *, idempotent: bool, list_key: str = "") -> Record:
        return call_with_retries(
            lambda: self._parse(request, self._call(request), list_key),
            self.budget,
            idempotent=idempotent,
        )

    def _write(self, request: Request, is_effect: bool) -> Record:
        response = self._send(request, idempotent=False)
        if is_effect:
            self.count_effect()
        return response

    def _call(self, request: Request) -> Response:
        if request.method != "GET":
            abandoned.check(request.description)
        timeout = self.settings.timeout
        if self._deadline is not None:
            timeout = min(timeout, self._deadline - time.monotonic())
        if timeout <= 0:
            raise NotSent(f"{request.description}: not read, because that would have taken too long.", retryable=False)
        return HttpClient(timeout, self.settings.verify).send(request)

    def _share_reference(self, record: Record) -> Record:
        """Return one object for equal references: thousands of incidents hold the same few."""
        if not str(record.get("type")).endswith("_reference"):
            return record
        known = self._references.setdefault((str(record.get("id")), str(record["type"])), record)
        return known if known == record else record


def path_of(*segments: str) -> str:
    """Return a path with quoted segments: `path_of("incidents", "a/b") == "/incidents/a%2Fb"`."""
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def _object(key: str, body: Record, request: Request) -> Record:
    return t.cast("Record", _checked(key, body, request, OBJECTS[key]))


def _list(key: str, body: Record, request: Request) -> list[Record]:
    return t.cast("list[Record]", _checked(key, body, request, [LISTS[key]]))


def _checked(key: str, body: Record, request: Request, shape: Shape) -> t.Any:
    """Return what a response holds under a key.

    Raises:
        OutcomeUnknown: it lacks what is needed, or has something else in the place of a field.
    """
    value = body.get(key)
    wrong = misfit(value, shape)
    if wrong is None:
        return value
    # A response without the key is hardly PagerDuty's.
    address = "Check that api_url is the address of PagerDuty's REST API."
    raise OutcomeUnknown(
        f"{request.description}: {key + wrong!r} is missing or malformed in the response.",
        hint="Run the task again. If that does not help, tell PagerDuty's support." if wrong else address,
        retryable=False,
    )
