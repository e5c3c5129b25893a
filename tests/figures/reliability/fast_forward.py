# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Weeks of polls of the source `log_entries` within a minute.

PagerDuty, the rule engine and the clocks are in this process. The event loop does not wait: when there is nothing left
to do, its time jumps to that of the next timer. Meanwhile the clock of this machine steps, PagerDuty is away for hours,
something else answers in its place, other clients use up the rate limit, entries come in bursts and some appear late,
and ansible-rulebook is restarted and killed.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import json
import random
import selectors
import types
import typing as t
from collections import Counter, deque
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from unittest import mock

import aiohttp
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import connection, log_entries, state_file
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import iso, time_of

Json = dict[str, t.Any]
Event = Json

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
BEGIN = 1_800_000_000.0
"""PagerDuty's time at the beginning."""
LATENCY = 0.05
"""Seconds for one call."""
RATE_LIMIT = 960
"""Calls a minute. Source: https://developer.pagerduty.com/docs/rest-api-rate-limits."""
MAX_OFFSET = 10_000
OVERLAP = 60.0
WINDOW = 5
"""How many events ansible-rulebook recognizes when they come again: drools_deduplication_window_size, by default."""
WORK = (0.0, 0.0, 0.1)
"""Seconds that the rule engine has to do with an event."""
STEPS = (-2 * DAY, HOUR, 0.0, -HOUR, 2 * DAY)
"""Seconds by which this machine's clock is ahead of PagerDuty's, one after the other."""
HTML = b"<html><body>Access to this site is blocked.</body></html>"
REFUSAL = json.dumps({"error": {"message": "Your account is not authorized", "code": 2006}}).encode()


