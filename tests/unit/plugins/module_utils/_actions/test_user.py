# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One user by the e-mail address: what is sent, who is invited, and who is not deleted."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

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
    "job_title": "Pilot",
    "description": "",
    "time_zone": "Etc/UTC",
    "http_cal_url": "https://webcal.pagerduty.com/private/secret",
    "web_cal_url": "webcal://webcal.pagerduty.com/private/secret",
}
OTHER = {**ANN, "id": "PUSER02", "email": "joann@example.com"}
TAKEN = (
    400,
    {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Email has already been taken"]}},
)
INVALID = (400, {"error": {"message": "Invalid Input Provided", "code": 2001}})
MISSING = (404, {"error": {"message": "Not Found", "code": 2100}})
WEB = {"escalation_level": 1, "escalation_policy": {"id": "PPOLCY1", "summary": "Web"}, "user": ANN}


@pytest.fixture
def users(http: ScriptedHttp) -> list[Record]:
    """The users whom a query finds."""
    found: list[Record] = [OTHER]
    http.answers = {
        "GET /users": {"users": found},
        "GET /incidents": {"incidents": []},
        "GET /oncalls": {"oncalls": []},
        "POST /users": lambda request: {"user": {**ANN, **request.body["user"]}},
        "PUT /users/PUSER01": lambda request: {"user": {**ANN, **request.body["user"]}},
        "DELETE /users/PUSER01": (204, {}),
    }
    return found


def task(pagerduty: PagerDuty, **options: t.Any) -> Task:
    return Task("user", pagerduty, **{"email": EMAIL, **options})


@pytest.mark.parametrize(
    ("options", "exists", "check_mode", "done"),
    [
        (
            {"name": " Ann  Other "},
            False,
            "User Ann Other: would create; would invite ann@example.com.",
            "User Ann Other: created; invited ann@example.com.",
        ),
        (
            {"name": "Ann", "email": "ann@example.com.INVALID"},
            False,
            "User Ann: would create.",
            "User Ann: created.",
        ),
        ({"role": "admin"}, True, "User Ann: would set role to admin.", "User Ann: set role to admin."),
        (
            {"role": "admin", "title": "", "time_zone": "Europe/Berlin"},
            True,
            "User Ann: would set role to admin, time zone to Europe/Berlin, remove title.",
            "User Ann: set role to admin, time zone to Europe/Berlin, removed title.",
        ),
        ({"title": ""}, True, "User Ann: would remove title.", "User Ann: removed title."),
        (
            {"name": " Ann ", "role": "user", "description": ""},
            True,
            "User Ann: already as wanted.",
            "User Ann: already as wanted.",
        ),
        ({"state": "absent"}, True, "User Ann: would delete.", "User Ann: deleted."),
        (
            {"state": "absent"},
            False,
            "User ann@example.com: there is no such user.",
            "User ann@example.com: there is no such user.",
        ),
        (
            {"role": "admin"},
            False,
            "No user has the e-mail address ann@example.com. Set name to create the user, or check the address.",
            "No user has the e-mail address ann@example.com. Set name to create the user, or check the address.",
        ),
    ],
    ids=str,
)
def test_what_is_said(
    options: Record,
    exists: bool,
    check_mode: str,
    done: str,
    pagerduty: PagerDuty,
    users: list[Record],
    http: ScriptedHttp,
) -> None:
    users += [ANN] * exists
    assert task(pagerduty, **options).run(check_mode=True)["msg"] == check_mode
    assert http.writes == []
    result = task(pagerduty, **options).run()
    assert result["msg"] == done
    assert result["changed"] is bool(http.writes)


def test_a_new_user_is_created_and_invited(pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp) -> None:
    result = task(pagerduty, name=" Ann  Other ", title="Operator", description="").run()
    new = {"type": "user", "email": EMAIL, "name": "Ann Other", "job_title": "Operator", "description": ""}
    assert http.writes == [("POST /users", {"user": new})]
    who = {"id": None, "type": "user_reference", "summary": EMAIL}
    assert result["notifies"] == [
        {"target": EMAIL, "who": who, "why": "PagerDuty sends new users an invitation by e-mail", "how": "invite"}
    ]
    assert users == [OTHER]


def test_check_mode_shows_the_new_user(pagerduty: PagerDuty, users: list[Record]) -> None:
    result = task(pagerduty, name="Ann  Other", role="admin").run(check_mode=True, diff_mode=True)
    shown = {name: value for name, value in result["user"].items() if value is not None}
    new = {"name": "Ann Other", "email": EMAIL, "role": "admin"}
    assert shown == {"type": "user", "summary": "Ann Other", **new}
    (difference,) = result["diff"]
    assert difference["before"] == dict.fromkeys(new)
    assert {name: difference["after"][name] for name in new} == new
    assert users == [OTHER]


def test_only_what_differs_is_sent_with_what_pagerduty_requires(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users += [{**OTHER, "email": None}, ANN]
    change = task(pagerduty, name="Ann", title="Operator", description="").plan()
    assert change.before == {"name": "Ann", "title": "Pilot", "description": None}
    assert change.after == {"name": "Ann", "title": "Operator", "description": None}
    result = task(pagerduty, name="Ann", title="Operator", description="").run()
    body = {"type": "user", "name": "Ann", "email": "Ann@Example.com", "job_title": "Operator"}
    assert http.writes == [("PUT /users/PUSER01", {"user": body})]
    assert (result["user"]["job_title"], result["notifies"]) == ("Operator", [])


def test_check_mode_shows_the_new_fields(pagerduty: PagerDuty, users: list[Record]) -> None:
    users.append(ANN)
    predicted = task(pagerduty, name="Ann Other", title="").plan().predicted
    assert (predicted["name"], predicted["summary"], predicted["job_title"]) == ("Ann Other", "Ann Other", "")
    assert task(pagerduty, title="Operator").plan().predicted["summary"] == "Ann"


def test_the_addresses_of_the_calendar_are_in_no_result(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    created = task(pagerduty, name="Ann").run()
    users.append(ANN)
    given: list[Record] = [{}, {"color": "red"}, {"state": "absent"}]
    results = [task(pagerduty, **options).run(diff_mode=True) for options in given]
    results += [task(pagerduty, **options).run(check_mode=True) for options in given]
    assert "secret" not in str([created, *results])
    assert all("user" in result for result in results)
    assert len(http.writes) == 3


def test_an_address_that_another_task_has_taken_is_no_failure_once_it_is_found(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    def take(_request: t.Any) -> t.Any:
        users.append({**ANN, "email": EMAIL})
        return TAKEN

    http.answers["POST /users"] = take
    result = task(pagerduty, name="Ann").run()
    assert (result["changed"], result["failed"]) == (False, False)


def test_an_address_that_is_taken_and_not_found_yet_is_a_failure_with_a_hint(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    http.answers["POST /users"] = TAKEN
    result = task(pagerduty, name="Ann").run()
    assert result["failed"]
    assert "Run the task again" in result["failures"][0]["hint"]
    assert users == [OTHER]


def test_a_user_whose_creation_had_no_answer_is_not_created_twice_blindly(
    pagerduty: PagerDuty, users: list[Record]
) -> None:
    assert task(pagerduty, name="Ann").plan().resend == "carefully"
    users.append(ANN)
    assert {task(pagerduty, **options).plan().resend for options in ({}, {"state": "absent"})} == {"freely"}


@pytest.mark.parametrize(("count", "listed"), [(1, "Q1 (#1)."), (5, "Q5 (#5)."), (6, "Q5 (#5), and others.")])
def test_a_user_with_open_incidents_is_not_deleted(
    count: int, listed: str, pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["GET /incidents"] = {"incidents": [incident(f"Q{number}") for number in range(1, count + 1)]}
    result = task(pagerduty, state="absent").run()
    assert result["msg"].startswith("User Ann is assigned to open incidents: Q1 (#1)")
    assert f"{listed} Reassign or resolve them first." in result["msg"]
    assert http.writes == []
    assert "GET /oncalls" not in http.calls
    assert http.requests[1].query == [
        ("user_ids[]", "PUSER01"),
        ("statuses[]", "triggered"),
        ("statuses[]", "acknowledged"),
        ("date_range", "all"),
    ]


def test_the_deletion_of_a_user_on_call_warns_and_names_whom_it_notifies(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["GET /oncalls"] = {"oncalls": [WEB, WEB]}
    result = task(pagerduty, state="absent").run()
    managers = "whoever is a manager of the user's teams, if the account has offboarding"
    assert result["msg"] == f"User Ann: deleted; notified {managers}."
    assert result["notifies"][0]["who"]["summary"] == managers
    assert http.warnings == [
        "User Ann is on call, now or within 90 days, for Web (PPOLCY1). PagerDuty deletes such a user only in "
        "accounts with offboarding."
    ]


def test_the_next_90_days_are_searched_for_duties(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    assert task(pagerduty, state="absent").plan().notifies == []
    asked = dict(http.requests[-1].query)
    times = [datetime.fromisoformat(asked[name].replace("Z", "+00:00")) for name in ("since", "until")]
    assert (times[1] - times[0]).days == 90
    assert (asked["user_ids[]"], asked["earliest"]) == ("PUSER01", "true")
    assert http.warnings == []


def test_duties_that_cannot_be_read_are_only_a_warning(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["GET /oncalls"] = (403, {"error": {"message": "Access Denied", "code": 2010}})
    result = task(pagerduty, state="absent").run()
    assert (result["msg"], result["notifies"]) == ("User Ann: deleted.", [])
    assert http.warnings[0].startswith(
        "Could not read whether User Ann is on call: GET https://api.pagerduty.com/oncalls: Access Denied"
    )


@pytest.mark.parametrize(("status", "has_hint"), [(400, True), (403, False)])
def test_a_refused_deletion_says_what_to_do_first(
    status: int, has_hint: bool, pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["DELETE /users/PUSER01"] = (status, INVALID[1])
    result = task(pagerduty, state="absent").run()
    assert result["failed"]
    hint = "Remove the user from all escalation policies and schedules, and reassign their incidents."
    assert (result["failures"][0]["hint"] == hint) is has_hint


def test_a_user_whom_another_task_has_deleted_is_gone(
    pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp
) -> None:
    users.append(ANN)
    http.answers["DELETE /users/PUSER01"] = MISSING
    result = task(pagerduty, state="absent").run()
    assert (result["failed"], result["user"]["id"]) == (False, "PUSER01")


def test_nobody_to_delete_has_no_record(pagerduty: PagerDuty, users: list[Record], http: ScriptedHttp) -> None:
    assert "user" not in task(pagerduty, state="absent").run()
    assert (http.calls, users) == (["GET /users"], [OTHER])


def test_the_diff_of_a_deletion_says_who_is_gone(pagerduty: PagerDuty, users: list[Record]) -> None:
    users.append(ANN)
    change = task(pagerduty, state="absent").plan()
    assert change.before == {"email": "Ann@Example.com", "name": "Ann", "role": "user"}
    assert change.after == {"email": None, "name": None, "role": None}


def test_one_address_is_one_lock_in_any_case(pagerduty: PagerDuty) -> None:
    assert task(pagerduty, email="Ann@Example.com").action.locks() == ["user ann@example.com"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"email": ""}, "email: must have 6 to 100 characters"),
        ({"email": "nobody"}, "email: must be an e-mail address"),
        ({"email": "a@b.c"}, "email: must have 6 to 100 characters"),
        ({"email": f"{'a' * 95}@b.cde"}, "email: must have 6 to 100 characters"),
        ({"name": "x" * 101}, "name: must have at most 100 characters, but has 101"),
        ({"title": "x" * 101}, "title: must have at most 100 characters, but has 101"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, words: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{words}"):
        task(pagerduty, **options).action.check()
    assert http.calls == []


@pytest.mark.parametrize(
    "options",
    [
        {"email": "a@b.cd"},
        {"email": f"{'a' * 94}@b.cde"},
        {"name": "x" * 100, "title": "x" * 100, "description": "x" * 1000},
        {"title": "", "description": ""},
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_longest_and_the_shortest_values_are_accepted(options: Record, pagerduty: PagerDuty) -> None:
    task(pagerduty, **options).action.check()
