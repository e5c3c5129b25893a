# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Past, related and outlier incidents; an incident with the same title is similar."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator


def opened(call: Client, title: str, service: account.Service = account.CHECKOUT) -> str:
    body = {"type": "incident", "title": title, "service": {"id": service.id, "type": "service_reference"}}
    return str(call("POST", "/incidents", {"incident": body}).body["incident"]["id"])


def past(call: Client, incident: str, **query: str) -> dict[str, t.Any]:
    answer = call("GET", f"/incidents/{incident}/past_incidents", query=list(query.items()))
    return t.cast("dict[str, t.Any]", answer.body)


def test_past_incidents_are_earlier_ones_of_the_service_the_most_similar_first(
    simulator: Simulator, call: Client
) -> None:
    others = simulator.reset(incidents=2)["incidents"]
    similar, elsewhere, incident = opened(call, "Fire"), opened(call, "Fire", account.DATABASE), opened(call, "Fire")
    found = past(call, incident, total="true")
    assert [each["incident"]["id"] for each in found["past_incidents"]] == [similar, *reversed(others)]
    assert [each["score"] for each in found["past_incidents"]] == [100.0, 0.0, 0.0]
    assert found["total"] == 3
    assert elsewhere not in str(found)


def test_five_past_incidents_are_shown_unless_said_otherwise(simulator: Simulator, call: Client) -> None:
    incident = simulator.reset(incidents=7)["incidents"][-1]
    shown = past(call, incident)
    assert (len(shown["past_incidents"]), shown["limit"], shown["total"]) == (5, 5, None)
    assert len(past(call, incident, limit="6")["past_incidents"]) == 6


@pytest.mark.parametrize("limit", ["0", "1000", "many"])
def test_a_wrong_limit_of_past_incidents_is_refused(limit: str, simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert call("GET", f"/incidents/{incident}/past_incidents", query=[("limit", limit)]).status == 400


def test_related_incidents_are_open_on_other_services(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    title = "Simulated incident 1"
    opened(call, title)
    resolved, related = opened(call, title, account.DATABASE), opened(call, title, account.PAYMENTS)
    call("PUT", f"/incidents/{resolved}", {"incident": {"type": "incident_reference", "status": "resolved"}})
    path = f"/incidents/{incident}/related_incidents"
    (found,) = call("GET", path).body["related_incidents"]
    assert (found["incident"]["id"], "status" in found["incident"]) == (related, False)
    (whole,) = call("GET", path, query=[("additional_details[]", "incident")]).body["related_incidents"]
    assert whole["incident"]["status"] == "triggered"
    assert call("GET", path, query=[("additional_details[]", "service")]).status == 400


@pytest.mark.parametrize(
    ("others", "same", "category", "frequency"),
    [(1, 0, "anomalous", 0.0), (19, 1, "rare", 0.05), (4, 1, "frequent", 0.2), (9, 1, "normal", 0.1)],
)
def test_an_outlier_incident_has_the_share_of_its_kind(
    others: int, same: int, category: str, frequency: float, simulator: Simulator, call: Client
) -> None:
    simulator.reset(incidents=others)
    for _time in range(same):
        opened(call, "Fire")
    incident = opened(call, "Fire")
    occurrence = call("GET", f"/incidents/{incident}/outlier_incident").body["outlier_incident"]["incident"][
        "occurrence"
    ]
    assert (occurrence["count"], occurrence["category"], occurrence["frequency"]) == (same, category, frequency)
