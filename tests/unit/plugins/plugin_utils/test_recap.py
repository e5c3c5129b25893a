# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a log says of a task, and of a whole run."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._recap import Recap, line

Values = dict[str, t.Any]


def incident(number: int, **fields: t.Any) -> Values:
    known = {"id": f"Q{number}", "incident_number": number, "title": "Disk full", "status": "triggered"}
    return {**known, "html_url": f"https://x/Q{number}", **fields}


def told(name: str, target: str = "Q1", how: str = "page", why: str = "on call") -> Values:
    return {"target": target, "how": how, "why": why, "who": {"id": None, "type": None, "summary": name}}


def task(*incidents: Values, notifies: t.Sequence[Values] = (), changed: bool = True) -> Values:
    return {"changed": changed, "incidents": list(incidents), "notifies": list(notifies)}


ONE = incident(1)
FOUND = {"changed": False, "incidents": [ONE]}
NOTED = {"id": "Q1", "notes": []}
FORETOLD = incident(1, id="would-be-opened:disk-1", incident_number=None, html_url=None)
NEW = "#1 Disk full (Q1): triggered, https://x/Q1"
EVENT: Values = {"changed": True, "notifies": [told("Ana", "key")]}

CASES: dict[str, tuple[list[tuple[Values, bool]], list[str]]] = {
    "nothing ran": ([], []),
    "only reading": ([(FOUND, False)], []),
    "hidden by no_log": ([({"censored": "hidden", "changed": True}, False)], []),
    "failed before it did anything": ([({"changed": False, "failed": True, "msg": "No."}, False)], []),
    "nothing to change": ([(task(ONE, changed=False), False)], ["Nobody was paged."]),
    "nothing to change in check mode": ([(task(ONE, changed=False), True)], ["Nobody would be paged."]),
    "an event": ([(EVENT, False)], ["Paged Ana."]),
    "an event that wakes nobody": ([({**EVENT, "notifies": [told("nobody")]}, False)], ["Nobody was paged."]),
    "one page for two reasons": (
        [(task(ONE, notifies=[told("Ana"), told("Ana", why="requested")]), False)],
        ["Paged Ana.", NEW],
    ),
    "several tasks": (
        [
            (task(ONE, notifies=[told("Ana")]), False),
            (task(incident(1, status="resolved"), notifies=[told("Ben"), told("Ana")]), False),
        ],
        ["Paged Ana (2 times), Ben.", "#1 Disk full (Q1): resolved, https://x/Q1"],
    ),
    "other ways to tell": (
        [(task(ONE, notifies=[told("Ana", how="notify"), told("n@x", how="invite"), told("Ana")]), False)],
        ["Notified Ana.", "Invited n@x.", "Paged Ana.", NEW],
    ),
    "check mode": (
        [(task(ONE, notifies=[told("Ana")]), True)],
        ["Would page Ana.", "#1 Disk full (Q1): https://x/Q1"],
    ),
    "check mode, then for real": (
        [(task(ONE, notifies=[told("Ana")]), True), (task(ONE, notifies=[told("Ana")]), False)],
        ["Would page Ana.", "Paged Ana.", NEW],
    ),
    "would be opened": (
        [(task(FORETOLD), True)],
        ["Nobody would be paged.", "Disk full (would be opened with key 'disk-1')"],
    ),
    "only the key of what would be opened is known": (
        [(task({"id": "would-be-opened:disk-1", "title": None}), True)],
        ["Nobody would be paged.", "Incident that would be opened with key 'disk-1'"],
    ),
    "what one task leaves out, another has read": ([(FOUND, False), (task(NOTED), False)], ["Nobody was paged.", NEW]),
    "only its id is known": ([(task(NOTED), False)], ["Nobody was paged.", "Incident Q1"]),
    "text of others": (
        [(task(incident(1, title="a\nb\x1b"), notifies=[told("Ana\n\x1b")]), False)],
        ["Paged Ana.", "#1 a b (Q1): triggered, https://x/Q1"],
    ),
}


@pytest.mark.parametrize(("results", "lines"), CASES.values(), ids=CASES)
def test_a_run_ends_with_who_was_paged_and_what_became_of_the_incidents(
    results: list[tuple[Values, bool]], lines: list[str]
) -> None:
    recap = Recap()
    for values, check_mode in results:
        recap.add(values, check_mode)
    assert recap.lines() == lines


@pytest.mark.parametrize(("count", "more"), [(10, []), (200, ["And 190 more incidents."])])
def test_many_incidents_stay_readable(count: int, more: list[str]) -> None:
    recap = Recap()
    numbers = range(1, count + 1)
    recap.add(task(*map(incident, numbers), notifies=[told("Ana", f"Q{number}") for number in numbers]), False)
    first, *listed = recap.lines()
    assert first == f"Paged Ana ({count} times)."
    assert [text.split()[0] for text in listed[:10]] == [f"#{number}" for number in range(1, 11)]
    assert listed[10:] == more


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"changed": True, "msg": "Alert dk1: triggered;\n paged Ana."}, "Alert dk1: triggered; paged Ana."),
        ({"changed": False, "msg": "Alert dk1: is triggered already."}, ""),
        ({"changed": True, "censored": "hidden"}, ""),
    ],
    ids=["changed", "unchanged", "no_log"],
)
def test_a_task_that_changed_something_says_so_in_one_line(values: Values, said: str) -> None:
    assert line(values) == said
