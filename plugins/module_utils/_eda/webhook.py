# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source webhook: receives PagerDuty's V3 webhooks, and hands each event to the rules once.

Private to the collection.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import ssl
import time
import typing as t

from .._api.confidential import without_confidential
from .._core.errors import InvalidOption
from . import feedback
from .feedback import Event, Handover, Queue
from .listener import Listener
from .options import Args, check_names, text, texts, whole_number
from .position import time_of
from .rate_limited_log import RateLimitedLog, RateLimitedLogger
from .webhook_form import meta_of

if t.TYPE_CHECKING:
    from .listener import MakeProtocol

with contextlib.suppress(ImportError):
    # ansible-rulebook needs it, too; ansible-test imports this file without it.
    from aiohttp import web

LOGGER = logging.getLogger("oncall.pagerduty.webhook")

SIGNATURE = "X-PagerDuty-Signature"
"""`v1=` and a signature for each secret. Source: PagerDuty/developer-docs, docs/webhooks/04-Signatures.md."""
WEBHOOK_ID = "X-Webhook-Id"
"""The same for each attempt to deliver an event. Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md."""
MAX_NAME = 64
"""Characters of a header in the log."""
SUBSCRIPTION = "X-Webhook-Subscription"
"""Source: the README of the npm package n8n-nodes-pagerduty-trigger shows a delivery as received."""
MAX_SIGNATURES = 1024
"""Characters of all signatures; PagerDuty sends 68 for each secret."""
TIME_LIMIT = 4.0
"""Seconds from the headers of a delivery to its answer. PagerDuty waits 5, and sends it again.

Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md.
"""
MAX_PORT = 65_535
HOUR = 3600.0


class Settings(t.NamedTuple):
    """The checked options of the source. `repr` leaves the secrets out."""

    host: str
    port: int
    secrets: tuple[bytes, ...]
    queue_size: int
    remember: int
    max_age: int
    """Hours."""
    max_size: int
    """Bytes."""
    tls: ssl.SSLContext | None
    client_names: frozenset[str] | None
    """None without mutual TLS."""

    def __repr__(self) -> str:
        return f"Settings({self.host!r}, {self.port!r})"


OPTIONS = frozenset(
    (
        "host",
        "port",
        "secrets",
        "queue_size",
        "remember",
        "max_age",
        "max_size",
        "certfile",
        "keyfile",
        "password",
        "cafile",
        "client_names",
        feedback.OPTION,
    )
)
CLIENT_NAMES = ("webhooks.pagerduty.com", "webhooks.eu.pagerduty.com")
"""Source: PagerDuty/developer-docs, docs/webhooks/08-Certificates.md."""


def settings_of(args: Args) -> Settings:
    """Check the options.

    Raises:
        InvalidOption: one is unknown, missing or unusable.
    """
    check_names(args, OPTIONS)
    secrets = tuple(secret.encode() for secret in texts(args, "secrets"))
    if not secrets:
        raise InvalidOption("secrets", "at least one signing secret is needed")
    return Settings(
        host=text(args, "host") or "0.0.0.0",
        port=_port(args),
        secrets=secrets,
        queue_size=whole_number(args, "queue_size", 100, minimum=1),
        remember=whole_number(args, "remember", 10_000, minimum=1),
        max_age=whole_number(args, "max_age", 96, minimum=1),
        max_size=whole_number(args, "max_size", 262_144, minimum=1),
        tls=_tls(args),
        client_names=frozenset(texts(args, "client_names", CLIENT_NAMES)) if text(args, "cafile") else None,
    )


def _port(args: Args) -> int:
    port = whole_number(args, "port", None, minimum=0)
    if port > MAX_PORT or isinstance(args["port"], bool):
        raise InvalidOption("port", f"must be a number from 0 to {MAX_PORT}", args["port"])
    return port


def _tls(args: Args) -> ssl.SSLContext | None:
    certfile, keyfile, cafile = (text(args, name) for name in ("certfile", "keyfile", "cafile"))
    if not certfile:
        if keyfile or cafile:
            raise InvalidOption("certfile", "keyfile and cafile need it")
        return None
    # PagerDuty speaks TLS 1.2 only: PagerDuty/developer-docs, docs/webhooks/03-Mutual-TLS.md.
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=cafile)
    context.load_cert_chain(certfile, keyfile, args.get("password") or None)
    if cafile:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def signatures_in(header: str) -> list[bytes]:
    """Return the `v1` signatures of the header `X-PagerDuty-Signature`, without the prefix."""
    parts = [part.strip() for part in header.split(",")]
    return [part[len("v1=") :].encode("utf-8", "surrogateescape") for part in parts if part.startswith("v1=")]


