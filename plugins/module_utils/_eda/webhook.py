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

from .._core.errors import InvalidOption
from .options import Args, check_names, text, texts, whole_number
from .position import time_of
from .webhook_form import meta_of

with contextlib.suppress(ImportError):
    # ansible-rulebook needs it, too; ansible-test imports this file without it.
    from aiohttp import web

LOGGER = logging.getLogger("oncall.pagerduty.webhook")

SIGNATURE = "X-PagerDuty-Signature"
"""`v1=` and a signature for each secret. Source: PagerDuty/developer-docs, docs/webhooks/04-Signatures.md."""
WEBHOOK_ID = "X-Webhook-Id"
"""The same for each attempt to deliver an event. Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md."""
SUBSCRIPTION = "X-Webhook-Subscription"
"""Source: the README of the npm package n8n-nodes-pagerduty-trigger shows a delivery as received."""
READ_TIMEOUT = 5.0
"""Seconds for the whole body; after that PagerDuty has given up. Source: docs/webhooks/02-Behavior.md."""
HOUR = 3600.0

Event = dict[str, t.Any]


class Queue(t.Protocol):
    """Where ansible-rulebook takes events from."""

    async def put(self, event: Event) -> None:
        """Add an event; waits while the rules are busy."""


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
        port=whole_number(args, "port", None, minimum=0),
        secrets=secrets,
        queue_size=whole_number(args, "queue_size", 100, minimum=1),
        remember=whole_number(args, "remember", 10_000, minimum=1),
        max_age=whole_number(args, "max_age", 96, minimum=1),
        max_size=whole_number(args, "max_size", 262_144, minimum=1),
        tls=_tls(args),
        client_names=frozenset(texts(args, "client_names", CLIENT_NAMES)) if text(args, "cafile") else None,
    )


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


class Receiver:
    """Answers webhooks and health checks, and keeps events until the rules take them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._recent = RecentIds(settings.remember)
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(settings.queue_size)
        self._is_closing = False

    def application(self) -> web.Application:
        """Return the application that aiohttp serves."""
        # Some versions of aiohttp refuse a body that reaches the limit, others only one that exceeds it.
        application = web.Application(client_max_size=self._settings.max_size + 1)
        application.router.add_post("/{endpoint:.*}", self.receive)
        # HEAD, too.
        application.router.add_get("/{endpoint:.*}", self.answer_health_check)
        return application

    async def hand_over(self, queue: Queue) -> t.NoReturn:
        """Hand the events to the rules, in the order in which they came."""
        try:
            while True:
                await queue.put(await self._waiting.get())
        finally:
            self._is_closing = True

    async def answer_health_check(self, _request: web.Request) -> web.Response:
        """Tell a load balancer that this source listens."""
        return web.Response(text="Listening.")

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        try:
            body = await asyncio.wait_for(request.read(), READ_TIMEOUT)
        except asyncio.TimeoutError:
            return self._retry_later(request, "The body did not arrive in time")
        if not self._is_known_client(request):
            return self._retry_later(request, "The client certificate names none of client_names")
        if not is_signed(body, ",".join(request.headers.getall(SIGNATURE, [])), self._settings.secrets):
            return self._retry_later(request, "No signature matches the secrets")
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict):
            # After some 4xx in a row PagerDuty would send no events at all for a day, and after a 5xx this one again.
            LOGGER.error("Skipped a signed webhook that is not a JSON object, or is nested too deeply")
            return _accepted()
        return self._accept(request, payload)

    def _accept(self, request: web.Request, payload: Event) -> web.Response:
        """Queue an event, unless it is known. Nothing waits here, so no other delivery can come in between."""
        event = payload.get("event")
        event = event if isinstance(event, dict) else {}
        ids = (request.headers.get(WEBHOOK_ID), _text(event.get("id")))
        if ids in self._recent:
            LOGGER.info("Ignored duplicate event %r", ids[1])
            return _accepted()
        if _age(event) > self._settings.max_age * HOUR:
            LOGGER.warning("Skipped event %r, which is older than max_age", ids[1])
            return _accepted()
        if self._is_closing:
            return self._retry_later(request, "The source is ending")
        headers = {name: request.headers[name] for name in (WEBHOOK_ID, SUBSCRIPTION) if name in request.headers}
        try:
            meta = {"endpoint": request.match_info["endpoint"], "headers": headers, **meta_of(event)}
            self._waiting.put_nowait({"payload": payload, "meta": meta})
        except asyncio.QueueFull:
            return self._retry_later(request, "The queue is full: the rules are slower than the events")
        self._recent.add(ids)
        return _accepted()

    def _is_known_client(self, request: web.Request) -> bool:
        names = self._settings.client_names
        if names is None:
            return True
        certificate = request.get_extra_info("peercert") or {}
        subject = {value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"}
        alternative = {value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"}
        return not names.isdisjoint(subject | alternative)

    @staticmethod
    def _retry_later(request: web.Request, reason: str) -> web.Response:
        """Ask PagerDuty to retry."""
        subscription = request.headers.get(SUBSCRIPTION)
        LOGGER.warning("%s (subscription %r, from %s): answered 503", reason, subscription, request.remote)
        return web.Response(status=503, text="Try again later.")


def _accepted() -> web.Response:
    return web.Response(status=202)


def _text(value: t.Any) -> str | None:
    return value if isinstance(value, str) else None


def _age(event: Event) -> float:
    """Return the age of an event in seconds; 0 where it has no time that can be read."""
    try:
        return time.time() - time_of(str(event.get("occurred_at")))
    except ValueError:
        return 0.0


async def main(queue: Queue, args: Args) -> None:
    """Receive webhooks until ansible-rulebook ends.

    Raises:
        InvalidOption: an option is unusable.
    """
    settings = settings_of(args)
    receiver = Receiver(settings)
    runner = web.AppRunner(receiver.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, ssl_context=settings.tls).start()
        LOGGER.info("Listening on port %d", runner.addresses[0][1])
        await receiver.hand_over(queue)
    finally:
        await runner.cleanup()
