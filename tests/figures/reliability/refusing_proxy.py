# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy that passes on a number of calls, and refuses all connections afterwards."""

from __future__ import annotations

import http.client
import threading
import types
import typing as t
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit


class RefusingProxy:
    """A context manager; `url` is the address of the proxy.

    Args:
        upstream: the simulator's address.
        answers: how many calls are answered; the port is closed before the last response.
    """

    def __init__(self, upstream: str, answers: int) -> None:
        self._server = _Server(urlsplit(upstream).netloc, answers)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.answer_all, daemon=True)

    def __enter__(self) -> RefusingProxy:
        self._thread.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: types.TracebackType | None) -> None:
        self._server.server_close()


class _Server(HTTPServer):
    def __init__(self, upstream: str, answers: int) -> None:
        self.upstream = upstream
        self.left = answers
        super().__init__(("127.0.0.1", 0), _Handler)
        if not answers:
            self.socket.close()

    def answer_all(self) -> None:
        while self.left:
            self.handle_request()


class _Handler(BaseHTTPRequestHandler):
    """Passes a call on. It speaks HTTP/1.0, so each call needs its own connection."""

    server: _Server

    def _pass_on(self) -> None:
        connection = http.client.HTTPConnection(self.server.upstream)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        self.server.left -= 1
        if not self.server.left:
            self.server.socket.close()
        self.send_response(response.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def log_message(self, format: str, *arguments: t.Any) -> None:
        """Print nothing."""
