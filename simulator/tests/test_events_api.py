# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Events API accepts documented events, drops those without an open alert, and refuses the rest with a reason."""

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
    (event(payload={**PAYLOAD, "timestamp": "2026-02-30T12:00:00Z"}), "'payload.timestamp' must be in ISO 8601 format"),
    (event(payload={**PAYLOAD, "custom_details": "text"}), "'payload.custom_details' must be an object"),
    (event(images=[{"src": "http://example.com/a.png"}]), "'images.src' must be an https URL"),
    (event(images=[{}]), "Every item of 'images' needs 'src'"),
    (event(links=["https://example.com"]), "'links' must be an array of objects"),
    (event(links=[{"text": "text"}]), "Every item of 'links' needs 'href'"),
    (event(links=[{"href": "https://example.com"}] * 51), "'links' must have at most 50 items"),
    (event(images=[{"src": "https://example.com/a.png"}] * 51), "'images' must have at most 50 items"),
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


def test_a_dedup_key_is_unique_within_one_routing_key(simulator: Simulator, call: Client) -> None:
    for key in (account.ROUTING_KEY, account.SECOND_ROUTING_KEY):
        call("POST", "/v2/enqueue", event(routing_key=key))
    services = [incident["service"] for incident in simulator.state()["incidents"]]
    assert services == [account.CHECKOUT.id, account.DATABASE.id]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_event_without_an_open_alert_is_dropped(action: str, simulator: Simulator, call: Client) -> None:
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


def changed(call: Client, summary: str, routing_key: str = account.ROUTING_KEY, **payload: t.Any) -> None:
    body = {"routing_key": routing_key, "payload": {"summary": summary, **payload}}
    assert call("POST", "/v2/change/enqueue", body).status == 202


def summaries(call: Client, path: str, query: t.Sequence[tuple[str, str]] = ()) -> list[str]:
    return [change["summary"] for change in call("GET", path, query=query).body["change_events"]]


def test_change_events_are_read_back_the_newest_first(call: Client) -> None:
    changed(call, "First", source="ci", custom_details={"build": "7"})
    changed(call, "Second")
    changed(call, "Elsewhere", account.SECOND_ROUTING_KEY)
    assert summaries(call, "/change_events") == ["Elsewhere", "Second", "First"]
    assert summaries(call, f"/services/{account.CHECKOUT.id}/change_events") == ["Second", "First"]
    first = call("GET", "/change_events").body["change_events"][-1]
    assert call("GET", f"/change_events/{first['id']}").body["change_event"] == first
    assert (first["source"], first["custom_details"]) == ("ci", {"build": "7"})
    assert account.ROUTING_KEY not in str(first)


@pytest.mark.parametrize(
    ("name", "value"),
    [("team_ids[]", account.DATA.id), ("integration_ids[]", "PINTEG2"), ("since", "2026-02-01T00:00:00Z")],
)
def test_change_events_are_filtered(name: str, value: str, call: Client) -> None:
    changed(call, "Wanted", account.SECOND_ROUTING_KEY, timestamp="2026-03-01T12:00:00.315+0000")
    changed(call, "Unwanted", timestamp="2026-01-31T12:00:00Z")
    assert summaries(call, "/change_events", [(name, value)]) == ["Wanted"]


@pytest.mark.parametrize("value", ["2026-01-31T12:00:00+01:00", "2026-01-31T12:00:00"])
def test_change_events_are_filtered_by_utc_only(value: str, call: Client) -> None:
    assert call("GET", "/change_events", query=[("since", value)]).status == 400


