# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What diff mode shows: equal changes once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import Action
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Notification, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.differences import differences
from ansible_collections.oncall.pagerduty.tests.unit.outcomes import (
    AFTER,
    BEFORE,
    NOTE,
    done,
    failed,
    person,
    same,
)

UNKNOWN = Notification(None, "on call for the service")
ANA = person("Ana")


def shown(*outcomes: Outcome) -> list[dict[str, t.Any]]:
    action: Action[None] = Action(None, {})
    return differences(action, outcomes)


def test_an_entry_has_the_fields_and_the_people_with_their_ids() -> None:
    header = {"before_header": "incident Q1", "after_header": "incident Q1"}
    assert shown(done(NOTE)) == [{**header, "before": BEFORE, "after": AFTER}]
    people = ["Ana (PANA): on call", "whoever is on call for the service"]
    assert shown(done(NOTE, notifies=[ANA, UNKNOWN])) == [
        {**header, "before": BEFORE, "after": {**AFTER, "notifies": people}}
    ]


@pytest.mark.parametrize(
    ("outcomes", "headers"),
    [
        ([same(), failed("Q2")], []),
        ([done(NOTE), same("Q2"), done(NOTE, target="Q3")], ["2 incidents: Q1, Q3"]),
        ([done(NOTE), done(NOTE, target="Q2")._replace(before={"status": "resolved"})], ["incident Q1", "incident Q2"]),
        ([done(NOTE), done(NOTE, target="Q2", notifies=[ANA])], ["incident Q1", "incident Q2"]),
        (
            [done(NOTE, target=f"Q{number}", notifies=[ANA]) for number in range(200)],
            [f"200 incidents: {', '.join(f'Q{number}' for number in range(200))}"],
        ),
    ],
    ids=["nothing changed", "equal", "another state", "other people", "many"],
)
def test_equal_changes_are_one_entry_with_all_names(outcomes: list[Outcome], headers: list[str]) -> None:
    entries = shown(*outcomes)
    assert [entry["after_header"] for entry in entries] == headers
    assert [entry["before_header"] for entry in entries] == [header.partition(":")[0] for header in headers]


@pytest.mark.parametrize(
    ("targets", "header"),
    [
        ([f"#{number}" for number in range(200, 0, -1)], "200 incidents: #1 to #200"),
        (["#1", "#2", "#3"], "3 incidents: #1 to #3"),
        (["#2", "#1"], "2 incidents: #1, #2"),
        (["#7", "Q1", "#9", "#8", "#4", "#5"], "6 incidents: #4, #5, #7 to #9, Q1"),
    ],
    ids=str,
)
def test_numbers_that_follow_each_other_are_a_range(targets: list[str], header: str) -> None:
    (entry,) = shown(*(done(NOTE, target=target) for target in targets))
    assert entry["after_header"] == header
