# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTPS proxy for tests: it answers CONNECT, and then passes on bytes in both directions."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import threading
import typing as t

Handler = t.Callable[[socket.socket], None]

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
REFUSED = b"HTTP/1.1 502 Bad Gateway\r\n\r\n"


class Listener:
    """A context manager; accepts connections on a port of this machine, and handles each in a thread of its own.

    Args:
        handle: gets each connection, which is closed afterwards.
    """

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.closed = threading.Semaphore(0)
        """Can be acquired once for each connection that was closed."""

    def __enter__(self) -> Listener:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that accepts would keep a socket open that is only closed.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._socket.accept()[0],), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The other side may be gone at any time.
        with contextlib.suppress(OSError), connection:
            self._handle(connection)
        self.closed.release()


class ConnectProxy(Listener):
    """A proxy.

    Args:
        upstream: the port that every tunnel leads to.
        tls: serves https itself with this context.
        answer: takes the place of the answer to CONNECT; the connection is closed afterwards.
    """

    def __init__(self, upstream: int, *, tls: ssl.SSLContext | None = None, answer: Handler | None = None) -> None:
        super().__init__(self._tunnel)
        self._upstream = upstream
        self._tls = tls
        self._answer = answer
        self.received = b""
        """All that clients have sent."""

    def __enter__(self) -> ConnectProxy:
        super().__enter__()
        return self

    def _tunnel(self, client: socket.socket) -> None:
        with self._tls.wrap_socket(client, server_side=True) if self._tls else client as connection:
            self.received += read_request(connection)
            if self._answer:
                self._answer(connection)
                return
            try:
                upstream = socket.create_connection(("127.0.0.1", self._upstream))
            except OSError:
                connection.sendall(REFUSED)
                return
            connection.sendall(ESTABLISHED)
            with upstream:
                self._pass_on(connection, upstream)

    def _pass_on(self, client: socket.socket, upstream: socket.socket) -> None:
        while True:
            # What TLS has decrypted already is not seen by select.
            decrypted = isinstance(client, ssl.SSLSocket) and client.pending()
            for ready in [client] if decrypted else select.select([client, upstream], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                if ready is client:
                    self.received += data
                (upstream if ready is client else client).sendall(data)


def read_request(connection: socket.socket) -> bytes:
    """Return the next request, with its body, or all that came before the end of the connection."""
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            return request
        request += byte
    length = re.search(rb"(?i)content-length: *(\d+)", request)
    rest = int(length[1]) if length else 0
    while rest and (part := connection.recv(rest)):
        request += part
        rest -= len(part)
    return request
