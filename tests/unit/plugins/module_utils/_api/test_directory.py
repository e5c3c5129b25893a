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
