# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The full reliability run: `python -m figures.reliability`, in the folder tests. Prints tables and totals.

`python -m figures.reliability matrix` runs only the fault matrix: what differs from one HTTP library to another.

Exit code 0 means: no duplicate, no loss, no wrong report, no traceback, all events arrived, also over kills of
ansible-rulebook with a database and over 30 days of polls, PagerDuty got its answers in time, and nothing crashed on
random input. Duplicates of concurrent tasks are printed, and are no failure if PagerDuty has no way to prevent them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import string
import sys
import tempfile
import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
import urllib3
from hypothesis.errors import Flaky

from figures.reliability.concurrency import CONCURRENT_TASKS, FORKS, run_concurrently
from figures.reliability.corrupting_proxy import CorruptingProxy
from figures.reliability.fast_forward import fast_forward, plan
from figures.reliability.fuzz import Fuzz
from figures.reliability.fuzz_strangers import Strangers
from figures.reliability.kills import REST_LIMIT, Killed, LogEntries, Webhooks, h2, run_and_kill
from figures.reliability.load import BulkLoad, EventLoad, acknowledge, send_events
from figures.reliability.matrix import FAULTS, TASKS, Finding, Scenario, scenarios, scenarios_through_proxy
from figures.reliability.routes import direct_runner, proxied_runner
from figures.reliability.scenario_runner import ScenarioRunner
from figures.reliability.strangers import deliver_among
from modules import MODULES
from modules.rows import ConcurrentTask
from simulator.launch import Simulator

MATRIX = "matrix"
SIMULATORS = 8
"""How many run at the same time. Scenarios spend most of their time waiting."""
ROUNDS = 25
TASKS_IN_ROUNDS = ROUNDS * FORKS
EVENTS, EVENT_FORKS, CLOCK_SPEED = 2000, 50, 10.0
INCIDENTS = 5000
FUZZ_INPUTS = 50_000
STRANGERS_SECONDS = 150
"""For each kind of input that strangers can send."""
POLLED_DAYS, LOG_ENTRIES, BURST, INTERVAL = 30, 500_000, 10_000, 15.0
SLOW_CLIENTS, UNSIGNED_RATE, STRANGERS_STAY = 1000, 1000, 15.0
KILLED_EVENTS, KILLS = 1000, 20
MAX_CALLS_RATIO = 1.05
"""How many times the minimum number of calls a task may make."""
Runner = t.Callable[[], "contextlib.AbstractContextManager[ScenarioRunner]"]
PROBLEM_KINDS = ("duplicates", "losses", "wrong_reports", "tracebacks")


def main(part: str = "") -> int:
    """Run everything, or only the fault matrix; returns the exit code."""
    print(f"On requests {requests.__version__} and urllib3 {urllib3.__version__}:", flush=True)
    matrices = [
        _matrix("directly", scenarios(), direct_runner),
        _matrix("through a proxy", scenarios_through_proxy(), proxied_runner),
    ]
    if part == MATRIX:
        return 0 if all(matrices) else 1
    passed = [
        *matrices,
        _concurrent_tasks(),
        _load(),
        _strangers(),
        _kills(),
        _fuzz(),
        _fast_forward(),
    ]
    return 0 if all(passed) else 1


def _matrix(route: str, wanted: t.Sequence[Scenario], runner: Runner) -> bool:
    print(f"{len(wanted)} scenarios {route}, a dot for each:", file=sys.stderr)
    findings = run_scenarios(wanted, runner)
    print(file=sys.stderr)
    for finding in findings:
        for fault in finding.problems:
            print(f"  {finding.scenario}: {fault}")
    print(table(findings))
    totals = {name: sum(len(getattr(finding, name)) for finding in findings) for name in PROBLEM_KINDS}
    shown = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items())
    print(
        f"scenarios {route} {len(findings)}, {shown}; outcome reported as unknown in {sum(v.unknown for v in findings)}"
    )
    return not any(totals.values())


