# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log entries in order, however many there are, and what is done about answers that are none."""

from __future__ import annotations

import asyncio
import logging
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import feed
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.connection import Delayed, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.feed import Feed
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import iso, time_of

Json = dict[str, t.Any]


class Api:
    """PagerDuty, which first gives some other answers."""

    def __init__(self, times: t.Iterable[float] = (), *answers: Exception | Json) -> None:
        self.entries = [entry(number, at) for number, at in enumerate(times)]
        self.answers = list(answers)
        self.calls: list[tuple[int, int]] = []

    async def get(self, _path: str, query: t.Sequence[tuple[str, str]]) -> Json:
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        asked = dict(query)
        offset, limit = int(asked["offset"]), int(asked["limit"])
        self.calls.append((offset, limit))
        since, until = time_of(asked["since"]), time_of(asked["until"])
        found = [each for each in self.entries if since <= time_of(each["created_at"]) <= until][::-1]
        return {"log_entries": found[offset : offset + limit], "more": offset + limit < len(found)}


def entry(number: int, at: float = 0.0, **fields: t.Any) -> Json:
    return {"id": f"R{number}", "type": "notify_log_entry", "created_at": iso(at), **fields}


def feed_of(api: Api) -> Feed:
    return Feed(t.cast("t.Any", api), [])


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited, which takes no time."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(feed.asyncio, "sleep", sleep)
    return waited


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 entries for each span, 5 a page."""
    monkeypatch.setattr(feed, "MAX_OFFSET", 20)
    monkeypatch.setattr(feed, "PAGE_SIZE", 5)
    monkeypatch.setattr(Feed.page, "__defaults__", (5,))


def read(api: Api, since: int, until: int) -> list[str]:
    """Read a span; returns the ids."""

    async def ids() -> list[str]:
        return [each["id"] async for each in feed_of(api).between(since, until)]

    return asyncio.run(ids())


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    "times",
    [range(1_000, 1_300), [1_000 + number // 7 for number in range(300)], sorted([1_500, *range(1_490, 1_520)]), []],
    ids=["one a second", "seven a second", "unevenly", "none"],
)
def test_more_entries_than_pagerduty_lists_are_all_read_in_order(times: t.Sequence[int]) -> None:
    found = read(Api(times), 900, 2_000)
    assert list(dict.fromkeys(found)) == [f"R{number}" for number in range(len(times))]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("count", "calls"), [(0, 1), (5, 1), (6, 3), (20, 5), (21, 10)])
def test_a_span_with_too_many_entries_is_not_read_before_it_is_halved(count: int, calls: int) -> None:
    api = Api(range(1_000, 1_000 + count))
    read(api, 1_000, 1_000 + count)
    assert len(api.calls) == calls


@pytest.mark.usefixtures("few")
def test_more_entries_in_a_second_than_pagerduty_lists_are_named(caplog: pytest.LogCaptureFixture) -> None:
    assert len(set(read(Api([1_000] * 30), 999, 1_001))) == 20
    assert "More than 20 log entries at 1970-01-01T00:16:40Z: the others cannot be read" in caplog.messages


@pytest.mark.parametrize(("count", "only"), [(2, False), (3, True), (4, False)])
def test_one_call_shows_whether_a_span_has_only_what_is_known(count: int, only: bool) -> None:
    api = Api([1_000, 1_001, 1_002, 1_005])
    assert asyncio.run(feed_of(api).has_only(count, 1_000, 1_004)) is only
    assert api.calls == [(count - 1, 2)]


@pytest.mark.parametrize("largest", [1, 7, 64, 99])
def test_a_page_that_always_fails_on_its_size_is_read_in_smaller_ones(largest: int) -> None:
    class Cutting(Api):
        async def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> Json:
            if int(dict(query)["limit"]) > largest:
                raise Delayed("Response payload is not completed")
            return await super().get(path, query)

    api = Cutting(range(1_000, 1_250))
    assert read(api, 900, 2_000) == [f"R{number}" for number in range(250)]
    if largest > 1:
        # Never one by one.
        assert len(api.calls) < 250 * 3 / largest + 10


def test_after_an_outage_a_page_is_soon_read_in_few_calls() -> None:
    api = Api(range(1_000, 1_100), *(Delayed("timed out") for _failure in range(20)))
    assert len(read(api, 900, 2_000)) == 100
    assert api.calls == [(0, 1), (1, 2), (3, 4), (7, 8), (15, 16), (31, 32), (63, 37)]


@pytest.mark.parametrize(
    ("said", "limit", "more"),
    [({"more": False}, 1, False), ({"more": True}, 9, True), ({}, 1, True), ({}, 9, False), ({"more": None}, 9, False)],
)
def test_a_page_that_does_not_say_whether_there_are_more_has_more_if_it_is_full(
    said: Json, limit: int, more: bool
) -> None:
    page = feed_of(Api([], {"log_entries": [entry(1)], **said})).page(0, 1, 0, limit)
    assert asyncio.run(page)[1] is more


UNUSABLE: list[t.Any] = [
    {},
    None,
    "R2",
    ["R2"],
    entry(2, id=None),
    entry(2, id=2),
    entry(2, id=""),
    entry(2, id="R" * 256),
    entry(2, id=["R2"]),
    entry(2, type=None),
    entry(2, created_at="soon"),
    entry(2, created_at=1_000),
    entry(2, created_at="0001-01-01T00:00:00+14:00"),
]


@pytest.mark.parametrize("unusable", UNUSABLE, ids=range(len(UNUSABLE)))
def test_an_entry_that_cannot_be_used_is_skipped_alone(unusable: t.Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = {"log_entries": [entry(1), unusable, entry(3)], "more": False}

    async def read_twice() -> None:
        reader = feed_of(Api([], answer, answer))
        for _unused in range(2):
            entries, more = await reader.page(0, 1, 0)
            assert ([each["id"] for each in entries], more) == (["R1", "R3"], False)

    asyncio.run(read_twice())
    (warning,) = caplog.messages
    assert warning.startswith("Skipped a log entry without a usable id, type or created_at: ")


def test_after_each_failure_the_next_attempt_comes_later_but_within_a_minute(
    waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    api = Api([1_000], *(Delayed("GET https://api.pagerduty.com/log_entries: timed out") for _failure in range(8)))
    assert read(api, 900, 2_000) == ["R0"]
    assert waits == [1, 3, 7, 15, 31, 60, 60, 60]
    assert caplog.messages[0] == "GET https://api.pagerduty.com/log_entries: timed out; next attempt in 1 s"


def test_pagerduty_says_how_long_to_wait(waits: list[float]) -> None:
    read(Api([], Delayed("rate limited", 17.0)), 900, 2_000)
    assert waits == [17.0]


@pytest.mark.usefixtures("few")
def test_only_the_page_that_has_failed_is_read_again() -> None:
    class Failing(Api):
        async def get(self, path: str, query: t.Sequence[tuple[str, str]]) -> Json:
            if len(self.calls) in (3, 4) and not self.answers:
                self.calls.append((-1, -1))
                raise Delayed("rate limited", 1.0)
            return await super().get(path, query)

    api = Failing(range(1_000, 1_020))
    assert read(api, 1_000, 1_020) == [f"R{number}" for number in range(20)]
    assert api.calls == [(0, 5), (19, 1), (5, 5), (-1, -1), (-1, -1), (10, 5), (15, 5)]


@pytest.mark.parametrize("answer", [{}, {"log_entries": None}, {"log_entries": {"R1": {}}}])
def test_an_answer_without_log_entries_is_none(answer: Json, waits: list[float]) -> None:
    assert read(Api([1_000], answer), 900, 2_000) == ["R0"]
    assert waits == [1]


def test_a_refusal_at_the_start_is_final(waits: list[float]) -> None:
    with pytest.raises(Refused):
        read(Api([], Refused("PagerDuty refused the token")), 900, 2_000)
    assert waits == []


@pytest.mark.parametrize(("seconds", "is_final"), [(500.0, False), (700.0, True)])
def test_a_refusal_later_on_is_final_if_it_lasts(
    seconds: float, is_final: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def pages() -> None:
        loop = asyncio.get_running_loop()
        times = iter([0.0, seconds])
        api = Api()
        reader = feed_of(api)
        await reader.page(0, 1, 0)
        api.answers = [Refused("PagerDuty refused the token")] * 2
        monkeypatch.setattr(loop, "time", lambda: next(times))
        try:
            await reader.page(0, 1, 0)
        finally:
            monkeypatch.undo()

    with caplog.at_level(logging.ERROR):
        if is_final:
            with pytest.raises(Refused):
                asyncio.run(pages())
        else:
            asyncio.run(pages())
    assert caplog.messages[0] == "PagerDuty refused the token; next attempt in 1 s"
