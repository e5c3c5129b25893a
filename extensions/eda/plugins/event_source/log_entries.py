# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for ansible-rulebook: polls PagerDuty's log entries, where webhooks cannot reach the network."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import ssl
import tempfile
import time
import typing as t
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

DOCUMENTATION = r"""
---
author: oncall.pagerduty contributors
short_description: Poll PagerDuty's log entries.
description:
  - An ansible-rulebook event source that polls the log entries of a PagerDuty account. Use it where PagerDuty's
    webhooks cannot reach the network, and C(oncall.pagerduty.webhook) everywhere else.
  - Each log entry becomes one event of the form that a webhook has, so a rulebook works with both. The type is at
    C(event.payload.event.event_type) and the incident at C(event.payload.event.data).
  - The log entries C(trigger), C(acknowledge), C(unacknowledge), C(resolve), C(escalate), C(assign), C(delegate),
    C(annotate) and C(priority_change) become the events C(incident.triggered), C(incident.acknowledged),
    C(incident.unacknowledged), C(incident.resolved), C(incident.escalated), C(incident.reassigned),
    C(incident.delegated), C(incident.annotated) and C(incident.priority_updated).
  - A further trigger of an open incident, the first assignment of a new one, and every other log entry become
    C(log_entry.KIND), for instance C(log_entry.notify). Webhooks do not report them in this form.
  - The incident is the one at the time of the poll, not at the time of the log entry. A rule that needs the status at
    that time must look at the event type.
  - The whole log entry, with its channel, is at C(event.payload.log_entry).
options:
  api_token:
    description:
      - The REST API key or OAuth token. It only needs to read.
      - If it is not set, the environment variables E(PAGERDUTY_API_TOKEN), E(PAGERDUTY_TOKEN), and E(PAGERDUTY_API_KEY)
        are read.
    type: str
    required: true
  auth_type:
    description:
      - How the token is sent. The default is V(bearer) for tokens that start with C(pdus+) or C(pdeu+), and V(token)
        for all others.
    type: str
    choices: [token, bearer]
  region:
    description:
      - The service region of the account. The default is V(eu) for tokens that start with C(pdeu+), and V(us) for all
        others.
      - If it is not set, the environment variable E(PAGERDUTY_REGION) is read.
    type: str
    choices: [us, eu]
  api_url:
    description:
      - Another address of the REST API. Plain C(http://) is allowed only for this machine.
      - If it is not set, the environment variable E(PAGERDUTY_API_URL) is read.
    type: str
  ca_path:
    description:
      - The file with certificate authorities, in place of those of the system.
    type: str
  team_ids:
    description:
      - Only log entries of these teams.
    type: list
    elements: str
  is_overview:
    description:
      - Ask PagerDuty for the most important changes only. PagerDuty does not say which these are.
    type: bool
    default: false
  interval:
    description:
      - Seconds between polls.
    type: float
    default: 15
  overlap:
    description:
      - How many seconds each poll goes back before the previous one. A log entry that PagerDuty shows with a delay of
        up to this time is not missed. Entries that are read again are recognized by their ids.
    type: float
    default: 60
  state_file:
    description:
      - The file that keeps how far the source has read. When the source starts again, it continues there.
      - Without it, the source begins with the log entries after its start.
    type: str
  max_age:
    description:
      - How many hours the source goes back at most when it continues. What happened before is left out, with a warning.
    type: float
    default: 48
notes:
  - The environment variables C(HTTPS_PROXY) and C(NO_PROXY) are honored.
  - When a rate limit is reached, the source waits as long as PagerDuty asks. After network and server errors it tries
    again, less and less often, for at most a minute between attempts. In both cases it continues where it was.
  - When PagerDuty refuses the token or the request, the source ends, and so does ansible-rulebook.
"""

EXAMPLES = r"""
- name: Poll every 15 seconds, and continue after a restart
  oncall.pagerduty.log_entries:
    api_token: "{{ PAGERDUTY_API_TOKEN }}"
    state_file: /var/lib/eda/pagerduty.json

- name: Poll the log entries of one team
  oncall.pagerduty.log_entries:
    api_token: "{{ PAGERDUTY_API_TOKEN }}"
    team_ids:
      - PTEAM01
    interval: 60
"""

