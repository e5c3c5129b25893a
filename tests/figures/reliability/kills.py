# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-rulebook killed at random moments under load, and started again: what is lost, and what is done twice."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import random
import re
import threading
import time
import typing as t
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from integration.eda.rulebook_runner import Rulebook, until
from simulator.client import Client
from simulator.launch import Simulator

HANDLED = re.compile(r"handled (\S+)")
LONGEST = 3.0
"""Seconds from the first event that was taken to the kill, at most."""
QUIET = 5.0
"""Seconds without an action after which none is expected any more; an action takes milliseconds."""
QUIET_AT_THE_END = 1.0
"""The same, where an action ran for each event."""
SENDERS = 8
"""How many deliveries PagerDuty makes at the same time."""
PATIENCE = 5.0
"""Seconds that PagerDuty waits for an answer. Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md."""
RETRY_AFTER = 0.2
"""Seconds; PagerDuty waits longer, but not for less than a restart in total."""
PAGE = 100
"""Log entries in one response."""
REST_LIMIT = 1_000_000
"""REST calls in a minute, for a source that polls ten times a second."""
SECRET = "a-signing-secret"

Json = dict[str, t.Any]


class Load(t.Protocol):
    """Events on their way to a source."""

    source: Json
    """The source in the rulebook, without its name."""
    url: str
    """The simulator's, if it has one."""

    @property
    def uuids(self) -> t.Collection[str]:
        """The `meta.uuid` of each event so far."""

    def release(self, count: int) -> None:
        """Let a number of further events happen."""

    def runs(self, rulebook: Rulebook) -> None:
        """Wait until an event that waits was taken: the source starts before the rule engine."""

    @property
    def is_taken(self) -> bool:
        """Whether nothing is left that the source has not taken."""


class Webhooks:
    """PagerDuty's side of webhooks: each event is sent until it is answered with 202."""

    url = "http://127.0.0.1:9"

    def __init__(self, *, feedback: bool) -> None:
        self.source = {
            "oncall.pagerduty.webhook": {
                "host": "127.0.0.1",
                "port": 0,
                "secrets": [SECRET],
                "queue_size": 100,
                **({"feedback": True} if feedback else {}),
            }
        }
        self._accepted: set[str] = set()
        self._released: list[str] = []
        self._target = ""
        self._is_over = False
        self._senders = ThreadPoolExecutor(SENDERS)

    @property
    def uuids(self) -> t.Collection[str]:
        """The id of each event so far."""
        return self._released

    @property
    def is_taken(self) -> bool:
        """Whether each event was answered with 202."""
        return len(self._accepted) == len(self._released)

    def release(self, count: int) -> None:
        """Begin to send a number of further events."""
        for number in range(len(self._released), len(self._released) + count):
            self._released.append(f"EVENT{number}")
            self._senders.submit(self._deliver, f"EVENT{number}")

    def runs(self, rulebook: Rulebook) -> None:
        """Send everything to the source from now on, and wait until an event was taken."""
        before = len(self._accepted)
        self._target = rulebook.url()
        until(lambda: len(self._accepted) > before, rulebook)

    def close(self) -> None:
        """Stop sending."""
        self._is_over = True
        self._senders.shutdown(cancel_futures=True)

    def _deliver(self, uuid: str) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        data = {"id": f"Q{uuid}", "type": "incident"}
        event = {"id": uuid, "event_type": "incident.triggered", "occurred_at": now, "data": data}
        body = json.dumps({"event": event}).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-PagerDuty-Signature": f"v1={digest}", "X-Webhook-Id": f"W{uuid}"}
        while not self._is_over and not self._is_accepted(body, headers):
            threading.Event().wait(RETRY_AFTER)
        self._accepted.add(uuid)

    def _is_accepted(self, body: bytes, headers: t.Mapping[str, str]) -> bool:
        # The target is empty before the first start.
        with contextlib.suppress(OSError, ValueError, urllib.error.HTTPError):
            request = urllib.request.Request(self._target, body, dict(headers))
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return bool(response.status == 202)
        return False


