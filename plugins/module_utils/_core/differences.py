# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What diff mode shows: equal changes of several targets once, with the names of all of them.

Private to the collection.
"""

from __future__ import annotations

import itertools
import re
import typing as t

from .action import Action
from .change import Outcome

Difference = dict[str, t.Any]

NUMBER = re.compile(r"#\d+", re.ASCII)
MIN_RANGE = 3
"""So many numbers are shown as a range."""


def differences(action: Action[t.Any], outcomes: t.Iterable[Outcome]) -> list[Difference]:
    """Return the entries of diff mode, as Ansible's callbacks print them, for the targets that were changed."""
    equal: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.changed:
            equal.setdefault(repr((outcome.before, _after(outcome))), []).append(outcome)
    return [
        {**_headers(action, alike), "before": alike[0].before, "after": _after(alike[0])} for alike in equal.values()
    ]


def _after(outcome: Outcome) -> Difference:
    notified = [each.shown for each in outcome.notifies]
    return {**outcome.after, "notifies": notified} if notified else outcome.after


def _headers(action: Action[t.Any], alike: t.Sequence[Outcome]) -> Difference:
    if len(alike) == 1:
        heading = action.heading(alike[0])
        return {"before_header": heading, "after_header": heading}
    count = f"{len(alike)} {action.noun}s"
    # The names may take more than one line, but only once.
    names = _named([action.short_name(outcome) for outcome in alike])
    return {"before_header": count, "after_header": f"{count}: {names}"}


def _named(names: t.Sequence[str]) -> str:
    """Return names in a list; numbers that follow each other, such as `#1` to `#200`, as a range."""
    numbers = sorted(int(name[1:]) for name in names if NUMBER.fullmatch(name))
    # Numbers of one range are as far from their places.
    ranges = itertools.groupby(enumerate(numbers), key=lambda each: each[1] - each[0])
    numbered = [text for _key, places in ranges for text in _range([number for _place, number in places])]
    return ", ".join([*numbered, *(name for name in names if not NUMBER.fullmatch(name))])


def _range(numbers: t.Sequence[int]) -> list[str]:
    if len(numbers) < MIN_RANGE:
        return [f"#{number}" for number in numbers]
    return [f"#{numbers[0]} to #{numbers[-1]}"]