LOGGER = logging.getLogger("oncall.pagerduty.log_entries")

API_URLS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
OAUTH_REGIONS = {"pdus+": "us", "pdeu+": "eu"}
"""Region by the prefix of a scoped OAuth token. Source: https://developer.pagerduty.com/docs/authentication."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAGE = 100
DEEPEST = 10_000
"""The largest offset plus limit. Source: https://developer.pagerduty.com/docs/pagination."""
TIMEOUT = 30.0
"""Seconds for one call."""
LONGEST_WAIT = 60.0
"""Seconds between two attempts, and after a 429 without ratelimit-reset."""
HOUR = 3600.0
LEAST_OVERLAP = 5.0
"""Seconds; the times in log entries are cut to whole seconds."""
SAME_MOMENT = 1.0
"""Seconds between the creation of an incident and its first assignment (INFERRED: both are made by one request)."""

EVENT_TYPES = {
    "trigger": "incident.triggered",
    "acknowledge": "incident.acknowledged",
    "unacknowledge": "incident.unacknowledged",
    "resolve": "incident.resolved",
    "escalate": "incident.escalated",
    "assign": "incident.reassigned",
    "delegate": "incident.delegated",
    "annotate": "incident.annotated",
    "priority_change": "incident.priority_updated",
}
"""The event type of a webhook by the kind of a log entry.

Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, and PagerDuty/api-schema, reference/REST/openapiv3.json,
LogEntry; the schema lacks priority_change, which clients have seen.
"""

Json = dict[str, t.Any]


class Queue(t.Protocol):
    """Where ansible-rulebook takes events from."""

    async def put(self, event: Json) -> None:
        """Add an event; waits while the rules are busy."""


class Settings(t.NamedTuple):
    """The checked options of the source. `repr` leaves the token out."""

    api_url: str
    authorization: str
    tls: ssl.SSLContext | None
    query: list[tuple[str, str]]
    interval: float
    overlap: float
    max_age: float
    """Hours."""
    state_file: Path | None

    def __repr__(self) -> str:
        return f"Settings({self.api_url!r})"


OPTIONS = frozenset(
    (
        "api_token",
        "auth_type",
        "region",
        "api_url",
        "ca_path",
        "team_ids",
        "is_overview",
        "interval",
        "overlap",
        "state_file",
        "max_age",
    )
)
TOKEN_VARIABLES = ("PAGERDUTY_API_TOKEN", "PAGERDUTY_TOKEN", "PAGERDUTY_API_KEY")


def settings_of(args: t.Mapping[str, t.Any]) -> Settings:
    """Check the options.

    Raises:
        ValueError: an option is unknown, missing or unusable.
    """
    unknown = sorted(set(args) - OPTIONS)
    if unknown:
        raise ValueError(f"unknown option: {', '.join(unknown)}")
    token = _first(args.get("api_token"), *map(os.environ.get, TOKEN_VARIABLES))
    if not token:
        raise ValueError("api_token: set the option or the environment variable PAGERDUTY_API_TOKEN")
    team_ids = args.get("team_ids") or []
    teams = [team_ids] if isinstance(team_ids, str) else team_ids
    overview = str(args.get("is_overview", False)).lower() in ("true", "yes", "1")
    return Settings(
        api_url=_api_url(args, token),
        authorization=_authorization(args, token),
        tls=ssl.create_default_context(cafile=args["ca_path"]) if args.get("ca_path") else None,
        query=[
            ("include[]", "incidents"),
            ("include[]", "channels"),
            ("is_overview", "true" if overview else "false"),
            ("time_zone", "UTC"),
            *(("team_ids[]", str(team)) for team in teams),
        ],
        interval=_seconds(args, "interval", 15),
        overlap=_seconds(args, "overlap", 60, least=LEAST_OVERLAP),
        max_age=_seconds(args, "max_age", 48),
        state_file=Path(args["state_file"]).expanduser() if args.get("state_file") else None,
    )


def _first(*values: str | None) -> str | None:
    return next((value.strip() for value in values if value and value.strip()), None)


