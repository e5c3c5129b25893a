# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account without incidents: in check mode, what would be opened stands as opened for the tasks after it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import INCIDENT_ID
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import given

from integration.in_process.conftest import ModuleRun, ModuleRunner
from modules import MODULES, ON_INCIDENTS, WRITING
from modules.rows import KEY
from simulator import account
from simulator.launch import Simulator

ID = f"would-be-opened:{KEY}"
NAME = f"Incident that would be opened with key {KEY!r}"
FOUND = {"incident_info": f"Found incident that would be opened with key {KEY!r}: triggered."}
SUBJECTS = {"incident_alerts": "Alert alert-1-1: would resolve."}
"""What a module says that is not about the incident."""
WAYS = ("id", "incident", "incidents", "dedup_key")
"""How a task gets the incident: its id, the whole of it, a list of it, or its key, with which nothing is found."""


def opened(run_module: ModuleRunner) -> ModuleRun:
    """Rehearse the task that opens the incident."""
    return run_module("incident", check=True, title="Disk full", service=account.CHECKOUT.name, incident_key=KEY)


def ways(run_module: ModuleRunner) -> dict[str, dict[str, t.Any]]:
    """Return the options that name the incident, as a task's module gets them."""
    result = opened(run_module).result
    passed_on = {"id": result["incident"]["id"], "incident": result["incident"], "incidents": result["incidents"]}
    named = {way: given({"incident_id": value}, INCIDENT_ID) for way, value in passed_on.items()}
    return {**named, "dedup_key": {"dedup_key": KEY, "wait": 30}}


def task(module: str) -> dict[str, t.Any]:
    """Return the module's simplest task; on an empty account, another incident is one that would be opened, too."""
    others = {"source_incidents": ["would-be-opened:other"]} if module == "incident_merge" else {}
    return {**MODULES[module].simplest, **others}


@pytest.mark.parametrize("module", ON_INCIDENTS)
def test_a_task_on_an_incident_that_would_be_opened_says_what_it_would_do(
    module: str, run_module: ModuleRunner, simulator: Simulator, subtests: pytest.Subtests
) -> None:
    simulator.reset(incidents=0)
    for way, incident in ways(run_module).items():
        with subtests.test(way):
            done = run_module(module, check=True, **task(module), **incident)
            assert not done["failed"], done["msg"]
            assert done["msg"].startswith(FOUND.get(module) or SUBJECTS.get(module) or f"{NAME}: would "), done["msg"]
            assert done["changed"] == (module in WRITING)
            reads = [call for call in done.reads if call.startswith("GET /incidents")]
            assert (set(reads), done.writes) == ({"GET /incidents"} if way == "dedup_key" else set(), [])


@pytest.mark.parametrize("module", WRITING)
def test_a_real_task_fails_on_an_incident_that_was_only_foretold(
    module: str, run_module: ModuleRunner, simulator: Simulator, subtests: pytest.Subtests
) -> None:
    simulator.reset(incidents=0)
    for way, incident in ways(run_module).items():
        with subtests.test(way):
            at_once = {name: value for name, value in incident.items() if name != "wait"}
            done = run_module(module, **task(module), **at_once)
            assert (done["failed"], done.writes) == (True, [])
            words = "No open incident has the key" if way == "dedup_key" else "was not opened: a task in check mode"
            assert words in done["msg"]
