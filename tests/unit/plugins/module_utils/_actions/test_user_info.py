# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users read by name or listed."""

from __future__ import annotations

import typing as t

from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.user_info import read_users, users_result
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANN = {"id": "PUSER01", "name": "Ann", "email": "ann@example.com", "http_cal_url": "https://example.com/secret"}
BOB = {"id": "PUSER02", "name": "Bob", "email": "bob@example.com"}


def read(pagerduty: PagerDuty, **options: t.Any) -> list[t.Any]:
    return list(read_users(pagerduty, {"users": None, "teams": None, "query": None, **options}))


def test_every_user_is_tried_and_none_returned_twice(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users/PUSER01": {"user": ANN}, "GET /users": {"users": [ANN, BOB]}}
    entries = read(pagerduty, users=["PUSER01", "nobody@example.com", "ann@example.com", "Bob"])
    assert [entry.target for entry in entries] == ["Ann (PUSER01)", "nobody@example.com", "Bob (PUSER02)"]
    assert "No user is called 'nobody@example.com'." in str(entries[1].error)
    assert "secret" not in str(entries)


def test_users_of_teams_that_match_a_text_are_listed(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /teams": {"teams": [{"id": "PTEAM01", "name": "Web"}]},
        "GET /users": [{"users": [ANN], "more": True}, {"users": [BOB]}],
    }
    entries = read(pagerduty, teams=["Web"], query="example")
    assert [entry.record["name"] for entry in entries] == ["Ann", "Bob"]
    assert http.requests[-1].query[:2] == [("team_ids[]", "PTEAM01"), ("query", "example")]


def test_a_single_user_is_returned_by_itself_as_well() -> None:
    assert users_result([ANN])["user"] == ANN
    assert users_result([ANN, BOB]) == {"users": [ANN, BOB]}
