# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs scenarios on a simulator."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from figures.reliability.matrix import (
    READS,
    REFUSED,
    Expected,
    Finding,
    Scenario,
    State,
    Task,
    against_journal,
    effect,
    judge,
)
from figures.reliability.processes import DIRECT, ModuleRun, Route, run
from figures.reliability.refusing_proxy import RefusingProxy
from modules import targeted
from modules.rows import KEY
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator


class ScenarioRunner:
    """Runs scenarios one after the other.

    Args:
        simulator: used by nobody else.
        route: how the modules reach it.
    """

    def __init__(self, simulator: Simulator, route: Route = DIRECT) -> None:
        self._simulator = simulator
        self._route = route
        self._expected: dict[str, Expected] = {}

    def finding(self, scenario: Scenario) -> Finding:
        """Run a scenario; returns what went wrong."""
        expected = self._expectation(scenario.task)
        options = self._set_up(scenario.task)
        self._simulator.empty_journal()
        first = self._run_with_fault(scenario, expected, options)
        self._wait_for_effects()
        between = self._effect(scenario.task)
        contradictions = against_journal(scenario.task, first, self._simulator.journal()["entries"])
        self._simulator.clear_faults()
        second = run(scenario.task.module, options, self._simulator.url, route=self._route)
        found = judge(scenario, expected, first, between, second, self._effect(scenario.task))
        return replace(found, wrong_reports=(*found.wrong_reports, *contradictions))

    def _expectation(self, task: Task) -> Expected:
        if str(task) not in self._expected:
            options = self._set_up(task)
            before = self._effect(task)
            self._simulator.empty_journal()
            ran = run(task.module, options, self._simulator.url, route=self._route)
            if ran.failed or ran.crashed:
                raise AssertionError(f"{task} fails without a fault: {ran.output}")
            methods = [entry["method"] for entry in self._simulator.journal()["entries"]]
            reads = [
                sum(earlier in READS for earlier in methods[:place])
                for place, method in enumerate(methods)
                if method not in READS
            ]
            self._expected[str(task)] = Expected(before, self._effect(task), tuple(reads))
        return self._expected[str(task)]

    def _set_up(self, task: Task) -> dict[str, t.Any]:
        """Reset to the state before the task; returns the task's options."""
        count = 0 if task.rows.event else task.rows.incidents
        ids = self._simulator.reset(incidents=count, incident=task.rows.state)["incidents"]
        if task.rows.event:
            payload = {"summary": "Disk full", "source": "checkout", "severity": "error"}
            event = {"routing_key": account.ROUTING_KEY, "event_action": "trigger", "dedup_key": KEY}
            Client(self._simulator.url)("POST", "/v2/enqueue", {**event, "payload": payload})
        return targeted(task.module, task.rows.options, ids[:1])

    def _run_with_fault(self, scenario: Scenario, expected: Expected, options: dict[str, t.Any]) -> ModuleRun:
        """Run the task with the fault."""
        reads_before = expected.reads_before[scenario.write] if scenario.task.rows.writes else 0
        options = {**options, "timeout": scenario.fault.timeout, "max_wait": scenario.max_wait}
        with contextlib.ExitStack() as stack:
            url = self._simulator.url
            if scenario.fault is REFUSED:
                url = stack.enter_context(
                    RefusingProxy(url, 0 if scenario.place == "read" else reads_before + scenario.write)
                ).url
            else:
                self._simulator.faults(scenario.faults(reads_before))
            return run(scenario.task.module, options, url, route=self._route)

    def _wait_for_effects(self) -> None:
        """Wait for delayed effects; each ends with a response that nobody reads."""
        while any(
            entry["fault"] == "delay_before" and entry["status"] is None
            for entry in self._simulator.journal()["entries"]
        ):
            pass

    def _effect(self, task: Task) -> State:
        return effect(task, self._simulator.state())
