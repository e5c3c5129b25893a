# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup asks the module for, and what it returns of the people."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleLookupError
from ansible_collections.oncall.pagerduty.plugins.lookup import oncall
from ansible_collections.oncall.pagerduty.plugins.lookup.oncall import LookupModule
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller

Options = dict[str, t.Any]

PEOPLE = [
    {"id": "PUSER01", "name": "Ann", "email": "ann@example.com"},
    {"id": "PUSER02", "name": "Bob", "email": None},
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """The options of each run of the module, which finds the same people each time."""
    runs: list[Options] = []

    def run(options: Options, **_keywords: t.Any) -> Options:
        runs.append(options)
        return {"failed": options["users"] == ["Nobody"], "msg": "No user is called 'Nobody'.", "users": PEOPLE}

    monkeypatch.setattr(oncall.DEFINITION, "run", run)
    return runs


@pytest.mark.parametrize(
    ("terms", "options", "expected"),
    [
        (["Web"], {}, ["Web"]),
        (["Web", "Data"], {}, ["Web", "Data"]),
        ([["Web", "Data"]], {}, ["Web", "Data"]),
        (["Web"], {"escalation_policies": ["Data"]}, ["Web", "Data"]),
        (["Web"], {"escalation_policies": "Data"}, ["Web", "Data"]),
        ([], {"escalation_policies": ["Data"]}, ["Data"]),
        (["Web"], {"escalation_policies": "Data, Search"}, ["Web", "Data", "Search"]),
        ([], {"escalation_policies": " Data,Search "}, ["Data", "Search"]),
        # A term is one policy, whatever its name.
        ([" Web, EU "], {}, ["Web, EU"]),
    ],
)
def test_a_term_is_an_escalation_policy(
    terms: list[t.Any], options: Options, expected: list[str], asked: list[Options]
) -> None:
    assert LookupModule().run(terms, {}, want="id", **options) == ["PUSER01", "PUSER02"]
    assert asked[0]["escalation_policies"] == expected


def test_who_lacks_what_is_wanted_is_left_out(asked: list[Options]) -> None:
    assert LookupModule().run(["Web"], {}, want="email") == ["ann@example.com"]
    assert LookupModule().run(["Web"], {}, want="name") == ["Ann", "Bob"]
    assert len(asked) == 2


def test_a_single_level_is_a_list_of_one(asked: list[Options]) -> None:
    LookupModule().run(["Web"], {}, want="id", levels=1)
    assert asked[0]["levels"] == [1]


def test_variables_are_templated_and_only_those_of_the_connection_are_taken(asked: list[Options]) -> None:
    variables = {"pagerduty_api_token": "a-token", "pagerduty_users": ["Ann"], "pagerduty_levels": "{{ undefined }}"}
    LookupModule().run(["Web"], variables, want="id")
    assert (asked[0]["api_token"], asked[0]["users"], asked[0]["levels"]) == ("a-token", None, None)


@pytest.mark.parametrize("name", ["api_token", "api_key", "token"])
def test_an_option_of_the_call_comes_before_a_variable_under_whatever_name(name: str, asked: list[Options]) -> None:
    LookupModule().run(["Web"], {"pagerduty_api_token": "another"}, **{name: "a-token"})
    assert asked[0]["api_token"] == "a-token"


def test_a_variable_comes_before_the_environment(asked: list[Options], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_API_TOKEN", "another")
    LookupModule().run(["Web"], {"pagerduty_api_token": "a-token"})
    assert asked[0]["api_token"] == "a-token"


@pytest.mark.parametrize("want", [None, "", "name"])
def test_names_are_wanted_unless_something_else_is(want: str | None, asked: list[Options]) -> None:
    assert LookupModule().run(["Web"], {}, want=want) == ["Ann", "Bob"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("terms", "options", "words"),
    [
        ([], {}, "Name at least one escalation policy, schedule, or user."),
        ([None], {}, "Name at least one escalation policy, schedule, or user."),
        ([[None, ""]], {}, "Name at least one escalation policy, schedule, or user."),
        ([[]], {"levels": [1]}, "Name at least one escalation policy, schedule, or user."),
        ([], {"users": " "}, "Name at least one escalation policy, schedule, or user."),
        ([], {"users": ["", " "], "schedules": ","}, "Name at least one escalation policy, schedule, or user."),
        (["Web"], {"policy": "Data"}, "Unsupported options: policy. Supported options are: api_token, "),
        (["Web"], {"levels": ["first"]}, "levels"),
        (["Web"], {"want": "phone"}, "want: must be one of name, email, id, got 'phone'."),
        ([], {"users": ["Nobody"]}, "No user is called 'Nobody'."),
    ],
)
def test_what_cannot_be_looked_up_is_an_error(
    terms: list[t.Any], options: Options, words: str, asked: list[Options]
) -> None:
    with pytest.raises(AnsibleLookupError, match=words):
        LookupModule().run(terms, {}, **options)
    assert all(run["users"] for run in asked)


def test_a_missing_library_is_named(asked: list[Options], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_controller, "REQUESTS_IMPORT_ERROR", "No module named 'requests'")
    with pytest.raises(AnsibleLookupError, match="requests"):
        LookupModule().run(["Web"], {}, want="id")
    assert asked == []
