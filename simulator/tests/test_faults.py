# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each fault has exactly the documented effect."""

from __future__ import annotations

import http.client
import json
import threading
import typing as t
from email.utils import parsedate_to_datetime

import pytest

from simulator import account
from simulator.client import Client
from simulator.clock import time_of
from simulator.launch import Simulator, SimulatorError

NOTE = {"note": {"content": "text"}}


def notes(simulator: Simulator) -> list[str]:
    return [note["content"] for note in simulator.state()["incidents"][0]["notes"]]


@pytest.fixture
def path(simulator: Simulator) -> str:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    return f"/incidents/{incident}/notes"


@pytest.mark.parametrize(("fault", "written"), [("drop_before", []), ("drop_after", ["text"])])
def test_a_dropped_connection_has_an_effect_or_none(
    fault: str, written: list[str], path: str, simulator: Simulator, call: Client
) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": fault}])
    with pytest.raises(http.client.RemoteDisconnected):
        call("POST", path, NOTE)
    assert notes(simulator) == written
    (entry,) = simulator.journal()["entries"]
    assert (entry["fault"], entry["status"]) == (fault, None)


@pytest.mark.parametrize(("fault", "written"), [("status_before", []), ("status_after", ["text"])])
def test_a_status_is_answered_with_an_effect_or_none(
    fault: str, written: list[str], path: str, simulator: Simulator, call: Client
) -> None:
    headers = {"ratelimit-reset": "7"}
    simulator.faults([{"method": "POST", "path": ".*", "fault": fault, "status": 503, "headers": headers}])
    answer = call("POST", path, NOTE)
    assert (answer.status, answer.headers["ratelimit-reset"]) == (503, "7")
    assert notes(simulator) == written


@pytest.mark.parametrize(("fault", "written"), [("status_before", []), ("status_after", ["text"])])
def test_a_call_that_took_too_long_has_an_effect_or_none(
    fault: str, written: list[str], path: str, simulator: Simulator, call: Client
) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": fault, "status": 408}])
    answer = call("POST", path, NOTE)
    assert (answer.status, answer.body["error"]["code"]) == (408, 2016)
    assert notes(simulator) == written


def test_a_late_effect_comes_even_when_the_client_has_gone(path: str, simulator: Simulator) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": "delay_before", "seconds": 600}])
    impatient = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=30)
    headers = {
        "Authorization": f"Token token={account.ACCOUNT_KEY}",
        "Content-Type": "application/json",
        "From": account.FROM_EMAIL,
    }
    impatient.request("POST", path, json.dumps(NOTE), headers)
    assert eventually(lambda: len(simulator.journal()["entries"]) == 1)
    impatient.close()
    assert notes(simulator) == []
    simulator.clear_faults()
    assert eventually(lambda: notes(simulator) == ["text"])


