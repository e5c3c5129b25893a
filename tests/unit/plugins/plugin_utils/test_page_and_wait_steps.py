# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of page_and_wait, however a user writes them."""

from __future__ import annotations

import itertools
import re
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._page_and_wait_steps import (
    EVENT,
    FIELDS,
    INCIDENT,
    LEVEL,
    POLICY,
    Step,
    steps_of,
)
from hypothesis import given
from hypothesis import strategies as st

SERVICE = {"service": "Checkout"}
OPENED = Step(INCIDENT, "key", 600, "Checkout")
BY_EVENT = Step(EVENT, "key", 600)
DEFAULT = [BY_EVENT, Step(LEVEL, "key", 600, "2")]


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ([{}], [BY_EVENT]),
        ([{"wait": "1h 30m"}], [Step(EVENT, "key", 5400)]),
        ([{"wait": 120, "service": None, "level": ""}], [Step(EVENT, "key", 120)]),
        ([{"routing_key": "R1"}], [Step(EVENT, "key", 600, "", "R1")]),
        ([{**SERVICE, "routing_key": "R1"}], [Step(EVENT, "key", 600, "Checkout", "R1")]),
        ([SERVICE], [OPENED]),
        (SERVICE, [OPENED]),
        ('[{"service": "Checkout", "wait": "5m"}]', [Step(INCIDENT, "key", 300, "Checkout")]),
        ([SERVICE, {"level": 3}], [OPENED, Step(LEVEL, "key", 600, "3")]),
        ([{}, {"level": "next"}, {"level": "next"}], [*DEFAULT, Step(LEVEL, "key", 600, "3")]),
        ([], DEFAULT),
        (None, DEFAULT),
        (" ", DEFAULT),
        (
            [{}, {"escalation_policy": "Database"}, {"level": "next"}],
            [BY_EVENT, Step(POLICY, "key", 600, "Database"), Step(LEVEL, "key", 600, "2")],
        ),
        (
            [{}, {"level": 2}, SERVICE, {"level": "next"}],
            [
                *DEFAULT,
                Step(INCIDENT, "key/2", 600, "Checkout"),
                Step(LEVEL, "key/2", 600, "2"),
            ],
        ),
    ],
    ids=str,
)
def test_what_a_step_means(given: t.Any, steps: list[Step]) -> None:
    assert steps_of(given, "key") == (steps, [])


@pytest.mark.parametrize(
    ("given", "steps", "problems"),
    [
        (
            "level 2",
            DEFAULT,
            ["page_and_wait_steps is no list of steps, such as .* the default steps are made"],
        ),
        (7, DEFAULT, ["page_and_wait_steps is no list of steps"]),
        ("[" * 100_000, DEFAULT, ["page_and_wait_steps is no list of steps"]),
        (["level 2"], DEFAULT, [r"page_and_wait_steps\[1\] is left out, as it is no dictionary"]),
        ([SERVICE, None], [OPENED], [r"page_and_wait_steps\[2\] is left out, as it is no dictionary"]),
        (
            [{**SERVICE, "waits": "5m"}],
            [OPENED],
            [r"page_and_wait_steps\[1\]: waits is left out, .* service, routing_key"],
        ),
        ([{"policy": "Database"}], [BY_EVENT], [r"page_and_wait_steps\[1\]: policy is left out"]),
        (
            [SERVICE, {"policy": "Database"}, {"level": "next"}],
            [OPENED, Step(LEVEL, "key", 600, "2")],
            [
                r"page_and_wait_steps\[2\]: policy is left out",
                r"page_and_wait_steps\[2\] is left out, as it names nobody to page",
            ],
        ),
        (
            [{"level": 2}],
            [BY_EVENT],
            [r"page_and_wait_steps\[1\]: level is left out, as the first step opens the incident"],
        ),
        (
            [{**SERVICE, "escalation_policy": "D"}],
            [OPENED],
            [r"page_and_wait_steps\[1\]: escalation_policy is left out"],
        ),
        (
            [SERVICE, {**SERVICE, "level": 2}],
            [OPENED, Step(LEVEL, "key", 600, "2")],
            [r"page_and_wait_steps\[2\]: service is left out, as the step has level"],
        ),
        (
            [SERVICE, {"escalation_policy": "D", "level": 2}],
            [OPENED, Step(POLICY, "key", 600, "D")],
            [r"page_and_wait_steps\[2\]: level is left out, as the step has escalation_policy"],
        ),
        (
            [SERVICE, {"level": 0}, {"level": "last"}],
            [OPENED, Step(LEVEL, "key", 600, "2"), Step(LEVEL, "key", 600, "3")],
            [
                r"page_and_wait_steps\[2\]\.level: must be 1 or greater, or next, got '0'. It is level 2",
                r"page_and_wait_steps\[3\]\.level: must be 1 or greater, or next, got 'last'. It is level 3",
            ],
        ),
        ([{"wait": "soon"}], [BY_EVENT], [r"page_and_wait_steps\[1\]\.wait: must be a duration.* The step waits 10m"]),
        (
            [{"wait": "999999999d"}],
            [BY_EVENT],
            [r"page_and_wait_steps\[1\]\.wait: must be at most 52w, got '999999999d'"],
        ),
        (
            [SERVICE, {"level": "9" * 5_000}],
            [OPENED, Step(LEVEL, "key", 600, "2")],
            [r"page_and_wait_steps\[2\]\.level: must be 1 or greater, or next, got '99.* It is level 2"],
        ),
        ([{"wait": 10}], [BY_EVENT], [r"page_and_wait_steps\[1\]\.wait: a number below 60 must have a unit: 10m"]),
        ([{**SERVICE, 7: "x"}], [OPENED], [r"page_and_wait_steps\[1\]: 7 is left out"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_used_is_left_out_and_told(given: t.Any, steps: list[Step], problems: list[str]) -> None:
    read = steps_of(given, "key")
    assert read.steps == steps
    unmatched = list(itertools.zip_longest(problems, read.problems, fillvalue="nothing"))
    assert [pair for pair in unmatched if not re.match(f"{pair[0]}.*\\.$", pair[1])] == []


@pytest.mark.parametrize("given", ['[{"routing_key": "R0UT1NGKEY"', ["routing_key: R0UT1NGKEY"]])
def test_what_may_hold_a_routing_key_is_not_repeated(given: t.Any) -> None:
    (problem,) = steps_of(given, "key").problems
    assert "R0UT1NGKEY" not in problem


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["5m", "next", "Checkout"]),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*FIELDS, "policy"]) | st.text(), inner),
    )
)
def test_whatever_is_given_somebody_is_paged(given: t.Any) -> None:
    steps = steps_of(given, "key").steps
    assert steps[0].opens
    assert all(each.seconds > 0 for each in steps)


@pytest.mark.parametrize(("key", "used"), [(" disk ", "disk"), (" ", "page_and_wait")])
def test_a_run_always_has_a_key(key: str, used: str) -> None:
    assert steps_of([{}], key).steps == [Step(EVENT, used, 600)]