class SkippingSelector(selectors.SelectSelector):
    """Skips the time until the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> t.Any:
        """Return what is ready."""
        ready = super().select(None if timeout is None else 0)
        if timeout and not ready:
            self.now += timeout
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self) -> None:
        self._clock = SkippingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Return the seconds since the beginning."""
        return self._clock.now

    def run_in_executor(self, _executor: t.Any, func: t.Callable[..., t.Any], *args: t.Any) -> asyncio.Future[t.Any]:
        """Call a function at once: no time passes while a disk writes."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


@dataclass(frozen=True)
class Outage:
    """A time in which PagerDuty does not answer, or something else does."""

    start: float
    end: float
    kind: str


KINDS = ("down", "cut", "500", "blocked", "redirected", "page", "away", "refused")


@dataclass(frozen=True)
class Plan:
    """What happens, in seconds since the beginning.

    Args:
        entries: for each log entry, when it is created and when it can be read.
        restarts: when ansible-rulebook ends and for how long it is gone.
        kills: whether it is killed then, or as soon as the next events come.
        feedback: whether the rule engine has a database and says which events it has.
    """

    seconds: float
    interval: float
    entries: list[tuple[float, float]]
    outages: list[Outage]
    restarts: list[tuple[float, float]]
    kills: bool
    feedback: bool
    seed: int


def plan(
    seed: int, *, days: float, entries: int, burst: int, interval: float, kills: bool = False, feedback: bool = False
) -> Plan:
    """Return what happens in some days.

    Args:
        interval: seconds between polls.
        entries: log entries in all, four of five of them in bursts.
        burst: entries in one minute.
    """
    chance = random.Random(seed)
    seconds = days * DAY
    # Nothing happens in the last hours: the source must be able to catch up.
    end = seconds - min(6 * HOUR, seconds / 4)
    times = [chance.uniform(1.0, end) for _entry in range(entries // 5)]
    while len(times) < entries:
        begin = chance.uniform(1.0, end - MINUTE)
        times += [chance.uniform(begin, begin + MINUTE) for _entry in range(min(burst, entries - len(times)))]
    bursts = times[entries // 5 :: burst]
    starts = [chance.choice([chance.uniform(0.0, end), chance.choice(bursts)]) for _day in range(int(days) * 2 + 2)]
    longest = min(5 * HOUR, seconds / 20)
    kinds = [*KINDS, *(chance.choice(KINDS) for _outage in starts)]
    return Plan(
        seconds=seconds,
        interval=interval,
        entries=sorted((at, at + _delay(chance)) for at in times),
        outages=[
            Outage(at, at + _length(chance, kind, longest), kind) for at, kind in zip(starts, kinds, strict=False)
        ],
        restarts=sorted(
            (
                chance.choice([chance.uniform(1.0, end), chance.choice(bursts) + chance.uniform(0.0, 3 * MINUTE)]),
                chance.choice([0.0, 1.0, chance.uniform(0.0, longest)]),
            )
            for _restart in range(int(days) * 3 + 6)
        ),
        kills=kills,
        feedback=feedback,
        seed=seed,
    )


def _delay(chance: random.Random) -> float:
    """Seconds until a log entry can be read: mostly at once, seldom nearly as long as the overlap."""
    return chance.uniform(0.0, OVERLAP - 2.0) if chance.random() < 0.01 else chance.uniform(0.0, 0.5)


def _length(chance: random.Random, kind: str, longest: float) -> float:
    # A refusal by PagerDuty itself ends the source if it lasts.
    return chance.uniform(0.0, 500.0 if kind == "refused" else longest)


class PagerDuty:
    """GET /log_entries, as an aiohttp session gets its answers."""

    def __init__(self, wanted: Plan) -> None:
        self._plan = wanted
        self._chance = random.Random(wanted.seed + 1)
        self._created = [int(created) for created, _visible in wanted.entries]
        self._appearing = sorted(visible for _created, visible in wanted.entries)
        self._others = 0
        self.calls_by_minute: Counter[int] = Counter()
        self._listed: tuple[tuple[int, int, int], list[int]] = ((0, 0, 0), [])
        self.calls = 0
        self.entries_read = 0

    async def __aenter__(self) -> PagerDuty:
        return self

    async def __aexit__(self, *_unused: object) -> None:
        pass

    @contextlib.asynccontextmanager
    async def get(self, _url: str, *, params: t.Sequence[tuple[str, str]], **_options: t.Any) -> t.AsyncIterator[t.Any]:
        """Answer one call."""
        self.calls += 1
        await asyncio.sleep(LATENCY)
        outage = next((each for each in self._plan.outages if each.start <= now() < each.end), None)
        if outage is None:
            yield self._listing(dict(params))
        elif outage.kind == "down":
            raise aiohttp.ClientConnectionError("Cannot connect to host")
        elif outage.kind == "cut":
            raise aiohttp.ClientPayloadError("Response payload is not completed")
        elif outage.kind == "away":
            await asyncio.sleep(connection.TIMEOUT)
            raise asyncio.TimeoutError
        else:
            status = {"500": 500, "blocked": 403, "redirected": 302, "page": 200, "refused": 401}[outage.kind]
            # What answers in PagerDuty's place has a clock of its own.
            yield _answer(status, REFUSAL if outage.kind == "refused" else HTML, BEGIN + now() + 3 * DAY)

    def _listing(self, query: dict[str, str]) -> t.Any:
        if self._is_limited():
            reset = self._chance.choice([str(int(MINUTE - now() % MINUTE) + 1), "999999999", "soon"])
            return _answer(429, b"{}", BEGIN + now(), {"ratelimit-reset": reset})
        offset, limit = int(query["offset"]), int(query["limit"])
        if offset + limit > MAX_OFFSET:
            return _answer(
                400, json.dumps({"error": {"message": "Offset too large", "code": 2001}}).encode(), BEGIN + now()
            )
        found = self._found(*(int(time_of(query[name]) - BEGIN) for name in ("since", "until")))
        page = [self._entry(number) for number in found[offset : offset + limit]]
        self.entries_read += len(page)
        body = {"log_entries": page, "more": offset + limit < len(found)}
        return _answer(200, json.dumps(body).encode(), BEGIN + now())

    def _is_limited(self) -> bool:
        """Count a call; other clients with the same token use up a part of the limit."""
        minute = int(now() // MINUTE)
        if minute not in self.calls_by_minute:
            self._others = self._chance.choice([0, 0, 0, RATE_LIMIT - 20])
        self.calls_by_minute[minute] += 1
        return self.calls_by_minute[minute] + self._others > RATE_LIMIT

    def _found(self, since: int, until: int) -> list[int]:
        """Return the numbers of the entries between two times that can be read, the newest first."""
        key = (since, until, bisect.bisect_right(self._appearing, now()))
        if self._listed[0] != key:
            span = range(bisect.bisect_left(self._created, since), bisect.bisect_right(self._created, until))
            self._listed = (key, [each for each in reversed(span) if self._plan.entries[each][1] <= now()])
        return self._listed[1]

    def _entry(self, number: int) -> Json:
        created = iso(BEGIN + self._created[number])
        return {
            "id": f"R{number}",
            "type": "notify_log_entry",
            "created_at": created,
            "incident": {"id": f"Q{number % 100}"},
        }


def _answer(status: int, content: bytes, date: float, headers: t.Mapping[str, str] | None = None) -> t.Any:
    async def read() -> bytes:
        return content

    return types.SimpleNamespace(
        status=status, headers={"Date": formatdate(date, usegmt=True), **(headers or {})}, read=read
    )


def now() -> float:
    """Return the seconds since the beginning."""
    return asyncio.get_running_loop().time()


class Queue(asyncio.Queue[Event]):
    """The queue of ansible-rulebook, which holds one event.

    Args:
        taken: counts the events that a source has handed over.
    """

    def __init__(self, taken: Counter[str]) -> None:
        super().__init__(1)
        self._taken = taken

    async def put(self, item: Event) -> None:
        """Add an event."""
        await super().put(item)
        self._taken[item["meta"]["uuid"]] += 1


class Engine:
    """The rule engine; with feedback, it has a database, by which it recognizes the latest events."""

    def __init__(self, *, feedback: bool) -> None:
        self.handled: Counter[str] = Counter()
        """With feedback, what it has handled; without, what was handed to it."""
        self._recognized: deque[str] = deque(maxlen=WINDOW)
        self._feedback = feedback
        self.took = asyncio.Event()
        """An event has come."""
        self.queue = Queue(Counter())
        self.answers: asyncio.Queue[Event] = asyncio.Queue(1)

    def args(self) -> Json:
        """Return the options that ansible-rulebook gives to the source; what was in its memory is gone."""
        self.queue, self.answers = Queue(Counter() if self._feedback else self.handled), asyncio.Queue(1)
        return {"feedback": True, "eda_feedback_queue": self.answers} if self._feedback else {}

    async def run(self, *, slow: random.Random) -> None:
        """Take events until cancelled."""
        while True:
            event = await self.queue.get()
            self.took.set()
            await asyncio.sleep(slow.choice(WORK))
            if self._feedback:
                await self._keep(event, slow)

    async def _keep(self, event: Event, slow: random.Random) -> None:
        uuid = event["meta"]["uuid"]
        if uuid not in self._recognized:
            self._recognized.append(uuid)
            self.handled[uuid] += 1
        await asyncio.sleep(slow.choice(WORK))
        await self.answers.put(event)


@dataclass(frozen=True)
class Figures:
    """What has come out.

    Args:
        calls: to PagerDuty.
        reads: how often each log entry was read, on average.
        busiest: the most calls in a minute.
        lost: log entries that reached no rule.
        repeated: log entries that reached the rules again.
    """

    entries: int
    calls: int
    reads: float
    busiest: int
    restarts: int
    outage_hours: float
    lost: int
    repeated: int

    def __str__(self) -> str:
        return (
            f"{self.entries} log entries, {self.calls} calls, at most {self.busiest} a minute, each entry read "
            f"{self.reads:.2f} times, {self.restarts} restarts, {self.outage_hours:.0f} h of outages: "
            f"{self.lost} lost, {self.repeated} repeated"
        )


def fast_forward(wanted: Plan, folder: Path) -> Figures:
    """Run the source through a plan."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(_run(wanted, folder))