@pytest.mark.parametrize("fault", ["delay_before", "delay_after"])
def test_a_delay_ends_by_itself(fault: str, path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": fault, "seconds": 0.05}])
    assert call("POST", path, NOTE).status == 200
    assert notes(simulator) == ["text"]


def eventually(condition: t.Callable[[], bool]) -> bool:
    """Return whether something becomes true within a few seconds."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.02) for _time in range(500))


def test_a_late_response_comes_after_its_effect(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": "delay_after", "seconds": 600}])
    caller = threading.Thread(target=call, args=("POST", path, NOTE))
    caller.start()
    assert eventually(lambda: notes(simulator) == ["text"])
    assert simulator.journal()["entries"][0]["status"] is None
    simulator.clear_faults()
    caller.join()
    assert simulator.journal()["entries"][0]["status"] == 200


def test_a_truncated_response_is_incomplete(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": "truncated"}])
    with pytest.raises(http.client.IncompleteRead):
        call("POST", path, NOTE)
    assert notes(simulator) == ["text"]


def test_a_wrong_shape_is_json_under_the_same_keys(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": "wrong_shape"}])
    assert call("POST", path, NOTE).body == {"note": 42}
    assert notes(simulator) == ["text"]


def test_an_html_page_is_no_json(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "GET", "path": ".*", "fault": "html"}])
    with pytest.raises(json.JSONDecodeError):
        call("GET", path)


def test_a_redirect_names_its_location(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "GET", "path": ".*", "fault": "redirect", "location": "https://example.com/"}])
    answer = call("GET", path)
    assert (answer.status, answer.headers["location"]) == (302, "https://example.com/")


def test_slow_and_huge_responses_are_complete(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "GET", "path": path, "fault": "trickle", "seconds_per_byte": 0.001}])
    assert call("GET", path).body == {"notes": []}
    simulator.faults([{"method": "GET", "path": path, "fault": "huge", "bytes": 100_000}])
    assert len(call("GET", path).body["padding"]) == 100_000


def test_a_fault_skips_some_requests_and_hits_the_next(path: str, simulator: Simulator, call: Client) -> None:
    fault = {"method": "*", "path": "/incidents/.*", "fault": "status_before", "status": 500, "skip": 1, "times": 2}
    simulator.faults([fault])
    assert call("GET", "/users").status == 200
    assert [call("GET", path).status for _time in range(4)] == [200, 500, 500, 200]


WRONG: t.Sequence[dict[str, t.Any]] = (
    {"method": "GET", "path": ".*", "fault": "earthquake"},
    {"method": "GET", "path": "(", "fault": "html"},
    {"method": "GET", "path": ".*", "fault": "delay_before"},
    {"method": "GET", "path": ".*", "fault": "html", "times": 0},
)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_fault_is_refused(wrong: dict[str, t.Any], simulator: Simulator) -> None:
    with pytest.raises(SimulatorError):
        simulator.faults([wrong])


def test_a_bulk_update_can_be_half_applied(simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=4)["incidents"]
    simulator.faults([{"method": "PUT", "path": "/incidents", "fault": "half", "status": 500}])
    items = [{"id": each, "type": "incident_reference", "status": "resolved"} for each in ids]
    assert call("PUT", "/incidents", {"incidents": items}).status == 500
    statuses = [incident["status"] for incident in simulator.state()["incidents"]]
    assert statuses == ["resolved", "resolved", "triggered", "triggered"]


def test_a_response_can_list_fewer_incidents_than_were_changed(simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=4)["incidents"]
    simulator.faults([{"method": "PUT", "path": "/incidents", "fault": "fewer"}])
    items = [{"id": each, "type": "incident_reference", "status": "resolved"} for each in ids]
    answer = call("PUT", "/incidents", {"incidents": items})
    assert [incident["id"] for incident in answer.body["incidents"]] == ids[:2]
    assert {incident["status"] for incident in simulator.state()["incidents"]} == {"resolved"}


def test_reads_can_be_stale_after_a_write(path: str, simulator: Simulator, call: Client) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": "stale", "seconds": 60}])
    with pytest.raises(http.client.RemoteDisconnected):
        call("POST", path, NOTE)
    assert notes(simulator) == ["text"]
    assert call("GET", path).body["notes"] == []


def test_meanwhile_time_passes_and_somebody_acknowledges(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    before = simulator.state()["now"]
    acknowledging = {"seconds": 3600, "acknowledged_by": account.PRIMARY.id}
    simulator.faults([{"method": "GET", "path": "/incidents/.*", "fault": "meanwhile", **acknowledging}])
    read = call("GET", f"/incidents/{incident}")
    assert read.body["incident"]["status"] == "acknowledged"
    assert read.body["incident"]["acknowledgements"][0]["acknowledger"]["id"] == account.PRIMARY.id
    assert simulator.state()["now"] > before
    assert parsedate_to_datetime(read.headers["date"]).timestamp() >= time_of(before) + 3600