def is_signed(body: bytes, header: str, secrets: t.Iterable[bytes]) -> bool:
    """Return whether one of the signatures is that of the body with one of the secrets."""
    expected = [hmac.new(secret, body, hashlib.sha256).hexdigest().encode() for secret in secrets]
    # Each pair is compared: the time must not tell which one matches.
    matches = [hmac.compare_digest(one, other) for one in expected for other in signatures_in(header)]
    return any(matches)


class RecentIds:
    """The ids of the latest events.

    Args:
        size: how many events are remembered.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._events: dict[str, None] = {}
        self._deliveries: dict[str, None] = {}

    def __contains__(self, ids: tuple[str | None, str | None]) -> bool:
        delivery, event = ids
        return delivery in self._deliveries or event in self._events

    def add(self, ids: tuple[str | None, str | None]) -> None:
        """Remember a delivery and its event, and forget the oldest."""
        for known, each in zip((self._deliveries, self._events), ids):
            if each is not None:
                known[each] = None
            if len(known) > self._size:
                del known[next(iter(known))]


class Delivery(t.NamedTuple):
    """A signed webhook."""

    ids: tuple[str | None, str | None]
    """Of the delivery and of its event."""
    event: Event
    """As the rules get it."""
    deadline: float
    """When it must be answered, on the clock of the event loop."""

    @property
    def time_left(self) -> float:
        """Seconds until it must be answered."""
        return max(0.0, self.deadline - asyncio.get_running_loop().time())


class Receiver:
    """Answers webhooks and health checks, and hands events to the rules.

    Args:
        trust: told the connection of each signed delivery.
    """

    def __init__(self, settings: Settings, handover: Handover, trust: t.Callable[[t.Any], None]) -> None:
        self._settings = settings
        self._handover = handover
        self._trust = trust
        self._recent = RecentIds(settings.remember)
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(settings.queue_size)
        self._is_closing = False
        self._log = RateLimitedLog(LOGGER)

    def application(self) -> web.Application:
        """Return the application that aiohttp serves."""
        # Some versions of aiohttp refuse a body that reaches the limit, others only one that exceeds it.
        application = web.Application(client_max_size=self._settings.max_size + 1)
        application.router.add_post("/{endpoint:.*}", self.receive)
        # HEAD, too.
        application.router.add_get("/{endpoint:.*}", self.answer_health_check)
        application.on_response_prepare.append(_close_afterwards)
        return application

    async def hand_over(self) -> t.NoReturn:
        """Without feedback, hand the events to the rules, in the order in which they came."""
        try:
            while True:
                await self._handover.put(await self._waiting.get(), TIME_LIMIT)
        finally:
            self._is_closing = True

    async def answer_health_check(self, _request: web.Request) -> web.Response:
        """Tell a load balancer that this source listens."""
        return web.Response(text="Listening.")

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        deadline = asyncio.get_running_loop().time() + TIME_LIMIT
        if request.headers.get("Content-Encoding", "identity") != "identity":
            # Anybody can send a few bytes that would be decoded to very many.
            raise web.HTTPUnsupportedMediaType
        if (request.content_length or 0) > self._settings.max_size:
            raise web.HTTPRequestEntityTooLarge(self._settings.max_size, request.content_length or 0)
        try:
            body = await asyncio.wait_for(request.read(), TIME_LIMIT)
        except web.HTTPException:
            raise
        except Exception:
            return self._retry_later(request, "The body did not arrive, or not in time")
        if not self._is_known_client(request):
            return self._retry_later(request, "The client certificate names none of client_names")
        signatures = ",".join(request.headers.getall(SIGNATURE, []))
        if len(signatures) > MAX_SIGNATURES or not is_signed(body, signatures, self._settings.secrets):
            return self._retry_later(request, "No signature matches the secrets")
        self._trust(request.transport)
        payload = _payload(body)
        if payload is None:
            # After some 4xx in a row PagerDuty would send no events at all for a day, and after a 5xx this one again.
            self._log.write(
                logging.ERROR, "Skipped a signed webhook that is not a JSON object, or is nested too deeply"
            )
            return _accepted()
        return await self._take(request, _delivery(request, body, payload, deadline))

    async def _take(self, request: web.Request, delivery: Delivery) -> web.Response:
        """Hand an event to the rules, unless it is known or too old."""
        if delivery.ids in self._recent:
            self._log.write(logging.INFO, "Ignored an event that has come before: %r", delivery.ids[1])
            return _accepted()
        if _age(delivery.event) > self._settings.max_age * HOUR:
            self._log.write(logging.WARNING, "Skipped an event that is older than max_age: %r", delivery.ids[1])
            return _accepted()
        if self._is_closing:
            return self._retry_later(request, "The source is ending")
        if not self._has_room():
            return self._retry_later(request, "The queue is full: the rules are slower than the events")
        if not await self._has_handed_over(delivery):
            return self._retry_later(request, "The rule engine has not answered in time")
        self._recent.add(delivery.ids)
        return _accepted()

    def _has_room(self) -> bool:
        return max(self._waiting.qsize(), self._handover.waiting) < self._settings.queue_size

    async def _has_handed_over(self, delivery: Delivery) -> bool:
        if self._handover.has_feedback:
            return await self._handover.put(delivery.event, delivery.time_left)
        # Nothing waits since the last look at what is known, so no other delivery can have come in between.
        self._waiting.put_nowait(delivery.event)
        return True

    def _is_known_client(self, request: web.Request) -> bool:
        names = self._settings.client_names
        if names is None:
            return True
        certificate = request.get_extra_info("peercert") or {}
        subject = {value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"}
        alternative = {value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"}
        return not names.isdisjoint(subject | alternative)

    def _retry_later(self, request: web.Request, reason: str) -> web.Response:
        """Ask PagerDuty to retry."""
        subscription = request.headers.get(SUBSCRIPTION, "")[:MAX_NAME]
        kind = f"{reason} (subscription %r, from %s): answered 503"
        self._log.write(logging.WARNING, kind, subscription, request.remote)
        return web.Response(status=503, text="Try again later.")


async def _close_afterwards(_request: web.Request, response: web.StreamResponse) -> None:
    """Serve one request for each connection: then none stays open, and the time of each is limited."""
    response.force_close()
    # aiohttp decides on this header before it calls this.
    response.headers["Connection"] = "close"


def _accepted() -> web.Response:
    return web.Response(status=202)


def _payload(body: bytes) -> Event | None:
    """Return a JSON object without what is confidential; None if it is none, or cannot be read."""
    try:
        payload = without_confidential(json.loads(body))
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _delivery(request: web.Request, body: bytes, payload: Event, deadline: float) -> Delivery:
    event = payload.get("event")
    about = meta_of(event if isinstance(event, dict) else {})
    headers = {name: request.headers[name] for name in (WEBHOOK_ID, SUBSCRIPTION) if name in request.headers}
    # By the id of the event the rule engine knows it again. PagerDuty repeats that with each attempt, like the header
    # X-Webhook-Id, which is not signed: whoever has captured a delivery could change it.
    meta = {
        "endpoint": request.match_info["endpoint"],
        "headers": headers,
        "uuid": hashlib.sha256(body).hexdigest(),
        **about,
    }
    return Delivery((headers.get(WEBHOOK_ID), about.get("uuid")), {"payload": payload, "meta": meta}, deadline)


def _age(event: Event) -> float:
    """Return the age of an event in seconds; 0 where it has no time that can be read."""
    try:
        return time.time() - time_of(str(event["payload"]["event"]["occurred_at"]))
    except (KeyError, TypeError, ValueError):
        return 0.0


async def main(queue: Queue, args: Args) -> None:
    """Receive webhooks until ansible-rulebook ends.

    Raises:
        InvalidOption: an option is unusable.
        OSError: it cannot listen on this address.
    """
    settings = settings_of(args)
    listener = Listener(settings.tls)
    async with Handover(queue, args) as handover:
        receiver = Receiver(settings, handover, listener.trust)
        # aiohttp writes a traceback for each request that is no HTTP.
        log = RateLimitedLogger(LOGGER)
        runner = web.AppRunner(receiver.application(), access_log=None, auto_decompress=False, logger=log)
        await runner.setup()
        try:
            listening = await listener.listen(settings.host, settings.port)
            LOGGER.info("Listening on port %d", listening[0].getsockname()[1])
            serve = t.cast("MakeProtocol", runner.server)
            await _together(receiver.hand_over(), *(listener.accept(each, serve) for each in listening))
        finally:
            await runner.cleanup()


async def _together(*work: t.Coroutine[t.Any, t.Any, t.NoReturn]) -> None:
    """Run work that never ends, until one part fails or this is cancelled."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