class LogEntries:
    """PagerDuty's log: each event is a note on one incident."""

    def __init__(self, simulator: Simulator, state: Path, *, feedback: bool) -> None:
        # The incident is older than anything that the source reads.
        (self._incident,) = simulator.reset(incidents=1, incident={"created_at": "2026-01-31T12:00:00Z"})["incidents"]
        options = {"interval": 0.1, "state_file": str(state), **({"feedback": True} if feedback else {})}
        self.source = {"oncall.pagerduty.log_entries": options}
        self.url = simulator.url
        self._simulator = simulator
        self._state = state
        self._call = Client(simulator.url)
        self._before: set[str] | None = None
        """What there was before the source began; None until it does."""

    @property
    def uuids(self) -> t.Collection[str]:
        """The id of each log entry so far."""
        return [each for each in self._ids() if each not in (self._before or ())]

    @property
    def is_taken(self) -> bool:
        """Whether the position is behind the latest log entry."""
        return self._state.exists() and next(self._ids()) in self._state.read_text()

    def release(self, count: int) -> None:
        """Add a number of notes."""
        for number in range(count):
            body = {"note": {"content": f"Note {number} of {count}"}}
            assert self._call("POST", f"/incidents/{self._incident}/notes", body).status == 200

    def runs(self, rulebook: Rulebook) -> None:
        """Wait until the latest log entry was taken; the source begins with those after its first start."""
        if self._before is None:
            until(lambda: self._polls() > 0, rulebook)
            self._before = set(self._ids())
            self.release(1)
        until(lambda: self.is_taken, rulebook)

    def _polls(self) -> int:
        return sum(entry["path"] == "/log_entries" for entry in self._simulator.journal()["entries"])

    def _ids(self) -> t.Iterator[str]:
        """The ids of all log entries, the newest first."""
        more, offset = True, 0
        while more:
            query = [("limit", str(PAGE)), ("offset", str(offset))]
            page = self._call("GET", f"/incidents/{self._incident}/log_entries", query=query).body
            yield from (entry["id"] for entry in page["log_entries"])
            more, offset = page["more"], offset + PAGE


@dataclass(frozen=True)
class Killed:
    """What became of the events.

    Args:
        lost: events for which no action ran.
        interrupted: actions that ran when ansible-rulebook was killed, and ran again.
        repeated: other actions beyond one for each event.
        restart: the longest that a start took, in seconds.
    """

    events: int
    kills: int
    lost: int
    interrupted: int
    repeated: int
    restart: float


def h2(folder: Path) -> dict[str, str]:
    """Return the variables of ansible-rulebook for a database in a folder.

    Without WRITE_DELAY=0, H2 keeps what was committed in memory for up to half a second.
    Source: https://h2database.com/html/commands.html, "SET WRITE_DELAY".
    """
    return {"drools_db_file_path": f"{folder / 'state'};WRITE_DELAY=0"}


def run_and_kill(
    load: Load, folder: Path, *, events: int, kills: int, database: t.Mapping[str, str] | None, seed: int = 0
) -> Killed:
    """Run a rulebook with one action for each event, kill it at random moments, and let it finish at last.

    Args:
        database: the variables of ansible-rulebook for it; None to keep nothing over a restart.
    """
    moments = random.Random(seed)
    rulebook, arguments = _rulebook(load, folder, database)
    handled: Counter[str] = Counter()
    last = set()
    starts = []
    for run in range(kills + 1):
        started = time.monotonic()
        with Rulebook(str(rulebook), folder, load.url, arguments) as running:
            load.release(1)
            load.runs(running)
            starts.append(time.monotonic() - started)
            if run < kills:
                _release(load, (events - 1) // kills - 1, moments.uniform(0, LONGEST))
            else:
                # The last run has only to finish.
                load.release(events - len(load.uuids))
                _finish(load, running, handled)
        done = HANDLED.findall(running.output)
        handled.update(done)
        last.update(done[-1:])
    lost = len(set(load.uuids) - set(handled))
    again = {uuid: count - 1 for uuid, count in handled.items()}
    interrupted = sum(again[uuid] for uuid in last)
    return Killed(events, kills, lost, interrupted, sum(again.values()) - interrupted, max(starts))


def _rulebook(load: Load, folder: Path, database: t.Mapping[str, str] | None) -> tuple[Path, list[str]]:
    action = {"debug": {"msg": "handled {{ event.meta.uuid }}"}}
    rule = {"name": "Each event", "condition": "event.meta.uuid is defined", "action": action}
    ruleset = {"name": "Kills", "hosts": "all", "sources": [{"name": "pagerduty", **load.source}], "rules": [rule]}
    path = folder / "kills.yml"
    path.write_text(yaml.safe_dump([ruleset]))
    if database is None:
        return path, []
    variables = folder / "variables.yml"
    variables.write_text(yaml.safe_dump({"drools_deduplication_window_size": 1000, **database}))
    return path, ["--persistence-id", "1", "--vars", str(variables)]


def _release(load: Load, count: int, seconds: float) -> None:
    """Let events happen all the time, so that some are on their way at the end of it."""
    for _event in range(count):
        load.release(1)
        threading.Event().wait(seconds / count)


def _finish(load: Load, rulebook: Rulebook, before: t.Collection[str]) -> None:
    """Wait until the source has taken everything and the actions have run, or nothing happens any more."""
    until(lambda: load.is_taken, rulebook)
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < (QUIET if _missing(load, rulebook, before) else QUIET_AT_THE_END):
        if len(rulebook.output) != seen:
            seen, since = len(rulebook.output), time.monotonic()
        threading.Event().wait(0.1)


def _missing(load: Load, rulebook: Rulebook, before: t.Collection[str]) -> set[str]:
    return set(load.uuids).difference(before, HANDLED.findall(rulebook.output))
