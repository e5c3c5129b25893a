# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: what they keep from paging, and what PagerDuty refuses to change."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Answered, Client
from simulator.launch import Simulator

Json = dict[str, t.Any]
PAST, FUTURE, FAR = "2026-01-02T00:00:00Z", "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
STANDING = "/maintenance_windows/PMAINT1"


def window(**changes: t.Any) -> Json:
    services = [{"id": account.CHECKOUT.id, "type": "service_reference"}]
    usual = {"type": "maintenance_window", "start_time": PAST, "end_time": FAR, "services": services}
    return {"maintenance_window": {**usual, "description": "Deployment", **changes}}


def create(call: Client, **changes: t.Any) -> Json:
    answer = call("POST", "/maintenance_windows", window(**changes))
    assert answer.status == 201, answer.body
    return t.cast("Json", answer.body["maintenance_window"])


def refusal(answer: Answered) -> tuple[int, int, list[str]]:
    error = answer.body["error"]
    return answer.status, error["code"], error.get("errors", [])


def open_windows(simulator: Simulator) -> list[str]:
    state = simulator.state()
    return [each["description"] for each in state["maintenance_windows"] if each["end"] > state["now"]]


def test_a_start_in_the_past_becomes_the_present(simulator: Simulator, call: Client) -> None:
    before = simulator.state()["now"]
    assert create(call)["start_time"][:19] >= before[:19]


def test_a_service_in_a_window_opens_and_resolves_nothing_and_then_does_again(
    simulator: Simulator, call: Client
) -> None:
    def send(key: str, action: str = "trigger") -> None:
        payload = {"summary": "Disk full", "source": "db-1", "severity": "error"}
        event = {"routing_key": account.ROUTING_KEY, "event_action": action, "dedup_key": key, "payload": payload}
        assert call("POST", "/v2/enqueue", event).status == 202

    send("before")
    path = f"/maintenance_windows/{create(call)['id']}"
    assert call("GET", f"/services/{account.CHECKOUT.id}").body["service"]["status"] == "maintenance"
    send("during")
    send("before", "resolve")
    assert [each["status"] for each in simulator.state()["incidents"]] == ["triggered"]
    assert call("DELETE", path).status == 204
    send("after")
    assert len(simulator.state()["incidents"]) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"end_time": PAST}, "End time must be in the future"),
        ({"start_time": FAR, "end_time": FUTURE}, "End time must be after start time"),
        ({"start_time": "noon"}, "maintenance_window.start_time must be an ISO 8601 date and time"),
        ({"services": []}, "maintenance_window.services must not be empty"),
        ({"services": [{"id": "PNOBODY", "type": "service_reference"}]}, "Services not found: PNOBODY"),
    ],
)
def test_a_wrong_window_is_refused(changes: Json, error: str, simulator: Simulator, call: Client) -> None:
    before = simulator.state()["maintenance_windows"]
    assert refusal(call("POST", "/maintenance_windows", window(**changes))) == (400, 2001, [error])
    assert simulator.state()["maintenance_windows"] == before


def test_creating_needs_a_from(call: Client) -> None:
    assert call("POST", "/maintenance_windows", window(), headers={"From": None}).status == 400


def test_the_start_of_a_window_that_has_begun_cannot_be_changed(call: Client) -> None:
    status, code, problems = refusal(call("PUT", STANDING, window(start_time=FUTURE)))
    assert (status, code) == (400, 2001)
    assert problems == ["Start time cannot be modified for maintenance windows that have already started"]
    own = call("GET", STANDING).body["maintenance_window"]["start_time"]
    assert call("PUT", STANDING, window(start_time=own, end_time=FUTURE)).status == 200


def test_an_ongoing_window_ends_and_then_nothing_of_it_changes(simulator: Simulator, call: Client) -> None:
    assert call("DELETE", STANDING).status == 204
    assert open_windows(simulator) == []
    assert refusal(call("DELETE", STANDING)) == (405, 5003, [])
    own = call("GET", STANDING).body["maintenance_window"]["start_time"]
    problems = refusal(call("PUT", STANDING, window(start_time=own)))[2]
    assert problems == ["End time already passed and can not be modified"]


def test_a_future_window_is_deleted(call: Client) -> None:
    path = f"/maintenance_windows/{create(call, start_time=FUTURE)['id']}"
    assert call("DELETE", path).status == 204
    assert refusal(call("GET", path))[:2] == (404, 5001)
    assert refusal(call("DELETE", path))[:2] == (404, 5001)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("past", ["Ended"]),
        ("future", ["Later"]),
        ("ongoing", ["Billing migration"]),
        ("open", ["Later", "Billing migration"]),
        ("all", ["Later", "Ended", "Billing migration"]),
    ],
)
def test_windows_are_listed_by_their_state(state: str, expected: list[str], call: Client) -> None:
    call("DELETE", f"/maintenance_windows/{create(call, description='Ended')['id']}")
    create(call, description="Later", start_time=FUTURE)
    listed = call("GET", "/maintenance_windows", query=[("filter", state)]).body["maintenance_windows"]
    assert [each["description"] for each in listed] == expected
