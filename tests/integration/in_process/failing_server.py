# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that does one thing wrong, before or after it has read a request."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct

from simulator.connect_proxy import Handler, Listener, read_request

DRIP = 0.03
"""Seconds between two bytes of a trickle."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"


def respond(content: bytes) -> Handler:
    """Send this, and close."""
    return lambda connection: connection.sendall(content)


def succeed(connection: socket.socket) -> None:
    """Send a response."""
    connection.sendall(OK)


def after_hello(then: Handler) -> Handler:
    """Read the client's first message of TLS before this."""

    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        then(connection)

    return handle


def close(_connection: socket.socket) -> None:
    """Close without an answer."""


def reset(connection: socket.socket) -> None:
    """Make the connection end with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait(connection: socket.socket) -> None:
    """Send nothing until the client closes."""
    while connection.recv(65536):
        pass


def trickle(start: bytes, byte: bytes) -> Handler:
    """Send a start, and then this byte again and again until the client closes, or for some seconds."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _number in range(100):
            if select.select([connection], [], [], DRIP)[0] and not connection.recv(65536):
                return
            connection.sendall(byte)

    return send


def break_tls(connection: socket.socket) -> None:
    """Send text where TLS is expected."""
    raw = socket.socket(fileno=connection.detach())
    with raw:
        raw.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        raw.shutdown(socket.SHUT_WR)
        wait(raw)


def end_early(connection: socket.socket) -> None:
    """Send a part of a response, and nothing more; the connection stays open."""
    connection.sendall(CUT)
    if isinstance(connection, ssl.SSLSocket):
        connection.setblocking(False)
        with contextlib.suppress(ssl.SSLWantReadError):
            connection.unwrap()
        connection.setblocking(True)
    with socket.socket(fileno=connection.detach()) as raw:
        wait(raw)


class FailingServer(Listener):
    """A server.

    Args:
        tls: serves https with this context.
        after_request: what it does when it has read a request.
        before_request: what it does instead of reading one; the connection is closed afterwards.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None, after_request: Handler, before_request: Handler | None = None
    ) -> None:
        super().__init__(self._answer)
        self._tls = tls
        self._after_request = after_request
        self._before_request = before_request
        self.requests = 0

    def __enter__(self) -> FailingServer:
        super().__enter__()
        return self

    def _answer(self, client: socket.socket) -> None:
        if self._before_request:
            self._before_request(client)
            return
        with self._tls.wrap_socket(client, server_side=True) if self._tls else client as connection:
            if read_request(connection):
                self.requests += 1
                self._after_request(connection)
