# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One user by the e-mail address: what is sent, who is invited, and who is not deleted."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.user import manage_user, user_result
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Outcome, Plan
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.runner import Runner

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]

EMAIL = "ann@example.com"
ANN: Record = {
    "id": "PUSER01",
    "type": "user",
    "summary": "Ann",
    "name": "Ann",
    "email": "Ann@Example.com",
    "role": "user",
    "job_title": None,
    "description": "",
    "http_cal_url": "https://webcal.pagerduty.com/private/secret",
    "web_cal_url": "webcal://webcal.pagerduty.com/private/secret",
}
OTHER = {**ANN, "id": "PUSER02", "email": "joann@example.com"}
OPTIONS = ("name", "role", "title", "description", "color", "time_zone")
TAKEN = (
    400,
    {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Email has already been taken"]}},
)


def plan(pagerduty: PagerDuty, **options: t.Any) -> t.Any:
    given = {**dict.fromkeys(OPTIONS), "email": EMAIL, "state": "present", **options}
    (planned,) = manage_user(pagerduty, given)
    return planned


def apply(pagerduty: PagerDuty, **options: t.Any) -> Outcome:
    runner = Runner(lambda _targets: [plan(pagerduty, **options)], pagerduty.budget)
    (outcome,) = runner.apply([plan(pagerduty, **options)])
    return outcome


@pytest.fixture
def users(http: ScriptedHttp) -> list[Record]:
    """The users whom a query finds."""
    found: list[Record] = [OTHER]
    http.answers = {
        "GET /users": {"users": found},
        "GET /incidents": {"incidents": []},
        "GET /oncalls": {"oncalls": []},
    }
    return found


def test_a_new_user_is_created_and_invited(pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp) -> None:
    http.answers["POST /users"] = {"user": {**ANN, "email": EMAIL}}
    outcome = apply(pagerduty, name=" Ann  Other ", title="Operator")
    new = {"type": "user", "email": EMAIL, "name": "Ann Other", "job_title": "Operator"}
    assert http.writes == [("POST /users", {"user": new})]
    (invited,) = outcome.notifies
    assert invited.who == {"id": None, "type": "user_reference", "summary": EMAIL}
    assert users == [OTHER]


def test_nobody_is_invited_where_nothing_is_delivered(pagerduty: PagerDuty, users: list[Record]) -> None:
    planned = plan(pagerduty, email="ann@example.com.INVALID", name="Ann")
    assert (planned.has_changes, list(planned.notifies), users) == (True, [], [OTHER])


def test_a_name_is_needed_to_create_a_user_and_not_to_update_one(pagerduty: PagerDuty, users: list[Record]) -> None:
    planned = plan(pagerduty, role="admin")
    assert "No user has the e-mail address ann@example.com." in str(planned.error)
    users.append(ANN)
    assert plan(pagerduty, role="admin").after == {"role": "admin"}


def test_only_what_differs_is_sent_with_what_pagerduty_requires(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["PUT /users/PUSER01"] = {"user": {**ANN, "job_title": "Operator"}}
    outcome = apply(pagerduty, name="Ann", title="Operator", description="")
    body = {"type": "user", "name": "Ann", "email": "Ann@Example.com", "job_title": "Operator"}
    assert http.writes == [("PUT /users/PUSER01", {"user": body})]
    assert (outcome.before["title"], outcome.after["title"]) == (None, "Operator")
    assert list(outcome.notifies) == []


def test_the_addresses_of_the_calendar_are_in_no_result(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["PUT /users/PUSER01"] = {"user": ANN}
    http.answers["DELETE /users/PUSER01"] = (204, {})
    results = [plan(pagerduty), apply(pagerduty, color="red"), apply(pagerduty, state="absent")]
    assert "secret" not in str([(each.record, each.before, each.after) for each in results])


def test_an_address_that_another_task_has_taken_is_no_failure_once_it_is_found(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    def take(_request: t.Any) -> t.Any:
        users.append({**ANN, "email": EMAIL})
        return TAKEN

    http.answers["POST /users"] = take
    outcome = apply(pagerduty, name="Ann")
    assert (outcome.changed, outcome.error) == (False, None)


def test_an_address_that_is_taken_and_not_found_yet_is_a_failure_with_a_hint(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    http.answers["POST /users"] = TAKEN
    outcome = apply(pagerduty, name="Ann")
    assert isinstance(outcome.error, Refused)
    assert "Run the task again" in outcome.error.hint
    assert users == [OTHER]


def test_a_user_with_open_incidents_is_not_deleted(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    reference = {"id": "PXXXXXX", "summary": "x"}
    incident = {"status": "triggered", "service": reference, "escalation_policy": reference}
    http.answers["GET /incidents"] = {
        "incidents": [{**incident, "id": f"Q{number}", "incident_number": number} for number in range(1, 8)]
    }
    planned = plan(pagerduty, state="absent")
    assert isinstance(planned, Outcome)
    assert "is assigned to open incidents: Q1 (number 1), " in str(planned.error)
    assert "Q5 (number 5), and others." in str(planned.error)
    assert http.writes == []


def test_a_user_on_call_is_deleted_with_a_warning_and_a_hint_if_pagerduty_refuses(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    policy = {"id": "PPOLCY1", "summary": "Web"}
    http.answers["GET /oncalls"] = {"oncalls": [{"escalation_level": 1, "escalation_policy": policy, "user": ANN}] * 2}
    http.answers["DELETE /users/PUSER01"] = (400, {"error": {"message": "Invalid Input Provided", "code": 2001}})
    outcome = apply(pagerduty, state="absent")
    assert "is on call, now or within 90 days, for Web (PPOLCY1). PagerDuty deletes" in http.warnings[0]
    assert isinstance(outcome.error, Refused)
    assert outcome.error.hint.startswith("Remove the user from all escalation policies and schedules")
    assert [each.who for each in plan(pagerduty, state="absent").notifies] == [None]


def test_a_user_whom_another_task_has_deleted_is_gone(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["DELETE /users/PUSER01"] = (404, {"error": {"message": "Not Found", "code": 2100}})
    assert apply(pagerduty, state="absent").error is None
    users.pop()
    planned = plan(pagerduty, state="absent")
    assert isinstance(planned, Plan)
    assert (planned.has_changes, user_result([planned.record])) == (False, {})
