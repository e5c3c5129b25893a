# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names, e-mail addresses and ids of users, escalation policies and other objects."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.directory import (
    ESCALATION_POLICY,
    PRIORITY,
    SCHEDULE,
    USER,
    Directory,
    full_reference,
    reference,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA = named("PUSER01", "Ana", email="ana@example.com")
ANABEL = named("PUSER02", "Anabel", email="anabel@example.com")
NOT_FOUND = (404, {"error": {"message": "Not Found", "code": 2100}})


@pytest.mark.parametrize("text", ["Ana", "ana@example.com", "ANA@Example.com"])
def test_a_user_is_found_by_the_exact_name_or_address(text: str, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": {"users": [ANA, ANABEL]}}
    assert Directory(pagerduty).find(USER, text) == ANA


@pytest.mark.parametrize("text", ["web operations", " Web  Operations\n", "WEB OPERATIONS"])
def test_a_name_may_be_in_another_case_or_have_other_white_space(
    text: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    web = named("PE1", "Web Operations")
    http.answers = {"GET /escalation_policies": {"escalation_policies": [named("PE2", "Web"), web, web]}}
    assert Directory(pagerduty).find(ESCALATION_POLICY, text) == web


def test_of_names_in_another_case_the_exact_one_is_meant(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    upper, lower = named("PE1", "WEB"), named("PE2", "web")
    http.answers = {"GET /escalation_policies": {"escalation_policies": [upper, lower]}}
    directory = Directory(pagerduty)
    assert (directory.find(ESCALATION_POLICY, "WEB"), directory.find(ESCALATION_POLICY, "web")) == (upper, lower)
    with pytest.raises(Refused, match="More than one escalation policy is called 'Web'"):
        directory.find(ESCALATION_POLICY, "Web")


def test_an_id_costs_one_call(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users/PUSER01": {"user": ANA}}
    assert Directory(pagerduty).find(USER, "PUSER01") == ANA


def test_a_name_that_looks_like_an_id_is_found_as_a_name(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    policy = named("PE1", "PAYMENTS")
    http.answers = {
        "GET /escalation_policies/PAYMENTS": NOT_FOUND,
        "GET /escalation_policies": {"escalation_policies": [policy]},
    }
    assert Directory(pagerduty).find(ESCALATION_POLICY, "PAYMENTS") == policy


def test_a_name_is_looked_up_once_in_a_task(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": {"users": [ANA]}}
    directory = Directory(pagerduty)
    for _time in range(2):
        directory.find(USER, "Ana")
    assert http.calls == ["GET /users"]


def test_several_names_of_one_object_find_it_once(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": {"users": [ANA, ANABEL]}}
    directory = Directory(pagerduty)
    assert directory.find_all(USER, ["Ana", "ana@example.com"]) == {"PUSER01": ANA}
    assert directory.find_all(USER, None) == {}


def test_all_unknown_names_are_in_one_error(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": {"users": [ANA, ANABEL]}}
    directory = Directory(pagerduty)
    found = directory.find_known(USER, ["Nobody", "Ana", "Anabell"])
    error = directory.left_out(found)
    assert found == {"PUSER01": ANA}
    assert error is not None
    assert error.message == (
        "No user is called 'Nobody'. No user is called 'Anabell'. Did you mean: Anabel (PUSER02), Ana (PUSER01)?"
    )
    assert error.hint == "Use the exact email or name that PagerDuty shows, or the id."
    with pytest.raises(Refused) as caught:
        directory.find_all(USER, ["Ana"])
    assert caught.value.message == error.message


def test_if_nothing_is_found_there_is_nothing_to_do(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": {"users": [ANA]}}
    directory = Directory(pagerduty)
    assert directory.left_out(directory.find_known(USER, [])) is None
    with pytest.raises(Refused, match="No user is called 'Nobody'"):
        directory.left_out(directory.find_known(USER, ["Nobody"]))


def test_of_many_unknown_names_a_few_are_explained(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": {"users": [ANA]}}
    names = [f"nobody {number}" for number in range(300)]
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find_all(USER, names)
    assert caught.value.message.startswith(
        "No user is called 'nobody 0'. No user is called 'nobody 1'. No user is called 'nobody 2'. "
        "Not found either: 'nobody 3', 'nobody 4', "
    )
    assert len(caught.value.errors) == 300


def test_a_look_up_that_every_name_would_meet_stops_the_task(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": (401, {"error": {"message": "Unauthorized", "code": 2006}})}
    with pytest.raises(Refused, match="Unauthorized"):
        Directory(pagerduty).find_known(USER, ["Ana", "Anabel"])
    assert http.calls == ["GET /users"]


def test_priorities_have_neither_a_query_nor_a_call_for_one(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    priority = named("PPRIOR1", "P1")
    http.answers = {"GET /priorities": {"priorities": [priority]}}
    assert Directory(pagerduty).find(PRIORITY, "PPRIOR1") == priority
    assert "query" not in dict(http.requests[0].query)


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ([ANABEL], "No user is called 'Ana'. Did you mean: anabel@example.com (PUSER02), Anabel (PUSER02)?"),
        ([ANA, {**ANA, "id": "PUSER03"}], "More than one user is called 'Ana': Ana (PUSER01), Ana (PUSER03)."),
    ],
    ids=["none", "two"],
)
def test_a_name_without_a_single_match_is_refused_with_the_closest_ones(
    listed: list[dict[str, t.Any]], words: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {"GET /users": {"users": listed}}
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(USER, "Ana")
    assert caught.value.message == words
    assert caught.value.hint


def test_a_name_cannot_be_found_where_pagerduty_leaves_names_out(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /priorities": {"priorities": [{"id": "PPRIOR1"}, {"id": "PPRIOR2", "name": None}]}}
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(PRIORITY, "P1")
    assert str(caught.value) == (
        "No priority is called 'P1', but PagerDuty's response leaves out 'name' of PPRIOR1, PPRIOR2. "
        "Use the id instead of the name."
    )
    assert Directory(pagerduty).find(PRIORITY, "PPRIOR1") == {"id": "PPRIOR1"}


def test_what_is_switched_off_in_the_account_is_named(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /priorities": NOT_FOUND}
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(PRIORITY, "P1")
    assert caught.value.message.startswith(
        "This account has no priorities. GET https://api.pagerduty.com/priorities: Not Found"
    )
    assert caught.value.hint == "They may have to be switched on in its settings, or be part of another plan."


def test_what_every_account_has_is_missing_only_at_a_wrong_address(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": NOT_FOUND}
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(USER, "Ana")
    assert caught.value.message.startswith("GET ")
    assert caught.value.hint == "Check that api_url is the address of PagerDuty's REST API."


def test_a_misspelt_name_is_compared_with_all_names(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": [{"users": []}, {"users": [ANA, ANABEL]}]}
    with pytest.raises(Refused, match=r"Did you mean: .*Anabel"):
        Directory(pagerduty).find(USER, "Annabel")


def test_a_refused_look_up_is_not_taken_for_an_unknown_id(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users/PUSER01": (403, {"error": {"message": "Access Denied", "code": 2010}})}
    with pytest.raises(Refused, match="Access Denied"):
        Directory(pagerduty).find(USER, "PUSER01")


def test_references_are_sent_with_their_type_and_shown_with_their_name() -> None:
    assert reference(USER, ANA) == {"id": "PUSER01", "type": "user_reference"}
    assert full_reference(USER, {"id": "PUSER01", "name": "Ana"}) == {
        "id": "PUSER01",
        "type": "user_reference",
        "summary": "Ana",
        "self": None,
        "html_url": None,
    }


WEB, NEW = named("PSCHED1", "Web Rotation"), {"id": "PSCHED2", "summary": "Web Shifts"}
"""A list of shift-based schedules has references."""
OTHER_KIND = (400, {"error": {"message": "This is a shift-based schedule.", "code": 2001}})
FORBIDDEN = (403, {"error": {"message": "Access Denied", "code": 2010}})


def schedules(http: ScriptedHttp, layer_based: t.Any = WEB, shift_based: t.Any = NEW) -> None:
    """Script what each list answers; a schedule stands for a list of it."""
    for path, answer in (("schedules", layer_based), ("v3/schedules", shift_based)):
        http.answers[f"GET /{path}"] = {"schedules": [answer]} if isinstance(answer, dict) else answer


def test_the_id_of_a_layer_based_schedule_costs_one_call(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /schedules/PSCHED1": {"schedule": WEB}}
    assert Directory(pagerduty).find(SCHEDULE, "PSCHED1") == {**WEB, "type": "schedule_reference"}


@pytest.mark.parametrize("answer", [OTHER_KIND, NOT_FOUND, FORBIDDEN], ids=["another kind", "not found", "forbidden"])
def test_the_id_of_a_shift_based_schedule_costs_two(answer: t.Any, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /schedules/PSCHED2": answer, "GET /v3/schedules/PSCHED2": {"schedule": NEW}}
    assert Directory(pagerduty).find(SCHEDULE, "PSCHED2") == {**NEW, "type": "schedule_v3_reference"}
    assert http.calls == ["GET /schedules/PSCHED2", "GET /v3/schedules/PSCHED2"]


@pytest.mark.parametrize("answers", [(OTHER_KIND, FORBIDDEN), (FORBIDDEN, NOT_FOUND), (FORBIDDEN, FORBIDDEN)], ids=str)
def test_a_schedule_that_may_not_be_read_is_not_taken_for_an_unknown_one(
    answers: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {"GET /schedules/PSCHED2": answers[0], "GET /v3/schedules/PSCHED2": answers[1]}
    with pytest.raises(Refused, match="Access Denied"):
        Directory(pagerduty).find(SCHEDULE, "PSCHED2")


@pytest.mark.parametrize(("text", "found"), [("Web Rotation", WEB), ("Web Shifts", NEW)])
def test_a_name_is_looked_up_in_the_list_of_each_kind(
    text: str, found: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    schedules(http)
    assert Directory(pagerduty).find(SCHEDULE, text) == found
    assert http.calls == ["GET /schedules", "GET /v3/schedules"]
    assert [dict(request.query)["query"] for request in http.requests] == [text, text]


def test_a_name_that_both_lists_have_is_told_with_both_ids(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    schedules(http, shift_based={**NEW, "summary": WEB["name"]})
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(SCHEDULE, "Web Rotation")
    assert caught.value.message == (
        "More than one schedule is called 'Web Rotation': Web Rotation (PSCHED1), Web Rotation (PSCHED2)."
    )


def test_what_is_close_comes_from_both_lists(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    schedules(http, shift_based=[{"schedules": []}, {"schedules": [NEW]}])
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(SCHEDULE, "Web")
    assert caught.value.message == (
        "No schedule is called 'Web'. Did you mean: Web Rotation (PSCHED1), Web Shifts (PSCHED2)?"
    )
    assert caught.value.hint == "Use the exact name that PagerDuty shows, or the id."


SERVER_ERROR = (503, {"error": {"message": "Unavailable", "code": 2000}})
FAILURES = pytest.mark.parametrize("answer", [NOT_FOUND, FORBIDDEN, SERVER_ERROR], ids=["404", "403", "503"])


@FAILURES
def test_a_list_that_cannot_be_read_does_not_keep_the_other_from_being_used(
    answer: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    schedules(http, shift_based=answer)
    assert Directory(pagerduty).find(SCHEDULE, "Web Rotation") == WEB
    assert http.warnings == []


@pytest.mark.parametrize("answer", [NOT_FOUND, FORBIDDEN], ids=["404", "403"])
def test_nor_does_the_first_and_it_is_not_tried_again(answer: t.Any, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    schedules(http, layer_based=answer)
    directory = Directory(pagerduty)
    assert directory.find(SCHEDULE, "Web Shifts") == NEW
    with pytest.raises(Refused, match=r"No schedule is called 'Web'. Did you mean: Web Shifts \(PSCHED2\)\?"):
        directory.find(SCHEDULE, "Web")
    assert http.calls == ["GET /schedules", "GET /v3/schedules", "GET /v3/schedules"]


def test_a_list_that_did_not_answer_while_another_had_the_name_is_tried_for_the_next(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    schedules(http, shift_based=[SERVER_ERROR, {"schedules": [NEW]}])
    assert list(Directory(pagerduty).find_all(SCHEDULE, ["Web Rotation", "Web Shifts"])) == ["PSCHED1", "PSCHED2"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NOT_FOUND, ""),
        (
            FORBIDDEN,
            " Not all schedules could be read: GET https://api.pagerduty.com/v3/schedules: Access Denied "
            "(HTTP 403, code 2010).",
        ),
    ],
    ids=["not there", "forbidden"],
)
def test_if_the_name_is_in_neither_the_list_that_could_not_be_read_is_told(
    answer: t.Any, words: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    schedules(http, shift_based=answer)
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find(SCHEDULE, "Web")
    assert caught.value.message == f"No schedule is called 'Web'. Did you mean: Web Rotation (PSCHED1)?{words}"


@pytest.mark.parametrize("answers", [(FORBIDDEN, NOT_FOUND), (NOT_FOUND, FORBIDDEN)], ids=["the first", "the second"])
def test_if_neither_list_can_be_read_the_reason_is_told_once(
    answers: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    schedules(http, *answers)
    with pytest.raises(Refused) as caught:
        Directory(pagerduty).find_all(SCHEDULE, ["Web Shifts", "Web Rotation"])
    path = "schedules" if answers[0] == FORBIDDEN else "v3/schedules"
    assert caught.value.message == f"GET https://api.pagerduty.com/{path}: Access Denied (HTTP 403, code 2010)."
    assert http.calls == ["GET /schedules", "GET /v3/schedules"]