def run_scenarios(wanted: t.Sequence[Scenario], runner: Runner) -> list[Finding]:
    """Run scenarios on several simulators at the same time; returns the findings in the order of the scenarios."""
    runners: queue.SimpleQueue[ScenarioRunner] = queue.SimpleQueue()

    def finding(scenario: Scenario) -> Finding:
        free = runners.get()
        try:
            return free.finding(scenario)
        finally:
            runners.put(free)
            print(".", end="", file=sys.stderr, flush=True)

    with contextlib.ExitStack() as stack:
        for _simulator in range(SIMULATORS):
            runners.put(stack.enter_context(runner()))
        return list(stack.enter_context(ThreadPoolExecutor(SIMULATORS)).map(finding, wanted))


def table(findings: t.Sequence[Finding]) -> str:
    """Return the table of tasks and faults: how many scenarios, and how many of them went wrong."""
    letters = dict(zip((fault.name for fault in FAULTS), string.ascii_lowercase, strict=False))
    ran = Counter((str(finding.scenario.task), finding.scenario.fault.name) for finding in findings)
    bad = [finding for finding in findings if finding.problems]
    wrong = Counter((str(finding.scenario.task), finding.scenario.fault.name) for finding in bad)
    width = max(len(str(task)) for task in TASKS)
    lines = [f"{'':{width}}" + "".join(f"{letter:>6}" for letter in letters.values())]
    for task in TASKS:
        columns = [(str(task), name) for name in letters]
        cells = [f"{wrong[place]}/{ran[place]}" if wrong[place] else str(ran[place] or "") for place in columns]
        lines.append(f"{task!s:{width}}" + "".join(f"{text:>6}" for text in cells))
    return "\n".join([*(f"{letter}  {name}" for name, letter in letters.items()), *lines])


def _concurrent_tasks() -> bool:
    print(f"\nThe same task in {FORKS} forks: duplicates left in {TASKS_IN_ROUNDS} tasks, and if all read first")
    print(f"  {'':24} {'one machine':>20} {'many machines':>20}")
    with Simulator() as simulator:
        passed = [_run_concurrent_task(simulator, *pair) for pair in CONCURRENT_TASKS]
    return all(passed)


def _run_concurrent_task(simulator: Simulator, module: str, task: ConcurrentTask) -> bool:
    together, held_together = _duplicates(simulator, module, task, apart=False)
    apart, held_apart = _duplicates(simulator, module, task, apart=True)
    print(f"  {module:24} {together:10} {held_together:9} {apart:10} {held_apart:9}", flush=True)
    return not (together or held_together) and not (task.on_any_machine and (apart or held_apart))


def _duplicates(simulator: Simulator, module: str, task: ConcurrentTask, *, apart: bool) -> tuple[int, int]:
    """Duplicates left and tasks that failed, in many rounds; then the same for one round in which all read first."""
    rounds = [
        run_concurrently(simulator, module, task, delayed=False, separate_machines=apart) for _round in range(ROUNDS)
    ]
    worst = run_concurrently(simulator, module, task, delayed=True, separate_machines=apart)
    return sum(each.duplicates + each.failed for each in rounds), worst.duplicates + worst.failed


def _load() -> bool:
    with Simulator(clock_speed=CLOCK_SPEED) as simulator:
        events = send_events(simulator, EVENTS, EVENT_FORKS)
    print(
        f"\n{EVENTS} events from {EVENT_FORKS} forks, 120 a minute with a clock {CLOCK_SPEED:g} times as fast: {events}"
    )
    with Simulator() as simulator:
        bulk = acknowledge(simulator, INCIDENTS)
    print(
        f"{INCIDENTS} incidents in one task: {bulk.acknowledged} acknowledged, {bulk.calls} calls of at least "
        f"{bulk.minimum}, {bulk.peak:.0f} MiB"
    )
    return _all_arrived(events) and _is_cheap(bulk)


def _strangers() -> bool:
    print(
        f"\nThe source webhook, {SLOW_CLIENTS} slow clients and {UNSIGNED_RATE} unsigned bodies a second:", flush=True
    )
    with tempfile.TemporaryDirectory() as folder:
        answers = deliver_among(
            Path(folder), slow_clients=SLOW_CLIENTS, unsigned_rate=UNSIGNED_RATE, seconds=STRANGERS_STAY
        )
    print(f"  {answers}")
    return not answers.late


def _kills() -> bool:
    """Kill ansible-rulebook. An action that ran is run again; without a database, losses are no failure."""
    print(f"\nansible-rulebook killed {KILLS} times while {KILLED_EVENTS} events come:", flush=True)
    passed = [_kills_of("webhook", _webhooks), _kills_of("log_entries", _log_entries)]
    return all(passed)


