# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shortens what `ansible-playbook` prints, as it prints it: the tasks, what each did, and who was paged."""

from __future__ import annotations

import re
import textwrap
import typing as t

TASK = re.compile(r"TASK \[(?P<name>.+)\] \*+")
RECAP = re.compile(r"PAGERDUTY RECAP \*+")
NOTHING_TO_DO = "ok: "
SAID = " " * 4
"""Before the lines of the callback `oncall.pagerduty.log`."""
WIDTH = 100


def shortened(lines: t.Iterable[str]) -> t.Iterator[str]:
    """Return the lines of a run that tell its story.

    Args:
        lines: what a run prints with the callback `oncall.pagerduty.log`.
    """
    task = ""
    is_recap = False
    for line in (each.rstrip() for each in lines):
        is_recap = is_recap or bool(RECAP.fullmatch(line))
        if found := TASK.fullmatch(line):
            task = found["name"]
        elif line.startswith(SAID):
            yield from (f"  {task}", *_indented(line, "      "))
        elif line.startswith(NOTHING_TO_DO):
            yield f"  {task}: nothing to do."
        # The recap lists incidents as well, with addresses that end with the simulator.
        elif is_recap and line.endswith("."):
            yield from _indented(line, "  ")


def _indented(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line.strip(), WIDTH, initial_indent=indent, subsequent_indent=indent)
