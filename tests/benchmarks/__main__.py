# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmarks: everything measured side by side, round by round, in one run against the simulator.

Prints medians with the spread, the ratios that count, and where the time of one task goes.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import typing as t
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import AS_MODULE, CLIENT, CURL, DEBUG, IN_WORKER, PING, URI, Bench, Contender, Work
from benchmarks.profile import profile
from simulator.launch import Simulator

ROUNDS = 5
MORE = 20
"""How many more tasks, or loop items, are measured to know what one costs."""
ANSIBLE = (IN_WORKER, AS_MODULE, URI, PING, DEBUG)
ENOUGH_CALLS = 1_000_000
"""A rate limit that nobody reaches: what is measured is the way, not the waiting."""


@dataclass(frozen=True)
class Scenario:
    """Something to measure.

    Args:
        contenders: who takes part.
        work: given the incidents, what is to be done.
        less: what is taken away from it, to know what is done more; `per` is by how many times.
        sample: on how many of the `incidents` those work that do them one by one; the figure is theirs, scaled up.
    """

    name: str
    contenders: tuple[Contender, ...]
    work: t.Callable[[list[str]], Work]
    less: t.Callable[[list[str]], Work] | None = None
    per: int = 1
    incidents: int = 1
    sample: int = 0


SCENARIOS = (
    Scenario("one task", (*ANSIBLE, CURL, CLIENT), lambda ids: Work("read", ids)),
    Scenario(
        "one more task",
        ANSIBLE,
        lambda ids: Work("read", ids, times=1 + MORE),
        lambda ids: Work("read", ids),
        per=MORE,
    ),
    Scenario(
        "one more loop item",
        ANSIBLE,
        lambda ids: Work("read", ids, items=1 + MORE),
        lambda ids: Work("read", ids, items=1),
        per=MORE,
    ),
    Scenario("one task on 100 hosts", ANSIBLE, lambda ids: Work("read", ids, hosts=100)),
    Scenario(
        "acknowledge 500 incidents",
        (IN_WORKER, AS_MODULE, URI, CURL, CLIENT),
        lambda ids: Work("acknowledge", ids),
        incidents=500,
        sample=20,
    ),
    Scenario(
        "notes on 100 incidents",
        (IN_WORKER, AS_MODULE, URI, CURL, CLIENT),
        lambda ids: Work("annotate", ids),
        incidents=100,
        sample=20,
    ),
)
TARGETS = (
    ("one more loop item", IN_WORKER, URI, 20.0),
    ("one more task", IN_WORKER, URI, 3.0),
    ("one task on 100 hosts", IN_WORKER, URI, 3.0),
    ("acknowledge 500 incidents", IN_WORKER, URI, 50.0),
    ("one more task", IN_WORKER, DEBUG, 0.5),
)
"""What the collection wants to reach: who shall take how many times as long as it does."""

Figures = dict[tuple[str, str], list[float]]


def main() -> None:
    """Measure, and print."""
    figures: Figures = defaultdict(list)
    with Simulator(rest_limit=ENOUGH_CALLS) as simulator, tempfile.TemporaryDirectory() as folder:
        bench = Bench(simulator, Path(folder))
        for number in range(ROUNDS):
            for scenario in SCENARIOS:
                for contender in scenario.contenders:
                    say(f"Round {number + 1} of {ROUNDS}: {scenario.name}, {contender.name}")
                    figures[scenario.name, contender.name].append(measure(bench, simulator, scenario, contender))
        print_table(figures)
        print_targets(figures)
        profile(simulator)


def measure(bench: Bench, simulator: Simulator, scenario: Scenario, contender: Contender) -> float:
    """Seconds that a contender takes."""
    one_by_one = scenario.sample and not contender.in_bulk
    count = scenario.sample if one_by_one else scenario.incidents
    seconds = timed(bench, simulator, contender, scenario.work, count)
    if scenario.less:
        seconds -= timed(bench, simulator, contender, scenario.less, count)
    return seconds / scenario.per * (scenario.incidents / count)


def timed(
    bench: Bench, simulator: Simulator, contender: Contender, make: t.Callable[[list[str]], Work], count: int
) -> float:
    """Seconds that a piece of work takes on a new account."""
    work = make(simulator.reset(incidents=count)["incidents"])
    start = time.perf_counter()
    bench.run(contender, work)
    return time.perf_counter() - start


def print_table(figures: Figures) -> None:
    """Medians with the smallest and the largest, in milliseconds, and how many times as long as in the worker."""
    print(f"\nmilliseconds: median of {ROUNDS} (smallest to largest), and how many times as long as in the worker")
    for scenario in SCENARIOS:
        print(f"\n{scenario.name}")
        own = statistics.median(figures[scenario.name, IN_WORKER.name])
        for contender in scenario.contenders:
            values = [value * 1000 for value in figures[scenario.name, contender.name]]
            spread = f"({min(values):.0f} to {max(values):.0f})"
            scaled = f"  from {scenario.sample} of them" if scenario.sample and not contender.in_bulk else ""
            ratio = statistics.median(values) / 1000 / own
            print(f"  {contender.name:20} {statistics.median(values):9.0f} {spread:>20} {ratio:8.2f}{scaled}")


def print_targets(figures: Figures) -> None:
    """What was to be reached, and whether it is."""
    print("\nto reach")
    for name, own, other, wanted in TARGETS:
        pairs = zip(figures[name, other.name], figures[name, own.name], strict=True)
        ratio = statistics.median(theirs / ours for theirs, ours in pairs)
        verdict = "reached" if ratio >= wanted else "missed"
        print(f"  {name}: {other.name} takes {ratio:.2f} times as long; wanted {wanted:g}: {verdict}")


def say(line: str) -> None:
    """Progress, beside the figures."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
