# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a value means for a custom field, and which values are equal."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.custom_field_values import (
    equals,
    is_fixed,
    is_list,
    parse_value,
    shown,
)
from hypothesis import given
from hypothesis import strategies as st


def field(data_type: str = "string", field_type: str = "single_value") -> dict[str, t.Any]:
    return {"id": "PF1", "name": "field", "data_type": data_type, "field_type": field_type}


MANY = field(field_type="multi_value")


@pytest.mark.parametrize(
    ("data_type", "value", "parsed"),
    [
        ("string", "text", "text"),
        ("string", " framed ", " framed "),
        ("string", 4711, "4711"),
        ("string", 1.5, "1.5"),
        ("url", "https://example.com/", "https://example.com/"),
        ("integer", 7, 7),
        ("integer", " -7 ", -7),
        ("integer", 0, 0),
        ("float", "1.5", 1.5),
        ("float", 2, 2.0),
        ("boolean", True, True),
        ("boolean", False, False),
        ("boolean", "Yes", True),
        ("boolean", "off", False),
        ("datetime", "2026-01-31", "2026-01-31"),
        ("boolean", None, None),
        ("a new type", "text", "text"),
    ],
)
def test_a_value_gets_the_type_of_its_field(data_type: str, value: t.Any, parsed: t.Any) -> None:
    found = parse_value(field(data_type), value)
    assert (found, type(found)) == (parsed, type(parsed))


@pytest.mark.parametrize(
    ("data_type", "value", "words"),
    [
        ("integer", "7.5", "must be a whole number, got '7.5'"),
        ("integer", True, "must not be true or false"),
        ("integer", "9" * 5000, "must be a whole number"),
        ("float", "many", "must be a number"),
        ("float", "inf", "must be a number"),
        ("boolean", 2, "must be true or false"),
        ("string", True, "put a text in quotes"),
        ("string", ["a"], "takes a single value"),
        ("string", {"a": 1}, "takes a single value"),
    ],
)
def test_a_value_of_another_type_is_refused_in_plain_words(data_type: str, value: t.Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        parse_value(field(data_type), value)


@pytest.mark.parametrize("value", [True, False, 5, 1.5, "5"])
def test_a_value_of_a_field_of_unknown_type_is_taken_as_it_is(value: t.Any) -> None:
    parsed = parse_value({"id": None, "name": "customer_facing", "value": None}, value)
    assert (parsed, type(parsed)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "parsed"),
    [(["a", "b", "a"], ["a", "b"]), ("a", ["a"]), ([1, "1"], ["1"]), ([], None), (None, None)],
)
def test_a_field_of_several_values_takes_a_list_without_repetitions(value: t.Any, parsed: t.Any) -> None:
    assert parse_value(MANY, value) == parsed


def test_a_list_in_a_list_is_refused() -> None:
    with pytest.raises(Refused, match="takes a list of single values"):
        parse_value(MANY, [["a"]])


@pytest.mark.parametrize(
    ("of", "one", "other", "equal"),
    [
        (MANY, ["a", "b"], ["b", "a"], True),
        (MANY, ["a"], ["a", "b"], False),
        (MANY, None, [], True),
        (field(), None, "", False),
        (field("integer"), 0, None, False),
        (field("boolean"), False, None, False),
        (field("datetime"), "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", True),
        (field("datetime"), "2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z", False),
        (field(), "One.\nTwo.", "One. \r\nTwo.\n", True),
        (field(), "One.\nTwo.", "One. Two.", False),
        (MANY, ["one", "two"], ["two ", "one"], True),
        (field("datetime"), "2026-01-31", "2026-01-31", True),
        (field("datetime"), "2026-01-31", "2026-01-31\r", True),
        (field(), "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", False),
    ],
)
def test_which_values_are_equal(of: dict[str, t.Any], one: t.Any, other: t.Any, equal: bool) -> None:
    assert equals(of, one, other) is equals(of, other, one) is equal


DATA_TYPES = ("boolean", "integer", "float", "string", "datetime", "url", "a new type")
FIELD_TYPES = ("single_value", "single_value_fixed", "multi_value", "multi_value_fixed", "a new type")
texts = st.text() | st.sampled_from(["2026-01-31T12:00:00Z", "https://example.com/", "yes", "One.\nTwo.\n", "a\r\nb  "])
singles = st.none() | st.booleans() | st.integers() | st.floats() | texts


@given(st.sampled_from(DATA_TYPES), st.sampled_from(FIELD_TYPES), singles | st.lists(singles.filter(lambda v: v != [])))
def test_what_was_set_is_equal_to_what_was_asked_for(data_type: str, field_type: str, value: t.Any) -> None:
    """Whatever the type, and whether PagerDuty keeps the white space around a text or not."""
    empty = field(data_type, field_type)
    try:
        parsed = parse_value(empty, value)
    except Refused:
        return
    for trim in (lambda text: text, str.strip):
        stored = json.loads(json.dumps(trimmed(parsed, trim)))
        assert equals(empty, stored, parsed)
        # The next run meets the field with its value.
        assert equals(empty, stored, parse_value({**empty, "value": stored}, value))


def trimmed(value: t.Any, trim: t.Callable[[str], str]) -> t.Any:
    """Return a value as a server may keep it."""
    if isinstance(value, list):
        return [trimmed(each, trim) for each in value]
    return trim(value) if isinstance(value, str) else value


def test_a_field_of_a_new_type_takes_what_it_is_given() -> None:
    new = field("a new type", "a new type")
    assert (parse_value(new, ["a", "b", "a"]), parse_value(new, "a")) == (["a", "b"], "a")
    assert parse_value({**new, "value": ["b"]}, "a") == ["a"]


def test_the_type_of_a_field_says_whether_it_is_a_list_and_has_options() -> None:
    types = ("single_value", "single_value_fixed", "multi_value", "multi_value_fixed")
    kinds = [(is_list(field(field_type=each)), is_fixed(field(field_type=each))) for each in types]
    assert kinds == [(False, False), (False, True), (True, False), (True, True)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        (["eu", "us"], "eu, us"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_value_in_a_sentence_is_short_and_plain(value: t.Any, text: str) -> None:
    assert shown(value) == text