def _choice(args: t.Mapping[str, t.Any], name: str, choices: t.Collection[str], default: str) -> str:
    value = str(args.get(name) or default)
    if value not in choices:
        raise ValueError(f"{name}: must be one of {', '.join(choices)}")
    return value


def _api_url(args: t.Mapping[str, t.Any], token: str) -> str:
    prefix = token[: len("pdus+")]
    default = _first(os.environ.get("PAGERDUTY_REGION")) or OAUTH_REGIONS.get(prefix, "us")
    region = _choice(args, "region", tuple(API_URLS), default)
    url = _first(args.get("api_url"), os.environ.get("PAGERDUTY_API_URL")) or API_URLS[region]
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("api_url: must be an https:// URL")
    return url.rstrip("/")


def _authorization(args: t.Mapping[str, t.Any], token: str) -> str:
    """Return the header. Source: https://developer.pagerduty.com/docs/authentication."""
    default = "bearer" if token.startswith(tuple(OAUTH_REGIONS)) else "token"
    kind = _choice(args, "auth_type", ("token", "bearer"), default)
    return f"Bearer {token}" if kind == "bearer" else f"Token token={token}"


def _seconds(args: t.Mapping[str, t.Any], name: str, default: float, least: float = 0.1) -> float:
    # A variable of the rulebook can be a text. "Not a number" fails the comparison.
    with contextlib.suppress(TypeError, ValueError):
        if least <= float(args.get(name, default)) < math.inf:
            return float(args.get(name, default))
    raise ValueError(f"{name}: must be a number of at least {least:g}")


class Refused(Exception):
    """PagerDuty refuses the token or the request; another attempt is of no use."""


