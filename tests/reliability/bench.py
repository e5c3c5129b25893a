# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where cells are run: a simulator, and what each task does there without a fault."""

from __future__ import annotations

import contextlib
import typing as t

from reliability.door import Door
from reliability.matrix import KEY, REFUSED, Cell, Expected, State, Task, Verdict, effect, judge
from reliability.processes import Ran, run
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

READS = ("GET", "HEAD")


class Bench:
    """Runs cells one after the other.

    Args:
        simulator: its own while it runs.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._expected: dict[str, Expected] = {}

    def verdict(self, cell: Cell) -> Verdict:
        """Run a cell and judge it."""
        expected = self._expectation(cell.task)
        targets = self._set_up(cell.task)
        options = {**cell.task.options, **targets}
        first = self._meet(cell, expected, options)
        self._settle()
        between = self._effect(cell.task)
        self._simulator.clear_faults()
        second = run(cell.task.module, options, self._simulator.url)
        return judge(cell, expected, first, between, second, self._effect(cell.task))

    def _expectation(self, task: Task) -> Expected:
        if str(task) not in self._expected:
            targets = self._set_up(task)
            before = self._effect(task)
            self._simulator.empty_journal()
            ran = run(task.module, {**task.options, **targets}, self._simulator.url)
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
        """Start anew in the state that the task meets; returns the options that name its target."""
        ids = self._simulator.reset(incidents=0 if task.event else 1, incident=task.state)["incidents"]
        if not task.event:
            return {"incident_id": ids}
        payload = {"summary": "Disk full", "source": "checkout", "severity": "error"}
        event = {"routing_key": account.ROUTING_KEY, "event_action": "trigger", "dedup_key": KEY, "payload": payload}
        Client(self._simulator.url)("POST", "/v2/enqueue", event)
        return {}

    def _meet(self, cell: Cell, expected: Expected, options: dict[str, t.Any]) -> Ran:
        """Run the task under the fault."""
        reads_before = expected.reads_before[cell.write] if cell.task.writes else 0
        options = {**options, "timeout": cell.fault.timeout, "max_wait": cell.max_wait}
        with contextlib.ExitStack() as stack:
            url = self._simulator.url
            if cell.fault is REFUSED:
                url = stack.enter_context(Door(url, 0 if cell.place == "read" else reads_before + cell.write)).url
            else:
                self._simulator.faults(cell.faults(reads_before))
            return run(cell.task.module, options, url)

    def _settle(self) -> None:
        """Wait for effects that are still to come, each of which ends with an answer that nobody reads."""
        while any(
            entry["fault"] == "delay_before" and entry["status"] is None
            for entry in self._simulator.journal()["entries"]
        ):
            pass

    def _effect(self, task: Task) -> State:
        return effect(task, self._simulator.state())
