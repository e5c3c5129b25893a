# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that know whether a request was sent, and that end a call at its deadline.

They build on what urllib3 offers for this: `ConnectionCls` of a pool and `pool_classes_by_scheme` of a pool manager.
Source: https://urllib3.readthedocs.io/en/stable/reference/urllib3.connectionpool.html.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import contextvars
import http.client
import io
import os
import socket
import ssl
import time
import typing as t

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Source: https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification."""


def ca_variable() -> str:
    """Return the name of the environment variable with the path of the CA bundle; empty if none is set."""
    return next((name for name in CA_VARIABLES if os.environ.get(name)), "")


class Call:
    """What is known about one call. It outlives the connection, which is closed and forgotten when the call fails.

    Args:
        timeout: seconds from now to the last byte of the response.
    """

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self.asked_proxy = False
        """Whether a proxy was asked to connect to the server."""
        self.sent = False
        """Whether a byte of the request may have left this machine; what it takes to connect does not count."""

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            socket.timeout: none are.
        """
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise socket.timeout("timed out")
        return seconds


_current: contextvars.ContextVar[Call] = contextvars.ContextVar("call")
"""The call for which this thread uses its connections: they are kept alive and serve many calls."""


@contextlib.contextmanager
def start_call(timeout: float) -> t.Iterator[Call]:
    """Start a call: what connections do until the end of the block is a part of it.

    Args:
        timeout: seconds.
    """
    call = Call(timeout)
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)


class TlsSocket(ssl.SSLSocket):
    """Waits until the deadline of the call, not for a time of its own.

    A connection through a TLS proxy holds one TLS connection in another, and then receives and sends with this one.
    """

    def do_handshake(self, block: bool = False) -> None:
        """Agree on keys with the server or the proxy."""
        self.settimeout(_current.get().remaining())
        super().do_handshake(block)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Receive what has arrived."""
        self.settimeout(_current.get().remaining())
        return super().recv(buflen, flags)

    def send(self, data: t.Any, flags: int = 0) -> int:
        """Send what fits."""
        self.settimeout(_current.get().remaining())
        return super().send(data, flags)


class _Reader(io.RawIOBase):
    """Reads a response until the deadline of the call, however slowly its bytes arrive.

    Args:
        raw: the unbuffered file of the socket.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        super().__init__()
        self._sock = sock
        self._raw = raw

    def readable(self) -> bool:
        """Return whether it can be read."""
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        """Read what has arrived into a buffer."""
        self._sock.settimeout(_current.get().remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the file, and with it a socket that waits for that."""
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response of a server, or a proxy's answer to CONNECT."""

    def __init__(self, sock: socket.socket, *arguments: t.Any, **keywords: t.Any) -> None:
        super().__init__(sock, *arguments, **keywords)
        self.fp = io.BufferedReader(_Reader(sock, self.fp.detach()))


class _Connection(http.client.HTTPConnection):
    """Tells the call what it sends. Precedes a connection class of urllib3, which adds TLS and proxies."""

    response_class = _Response
    _is_connecting = False

    def connect(self) -> None:
        """Connect, also through a proxy, and agree on TLS.

        Nothing can interrupt a system that takes long to resolve a name. The call ends as soon as it has done so.
        """
        addresses = _count_addresses(self.host, self.port)
        # urllib3 tries one address after the other, and waits this long for each.
        self.timeout = _current.get().remaining() / addresses
        self._is_connecting = True
        try:
            super().connect()
        finally:
            self._is_connecting = False

    def send(self, data: t.Any) -> None:
        """Send a part of a request, or CONNECT to a proxy."""
        if self.sock is None:
            self.connect()
        call = _current.get()
        self.sock.settimeout(call.remaining())
        if self._is_connecting:
            call.asked_proxy = True
        else:
            call.sent = True
        super().send(data)


def _count_addresses(host: str, port: int) -> int:
    # urllib3 reports why a name cannot be resolved; a SOCKS proxy may resolve it instead.
    with contextlib.suppress(OSError, UnicodeError):
        return len(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)) or 1
    return 1


def watch(manager: t.Any) -> t.Any:
    """Make the connections of a pool manager, or of a manager for a proxy of any kind, report to the call."""
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _watched(pool) for scheme, pool in pools.items()}
    return manager


def _watched(pool: t.Any) -> t.Any:
    if issubclass(pool.ConnectionCls, _Connection):
        return pool
    connection = type(pool.ConnectionCls.__name__, (_Connection, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})
