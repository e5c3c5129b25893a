# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix in its reduced form: every module and every fault, on the calls where it matters most."""

from __future__ import annotations

import typing as t

import pytest

from figures.reliability.matrix import (
    FAULTS,
    TASKS,
    Expected,
    Scenario,
    against_journal,
    is_part,
    scenarios,
    scenarios_through_proxy,
)
from figures.reliability.processes import ModuleRun
from figures.reliability.routes import proxied_runner
from figures.reliability.scenario_runner import ScenarioRunner
from simulator.launch import Simulator

EVERY_FAULT_ON = "incident_note"
EVERYWHERE = ("dropped before", "dropped after", "time-out before", "503 after", "wrong shape")
"""Faults that differ in what the module can see of the effect; for every module."""
BLIND = ("dropped after", "503 after")
"""Faults for a write whose effect cannot be read back either."""
SLOW = "huge answer"
FIRST_TASKS = {task.module: task for task in reversed(TASKS)}


def is_in_reduced_form(scenario: Scenario) -> bool:
    """One task of each module: a passing fault on the write, and a lasting one on the write and all reads after it."""
    if FIRST_TASKS[scenario.task.module] != scenario.task or scenario.fault.name == SLOW:
        return False
    if scenario.place in ("read", "after"):
        return scenario.lasting and (not scenario.task.rows.writes or scenario.fault.name == "500")
    if scenario.place == "both":
        return scenario.lasting and scenario.fault.name in BLIND
    everywhere = scenario.task.module == EVERY_FAULT_ON or scenario.fault.name in EVERYWHERE
    return everywhere and scenario.lasting == (scenario.fault.name == "connection refused")


@pytest.fixture(scope="session")
def runner(running_simulator: Simulator) -> ScenarioRunner:
    """Runs scenarios."""
    return ScenarioRunner(running_simulator)


@pytest.fixture(scope="session")
def through_proxy() -> t.Iterator[ScenarioRunner]:
    """Runs scenarios through a proxy."""
    with proxied_runner() as runner:
        yield runner


REDUCED = [scenario for scenario in scenarios() if is_in_reduced_form(scenario)]


@pytest.mark.parametrize("scenario", REDUCED, ids=str)
def test_a_task_takes_effect_once_or_not_at_all_and_reports_it(scenario: Scenario, runner: ScenarioRunner) -> None:
    assert runner.finding(scenario).problems == ()


LOST_RESPONSES = [
    scenario
    for scenario in scenarios_through_proxy()
    if FIRST_TASKS[scenario.task.module] == scenario.task
    and (scenario.fault.name, scenario.place, scenario.lasting) == ("dropped after", "write", False)
]


@pytest.mark.parametrize("scenario", LOST_RESPONSES, ids=str)
def test_a_write_whose_response_a_proxy_loses_takes_effect_once(
    scenario: Scenario, through_proxy: ScenarioRunner
) -> None:
    assert through_proxy.finding(scenario).problems == ()


def entry(call: str, status: int | None = 200, fault: str | None = None) -> dict[str, t.Any]:
    method, path = call.split()
    return {"method": method, "path": path, "status": status, "fault": fault}


READ, PUT = entry("GET /incidents/Q1"), "PUT /incidents"
PARTLY = {"changed": False, "failures": [{"outcome": "partly_done"}]}


@pytest.mark.parametrize(
    ("module", "result", "entries", "contradiction"),
    [
        ("incident_status", {"changed": True}, [READ, entry(PUT)], ""),
        ("incident_status", {"changed": False}, [READ], ""),
        ("incident_status", {"changed": False}, [READ, entry(PUT)], "PagerDuty accepted PUT /incidents"),
        ("incident_status", {"changed": False}, [entry(PUT, 400)], ""),
        ("incident_status", {"changed": False}, [entry(PUT, None, "drop_after")], ""),
        ("incident_status", {"changed": True}, [entry(PUT, None, "drop_after")], ""),
        ("incident_status", {"changed": True}, [READ], "no write reached PagerDuty"),
        ("incident_status", {"changed": True}, [entry(PUT, 400)], "no write reached PagerDuty"),
        ("incident_status", {"changed": True}, [entry(PUT, 503, "status_before")], "no write reached PagerDuty"),
        ("incident_status", PARTLY, [READ], "partly done, but changed=False"),
        ("incident_workflow", {"changed": False}, [entry("POST /incidents/Q1/notes")], ""),
        ("incident_note", {"changed": False}, [entry("POST /incidents/Q1/notes")], "PagerDuty accepted POST"),
    ],
    ids=str,
)
def test_a_result_is_held_against_the_journal(
    module: str, result: dict[str, t.Any], entries: list[dict[str, t.Any]], contradiction: str
) -> None:
    found = list(against_journal(FIRST_TASKS[module], ModuleRun(0, "", result), entries))
    assert len(found) == bool(contradiction)
    assert all(contradiction in each for each in found)


ADA, BEN = ("PADA", "Q1", "request"), ("PBEN", "Q1", "request")


def paging(*pages: tuple[str, str, str], title: str = "Disk full") -> dict[str, t.Any]:
    return {"incidents": [{"title": title, "responders": [page[0] for page in pages]}], "pages": sorted(pages)}


@pytest.mark.parametrize(
    ("now", "part"),
    [
        (paging(ADA), True),
        (paging(BEN), True),
        (paging(ADA, ADA), False),
        (paging(ADA, BEN, BEN), False),
        (paging(ADA, title="Disk"), False),
    ],
    ids=str,
)
def test_only_some_of_the_people_paged_once_are_a_part_of_a_task(now: dict[str, t.Any], part: bool) -> None:
    assert is_part(now, Expected(paging(), paging(ADA, BEN), ())) == part


def test_the_reduced_form_has_every_module_and_every_fault_but_the_slow_one() -> None:
    assert {scenario.task.module for scenario in REDUCED} == {task.module for task in TASKS}
    assert {scenario.fault.name for scenario in REDUCED} == {fault.name for fault in FAULTS} - {SLOW}
