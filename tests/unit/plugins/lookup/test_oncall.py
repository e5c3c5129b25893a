# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup asks the module for, and what it returns of the people."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleLookupError
from ansible_collections.oncall.pagerduty.plugins.lookup import oncall
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _on_controller

Options = dict[str, t.Any]

PEOPLE = [
    {"id": "PUSER01", "name": "Ann", "email": "ann@example.com"},
    {"id": "PUSER02", "name": "Bob", "email": None},
]


class Lookup(oncall.LookupModule):
    """The lookup without Ansible's configuration: what is not given is None."""

    def set_options(self, *, var_options: Options, direct: Options) -> None:
        """Keep the options."""
        self.given = {**{name.removeprefix("pagerduty_"): value for name, value in var_options.items()}, **direct}

    def get_option(self, option: str) -> t.Any:
        """Return an option."""
        return self.given.get(option)


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
    ],
)
def test_a_term_is_an_escalation_policy(
    terms: list[t.Any], options: Options, expected: list[str], asked: list[Options]
) -> None:
    assert Lookup().run(terms, {}, want="id", **options) == ["PUSER01", "PUSER02"]
    assert asked[0]["escalation_policies"] == expected


def test_who_lacks_what_is_wanted_is_left_out(asked: list[Options]) -> None:
    assert Lookup().run(["Web"], {}, want="email") == ["ann@example.com"]
    assert Lookup().run(["Web"], {}, want="name") == ["Ann", "Bob"]
    assert len(asked) == 2


def test_a_single_level_is_a_list_of_one(asked: list[Options]) -> None:
    Lookup().run(["Web"], {}, want="id", levels=1)
    assert asked[0]["levels"] == [1]


def test_variables_are_templated_and_only_those_of_the_connection_are_taken(asked: list[Options]) -> None:
    variables = {"pagerduty_api_token": "a-token", "pagerduty_users": ["Ann"], "pagerduty_levels": "{{ undefined }}"}
    Lookup().run(["Web"], variables, want="id")
    assert (asked[0]["api_token"], asked[0]["users"], asked[0]["levels"]) == ("a-token", None, None)


@pytest.mark.parametrize(
    ("terms", "options", "words"),
    [
        ([], {}, "Name at least one escalation policy, schedule, or user."),
        ([[]], {"levels": [1]}, "Name at least one escalation policy, schedule, or user."),
        (["Web"], {"policy": "Data"}, "Unsupported options: policy. Supported options are: api_token, "),
        (["Web"], {"levels": ["first"]}, "levels"),
        ([], {"users": ["Nobody"]}, "No user is called 'Nobody'."),
    ],
)
def test_what_cannot_be_looked_up_is_an_error(
    terms: list[t.Any], options: Options, words: str, asked: list[Options]
) -> None:
    with pytest.raises(AnsibleLookupError, match=words):
        Lookup().run(terms, {}, want="id", **options)
    assert all(run["users"] for run in asked)


def test_a_missing_library_is_named(asked: list[Options], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_on_controller, "REQUESTS_IMPORT_ERROR", "No module named 'requests'")
    with pytest.raises(AnsibleLookupError, match="requests"):
        Lookup().run(["Web"], {}, want="id")
    assert asked == []
