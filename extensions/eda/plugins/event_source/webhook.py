# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for ansible-rulebook: receives PagerDuty's V3 webhooks."""

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
from datetime import datetime, timezone

from aiohttp import web

DOCUMENTATION = r"""
---
author: oncall.pagerduty contributors
short_description: Receive PagerDuty's V3 webhooks.
description:
  - An ansible-rulebook event source that receives webhooks from PagerDuty, verifies their signatures, and hands each
    event to the rules once.
  - The body of the webhook is the C(payload) of the event, so the type is at C(event.payload.event.event_type) and the
    incident at C(event.payload.event.data). An event stream of Ansible Automation Platform gives events the same form.
  - Every event type is handed to the rules, also types that PagerDuty adds later and the test event C(pagey.ping).
  - PagerDuty wants an answer within 5 seconds. The source answers as soon as the event waits in its queue, however long
    the rules take.
  - PagerDuty tries again for up to 48 hours after an answer with status 5xx or none at all. It drops an event after
    any other 4xx than 429, and disables the subscription for 24 hours after three drops in a row. So the source answers
    503 where another attempt can succeed - when the queue is full, and when a signature is missing or wrong, since the
    secret can be corrected in the meantime.
  - Ids are remembered and events wait in memory only. When ansible-rulebook ends, events that wait are lost.
options:
  host:
    description:
      - The address to listen on.
    type: str
    default: 0.0.0.0
  port:
    description:
      - The TCP port to listen on. V(0) chooses a free port and logs it.
    type: int
    required: true
  secrets:
    description:
      - The signing secrets of the webhook subscriptions that may send here. PagerDuty shows a secret once, when the
        subscription is created.
      - While a secret is being replaced, give the old and the new one.
      - Empty secrets are ignored. At least one is needed.
    type: list
    elements: str
    required: true
  queue_size:
    description:
      - How many events can wait for the rules. When the queue is full, the answer is 503, and PagerDuty tries again.
    type: int
    default: 100
  remember:
    description:
      - How many of the latest events are remembered. An event that comes again is answered like the first time, and not
        handed to the rules.
      - An event is recognized by the header C(X-Webhook-Id), and by its own id, which the signature covers.
    type: int
    default: 10000
  max_age:
    description:
      - The age in hours up to which events are handed to the rules. A delivery that was captured cannot be
        replayed after this time, even if the source has forgotten its id.
      - PagerDuty tries to deliver an event for up to 48 hours, and later events of the same incident wait meanwhile.
    type: int
    default: 96
  max_size:
    description:
      - The largest body in bytes. A larger one is answered 413. PagerDuty sends no webhooks of more than 256 KB.
    type: int
    default: 262144
  certfile:
    description:
      - The file with the server's certificate, followed by the intermediate certificates in their order. Without it,
        the source speaks plain HTTP, and something in front of it must terminate TLS.
      - PagerDuty accepts certificates of public certificate authorities only, and speaks TLS 1.2 only.
    type: str
  keyfile:
    description:
      - The file with the private key, if it is not in O(certfile).
    type: str
  password:
    description:
      - The password of the private key.
    type: str
  cafile:
    description:
      - The file with the certificate authorities of client certificates. With it, clients must present a certificate
        (mutual TLS) that names one of O(client_names). Others are answered 503.
    type: str
  client_names:
    description:
      - The names of client certificates that are accepted.
    type: list
    elements: str
    default: [webhooks.pagerduty.com, webhooks.eu.pagerduty.com]
notes:
  - Any path is accepted, and is C(event.meta.endpoint). PagerDuty would drop an event that is answered 404.
  - The headers C(X-Webhook-Id) and C(X-Webhook-Subscription) are in C(event.meta.headers). Others are left out, since
    custom headers can hold secrets.
"""

EXAMPLES = r"""
- name: Receive webhooks behind a proxy that terminates TLS
  oncall.pagerduty.webhook:
    host: 127.0.0.1
    port: 5000
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"

- name: Replace the secret
  oncall.pagerduty.webhook:
    port: 5000
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"
      - "{{ PAGERDUTY_OLD_WEBHOOK_SECRET | default('') }}"

- name: Receive webhooks from PagerDuty directly, and accept its client certificate only
  oncall.pagerduty.webhook:
    port: 8443
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"
    certfile: /etc/pki/tls/certs/webhooks.example.com.pem
    keyfile: /etc/pki/tls/private/webhooks.example.com.key
    cafile: /etc/pki/tls/certs/DigiCertGlobalRootG2.pem
"""

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


