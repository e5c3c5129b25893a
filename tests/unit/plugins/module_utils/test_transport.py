# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP against a real server that fails in every way: what is repeated, what is not, and how long it takes."""

from __future__ import annotations

import itertools
import ssl
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils import _transport
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import (
    NotSent,
    PagerDutyError,
    Refused,
    Unanswered,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._transport import Patience, Request, Transport

from simulator import account
from simulator.launch import Simulator

HEADERS = {
    "Authorization": f"Token token={account.ACCOUNT_KEY}",
    "Content-Type": "application/json",
    "From": account.FROM_EMAIL,
}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.told: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def patience(self, max_wait: float = 120) -> Patience:
        return Patience(max_wait, self.told.append, clock=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def incident(simulator: Simulator) -> str:
    (incident_id,) = simulator.reset(incidents=1)["incidents"]
    return str(incident_id)


def get(simulator: Simulator, path: str = "/incidents", **options: t.Any) -> Request:
    return Request("GET", simulator.url + path, f"GET {path}", HEADERS, repeatable=True, **options)


def post(simulator: Simulator, incident_id: str, **options: t.Any) -> Request:
    path = f"/incidents/{incident_id}/notes"
    return Request("POST", simulator.url + path, f"POST {path}", HEADERS, body={"note": {"content": "text"}}, **options)


def transport(patience: Patience, timeout: float = 30) -> Transport:
    return Transport(timeout, True, patience)


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
def test_a_read_is_repeated_until_there_is_an_answer(
    fault: str, arguments: dict[str, t.Any], simulator: Simulator, time: Time
) -> None:
    fail(simulator, fault, times=3, **arguments)
    assert "incidents" in transport(time.patience()).send(get(simulator)).body
    assert len(time.pauses) == 3


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
def test_a_write_that_may_have_landed_is_not_sent_again(
    fault: str, arguments: dict[str, t.Any], effects: int, simulator: Simulator, time: Time, incident: str
) -> None:
    fail(simulator, fault, **arguments)
    with pytest.raises(Unanswered) as caught:
        transport(time.patience()).send(post(simulator, incident))
    assert caught.value.outcome == "unknown"
    assert simulator.journal()["writes"] == 1
    assert (notes(simulator), time.pauses) == (effects, [])


def test_a_write_that_was_turned_away_unread_is_sent_again(simulator: Simulator, time: Time, incident: str) -> None:
    fail(simulator, "status_before", status=429, headers={"ratelimit-reset": "7"})
    transport(time.patience()).send(post(simulator, incident))
    assert notes(simulator) == 1
    assert 7 <= time.pauses[0] < 8


def test_a_write_that_can_be_repeated_is_repeated(simulator: Simulator, time: Time, incident: str) -> None:
    fail(simulator, "drop_before")
    transport(time.patience()).send(post(simulator, incident, repeatable=True))
    assert notes(simulator) == 1


def test_a_page_in_place_of_an_answer_is_not_asked_for_again(simulator: Simulator, time: Time) -> None:
    fail(simulator, "html", times=9)
    with pytest.raises(Unanswered):
        transport(time.patience()).send(get(simulator))
    assert time.pauses == []


def test_a_refusal_is_final(simulator: Simulator, time: Time) -> None:
    with pytest.raises(Refused, match="404") as caught:
        transport(time.patience()).send(get(simulator, "/incidents/Q0NOSUCHONE"))
    assert caught.value.request_id
    assert time.pauses == []


def test_redirects_are_not_followed(simulator: Simulator, time: Time) -> None:
    fail(simulator, "redirect", location="https://example.com/")
    with pytest.raises(Refused, match="redirects are refused"):
        transport(time.patience()).send(get(simulator))


def test_pauses_grow_and_stay_below_the_longest(simulator: Simulator, time: Time) -> None:
    fail(simulator, "status_before", times=99, status=500)
    with pytest.raises(Unanswered):
        transport(time.patience(300)).send(get(simulator))
    assert all(earlier < later * 2 for earlier, later in itertools.pairwise(time.pauses))
    assert max(time.pauses) <= _transport.LONGEST_PAUSE
    assert sum(time.pauses) <= 300


def test_patience_is_shared_by_all_calls_of_a_task(simulator: Simulator, time: Time) -> None:
    fail(simulator, "status_before", times=99, status=500)
    patience = time.patience(20)
    for _call in range(3):
        with pytest.raises(Unanswered, match="max_wait allows 20 s"):
            transport(patience).send(get(simulator))
    assert sum(time.pauses) <= 20


def test_a_wait_longer_than_patience_is_not_begun(simulator: Simulator, time: Time) -> None:
    fail(simulator, "status_before", times=99, status=429, headers={"ratelimit-reset": "60"})
    with pytest.raises(NotSent, match=r"PagerDuty wants 60 s of rest\. Gave up: max_wait allows 30 s"):
        transport(time.patience(30)).send(get(simulator))
    assert time.pauses == []


def test_a_429_without_headers_is_met_with_a_growing_pause(simulator: Simulator, time: Time) -> None:
    fail(simulator, "status_before", times=4, status=429)
    transport(time.patience()).send(get(simulator))
    assert len(time.pauses) == 4


def test_a_long_wait_is_told(simulator: Simulator, time: Time) -> None:
    fail(simulator, "status_before", status=429, headers={"ratelimit-reset": "17"})
    transport(time.patience()).send(get(simulator))
    (told,) = time.told
    assert "rate limit is used up" in told
    assert "Waiting 17 s" in told or "Waiting 18 s" in told


def test_what_is_not_to_be_retried_is_tried_once(simulator: Simulator, time: Time) -> None:
    fail(simulator, "status_before", status=500)
    with pytest.raises(Unanswered):
        transport(time.patience()).send(get(simulator, retried=False))
    assert time.pauses == []


def test_what_was_never_sent_is_tried_again_also_for_a_write(time: Time) -> None:
    request = Request("POST", "http://127.0.0.1:1/notes", "POST /notes", body={})
    with pytest.raises(NotSent, match=r"127\.0\.0\.1:1 cannot be reached: Connection refused"):
        transport(time.patience(10)).send(request)
    assert time.pauses


def test_a_failure_after_another_is_told_by_its_own_causes(simulator: Simulator, time: Time) -> None:
    fail(simulator, "drop_before", times=9)
    calls = transport(time.patience(0))

    def call_again_while_handling() -> None:
        try:
            calls.send(get(simulator))
        except Unanswered:
            calls.send(get(simulator, "/incidents/1"))

    with pytest.raises(Unanswered, match=r"GET /incidents/1: the connection to .* broke"):
        call_again_while_handling()


def test_a_slow_answer_is_given_up_after_the_time_limit(simulator: Simulator, time: Time) -> None:
    fail(simulator, "delay_before", seconds=30)
    with pytest.raises(Unanswered, match=r"no whole answer within 0\.2 s"):
        transport(time.patience(0), timeout=0.2).send(get(simulator))


def test_a_trickle_of_bytes_does_not_stretch_the_time_limit(simulator: Simulator) -> None:
    fail(simulator, "trickle", seconds_per_byte=0.05)
    with pytest.raises(Unanswered, match=r"no whole answer within 0\.3 s"):
        transport(Patience(0, print), timeout=0.3).send(get(simulator))


def test_half_a_character_in_an_answer_is_made_printable(simulator: Simulator, time: Time) -> None:
    body = '{"incidents": [], "note": "\\ud83d and \\ud83d\\ude00"}'
    simulator.faults([{"method": "GET", "path": "/incidents", "fault": "status_before", "status": 200, "body": body}])
    assert transport(time.patience()).send(get(simulator)).body["note"] == "? and 😀"


def test_an_enormous_answer_is_cut_off(simulator: Simulator, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transport, "MOST_BYTES", 1024**2)
    fail(simulator, "huge", bytes=3 * 1024**2)
    with pytest.raises(Unanswered, match="the answer is larger than 1 MB"):
        transport(time.patience()).send(get(simulator))


@pytest.mark.parametrize("verify", [True, False])
def test_no_connection_stoops_below_tls_1_2(verify: bool) -> None:
    # What Python and OpenSSL themselves refuse differs from system to system.
    adapter = _transport._session(verify, 0).get_adapter("https://api.pagerduty.com")
    managers = [adapter.poolmanager, adapter.proxy_manager_for("http://proxy.example.com")]
    for manager in managers:
        context = manager.connection_pool_kw["ssl_context"]
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.check_hostname == verify


def test_without_requests_it_says_what_to_install(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transport, "REQUESTS_MISSING", "No module named 'requests'")
    with pytest.raises(PagerDutyError, match=r"Failed to import the required Python library \(requests\)"):
        transport(time.patience())
