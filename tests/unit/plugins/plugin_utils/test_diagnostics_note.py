# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the note of a host says, and how it is cut."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._masking import Mask
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._diagnostics_note import (
    NOTE_LIMIT,
    short_note,
    whole_note,
)

TITLE = "Diagnostics of web-1"
FILE = "/srv/diagnostics/Q1-web-1.txt"
NO_PYTHON = {"failed": True, "rc": 127, "module_stderr": "/bin/sh: /usr/bin/python3: not found\n", "module_stdout": ""}


def ran(command: str = "uptime", **result: t.Any) -> dict[str, t.Any]:
    """Return the result of a command that has run."""
    return {"item": command, "cmd": command, "rc": 0, "stdout": "", "stderr": "", **result}


@pytest.mark.parametrize(
    ("result", "section"),
    [
        (ran(stdout=" 11:07 up 3 days\n"), "$ uptime\n11:07 up 3 days"),
        (ran(stdout="out", stderr="err", rc=3), "$ uptime\nout\nerr\nExit code 3."),
        (ran(stdout="out", rc=124, delta="0:01:00.004310"), "$ uptime\nout\nTimed out after 0:01:00."),
        (ran(stdout="out", rc=137, delta="0:01:05.004310"), "$ uptime\nout\nKilled after 0:01:05."),
        (ran(stdout="out", rc=124), "$ uptime\nout\nExit code 124."),
        ({"item": "uptime", "cmd": "uptime", "stdout": "out"}, "$ uptime\nout"),
        (ran(), "$ uptime"),
        (ran("echo token=x", stdout="password=y"), "$ echo token=***\npassword=***"),
        (ran(stdout="\x1b[31mred\x1b[0m \udce9"), "$ uptime\nred �"),
        ({"item": "uptime", "skipped": True}, "$ uptime\nNot run in check mode."),
        (
            {"item": "tail -f x", "failed": True, "msg": "Timed out after 1 second(s)."},
            "$ tail -f x\nFailed: Timed out after 1 second(s).",
        ),
        (
            {"item": "uptime", "unreachable": True, "msg": "Task failed: No route to host"},
            "$ uptime\nThe host could not be reached: No route to host",
        ),
        (
            {"item": "uptime", **NO_PYTHON, "msg": "No interpreter."},
            "$ uptime\nFailed: No interpreter.\n/bin/sh: /usr/bin/python3: not found",
        ),
        (
            {"unreachable": True, "msg": "Connection refused, password=x"},
            "The host could not be reached: Connection refused, password=***",
        ),
        (
            {**NO_PYTHON, "msg": "No interpreter."},
            "No command could run on the host: No interpreter.\n/bin/sh: /usr/bin/python3: not found",
        ),
        (
            {**NO_PYTHON, "msg": "MODULE FAILURE\nSee stdout/stderr for the exact error"},
            "No command could run on the host: /bin/sh: /usr/bin/python3: not found",
        ),
        (
            {**NO_PYTHON, "msg": "Set the interpreter.\nSee stdout/stderr for the exact error"},
            "No command could run on the host: Set the interpreter.\n/bin/sh: /usr/bin/python3: not found",
        ),
        ({"failed": True}, "No command could run on the host: no reason is known"),
    ],
)
def test_a_section_says_what_ran_and_how_it_ended(result: dict[str, t.Any], section: str) -> None:
    expected = f"{TITLE}\n\n{section}\n"
    assert whole_note(TITLE, [result]) == expected
    assert short_note(TITLE, [result], file=FILE) == expected


def test_sections_are_in_the_order_of_the_commands_and_own_masks_hold() -> None:
    masks = [Mask(re.compile("customer"), "?")]
    note = whole_note(TITLE, [ran("b", stdout="customer 1"), ran("a", stdout="2")], masks)
    assert note == f"{TITLE}\n\n$ b\n? 1\n\n$ a\n2\n"


def test_a_note_of_the_greatest_length_is_not_cut() -> None:
    room = NOTE_LIMIT - len(whole_note(TITLE, [ran(stdout="x")])) + 1
    assert short_note(TITLE, [ran(stdout="x" * room)], file=FILE) == whole_note(TITLE, [ran(stdout="x" * room)])
    cut = short_note(TITLE, [ran(stdout="x" * (room + 1))], file=FILE)
    assert cut.endswith(f"x\n[...]\n\nThis output is cut. All of it is in {FILE} on the controller.")
    assert NOTE_LIMIT - 10 <= len(cut) <= NOTE_LIMIT


def test_what_short_outputs_leave_goes_to_the_long_ones() -> None:
    results = [
        ran("a", stdout="x" * 20_000),
        ran("b", stdout="small"),
        ran("c", stdout="y" * 20_000, rc=1),
        ran("d", stdout="z" * 3_000),
    ]
    note = short_note(TITLE, results, file=FILE)
    assert NOTE_LIMIT - 20 <= len(note) <= NOTE_LIMIT
    assert "$ b\nsmall\n" in note
    assert "z" * 3_000 in note
    assert abs(note.count("x") - note.count("y")) < 50
    assert "y\n[...]\nExit code 1." in note


@pytest.mark.parametrize(("commands", "length"), [(600, 5), (600, 500), (3, 30_000), (3_000, 10), (1, 100_000)])
def test_it_never_exceeds_the_limit_and_always_says_where_all_of_it_is(commands: int, length: int) -> None:
    results = [ran("c" * length, stdout="o" * 100, rc=1) for _number in range(commands)]
    note = short_note(TITLE, results, file=FILE)
    assert len(note) <= NOTE_LIMIT
    assert note.startswith(f"{TITLE}\n\n$ ")
    assert note.endswith(FILE + " on the controller.")


def test_600_commands_each_have_their_place() -> None:
    note = short_note(TITLE, [ran(f"echo {number}", stdout="o" * 100) for number in range(600)], file=FILE)
    assert all(f"$ echo {number}\n" in note for number in range(600))