def settings_of(args: t.Mapping[str, t.Any]) -> Settings:
    """Check the options.

    Raises:
        ValueError: an option is unknown, missing or unusable.
    """
    unknown = sorted(set(args) - OPTIONS)
    if unknown:
        raise ValueError(f"unknown option: {', '.join(unknown)}")
    secrets = tuple(secret.strip().encode() for secret in _texts(args, "secrets", ()) if secret.strip())
    if not secrets:
        raise ValueError("secrets: at least one signing secret is needed")
    tls = _tls(args)
    return Settings(
        host=str(args.get("host") or "0.0.0.0"),
        port=_number(args, "port", None, least=0),
        secrets=secrets,
        queue_size=_number(args, "queue_size", 100, least=1),
        remember=_number(args, "remember", 10_000, least=1),
        max_age=_number(args, "max_age", 96, least=1),
        max_size=_number(args, "max_size", 262_144, least=1),
        tls=tls,
        client_names=frozenset(_texts(args, "client_names", CLIENT_NAMES)) if args.get("cafile") else None,
    )


def _number(args: t.Mapping[str, t.Any], name: str, default: int | None, least: int) -> int:
    value = args.get(name, default)
    # A variable of the rulebook can be a text.
    with contextlib.suppress(TypeError, ValueError):
        if int(value) >= least:
            return int(value)
    raise ValueError(f"{name}: must be a number of at least {least}")


def _texts(args: t.Mapping[str, t.Any], name: str, default: t.Sequence[str]) -> list[str]:
    value = args.get(name, default)
    texts = [value] if isinstance(value, str) else list(value or ())
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{name}: must be a list of strings")
    return texts


def _tls(args: t.Mapping[str, t.Any]) -> ssl.SSLContext | None:
    certfile, cafile = args.get("certfile"), args.get("cafile")
    if not certfile:
        if args.get("keyfile") or cafile:
            raise ValueError("keyfile and cafile need certfile")
        return None
    # PagerDuty speaks TLS 1.2 only: PagerDuty/developer-docs, docs/webhooks/03-Mutual-TLS.md.
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=cafile)
    context.load_cert_chain(certfile, args.get("keyfile"), args.get("password"))
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
    """Answers webhooks, and keeps their events until the rules take them."""

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
        return application

    async def hand_over(self, queue: Queue) -> t.NoReturn:
        """Hand the events to the rules, in the order in which they came."""
        try:
            while True:
                await queue.put(await self._waiting.get())
        finally:
            self._is_closing = True

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        try:
            body = await asyncio.wait_for(request.read(), READ_TIMEOUT)
        except asyncio.TimeoutError:
            return self._later(request, "The body did not arrive in time")
        if not self._is_known_client(request):
            return self._later(request, "The client certificate names none of client_names")
        if not is_signed(body, ",".join(request.headers.getall(SIGNATURE, [])), self._settings.secrets):
            return self._later(request, "No signature matches the secrets")
        try:
            payload = json.loads(body)
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            LOGGER.error("A signed webhook is not a JSON object, and was left out")
            return _accepted()
        return self._accept(request, payload)

    def _accept(self, request: web.Request, payload: Event) -> web.Response:
        """Queue an event, unless it is known. Nothing waits here, so no other delivery can come in between."""
        event = payload.get("event")
        event = event if isinstance(event, dict) else {}
        ids = (request.headers.get(WEBHOOK_ID), _text(event.get("id")))
        if ids in self._recent:
            LOGGER.info("Event %r has come again", ids[1])
            return _accepted()
        if _age(event) > self._settings.max_age * HOUR:
            LOGGER.warning("Event %r is older than max_age, and was left out", ids[1])
            return _accepted()
        if self._is_closing:
            return self._later(request, "The source is ending")
        headers = {name: request.headers[name] for name in (WEBHOOK_ID, SUBSCRIPTION) if name in request.headers}
        try:
            meta = {"endpoint": request.match_info["endpoint"], "headers": headers}
            self._waiting.put_nowait({"payload": payload, "meta": meta})
        except asyncio.QueueFull:
            return self._later(request, "The queue is full: the rules are slower than the events")
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
    def _later(request: web.Request, reason: str) -> web.Response:
        """Answer that PagerDuty shall try again."""
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
        occurred = datetime.fromisoformat(str(event.get("occurred_at")).replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    return time.time() - (occurred if occurred.tzinfo else occurred.replace(tzinfo=timezone.utc)).timestamp()


async def main(queue: Queue, args: dict[str, t.Any]) -> None:
    """Receive webhooks until ansible-rulebook ends."""
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
