# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strangers against the source webhook: slow clients and unsigned bodies, and how soon PagerDuty gets its answers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import hmac
import http.client
import json
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if t.TYPE_CHECKING:
    from multiprocessing.connection import Connection

SOURCE = Path(__file__).resolve().parents[3] / "extensions" / "eda" / "plugins" / "event_source" / "webhook.py"
PROCESS = Path(__file__).with_name("source_process.py")
SECRET = "a-signing-secret"
PATIENCE = 5.0
"""Seconds that PagerDuty waits for an answer. Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md."""
COME_BACK = 1.0
"""Seconds after which a slow client whose connection was closed opens another."""
SIGNED_EVERY = 0.1
"""Seconds."""
SENDERS = 50
"""How many signed deliveries can wait for their answers."""
UNSIGNED_SIZE = 4096
"""Bytes."""
OPEN_FILES = 1024
"""How many files a process may open by default."""
HALF_A_HEADER = b"POST / HTTP/1.1\r\nHost: x\r\nX-Half: "
UNSIGNED = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX-PagerDuty-Signature: v1=%s\r\n\r\n"
    % (UNSIGNED_SIZE, b"0" * 64)
) + os.urandom(UNSIGNED_SIZE)


@dataclass(frozen=True)
class Answers:
    """What PagerDuty gets while strangers come.

    Args:
        signed: the seconds until each signed delivery was answered with 202; infinite for another answer, or none.
        unsigned: how many unsigned bodies were sent and answered or cut off, a second.
        slow: how many connections of slow clients were cut off.
        log: bytes that the source has logged.
    """

    signed: t.Sequence[float]
    unsigned: float
    slow: int
    log: int

    @property
    def late(self) -> int:
        """How many signed deliveries were not answered in time."""
        return sum(each > PATIENCE for each in self.signed)

    def __str__(self) -> str:
        return (
            f"{len(self.signed)} signed deliveries, {self.late} not answered in {PATIENCE:g} s, the slowest in "
            f"{max(self.signed):.2f} s; {self.unsigned:.0f} unsigned bodies a second, {self.slow} connections of slow "
            f"clients cut off, {self.log} bytes logged"
        )


def deliver_among(folder: Path, *, slow_clients: int, unsigned_rate: int, seconds: float) -> Answers:
    """Deliver signed webhooks while slow clients hold connections and unsigned bodies come every second."""
    log = folder / "source.log"
    options = json.dumps({"host": "127.0.0.1", "port": 0, "secrets": [SECRET]})
    command = [sys.executable, str(PROCESS), str(SOURCE), options]
    limit = functools.partial(_limit_files, OPEN_FILES)
    with log.open("wb") as output, subprocess.Popen(command, stderr=output, preexec_fn=limit) as process:
        try:
            port = _port(log, process)
            with _strangers(port, slow_clients, unsigned_rate) as counted:
                begun = time.monotonic()
                signed = _deliver(port, seconds)
                unsigned, slow = counted()
                rate = unsigned / (time.monotonic() - begun)
        finally:
            process.kill()
    return Answers(signed, rate, slow, log.stat().st_size)


def _limit_files(wanted: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    while process.poll() is None:
        if found := re.search(rb"Listening on port (\d+)", log.read_bytes()):
            return int(found[1])
        threading.Event().wait(0.02)
    raise AssertionError(log.read_text())


def _deliver(port: int, seconds: float) -> list[float]:
    """Deliver signed webhooks for a time; returns how long each took."""
    with ThreadPoolExecutor(SENDERS) as senders:
        sent = []
        for number in range(round(seconds / SIGNED_EVERY)):
            sent.append(senders.submit(_answered_after, port, number))
            threading.Event().wait(SIGNED_EVERY)
        return [each.result() for each in sent]


def _answered_after(port: int, number: int) -> float:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {"id": f"EVENT{number}", "event_type": "incident.triggered", "occurred_at": now, "data": None}
    body = json.dumps({"event": event}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    begun = time.monotonic()
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("POST", "/", body, {"X-PagerDuty-Signature": f"v1={signature}"})
            if connection.getresponse().status == 202:
                return time.monotonic() - begun
    return float("inf")


@contextlib.contextmanager
def _strangers(port: int, slow_clients: int, unsigned_rate: int) -> t.Iterator[t.Callable[[], tuple[int, int]]]:
    """Run strangers in a process of their own; yields how to ask what they have done, once all are there."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_be_strangers, args=(there, port, slow_clients, unsigned_rate))
    process.start()
    here.recv()

    def counted() -> tuple[int, int]:
        here.send(None)
        return t.cast("tuple[int, int]", here.recv())

    try:
        yield counted
    finally:
        process.kill()
        process.join()
        here.close()
        there.close()


def _be_strangers(parent: Connection, port: int, slow_clients: int, unsigned_rate: int) -> None:
    # Each has a connection.
    _limit_files(65_536)
    asyncio.run(_Strangers(port).come(parent, slow_clients, unsigned_rate))


class _Strangers:
    """Slow clients, and those who send unsigned bodies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsigned = 0
        self._slow = 0
        self._connected = 0

    async def come(self, parent: Connection, slow_clients: int, unsigned_rate: int) -> None:
        """Come until killed; tell the parent when they are there, and what they have done when it asks."""
        loop = asyncio.get_running_loop()
        for _client in range(slow_clients):
            self._start(self._stay_slow())
        while self._connected < slow_clients:
            await asyncio.sleep(0.01)
        parent.send(None)
        loop.add_reader(parent.fileno(), self._tell, parent)
        begun, sent = loop.time(), 0
        while True:
            while sent < (loop.time() - begun) * unsigned_rate:
                self._start(self._send_unsigned())
                sent += 1
            await asyncio.sleep(1 / unsigned_rate)

    def _tell(self, parent: Connection) -> None:
        parent.recv()
        parent.send((self._unsigned, self._slow))

    async def _stay_slow(self) -> None:
        await self._talk(HALF_A_HEADER)
        while True:
            self._slow += 1
            await asyncio.sleep(COME_BACK)
            await self._talk(HALF_A_HEADER)

    async def _send_unsigned(self) -> None:
        await self._talk(UNSIGNED)
        self._unsigned += 1

    async def _talk(self, request: bytes) -> None:
        """Send something, and wait until the connection is closed."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            _transport, talk = await loop.create_connection(lambda: _Talk(request), "127.0.0.1", self._port)
            self._connected += 1
            await talk.closed

    def _start(self, work: t.Coroutine[t.Any, t.Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Talk(asyncio.Protocol):
    """Sends something, and waits."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        t.cast("asyncio.Transport", transport).write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)
