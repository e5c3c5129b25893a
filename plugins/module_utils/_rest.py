# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty as the domain sees it: REST v2 with its headers and pages, and one way to send an event.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ._auth import Settings
from ._errors import Unanswered
from ._transport import Patience, Request, Transport

Record = dict[str, t.Any]
Query = t.Sequence[tuple[str, str]]

MEDIA_TYPE = "application/vnd.pagerduty+json;version=2"
PAGE = 100
"""Most entries that PagerDuty puts on a page."""
DEEPEST = 10_000
"""Largest `offset + limit` that PagerDuty answers."""

Shape = t.Union[type, dict[str, t.Any], list[t.Any], tuple[t.Any, ...]]
"""A type; an object with fields of some shapes, and any others; a list of one shape; or one of several shapes."""
NOTHING = type(None)
NAMED: dict[str, t.Any] = {"id": str, "summary": (str, NOTHING), "name": (str, NOTHING)}
RESPONDER: Shape = {"user": NAMED, "state": str}
TARGET: Shape = {"id": str, "incidents_responders": ([RESPONDER], NOTHING)}
REQUEST: Shape = {"responder_request_targets": [({"responder_request_target": TARGET}, TARGET)]}
INCIDENT: Shape = {
    "id": str,
    "incident_number": int,
    "status": str,
    "title": (str, NOTHING),
    "urgency": (str, NOTHING),
    "assigned_via": (str, NOTHING),
    "assignments": ([{"assignee": NAMED}], NOTHING),
    "conference_bridge": (dict, NOTHING),
    "escalation_policy": NAMED,
    "incidents_responders": ([RESPONDER], NOTHING),
    "priority": (NAMED, NOTHING),
    "responder_requests": ([REQUEST], NOTHING),
    "service": NAMED,
}
PLAY: Shape = {**NAMED, "responders": ([NAMED], NOTHING), "subscribers": ([NAMED], NOTHING)}
NOTE: Shape = {"id": str, "content": str}
SHAPES: t.Mapping[str, Shape] = {
    "alerts": [dict],
    "escalation_policies": [NAMED],
    "escalation_policy": {**NAMED, "escalation_rules": list},
    "incident": INCIDENT,
    "incident_workflow": NAMED,
    "incident_workflow_instance": dict,
    "incident_workflows": [NAMED],
    "incidents": [INCIDENT],
    "log_entries": [dict],
    "note": NOTE,
    "notes": [NOTE],
    "oncalls": [{"escalation_level": int, "escalation_policy": NAMED, "user": NAMED}],
    "priorities": [NAMED],
    "responder_request": REQUEST,
    "response_play": PLAY,
    "response_plays": [PLAY],
    "service": {"integrations": ([dict], NOTHING)},
    "subscribers": [{"subscriber_id": str}],
    "user": NAMED,
    "users": [NAMED],
}
"""What the domain relies on, by the key of the answer that holds it; checked on arrival."""


class PagerDuty:
    """An account, reached with one token.

    Args:
        settings: where and as whom.
        patience: what the task may spend on waiting.
    """

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self.settings = settings
        self.patience = patience
        self.known: dict[str, dict[str, Record]] = {}
        """What the task has looked up already; kept by `_directory`."""
        self._transport = Transport(settings.timeout, settings.verify, patience)

    @property
    def allowance(self) -> int | None:
        """As `Transport.allowance`."""
        return self._transport.allowance

    def is_alone_since(self, allowance: int | None) -> bool:
        """Whether surely nobody else has used the key since the allowance was this."""
        return allowance is not None and self.allowance == allowance

    def get(self, path: str, key: str, query: Query = (), *, retried: bool = True) -> t.Any:
        """What an answer holds under `key`.

        Args:
            path: made by `path_of`.
            retried: whether to try again when PagerDuty cannot answer at once.

        Raises:
            PagerDutyError: as `Transport.send`.
        """
        request = self._request("GET", path, query=query, retried=retried)
        return _under(key, self._transport.send(request).body, request)

    def pages(self, path: str, key: str, query: Query = ()) -> t.Iterator[list[Record]]:
        """The pages of a list, one call for each, up to PagerDuty's limit of 10,000 entries.

        Source: https://developer.pagerduty.com/docs/pagination (classic pagination).
        """
        for offset in range(0, DEEPEST, PAGE):
            request = self._request("GET", path, query=[*query, ("limit", str(PAGE)), ("offset", str(offset))])
            body = self._transport.send(request).body
            yield _under(key, body, request)
            if not body.get("more"):
                return
            self.patience.progress(f"{request.what}: {offset + PAGE} read so far.")

    def write(self, method: str, path: str, body: Record | None = None, key: str | None = None) -> t.Any:
        """Send a write once and return what its answer holds under `key`.

        Raises:
            PagerDutyError: as `Transport.send`; `Unanswered` also where the answer lacks `key`.
        """
        request = self._request(method, path, body=body)
        answer = self._transport.send(request).body
        return _under(key, answer, request) if key else answer

    def send_event(self, path: str, event: Record) -> Record:
        """Send an event; its dedup key makes it safe to send again until PagerDuty has taken it.

        Source: openapi/events-v2.json.
        """
        request = Request(
            "POST", self.settings.events_url + path, what=f"POST {path}", body=event, repeatable="dedup_key" in event
        )
        return self._transport.send(request).body

    def _request(
        self, method: str, path: str, query: Query = (), body: Record | None = None, *, retried: bool = True
    ) -> Request:
        return Request(
            method,
            self.settings.api_url + path,
            what=f"{method} {path}",
            headers=self._headers(),
            query=query,
            body=body,
            repeatable=method == "GET",
            retried=retried,
        )

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": MEDIA_TYPE,
            "Authorization": self.settings.authorization,
            # The schema asks for it on every call, also where there is no body.
            "Content-Type": "application/json",
        }
        if self.settings.from_email:
            headers["From"] = self.settings.from_email
        return headers


def path_of(*segments: str) -> str:
    """A path of which no segment can break out: `path_of("incidents", "a/b") == "/incidents/a%2Fb"`."""
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def _under(key: str, body: Record, request: Request) -> t.Any:
    value = body.get(key)
    if not _has_shape(value, SHAPES[key]):
        raise Unanswered(
            f"{request.what}: the answer holds no {key!r} of the shape that PagerDuty documents.",
            hint="Is api_url the address of PagerDuty's REST API?",
            again=False,
        )
    return value


def _has_shape(value: t.Any, shape: Shape) -> bool:
    if isinstance(shape, tuple):
        return any(_has_shape(value, each) for each in shape)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(_has_shape(value.get(name), each) for name, each in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(_has_shape(entry, shape[0]) for entry in value)
    return isinstance(value, shape)
