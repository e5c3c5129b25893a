# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""A proxy between a module and the simulator that corrupts responses: bytes, status, headers, or one value.

It asks the simulator once for each method and path and remembers the response, so thousands of tasks see the same
account.
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
    """Replaces or removes one value of the body.

    Args:
        place: the number of the value, outer ones first; it starts again at the end of the body.
        values: the new value; empty removes it.
    """

    place: int
    values: tuple[Json, ...]


@dataclass(frozen=True)
class Head:
    """Replaces status, headers and body; None keeps the original."""

    status: int | None = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Bytes:
    """Bytes that are not HTTP."""

    content: bytes


Corruption = Value | Head | Bytes | None
"""How a response is corrupted; None leaves it as it is."""


class CorruptingProxy:
    """A context manager; `corrupt` returns the address of the proxy for the next task.

    Args:
        upstream: the simulator's address.
    """

    def __init__(self, upstream: str) -> None:
        self._server = _Server(urlsplit(upstream).netloc)

    def __enter__(self) -> CorruptingProxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: types.TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def corrupt(self, corruptions: t.Sequence[Corruption] = ()) -> str:
        """Forget the calls so far, and corrupt the next responses.

        Returns:
            The address for the next task. Calls that an earlier task has left behind go to another address.
        """
        self._server.task += 1
        self._server.calls = []
        self._server.corruptions = list(corruptions)
        return f"http://127.0.0.1:{self._server.server_port}/{self._server.task}"

    @property
    def calls(self) -> list[str]:
        """The calls since `corrupt`."""
        return list(self._server.calls)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.task = 0
        self.calls: list[str] = []
        self.corruptions: list[Corruption] = []
        self.remembered: dict[tuple[str, str], tuple[int, bytes]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _respond(self) -> None:
        task, path = self.path.removeprefix("/").split("/", 1)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = self._original_response(f"/{path}", sent)
        corruption: Corruption = None
        if task == str(self.server.task):
            self.server.calls.append(f"{self.command} /{path}")
            corruption = self.server.corruptions.pop(0) if self.server.corruptions else None
        headers: t.Mapping[str, str] = {}
        if isinstance(corruption, Bytes):
            self.wfile.write(corruption.content)
            self.close_connection = True
            return
        if isinstance(corruption, Head):
            status, headers = corruption.status or status, corruption.headers
            body = body if corruption.body is None else corruption.body
        if isinstance(corruption, Value) and body:
            body = json.dumps(_corrupted(json.loads(body), corruption)).encode()
        self.send_response(status, "Corruption")
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        # After a wrong length or encoding, the rest would be read as the next response.
        self.close_connection |= isinstance(corruption, Head)

    def _original_response(self, path: str, sent: bytes) -> tuple[int, bytes]:
        place = self.command, path
        if place not in self.server.remembered:
            connection = http.client.HTTPConnection(self.server.upstream)
            connection.request(self.command, path, sent, dict(self.headers))
            response = connection.getresponse()
            self.server.remembered[place] = response.status, response.read()
            connection.close()
        return self.server.remembered[place]

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_PUT(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def handle(self) -> None:
        """Answer until the client closes the connection, which it may do in the middle of a response."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *arguments: t.Any) -> None:
        """Print nothing."""


def _corrupted(body: Json, corruption: Value) -> Json:
    """Return the body with one value replaced or removed."""
    root = {"": copy.deepcopy(body)}
    places = list(_places(root))
    holder, name = places[corruption.place % len(places)]
    if corruption.values:
        (holder[name],) = corruption.values
    else:
        del holder[name]
    return root.get("")


def _places(holder: Json) -> t.Iterator[tuple[Json, t.Any]]:
    """Yield each place in the body: the object or list, and the name or index in it."""
    inside = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for name, value in list(inside):
        yield holder, name
        if isinstance(value, (dict, list)):
            yield from _places(value)
