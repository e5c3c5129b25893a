# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call, by level, and whom a policy notifies."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.on_call import OnCall, assigned, notified
from ansible_collections.oncall.pagerduty.tests.unit.records import named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

POLICY = {"id": "PE1", "type": "escalation_policy_reference", "summary": "Web Operations"}


def entry(level: int, user_id: str) -> dict[str, t.Any]:
    return {"escalation_level": level, "escalation_policy": POLICY, "user": {"id": user_id, "summary": user_id.lower()}}


@pytest.fixture
def on_call(pagerduty: PagerDuty, http: ScriptedHttp) -> OnCall:
    """Two people at level 2, one of them by two schedules, and nobody at level 1."""
    http.answers = {"GET /oncalls": {"oncalls": [entry(3, "PU3"), entry(2, "PU1"), entry(2, "PU2"), entry(2, "PU1")]}}
    return OnCall(pagerduty)


def test_each_level_has_everybody_once(on_call: OnCall) -> None:
    assert {level: list(users) for level, users in on_call.levels("PE1").items()} == {2: ["PU1", "PU2"], 3: ["PU3"]}


def test_a_policy_notifies_the_first_level_that_has_somebody(on_call: OnCall) -> None:
    notifies = on_call.notified_by(POLICY)
    assert [each.who and each.who["id"] for each in notifies] == ["PU1", "PU2"]
    assert {each.why for each in notifies} == {"on call at level 2 of Web Operations (PE1)"}


def test_a_policy_without_anybody_on_call_notifies_nobody(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /oncalls": {"oncalls": []}}
    assert OnCall(pagerduty).notified_by(POLICY) == []


def test_a_policy_that_pagerduty_does_not_name_notifies_somebody(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    (notification,) = OnCall(pagerduty).notified_by(None)
    assert notification.name == "whoever is on call for its escalation policy, which PagerDuty does not name"
    assert http.calls == []


def test_no_change_fails_or_waits_if_it_cannot_be_read_whom_a_policy_notifies(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    pagerduty.budget.max_wait = 60
    http.answers = {"GET /oncalls": (500, {})}
    on_call = OnCall(pagerduty)
    for _incident in range(2):
        (notification,) = on_call.notified_by(POLICY)
        assert notification.who is None
        assert (
            "Web Operations (PE1), which could not be read: GET https://api.pagerduty.com/oncalls: " in notification.why
        )
    assert http.calls == ["GET /oncalls"]


def test_a_policy_is_read_once(on_call: OnCall, http: ScriptedHttp) -> None:
    for _time in range(2):
        on_call.notified_by(POLICY)
    assert http.calls == ["GET /oncalls"]
    for _time in range(2):
        on_call.levels("PE1")
    assert http.calls == ["GET /oncalls"] * 2


def test_all_that_only_informs_shares_a_few_seconds(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    seconds: list[float] = []
    quick = pagerduty.quick
    pagerduty.quick = lambda each: seconds.append(each) or quick(each)  # type: ignore[method-assign,func-returns-value]
    http.answers = {"GET /oncalls": {"oncalls": [entry(1, "PU1")]}}
    on_call = OnCall(pagerduty)
    for policy_id in ("PE1", "PE2"):
        on_call.notified_by({**POLICY, "id": policy_id})
    assert seconds == [5.0]


def test_a_user_is_shown_by_reference_and_name() -> None:
    (shown,) = notified([{"id": "PU1", "name": "Ana", "email": "ana@example.com"}], "assigned to the incident")
    assert shown.who == {"id": "PU1", "type": "user_reference", "summary": "Ana"}


def test_assignments_hold_references_and_leave_the_time_open() -> None:
    (assignment,) = assigned([named("PU1", "Ana", email="ana@example.com")])
    assert assignment["at"] is None
    assert assignment["assignee"]["type"] == "user_reference"
    assert (assignment["assignee"]["id"], assignment["assignee"]["summary"]) == ("PU1", "Ana")
