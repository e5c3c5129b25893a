# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events the rule engine has: whatever it answers, late or never, an event is handed over once."""

from __future__ import annotations

import asyncio
import functools
import logging
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import feedback
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.feedback import Handover

Json = dict[str, t.Any]

SOON = 0.01
LATER = 10.0
"""Seconds; no test waits so long."""


def in_event_loop(test: t.Callable[..., t.Coroutine[t.Any, t.Any, None]]) -> t.Callable[..., None]:
    """Run a test that is a coroutine; ansible-test has no plugin for that."""

    @functools.wraps(test)
    def run(*args: t.Any, **kwargs: t.Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def event(uuid: str) -> Json:
    return {"payload": {}, "meta": {"uuid": uuid}}


class Engine:
    """A rule engine with a queue of one event each way, as ansible-rulebook has them."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Json] = asyncio.Queue(1)
        self.answers: asyncio.Queue[Json] = asyncio.Queue(1)
        self.handover = Handover(self.queue, {"feedback": True, "eda_feedback_queue": self.answers})

    async def take(self, *, answers: bool = True) -> str:
        """Take an event and answer; without an answer the engine has failed, and has written that to its log."""
        taken = await self.queue.get()
        if answers:
            await self.answers.put(taken)
        return str(taken["meta"]["uuid"])


@in_event_loop
async def test_an_event_is_put_when_the_engine_has_it() -> None:
    engine = Engine()
    async with engine.handover as handover:
        putting = asyncio.create_task(handover.put(event("E1"), LATER))
        taken = await engine.queue.get()
        assert (taken, putting.done(), handover.waiting) == (event("E1"), False, 1)
        await engine.answers.put(taken)
        assert (await putting, handover.waiting) == (True, 0)


@in_event_loop
async def test_an_answer_that_comes_late_counts_and_the_event_is_not_handed_over_again() -> None:
    engine = Engine()
    async with engine.handover as handover:
        assert not await handover.put(event("E1"), SOON)
        # It comes again before the engine has taken it.
        assert not await handover.put(event("E1"), SOON)
        assert await engine.take() == "E1"
        assert await handover.put(event("E1"), LATER)
        assert engine.queue.empty()


@in_event_loop
async def test_several_that_wait_for_one_event_get_the_same_answer() -> None:
    engine = Engine()
    async with engine.handover as handover:
        waiting = asyncio.gather(*(handover.put(event("E1"), LATER) for _unused in range(3)))
        assert await engine.take() == "E1"
        assert await waiting == [True] * 3
        assert engine.queue.empty()


@in_event_loop
async def test_the_engine_gets_one_event_at_a_time() -> None:
    """If it is killed, one event was handed over that nobody knows to be taken."""
    engine = Engine()
    async with engine.handover as handover:
        first = asyncio.create_task(handover.put(event("E1"), LATER))
        taken = await engine.queue.get()
        # Who waits in vain for a turn was not handed over.
        assert not await handover.put(event("E2"), SOON)
        await engine.answers.put(taken)
        assert await first
        third = asyncio.create_task(handover.put(event("E3"), LATER))
        assert await engine.take() == "E3"
        assert await third


@in_event_loop
async def test_an_event_on_which_the_engine_has_failed_is_handed_over_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "PATIENCE", SOON)
    engine = Engine()
    async with engine.handover as handover:
        first, second = (asyncio.create_task(handover.put(event(uuid), LATER)) for uuid in ("E1", "E2"))
        assert await engine.take(answers=False) == "E1"
        assert await engine.take() == "E2"
        assert (await first, await second) == (False, True)
        again = asyncio.create_task(handover.put(event("E1"), LATER))
        assert await engine.take() == "E1"
        assert await again


@in_event_loop
async def test_events_keep_their_order_though_the_engine_is_busy() -> None:
    engine = Engine()
    wanted = [f"E{number}" for number in range(5)]
    async with engine.handover as handover:
        putting = asyncio.gather(*(handover.put(event(uuid), LATER) for uuid in wanted))
        assert [await engine.take() for _unused in wanted] == wanted
        assert await putting == [True] * 5


@in_event_loop
async def test_an_answer_for_nothing_that_waits_is_read_and_ignored() -> None:
    """A filter that splits an event makes several of one uuid."""
    engine = Engine()
    async with engine.handover as handover:
        for uuid in ("E0", "E0", "E0"):
            await engine.answers.put(event(uuid))
        putting = asyncio.create_task(handover.put(event("E1"), LATER))
        assert await engine.take() == "E1"
        assert await putting


@in_event_loop
async def test_a_filter_that_fails_does_not_stop_the_source(caplog: pytest.LogCaptureFixture) -> None:
    class Filtered(asyncio.Queue[Json]):
        async def put(self, item: Json) -> None:
            raise KeyError("no_such_field")

    async with Handover(Filtered(), {"eda_feedback_queue": asyncio.Queue(1)}) as handover:
        assert not await handover.put(event("E1"), LATER)
    assert caplog.messages == ["A filter has failed for event 'E1': 'no_such_field'"]


@in_event_loop
async def test_nobody_waits_and_nothing_is_handed_over_when_the_source_ends() -> None:
    engine = Engine()
    async with engine.handover as handover:
        waiting = [asyncio.create_task(handover.put(event(uuid), LATER)) for uuid in ("E1", "E2")]
        await engine.queue.get()
    assert await asyncio.gather(*waiting) == [False, False]
    assert engine.queue.empty()


@in_event_loop
async def test_only_the_latest_events_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MAX_TAKEN", 2)
    engine = Engine()
    async with engine.handover as handover:
        for uuid in ("E1", "E2", "E3"):
            putting = asyncio.create_task(handover.put(event(uuid), LATER))
            assert await engine.take() == uuid
            assert await putting
        assert [await handover.put(event(uuid), SOON) for uuid in ("E1", "E2", "E3")] == [False, True, True]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, []),
        ({"feedback": False}, []),
        ({"feedback": "False"}, []),
        ({"feedback": True}, ["feedback is off: ansible-rulebook offers it since version 1.3"]),
        ({"feedback": "true"}, ["feedback is off: ansible-rulebook offers it since version 1.3"]),
    ],
)
@in_event_loop
async def test_without_feedback_an_event_is_put_when_it_is_in_the_queue(
    args: Json, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    queue: asyncio.Queue[Json] = asyncio.Queue(1)
    with caplog.at_level(logging.INFO):
        async with Handover(queue, args) as handover:
            assert await handover.put(event("E1"), 0)
            assert not handover.has_feedback
    assert (queue.get_nowait(), caplog.messages) == (event("E1"), said)
