# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The full form: `python -m reliability`, from the folder that holds this package, prints tables and totals.

Exit code 0 means that there is no duplicate, no loss, no wrong report and no traceback, that the load was carried, and
that no random input brought a module down.
What happens twice in a rush is printed and no failure where PagerDuty has no means against it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import string
import sys
import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from hypothesis.errors import Flaky

from integration.cases import SIMPLEST
from reliability.bench import Bench
from reliability.fuzz import Fuzz
from reliability.liar import Liar
from reliability.load import MOST_MEMORY, BulkLoad, EventLoad, acknowledge, send_events
from reliability.matrix import FAULTS, TASKS, Cell, Verdict, cells
from reliability.rushes import FORKS, RUSHES, Rush, rush
from simulator.launch import Simulator

BENCHES = 4
"""More than there are processors as a rule: cells wait more than they work."""
ROUNDS = 25
TASKS_IN_ROUNDS = ROUNDS * FORKS
EVENTS, EVENT_FORKS, CLOCK_SPEED = 2000, 50, 10.0
INCIDENTS = 5000
FUZZ_INPUTS = 50_000
MOST_CALLS = 1.05
"""Of the least possible."""
ALL_WRONG = ("duplicates", "losses", "wrong_reports", "tracebacks")


def main() -> int:
    """Run everything; returns the exit code."""
    well = [_matrix(), _many_at_once(), _load(), _fuzz()]
    return 0 if all(well) else 1


def _matrix() -> bool:
    print(f"{len(cells())} cells, a dot for each:", file=sys.stderr)
    verdicts = run_cells(cells())
    print(file=sys.stderr)
    for verdict in verdicts:
        for fault in verdict.faults:
            print(f"  {verdict.cell}: {fault}")
    print(table(verdicts))
    totals = {name: sum(len(getattr(verdict, name)) for verdict in verdicts) for name in ALL_WRONG}
    shown = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items())
    print(f"cells {len(verdicts)}, {shown}; outcome said to be unknown in {sum(v.unknown for v in verdicts)}")
    return not any(totals.values())


def run_cells(wanted: t.Sequence[Cell]) -> list[Verdict]:
    """Run cells on several simulators at once; the verdicts come in the order of the cells."""
    benches: queue.SimpleQueue[Bench] = queue.SimpleQueue()

    def verdict(cell: Cell) -> Verdict:
        bench = benches.get()
        try:
            return bench.verdict(cell)
        finally:
            benches.put(bench)
            print(".", end="", file=sys.stderr, flush=True)

    with contextlib.ExitStack() as stack:
        for _time in range(BENCHES):
            benches.put(Bench(stack.enter_context(Simulator())))
        return list(stack.enter_context(ThreadPoolExecutor(BENCHES)).map(verdict, wanted))


def table(verdicts: t.Sequence[Verdict]) -> str:
    """Tasks against faults: how many cells, and how many of them are wrong where any is."""
    letters = dict(zip((fault.name for fault in FAULTS), string.ascii_lowercase, strict=False))
    ran = Counter((str(verdict.cell.task), verdict.cell.fault.name) for verdict in verdicts)
    wrong = Counter((str(verdict.cell.task), verdict.cell.fault.name) for verdict in verdicts if verdict.faults)
    width = max(len(str(task)) for task in TASKS)
    lines = [f"{'':{width}}" + "".join(f"{letter:>6}" for letter in letters.values())]
    for task in TASKS:
        columns = [(str(task), name) for name in letters]
        told = [f"{wrong[place]}/{ran[place]}" if wrong[place] else str(ran[place] or "") for place in columns]
        lines.append(f"{task!s:{width}}" + "".join(f"{text:>6}" for text in told))
    return "\n".join([*(f"{letter}  {name}" for name, letter in letters.items()), *lines])


def _many_at_once() -> bool:
    print(f"\nThe same task in {FORKS} forks: duplicates left in {TASKS_IN_ROUNDS} tasks, and where all look first")
    print(f"  {'':24} {'one machine':>20} {'many machines':>20}")
    with Simulator() as simulator:
        well = [_rushes(simulator, task) for task in RUSHES]
    return all(well)


def _rushes(simulator: Simulator, task: Rush) -> bool:
    together, held_together = _duplicates(simulator, task, apart=False)
    apart, held_apart = _duplicates(simulator, task, apart=True)
    print(f"  {task!s:24} {together:10} {held_together:9} {apart:10} {held_apart:9}", flush=True)
    return not (together or held_together) and not (task.anywhere and (apart or held_apart))


def _duplicates(simulator: Simulator, task: Rush, *, apart: bool) -> tuple[int, int]:
    """Duplicates left, and tasks that failed: in many rounds as they come, and in one where all look first."""
    rounds = [rush(simulator, task, held=False, apart=apart) for _time in range(ROUNDS)]
    worst = rush(simulator, task, held=True, apart=apart)
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
        f"{bulk.least}, {bulk.peak:.0f} MiB"
    )
    return _carried(events) and _cheap(bulk)


def _fuzz() -> bool:
    parts = [(kind, module) for module in SIMPLEST for kind in (Fuzz.options, Fuzz.answers)]
    print(
        f"\n{FUZZ_INPUTS} random inputs, {FUZZ_INPUTS // len(parts)} for each module's options and answers:", flush=True
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [fault for fault in pool.map(lambda part: _survives(*part, FUZZ_INPUTS // len(parts)), parts) if fault]
    print(f"\nfailures {len(found)}", *found, sep="\n")
    return not found


def _survives(kind: t.Callable[[Fuzz, str, int], None], module: str, examples: int) -> str:
    """Why a module does not survive so many inputs; nothing when it does."""
    with Simulator() as simulator, Liar(simulator.url) as liar:
        try:
            kind(Fuzz(simulator, liar), module, examples)
        except (AssertionError, Flaky) as error:
            return f"{module}, {kind.__name__}: {error} {' '.join(getattr(error, '__notes__', []))}"
        finally:
            print(".", end="", file=sys.stderr, flush=True)
    return ""


def _carried(events: EventLoad) -> bool:
    return not (events.failed or events.lost or events.doubled)


def _cheap(bulk: BulkLoad) -> bool:
    wanted = bulk.acknowledged == INCIDENTS and bulk.calls <= bulk.least * MOST_CALLS
    return wanted and bulk.peak < MOST_MEMORY


if __name__ == "__main__":
    sys.exit(main())
