# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of page_and_wait, however a user writes them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._page_and_wait_steps import (
    EVENT,
    INCIDENT,
    LEVEL,
    POLICY,
    Step,
    steps_of,
)

SERVICE = {"service": "Checkout"}


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ([{}], [Step(EVENT, "key", 600)]),
        ([{"wait": "1h 30m"}], [Step(EVENT, "key", 5400)]),
        ([{"wait": 120, "service": None, "level": ""}], [Step(EVENT, "key", 120)]),
        ([{"routing_key": "R1"}], [Step(EVENT, "key", 600, "", "R1")]),
        ([{**SERVICE, "routing_key": "R1"}], [Step(EVENT, "key", 600, "Checkout", "R1")]),
        ([SERVICE], [Step(INCIDENT, "key", 600, "Checkout")]),
        (SERVICE, [Step(INCIDENT, "key", 600, "Checkout")]),
        ('[{"service": "Checkout", "wait": "5m"}]', [Step(INCIDENT, "key", 300, "Checkout")]),
        ([SERVICE, {"level": 3}], [Step(INCIDENT, "key", 600, "Checkout"), Step(LEVEL, "key", 600, "3")]),
        (
            [{}, {"level": "next"}, {"level": "next"}],
            [Step(EVENT, "key", 600), Step(LEVEL, "key", 600, "2"), Step(LEVEL, "key", 600, "3")],
        ),
        (
            [{}, {"escalation_policy": "Database"}, {"level": "next"}],
            [Step(EVENT, "key", 600), Step(POLICY, "key", 600, "Database"), Step(LEVEL, "key", 600, "2")],
        ),
        (
            [{}, {"level": 2}, SERVICE, {"level": "next"}],
            [
                Step(EVENT, "key", 600),
                Step(LEVEL, "key", 600, "2"),
                Step(INCIDENT, "key/2", 600, "Checkout"),
                Step(LEVEL, "key/2", 600, "2"),
            ],
        ),
    ],
    ids=str,
)
def test_what_a_step_means(given: t.Any, steps: list[Step]) -> None:
    assert steps_of(given, "key") == steps


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "page_and_wait_steps: must be a list of steps"),
        (None, "page_and_wait_steps: must be a list of steps"),
        ("level 2", "page_and_wait_steps: must be a list of steps, or JSON"),
        (["level 2"], "page_and_wait_steps: must be a list of steps"),
        (
            [{"policy": "Database"}],
            r"page_and_wait_steps\[1\]: has an unknown field 'policy'; a step may have service,",
        ),
        ([{"level": 2}], r"page_and_wait_steps\[1\]: must open an incident"),
        ([{"escalation_policy": "Database"}], r"page_and_wait_steps\[1\]: must open an incident"),
        ([SERVICE, {**SERVICE, "level": 2}], r"page_and_wait_steps\[2\]: must name one of "),
        ([SERVICE, {"escalation_policy": "D", "level": 2}], r"page_and_wait_steps\[2\]: must name one of "),
        ([SERVICE, {"level": 0}], r"page_and_wait_steps\[2\]\.level: must be 1 or greater, or next"),
        ([SERVICE, {"level": "last"}], r"page_and_wait_steps\[2\]\.level: must be 1 or greater, or next"),
        ([{"wait": "soon"}], r"page_and_wait_steps\[1\]\.wait: must be a duration"),
        ([{"wait": 10}], r"page_and_wait_steps\[1\]\.wait: a number below 60 must have a unit: 10m"),
    ],
    ids=str,
)
def test_a_step_that_has_no_meaning_is_named(given: t.Any, message: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{message}"):
        steps_of(given, "key")


def test_a_run_needs_a_key() -> None:
    with pytest.raises(InvalidOption, match=r"^page_and_wait_key: must not be empty"):
        steps_of([SERVICE], " ")
