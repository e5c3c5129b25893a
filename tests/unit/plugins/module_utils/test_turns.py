# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What spans of time cover, and what is left of them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._turns import (
    Span,
    Turn,
    joined,
    on_top,
    parts_in,
    parts_out_of,
    without,
)

Hours = list[tuple[int, int]]


def span(start: int, end: int) -> Span:
    return Span(*(datetime(2026, 1, 31, hour, tzinfo=timezone.utc) for hour in (start, end)))


def spans(hours: Hours) -> list[Span]:
    return [span(*each) for each in hours]


def turn(user: str, start: int, end: int) -> Turn:
    return Turn({"id": user}, span(start, end))


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(8, 16)]),
        ([(6, 8), (16, 18)], [(8, 16)]),
        ([(6, 10)], [(10, 16)]),
        ([(10, 12)], [(8, 10), (12, 16)]),
        ([(10, 12), (11, 14)], [(8, 10), (14, 16)]),
        ([(14, 18), (6, 9)], [(9, 14)]),
        ([(8, 16)], []),
        ([(6, 12), (12, 18)], []),
    ],
)
def test_what_others_cover_is_taken_away(taken: Hours, left: Hours) -> None:
    assert without([span(8, 16)], spans(taken)) == spans(left)
    assert parts_out_of([turn("A", 8, 16)], spans(taken)) == [turn("A", *each) for each in left]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([(10, 12), (8, 10)], [(8, 12)]),
        ([(8, 14), (9, 10)], [(8, 14)]),
        ([(8, 10), (11, 12)], [(8, 10), (11, 12)]),
    ],
)
def test_spans_that_follow_each_other_are_one(given: Hours, expected: Hours) -> None:
    assert joined(spans(given)) == spans(expected)


def test_turns_are_cut_to_spans() -> None:
    turns = [turn("A", 8, 12), turn("B", 12, 16)]
    assert parts_in(turns, spans([(6, 9), (11, 13), (16, 18)])) == [
        turn("A", 8, 9), turn("A", 11, 12), turn("B", 12, 13)
    ]  # fmt: skip


def test_an_upper_turn_takes_the_place_of_a_lower_one() -> None:
    assert on_top([turn("A", 8, 16)], [turn("B", 10, 18)]) == [turn("A", 8, 10), turn("B", 10, 18)]
