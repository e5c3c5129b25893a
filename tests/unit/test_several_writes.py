# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that make several writes for one target: the first one is accepted, the second one times out."""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions import incident_snooze
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import OutcomeUnknown
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named, note
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]

MAX_WAIT = 100
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
IN_TWO_HOURS = "2026-01-31T14:00:00Z"
INCIDENT, NOTES, WINDOWS = "/incidents/Q1", "/incidents/Q1/notes", "/maintenance_windows"
DONE = (204, {})


class Case(t.NamedTuple):
    """A task.

    Args:
        read: the call that shows how far the task is.
        states: what it returns before, after the first write, and after both.
        first: the write that is accepted, and its response.
        second: the write that times out.
    """

    module: str
    options: Record
    read: str
    states: tuple[Record, Record, Record]
    first: tuple[str, t.Any]
    second: str


def snoozed(*ends: str) -> Record:
    pending = [{"type": "unacknowledge", "at": end} for end in ends]
    return {"incident": incident(status="acknowledged", pending_actions=pending)}


def notes(*ids: str) -> Record:
    return {"notes": [note(each, "text") for each in ids]}


def windows(*ids: str) -> Record:
    times = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-02-01T00:00:00Z"}
    fields = {**times, "description": "Upgrade", "services": [named("PS1", "Checkout")]}
    return {"maintenance_windows": [{"id": each, **fields} for each in ids], "more": False}


CASES = {
    "a snooze that acknowledges first": Case(
        "incident_snooze",
        {"until": IN_TWO_HOURS},
        f"GET {INCIDENT}",
        ({"incident": incident()}, snoozed(), snoozed(IN_TWO_HOURS)),
        (f"PUT {INCIDENT}", {"incident": incident()}),
        f"POST {INCIDENT}/snooze",
    ),
    "the removal of two notes": Case(
        "incident_note",
        {"content": "text", "state": "absent"},
        f"GET {NOTES}",
        (notes("PN1", "PN2"), notes("PN2"), notes()),
        (f"DELETE {NOTES}/PN1", DONE),
        f"DELETE {NOTES}/PN2",
    ),
    "the end of two maintenance windows": Case(
        "maintenance_window",
        {"description": "Upgrade", "state": "absent"},
        f"GET {WINDOWS}",
        (windows("PW1", "PW2"), windows("PW2"), windows()),
        (f"DELETE {WINDOWS}/PW1", DONE),
        f"DELETE {WINDOWS}/PW2",
    ),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(
    request: pytest.FixtureRequest, pagerduty: PagerDuty, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> Case:
    """A task with time to read, but none of it passes."""
    monkeypatch.setattr(PagerDuty, "now", NOW)
    for module in (incident_snooze, times):
        monkeypatch.setattr(module, "now", lambda: NOW)
    pagerduty.budget = RetryBudget(MAX_WAIT, http.warnings.append, print, lambda: 0.0, lambda _seconds: None)
    chosen: Case = request.param
    timed_out = OutcomeUnknown("timed out after 30 s.", may_still_apply=True)
    http.answers = {chosen.first[0]: chosen.first[1], chosen.second: timed_out, "GET /users": {"users": []}}
    return chosen


def run(case: Case, pagerduty: PagerDuty, http: ScriptedHttp, *states: Record) -> Record:
    """Run the task; returns its result. The last state is shown for ever."""
    shown = itertools.chain(states, itertools.repeat(states[-1]))
    http.answers[case.read] = lambda _request: next(shown)
    result = Task(case.module, pagerduty, **case.options).run()
    assert [call for call, _body in http.writes] == [case.first[0], case.second]
    return result


def test_a_second_write_that_shows_after_some_reads_is_done(
    case: Case, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    before, part, after = case.states
    result = run(case, pagerduty, http, before, part, part, part, after)
    assert (result["changed"], result["failed"]) == (True, False)
    assert "a call after that failed: timed out after 30 s." in http.warnings[-1]


def test_a_second_write_that_never_shows_is_unknown_and_the_first_one_counts(
    case: Case, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    before, part, _after = case.states
    result = run(case, pagerduty, http, before, part)
    (failure,) = result["failures"]
    assert (result["changed"], failure["outcome"]) == (True, "unknown")
    assert ": done in part (" in result["msg"]
    assert "was changed in full" in failure["message"]
    assert http.calls.count(case.read) > len(("before", "after the time-out"))
