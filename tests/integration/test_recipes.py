# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recipe of the documentation is played twice, on the account that it is about; test_rehearsal.py checks them."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookRunner, TaskResult
from integration.test_documentation import BLOCKS, YAML, Documentation, fresh_account, on_localhost
from simulator import account
from simulator.launch import Simulator

# They look at one run, so one process of pytest-xdist has them all.
pytestmark = pytest.mark.xdist_group("recipes")

AGAIN = "Play it again"
LONG_AGO = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))


@dataclass(frozen=True)
class Played:
    """What a recipe meets, and what it does.

    Args:
        incidents: how many there are, and how they are.
        pages: whom the first run notifies.
        writes: how many writes the first run sends.
        again: whom the second run notifies.
        writes_again: how many writes the second run sends.
        faults: what the simulator does meanwhile, in the first run.
        fails: a part of the message of the task at which it stops.
        number: which YAML block of the page.
    """

    incidents: int = 1
    state: dict[str, t.Any] = field(default_factory=dict)
    pages: tuple[account.User, ...] = ()
    writes: int = 0
    again: tuple[account.User, ...] = ()
    writes_again: int = 0
    faults: tuple[dict[str, t.Any], ...] = ()
    fails: str = ""
    number: int = 0


CALLED_IN = (account.COMMANDER, account.DATABASE_FIRST)
SUBSCRIBED = (account.COMMUNICATIONS, account.DATABASE_SECOND, account.OWNER)
ANSWERED = {"method": "GET", "path": "/incidents/[^/]+", "fault": "meanwhile", "seconds": 60, "skip": 1}
RECIPES: dict[str, dict[str, Played]] = {
    "recipe_page_and_wait": {
        "the first level answers": Played(
            incidents=0,
            pages=(account.PRIMARY,),
            writes=1,
            faults=({**ANSWERED, "acknowledged_by": account.PRIMARY.id},),
        ),
    },
    "recipe_major_incident": {
        "an incident becomes a major one": Played(pages=(*CALLED_IN, *SUBSCRIBED), writes=7),
        "one that would page few is planned": Played(number=1),
    },
    "recipe_deployment": {
        "a deployment": Played(incidents=0, writes=3, writes_again=2),
        "a window of its own": Played(incidents=0, writes=1, number=1),
    },
    "recipe_guard": {
        "all is quiet": Played(incidents=0),
        "an incident is open": Played(fails="Not now: Disk full", state={"title": "Disk full"}),
        "whom it may wake": Played(number=1),
    },
    "recipe_storm": {
        "a storm of 200": Played(incidents=200, state={"alerts": 1}, writes=2),
        "all is quiet": Played(incidents=0),
        "all are acknowledged": Played(incidents=20, writes=1, number=1),
    },
    "recipe_escalate": {
        "two wait": Played(
            incidents=2,
            state={"created_at": LONG_AGO},
            pages=(account.SECONDARY,),
            writes=1,
            again=(account.COMMANDER, account.OWNER),
            writes_again=1,
        ),
        "they are new": Played(incidents=2),
    },
    "recipe_hand_over": {
        "the second level has one": Played(state={"escalation_level": 2}, pages=(account.PRIMARY,), writes=2),
    },
    "recipe_diagnostics": {"a host": Played(incidents=0, pages=(account.PRIMARY,), writes=2)},
    "recipe_silence_host": {
        "its incidents": Played(incidents=2, state={"title": "Disk full on checkout-1"}, writes=4),
        "those of another host": Played(state={"title": "Disk full on checkout-10"}),
    },
    "recipe_weekly_report": {"a week": Played(incidents=2), "the story": Played(number=1)},
}
"""What is played, by page."""
PAGES = {block.page.removesuffix(".rst") for block in BLOCKS if block.page.startswith("recipe_")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[TaskResult]], Path]:
    """The tasks of each first and second time, in the order of the table, in one run; and the folder of the reports."""
    folder = tmp_path_factory.mktemp("recipes")
    with Simulator() as simulator:
        shown = Documentation(simulator, PlaybookRunner(simulator, folder, in_worker=True), folder)
        plays = [play for page, cases in RECIPES.items() for case in cases.values() for play in both(shown, page, case)]
        tasks = shown.playbook(plays).tasks
    marks = [number for number, task in enumerate(tasks) if task.task in (*RECIPES, AGAIN)]
    return [tasks[start + 1 : end] for start, end in zip(marks, [*marks[1:], len(tasks)], strict=True)], folder


def both(shown: Documentation, page: str, case: Played) -> list[dict[str, t.Any]]:
    """Return the plays of a recipe, twice, on an account of its own."""
    blocks = [block for block in BLOCKS if block.page == f"{page}.rst" and block.kind in YAML]
    plays = shown.plays(blocks[case.number])
    for play in plays:
        # What follows would never run.
        play.update(ignore_errors=bool(case.fails))
    setting = {"incidents": case.incidents, "incident": case.state}
    again = on_localhost([{"name": AGAIN, "ansible.builtin.debug": {}}])
    (start,) = fresh_account(page, setting)["tasks"]
    start["vars"]["simulator_faults"] = list(case.faults)
    return [on_localhost([start]), *plays, again, *plays]


CASES = [(page, name) for page, cases in RECIPES.items() for name in cases]


@pytest.mark.parametrize(("page", "name"), CASES)
def test_a_recipe_wakes_and_writes_what_it_says(
    page: str, name: str, runs: tuple[list[list[TaskResult]], Path]
) -> None:
    case, place = RECIPES[page][name], CASES.index((page, name))
    first, second = runs[0][2 * place : 2 * place + 2]
    assert paged(first) == {user.id for user in case.pages}
    assert written(first) == case.writes, [call for task in first for call in task.writes]
    assert paged(second) == {user.id for user in case.again}
    assert written(second) == case.writes_again, [call for task in second for call in task.writes]
    failed = [task.msg for task in first if task.outcome == "failed"]
    assert [case.fails in said for said in failed] == ([True] if case.fails else [])


def test_a_storm_of_200_takes_ten_calls(runs: tuple[list[list[TaskResult]], Path]) -> None:
    first = runs[0][2 * CASES.index(("recipe_storm", "a storm of 200"))]
    assert sum(len(task.calls) for task in first) == 10


def paged(tasks: list[TaskResult]) -> set[str]:
    """Return the ids of whom tasks notified."""
    return {user for task in tasks for user in task.pages}


def written(tasks: list[TaskResult]) -> int:
    """Return how many writes tasks sent."""
    return sum(len(task.writes) for task in tasks)


def test_the_weekly_report_counts(runs: tuple[list[list[TaskResult]], Path]) -> None:
    report = (runs[1] / "week.md").read_text()
    assert "2 incidents." in report
    assert f"- {account.PRIMARY.name}: 2" in report


def test_every_recipe_is_played() -> None:
    assert set(RECIPES) == PAGES
