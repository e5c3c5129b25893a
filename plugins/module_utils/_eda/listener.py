# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accepts connections from anybody, so that strangers cannot keep PagerDuty out.

aiohttp limits neither how many connections there are, nor how long a client may take for its headers.

Private to the collection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import typing as t

from .rate_limited_log import RateLimitedLog

LOGGER = logging.getLogger("oncall.pagerduty.webhook")

MAX_STRANGERS = 500
"""Connections that have delivered nothing signed; far fewer than the 1,024 files that a process may open by default."""
MAX_DURATION = 6.0
"""Seconds from the first byte of a connection, with the TLS handshake, to the last; PagerDuty gives up after 5.

Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md.
"""
BACKLOG = 1024
"""Connections that wait to be accepted; half a second's work."""
PAUSE = 0.1
"""Seconds until the next attempt when the process may open no more files."""

MakeProtocol = t.Callable[[], asyncio.Protocol]


class Connection(asyncio.Protocol):
    """A connection: passes everything to the HTTP server, and says when it is closed.

    Args:
        server: the protocol of the HTTP server for this connection.
    """

    def __init__(self, server: asyncio.Protocol) -> None:
        self._server = server
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pass it on."""
        self._server.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        self._server.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return self._server.eof_received()

    def pause_writing(self) -> None:
        """Pass it on."""
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._server.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on, and say that the connection is closed."""
        self._server.connection_lost(exc)
        if not self.closed.done():
            self.closed.set_result(None)


class Listener:
    """Accepts connections. Where there are too many strangers, the oldest makes room for the newest.

    Args:
        tls: None for plain HTTP.
    """

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._strangers: dict[Connection, asyncio.Task[None]] = {}
        self._trusted: set[asyncio.Task[None]] = set()
        self._log = RateLimitedLog(LOGGER)

    def trust(self, transport: asyncio.BaseTransport | None) -> None:
        """Keep a connection, however many strangers come: it has delivered something signed."""
        if transport is not None:
            connection = t.cast("Connection", transport.get_protocol())
            task = self._strangers.pop(connection, None)
            if task is not None:
                self._trusted.add(task)
                task.add_done_callback(self._trusted.discard)

    async def listen(self, host: str, port: int) -> list[socket.socket]:
        """Return sockets that listen on each address of a host.

        Raises:
            OSError: an address is not this machine's, or is in use.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = {(family, address[:2]) for family, _type, _protocol, _name, address in found}
        listening = [socket.create_server(address, family=family, backlog=BACKLOG) for family, address in addresses]
        for each in listening:
            each.setblocking(False)
        return listening

    async def accept(self, listening: socket.socket, serve: MakeProtocol) -> t.NoReturn:
        """Accept connections until this is cancelled, which closes them.

        Args:
            serve: makes the protocol of the HTTP server for a connection.
        """
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    accepted, _address = await loop.sock_accept(listening)
                except OSError as error:
                    self._log.write(logging.WARNING, "No connection can be accepted: %s", error.strerror)
                    await asyncio.sleep(PAUSE)
                    continue
                self._make_room()
                self._start(Connection(serve()), accepted)
                # While connections wait to be accepted, accepting one does not let anything else run.
                await asyncio.sleep(0)
        finally:
            await self._close(listening)

    def _make_room(self) -> None:
        if len(self._strangers) >= MAX_STRANGERS:
            self._log.write(
                logging.WARNING, "%d connections have delivered nothing signed: closed the oldest", len(self._strangers)
            )
            self._strangers.pop(next(iter(self._strangers))).cancel()

    def _start(self, connection: Connection, accepted: socket.socket) -> None:
        task = asyncio.create_task(self._serve(connection, accepted))
        self._strangers[connection] = task
        task.add_done_callback(lambda _done: self._forget(connection, accepted))

    def _forget(self, connection: Connection, accepted: socket.socket) -> None:
        self._strangers.pop(connection, None)
        # Nothing else closes it if the task was cancelled before it began.
        accepted.close()

    async def _serve(self, connection: Connection, accepted: socket.socket) -> None:
        # A TLS handshake can fail in many ways, all of them the client's.
        with contextlib.suppress(asyncio.TimeoutError, OSError):
            await asyncio.wait_for(self._converse(connection, accepted), MAX_DURATION)

    async def _converse(self, connection: Connection, accepted: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        transport, _protocol = await loop.connect_accepted_socket(lambda: connection, accepted, ssl=self._tls)
        try:
            await connection.closed
        finally:
            transport.abort()

    async def _close(self, listening: socket.socket) -> None:
        listening.close()
        tasks = [*self._strangers.values(), *self._trusted]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
