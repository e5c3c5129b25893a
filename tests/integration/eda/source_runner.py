# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs event sources as ansible-rulebook does: from the path of the file, with a queue that holds one event."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import runpy
import sys
import typing as t
from pathlib import Path

EDA = Path(__file__).resolve().parents[3] / "extensions" / "eda"
TIME_LIMIT = 20.0
"""Seconds for an event to come; far above what any needs."""

Event = dict[str, t.Any]


class Source:
    """An event source.

    Args:
        name: the file's, without .py.
    """

    def __init__(self, name: str) -> None:
        self.names = runpy.run_path(str(EDA / "plugins" / "event_source" / f"{name}.py"))
        self.code: t.Any = sys.modules[self.names["main"].__module__]
        """The file of module_utils/_eda that it runs."""
        self.queue: asyncio.Queue[Event] = asyncio.Queue(1)
        self.log: list[str] = []

    @contextlib.asynccontextmanager
    async def running(self, **args: t.Any) -> t.AsyncIterator[asyncio.Task[None]]:
        """Run it; ends it like ansible-rulebook does, and raises what it raised."""
        handler = logging.Handler(logging.INFO)
        handler.emit = lambda record: self.log.append(record.getMessage())  # type: ignore[method-assign]
        logger: logging.Logger = self.code.LOGGER
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        task = asyncio.create_task(self.names["main"](self.queue, args))
        try:
            yield task
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            logger.removeHandler(handler)

    async def events(self, count: int) -> list[Event]:
        """Take the next events."""
        async with asyncio.timeout(TIME_LIMIT):
            return [await self.queue.get() for _unused in range(count)]

    async def line(self, beginning: str) -> str:
        """Wait for a line of the log; returns the rest of it."""
        async with asyncio.timeout(TIME_LIMIT):
            while not (found := [line for line in self.log if line.startswith(beginning)]):
                await asyncio.sleep(0)
        return found[-1].removeprefix(beginning)


def event_type(event: Event) -> str:
    """The type of an event, as a rule reads it."""
    return str(event["payload"]["event"]["event_type"])