class Delayed(Exception):
    """Another attempt may succeed.

    Args:
        seconds: how long PagerDuty asks to wait; None if it does not say.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Api:
    """GET /log_entries, and PagerDuty's clock.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /log_entries.
    """

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._settings = settings
        self.ahead = 0.0
        """Seconds by which PagerDuty's clock was ahead of this machine's in the latest response."""

    def now(self) -> float:
        """Return the time on PagerDuty's clock."""
        return time.time() + self.ahead

    async def page(self, since: int, until: int, offset: int, limit: int = PAGE) -> tuple[list[Json], bool]:
        """Return some of the log entries between two moments, and whether there are more.

        Raises:
            Refused: another attempt is of no use.
            Delayed: another attempt may succeed.
        """
        query = [*self._settings.query, ("since", iso(since)), ("until", iso(until))]
        body = await self._get([*query, ("offset", str(offset)), ("limit", str(limit))])
        entries, more = body.get("log_entries"), body.get("more")
        if not isinstance(entries, list) or not isinstance(more, bool):
            raise Delayed("'log_entries' or 'more' is missing in the response")
        return [entry for entry in entries if _is_usable(entry)], more

    async def _get(self, query: list[tuple[str, str]]) -> Json:
        url = f"{self._settings.api_url}/log_entries"
        headers = {"Authorization": self._settings.authorization, "Accept": "application/vnd.pagerduty+json;version=2"}
        try:
            # With its option trust_env, aiohttp would find the proxy itself, and let ~/.netrc replace the token.
            async with self._session.get(
                url,
                params=query,
                headers=headers,
                proxy=proxy_for(url),
                ssl=self._settings.tls or True,
                allow_redirects=False,
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise Delayed(str(error) or "timed out") from error
        self._set_clock(response.headers.get("Date"))
        _check_status(response)
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Delayed("the response is not a JSON object")
        return body

    def _set_clock(self, date: str | None) -> None:
        with contextlib.suppress(TypeError, ValueError):
            self.ahead = parsedate_to_datetime(date or "").timestamp() - time.time()


def _is_usable(entry: t.Any) -> bool:
    try:
        time_of(entry["created_at"])
        return isinstance(entry["id"], str) and isinstance(entry["type"], str)
    except (KeyError, TypeError, ValueError):
        LOGGER.error("A log entry without id, type or created_at was left out")
        return False


def _check_status(response: aiohttp.ClientResponse) -> None:
    """Raise what the status means. Source: https://developer.pagerduty.com/docs/errors and …/rest-api-rate-limits."""
    status = response.status
    request = f"HTTP {status}, request id {response.headers.get('x-request-id')}"
    if status == 429:
        reset = response.headers.get("ratelimit-reset", "")
        raise Delayed(f"rate limited ({request})", float(reset) if reset.isdecimal() else LONGEST_WAIT)
    if status == 408 or status >= 500:
        raise Delayed(f"PagerDuty returned a server error ({request})")
    if status != 200:
        raise Refused(f"PagerDuty refused GET /log_entries ({request}); check api_token, region and team_ids")


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for a URL."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def iso(moment: float) -> str:
    """Return a moment as PagerDuty writes it."""
    return datetime.fromtimestamp(int(moment), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str) -> float:
    """Return the seconds since 1970 that an ISO 8601 text means; without a zone it is UTC.

    Raises:
        ValueError: it is not such a text.
    """
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()


class Position:
    """How far the source has read: up to when, and which log entries of the time that the next poll reads again.

    Args:
        file: where it is kept; None to forget it at the end.
    """

    def __init__(self, file: Path | None, overlap: float) -> None:
        self._file = file
        self._overlap = overlap
        self._seen: dict[str, float] = {}
        self._start = 0.0
        self.until: float | None = None
        """None before the first poll."""

    def load(self) -> None:
        """Continue where the file says.

        Raises:
            ValueError: it cannot be read.
        """
        if self._file is None or not self._file.exists():
            return
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            self.until = float(kept["until"])
            self._start = float(kept["start"])
            self._seen = {str(entry): float(at) for entry, at in kept["seen"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            hint = "delete it to begin with the log entries from now on"
            raise ValueError(f"state_file: {self._file} cannot be read; {hint}") from error

    def start_at(self, moment: float) -> None:
        """Begin at a moment; nothing before it is read."""
        self._start = self.until = moment
        self.save()

    @property
    def since(self) -> float:
        """The moment from which the next poll reads."""
        return max(self._start, (self.until or 0.0) - self._overlap)

    def __contains__(self, entry: Json) -> bool:
        return entry["id"] in self._seen

    def add(self, entry: Json) -> None:
        """Remember a log entry that was handed to the rules. All earlier ones of this poll were."""
        self._seen[entry["id"]] = time_of(entry["created_at"])
        self.advance(self._seen[entry["id"]])

    def advance(self, moment: float) -> None:
        """Everything up to this moment was handed to the rules."""
        self.until = max(self.until or 0.0, moment)
        # The next poll begins with a whole second.
        self._seen = {entry: at for entry, at in self._seen.items() if at >= int(self.since)}
        self.save()

    def save(self) -> None:
        """Write the file; a reader sees the old or the new one."""
        if self._file is None:
            return
        text = json.dumps({"until": self.until, "start": self._start, "seen": self._seen})
        with tempfile.NamedTemporaryFile("w", dir=self._file.parent, prefix=self._file.name, delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self._file)


class Poller:
    """Reads the log entries that are new, and hands them to the rules."""

    def __init__(self, api: Api, position: Position, queue: Queue, settings: Settings) -> None:
        self._api = api
        self._position = position
        self._queue = queue
        self._settings = settings
        self._started = time.time()

    async def run(self) -> t.NoReturn:
        """Poll for ever.

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
                backoff = min(2.0 ** min(failures, 6) - 1, LONGEST_WAIT)
                wait = max(self._settings.interval, backoff if error.seconds is None else error.seconds)
                LOGGER.warning("%s; next attempt in %g s", error, wait)
            await asyncio.sleep(wait)

    async def poll(self) -> None:
        """Hand the new log entries to the rules, the oldest first.

        Raises:
            Refused: another attempt is of no use.
            Delayed: another attempt may succeed; it continues where this one ended.
        """
        if self._position.until is None:
            # Only PagerDuty's clock says from when on log entries are new.
            await self._api.page(int(self._started), int(self._started), 0, limit=1)
            self._position.start_at(self._started + self._api.ahead)
        until = self._api.now()
        since = self._position.since
        oldest = until - self._settings.max_age * HOUR
        if since < oldest:
            LOGGER.warning("Log entries before %s are older than max_age, and were left out", iso(oldest))
            since = oldest
        async for entry in self._entries(int(since), math.ceil(until)):
            if entry not in self._position:
                await self._queue.put(event_of(entry))
                self._position.add(entry)
        self._position.advance(until)

    async def _entries(self, since: int, until: int) -> t.AsyncIterator[Json]:
        """Yield the log entries between two moments, the oldest first; a span with too many is halved."""
        found, more = await self._span(since, until)
        if more and until - since > 1:
            middle = (since + until) // 2
            for start, end in ((since, middle), (middle, until)):
                async for entry in self._entries(start, end):
                    yield entry
            return
        if more:
            LOGGER.error("More than %d log entries at %s: the others cannot be read", DEEPEST, iso(since))
        # PagerDuty lists the newest first: PagerDuty/pd-live-react, src/util/pd-api-wrapper.js. Sorting keeps the order
        # within a second.
        found.reverse()
        found.sort(key=lambda entry: time_of(entry["created_at"]))
        for entry in found:
            yield entry

    async def _span(self, since: int, until: int) -> tuple[list[Json], bool]:
        found: list[Json] = []
        more = True
        for offset in range(0, DEEPEST, PAGE):
            entries, more = await self._api.page(since, until, offset)
            found += entries
            if not more:
                break
        return found, more


def event_of(entry: Json) -> Json:
    """Return a log entry as an event of the form that a webhook has.

    Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Webhook Payload".
    """
    incident = entry.get("incident") or {}
    event_type = event_type_of(entry, incident)
    event = {
        "id": entry["id"],
        "event_type": event_type,
        "resource_type": event_type.partition(".")[0],
        "occurred_at": entry["created_at"],
        "agent": entry.get("agent"),
        "client": None,
        "data": note_of(entry, incident) if event_type == "incident.annotated" else incident_of(incident),
    }
    log_entry = {name: value for name, value in entry.items() if name != "incident"}
    return {"payload": {"event": event, "log_entry": log_entry}, "meta": {}}


def event_type_of(entry: Json, incident: Json) -> str:
    """Return the event type that a webhook would have, else `log_entry.KIND`."""
    kind = entry["type"].removesuffix("_log_entry")
    first = (incident.get("first_trigger_log_entry") or {}).get("id")
    # Each further event of an alert is a trigger entry, too.
    # Source: PagerDuty/developer-docs, docs/tool-libraries/05-Retrieve-Incident-Details.md.
    is_further_trigger = kind == "trigger" and first not in (None, entry["id"])
    if is_further_trigger or (kind == "assign" and _is_first_assignment(entry, incident)):
        return f"log_entry.{kind}"
    return EVENT_TYPES.get(kind, f"log_entry.{kind}")


def _is_first_assignment(entry: Json, incident: Json) -> bool:
    with contextlib.suppress(KeyError, AttributeError, ValueError):
        return time_of(entry["created_at"]) - time_of(incident["created_at"]) <= SAME_MOMENT
    return False


def incident_of(incident: Json) -> Json:
    """Return an incident of the REST API as a webhook has it; what only the REST API knows is kept."""
    assignments = incident.get("assignments") or []
    return {
        "conference_bridge": None,
        "resolve_reason": None,
        **incident,
        "type": "incident",
        "number": incident.get("incident_number"),
        "assignees": [assignment.get("assignee") for assignment in assignments],
    }


def note_of(entry: Json, incident: Json) -> Json:
    """Return a note as a webhook has it, without its id, which log entries lack.

    Source: PagerDuty/pd-live-react, src/redux/incidents/sagas.js.
    """
    return {
        "id": None,
        "type": "incident_note",
        "incident": {
            "id": incident.get("id"),
            "type": "incident_reference",
            "summary": incident.get("title"),
            "self": incident.get("self"),
            "html_url": incident.get("html_url"),
        },
        "content": (entry.get("channel") or {}).get("summary"),
        "trimmed": False,
    }


async def main(queue: Queue, args: dict[str, t.Any]) -> None:
    """Poll until ansible-rulebook ends."""
    settings = settings_of(args)
    position = Position(settings.state_file, settings.overlap)
    position.load()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        await Poller(Api(session, settings), position, queue, settings).run()
