# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Events API takes what it documents, drops what finds nothing open, and says what is wrong with the rest."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

Json = dict[str, t.Any]
PAYLOAD = {"summary": "Disk full", "source": "db-1", "severity": "critical"}


def event(action: str = "trigger", **changes: t.Any) -> Json:
    whole = {"routing_key": account.ROUTING_KEY, "event_action": action, "dedup_key": "disk", "payload": PAYLOAD}
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


WRONG: t.Sequence[tuple[Json, str]] = (
    (event(routing_key=None), "'routing_key' is missing or blank"),
    (event(routing_key="short"), "Length of 'routing_key' is incorrect"),
    (event(routing_key="0" * 32), "'routing_key' is not known"),
    (event("shout"), "'event_action' must be one of"),
    (event("resolve", dedup_key=None), "'dedup_key' is required to resolve"),
    (event(dedup_key="x" * 256), "'dedup_key' must have at most 255 characters"),
    (event(payload=None), "'payload' is missing"),
    (event(payload={**PAYLOAD, "summary": " "}), "'payload.summary' is missing or blank"),
    (event(payload={**PAYLOAD, "summary": "x" * 1025}), "'payload.summary' must have at most 1024 characters"),
    (event(payload={**PAYLOAD, "severity": "fatal"}), "'payload.severity' must be one of"),
    (event(payload={**PAYLOAD, "source": None}), "'payload.source' is missing or blank"),
    (event(payload={**PAYLOAD, "timestamp": "noon"}), "'payload.timestamp' must be in ISO 8601 format"),
    (event(payload={**PAYLOAD, "custom_details": "text"}), "'payload.custom_details' must be an object"),
    (event(images=[{"src": "http://example.com/a.png"}]), "'images.src' must be an https URL"),
    (event(images=[{}]), "Every item of 'images' needs 'src'"),
    (event(links=["https://example.com"]), "'links' must be an array of objects"),
    (event(links=[{"text": "text"}]), "Every item of 'links' needs 'href'"),
)


@pytest.mark.parametrize(("wrong", "error"), WRONG, ids=[error for _event, error in WRONG])
def test_a_wrong_event_is_refused(wrong: Json, error: str, simulator: Simulator, call: Client) -> None:
    answer = call("POST", "/v2/enqueue", wrong)
    assert (answer.status, answer.body["status"]) == (400, "invalid event")
    assert answer.body["errors"][0].startswith(error)
    assert simulator.state()["incidents"] == []


def test_an_event_over_512_kb_is_refused(call: Client) -> None:
    payload = {**PAYLOAD, "custom_details": {"log": "x" * 512 * 1024}}
    assert call("POST", "/v2/enqueue", event(payload=payload)).status == 413


def test_the_alerts_of_one_key_are_one_until_it_is_resolved(simulator: Simulator, call: Client) -> None:
    for action in ("trigger", "trigger", "acknowledge", "resolve", "trigger"):
        assert call("POST", "/v2/enqueue", event(action)).status == 202
    state = simulator.state()
    assert [incident["status"] for incident in state["incidents"]] == ["resolved", "triggered"]
    assert [incident["alerts"][0]["event_count"] for incident in state["incidents"]] == [2, 1]
    assert [page["user"] for page in state["pages"]] == [account.PRIMARY.id] * 2


def test_a_key_binds_within_one_routing_key(simulator: Simulator, call: Client) -> None:
    for key in (account.ROUTING_KEY, account.SECOND_ROUTING_KEY):
        call("POST", "/v2/enqueue", event(routing_key=key))
    services = [incident["service"] for incident in simulator.state()["incidents"]]
    assert services == [account.CHECKOUT.id, account.DATABASE.id]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_event_that_finds_nothing_open_is_dropped(action: str, simulator: Simulator, call: Client) -> None:
    assert call("POST", "/v2/enqueue", event(action)).status == 202
    assert simulator.state()["incidents"] == []


def test_a_trigger_without_a_key_is_given_one(call: Client) -> None:
    keys = {call("POST", "/v2/enqueue", event(dedup_key=None)).body["dedup_key"] for _time in range(2)}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 2


def test_an_event_beyond_the_limit_is_not_taken(simulator: Simulator, call: Client) -> None:
    simulator.reset(events_limit=2)
    statuses = [call("POST", "/v2/enqueue", event(dedup_key=str(number))).status for number in range(3)]
    assert statuses == [202, 202, 429]
    assert len(simulator.state()["incidents"]) == 2
    assert call("POST", "/v2/enqueue", event(routing_key=account.SECOND_ROUTING_KEY)).status == 202


def test_the_last_alert_resolves_its_incident(simulator: Simulator, call: Client) -> None:
    call("POST", "/v2/enqueue", event())
    (incident,) = simulator.state()["incidents"]
    alerts = [{"id": alert["id"], "type": "alert", "status": "resolved"} for alert in incident["alerts"]]
    assert call("PUT", f"/incidents/{incident['id']}/alerts", {"alerts": alerts}).status == 200
    assert simulator.state()["incidents"][0]["status"] == "resolved"


def test_every_change_event_is_recorded(simulator: Simulator, call: Client) -> None:
    change = {"routing_key": account.ROUTING_KEY, "payload": {"summary": "Deployed"}}
    for _time in range(2):
        assert call("POST", "/v2/change/enqueue", change).status == 202
    assert call("POST", "/v2/change/enqueue", {**change, "payload": {}}).status == 400
    assert len(simulator.state()["change_events"]) == 2
