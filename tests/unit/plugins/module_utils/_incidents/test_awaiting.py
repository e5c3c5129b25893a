# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task waits until somebody has the incident, however PagerDuty answers meanwhile."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
ANA = named("PU1", "Ana")
ACKNOWLEDGED = incident("Q1", "acknowledged", acknowledgements=[{"at": "2020-01-31T11:07:00Z", "acknowledger": ANA}])
RESOLVED = incident("Q1", "resolved", last_status_change_by=ANA, last_status_change_at="2020-01-31T11:08:00Z")
DOWN = (500, {})
FORBIDDEN = (403, {"error": {"message": "Access Denied"}})
READ = "GET /incidents/Q1"


class Time:
    """Time that passes only while a task waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        self.waits.append(seconds)
        self.seconds += seconds


@pytest.fixture
def passing(pagerduty: PagerDuty, http: ScriptedHttp) -> tuple[PagerDuty, Time]:
    """A client on the script, and its time."""
    time = Time()
    budget = RetryBudget(0, http.warnings.append, lambda _line: None, lambda: time.seconds, time.sleep)
    return PagerDuty(pagerduty.settings, budget, http.warnings.append), time


def triggered(**fields: t.Any) -> Record:
    """Return the response with a triggered incident."""
    return {"incident": incident("Q1", **fields)}


def then(*answers: t.Any) -> t.Callable[[object], t.Any]:
    """Return an answer for each call; the last one stays."""
    left = list(answers)
    return lambda _request: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("answers", "msg", "who", "warnings"),
    [
        ([{"incident": ACKNOWLEDGED}], "acknowledged. Ana acknowledged it at 2020-01-31 11:07 UTC.", "Ana", 0),
        ([triggered(), {"incident": ACKNOWLEDGED}], "acknowledged. Ana acknowledged it at 2020-", "Ana", 0),
        ([triggered(), {"incident": RESOLVED}], "resolved. Ana resolved it at 2020-01-31 11:08 UTC.", "Ana", 0),
        ([triggered(), DOWN, DOWN, {"incident": RESOLVED}], "resolved. Ana resolved it at ", "Ana", 0),
        ([triggered(), FORBIDDEN, {"incident": RESOLVED}], "resolved. Ana resolved it at ", "Ana", 0),
        ([DOWN, {"incident": RESOLVED}], "resolved. Ana resolved it at ", "Ana", 0),
        ([{"incident": incident("Q1", "resolved")}], "resolved. Somebody resolved it.", "Somebody", 0),
        ([{"incident": incident("Q1", "acknowledged")}], "acknowledged. Somebody acknowledged it.", "Somebody", 0),
        ([triggered()], "triggered. Nobody has acknowledged it by ", None, 0),
        ([triggered(), DOWN], "triggered. Nobody has acknowledged it by ", None, 1),
    ],
)
def test_it_says_who_has_it(
    answers: list[t.Any], msg: str, who: str | None, warnings: int, passing: tuple[PagerDuty, Time], http: ScriptedHttp
) -> None:
    http.answers = {READ: then(*answers)}
    result = Task("incident_info", passing[0], incident_id=["Q1"], wait_for_acknowledgement="10m").run()
    assert result["msg"].startswith(f"Found incident Q1 (#1): {msg}")
    assert result["acknowledged_by"] == (who and {**result["acknowledged_by"], "summary": who})
    assert (result["failed"], result["changed"], len(http.warnings)) == (False, False, warnings)


def test_it_waits_as_long_as_it_should_and_reads_every_few_seconds(
    passing: tuple[PagerDuty, Time], http: ScriptedHttp
) -> None:
    client, time = passing
    http.answers = {READ: triggered()}
    Task("incident_info", client, incident_id=["Q1"], wait_for_acknowledgement="+10m").run()
    assert sum(time.waits) == pytest.approx(600)
    assert time.waits[:3] == [1, 2, 3]
    assert max(time.waits) == 10


@pytest.mark.parametrize(
    ("answer", "hours"), [(triggered(), -1), (triggered(), 0), ((502, {}), -1), ((502, {}), 1)], ids=str
)
def test_it_waits_as_long_whatever_time_a_gateway_shows_or_if_the_clock_stands_still_or_is_set_back(
    answer: t.Any, hours: int, passing: tuple[PagerDuty, Time], http: ScriptedHttp
) -> None:
    client, time = passing
    answers = then(triggered(), answer, triggered())
    began = datetime.now(timezone.utc)
    shown = then(*(format_datetime(began + timedelta(hours=each)) for each in (0, hours, min(hours, 0))))

    def answered(request: object) -> t.Any:
        http.date = shown(request)
        return answers(request)

    http.answers = {READ: answered}
    Task("incident_info", client, incident_id=["Q1"], wait_for_acknowledgement="10m").run()
    assert sum(time.waits) == pytest.approx(600, abs=2)


def test_an_end_that_is_over_costs_one_read(passing: tuple[PagerDuty, Time], http: ScriptedHttp) -> None:
    client, time = passing
    http.answers = {READ: triggered()}
    over = (datetime.now(timezone.utc) - timedelta(minutes=1)).isoformat()
    Task("incident_info", client, incident_id=["Q1"], wait_for_acknowledgement=over).run()
    assert (http.calls, time.waits) == ([READ], [])


def test_any_of_several_incidents_ends_the_wait(passing: tuple[PagerDuty, Time], http: ScriptedHttp) -> None:
    http.answers = {
        READ: triggered(),
        "GET /incidents/Q2": then({"incident": incident("Q2")}, {"incident": {**RESOLVED, "id": "Q2"}}),
    }
    result = Task("incident_info", passing[0], incident_id=["Q1", "Q2"], wait_for_acknowledgement="10m").run()
    assert result["msg"] == "Found 2 incidents. Ana resolved incident Q2 (#1) at 2020-01-31 11:08 UTC."


def test_the_incident_of_an_event_is_awaited_first(passing: tuple[PagerDuty, Time], http: ScriptedHttp) -> None:
    opened = {"incidents": [incident("Q1", incident_key="disk")]}
    http.answers = {
        "GET /incidents": then({"incidents": []}, DOWN, opened),
        READ: then(triggered(), {"incident": ACKNOWLEDGED}),
    }
    result = Task("incident_info", passing[0], dedup_key="disk", wait=30, wait_for_acknowledgement="10m").run()
    assert result["acknowledged_by"]["summary"] == "Ana"


@pytest.mark.parametrize(
    ("options", "answers", "msg"),
    [
        ({"incident_id": ["Q1"]}, {READ: FORBIDDEN}, "GET https://api.pagerduty.com/incidents/Q1: Access Denied"),
        ({"dedup_key": "disk"}, {"GET /incidents": {"incidents": []}}, "No open incident has the key 'disk'."),
    ],
    ids=str,
)
def test_what_nobody_can_see_is_not_awaited(
    options: Record, answers: Record, msg: str, passing: tuple[PagerDuty, Time], http: ScriptedHttp
) -> None:
    client, time = passing
    http.answers = answers
    result = Task("incident_info", client, wait_for_acknowledgement="10m", **options).run()
    assert result["failed"]
    assert result["msg"].startswith(msg)
    assert (time.waits, "acknowledged_by" in result) == ([], False)


def test_if_pagerduty_is_down_all_the_time_the_task_fails_in_the_end(
    passing: tuple[PagerDuty, Time], http: ScriptedHttp
) -> None:
    client, time = passing
    http.answers = {READ: DOWN}
    result = Task("incident_info", client, incident_id=["Q1"], wait_for_acknowledgement="10m").run()
    assert result["failed"]
    assert sum(time.waits) == pytest.approx(600)
    assert (result["acknowledged_by"], result["incidents"]) == (None, [])


@pytest.mark.parametrize(
    ("options", "answers", "msg"),
    [
        ({"incident_id": ["Q1"]}, {READ: triggered()}, "Found incident Q1 (#1): triggered."),
        (
            {"dedup_key": "disk"},
            {"GET /incidents": {"incidents": []}},
            "Found incident that would be opened with key 'disk': triggered.",
        ),
    ],
    ids=str,
)
def test_check_mode_says_how_long_it_would_wait(
    options: Record, answers: Record, msg: str, passing: tuple[PagerDuty, Time], http: ScriptedHttp
) -> None:
    client, time = passing
    http.answers = answers
    result = Task("incident_info", client, wait_for_acknowledgement="10m", **options).run(check_mode=True)
    assert result["msg"] == f"{msg} Would wait for an acknowledgement for 10m."
    assert (result["failed"], time.waits, result["acknowledged_by"]) == (False, [], None)


def test_what_is_no_time_is_refused(pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match=r"^wait_for_acknowledgement: must be a time such as "):
        Task("incident_info", pagerduty, incident_id=["Q1"], wait_for_acknowledgement="soon").plan()
