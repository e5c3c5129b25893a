# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Webhooks are delivered as by PagerDuty: signed, in order, again after errors, and dropped after a 4xx."""

from __future__ import annotations

import hashlib
import hmac
import time
import typing as t

import pytest

from simulator import account
from simulator.client import Client
from simulator.endpoint import Endpoint
from simulator.launch import Simulator, SimulatorError

Json = dict[str, t.Any]

EVENTS = (
    "incident.acknowledged",
    "incident.action_invocation.created",
    "incident.action_invocation.terminated",
    "incident.action_invocation.updated",
    "incident.annotated",
    "incident.conference_bridge.updated",
    "incident.custom_field_values.updated",
    "incident.delegated",
    "incident.escalated",
    "incident.incident_type.changed",
    "incident.priority_updated",
    "incident.reassigned",
    "incident.reopened",
    "incident.resolved",
    "incident.responder.added",
    "incident.responder.replied",
    "incident.role.assigned",
    "incident.service_updated",
    "incident.status_update_published",
    "incident.task.completed",
    "incident.task.created",
    "incident.task.updated",
    "incident.triggered",
    "incident.unacknowledged",
    "incident.workflow.completed",
    "incident.workflow.started",
    "service.created",
    "service.deleted",
    "service.updated",
)
"""All that PagerDuty's documentation lists, but for custom fields of services.

Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Event Types".
"""
ACCOUNT: Json = {"type": "account_reference"}


def subscribe(call: Client, url: str, events: t.Sequence[str] = EVENTS, **fields: t.Any) -> Json:
    method = {"type": "http_delivery_method", "url": url, "custom_headers": [{"name": "X-Team", "value": "web"}]}
    body = {"type": "webhook_subscription", "delivery_method": method, "events": list(events), "filter": ACCOUNT}
    answer = call("POST", "/webhook_subscriptions", {"webhook_subscription": {**body, **fields}})
    return t.cast("Json", answer.body["webhook_subscription"])


def open_incident(call: Client, service: account.Service = account.CHECKOUT) -> str:
    reference = {"id": service.id, "type": "service_reference"}
    answer = call("POST", "/incidents", {"incident": {"type": "incident", "title": "Ölpest", "service": reference}})
    return str(answer.body["incident"]["id"])


def update(call: Client, incident: str, **change: t.Any) -> None:
    body = {"incident": {"type": "incident_reference", **change}}
    assert call("PUT", f"/incidents/{incident}", body).status == 200


def settled(simulator: Simulator) -> list[Json]:
    """Return the deliveries once none is waiting."""
    deadline = time.monotonic() + 20
    while any(delivery["outcome"] == "waiting" for delivery in simulator.deliveries()):
        assert time.monotonic() < deadline, simulator.deliveries()
    return simulator.deliveries()


def test_a_delivery_is_signed_over_its_raw_body(simulator: Simulator, call: Client, endpoint: Endpoint) -> None:
    subscription = subscribe(call, endpoint.url)
    incident = open_incident(call)
    settled(simulator)
    ((headers, body),) = endpoint.received
    secret = subscription["delivery_method"]["secret"]
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-pagerduty-signature"] == f"v1={digest}"
    assert headers["x-webhook-subscription"] == subscription["id"]
    assert (headers["x-team"], headers["content-type"]) == ("web", "application/json")
    assert "Ölpest".encode() in body
    (event,) = endpoint.events
    assert (event["event_type"], event["resource_type"]) == ("incident.triggered", "incident")
    assert (event["data"]["id"], event["data"]["number"], event["data"]["status"]) == (incident, 1, "triggered")
    assert event["agent"]["id"] == account.AUTOMATION.id


