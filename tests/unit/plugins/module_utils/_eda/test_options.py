# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an event source: numbers, texts and lists, as variables of a rulebook give them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.options import (
    check_names,
    flag,
    number,
    text,
    texts,
    whole_number,
)


def test_an_unknown_name_is_refused_and_the_known_ones_are_named() -> None:
    check_names({"port": 1, "eda_feedback_queue": object()}, ["port"])
    with pytest.raises(InvalidOption, match="prot: unknown option; the options are host, port"):
        check_names({"prot": 1}, ["port", "host"])


@pytest.mark.parametrize(("value", "expected"), [("7", 7.0), (7, 7.0), (None, 5.0), ("", 5.0), (" ", 5.0), (1, 1.0)])
def test_a_number_may_be_text_and_empty_is_the_default(value: t.Any, expected: float) -> None:
    assert number({"interval": value}, "interval", 5, minimum=1) == expected


@pytest.mark.parametrize("value", ["often", "nan", "inf", 0.5, [1]])
def test_what_is_no_number_or_too_small_is_refused(value: t.Any) -> None:
    with pytest.raises(InvalidOption, match="interval: must be a number of at least 1"):
        number({"interval": value}, "interval", 5, minimum=1)


def test_a_number_without_a_default_is_required() -> None:
    with pytest.raises(InvalidOption, match="port: must be a number of at least 0"):
        whole_number({}, "port", None, minimum=0)
    with pytest.raises(InvalidOption, match="port: must be a whole number"):
        whole_number({"port": 1.5}, "port", None, minimum=0)
    assert whole_number({"port": "80"}, "port", None, minimum=0) == 80


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("True", True),
        (" yes ", True),
        (1, True),
        (False, False),
        ("off", False),
        ("", False),
        (None, False),
    ],
)
def test_a_flag_may_be_text_and_is_off_unless_it_is_set(value: t.Any, expected: bool) -> None:
    assert flag({"feedback": value}, "feedback") is expected


@pytest.mark.parametrize("value", ["maybe", 2, [True]])
def test_what_is_neither_on_nor_off_is_refused(value: t.Any) -> None:
    with pytest.raises(InvalidOption, match="feedback: must be true or false"):
        flag({"feedback": value}, "feedback")


@pytest.mark.parametrize(("value", "expected"), [(" a ", "a"), ("", None), (" ", None), (None, None), (42, "42")])
def test_empty_text_is_not_set(value: t.Any, expected: str | None) -> None:
    assert text({"host": value}, "host") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a", " b "], ["a", "b"]),
        ("a", ["a"]),
        (" a, b ,", ["a", "b"]),
        (["", None, "a"], ["a"]),
        ([], ["x"]),
        ("", ["x"]),
        (None, ["x"]),
    ],
)
def test_empty_entries_of_a_list_are_left_out(value: t.Any, expected: list[str]) -> None:
    assert texts({"names": value}, "names", ["x"]) == expected


@pytest.mark.parametrize("value", [["s3cr3t", 42], {"s3cr3t": "x"}, 5353])
def test_what_is_no_list_of_texts_is_refused_and_not_repeated(value: t.Any) -> None:
    with pytest.raises(InvalidOption, match="secrets: must be a list of strings") as caught:
        texts({"secrets": value}, "secrets")
    assert "s3cr3t" not in str(caught.value)
    assert "5353" not in str(caught.value)
