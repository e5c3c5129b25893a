# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hands events to ansible-rulebook. With feedback, its rule engine says which events it has.

An event that the engine has is in its database, if it has one, and survives the end of ansible-rulebook.
Source: ansible/ansible-rulebook 1.3.0, ansible_rulebook/app.py, `_get_feedback_queue`, and
ansible_rulebook/rule_set_runner.py, `_drain_source_queue`.

Private to the collection.
"""

from __future__ import annotations

import asyncio
import logging
import typing as t

from .options import ANSWERS, Args, flag

LOGGER = logging.getLogger("oncall.pagerduty.feedback")

OPTION = "feedback"
"""The name that ansible-rulebook looks for, and that ansible.eda.kafka has."""
MAX_TAKEN = 10_000
"""How many of the latest events that the engine has are remembered."""
PATIENCE = 20.0
"""Seconds after which the next event has its turn. Where the engine has failed, it never answers."""

Event = dict[str, t.Any]


class Queue(t.Protocol):
    """Where ansible-rulebook takes events from."""

    async def put(self, event: Event) -> None:
        """Add an event; waits while the rules are busy."""


class Handover:
    """Hands events to the rules; an asynchronous context manager.

    Args:
        queue: where ansible-rulebook takes events from.
        args: the options of the source. Whether there is feedback is up to ansible-rulebook, which waits until its
            answers are read; so they are read whenever it sends some.
    """

    def __init__(self, queue: Queue, args: Args) -> None:
        self._queue = queue
        self._answers: asyncio.Queue[Event] | None = args.get(ANSWERS)
        self._unanswered: dict[str, asyncio.Future[None]] = {}
        self._taken: dict[str, None] = {}
        # One at a time: after a restart, the rule engine may recognize no more than the latest five events, since it
        # forgets drools_deduplication_window_size.
        # Source: kiegroup/drools-ansible-rulebook-integration, AstRulesEngine.java, `restoreSessionInMemory`.
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = False
        self.waiting = 0
        """How many events are being put."""
        if self._answers is None and flag(args, OPTION):
            LOGGER.warning("feedback is off: ansible-rulebook offers it since version 1.3")

    @property
    def has_feedback(self) -> bool:
        """Whether the rule engine says which events it has."""
        return self._answers is not None

    async def __aenter__(self) -> Handover:
        if self._answers is not None:
            self._start(self._read(self._answers))
        return self

    async def __aexit__(self, *_unused: object) -> None:
        self._is_ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._end_waiting(*self._unanswered)

    async def put(self, event: Event, limit: float) -> bool:
        """Hand over an event, and wait until the engine has it; without feedback, until it is in the queue.

        With feedback, put an event again as often as you like: it is not handed over while the engine may still
        answer, nor after the engine has taken it.

        Args:
            event: with a `meta.uuid`, which stays the same when the event comes again.
            limit: how many seconds to wait for the engine.

        Returns:
            Whether the engine has it. If not, put it again later.
        """
        if self._answers is None:
            await self._queue.put(event)
            return True
        uuid: str = event["meta"]["uuid"]
        self.waiting += 1
        try:
            await asyncio.wait_for(self._answered(uuid, event), limit)
        except asyncio.TimeoutError:
            LOGGER.warning("The rule engine has not answered for event %r within %g s", uuid, limit)
        finally:
            self.waiting -= 1
        return uuid in self._taken

    async def _answered(self, uuid: str, event: Event) -> None:
        """Wait until the engine has answered. An event that never has its turn is not handed over."""
        if not self._is_known(uuid):
            await self._turn.acquire()
            if self._is_known(uuid) or self._is_ending:
                self._turn.release()
            else:
                self._unanswered[uuid] = asyncio.get_running_loop().create_future()
                self._start(self._hand_over(uuid, event, self._unanswered[uuid]))
        if uuid in self._unanswered:
            await asyncio.shield(self._unanswered[uuid])

    def _is_known(self, uuid: str) -> bool:
        return uuid in self._unanswered or uuid in self._taken

    async def _hand_over(self, uuid: str, event: Event, answer: asyncio.Future[None]) -> None:
        """Hand over an event. Goes on when nobody waits any more, since the queue may already have it."""
        try:
            await self._queue.put(event)
            await asyncio.wait({answer}, timeout=PATIENCE)
        except Exception as error:
            LOGGER.error("A filter has failed for event %r: %s", uuid, error)
            self._end_waiting(uuid)
        finally:
            self._turn.release()

    async def _read(self, answers: asyncio.Queue[Event]) -> None:
        while True:
            uuid = (await answers.get())["meta"]["uuid"]
            if uuid not in self._unanswered:
                continue
            self._taken[uuid] = None
            if len(self._taken) > MAX_TAKEN:
                del self._taken[next(iter(self._taken))]
            # The engine answers in order. Where it has failed, it goes on without an answer.
            handed_over = list(self._unanswered)
            self._end_waiting(*handed_over[: handed_over.index(uuid) + 1])

    def _end_waiting(self, *uuids: str) -> None:
        for uuid in uuids:
            self._unanswered.pop(uuid).set_result(None)

    def _start(self, work: t.Coroutine[t.Any, t.Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
