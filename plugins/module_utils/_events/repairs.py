# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was wrong with an event and was mended: nothing but its routing key may stop a page.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import Record

Warn = t.Callable[[str], None]


class Repairs:
    """The repairs of one event.

    Args:
        warn: is called with a sentence for each.
    """

    def __init__(self, warn: Warn) -> None:
        self.warn = warn
        self._moved: Record = {}

    def move(self, option: str, value: t.Any, problem: str) -> None:
        """Leave a value to custom_details, where people can read it.

        Args:
            problem: why it cannot be sent as what it is; continues the option's name.
        """
        self._moved[option] = value
        self.warn(f"{option} {problem}; see custom_details.")

    def details(self, own: Record) -> Record:
        """Return an event's own details with what was moved to them, which replaces nothing."""
        return {**own, **{_free_name(name, own): value for name, value in self._moved.items()}}


def _free_name(name: str, taken: t.Container[str]) -> str:
    while name in taken:
        name += "_as_given"
    return name
