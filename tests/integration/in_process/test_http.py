# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP against a server that fails in every way: what is retried, and what is not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.responses import parse
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import connection, http_client
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import OutcomeUnknown, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import HttpClient, Request
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget, call_with_retries

from simulator import account
from simulator.launch import Simulator

HEADERS = {
    "Authorization": f"Token token={account.ACCOUNT_KEY}",
    "Content-Type": "application/json",
    "From": account.FROM_EMAIL,
}


class Time:
    """A clock that only sleeping advances."""

    def __init__(self) -> None:
        self.now = 0.0
        self.delays: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.delays.append(seconds)
        self.now += seconds

    def budget(self, max_wait: float = 120) -> RetryBudget:
        return RetryBudget(max_wait, print, print, clock=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def incident(simulator: Simulator) -> str:
    (incident_id,) = simulator.reset(incidents=1)["incidents"]
    return str(incident_id)


def get(simulator: Simulator, path: str = "/incidents") -> Request:
    return Request("GET", simulator.url + path, f"GET {path}", HEADERS)


def post(simulator: Simulator, incident_id: str) -> Request:
    path = f"/incidents/{incident_id}/notes"
    return Request("POST", simulator.url + path, f"POST {path}", HEADERS, body={"note": {"content": "text"}})


def send(request: Request, budget: RetryBudget, timeout: float = 30) -> dict[str, t.Any]:
    """Send a call as the client of the REST API does: reads are idempotent, writes are not."""
    client = HttpClient(timeout, True)
    return call_with_retries(
        lambda: parse(request, client.send(request), lambda record: record),
        budget,
        idempotent=request.method == "GET",
    )


def fail(simulator: Simulator, fault: str, times: int = 1, **arguments: t.Any) -> None:
    simulator.faults([{"method": "*", "path": "/incidents.*", "fault": fault, "times": times, **arguments}])


def notes(simulator: Simulator) -> int:
    return len(simulator.state()["incidents"][0]["notes"])


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("drop_before", {}),
        ("drop_after", {}),
        ("truncated", {}),
        ("status_before", {"status": 408}),
        ("status_before", {"status": 429}),
        ("status_before", {"status": 500}),
        ("status_before", {"status": 503}),
        ("status_before", {"status": 502, "body": "<html></html>", "content_type": "text/html"}),
    ],
)
def test_a_read_is_retried_until_there_is_a_response(
    fault: str, arguments: dict[str, t.Any], simulator: Simulator, time: Time
) -> None:
    fail(simulator, fault, times=3, **arguments)
    assert "incidents" in send(get(simulator), time.budget())
    assert len(time.delays) == 3


@pytest.mark.parametrize(
    ("fault", "arguments", "effects"),
    [
        ("drop_before", {}, 0),
        ("drop_after", {}, 1),
        ("truncated", {}, 1),
        ("html", {}, 0),
        ("status_before", {"status": 408}, 0),
        ("status_before", {"status": 500}, 0),
        ("status_after", {"status": 503}, 1),
    ],
)
def test_a_write_that_may_have_been_applied_is_not_sent_again(
    fault: str, arguments: dict[str, t.Any], effects: int, simulator: Simulator, time: Time, incident: str
) -> None:
    fail(simulator, fault, **arguments)
    with pytest.raises(OutcomeUnknown) as caught:
        send(post(simulator, incident), time.budget())
    assert caught.value.outcome == "unknown"
    assert simulator.journal()["writes"] == 1
    assert (notes(simulator), time.delays) == (effects, [])


def test_a_rate_limited_write_is_sent_again(simulator: Simulator, time: Time, incident: str) -> None:
    fail(simulator, "status_before", status=429, headers={"ratelimit-reset": "7"})
    send(post(simulator, incident), time.budget())
    assert notes(simulator) == 1
    assert 7 <= time.delays[0] < 8


def test_an_html_page_is_not_retried(simulator: Simulator, time: Time) -> None:
    fail(simulator, "html", times=9)
    with pytest.raises(OutcomeUnknown):
        send(get(simulator), time.budget())
    assert time.delays == []


def test_a_refusal_is_final(simulator: Simulator, time: Time) -> None:
    with pytest.raises(Refused, match="404") as caught:
        send(get(simulator, "/incidents/Q0NOSUCHONE"), time.budget())
    assert caught.value.request_id
    assert time.delays == []


def test_redirects_are_not_followed(simulator: Simulator, time: Time) -> None:
    fail(simulator, "redirect", location="https://example.com/")
    with pytest.raises(Refused, match=r"redirected to https://example\.com/"):
        send(get(simulator), time.budget())


def test_a_failure_while_another_is_handled_is_reported_with_its_own_cause(simulator: Simulator, time: Time) -> None:
    fail(simulator, "drop_before", times=9)
    budget = time.budget(0)

    def call_again_while_handling() -> None:
        try:
            send(get(simulator), budget)
        except OutcomeUnknown:
            send(get(simulator, "/incidents/1"), budget)

    with pytest.raises(OutcomeUnknown, match=r"GET /incidents/1: the connection to .* closed"):
        call_again_while_handling()


def test_a_slow_response_times_out(simulator: Simulator, time: Time) -> None:
    fail(simulator, "delay_before", seconds=30)
    with pytest.raises(OutcomeUnknown, match=r"timed out after 0\.2 s"):
        send(get(simulator), time.budget(0), timeout=0.2)


def test_a_trickle_of_bytes_does_not_extend_the_timeout(simulator: Simulator) -> None:
    fail(simulator, "trickle", seconds_per_byte=0.05)
    with pytest.raises(OutcomeUnknown, match=r"timed out after 0\.3 s"):
        send(get(simulator), RetryBudget(0, print, print), timeout=0.3)


def test_a_lone_surrogate_in_a_response_is_replaced(simulator: Simulator, time: Time) -> None:
    body = '{"incidents": [], "note": "\\ud83d and \\ud83d\\ude00"}'
    simulator.faults([{"method": "GET", "path": "/incidents", "fault": "status_before", "status": 200, "body": body}])
    assert send(get(simulator), time.budget())["note"] == "? and 😀"


def test_a_huge_response_is_not_read_to_its_end(
    simulator: Simulator, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "MAX_RESPONSE_BYTES", 1024**2)
    fail(simulator, "huge", bytes=3 * 1024**2)
    with pytest.raises(OutcomeUnknown, match="larger than 1 MB"):
        send(get(simulator), time.budget())


def test_a_server_whose_authority_is_in_the_ca_bundle_of_requests_is_trusted(
    tls_simulator: Simulator, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cache in ("_trusts", "_sessions"):
        monkeypatch.setattr(http_client, cache, {})
    for name in connection.CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("requests.certs.where", lambda: ca_path)
    assert HttpClient(30, True).send(get(tls_simulator, "/users")).status == 200


@pytest.mark.parametrize("variable", connection.CA_VARIABLES)
def test_a_server_whose_authority_the_environment_names_is_trusted(
    variable: str, tls_simulator: Simulator, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in connection.CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, ca_path)
    assert HttpClient(30, True).send(get(tls_simulator, "/users")).status == 200
