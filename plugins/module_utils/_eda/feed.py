# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads PagerDuty's log entries: as many as there are, the oldest first, and whatever goes wrong on the way.

Private to the collection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import typing as t
from collections import deque

from .connection import MAX_WAIT, Delayed, Refused, RestApi
from .position import iso, time_of
from .webhook_form import MAX_UUID

LOGGER = logging.getLogger("oncall.pagerduty.log_entries")

PAGE_SIZE = 100
MAX_OFFSET = 10_000
"""The largest offset plus limit. Source: https://developer.pagerduty.com/docs/pagination."""
MAX_MARK = 40
"""Characters in the log of a field of an entry that cannot be used."""
MAX_FAILURES = 3
"""After how many failures less is asked for: a middlebox, or PagerDuty itself, may fail on large responses."""
REFUSAL_PATIENCE = 600.0
"""Seconds for which a source that has read before goes on when PagerDuty refuses it."""

Json = dict[str, t.Any]
Page = tuple[list[Json], bool]
"""Log entries, and whether there are more."""


class Feed:
    """GET /log_entries.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /log_entries.
    """

    def __init__(self, api: RestApi, query: t.Sequence[tuple[str, str]]) -> None:
        self._api = api
        self._query = query
        self._has_read = False
        self._skipped: deque[str] = deque(maxlen=PAGE_SIZE)

    def now(self) -> float:
        """Return the time on PagerDuty's clock."""
        return self._api.now()

    async def page(self, since: int, until: int, offset: int, limit: int = PAGE_SIZE) -> Page:
        """Return some of the log entries between two times, the newest first; tries until it has them.

        Raises:
            Refused: PagerDuty refuses the token or the request, and has done so for a while if it did not at first.
        """
        found: list[Json] = []
        read, size, failures = 0, limit, 0
        refused_since: float | None = None
        while True:
            asked = min(size, limit - read)
            try:
                entries, more = await self._page(since, until, offset + read, asked)
            except Refused as error:
                now = asyncio.get_running_loop().time()
                refused_since = now if refused_since is None else refused_since
                # A mistake in the options ends a source that begins. Later the token works again, or its replacement
                # needs a restart: until then, what else ansible-rulebook does goes on.
                if not self._has_read or now - refused_since >= REFUSAL_PATIENCE:
                    raise
                failures += 1
                await _wait(LOGGER.error, error, failures)
            except Delayed as error:
                failures, refused_since = failures + 1, None
                if error.seconds is None and (failures >= MAX_FAILURES or size < limit):
                    size = max(size // 2, 1)
                await _wait(LOGGER.warning, error, failures, error.seconds)
            else:
                self._has_read = True
                failures, refused_since = 0, None
                found += entries
                read += asked
                if not more or read >= limit:
                    return found, more
                size = min(size * 2, limit)

    async def _page(self, since: int, until: int, offset: int, limit: int) -> Page:
        query = [*self._query, ("since", iso(since)), ("until", iso(until))]
        body = await self._api.get("/log_entries", [*query, ("offset", str(offset)), ("limit", str(limit))])
        entries, more = body.get("log_entries"), body.get("more")
        if not isinstance(entries, list):
            raise Delayed("'log_entries' is missing in the response")
        # A page that does not say it has been seen: until it is not full, there may be more.
        has_more = more if isinstance(more, bool) else len(entries) >= limit
        return [entry for entry in entries if self._is_usable(entry)], has_more

    def _is_usable(self, entry: t.Any) -> bool:
        """Return whether an entry has what is needed to hand it over once; says so once for each that has not."""
        if _is_log_entry(entry):
            return True
        mark = _mark(entry)
        if mark not in self._skipped:
            self._skipped.append(mark)
            LOGGER.warning("Skipped a log entry without a usable id, type or created_at: %s", mark)
        return False

    async def between(self, since: int, until: int) -> t.AsyncIterator[Json]:
        """Yield the log entries between two times, the oldest first; a span with too many is halved.

        Raises:
            Refused: as page() does.
        """
        first = await self.page(since, until, 0)
        if first[1] and until - since > 1 and await self._has_too_many(since, until):
            middle = (since + until) // 2
            # Whether PagerDuty lists what is at either end is not documented: the middle is read twice.
            for start, end in ((since, middle), (middle, until)):
                async for entry in self.between(start, end):
                    yield entry
            return
        for entry in await self._span(first, since, until):
            yield entry

    async def _has_too_many(self, since: int, until: int) -> bool:
        """Return whether a span has more log entries than PagerDuty lists, without reading them."""
        _last, more = await self.page(since, until, MAX_OFFSET - 1, limit=1)
        return more

    async def _span(self, first: Page, since: int, until: int) -> list[Json]:
        found, more = first
        for offset in range(PAGE_SIZE, MAX_OFFSET, PAGE_SIZE):
            if not more:
                break
            entries, more = await self.page(since, until, offset)
            found += entries
        if more:
            LOGGER.error("More than %d log entries at %s: the others cannot be read", MAX_OFFSET, iso(since))
        # PagerDuty lists the newest first: PagerDuty/pd-live-react, src/util/pd-api-wrapper.js. Sorting keeps the order
        # within a second.
        found.reverse()
        return sorted(found, key=lambda entry: time_of(entry["created_at"]))

    async def has_only(self, count: int, since: int, until: int) -> bool:
        """Return whether a span, with both ends, has so many log entries and no more: one call with one log entry.

        If PagerDuty does not list what is at an end, the answer is no.

        Args:
            count: at least 1, and less than MAX_OFFSET.
        """
        last, more = await self.page(since, until, count - 1, limit=2)
        return len(last) == 1 and not more


def _is_log_entry(entry: t.Any) -> bool:
    with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
        entry_id, kind, at = entry["id"], entry["type"], time_of(entry["created_at"])
        return isinstance(entry_id, str) and 0 < len(entry_id) <= MAX_UUID and isinstance(kind, str) and at >= 0.0
    return False


def _mark(entry: t.Any) -> str:
    """Return by what an entry that cannot be used is recognized when it is read again."""
    fields = [entry.get(name) for name in ("id", "type", "created_at")] if isinstance(entry, dict) else [entry]
    return ", ".join(each[:MAX_MARK] if isinstance(each, str) else type(each).__name__ for each in fields)


async def _wait(log: t.Callable[..., None], error: Exception, failures: int, seconds: float | None = None) -> None:
    """Wait before the next attempt, longer after each failure unless PagerDuty says how long."""
    wait = min(2.0 ** min(failures, 6) - 1, MAX_WAIT) if seconds is None else seconds
    log("%s; next attempt in %g s", error, wait)
    await asyncio.sleep(wait)
