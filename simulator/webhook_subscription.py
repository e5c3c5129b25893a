# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Webhook subscriptions, and what was delivered to them.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, WebhookSubscription; PagerDuty/developer-docs,
docs/webhooks/02-Behavior.md.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from simulator.clock import DAY

MAX_DROPS = 3
"""In a row; then the subscription is disabled. Source: docs/webhooks/02-Behavior.md."""
DISABLED_FOR = DAY
WEBHOOK_FAULTS = ("lose_answer", "duplicate")
"""What can happen to an attempt: its answer never arrives, though the endpoint has taken it; or it is sent twice."""


@dataclass(frozen=True)
class WebhookTiming:
    """How fast deliveries are given up.

    Args:
        timeout: real seconds for an answer.
        retry_after: real seconds between attempts. PagerDuty's are not documented.
    """

    timeout: float = 5.0
    retry_after: float = 30.0


@dataclass
class WebhookSubscription:
    """A webhook subscription.

    Args:
        secrets: each makes a signature; two while a secret is being replaced.
        drops: how many deliveries in a row were dropped.
        disabled_until: seconds since 1970.
    """

    id: str
    delivery_method_id: str
    url: str
    custom_headers: tuple[tuple[str, str], ...]
    description: str | None
    events: tuple[str, ...]
    filter_type: str
    filter_id: str | None
    secrets: tuple[str, ...] = field(repr=False)
    active: bool = True
    drops: int = 0
    disabled_until: float = 0.0

    def dropped(self, now: float) -> None:
        """Count a delivery that was given up."""
        self.drops += 1
        if self.drops >= MAX_DROPS:
            self.disabled_until = now + DISABLED_FOR

    def enable(self) -> None:
        """Enable it again."""
        self.drops, self.disabled_until = 0, 0.0


@dataclass
class Delivery:
    """The delivery of an event to a subscription.

    Args:
        resource: deliveries about the same one keep their order.
        attempts: the status of each attempt; None without an answer.
        outcome: `waiting`, `delivered` or `dropped`.
    """

    subscription: WebhookSubscription = field(repr=False)
    webhook_id: str
    event_type: str
    resource: str
    body: bytes = field(repr=False)
    created_at: float
    attempts: list[int | None] = field(default_factory=list)
    outcome: t.Literal["waiting", "delivered", "dropped"] = "waiting"

    def shown(self) -> dict[str, t.Any]:
        """Return the delivery as the control API shows it."""
        return {
            "subscription": self.subscription.id,
            "webhook_id": self.webhook_id,
            "event_type": self.event_type,
            "resource": self.resource,
            "attempts": self.attempts,
            "outcome": self.outcome,
        }
