# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notes that record what has been started, whatever goes wrong on the way."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TaskError,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.run_note import Run, has_started, start
from ansible_collections.oncall.pagerduty.tests.unit.records import note

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

RUN = Run("Incident Workflow Declare (PWF1)", "PWF1-Q1")
ABOUT_TO_START = "Incident Workflow Declare (PWF1) is about to start (run key PWF1-Q1)."
STARTED = "Incident Workflow Declare (PWF1) has started (run key PWF1-Q1)."
NOTES = "/incidents/Q1/notes"
REFUSED = (400, {"error": {"message": "no", "code": 2001}})


@pytest.mark.parametrize(
    ("contents", "started"),
    [
        ([], False),
        (["Incident Workflow Declare (PWF1) has started (run key another)."], False),
        ([STARTED], True),
        ([f" {STARTED}\n"], True),
        ([ABOUT_TO_START, STARTED], True),
        (["Incident Workflow Renamed (PWF1) has started (run key PWF1-Q1)."], True),
        (["Incident Workflow PWF1 has started (run key PWF1-Q1)."], True),
    ],
)
def test_a_note_records_that_a_run_has_started(contents: list[str], started: bool) -> None:
    assert has_started([note("PN1", text) for text in contents], RUN, "Incident Q1 (#1)") is started


def test_nobody_can_know_whether_a_run_that_was_about_to_start_has_started() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        has_started([note("PN1", ABOUT_TO_START)], RUN, "Incident Q1 (#1)")
    assert str(caught.value) == (
        "Incident Q1 (#1): Incident Workflow Declare (PWF1) may or may not have started (run key PWF1-Q1). "
        "Check the incident's timeline. To start it again, remove the note that it is about to start."
    )
    assert not caught.value.retryable


def test_the_note_is_there_before_the_call_and_says_afterwards_that_the_run_has_started(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        f"POST {NOTES}": {"note": note("PN1", ABOUT_TO_START)},
        f"PUT {NOTES}/PN1": {"note": note("PN1", STARTED)},
    }
    start(pagerduty, "Q1", RUN, lambda: pagerduty_is_called(http))
    assert [call for call, _body in http.writes] == [f"POST {NOTES}", f"PUT {NOTES}/PN1"]
    assert [body["note"]["content"] for _call, body in http.writes] == [ABOUT_TO_START, STARTED]
    assert pagerduty.accepted == 0, "notes are no effects"


def pagerduty_is_called(http: ScriptedHttp) -> None:
    """Check that the first note is there when the run starts."""
    assert http.calls == [f"POST {NOTES}"]


@pytest.mark.parametrize("error", [Refused("no"), NotSent("cannot connect")], ids=lambda error: type(error).__name__)
def test_a_run_that_was_certainly_not_started_leaves_no_note(
    error: TaskError, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {f"POST {NOTES}": {"note": note("PN1", ABOUT_TO_START)}, f"DELETE {NOTES}/PN1": {}}
    with pytest.raises(type(error)):
        start(pagerduty, "Q1", RUN, lambda: fail(error))
    assert http.calls[-1] == f"DELETE {NOTES}/PN1"
    assert pagerduty.accepted == 0, "notes are no effects"


def fail(error: TaskError) -> None:
    raise error


def test_a_run_whose_response_was_lost_keeps_its_note(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"POST {NOTES}": {"note": note("PN1", ABOUT_TO_START)}}
    with pytest.raises(OutcomeUnknown):
        start(pagerduty, "Q1", RUN, lambda: fail(OutcomeUnknown("lost")))
    assert http.calls == [f"POST {NOTES}"]


def test_without_the_first_note_nothing_is_started(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"POST {NOTES}": REFUSED}
    with pytest.raises(Refused):
        start(pagerduty, "Q1", RUN, lambda: pytest.fail("started"))


def test_a_note_that_cannot_be_updated_is_a_warning(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"POST {NOTES}": {"note": note("PN1", ABOUT_TO_START)}, f"PUT {NOTES}/PN1": REFUSED}
    start(pagerduty, "Q1", RUN, lambda: None)
    assert http.warnings[0].startswith(f"Incident Q1: {RUN.name} has started, but its note could not be updated: PUT")
    assert "Until you change the note to say that it has started, another run of this task fails." in http.warnings[0]


BUSY = (429, {"error": {"message": "Too Many Requests"}})
GATEWAY = (502, {})


@pytest.mark.parametrize("answer", [BUSY, GATEWAY], ids=["busy", "a gateway"])
def test_a_note_that_can_be_changed_only_later_is_changed_then(
    answer: object, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    """Whatever the task has waited for before."""
    budget = RetryBudget(10, http.warnings.append, lambda _line: None, sleep=lambda _seconds: None)
    client = PagerDuty(pagerduty.settings, budget, pagerduty.warn)
    while budget.sleep(1):
        pass
    http.answers = {
        f"POST {NOTES}": {"note": note("PN1", ABOUT_TO_START)},
        f"PUT {NOTES}/PN1": [answer, {"note": note("PN1", STARTED)}],
        f"DELETE {NOTES}/PN1": [answer, {}],
    }
    start(client, "Q1", RUN, lambda: None)
    with pytest.raises(Refused):
        start(client, "Q1", RUN, lambda: fail(Refused("no")))
    assert [call for call, _body in http.writes].count(f"DELETE {NOTES}/PN1") == 2
    assert not any("its note could not be" in warning for warning in http.warnings)


def test_a_note_that_cannot_be_removed_is_a_warning_beside_the_refusal(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {f"POST {NOTES}": {"note": note("PN1", ABOUT_TO_START)}, f"DELETE {NOTES}/PN1": REFUSED}
    with pytest.raises(Refused, match="the workflow is disabled"):
        start(pagerduty, "Q1", RUN, lambda: fail(Refused("the workflow is disabled")))
    assert http.warnings[0].startswith(f"Incident Q1: {RUN.name} has not started, but its note could not be removed: ")
    assert "Until you remove the note that it is about to start, another run of this task fails." in http.warnings[0]
