# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source log_entries: polls PagerDuty's log entries, and hands each to the rules once.

Private to the collection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import typing as t
from pathlib import Path

from .._api.auth import Settings as Connection
from . import connection, feedback
from .connection import TIMEOUT, RestApi
from .feed import MAX_OFFSET, PAGE_SIZE, Feed
from .feedback import Handover, Queue
from .options import Args, check_names, flag, number, text, texts
from .position import Position, iso, time_of
from .state_file import StateFile
from .webhook_form import event_of

with contextlib.suppress(ImportError):
    # ansible-rulebook needs it, too; ansible-test imports this file without it.
    import aiohttp

LOGGER = logging.getLogger("oncall.pagerduty.log_entries")

OPTIONS = frozenset(
    (
        *connection.OPTIONS,
        feedback.OPTION,
        "team_ids",
        "is_overview",
        "interval",
        "overlap",
        "state_file",
        "max_age",
    )
)
HOUR = 3600.0
MIN_INTERVAL = 0.1
"""Seconds."""
MIN_OVERLAP = 5.0
"""Seconds; the times in log entries are cut to whole seconds."""
ANSWER_TIMEOUT = 60.0
"""Seconds for the rule engine to say that it has an event; it may be busy."""
MAX_UNANSWERED = 3
"""How many events without an answer the source hands over before it waits for the next poll."""

Json = dict[str, t.Any]


class Settings(t.NamedTuple):
    """The checked options of the source. `repr` leaves the token out."""

    connection: Connection
    query: list[tuple[str, str]]
    interval: float
    overlap: float
    max_age: float
    """Hours."""
    state_file: StateFile | None


def settings_of(args: Args) -> Settings:
    """Check the options.

    Raises:
        TaskError: one is unknown, missing or unusable.
    """
    check_names(args, OPTIONS)
    # Handover obeys it.
    flag(args, feedback.OPTION)
    overview = flag(args, "is_overview")
    state_file = text(args, "state_file")
    return Settings(
        connection=connection.connection(args),
        query=[
            ("include[]", "incidents"),
            ("include[]", "channels"),
            ("is_overview", "true" if overview else "false"),
            ("time_zone", "UTC"),
            *(("team_ids[]", team) for team in texts(args, "team_ids")),
        ],
        interval=number(args, "interval", 15, minimum=MIN_INTERVAL),
        overlap=number(args, "overlap", 60, minimum=MIN_OVERLAP),
        max_age=number(args, "max_age", 48, minimum=MIN_INTERVAL),
        state_file=StateFile(Path(state_file)) if state_file else None,
    )


