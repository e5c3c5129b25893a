# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users read by name or listed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
ANN = {"id": "PUSER01", "name": "Ann", "email": "ann@example.com", "http_cal_url": "https://example.com/secret"}
BOB = {"id": "PUSER02", "name": "Bob", "email": "bob@example.com"}


@pytest.fixture(autouse=True)
def _scripted(http: ScriptedHttp) -> None:
    http.answers = {
        "GET /users/PUSER01": {"user": ANN},
        "GET /users": {"users": [ANN, BOB]},
        "GET /teams": {"teams": [{"id": "PTEAM01", "name": "Web"}]},
    }


@pytest.mark.parametrize(
    ("options", "msg"),
    [
        ({"users": ["Ann"]}, "Found user Ann (PUSER01)."),
        ({"users": ["PUSER01", "ann@example.com"]}, "Found user Ann (PUSER01)."),
        ({"users": ["Ann", "Bob"]}, "Found 2 users."),
        ({}, "Found 2 users."),
        ({"users": ["Ann", "nobody"]}, "Found 1 user. No user is called 'nobody'."),
        ({"users": ["nobody"]}, "No user is called 'nobody'."),
    ],
    ids=str,
)
def test_what_is_said(options: Record, msg: str, pagerduty: PagerDuty) -> None:
    result = Task("user_info", pagerduty, **options).run()
    assert result["msg"].startswith(msg)
    assert (result["changed"], result["failed"]) == (False, "nobody" in str(options))


def test_if_nobody_matches_that_is_no_failure(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers["GET /users"] = {"users": []}
    result = Task("user_info", pagerduty, query="x").run()
    assert (result["msg"], result["users"], result["failed"]) == ("No user found.", [], False)


def test_every_user_is_tried_and_none_returned_twice(pagerduty: PagerDuty) -> None:
    result = Task("user_info", pagerduty, users=["PUSER01", "nobody@x.example", "ann@example.com", "Bob"]).run()
    assert [each["name"] for each in result["users"]] == ["Ann", "Bob"]
    assert [each["target"] for each in result["failures"]] == ["nobody@x.example"]
    assert "user" not in result


def test_the_addresses_of_the_calendar_are_in_no_result(pagerduty: PagerDuty) -> None:
    results = [Task("user_info", pagerduty, **options).run() for options in ({}, {"users": ["Ann"]})]
    assert "secret" not in str(results)
    assert results[1]["user"] == {"id": "PUSER01", "name": "Ann", "email": "ann@example.com"}


def test_users_of_teams_that_match_a_text_are_listed(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers["GET /users"] = [{"users": [ANN], "more": True}, {"users": [BOB]}]
    result = Task("user_info", pagerduty, teams=["Web"], query="example").run()
    assert [each["name"] for each in result["users"]] == ["Ann", "Bob"]
    assert http.requests[-1].query[:2] == [("team_ids[]", "PTEAM01"), ("query", "example")]


def test_an_unknown_team_fails_before_the_users_are_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    with pytest.raises(Refused, match="No team is called 'Wob'"):
        Task("user_info", pagerduty, teams=["Wob"]).plans()
    assert "GET /users" not in http.calls


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"users": []}, "users: must be a list of non-empty names"),
        ({"teams": []}, "teams: must be a list of non-empty names"),
        ({"query": " "}, "query: must not be empty"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, words: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=words):
        Task("user_info", pagerduty, **options).action.check()
    assert http.calls == []
