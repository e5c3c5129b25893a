# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is added to the subscribers, and who is removed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import FREELY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, OutcomeUnknown
from ansible_collections.oncall.pagerduty.tests.unit.records import named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

SUBSCRIBERS = "/incidents/Q1/status_updates/subscribers"
UNSUBSCRIBE = "/incidents/Q1/status_updates/unsubscribe"
HINT = "Check that the token may see them, and that the account's plan includes stakeholders."
Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]


def subscriber(subscriber_id: str, kind: str = "user", **more: t.Any) -> Record:
    return {"subscriber_id": subscriber_id, "subscriber_type": kind, **more}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on an incident with these subscribers."""

    def make(*subscribers: Record, **options: t.Any) -> Task:
        http.answers = {
            "GET /users": {"users": [named("PUSER1", "Ana"), named("PUSER2", "Ben")]},
            "GET /teams": {"teams": [named("PTEAM1", "Web")]},
            f"GET {SUBSCRIBERS}": {"subscribers": list(subscribers)},
        }
        return Task("incident_subscribers", pagerduty, **options)

    return make


@pytest.mark.parametrize(
    ("subscribers", "options", "would", "did"),
    [
        (
            [],
            {"users": ["Ana", "Ben"], "teams": ["Web"]},
            "would subscribe Ana, Ben, Web",
            "subscribed Ana, Ben, Web",
        ),
        ([subscriber("PUSER1")], {"users": ["Ana", "Ben"]}, "would subscribe Ben", "subscribed Ben"),
        ([subscriber("PUSER1")], {"users": ["Ana"]}, *["all are subscribed already"] * 2),
        (
            [subscriber("PUSER1")],
            {"users": ["Ana", "Ben"], "state": "absent"},
            "would unsubscribe Ana",
            "unsubscribed Ana",
        ),
        ([], {"users": ["Ana"], "state": "absent"}, *["none of them is subscribed"] * 2),
    ],
    ids=str,
)
def test_what_is_said(subscribers: list[Record], options: Record, would: str, did: str, task: Tasks) -> None:
    asked = task(*subscribers, **options)
    assert asked.says(check_mode=True) == f"Incident Q1: {would}."
    assert asked.says() == f"Incident Q1: {did}."


def test_only_those_who_are_missing_are_added_and_nobody_is_notified(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(subscriber("PUSER1"), users=["Ana", "Ben"], teams=["Web"])
    http.answers[f"POST {SUBSCRIBERS}"] = {"subscriptions": [subscriber("PUSER2", result="success")]}
    result = asked.run(diff_mode=True)
    assert http.writes == [
        (f"POST {SUBSCRIBERS}", {"subscribers": [subscriber("PUSER2"), subscriber("PTEAM1", "team")]})
    ]
    new = {"has_indirect_subscription": None, "subscribed_via": None}
    assert result["incident"] == {
        "id": "Q1",
        "subscribers": [subscriber("PUSER1"), subscriber("PUSER2", **new), subscriber("PTEAM1", "team", **new)],
    }
    assert (result["diff"][0]["before"], result["diff"][0]["after"]) == (
        {"subscribers": ["Ana (PUSER1)"]},
        {"subscribers": ["Ana (PUSER1)", "Ben (PUSER2)", "Web (PTEAM1)"]},
    )
    assert result["notifies"] == []


def test_only_those_who_are_there_are_removed(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(subscriber("PUSER1"), subscriber("PUSER9"), users=["Ana", "Ben"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {"deleted_count": 1, "unauthorized_count": 0, "non_existent_count": 0}
    result = asked.run(diff_mode=True)
    assert result["incident"] == {"id": "Q1", "subscribers": [subscriber("PUSER9")]}
    assert (result["diff"][0]["before"], result["diff"][0]["after"]) == (
        {"subscribers": ["Ana (PUSER1)"]},
        {"subscribers": []},
    )
    assert http.writes == [(f"POST {UNSUBSCRIBE}", {"subscribers": [subscriber("PUSER1")]})]


def test_a_response_to_a_removal_without_counts_is_enough(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(subscriber("PUSER1"), users=["Ana"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {}
    assert asked.send() == {"id": "Q1", "subscribers": []}


@pytest.mark.parametrize(("state", "is_needed"), [("present", True), ("absent", False)])
def test_a_user_and_a_team_with_one_id_are_two_subscribers(state: str, is_needed: bool, task: Tasks) -> None:
    change = task(subscriber("PTEAM1", "user"), teams=["Web"], state=state).plan()
    assert change.is_needed is is_needed
    assert change.body == [("team", "PTEAM1")] * is_needed
    assert change.resend == FREELY


def test_without_change_the_result_has_all_subscribers(task: Tasks) -> None:
    assert task(subscriber("PUSER1"), subscriber("PUSER9"), users=["Ana"]).run()["incident"] == {
        "id": "Q1",
        "subscribers": [subscriber("PUSER1"), subscriber("PUSER9")],
    }


def test_who_was_subscribed_in_the_meantime_is_no_failure(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(users=["Ana"])
    http.answers[f"POST {SUBSCRIBERS}"] = {"subscriptions": [subscriber("PUSER1", result="duplicate")]}
    assert asked.run()["msg"] == "Incident Q1: subscribed Ana."


@pytest.mark.parametrize(
    ("after", "changed", "outcome", "message"),
    [
        ([], False, "not_done", ""),
        (
            [subscriber("PUSER2")],
            True,
            "partly_done",
            'Incident Q1: done in part (subscribers [] → ["Ben (PUSER2)"]). ',
        ),
    ],
    ids=["nobody", "the other"],
)
def test_who_may_not_be_subscribed_is_named(
    after: list[Record], changed: bool, outcome: str, message: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(users=["Ana", "Ben"])
    refused = [subscriber("PUSER1", result="unauthorized"), subscriber("PUSER9", result="unauthorized")]
    http.answers[f"POST {SUBSCRIBERS}"] = {"subscriptions": [*refused, subscriber("PUSER2", result="success")]}
    http.answers[f"GET {SUBSCRIBERS}"] = [{"subscribers": []}, *[{"subscribers": after}] * 2]
    result = asked.run()
    assert (result["failed"], result["changed"], result["failures"][0]["outcome"]) == (True, changed, outcome)
    assert result["msg"] == f"{message}PagerDuty did not subscribe Ana (PUSER1), PUSER9: unauthorized. {HINT}"
    assert len(http.writes) == 1


@pytest.mark.parametrize(
    ("subscribers", "names"),
    [(["PUSER1"], "Ana (PUSER1)"), (["PUSER1", "PUSER2"], "all of Ana (PUSER1), Ben (PUSER2)")],
    ids=str,
)
def test_who_may_not_be_removed_is_named(subscribers: list[str], names: str, task: Tasks, http: ScriptedHttp) -> None:
    asked = task(*map(subscriber, subscribers), users=["Ana", "Ben"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {"deleted_count": 1, "unauthorized_count": 1, "non_existent_count": 0}
    assert asked.run()["msg"] == f"PagerDuty did not unsubscribe {names}: unauthorized. {HINT}"


@pytest.mark.parametrize("count", [2, "all"])
def test_a_count_that_cannot_be_is_no_answer(count: object, task: Tasks, http: ScriptedHttp) -> None:
    asked = task(subscriber("PUSER1"), users=["Ana"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {"deleted_count": 1, "unauthorized_count": count}
    with pytest.raises(
        OutcomeUnknown, match=f"^POST https://api.pagerduty.com{UNSUBSCRIBE}: 'unauthorized_count' is malformed"
    ):
        asked.send()


def test_of_several_incidents_those_that_differ_are_changed(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(subscriber("PUSER1"), users=["Ana"], incident_id=["Q1", "Q2"])
    http.answers["GET /incidents/Q2/status_updates/subscribers"] = {"subscribers": []}
    http.answers["POST /incidents/Q2/status_updates/subscribers"] = {"subscriptions": []}
    result = asked.run()
    assert result["msg"] == "2 incidents: 1 changed (subscribed Ana), 1 unchanged."
    assert "incident" not in result


def test_an_incident_whose_subscribers_cannot_be_read_does_not_stop_the_others(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(subscriber("PUSER1"), users=["Ana"], incident_id=["Q2", "Q1"])
    http.answers["GET /incidents/Q2/status_updates/subscribers"] = (404, {})
    result = asked.run()
    assert [failure["target"] for failure in result["failures"]] == ["Q2"]
    assert [each["id"] for each in result["incidents"]] == ["Q1"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "users: set users, teams, or both"),
        ({"users": [], "teams": []}, "users: set users, teams, or both"),
        ({"users": ["Ana"], "incident_id": [""]}, "incident_id: "),
    ],
    ids=str,
)
def test_nobody_and_an_empty_name_are_refused_before_any_call(
    options: Record, problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{problem}"):
        task(**options).action.check()
    assert http.calls == []
