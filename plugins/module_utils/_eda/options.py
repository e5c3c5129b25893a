# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an event source. A variable of a rulebook can be text, or empty.

Private to the collection.
"""

from __future__ import annotations

import math
import typing as t

from .._api.auth import is_unset
from .._core.errors import InvalidOption

Args = t.Mapping[str, t.Any]

ANSWERS = "eda_feedback_queue"
"""The queue that ansible-rulebook adds to the options of a source that asks for feedback.

Source: ansible/ansible-rulebook, ansible_rulebook/engine.py, `start_source`.
"""
ON = ("true", "yes", "on", "1")
OFF = ("false", "no", "off", "0")
"""What the text of a variable can be; YAML itself has true and false."""


def check_names(args: Args, known: t.Collection[str]) -> None:
    """Check that each option is known.

    Raises:
        InvalidOption: one is not.
    """
    for name in sorted(set(args) - set(known) - {ANSWERS}):
        raise InvalidOption(name, f"unknown option; the options are {', '.join(sorted(known))}")


def number(args: Args, name: str, default: float | None, *, minimum: float) -> float:
    """Return a number; without a default it is required.

    Raises:
        InvalidOption: it is not a number, or too small.
    """
    value = default if is_unset(args.get(name)) else args[name]
    parsed = _float(value)
    # NaN fails this comparison.
    if not minimum <= parsed < math.inf:
        raise InvalidOption(name, f"must be a number of at least {minimum:g}", value)
    return parsed


def whole_number(args: Args, name: str, default: int | None, *, minimum: int) -> int:
    """Return a whole number; without a default it is required.

    Raises:
        InvalidOption: it is not a number, or too small.
    """
    value = number(args, name, default, minimum=minimum)
    if not value.is_integer():
        raise InvalidOption(name, "must be a whole number", value)
    return int(value)


def flag(args: Args, name: str) -> bool:
    """Return whether an option is on; by default it is off.

    Raises:
        InvalidOption: it is neither on nor off.
    """
    value = str(args.get(name)).strip().lower()
    if not is_unset(args.get(name)) and value not in (*ON, *OFF):
        raise InvalidOption(name, "must be true or false", args[name])
    return value in ON


def text(args: Args, name: str) -> str | None:
    """Return text; None if it is not set."""
    return None if is_unset(args.get(name)) else str(args[name]).strip()


def texts(args: Args, name: str, default: t.Sequence[str] = ()) -> list[str]:
    """Return those of a list that are not empty; a text may be a list with commas.

    Raises:
        InvalidOption: it is no list, or one is no text. It may be a secret, and is not repeated.
    """
    value = args.get(name)
    given = value.split(",") if isinstance(value, str) else value or ()
    if not isinstance(given, (list, tuple)) or not all(each is None or isinstance(each, str) for each in given):
        raise InvalidOption(name, "must be a list of strings")
    return [each.strip() for each in given if not is_unset(each)] or list(default)


def _float(value: t.Any) -> float:
    """Return a value as a number; NaN if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
