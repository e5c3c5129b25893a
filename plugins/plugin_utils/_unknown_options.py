# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that a module does not have, and those that were meant.

Private to the collection.
"""

from __future__ import annotations

import difflib
import typing as t

from ._given import option_names

if t.TYPE_CHECKING:
    from ..module_utils._module import Module

OF_ANSIBLE = "_ansible_"
SIMILAR = 0.75
"""How similar two names are that are taken for each other: `routing_key` is not `api_key`."""
TEXT, NOT_TEXT = "text", ("message", "msg")
"""What a text for people is called everywhere, and how else people call it: ansible-core keeps `message` for itself.

Source: https://docs.ansible.com/ansible-core/devel/dev_guide/testing/sanity/validate-modules.html,
invalid-argument-name.
"""


def unknown_options(module: Module, options: t.Iterable[str]) -> list[str]:
    """Return the options that a module does not have, sorted; not what ansible-core adds for a module in a process.

    A task that is tried again has them from the time before.
    """
    own = {name for name in options if not name.startswith(OF_ANSIBLE)}
    return sorted(own - option_names(module.options).keys())


def did_you_mean(module: Module, unknown: t.Iterable[str]) -> str:
    """Return the question that names what was meant instead of unknown options; empty if that cannot be told."""
    names = list(option_names(module.options))
    meant = dict.fromkeys(filter(None, (_closest(name, names) for name in unknown)))
    return f"Did you mean {' and '.join(meant)}?" if meant else ""


def _closest(unknown: str, names: t.Sequence[str]) -> str:
    """Return the most similar name; else the shortest that has all words of the unknown one, or only such words."""
    name = unknown.lower().replace("-", "_").strip("_")
    if name in NOT_TEXT and TEXT in names:
        return TEXT
    similar = difflib.get_close_matches(name, names, 1, SIMILAR)
    if similar:
        return similar[0]
    words = set(name.split("_"))
    related = [each for each in names if words <= set(each.split("_")) or words >= set(each.split("_"))]
    return min(related, key=len, default="")
