# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task: what counts as set, and the many names of an incident."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH, EVENTS, INCIDENT_ID
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import given

SHARED = {**AUTH, **EVENTS, **INCIDENT_ID}
KINDS: dict[str, dict[str, t.Any]] = {
    "flag": {"type": "bool"},
    "number": {"type": "int"},
    "words": {"type": "list"},
    "fields": {"type": "dict"},
    "choice": {"type": "str", "choices": ["a"]},
    "choices": {"type": "list", "elements": "str", "choices": ["a", "b"]},
    "text": {"type": "str", "aliases": ["alias"]},
    "removable": {"type": "str", "aliases": ["other"]},
}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"unknown": None, "misspelt": "", "title": " x "}, {"misspelt": "", "title": " x "}),
        ({"api_token": " a\n", "api_key": "", "timeout": " "}, {"api_token": "a"}),
        (
            {"timeout": 0, "validate_certs": False, "region": " EU"},
            {"timeout": 0, "validate_certs": False, "region": "eu"},
        ),
        ({"flag": "", "number": " ", "words": "\n", "fields": "", "choice": "", "text": " ", "alias": ""}, {}),
        (
            {"flag": False, "number": 0, "words": [], "fields": {}},
            {"flag": False, "number": 0, "words": [], "fields": {}},
        ),
        ({"removable": "", "other": " "}, {"removable": "", "other": " "}),
        ({"choice": " A\n"}, {"choice": "a"}),
        ({"choice": "B"}, {"choice": "B"}),
        ({"choices": [" A", "b", 1]}, {"choices": ["a", "b", 1]}),
        ({"choices": "A, B"}, {"choices": ["a", "b"]}),
        # It must not stand for all incidents.
        ({"incident_id": ""}, {"incident_id": [""]}),
        ({"conference_bridge": {"number": None}}, {"conference_bridge": {"number": None}}),
    ],
)
def test_what_is_null_or_empty_is_not_set_except_a_text_that_can_be_removed(
    options: dict[str, t.Any], expected: dict[str, t.Any]
) -> None:
    assert given(options, {**SHARED, **KINDS}, kept=["removable"]) == expected


@pytest.mark.parametrize("name", ["incident_id", *INCIDENT_ID["incident_id"]["aliases"]])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Q1", ["Q1"]),
        (42, [42]),
        ("#42", ["42"]),
        (" Q1, #2 ,Q1", ["Q1", "2"]),
        ("https://acme.pagerduty.com/incidents/Q1R2DLCB21K7NP", ["Q1R2DLCB21K7NP"]),
        ("https://acme.eu.pagerduty.com/incidents/Q1/timeline?tab=notes#top", ["Q1"]),
        (["https://acme.pagerduty.com/incidents/Q1", "#2", "Q1"], ["Q1", "2"]),
        ({"id": "Q1", "incident_number": 42}, ["Q1"]),
        ([{"id": "Q1"}, {"id": "Q2"}, {"id": "Q1"}], ["Q1", "Q2"]),
        ([{"id": "Q1"}, "#2"], ["Q1", "2"]),
        ("would-be-opened:disk, 100 % full", ["would-be-opened:disk, 100 % full"]),
        ({"id": "would-be-opened:k", "status": None}, ['{"id": "would-be-opened:k", "status": null}']),
        ([{"id": "would-be-opened:k"}, {"id": "Q1"}], ['{"id": "would-be-opened:k"}', "Q1"]),
        ("Q1 #2\n3", ["Q1", "2", "3"]),
        ("acme.pagerduty.com/incidents/Q1", ["Q1"]),
        ("http://localhost:8080/incidents/Q1", ["Q1"]),
        ({"id": "Q1", "summary": "[#42] Disk full"}, ["Q1"]),
        (["#42", [{"id": "Q1"}, {"id": "Q2"}], 7], ["42", "Q1", "Q2", 7]),
        (["", "Q1", None], ["Q1"]),
        # Nothing to do.
        ([], []),
        ([[], []], []),
        # These are refused.
        ("", [""]),
        (" ,", [""]),
        ([""], [""]),
        ({"id": None}, [{"id": None}]),
        ("#Q1", ["#Q1"]),
        ("https://acme.pagerduty.com/users/PUSER01", ["https://acme.pagerduty.com/users/PUSER01"]),
        ("https://acme.pagerduty.com/incidents/../users", ["https://acme.pagerduty.com/incidents/../users"]),
    ],
    ids=str,
)
def test_an_incident_has_many_names(name: str, value: t.Any, expected: list[t.Any]) -> None:
    assert given({name: value}, SHARED) == {name: expected}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (42, 42),
        ("#42", "42"),
        ({"id": "Q1", "incident_number": 42}, "Q1"),
        ([{"id": "Q1"}], "Q1"),
        ("https://acme.eu.pagerduty.com/incidents/Q1", "Q1"),
        # These are refused.
        (["Q1", "Q2"], ["Q1", "Q2"]),
        ([], []),
    ],
    ids=str,
)
def test_an_option_for_one_incident_takes_the_same_names(value: t.Any, expected: t.Any) -> None:
    assert given({"move_to": value}, {"move_to": {"type": "str"}}) == {"move_to": expected}


def test_incidents_are_known_by_the_name_of_the_option_alone() -> None:
    assert given({"incident_id": "#42", "move_to": "#43"}, {**AUTH}) == {"incident_id": ["42"], "move_to": "43"}