def _kills_of(name: str, killed: t.Callable[[Path, t.Mapping[str, str] | None], Killed]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        kept = killed(Path(folder), h2(Path(folder)))
        print(f"  {name}, with feedback and H2: {kept}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print(f"  {name}, without: {killed(Path(folder), None)}", flush=True)
    return not (kept.lost or kept.repeated)


def _webhooks(folder: Path, database: t.Mapping[str, str] | None) -> Killed:
    with contextlib.closing(Webhooks(feedback=database is not None)) as webhooks:
        return run_and_kill(webhooks, folder, events=KILLED_EVENTS, kills=KILLS, database=database)


def _log_entries(folder: Path, database: t.Mapping[str, str] | None) -> Killed:
    with Simulator(rest_limit=REST_LIMIT) as simulator:
        load = LogEntries(simulator, folder / "position.json", feedback=database is not None)
        return run_and_kill(load, folder, events=KILLED_EVENTS, kills=KILLS, database=database)


def _fuzz() -> bool:
    parts = [(kind, module) for module in MODULES for kind in (Fuzz.options, Fuzz.responses)]
    print(
        f"\n{FUZZ_INPUTS} random inputs, {FUZZ_INPUTS // len(parts)} for each module's options and responses:",
        flush=True,
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [fault for fault in pool.map(lambda part: _survives(*part, FUZZ_INPUTS // len(parts)), parts) if fault]
    print(f"\nfailures {len(found)}", *found, sep="\n")
    return _fuzz_strangers() and not found


def _fuzz_strangers() -> bool:
    print(f"\nRandom input from strangers, {STRANGERS_SECONDS} s for each kind:", flush=True)
    # What is no HTTP is an error in the log of the HTTP library as well.
    logging.getLogger("aiohttp").addHandler(logging.NullHandler())
    with Strangers() as strangers:
        passed = [_survives_strangers(strangers, kind) for kind in strangers.kinds]
    return all(passed)


def _survives_strangers(strangers: Strangers, kind: str) -> bool:
    try:
        print(f"  {kind}: {strangers.try_for(kind, STRANGERS_SECONDS)} inputs, failures 0", flush=True)
    except Exception as error:
        print(f"  {kind}: {type(error).__name__} {error} {' '.join(getattr(error, '__notes__', []))}", flush=True)
        return False
    return True


def _fast_forward() -> bool:
    print(f"\n{POLLED_DAYS} days of the source log_entries, {BURST} log entries in a minute at most:", flush=True)
    passed = [
        _polls("restarted", repeats=False, kills=False, feedback=False),
        _polls("killed", repeats=True, kills=True, feedback=False),
        _polls("killed, with feedback", repeats=False, kills=True, feedback=True),
    ]
    return all(passed)


def _polls(name: str, *, repeats: bool, kills: bool, feedback: bool) -> bool:
    wanted = plan(
        1, days=POLLED_DAYS, entries=LOG_ENTRIES, burst=BURST, interval=INTERVAL, kills=kills, feedback=feedback
    )
    with tempfile.TemporaryDirectory() as folder:
        figures = fast_forward(wanted, Path(folder))
    print(f"  {name}: {figures}", flush=True)
    return not figures.lost and (repeats or not figures.repeated)


def _survives(kind: t.Callable[[Fuzz, str, int], None], module: str, examples: int) -> str:
    """Return why a module crashed on random input; nothing if it did not."""
    with Simulator() as simulator, CorruptingProxy(simulator.url) as proxy:
        try:
            kind(Fuzz(simulator, proxy), module, examples)
        except (AssertionError, Flaky) as error:
            return f"{module}, {kind.__name__}: {error} {' '.join(getattr(error, '__notes__', []))}"
        finally:
            print(".", end="", file=sys.stderr, flush=True)
    return ""


def _all_arrived(events: EventLoad) -> bool:
    return not (events.failed or events.lost or events.doubled)


def _is_cheap(bulk: BulkLoad) -> bool:
    wanted = bulk.acknowledged == INCIDENTS and bulk.calls <= bulk.minimum * MAX_CALLS_RATIO
    return wanted and bulk.peak < bulk.max_memory


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
