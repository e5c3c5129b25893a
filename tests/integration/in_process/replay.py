# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that answers as the simulator does, but in the shapes that other projects have recorded."""

from __future__ import annotations

import threading
import typing as t
from copy import deepcopy
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from integration.in_process.recorded_answers import KINDS, Shape
from simulator.call import Response
from simulator.control import show_state
from simulator.events import PREFIX as EVENTS
from simulator.faults import text_of
from simulator.request import Request
from simulator.simulation import Simulation

Json = dict[str, t.Any]


class Handler(BaseHTTPRequestHandler):
    """Answers calls; the server knows the account."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    # Head and body in one packet: else each answer waits for the client's acknowledgement of its head.
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer in the shape."""
        response = t.cast("Server", self.server).replay.answer(self._request())
        content = text_of(response).encode()
        self.send_response(response.status)
        for name, value in {**response.headers, "Content-Type": response.content_type}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """Answer in the shape."""
        self.do_GET()

    def do_PUT(self) -> None:
        """Answer in the shape."""
        self.do_GET()

    def do_DELETE(self) -> None:
        """Answer in the shape."""
        self.do_GET()

    def _request(self) -> Request:
        path, _mark, query = self.path.partition("?")
        return Request(
            method=self.command,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            content=self.rfile.read(int(self.headers.get("Content-Length", 0))),
            base=t.cast("Server", self.server).replay.url,
            connection=self.client_address[1],
        )

    def log_message(self, format: str, *args: t.Any) -> None:
        """Print nothing."""


class Server(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    def __init__(self, replay: Replay) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replay = replay


class Replay:
    """A context manager; a simulated account whose answers have a recorded shape while `shape` is set."""

    def __init__(self) -> None:
        self.simulation = Simulation()
        self.shape: Shape | None = None
        self.kinds: set[str] = set()
        """The kinds of the objects in the answers since the last reset."""
        self._server = Server(self)
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Replay:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self, **options: t.Any) -> list[str]:
        """Start again with whole answers; returns the ids of the incidents."""
        self.shape = None
        incidents = self.simulation.reset(options)
        self.kinds = set()
        return [incident.id for incident in incidents]

    def state(self) -> Json:
        """Return the state, as the simulator's control API does."""
        return show_state(self.simulation, None)

    def journal(self) -> Json:
        """Return all calls since the journal was emptied."""
        return self.simulation.journal.shown()

    def empty_journal(self) -> None:
        """Empty the journal."""
        self.simulation.journal.entries.clear()

    def answer(self, request: Request) -> Response:
        """Return what the simulator answers, in the shape."""
        with self._lock:
            entry = self.simulation.journal.begin(request)
            response = self.simulation.answer(request, entry)
            entry.status = response.status
            if request.path.startswith(EVENTS) or not isinstance(response.body, dict):
                return response
            body = deepcopy(response.body)
            for key, kind in KINDS.items():
                self._replay(kind, body.get(key))
            return replace(response, body=body)

    def _replay(self, kind: str, found: t.Any) -> None:
        objects = found if isinstance(found, list) else [found]
        for record in objects:
            if isinstance(record, dict):
                self.kinds.add(kind)
                if self.shape and self.shape.kind == kind:
                    self.shape.give_to(record)
