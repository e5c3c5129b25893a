# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain HTTP client, for tests that call the simulator as any API client would. Needs the standard library only."""

from __future__ import annotations

import http.client
import json
import typing as t
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from simulator import account
from simulator.launch import unverified


@dataclass(frozen=True)
class Answered:
    """A complete response."""

    status: int
    body: t.Any
    headers: t.Mapping[str, str]


class Client:
    """Calls a simulator as an API client would, each call on a new connection."""

    def __init__(self, url: str) -> None:
        self._is_tls, self._host = url.startswith("https:"), urlsplit(url).netloc

    def __call__(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        *,
        query: t.Sequence[tuple[str, str]] = (),
        headers: t.Mapping[str, str | None] | None = None,
    ) -> Answered:
        """Send a call. Given headers replace the usual ones, and None removes one."""
        defaults: dict[str, str | None] = {
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Authorization": f"Token token={account.ACCOUNT_KEY}",
            "Content-Type": "application/json",
            "From": account.FROM_EMAIL,
        }
        sent = {name: value for name, value in {**defaults, **(headers or {})}.items() if value is not None}
        connection = self._connection()
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"{path}?{urlencode(query)}" if query else path, content, sent)
            answer = connection.getresponse()
            text = answer.read()
            answered = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, json.loads(text) if text else None, answered)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self._is_tls:
            return http.client.HTTPConnection(self._host, timeout=30)
        return http.client.HTTPSConnection(self._host, timeout=30, context=unverified())
