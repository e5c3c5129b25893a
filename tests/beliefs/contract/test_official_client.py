# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty's own Python client takes an incident through its life on the simulator."""

from __future__ import annotations

import ssl
import typing as t

import pagerduty
import pytest
import trustme

from simulator import account
from simulator.launch import Simulator

Record = dict[str, t.Any]


@pytest.fixture(scope="session")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def simulator(tls_simulator: Simulator) -> Simulator:
    tls_simulator.reset()
    return tls_simulator


@pytest.fixture
def client(simulator: Simulator, trust: ssl.SSLContext) -> t.Iterator[pagerduty.RestApiV2Client]:
    with pagerduty.RestApiV2Client(
        account.ACCOUNT_KEY, default_from=account.FROM_EMAIL, base_url=simulator.url, verify=trust
    ) as rest:
        yield rest


@pytest.fixture
def events(simulator: Simulator, trust: ssl.SSLContext) -> t.Iterator[pagerduty.EventsApiV2Client]:
    with pagerduty.EventsApiV2Client(account.ROUTING_KEY, base_url=simulator.url, verify=trust) as sender:
        yield sender


def updated(client: pagerduty.RestApiV2Client, incident: Record, **changes: t.Any) -> Record:
    body = {"type": "incident_reference", **changes}
    return t.cast("Record", client.rput(f"/incidents/{incident['id']}", json=body))


def test_an_incident_is_opened_noted_acknowledged_and_resolved(
    client: pagerduty.RestApiV2Client, simulator: Simulator
) -> None:
    service = {"id": account.CHECKOUT.id, "type": "service_reference"}
    opening = {"type": "incident", "title": "Disk full", "service": service}
    incident = client.rpost("/incidents", json=opening)
    assert incident["status"] == "triggered"
    client.rpost(f"/incidents/{incident['id']}/notes", json={"content": "Looking at it."})
    assert updated(client, incident, status="acknowledged")["status"] == "acknowledged"
    assert updated(client, incident, status="resolved", resolution="Logs rotated.")["status"] == "resolved"
    notes = client.rget(f"/incidents/{incident['id']}/notes")
    assert [note["content"] for note in notes] == ["Looking at it."]
    (kept,) = simulator.state()["incidents"]
    assert kept["log_entries"] == ["trigger", "assign", "notify", "annotate", "acknowledge", "assign", "resolve"]


def test_a_list_is_read_page_by_page(client: pagerduty.RestApiV2Client, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=230)["incidents"]
    assert [incident["id"] for incident in client.iter_all("/incidents")] == ids
    assert client.get_total("/incidents") == len(ids)
    assert len(simulator.journal()["entries"]) == 4


def test_a_user_is_found_by_the_exact_address(client: pagerduty.RestApiV2Client) -> None:
    assert len(client.list_all("/users", params={"query": account.COMMANDER.email})) == 2
    found = t.cast("Record", client.find("users", account.COMMANDER.email, attribute="email"))
    assert found["id"] == account.COMMANDER.id


def test_many_incidents_are_updated_at_once(client: pagerduty.RestApiV2Client, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    body = [{"id": each, "type": "incident_reference", "status": "acknowledged"} for each in ids]
    updates = t.cast("list[Record]", client.rput("/incidents", json=body))
    assert {incident["status"] for incident in updates} == {"acknowledged"}


def test_a_rate_limit_is_waited_out(client: pagerduty.RestApiV2Client, simulator: Simulator) -> None:
    client.sleep_timer = 0
    (incident,) = simulator.reset(incidents=1)["incidents"]
    simulator.faults([{"method": "GET", "path": "/incidents/.*", "fault": "status_before", "status": 429, "times": 2}])
    assert client.rget(f"/incidents/{incident}")["id"] == incident
    assert [entry["status"] for entry in simulator.journal()["entries"]] == [429, 429, 200]


def test_a_refusal_carries_the_code_of_the_api(client: pagerduty.RestApiV2Client, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    with pytest.raises(pagerduty.HttpError) as refused:
        updated(client, {"id": incident}, status="resolved")
    answer = refused.value.response
    assert answer is not None
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 1001)


def test_a_wrong_key_is_refused(simulator: Simulator, trust: ssl.SSLContext) -> None:
    with (
        pagerduty.RestApiV2Client("no-such-key-0123456789", base_url=simulator.url, verify=trust) as client,
        pytest.raises(pagerduty.HttpError, match="401 Unauthorized"),
    ):
        client.list_all("/users")


def test_an_oauth_token_goes_in_as_a_bearer(simulator: Simulator, trust: ssl.SSLContext) -> None:
    with pagerduty.RestApiV2Client(
        account.OAUTH_TOKEN, auth_type="bearer", base_url=simulator.url, verify=trust
    ) as client:
        assert len(client.list_all("/users")) == len(account.USERS)


def test_abilities_are_known(client: pagerduty.RestApiV2Client, simulator: Simulator) -> None:
    simulator.reset(without=["coordinated_responding"])
    assert client.account_has_ability("teams")
    assert not client.account_has_ability("coordinated_responding")


def test_the_client_knows_the_key_of_an_account(client: pagerduty.RestApiV2Client) -> None:
    assert client.api_key_access == "account"


def test_an_alert_is_triggered_acknowledged_and_resolved(
    events: pagerduty.EventsApiV2Client, simulator: Simulator
) -> None:
    key = events.trigger("Disk full", "db-1", custom_details={"free": "1 %"})
    events.trigger("Disk still full", "db-1", dedup_key=key)
    events.acknowledge(key)
    assert simulator.state()["incidents"][0]["status"] == "acknowledged"
    events.resolve(key)
    (incident,) = simulator.state()["incidents"]
    assert incident["status"] == "resolved"
    assert [(alert["alert_key"], alert["event_count"]) for alert in incident["alerts"]] == [(key, 2)]
    assert len(simulator.state()["pages"]) == 1


def test_a_change_is_recorded(events: pagerduty.EventsApiV2Client, simulator: Simulator) -> None:
    events.send_change_event({"summary": "Deployed 1.2.3", "source": "pipeline"})
    (change,) = simulator.state()["change_events"]
    assert change["payload"]["summary"] == "Deployed 1.2.3"
