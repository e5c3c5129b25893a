# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""A server between a module and the simulator that spoils answers on their way: bytes, status, headers, or one value.

It asks the simulator once for each method and address and remembers the answer, so that thousands of tasks meet the
same account.
"""

from __future__ import annotations

import contextlib
import copy
import http.client
import json
import threading
import types
import typing as t
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Json = t.Any


@dataclass(frozen=True)
class Value:
    """Another value, or none, in place of one of those in the answer.

    Args:
        place: counts the values of the body, outer ones first, and begins again at its end.
        values: the new one; empty takes the place away.
    """

    place: int
    values: tuple[Json, ...]


@dataclass(frozen=True)
class Head:
    """Another status, other headers and another body; None keeps the true one."""

    status: int | None = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Bytes:
    """Anything but HTTP."""

    content: bytes


Lie = Value | Head | Bytes | None
"""How an answer is spoiled; None leaves it true."""


class Liar:
    """A context manager; where `tell` says, a simulator seems to answer.

    Args:
        upstream: the simulator's address.
    """

    def __init__(self, upstream: str) -> None:
        self._server = _Server(urlsplit(upstream).netloc)

    def __enter__(self) -> Liar:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: types.TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def tell(self, lies: t.Sequence[Lie] = ()) -> str:
        """Forget the calls so far, and spoil the next answers.

        Returns:
            The address for the next task; what an earlier one has left behind still calls another.
        """
        self._server.task += 1
        self._server.calls = []
        self._server.lies = list(lies)
        return f"http://127.0.0.1:{self._server.server_port}/{self._server.task}"

    @property
    def calls(self) -> list[str]:
        """The calls since `tell`."""
        return list(self._server.calls)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.task = 0
        self.calls: list[str] = []
        self.lies: list[Lie] = []
        self.remembered: dict[tuple[str, str], tuple[int, bytes]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        task, path = self.path.removeprefix("/").split("/", 1)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = self._true_answer(f"/{path}", sent)
        lie: Lie = None
        if task == str(self.server.task):
            self.server.calls.append(f"{self.command} /{path}")
            lie = self.server.lies.pop(0) if self.server.lies else None
        headers: t.Mapping[str, str] = {}
        if isinstance(lie, Bytes):
            self.wfile.write(lie.content)
            self.close_connection = True
            return
        if isinstance(lie, Head):
            status, headers = lie.status or status, lie.headers
            body = body if lie.body is None else lie.body
        if isinstance(lie, Value) and body:
            body = json.dumps(_spoiled(json.loads(body), lie)).encode()
        self.send_response(status, "Lie")
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        # What follows a wrong length or encoding would be taken for the next answer.
        self.close_connection |= isinstance(lie, Head)

    def _true_answer(self, path: str, sent: bytes) -> tuple[int, bytes]:
        place = self.command, path
        if place not in self.server.remembered:
            connection = http.client.HTTPConnection(self.server.upstream)
            connection.request(self.command, path, sent, dict(self.headers))
            answer = connection.getresponse()
            self.server.remembered[place] = answer.status, answer.read()
            connection.close()
        return self.server.remembered[place]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def handle(self) -> None:
        """Answer until the other side has had enough, which it may have in the middle of an answer."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *arguments: t.Any) -> None:
        """Say nothing."""


def _spoiled(body: Json, lie: Value) -> Json:
    """The body with one value replaced or taken away."""
    within = {"": copy.deepcopy(body)}
    places = list(_places(within))
    holder, name = places[lie.place % len(places)]
    if lie.values:
        (holder[name],) = lie.values
    else:
        del holder[name]
    return within.get("")


def _places(holder: Json) -> t.Iterator[tuple[Json, t.Any]]:
    """Every place that holds a value, as what it is in and its name or number there."""
    inside = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for name, value in list(inside):
        yield holder, name
        if isinstance(value, (dict, list)):
            yield from _places(value)
