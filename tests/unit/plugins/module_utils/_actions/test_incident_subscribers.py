# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is added to the subscribers, and who is removed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_subscribers import change_subscribers
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    OutcomeUnknown,
    Refused,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

SUBSCRIBERS = "/incidents/Q1/status_updates/subscribers"
UNSUBSCRIBE = "/incidents/Q1/status_updates/unsubscribe"
Record = dict[str, t.Any]
Planner = t.Callable[..., PlanOrOutcome]


def subscriber(subscriber_id: str, kind: str = "user", **more: t.Any) -> Record:
    return {"subscriber_id": subscriber_id, "subscriber_type": kind, **more}


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan a change of those who are subscribed."""

    def planned(*subscribers: Record, **options: t.Any) -> PlanOrOutcome:
        http.answers = {
            "GET /users": {"users": [named("PUSER1", "Ana"), named("PUSER2", "Ben")]},
            "GET /teams": {"teams": [named("PTEAM1", "Web")]},
            f"GET {SUBSCRIBERS}": {"subscribers": list(subscribers)},
        }
        defaults = {"incident_id": ["Q1"], "users": None, "teams": None, "state": "present"}
        (entry,) = change_subscribers(pagerduty, {**defaults, **options})
        return entry

    return planned


def send(planned: PlanOrOutcome) -> list[t.Any]:
    assert isinstance(planned, Plan)
    assert planned.write is not None
    return list(planned.write.send([planned]))


def test_only_those_who_are_missing_are_added_and_nobody_is_notified(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(subscriber("PUSER1"), users=["Ana", "Ben"], teams=["Web"])
    http.answers[f"POST {SUBSCRIBERS}"] = {"subscriptions": [subscriber("PUSER2", result="success")]}
    (record,) = send(planned)
    assert http.writes == [
        (f"POST {SUBSCRIBERS}", {"subscribers": [subscriber("PUSER2"), subscriber("PTEAM1", "team")]})
    ]
    assert [each["subscriber_id"] for each in record["subscribers"]] == ["PUSER1", "PUSER2", "PTEAM1"]
    assert planned.notifies == ()


def test_only_those_who_are_there_are_removed(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(subscriber("PUSER1"), subscriber("PUSER9"), users=["Ana", "Ben"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {"deleted_count": 1, "unauthorized_count": 0, "non_existent_count": 0}
    assert send(planned) == [{"id": "Q1", "subscribers": [subscriber("PUSER9")]}]
    assert http.writes == [(f"POST {UNSUBSCRIBE}", {"subscribers": [subscriber("PUSER1")]})]


def test_a_user_and_a_team_with_one_id_are_two_subscribers(plan: Planner) -> None:
    planned = plan(subscriber("PTEAM1", "user"), teams=["Web"])
    assert isinstance(planned, Plan)
    assert planned.body == [("team", "PTEAM1")]


def test_who_was_subscribed_in_the_meantime_is_no_failure(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(users=["Ana"])
    http.answers[f"POST {SUBSCRIBERS}"] = {"subscriptions": [subscriber("PUSER1", result="duplicate")]}
    assert len(send(planned)) == 1


@pytest.mark.parametrize(("others", "told"), [([], False), (["Ben"], True)])
def test_who_may_not_be_subscribed_is_named(others: list[str], told: bool, plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(users=["Ana", *others])
    results = [subscriber("PUSER1", result="unauthorized"), subscriber("PUSER2", result="success")]
    http.answers[f"POST {SUBSCRIBERS}"] = {"subscriptions": results}
    with pytest.raises(Refused, match=r"did not subscribe Ana \(PUSER1\): unauthorized\.") as caught:
        send(planned)
    assert ("The others were changed." in str(caught.value)) is told


def test_who_may_not_be_removed_is_named(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(subscriber("PUSER1"), subscriber("PUSER2"), users=["Ana", "Ben"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {"deleted_count": 1, "unauthorized_count": 1, "non_existent_count": 0}
    with pytest.raises(Refused, match=r"did not unsubscribe all of Ana \(PUSER1\), Ben \(PUSER2\)"):
        send(planned)


@pytest.mark.parametrize("count", [42, "all"])
def test_a_count_that_cannot_be_is_no_answer(count: object, plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(subscriber("PUSER1"), users=["Ana"], state="absent")
    http.answers[f"POST {UNSUBSCRIBE}"] = {"deleted_count": 1, "unauthorized_count": count}
    with pytest.raises(OutcomeUnknown, match="unauthorized_count"):
        send(planned)


@pytest.mark.parametrize("options", [{}, {"users": []}, {"users": [" "]}, {"teams": [""]}])
def test_nobody_and_an_empty_name_are_refused(options: Record, plan: Planner) -> None:
    with pytest.raises(InvalidOption):
        plan(**options)