def test_a_secret_that_is_being_replaced_makes_two_signatures(
    simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    subscription = subscribe(call, endpoint.url)
    simulator.sign_webhooks(subscription["id"], "new", "old")
    open_incident(call)
    settled(simulator)
    ((headers, body),) = endpoint.received
    digests = [hmac.new(secret, body, hashlib.sha256).hexdigest() for secret in (b"new", b"old")]
    assert headers["x-pagerduty-signature"] == f"v1={digests[0]},v1={digests[1]}"


def test_the_whole_life_of_an_incident_is_reported_in_order(
    simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    subscribe(call, endpoint.url)
    incident = open_incident(call)
    owner = {"assignee": {"id": account.OWNER.id, "type": "user_reference"}}
    policy = {"id": account.DATABASE_POLICY.id, "type": "escalation_policy_reference"}
    update(call, incident, status="acknowledged")
    update(call, incident, status="triggered")
    update(call, incident, priority={"id": "PPRIOR1", "type": "priority_reference"})
    update(call, incident, conference_bridge={"conference_url": "https://meet.example.com/1"})
    update(call, incident, service={"id": account.DATABASE.id, "type": "service_reference"})
    update(call, incident, incident_type={"name": "major_incident"})
    update(call, incident, escalation_level=2)
    update(call, incident, assignments=[owner])
    update(call, incident, escalation_policy=policy)
    call("POST", f"/incidents/{incident}/notes", {"note": {"content": "Looking."}})
    target = {"responder_request_target": {"id": account.OWNER.id, "type": "user_reference"}}
    request = {"requester_id": account.AUTOMATION.id, "message": "Help", "responder_request_targets": [target]}
    call("POST", f"/incidents/{incident}/responder_requests", request)
    call("POST", f"/incidents/{incident}/status_updates", {"message": "Soon."})
    call("PUT", f"/incidents/{incident}/custom_fields/values", {"custom_fields": [{"name": "ticket", "value": "T-1"}]})
    update(call, incident, status="resolved")
    update(call, incident, status="triggered")
    settled(simulator)
    assert [event_type.removeprefix("incident.") for event_type in endpoint.types] == [
        "triggered",
        "acknowledged",
        "reassigned",
        "unacknowledged",
        "priority_updated",
        "conference_bridge.updated",
        "service_updated",
        "incident_type.changed",
        "escalated",
        "reassigned",
        "delegated",
        "annotated",
        "responder.added",
        "status_update_published",
        "custom_field_values.updated",
        "resolved",
        "reopened",
    ]
    assert {event["data"].get("incident", event["data"])["id"] for event in endpoint.events} == {incident}
    data = {event["event_type"].removeprefix("incident."): event["data"] for event in endpoint.events}
    assert data["annotated"]["content"] == "Looking."
    assert data["responder.added"]["user"]["id"] == account.OWNER.id
    assert data["acknowledged"]["status"] == "acknowledged"
    assert data["resolved"]["status"] == "resolved"
    assert data["service_updated"]["service"]["id"] == account.DATABASE.id
    assert data["incident_type.changed"]["incident_type"] == {"name": "major_incident"}
    assert (data["triggered"]["reopened_at"], data["reopened"]["reopened_at"] is None) == (None, False)


def test_the_former_values_of_custom_fields_are_reported_as_well(
    simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    subscribe(call, endpoint.url, ["incident.custom_field_values.updated"])
    incident = open_incident(call)
    for ticket in ("T-1", "T-2"):
        fields = [{"name": "ticket", "value": ticket}, {"name": "environment", "value": "staging"}]
        call("PUT", f"/incidents/{incident}/custom_fields/values", {"custom_fields": fields})
    settled(simulator)
    first, second = [event["data"] for event in endpoint.events]
    assert values_of(first["changed_custom_fields"]) == {"ticket": None, "environment": None}
    assert values_of(second["changed_custom_fields"]) == {"ticket": "T-1"}
    assert values_of(second["custom_fields"]).items() >= {"ticket": "T-2", "environment": "staging"}.items()
    assert (second["type"], second["incident"]["id"]) == ("incident_field_values", incident)


def values_of(fields: list[Json]) -> Json:
    return {field["name"]: field["value"] for field in fields}


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [
        ("task.created", {"type": "incident_task", "status": "todo"}),
        ("task.updated", {"type": "incident_task", "status": "todo"}),
        ("task.completed", {"type": "incident_task", "status": "completed"}),
        ("responder.replied", {"type": "incident_responder", "state": "joined"}),
        ("action_invocation.created", {"type": "incident_action_invocation", "state": "created"}),
        ("action_invocation.updated", {"type": "incident_action_invocation", "state": "running"}),
        ("action_invocation.terminated", {"type": "incident_action_invocation", "state": "completed"}),
    ],
)
def test_what_happens_in_the_web_interface_is_reported(
    event_type: str, expected: Json, simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    incident = open_incident(call)
    target = {"responder_request_target": {"id": account.OWNER.id, "type": "user_reference"}}
    request = {"requester_id": account.AUTOMATION.id, "message": "Help", "responder_request_targets": [target]}
    call("POST", f"/incidents/{incident}/responder_requests", request)
    subscribe(call, endpoint.url)
    simulator.elsewhere(event_type, incident)
    settled(simulator)
    (event,) = endpoint.events
    assert (event["event_type"], event["resource_type"]) == (f"incident.{event_type}", "incident")
    assert expected.items() <= event["data"].items()
    assert event["data"]["incident"]["id"] == incident


def test_a_role_has_its_incident_further_down(simulator: Simulator, call: Client, endpoint: Endpoint) -> None:
    incident = open_incident(call)
    subscribe(call, endpoint.url)
    simulator.elsewhere("role.assigned", incident)
    settled(simulator)
    (event,) = endpoint.events
    (assignment,) = event["data"].pop("incident_role_assignments")
    assert event["data"] == {"type": "incident_role_assignment"}
    assert (assignment["incident"]["id"], assignment["assignee"]["id"]) == (incident, account.COMMANDER.id)


def test_nobody_can_reply_who_was_not_asked(simulator: Simulator, call: Client) -> None:
    with pytest.raises(SimulatorError, match="no responder"):
        simulator.elsewhere("responder.replied", open_incident(call))


def test_a_run_of_a_workflow_names_the_workflow_and_the_service(
    simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    subscribe(call, endpoint.url, ["incident.workflow.started", "incident.workflow.completed"])
    reference = {"id": open_incident(call), "type": "incident_reference"}
    instance = {"id": "run1", "type": "incident_workflow_instance", "incident": reference}
    path = f"/incident_workflows/{account.DECLARE_MAJOR.id}/instances"
    call("POST", path, {"incident_workflow_instance": instance})
    settled(simulator)
    for event in endpoint.events:
        data = event["data"]
        assert (data["type"], data["service"]["id"]) == ("incident_workflow_instance", account.CHECKOUT.id)
        assert data["incident_workflow"]["id"] == account.DECLARE_MAJOR.id
    assert len(endpoint.events) == 2


def test_the_life_of_a_service_is_reported(simulator: Simulator, call: Client, endpoint: Endpoint) -> None:
    subscribe(call, endpoint.url)
    policy = {"id": account.WEB_OPERATIONS.id, "type": "escalation_policy_reference"}
    body = {"service": {"type": "service", "name": "New", "escalation_policy": policy}}
    service = call("POST", "/services", body).body["service"]["id"]
    call("PUT", f"/services/{service}", {"service": {"type": "service", "name": "Newer"}})
    call("DELETE", f"/services/{service}")
    settled(simulator)
    assert endpoint.types == ["service.created", "service.updated", "service.deleted"]
    assert {(event["resource_type"], event["data"]["id"]) for event in endpoint.events} == {("service", service)}
    assert [event["data"]["summary"] for event in endpoint.events] == ["New", "Newer", "Newer"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_delivery_is_tried_again_under_the_same_id(
    status: int, simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    simulator.reset(webhook_retry_after=0.05)
    subscribe(call, endpoint.url)
    endpoint.statuses = [status, status]
    incident = open_incident(call)
    update(call, incident, status="resolved")
    first, second = settled(simulator)
    assert (first["attempts"], first["outcome"]) == ([status, status, 202], "delivered")
    assert (second["attempts"], second["outcome"]) == ([202], "delivered")
    assert endpoint.types == ["incident.triggered"] * 3 + ["incident.resolved"]
    assert len({headers["x-webhook-id"] for headers, _body in endpoint.received}) == 2
    assert len({body for _headers, body in endpoint.received}) == 2


def test_an_answer_that_comes_too_late_is_none(simulator: Simulator, call: Client, endpoint: Endpoint) -> None:
    simulator.reset(webhook_retry_after=0.05)
    subscribe(call, endpoint.url)
    simulator.webhook_faults("lose_answer")
    open_incident(call)
    (delivery,) = settled(simulator)
    assert delivery["attempts"] == [None, 202]


def test_three_drops_in_a_row_disable_the_subscription(simulator: Simulator, call: Client, endpoint: Endpoint) -> None:
    subscription = subscribe(call, endpoint.url)
    path = f"/webhook_subscriptions/{subscription['id']}"
    endpoint.statuses = [404, 404, 202, 401, 400, 403]
    for _unused in range(6):
        open_incident(call)
        settled(simulator)
    assert call("GET", path).body["webhook_subscription"]["delivery_method"]["temporarily_disabled"] is True
    open_incident(call)
    outcomes = ["dropped", "dropped", "delivered", "dropped", "dropped", "dropped"]
    assert [delivery["outcome"] for delivery in settled(simulator)] == outcomes
    enabled = call("POST", f"{path}/enable", headers={"Content-Type": None}).body["webhook_subscription"]
    assert enabled["delivery_method"]["temporarily_disabled"] is False
    open_incident(call)
    assert settled(simulator)[-1]["outcome"] == "delivered"


def test_a_delivery_is_given_up_after_two_days(call: Client, endpoint: Endpoint) -> None:
    endpoint.close()
    with Simulator(clock_speed=1_000_000) as simulator:
        simulator.reset(webhook_retry_after=0.05)
        call = Client(simulator.url)
        subscribe(call, endpoint.url)
        open_incident(call)
        (delivery,) = settled(simulator)
        assert delivery["outcome"] == "dropped"
        assert set(delivery["attempts"]) == {None}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"filter": {"type": "service_reference", "id": account.DATABASE.id}}, [account.DATABASE.id]),
        ({"filter": {"type": "team_reference", "id": account.WEB.id}}, [account.CHECKOUT.id]),
        ({"events": ["incident.resolved"]}, []),
        ({"filter": {"type": "account_reference"}}, [account.CHECKOUT.id, account.DATABASE.id]),
    ],
)
def test_only_what_was_subscribed_is_delivered(
    wanted: Json, expected: list[str], simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    subscribe(call, endpoint.url, **wanted)
    open_incident(call, account.CHECKOUT)
    open_incident(call, account.DATABASE)
    settled(simulator)
    assert sorted(event["data"]["service"]["id"] for event in endpoint.events) == expected


def test_a_test_event_is_sent_on_demand(simulator: Simulator, call: Client, endpoint: Endpoint) -> None:
    subscription = subscribe(call, endpoint.url)
    answer = call("POST", f"/webhook_subscriptions/{subscription['id']}/ping", headers={"Content-Type": None})
    assert answer.status == 202
    settled(simulator)
    assert endpoint.types == ["pagey.ping"]


def test_the_secret_is_shown_once_and_never_in_the_journal(
    simulator: Simulator, call: Client, endpoint: Endpoint
) -> None:
    subscription = subscribe(call, endpoint.url)
    secret = subscription["delivery_method"]["secret"]
    again = call("GET", f"/webhook_subscriptions/{subscription['id']}").body["webhook_subscription"]
    assert again["delivery_method"]["secret"] is None
    assert again["delivery_method"]["custom_headers"] == [{"name": "X-Team", "value": "-- redacted --"}]
    assert secret not in str(simulator.journal())
