# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the source log_entries, and which log entries a poll hands to the rules."""

from __future__ import annotations

import asyncio
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import feedback, log_entries
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.feedback import Handover
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.log_entries import Poller, settings_of
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import Position, iso, time_of
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.state_file import StateFile

Json = dict[str, t.Any]

HOUR = 3_600.0
NOW = 1_000_000.0

pytestmark = pytest.mark.usefixtures("no_environment")


class Feed:
    """PagerDuty's log entries, and its clock."""

    def __init__(self, *times: float) -> None:
        self.entries = [entry(number, at) for number, at in enumerate(times)]
        self.clock = NOW
        self.spans: list[tuple[int, int]] = []

    def now(self) -> float:
        return self.clock

    async def page(self, since: int, until: int, offset: int, limit: int) -> tuple[list[Json], bool]:
        return [], False

    async def has_only(self, count: int, since: int, until: int) -> bool:
        return sum(since <= time_of(each["created_at"]) <= until for each in self.entries) == count

    async def between(self, since: int, until: int) -> t.AsyncIterator[Json]:
        self.spans.append((since, until))
        for each in self.entries:
            if since <= time_of(each["created_at"]) <= until:
                yield each


def entry(number: int, at: float, **fields: t.Any) -> Json:
    return {"id": f"R{number}", "type": "notify_log_entry", "created_at": iso(at), **fields}


class Engine:
    """The rule engine, with feedback.

    Args:
        fails_on: events for which it never answers.
    """

    def __init__(self, *fails_on: str) -> None:
        self.fails_on = fails_on
        self.queue: asyncio.Queue[Json] = asyncio.Queue(1)
        self.answers: asyncio.Queue[Json] = asyncio.Queue(1)
        self.handled: list[str] = []

    async def run(self) -> None:
        while True:
            event = await self.queue.get()
            if event["meta"]["uuid"] not in self.fails_on:
                self.handled.append(event["meta"]["uuid"])
                await self.answers.put(event)


def poll(
    feed: Feed,
    position: Position,
    *events: t.Callable[[], object],
    polls: int = 1,
    engine: Engine | None = None,
    queue: t.Any = None,
    **args: t.Any,
) -> list[str]:
    """Poll a number of times, and once more after each event; returns the ids of what was handed over."""

    async def polled() -> list[str]:
        settings = settings_of({"api_token": "a-token", **args})
        rules = asyncio.Queue() if queue is None else queue
        working = asyncio.create_task(engine.run()) if engine else None
        offered = {"eda_feedback_queue": engine.answers} if engine else {}
        async with Handover(engine.queue if engine else rules, offered) as handover:
            poller = Poller(t.cast("t.Any", feed), position, handover, settings)
            for happen in (*[dict] * polls, *events):
                happen()
                await poller.poll()
        if working and engine:
            working.cancel()
            return engine.handled
        return [rules.get_nowait()["payload"]["event"]["id"] for _unused in range(rules.qsize())]

    return asyncio.run(polled())


def a_position(start: float = NOW - HOUR, file: Path | None = None) -> Position:
    position = Position(StateFile(file) if file else None, 60.0)
    position.start_at(start)
    return position


def test_each_log_entry_is_handed_over_once() -> None:
    feed = Feed(NOW - 100, NOW - 50, NOW - 10)
    assert poll(feed, a_position(), polls=3) == ["R0", "R1", "R2"]


def test_an_event_says_when_it_was_handed_over_by_the_clock_of_pagerduty() -> None:
    taken: list[Json] = []

    class Rules(asyncio.Queue[Json]):
        async def put(self, item: Json) -> None:
            taken.append(item)

    poll(Feed(NOW - 100), a_position(), queue=Rules())
    assert [each["meta"] for each in taken] == [{"uuid": "R0", "handed_over_at": iso(NOW)}]


def test_a_first_poll_begins_at_the_start() -> None:
    assert poll(Feed(NOW - 100, NOW + 1), Position(None, 60.0), polls=2) == []


@pytest.mark.parametrize("wrong", [-48 * HOUR, -HOUR, HOUR, 48 * HOUR])
def test_a_date_that_is_wrong_for_a_while_loses_nothing_and_repeats_nothing(wrong: float) -> None:
    feed = Feed(NOW - 100, NOW - 50)

    def show(ahead: float, *new: Json) -> None:
        feed.clock = NOW + HOUR + ahead
        feed.entries += new

    handed_over = poll(
        feed,
        a_position(),
        lambda: show(wrong),
        lambda: show(wrong, entry(2, NOW + 100)),
        lambda: show(0.0, entry(3, NOW + 3_000)),
    )
    assert handed_over == ["R0", "R1", "R2", "R3"]
    assert all(since <= until for since, until in feed.spans)


