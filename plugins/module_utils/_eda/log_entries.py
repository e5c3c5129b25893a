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
import time
import typing as t
from pathlib import Path

from .._api.auth import Settings as Connection
from . import connection
from .connection import MAX_WAIT, TIMEOUT, Delayed, RestApi
from .options import Args, check_names, number, text, texts
from .position import Position, iso, time_of
from .webhook_form import event_of

with contextlib.suppress(ImportError):
    # ansible-rulebook needs it, too; ansible-test imports this file without it.
    import aiohttp

LOGGER = logging.getLogger("oncall.pagerduty.log_entries")

OPTIONS = frozenset((*connection.OPTIONS, "team_ids", "is_overview", "interval", "overlap", "state_file", "max_age"))
PAGE_SIZE = 100
MAX_OFFSET = 10_000
"""The largest offset plus limit. Source: https://developer.pagerduty.com/docs/pagination."""
HOUR = 3600.0
MIN_INTERVAL = 0.1
"""Seconds."""
MIN_OVERLAP = 5.0
"""Seconds; the times in log entries are cut to whole seconds."""

Json = dict[str, t.Any]


class Queue(t.Protocol):
    """Where ansible-rulebook takes events from."""

    async def put(self, event: Json) -> None:
        """Add an event; waits while the rules are busy."""


class Settings(t.NamedTuple):
    """The checked options of the source. `repr` leaves the token out."""

    connection: Connection
    query: list[tuple[str, str]]
    interval: float
    overlap: float
    max_age: float
    """Hours."""
    state_file: Path | None


def settings_of(args: Args) -> Settings:
    """Check the options.

    Raises:
        TaskError: one is unknown, missing or unusable.
    """
    check_names(args, OPTIONS)
    overview = (text(args, "is_overview") or "").lower() in ("true", "yes", "1")
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
        state_file=Path(state_file).expanduser() if state_file else None,
    )


class LogEntries:
    """GET /log_entries.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /log_entries.
    """

    def __init__(self, api: RestApi, query: t.Sequence[tuple[str, str]]) -> None:
        self._api = api
        self._query = query

    def now(self) -> float:
        """Return the time on PagerDuty's clock."""
        return self._api.now()

    async def page(self, since: int, until: int, offset: int, limit: int = PAGE_SIZE) -> tuple[list[Json], bool]:
        """Return some of the log entries between two times, and whether there are more.

        Raises:
            Refused: retrying will not help.
            Delayed: retrying may help.
        """
        query = [*self._query, ("since", iso(since)), ("until", iso(until))]
        body = await self._api.get("/log_entries", [*query, ("offset", str(offset)), ("limit", str(limit))])
        entries, more = body.get("log_entries"), body.get("more")
        if not isinstance(entries, list):
            raise Delayed("'log_entries' is missing in the response")
        # A page that does not say it has been seen: until it is not full, there may be more.
        has_more = more if isinstance(more, bool) else len(entries) >= limit
        return [entry for entry in entries if _is_usable(entry)], has_more


def _is_usable(entry: t.Any) -> bool:
    try:
        time_of(entry["created_at"])
        return isinstance(entry["id"], str) and isinstance(entry["type"], str)
    except (KeyError, TypeError, ValueError):
        LOGGER.error("Skipped a log entry without id, type or created_at")
        return False


class Poller:
    """Reads the log entries that are new, and hands them to the rules."""

    def __init__(self, log_entries: LogEntries, position: Position, queue: Queue, settings: Settings) -> None:
        self._log_entries = log_entries
        self._position = position
        self._queue = queue
        self._settings = settings
        self._started = time.monotonic()

    async def run(self) -> t.NoReturn:
        """Poll until cancelled.

        Raises:
            Refused: PagerDuty refuses the token or the request.
        """
        failures = 0
        while True:
            try:
                await self.poll()
                failures, wait = 0, self._settings.interval
            except Delayed as error:
                failures += 1
                backoff = min(2.0 ** min(failures, 6) - 1, MAX_WAIT)
                wait = max(self._settings.interval, backoff if error.seconds is None else error.seconds)
                LOGGER.warning("%s; next attempt in %g s", error, wait)
            await asyncio.sleep(wait)

    async def poll(self) -> None:
        """Hand the new log entries to the rules, the oldest first, and write the position, also if this is cancelled.

        Raises:
            Refused: retrying will not help.
            Delayed: retrying may help; it continues where this one ended.
        """
        try:
            await self._hand_over()
        finally:
            await asyncio.to_thread(self._position.save)

    async def _hand_over(self) -> None:
        if self._position.until is None:
            # Only PagerDuty's clock says from when on log entries are new.
            now = int(self._log_entries.now())
            await self._log_entries.page(now, now, 0, limit=1)
            self._position.start_at(self._log_entries.now() - (time.monotonic() - self._started))
        until = self._log_entries.now()
        since = self._position.since
        oldest = until - self._settings.max_age * HOUR
        if since < oldest:
            LOGGER.warning("Skipped log entries before %s: they are older than max_age", iso(oldest))
            since = oldest
        async for entry in self._entries(int(since), math.ceil(until)):
            if entry not in self._position:
                await self._queue.put(event_of(entry))
                self._position.add(entry)
        self._position.advance(until)

    async def _entries(self, since: int, until: int) -> t.AsyncIterator[Json]:
        """Yield the log entries between two times, the oldest first; a span with too many is halved."""
        found, more = await self._span(since, until)
        if more and until - since > 1:
            middle = (since + until) // 2
            for start, end in ((since, middle), (middle, until)):
                async for entry in self._entries(start, end):
                    yield entry
            return
        if more:
            LOGGER.error("More than %d log entries at %s: the others cannot be read", MAX_OFFSET, iso(since))
        # PagerDuty lists the newest first: PagerDuty/pd-live-react, src/util/pd-api-wrapper.js. Sorting keeps the order
        # within a second.
        found.reverse()
        found.sort(key=lambda entry: time_of(entry["created_at"]))
        for entry in found:
            yield entry

    async def _span(self, since: int, until: int) -> tuple[list[Json], bool]:
        found: list[Json] = []
        more = True
        for offset in range(0, MAX_OFFSET, PAGE_SIZE):
            entries, more = await self._log_entries.page(since, until, offset)
            found += entries
            if not more:
                break
        return found, more


async def main(queue: Queue, args: Args) -> None:
    """Poll until ansible-rulebook ends.

    Raises:
        TaskError: an option is unusable.
        Refused: PagerDuty refuses the token or the request.
    """
    settings = settings_of(args)
    position = Position(settings.state_file, settings.overlap)
    position.load()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        log_entries = LogEntries(RestApi(session, settings.connection), settings.query)
        await Poller(log_entries, position, queue, settings).run()
