# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs an event source in a process of its own, with rules that take each event at once.

The arguments are the path of the source and its options as JSON; it writes its log to the error output.
"""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
import typing as t


async def run(path: str, args: t.Mapping[str, t.Any]) -> None:
    """Run a source until it is killed."""
    queue: asyncio.Queue[t.Any] = asyncio.Queue(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(runpy.run_path(path)["main"](queue, args))
        while True:
            await queue.get()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    asyncio.run(run(sys.argv[1], json.loads(sys.argv[2])))
