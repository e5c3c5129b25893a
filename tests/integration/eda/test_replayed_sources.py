# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both event sources with webhooks and log entries in the shapes that other projects have recorded."""

from __future__ import annotations

import asyncio
import json
import typing as t

import pytest

from integration.eda.recorded_webhooks import OLDER, THIRD
from integration.eda.source_runner import Source, event_type
from integration.eda.test_webhook import endpoint, nothing_more
from integration.in_process.recorded_answers import INTEGRATION_KEY, SHAPES, Shape
from integration.in_process.replay import Replay
from simulator import account
from simulator.client import Client

LOG_ENTRIES = [shape for shape in SHAPES if shape.kind in ("log_entry", "incident")]
NEEDS_INCIDENT = ("PagerDuty/go-pagerduty", "port-labs/port-docs")
"""Log entries of these do not show their incident: whether it is new cannot be told."""


async def test_every_recorded_webhook_reaches_the_rules_as_it_is() -> None:
    async with endpoint(queue_size=len(THIRD)) as running:
        for number, webhook in enumerate(THIRD):
            assert await running.send(json.dumps(webhook.body).encode(), webhook_id=f"W{number}") == 202, webhook
            (event,) = await running.source.events(1)
            assert event["payload"] == webhook.body
            assert event["meta"].get("incident_id") == webhook.incident_id, webhook


@pytest.mark.parametrize("webhook", OLDER, ids=str)
async def test_an_older_webhook_without_a_signature_is_asked_to_come_again_and_reaches_no_rule(
    webhook: t.Any,
) -> None:
    content = json.dumps(webhook.body).encode()
    async with endpoint() as running:
        assert await running.send(content, signed=None) == 503
        assert await nothing_more(running)


@pytest.mark.parametrize("webhook", OLDER, ids=str)
async def test_an_older_webhook_that_is_signed_on_its_way_is_handed_over(webhook: t.Any) -> None:
    async with endpoint() as running:
        assert await running.send(json.dumps(webhook.body).encode()) == 202
        (event,) = await running.source.events(1)
    assert (event["payload"], event["meta"].get("incident_id")) == (webhook.body, None)


async def test_every_recorded_log_entry_becomes_an_event() -> None:
    with Replay() as replay:
        source = Source("log_entries")
        async with source.running(api_token=account.ACCOUNT_KEY, api_url=replay.url, interval=0.1):
            # Only what happens after its first poll is new.
            while not replay.journal()["entries"]:
                await asyncio.sleep(0)
            usual = await opened(source, replay, None)
            for shape in LOG_ENTRIES:
                events = await opened(source, replay, shape)
                assert INTEGRATION_KEY not in json.dumps(events), shape
                if not shape.source.startswith(NEEDS_INCIDENT):
                    assert list(map(event_type, events)) == list(map(event_type, usual)), shape
        assert source.log == []


async def opened(source: Source, replay: Replay, shape: Shape | None) -> list[dict[str, t.Any]]:
    """Open an incident while the answers have a shape; returns the events of its log."""
    service = {"id": account.CHECKOUT.id, "type": "service_reference"}
    body = {"incident": {"type": "incident", "title": "Disk full", "service": service}}
    replay.shape = shape
    answered = Client(replay.url)("POST", "/incidents", body)
    assert answered.status == 201
    count = len(replay.state()["incidents"][-1]["log_entries"])
    return await source.events(count)
