# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivers webhooks as PagerDuty does: signed, in order, at least once, and again if there is no response in time.

Source: PagerDuty/developer-docs, docs/webhooks/02-Behavior.md and 04-Signatures.md. INFERRED: the time between two
attempts; that an answer other than 2xx, 4xx or 5xx drops the delivery.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
import typing as t

import aiohttp
from aiohttp import web

from simulator.clock import DAY
from simulator.incident import OutboundEvent
from simulator.serializers import Serializer
from simulator.simulation import Simulation
from simulator.state import State
from simulator.webhook_payloads import body_of
from simulator.webhook_subscription import Delivery, WebhookSubscription

RETRIED_FOR = 2 * DAY
CERTIFICATE_EXPIRED = 10
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED."""


def signature(body: bytes, secrets: t.Sequence[str]) -> str:
    """The header `X-PagerDuty-Signature`: one signature for each secret."""
    digests = (hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join(f"v1={digest}" for digest in digests)


def wants(subscription: WebhookSubscription, event: OutboundEvent, now: float) -> bool:
    """Return whether a subscription is for an event, and is enabled."""
    if not subscription.active or subscription.disabled_until > now:
        return False
    service = event.service
    matching = (None, service.id, *(team.id for team in service.teams))
    by_account = subscription.filter_type == "account_reference"
    return event.event_type in subscription.events and (by_account or subscription.filter_id in matching)


class Webhooks:
    """Delivers the events of a simulation to their subscriptions."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._state: State | None = None
        self._session: aiohttp.ClientSession | None = None
        self._lanes: dict[tuple[str, str], list[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = 0
        """How many deliveries of the state are on their way or done."""

    async def lifespan(self, _application: web.Application) -> t.AsyncIterator[None]:
        """Deliver while the server runs."""
        async with aiohttp.ClientSession() as self._session:
            self._simulation.on_events = self.collect
            yield
            await self._cancel()

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def collect(self) -> None:
        """Start the deliveries of new events and test events."""
        state = self._simulation.state
        if state is not self._state:
            for task in self._tasks:
                task.cancel()
            self._state, self._started = state, 0
            self._lanes.clear()
        now = state.clock.now()
        serializer = Serializer(state.base, state)
        for event in state.events:
            body = body_of(event, state.ids.event(), serializer)
            state.deliveries += [
                Delivery(subscription, state.ids.webhook(), event.event_type, event.resource.id, body, now)
                for subscription in state.webhook_subscriptions.values()
                if wants(subscription, event, now)
            ]
        state.events.clear()
        for delivery in state.deliveries[self._started :]:
            self._enqueue(delivery)
        self._started = len(state.deliveries)

    def _enqueue(self, delivery: Delivery) -> None:
        """Deliveries to one subscription about one incident keep their order."""
        key = (delivery.subscription.id, delivery.resource)
        if key in self._lanes:
            self._lanes[key].append(delivery)
            return
        self._lanes[key] = [delivery]
        task = asyncio.create_task(self._drain(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: tuple[str, str]) -> None:
        lane = self._lanes[key]
        while lane:
            await self._deliver(lane[0])
            lane.pop(0)
        del self._lanes[key]

    async def _deliver(self, delivery: Delivery) -> None:
        state = self._simulation.state
        subscription = delivery.subscription
        while state.clock.now() - delivery.created_at <= RETRIED_FOR:
            if subscription.disabled_until > state.clock.now():
                delivery.outcome = "dropped"
                return
            status = await self._attempt(delivery, state)
            delivery.attempts.append(status)
            if status is not None and 200 <= status < 300:
                delivery.outcome, subscription.drops = "delivered", 0
                return
            if status is not None and status != 429 and status < 500:
                break
            await asyncio.sleep(state.webhook_timing.retry_after)
        delivery.outcome = "dropped"
        subscription.dropped(state.clock.now())

    async def _attempt(self, delivery: Delivery, state: State) -> int | None:
        """Send it once; returns the status, 0 for a connection that is never tried again, None for no answer."""
        fault = state.webhook_faults.pop(0) if state.webhook_faults else None
        status = await self._send(delivery, state)
        if fault == "duplicate":
            status = await self._send(delivery, state)
        return None if fault == "lose_answer" else status

    async def _send(self, delivery: Delivery, state: State) -> int | None:
        session = t.cast("aiohttp.ClientSession", self._session)
        timeout = aiohttp.ClientTimeout(total=state.webhook_timing.timeout)
        subscription = delivery.subscription
        try:
            async with session.post(
                subscription.url,
                data=delivery.body,
                headers={**dict(subscription.custom_headers), **headers_of(delivery)},
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return response.status
        except aiohttp.ClientConnectorCertificateError as error:
            return None if _has_expired(error.certificate_error) else 0
        except aiohttp.ClientSSLError:
            return 0
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None


def headers_of(delivery: Delivery) -> dict[str, str]:
    """The headers of a delivery. Source: the README of the npm package n8n-nodes-pagerduty-trigger."""
    return {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "PagerDuty-Webhook/V3.0",
        "X-PagerDuty-Signature": signature(delivery.body, delivery.subscription.secrets),
        "X-Webhook-Id": delivery.webhook_id,
        "X-Webhook-Subscription": delivery.subscription.id,
    }


def _has_expired(error: Exception) -> bool:
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code == CERTIFICATE_EXPIRED
