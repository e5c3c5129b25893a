# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a status update notifies."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import NOTIFY
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.subscribers import (
    NOT_LISTED,
    Subscribers,
    read_subscribers,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

SUBSCRIBERS = "GET /incidents/Q1/status_updates/subscribers"
USERS = [named(f"PUSER{number}", name) for number, name in enumerate(("Ana", "Ben", "Carla", "Dora", "Emil"), 1)]


def subscriber(subscriber_id: str, kind: str = "user") -> dict[str, t.Any]:
    return {"subscriber_id": subscriber_id, "subscriber_type": kind, "has_indirect_subscription": False}


@pytest.fixture(autouse=True)
def _account(http: ScriptedHttp) -> None:
    members = [{"user": USERS[0], "role": "manager"}, {"user": USERS[1], "role": "responder"}]
    http.answers = {
        "GET /users": {"users": USERS},
        **{f"GET /users/{user['id']}": {"user": user} for user in USERS},
        "GET /teams/PTEAM1": {"team": named("PTEAM1", "Web")},
        "GET /teams/PTEAM1/members": {"members": members},
    }


def who(subscribers: Subscribers) -> list[t.Any]:
    notifies = subscribers.notified_by_update("Q1")
    assert {each.how for each in notifies} == {NOTIFY}
    return [(each.who and each.who["summary"], each.why) for each in notifies]


def test_users_and_the_members_of_teams_are_notified_once(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = {"subscribers": [subscriber("PUSER1"), subscriber("PTEAM1", "team")]}
    assert who(Subscribers(pagerduty)) == [
        ("Ana", "subscribed to the incident"),
        ("Ben", "subscribed to the incident as a member of Web (PTEAM1)"),
        (None, NOT_LISTED),
    ]


def test_many_users_are_looked_for_in_the_list(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    listed = [subscriber(user["id"]) for user in USERS]
    http.answers[SUBSCRIBERS] = {"subscribers": listed}
    subscribers = Subscribers(pagerduty)
    for _time in range(2):
        assert [name for name, _why in who(subscribers)] == ["Ana", "Ben", "Carla", "Dora", "Emil", None]
    assert http.calls == [SUBSCRIBERS, "GET /users", SUBSCRIBERS]


def test_subscribers_that_cannot_be_read_are_not_known(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = (403, {"error": {"code": 2010, "message": "Access Denied"}})
    ((name, why),) = who(Subscribers(pagerduty))
    assert name is None
    assert why.startswith("subscribed to the incident, whose subscribers could not be read: GET https://")
    assert "Access Denied" in why
    assert not why.endswith(".")


def test_the_members_of_a_team_are_read_once_in_a_task(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    for incident_id in ("Q1", "Q2"):
        path = f"GET /incidents/{incident_id}/status_updates/subscribers"
        http.answers[path] = {"subscribers": [subscriber("PTEAM1", "team")]}
    subscribers = Subscribers(pagerduty)
    first, second = (subscribers.notified_by_update(incident_id) for incident_id in ("Q1", "Q2"))
    assert first == second
    assert http.calls.count("GET /teams/PTEAM1/members") == 1
    assert [each.name for each in first] == ["Ana", "Ben", f"whoever is {NOT_LISTED}"]


def test_up_to_three_users_are_read_one_by_one(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = {"subscribers": [subscriber(user["id"]) for user in USERS[:3]]}
    assert len(who(Subscribers(pagerduty))) == 4
    assert sorted(http.calls[1:]) == [f"GET /users/{user['id']}" for user in USERS[:3]]


@pytest.mark.parametrize("status", [429, 500])
def test_no_update_fails_or_waits_if_the_subscribers_cannot_be_read(
    status: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    pagerduty.budget.max_wait = 60
    http.answers[SUBSCRIBERS] = (status, {})
    assert [name for name, _why in who(Subscribers(pagerduty))] == [None]
    assert http.calls == [SUBSCRIBERS]


@pytest.mark.parametrize("others", [0, 4], ids=["read one by one", "looked for in the list"])
def test_a_user_who_cannot_be_found_does_not_hide_the_others(
    others: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    listed = USERS[: 1 + others]
    http.answers[SUBSCRIBERS] = {"subscribers": [subscriber("PUSER9"), *(subscriber(each["id"]) for each in listed)]}
    http.answers["GET /users/PUSER9"] = (404, {"error": {"code": 2100, "message": "Not Found"}})
    assert [name for name, _why in who(Subscribers(pagerduty))] == [None, *(each["name"] for each in listed), None]


def test_all_pages_of_subscribers_are_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = [
        {"subscribers": [subscriber("PUSER1")], "more": True},
        {"subscribers": [subscriber("PTEAM1", "team")]},
    ]
    assert list(read_subscribers(pagerduty, "Q1")) == [("user", "PUSER1"), ("team", "PTEAM1")]
