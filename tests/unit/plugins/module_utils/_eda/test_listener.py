# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections of strangers: how many there are, how long they last, and that they keep nobody out."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import listener
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.listener import Listener

TIME_LIMIT = 10.0
"""Seconds for anything to happen; far above what is needed."""


class Echo(asyncio.Protocol):
    """Sends back what it gets."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = t.cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if data == b"signed":
            self._server.listener.trust(self._transport)
        self._transport.write(data)


class Server:
    """A listener with an echo behind it."""

    def __init__(self) -> None:
        self.listener = Listener(None)
        self._clients: list[Client] = []

    @contextlib.asynccontextmanager
    async def running(self) -> t.AsyncIterator[Server]:
        (listening,) = await self.listener.listen("127.0.0.1", 0)
        self._port = listening.getsockname()[1]
        self._accepting = asyncio.create_task(self.listener.accept(listening, lambda: Echo(self)))
        try:
            yield self
        finally:
            await self.stop()
            for client in self._clients:
                client.close()

    async def stop(self) -> None:
        self._accepting.cancel()
        await asyncio.gather(self._accepting, return_exceptions=True)

    async def client(self, says: bytes) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self._port))
        self._clients.append(client)
        await client.hears(says)
        return client


class Client:
    """A client that stays connected."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def hears(self, says: bytes) -> None:
        """Say something, and wait for the echo."""
        self._writer.write(says)
        assert await asyncio.wait_for(self._reader.readexactly(len(says)), TIME_LIMIT) == says

    async def is_closed(self) -> None:
        """Wait until the server has closed the connection."""
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(self._reader.read(), TIME_LIMIT) == b""

    def close(self) -> None:
        self._writer.close()


def test_the_oldest_stranger_makes_room_and_whoever_is_trusted_stays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "MAX_STRANGERS", 3)

    async def run() -> None:
        async with Server().running() as server:
            trusted = await server.client(b"signed")
            strangers = [await server.client(b"a") for _unused in range(10)]
            for stranger in strangers[:7]:
                await stranger.is_closed()
            for client in (trusted, *strangers[7:]):
                await client.hears(b"still here")

    asyncio.run(run())
    assert caplog.messages == ["3 connections have delivered nothing signed: closed the oldest"]


@pytest.mark.parametrize("says", [b"a", b"signed"])
def test_no_connection_lasts_longer_than_a_delivery_needs(says: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MAX_DURATION", 0.05)

    async def run() -> None:
        async with Server().running() as server:
            await (await server.client(says)).is_closed()

    asyncio.run(run())


def test_when_the_process_may_open_no_more_files_it_goes_on_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        accept = loop.sock_accept
        refusals = iter([True, True, False])

        async def refuse_twice(listening: t.Any) -> t.Any:
            if next(refusals, False):
                raise OSError(errno.EMFILE, "Too many open files")
            return await accept(listening)

        monkeypatch.setattr(loop, "sock_accept", refuse_twice)
        monkeypatch.setattr(listener, "PAUSE", 0.0)
        async with Server().running() as server:
            await server.client(b"a")

    asyncio.run(run())
    assert caplog.messages == ["No connection can be accepted: Too many open files"]


def test_the_end_of_the_source_closes_each_connection() -> None:
    async def run() -> None:
        async with Server().running() as server:
            clients = [await server.client(says) for says in (b"a", b"signed")]
            await server.stop()
            for client in clients:
                await client.is_closed()

    asyncio.run(run())