def test_an_incident_shows_the_changes_of_its_service(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    changed(call, "Deployed")
    changed(call, "Elsewhere", account.SECOND_ROUTING_KEY)
    (change,) = call("GET", f"/incidents/{incident}/related_change_events").body["change_events"]
    assert (change["summary"], change["correlation_reason"]) == ("Deployed", {"reason": "most_recent"})


def test_a_service_can_group_alerts_into_its_open_incident(simulator: Simulator, call: Client) -> None:
    for key in ("disk", "cpu"):
        call("POST", "/v2/enqueue", event(routing_key=account.GROUPING_ROUTING_KEY, dedup_key=key))
    (incident,) = simulator.state()["incidents"]
    assert [alert["alert_key"] for alert in incident["alerts"]] == ["disk", "cpu"]
    listed = call("GET", "/incidents", query=[("incident_key", "cpu")]).body["incidents"]
    assert [each["id"] for each in listed] == [incident["id"]]


def test_an_incident_has_no_key_of_its_own_while_it_has_alerts(call: Client) -> None:
    opening = {"type": "incident", "title": "Fire", "service": {"id": account.CHECKOUT.id, "type": "service_reference"}}
    opened = call("POST", "/incidents", {"incident": {**opening, "incident_key": "fire"}}).body["incident"]
    assert opened["incident_key"] == "fire"
    call("POST", "/v2/enqueue", event(dedup_key="disk"))
    call("POST", "/v2/enqueue", event(dedup_key="fire"))
    for key in ("disk", "fire"):
        (found,) = call("GET", "/incidents", query=[("incident_key", key)]).body["incidents"]
        (alert,) = call("GET", f"/incidents/{found['id']}/alerts").body["alerts"]
        assert (found["incident_key"], alert["alert_key"]) == (None, key)
    assert found["id"] == opened["id"]


def test_one_of_two_grouped_alerts_can_be_resolved(simulator: Simulator, call: Client) -> None:
    for key in ("disk", "cpu"):
        call("POST", "/v2/enqueue", event(routing_key=account.GROUPING_ROUTING_KEY, dedup_key=key))
    call("POST", "/v2/enqueue", event("resolve", routing_key=account.GROUPING_ROUTING_KEY, dedup_key="cpu"))
    (incident,) = simulator.state()["incidents"]
    assert incident["status"] == "triggered"
    assert [alert["status"] for alert in incident["alerts"]] == ["triggered", "resolved"]


def test_merging_takes_alerts_and_their_keys_to_the_target(simulator: Simulator, call: Client) -> None:
    call("POST", "/v2/enqueue", event(dedup_key="disk"))
    call("POST", "/v2/enqueue", event(dedup_key="cpu"))
    source, target = (incident["id"] for incident in simulator.state()["incidents"])
    sources = [{"id": source, "type": "incident_reference"}]
    assert call("PUT", f"/incidents/{target}/merge", {"source_incidents": sources}).status == 200
    listed = call("GET", "/incidents", query=[("incident_key", "disk")]).body["incidents"]
    assert [incident["id"] for incident in listed] == [target]
    call("POST", "/v2/enqueue", event("acknowledge", dedup_key="disk"))
    assert simulator.state()["incidents"][1]["status"] == "acknowledged"


def test_an_event_for_a_service_in_maintenance_is_accepted_and_opens_nothing(
    simulator: Simulator, call: Client
) -> None:
    assert call("POST", "/v2/enqueue", event(routing_key=account.MAINTENANCE_ROUTING_KEY)).status == 202
    assert simulator.state()["incidents"] == []


def test_fifty_links_and_fifty_images_are_taken(simulator: Simulator, call: Client) -> None:
    links, images = [{"href": "https://example.com"}] * 50, [{"src": "https://example.com/a.png"}] * 50
    assert call("POST", "/v2/enqueue", event(links=links, images=images)).status == 202
    change = {"routing_key": account.ROUTING_KEY, "payload": {"summary": "Deployed"}, "links": links}
    assert call("POST", "/v2/change/enqueue", change).status == 202
    assert call("POST", "/v2/change/enqueue", {**change, "links": links * 2}).status == 400
    assert len(simulator.state()["change_events"]) == 1


def test_an_event_that_finds_nobody_on_call_is_accepted_and_dropped(simulator: Simulator, call: Client) -> None:
    assert call("POST", "/v2/enqueue", event(routing_key=account.UNATTENDED_ROUTING_KEY)).status == 202
    assert (simulator.state()["incidents"], simulator.state()["pages"]) == ([], [])


@pytest.mark.parametrize(
    ("service", "grouping"),
    [
        (account.CHECKOUT, {"type": None, "config": None}),
        (account.PAYMENTS, {"type": "time", "config": {"timeout": 0}}),
    ],
    ids=["ungrouped", "grouped"],
)
def test_a_service_shows_how_it_groups_alerts(service: account.Service, grouping: Json, call: Client) -> None:
    assert call("GET", f"/services/{service.id}").body["service"]["alert_grouping_parameters"] == grouping


def test_change_events_are_read_by_service_with_their_details(call: Client) -> None:
    for number, key in enumerate((account.ROUTING_KEY, account.SECOND_ROUTING_KEY, account.ROUTING_KEY)):
        payload = {"summary": f"Deployed {number}", "custom_details": {"build": number}}
        call("POST", "/v2/change/enqueue", {"routing_key": key, "payload": payload})
    listed = call("GET", f"/services/{account.CHECKOUT.id}/change_events").body["change_events"]
    assert [(each["summary"], each["custom_details"]) for each in listed] == [
        ("Deployed 2", {"build": 2}),
        ("Deployed 0", {"build": 0}),
    ]
    assert account.ROUTING_KEY not in str(listed)
