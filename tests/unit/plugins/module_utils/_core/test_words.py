# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verbs and names, as sentences use them."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import words
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import (
    Verb,
    counted,
    few,
    label,
    one_line,
    short_name,
)

VERBS = {name: verb for name, verb in vars(words).items() if isinstance(verb, Verb)}
IRREGULAR = {
    "ASSIGN": "assigned to",
    "CANCEL": "cancelled",
    "NOTIFY": "notified",
    "PUT": "put",
    "RUN": "ran",
    "SEND": "sent",
    "SET": "set",
    "TRIGGER_AGAIN": "triggered again",
}


@pytest.mark.parametrize("name", VERBS)
def test_each_verb_has_the_form_that_follows_would_and_the_one_for_what_was_done(name: str) -> None:
    verb = VERBS[name]
    assert verb.form(True) == verb.base
    assert verb.form(False) == IRREGULAR.get(name, verb.base + ("d" if verb.base.endswith("e") else "ed"))
    assert name.replace("_", " ").casefold() == verb.base.replace("-", " ").removesuffix(" to")


def test_a_phrase_is_a_verb_and_what_it_is_about() -> None:
    assert words.SET("title to Disk full", "urgency to high") == (words.SET, ("title to Disk full", "urgency to high"))


@pytest.mark.parametrize(
    ("record", "named", "labelled"),
    [
        ({"id": "PU1", "summary": "Ana", "name": "Ana B."}, "Ana", "Ana (PU1)"),
        ({"id": "PU1", "summary": None, "name": "Ana"}, "Ana", "Ana (PU1)"),
        ({"id": "PU1"}, "PU1", "PU1"),
        ({"id": None, "summary": "new@example.com"}, "new@example.com", "new@example.com"),
    ],
    ids=str,
)
def test_a_record_is_called_by_its_name_and_in_diffs_also_by_its_id(
    record: dict[str, str], named: str, labelled: str
) -> None:
    assert (short_name(record), label(record)) == (named, labelled)


def test_a_name_has_a_count_if_it_is_meant_more_than_once() -> None:
    assert counted({"Ana": 1, "Ben": 3}) == ["Ana", "Ben (3 times)"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Disk full: 95 % é ✓ → 漢字", "Disk full: 95 % é ✓ → 漢字"),
        ("Disk full\r\nfatal: [web-1]: FAILED!\u2028\tRUN: {}\x85", "Disk full fatal: [web-1]: FAILED! RUN: {}"),
        ("\x1b[31mred\x1b[0m \x07\x00bell \u202eback\u200b \ud83d", "[31mred[0m bell back"),
        (" \n ", ""),
    ],
    ids=["plain", "lines", "control characters", "nothing"],
)
def test_text_of_unknown_origin_cannot_change_how_a_log_looks(text: str, line: str) -> None:
    assert one_line(text) == line


TEN = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


@pytest.mark.parametrize(("count", "text"), [(0, ""), (1, "0"), (10, TEN), (13, f"{TEN}, and 3 more")])
def test_of_many_names_few_are_listed(count: int, text: str) -> None:
    assert few([str(number) for number in range(count)]) == text