def test_a_saved_position_in_the_future_is_left_with_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.json"
    later = NOW + 48 * HOUR
    path.write_text(json.dumps({"until": later, "polled": later, "start": 0, "seen": {"R0": NOW - 100}, "begun": {}}))
    position = Position(StateFile(path), 60.0)
    position.load()
    assert poll(Feed(NOW - 100, NOW - 90), position) == ["R1"]
    position.close()
    (warning,) = caplog.messages
    assert warning.endswith(f"is in the future: continuing from {iso(NOW - 100)}")


def test_what_is_too_old_is_skipped_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    feed = Feed(NOW - 10 * HOUR, NOW - 2 * HOUR, NOW - 100)
    assert poll(feed, a_position(NOW - 20 * HOUR), max_age=1) == ["R2"]
    assert caplog.messages == [f"Skipped log entries before {iso(NOW - HOUR)}: they are older than max_age"]


def test_in_an_account_where_nothing_happens_nothing_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    feed, position = Feed(NOW - 100), a_position()
    poll(feed, position, max_age=1)
    for _hour in range(5):
        feed.clock += 0.9 * HOUR
        poll(feed, position, max_age=1)
    feed.entries.append(entry(1, feed.clock))
    assert (poll(feed, position, max_age=1), caplog.messages) == (["R1"], [])


def test_a_poll_that_finds_nothing_new_reads_nothing_again() -> None:
    feed, position = Feed(NOW - 100, NOW - 50), a_position()
    poll(feed, position, polls=3)
    assert len(feed.spans) == 1


