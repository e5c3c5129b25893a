# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a status update notifies."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.subscribers import (
    NOT_LISTED,
    notified_by_update,
    read_subscribers,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
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


def who(pagerduty: PagerDuty) -> list[t.Any]:
    return [(each.who and each.who["summary"], each.why) for each in notified_by_update(pagerduty, "Q1")]


def test_users_and_the_members_of_teams_are_notified_once(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = {"subscribers": [subscriber("PUSER1"), subscriber("PTEAM1", "team")]}
    assert who(pagerduty) == [
        ("Ana", "subscribed to the incident"),
        ("Ben", "subscribed to the incident as a member of Web (PTEAM1)"),
        (None, NOT_LISTED),
    ]


def test_many_users_are_looked_for_in_the_list(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    listed = [subscriber(user["id"]) for user in USERS]
    http.answers[SUBSCRIBERS] = {"subscribers": listed}
    for _time in range(2):
        assert [name for name, _why in who(pagerduty)] == ["Ana", "Ben", "Carla", "Dora", "Emil", None]
    assert http.calls == [SUBSCRIBERS, "GET /users", SUBSCRIBERS]


def test_subscribers_that_cannot_be_read_are_not_known(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = (403, {"error": {"code": 2010, "message": "Access Denied"}})
    ((name, why),) = who(pagerduty)
    assert name is None
    assert "could not be read" in why
    assert "Access Denied" in why


@pytest.mark.parametrize("status", [429, 500])
def test_no_update_fails_or_waits_if_the_subscribers_cannot_be_read(
    status: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    pagerduty.budget.max_wait = 60
    http.answers[SUBSCRIBERS] = (status, {})
    assert [name for name, _why in who(pagerduty)] == [None]
    assert http.calls == [SUBSCRIBERS]


@pytest.mark.parametrize("others", [0, 4], ids=["read one by one", "looked for in the list"])
def test_a_user_who_cannot_be_found_does_not_hide_the_others(
    others: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    listed = USERS[: 1 + others]
    http.answers[SUBSCRIBERS] = {"subscribers": [subscriber("PUSER9"), *(subscriber(each["id"]) for each in listed)]}
    http.answers["GET /users/PUSER9"] = (404, {"error": {"code": 2100, "message": "Not Found"}})
    assert [name for name, _why in who(pagerduty)] == [None, *(each["name"] for each in listed), None]


def test_all_pages_of_subscribers_are_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SUBSCRIBERS] = [
        {"subscribers": [subscriber("PUSER1")], "more": True},
        {"subscribers": [subscriber("PTEAM1", "team")]},
    ]
    assert list(read_subscribers(pagerduty, "Q1")) == [("user", "PUSER1"), ("team", "PTEAM1")]