async def _run(wanted: Plan, folder: Path) -> Figures:
    pagerduty, engine = PagerDuty(wanted), Engine(feedback=wanted.feedback)
    state = folder / "state.json"
    stops = [*wanted.restarts, (wanted.seconds, 0.0)]
    with _replaced(pagerduty, wanted):
        for at, pause in stops:
            if at > now():
                await _run_until(at, engine, state, wanted)
                await asyncio.sleep(pause)
    never = [f"R{number}" for number in range(len(wanted.entries)) if f"R{number}" not in engine.handled]
    return Figures(
        entries=len(wanted.entries),
        calls=pagerduty.calls,
        reads=pagerduty.entries_read / len(wanted.entries),
        busiest=max(pagerduty.calls_by_minute.values()),
        restarts=len(wanted.restarts),
        outage_hours=sum(each.end - each.start for each in wanted.outages) / HOUR,
        lost=len(never),
        repeated=engine.handled.total() - len(engine.handled),
    )


async def _run_until(at: float, engine: Engine, state: Path, wanted: Plan) -> None:
    """Run the source until it ends by itself, is cancelled, or is killed."""
    args = {
        "api_token": "a-token",
        "state_file": str(state),
        "interval": wanted.interval,
        "overlap": OVERLAP,
        **engine.args(),
    }
    source = asyncio.create_task(log_entries.main(engine.queue, args))
    rules = asyncio.create_task(engine.run(slow=random.Random(wanted.seed)))
    await asyncio.wait({source}, timeout=at - now())
    if wanted.kills:
        await _some_event(engine, source, wanted)
    kept = state.read_bytes() if wanted.kills and state.exists() else None
    rules.cancel()
    source.cancel()
    await asyncio.gather(source, rules, return_exceptions=True)
    if not source.cancelled():
        source.result()
    if kept is not None:
        # What a source that was killed has not written.
        state.write_bytes(kept)


async def _some_event(engine: Engine, source: asyncio.Task[None], wanted: Plan) -> None:
    """Wait, for an hour at most, until events come, as a kill does harm only then."""
    engine.took.clear()
    coming = asyncio.create_task(engine.took.wait())
    await asyncio.wait({source, coming}, timeout=min(HOUR, wanted.seconds - now()), return_when=asyncio.FIRST_COMPLETED)
    coming.cancel()
    await asyncio.sleep(random.Random(now()).uniform(0.0, 1.0))


@contextlib.contextmanager
def _replaced(pagerduty: PagerDuty, wanted: Plan) -> t.Iterator[None]:
    """Put PagerDuty and this machine's clock, which steps, in the place of the real ones."""
    loop = asyncio.get_running_loop()

    def wall_clock() -> float:
        return BEGIN + loop.time() + STEPS[int(loop.time() / wanted.seconds * len(STEPS)) % len(STEPS)]

    clock = types.SimpleNamespace(time=wall_clock, monotonic=loop.time)
    with (
        mock.patch.object(log_entries.aiohttp, "ClientSession", return_value=pagerduty),
        mock.patch.object(connection, "time", clock),
        mock.patch.object(state_file.os, "fsync"),
    ):
        yield