def test_many_known_entries_are_not_read_again_unless_one_has_appeared_late() -> None:
    feed, position = Feed(*(NOW - 60 + number // 10 for number in range(600))), a_position()
    assert len(poll(feed, position)) == 600
    feed.entries.append(entry(1_000, NOW))
    assert poll(feed, position) == ["R1000"]
    assert feed.spans[-1][0] == int(NOW - 1 - log_entries.MIN_OVERLAP)
    feed.entries.insert(300, entry(1_001, NOW - 30))
    assert poll(feed, position) == ["R1001"]
    assert feed.spans[-1][0] == int(NOW - 60)


@pytest.mark.parametrize(
    "malformed",
    [
        {"incident": "Q1"},
        {"incident": ["Q1"]},
        {"incident": {"assignments": "nobody"}},
        {"incident": {"assignments": [None]}, "channel": "web"},
        {"incident": {"first_trigger_log_entry": "R1"}, "type": "trigger_log_entry"},
        {"incident": {"created_at": 7}, "type": "assign_log_entry"},
        {"channel": ["web"], "type": "annotate_log_entry"},
        {"agent": "somebody", "type": ""},
    ],
    ids=str,
)
def test_a_malformed_entry_is_handed_over_and_the_next_ones_follow(malformed: Json) -> None:
    feed = Feed(NOW - 100, NOW - 50, NOW - 10)
    feed.entries[1].update(malformed)
    assert poll(feed, a_position(), polls=2) == ["R0", "R1", "R2"]


def test_an_entry_that_is_nested_too_deeply_is_skipped_alone(caplog: pytest.LogCaptureFixture) -> None:
    details: Json = {}
    for _level in range(100_000):
        details = {"deeper": details}
    feed = Feed(NOW - 100, NOW - 50, NOW - 10)
    feed.entries[1]["channel"] = details
    assert poll(feed, a_position(), polls=2) == ["R0", "R2"]
    (error,) = caplog.messages
    assert error.startswith("Skipped log entry 'R1', which cannot be read: ")


def test_a_filter_that_fails_on_one_event_stops_none_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    class Filtered(asyncio.Queue[Json]):
        async def put(self, item: Json) -> None:
            if item["meta"]["uuid"] == "R1":
                raise KeyError("no_such_field")
            await super().put(item)

    async def filtered() -> Filtered:
        return Filtered()

    feed = Feed(NOW - 100, NOW - 50, NOW - 10)
    assert poll(feed, a_position(), polls=2, queue=asyncio.run(filtered())) == ["R0", "R2"]
    assert caplog.messages == ["A filter has failed for event 'R1', which is skipped: 'no_such_field'"]


def saved(path: Path) -> list[str]:
    """The ids of the log entries that a source knows that starts now."""
    kept, *lines = map(json.loads, path.read_text().splitlines())
    return [*kept["seen"], *(line[0] for line in lines if "begun" not in line)]


def test_the_position_is_saved_when_the_engine_has_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    position, engine = a_position(file=path), Engine()
    position.save()
    known: list[list[str]] = []
    put = engine.answers.put

    async def answer(event: Json) -> None:
        known.append(saved(path))
        await put(event)

    monkeypatch.setattr(engine.answers, "put", answer)
    assert poll(Feed(NOW - 100, NOW - 50, NOW - 10), position, engine=engine) == ["R0", "R1", "R2"]
    assert known == [[], ["R0"], ["R0", "R1"]]


@pytest.mark.parametrize(
    ("interrupted", "order"),
    [
        # Log entry 3 has appeared before the others, and 1 late.
        (3, ["R3", "R0", "R1", "R2", "R4"]),
        (1, ["R1", "R0", "R2", "R3", "R4"]),
        # Deleted in the meantime.
        (9, ["R0", "R1", "R2", "R3", "R4"]),
    ],
)
def test_what_a_kill_interrupted_comes_first_as_the_engine_recognizes_few_events(
    interrupted: int, order: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    before = a_position(file=path)
    before.save()
    before.save_begun(f"R{interrupted}", NOW - 100 + 10 * interrupted)
    after = Position(StateFile(path), 60.0)
    after.load()
    feed = Feed(*(NOW - 100 + 10 * number for number in range(5)))
    assert poll(feed, after, polls=2, engine=Engine()) == order
    after.close()
    assert after.begun == {}


def test_what_a_kill_interrupted_is_skipped_when_it_is_older_than_max_age(tmp_path: Path) -> None:
    position = a_position(NOW - 9 * HOUR, tmp_path / "state.json")
    position.save_begun("R0", NOW - 8 * HOUR)
    assert poll(Feed(NOW - 8 * HOUR, NOW - 10), position, engine=Engine(), max_age=1) == ["R1"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "PATIENCE", 0.01)
    monkeypatch.setattr(log_entries, "ANSWER_TIMEOUT", 0.03)


@pytest.mark.usefixtures("impatient")
def test_an_event_that_the_engine_never_takes_is_skipped_once_it_has_taken_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    feed, position = Feed(NOW - 100, NOW - 50, NOW - 10), a_position()
    assert poll(feed, position, polls=2, engine=Engine("R1")) == ["R0", "R2"]
    assert "Skipped log entry 'R1': the rule engine takes others, but not this one" in caplog.messages


@pytest.mark.usefixtures("impatient")
def test_nothing_is_skipped_while_the_engine_takes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    feed, position = Feed(*(NOW - 100 + number for number in range(20))), a_position()
    everything = [f"R{number}" for number in range(20)]
    assert poll(feed, position, polls=2, engine=Engine(*everything)) == []
    assert position.since == NOW - HOUR
    assert poll(feed, position, engine=Engine()) == everything
    assert not any("Skipped" in line for line in caplog.messages)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "api_token is not set"),
        ({"api_token": "a-token", "interval": "often"}, "interval: must be a number of at least 0.1"),
        ({"api_token": "a-token", "overlap": 1}, "overlap: must be a number of at least 5"),
        ({"api_token": "a-token", "feedback": "maybe"}, "feedback: must be true or false"),
        ({"api_token": "a-token", "since": "now"}, "since: unknown option"),
    ],
)
def test_unusable_options_are_refused(args: Json, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        settings_of({**args})


def test_variables_of_a_rulebook_may_be_texts_or_empty() -> None:
    settings = settings_of({"api_token": "a-token", "interval": "5", "team_ids": "PTEAM01", "is_overview": "True"})
    assert (settings.interval, settings.query.count(("team_ids[]", "PTEAM01"))) == (5.0, 1)
    assert ("is_overview", "true") in settings.query
    empty = dict.fromkeys(("interval", "overlap", "max_age", "state_file", "is_overview", "team_ids"), "")
    assert settings_of({"api_token": "a-token", **empty}) == settings_of({"api_token": "a-token"})
