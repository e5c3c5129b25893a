# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as every JSON parser reads them."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.json_values import (
    MAX_DEPTH,
    encodable,
    from_json,
    text_of,
)
from hypothesis import given
from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(),
    lambda each: st.lists(each) | st.tuples(each) | st.dictionaries(st.text() | st.integers() | st.none(), each),
)


def nested(depth: int) -> t.Any:
    value: t.Any = "end"
    for _level in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ("caf\ud800\udfff", "caf\ufffd\ufffd"),
        ({1: {"a"}, None: True, "\udc80": 0.5}, {"1": ["a"], "null": True, "\ufffd": 0.5}),
        ((1, "😀"), [1, "😀"]),
        (datetime.date(2026, 1, 31), "2026-01-31"),
    ],
    ids=repr,
)
def test_what_json_lacks_becomes_text(value: t.Any, expected: t.Any) -> None:
    assert encodable(value) == expected


def test_what_lies_too_deep_is_left_out() -> None:
    assert encodable(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    assert "end" not in str(encodable(nested(MAX_DEPTH + 1)))
    assert str(encodable(nested(900))).count("[") == MAX_DEPTH


@given(ANYTHING)
def test_anything_can_be_sent_and_is_read_as_it_was_sent(value: t.Any) -> None:
    sent = encodable(value)
    assert json.loads(json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()) == sent
    assert encodable(sent) == sent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": NaN}', {"a": "NaN"}),
        ("[1]", [1]),
        ("5", "5"),
        ('"a"', '"a"'),
        ("{a: 1}", "{a: 1}"),
        ("[" * 100_000, "[" * 100_000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_only_lists_and_dictionaries_are_read_from_text(text: str, expected: t.Any) -> None:
    assert from_json(text) == expected


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (1, "1"), ({"ä": None}, '{"ä": null}')], ids=repr)
def test_any_value_is_a_text(value: t.Any, text: str) -> None:
    assert text_of(value) == text
