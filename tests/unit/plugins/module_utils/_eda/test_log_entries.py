# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the source log_entries, and how it reads more entries than PagerDuty lists."""

from __future__ import annotations

import asyncio
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import log_entries
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.log_entries import Poller, settings_of
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import Position, iso, time_of

Json = dict[str, t.Any]

pytestmark = pytest.mark.usefixtures("no_environment")


class FewAtATime:
    """PagerDuty with a limit that is soon reached: 20 entries for each span of time, 5 a page."""

    def __init__(self, times: t.Iterable[float]) -> None:
        self.entries = [self._entry(number, at) for number, at in enumerate(times)]

    def _entry(self, number: int, at: float) -> Json:
        return {"id": f"R{number}", "type": "notify_log_entry", "created_at": iso(at)}

    def now(self) -> float:
        return 100_000.0

    async def page(self, since: float, until: float, offset: int, limit: int = 5) -> tuple[list[Json], bool]:
        found = [entry for entry in self.entries if int(since) <= time_of(entry["created_at"]) <= until][::-1]
        return found[offset : offset + limit], offset + limit < len(found)


def polled(times: t.Iterable[float], *, start: float, polls: int = 1, **args: t.Any) -> list[str]:
    """Poll; returns the ids of the log entries that were handed over."""

    async def poll() -> list[str]:
        settings = settings_of({"api_token": "a-token", **args})
        position = Position(None, settings.overlap)
        position.start_at(start)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        poller = Poller(t.cast("t.Any", FewAtATime(times)), position, queue, settings)
        for _unused in range(polls):
            await poller.poll()
        return [queue.get_nowait()["payload"]["event"]["id"] for _unused in range(queue.qsize())]

    return asyncio.run(poll())


@pytest.mark.parametrize(
    "times",
    [range(99_000, 99_300), [99_000 + number // 7 for number in range(300)], sorted([99_500, *range(99_490, 99_520)])],
    ids=["one a second", "seven a second", "unevenly"],
)
def test_more_entries_than_pagerduty_lists_are_all_read_in_order(
    times: t.Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_entries, "MAX_OFFSET", 20)
    monkeypatch.setattr(log_entries, "PAGE_SIZE", 5)
    assert polled(times, start=98_000, polls=3) == [f"R{number}" for number in range(len(times))]


def test_what_is_too_old_is_skipped() -> None:
    assert polled([5_000, 96_000, 97_000], start=1_000, max_age=1) == ["R2"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "api_token is not set"),
        ({"api_token": "a-token", "interval": "often"}, "interval: must be a number of at least 0.1"),
        ({"api_token": "a-token", "overlap": 1}, "overlap: must be a number of at least 5"),
        ({"api_token": "a-token", "since": "now"}, "since: unknown option"),
    ],
)
def test_unusable_options_are_refused(args: Json, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        settings_of(args)


def test_variables_of_a_rulebook_may_be_texts_or_empty() -> None:
    settings = settings_of({"api_token": "a-token", "interval": "5", "team_ids": "PTEAM01", "is_overview": "True"})
    assert (settings.interval, settings.query.count(("team_ids[]", "PTEAM01"))) == (5.0, 1)
    assert ("is_overview", "true") in settings.query
    empty = dict.fromkeys(("interval", "overlap", "max_age", "state_file", "is_overview", "team_ids"), "")
    assert settings_of({"api_token": "a-token", **empty}) == settings_of({"api_token": "a-token"})


@pytest.mark.parametrize(
    ("said", "limit", "more"),
    [({"more": False}, 1, False), ({"more": True}, 9, True), ({}, 1, True), ({}, 9, False), ({"more": None}, 9, False)],
)
def test_a_page_that_does_not_say_whether_there_are_more_has_more_if_it_is_full(
    said: Json, limit: int, more: bool
) -> None:
    class Api:
        async def get(self, _path: str, _query: t.Any) -> Json:
            return {"log_entries": [{"id": "R1", "type": "notify_log_entry", "created_at": iso(0)}], **said}

    page = log_entries.LogEntries(t.cast("t.Any", Api()), []).page(0, 1, 0, limit)
    assert asyncio.run(page)[1] is more


def test_an_entry_that_cannot_be_used_is_skipped() -> None:
    class Api:
        async def get(self, _path: str, _query: t.Any) -> Json:
            usable = {"id": "R1", "type": "notify_log_entry", "created_at": iso(0)}
            return {"log_entries": [usable, {}, None, {**usable, "created_at": "soon"}], "more": False}

    entries, more = asyncio.run(log_entries.LogEntries(t.cast("t.Any", Api()), []).page(0, 1, 0))
    assert ([entry["id"] for entry in entries], more) == (["R1"], False)