class Poller:
    """Reads the log entries that are new, and hands them to the rules.

    Args:
        feed: where they come from.
        position: which ones were handed over.
        rules: where they go.
    """

    def __init__(self, feed: Feed, position: Position, rules: Handover, settings: Settings) -> None:
        self._feed = feed
        self._position = position
        self._rules = rules
        self._settings = settings
        self._started = _monotonic()
        self._knows_time = False
        self._interrupted = dict(position.begun)
        self._unanswered: list[tuple[Json, Json]] = []
        """Log entries, with their events, for which the rule engine has not answered."""

    async def run(self) -> t.NoReturn:
        """Poll until cancelled.

        Raises:
            Refused: PagerDuty refuses the token or the request.
        """
        while True:
            await self.poll()
            await asyncio.sleep(self._settings.interval)

    async def poll(self) -> None:
        """Hand the new log entries to the rules, the oldest first, and write the position, also if this is cancelled.

        Raises:
            Refused: PagerDuty refuses the token or the request.
        """
        try:
            if not self._knows_time:
                await self._ask_time()
            await self._hand_over_new()
        finally:
            await asyncio.to_thread(self._position.save)

    async def _ask_time(self) -> None:
        """Begin, or continue, at a time on PagerDuty's clock."""
        now = int(self._feed.now())
        await self._feed.page(now, now, 0, limit=1)
        self._knows_time = True
        if self._position.until is None:
            self._position.start_at(self._feed.now() - (_monotonic() - self._started))
        elif said := self._position.leave_future(self._feed.now()):
            LOGGER.warning(said)

    async def _hand_over_new(self) -> None:
        now = self._feed.now()
        self._unanswered = []
        since = int(self._since(now))
        # PagerDuty has reached the time of its latest log entry, whatever its Date says.
        until = max(math.ceil(max(now, self._position.until or 0.0)), since)
        await self._hand_over_begun(since, until)
        if not await self._is_known(since, until):
            await self._hand_over_span(await self._first_unknown(since), until)
        if not self._unanswered:
            self._position.finish_poll(now)

    async def _hand_over_begun(self, since: int, until: int) -> None:
        """Hand over first what a kill has interrupted.

        The rule engine may have it, and recognizes only its latest events: not after those that have appeared late.
        """
        begun, self._interrupted = self._interrupted, {}
        for entry_id, at in begun.items():
            # PagerDuty may leave out what is at the ends.
            async for entry in self._feed.between(int(at) - 1, int(at) + 1):
                if entry["id"] == entry_id and at >= since:
                    await self._hand_over(entry, until)

    async def _hand_over_span(self, since: int, until: int) -> None:
        async for entry in self._feed.between(since, until):
            if entry["id"] not in self._position:
                await self._hand_over(entry, until)
            if len(self._unanswered) > MAX_UNANSWERED:
                break

    def _since(self, now: float) -> float:
        """Return the time from which to read, at most `max_age` ago."""
        oldest = now - self._settings.max_age * HOUR
        # In an account where nothing happens, the position is old, too, but nothing is skipped.
        if self._position.since < oldest and self._position.polled < oldest:
            LOGGER.warning("Skipped log entries before %s: they are older than max_age", iso(oldest))
        return max(self._position.since, oldest)

    async def _is_known(self, since: int, until: int) -> bool:
        """Return whether a span has no other log entries than those that were handed over: one call with one entry."""
        known = self._position.count(since, until)
        return 0 < known < MAX_OFFSET and await self._feed.has_only(known, since, until)

    async def _first_unknown(self, since: int) -> int:
        """Return the time from which on there can be new log entries, at the earliest `since`.

        Each poll goes back, for entries that appear late. If that is more than a page, one call shows that none has.
        """
        end = int((self._position.until or 0.0) - MIN_OVERLAP)
        if self._position.count(since, end) > PAGE_SIZE and await self._is_known(since, end):
            return end
        return since

    async def _hand_over(self, entry: Json, until: float) -> None:
        """Hand over one log entry; the position moves on when the rules have it.

        Args:
            until: the end of the span that is read; an entry cannot be from after it.
        """
        event = _event_of(entry)
        if event is not None and self._rules.has_feedback:
            await asyncio.to_thread(self._position.save_begun, entry["id"], _time_of(entry, until))
        if event is not None and not await self._put(event):
            self._unanswered.append((entry, event))
        elif event is not None or not self._unanswered:
            for earlier in self._unanswered:
                await self._settle(*earlier, until)
            self._unanswered = []
            await self._move_on(entry, until)

    async def _put(self, event: Json) -> bool:
        """Return whether the rules have an event."""
        # Filters ask for an age, and this machine's clock may be wrong.
        event["meta"]["handed_over_at"] = iso(self._feed.now())
        try:
            return await self._rules.put(event, ANSWER_TIMEOUT)
        except Exception as error:
            LOGGER.error("A filter has failed for event %r, which is skipped: %s", event["meta"]["uuid"], error)
            return True

    async def _settle(self, entry: Json, event: Json, until: float) -> None:
        """Hand over an event once more that was not answered: the engine works, as it has taken a later one."""
        if not await self._put(event):
            LOGGER.error("Skipped log entry %r: the rule engine takes others, but not this one", entry["id"])
        await self._move_on(entry, until)

    async def _move_on(self, entry: Json, until: float) -> None:
        self._position.add(entry["id"], _time_of(entry, until))
        if self._rules.has_feedback:
            await asyncio.to_thread(self._position.save_entry, entry["id"])


def _event_of(entry: Json) -> Json | None:
    """Return the event of a log entry; None if it cannot be read, such as one that is nested very deeply."""
    try:
        return event_of(entry)
    except Exception as error:
        LOGGER.error("Skipped log entry %r, which cannot be read: %s", entry["id"], error)
        return None


def _time_of(entry: Json, until: float) -> float:
    return min(time_of(entry["created_at"]), until)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


async def main(queue: Queue, args: Args) -> None:
    """Poll until ansible-rulebook ends.

    Raises:
        TaskError: an option is unusable.
        Refused: PagerDuty refuses the token or the request.
    """
    settings = settings_of(args)
    position = Position(settings.state_file, settings.overlap)
    await asyncio.to_thread(position.load)
    try:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as session, Handover(queue, args) as rules:
            feed = Feed(RestApi(session, settings.connection), settings.query)
            await Poller(feed, position, rules, settings).run()
    finally:
        position.close()
