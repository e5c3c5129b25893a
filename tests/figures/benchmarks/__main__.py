# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmarks: all ways to call PagerDuty, measured in turn in one run against the simulator.

Prints medians with the spread, the ratios that count, and where the time of one task goes.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import typing as t
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from figures.benchmarks.contenders import AS_MODULE, CLIENT, CURL, DEBUG, IN_WORKER, PING, URI, Contender, TestBed, Work
from figures.benchmarks.profile import profile
from simulator.launch import Simulator

ROUNDS = 5
ANSIBLE = (IN_WORKER, AS_MODULE, URI, PING, DEBUG)
ENOUGH_CALLS = 1_000_000
"""A rate limit that no benchmark reaches."""


Make = t.Callable[[list[str], int], Work]


@dataclass(frozen=True)
class Scenario:
    """One benchmark.

    Args:
        contenders: what is measured.
        work: the work, for given incidents and `Contender.more`.
        less: the work whose time is subtracted; the difference is divided by `Contender.more`.
        sample: the incidents for contenders that take them one by one; their time is scaled up to `incidents`.
    """

    name: str
    contenders: tuple[Contender, ...]
    work: Make
    less: Make | None = None
    incidents: int = 1
    sample: int = 0


SCENARIOS = (
    Scenario("one task", (*ANSIBLE, CURL, CLIENT), lambda ids, _more: Work("read", ids)),
    Scenario(
        "one more task",
        ANSIBLE,
        lambda ids, more: Work("read", ids, times=1 + more),
        lambda ids, _more: Work("read", ids),
    ),
    Scenario(
        "one more loop item",
        ANSIBLE,
        lambda ids, more: Work("read", ids, items=1 + more),
        lambda ids, _more: Work("read", ids, items=1),
    ),
    Scenario("one task on 100 hosts", ANSIBLE, lambda ids, _more: Work("read", ids, hosts=100)),
    Scenario(
        "acknowledge 500 incidents",
        (IN_WORKER, AS_MODULE, URI, CURL, CLIENT),
        lambda ids, _more: Work("acknowledge", ids),
        incidents=500,
        sample=20,
    ),
    Scenario(
        "notes on 100 incidents",
        (IN_WORKER, AS_MODULE, URI, CURL, CLIENT),
        lambda ids, _more: Work("annotate", ids),
        incidents=100,
        sample=20,
    ),
)
VERSIONED = ("one more task", "one more loop item")
"""Scenarios that are also measured on every version of ansible-core in ANSIBLE_MATRIX."""
VERSIONS = ("2.16", "2.19", "2.21")
TARGETS = (
    ("one more loop item", IN_WORKER, URI, 1 / 20),
    ("one more loop item", AS_MODULE, PING, 1.4),
    ("one more task", IN_WORKER, DEBUG, 1.7),
    ("one more task", IN_WORKER, URI, 1 / 3),
    ("one task on 100 hosts", IN_WORKER, URI, 1 / 3),
    ("acknowledge 500 incidents", IN_WORKER, URI, 1 / 50),
)
"""The goals: how long the first may take, as a multiple of the second."""

MEDIANS = Path(__file__).resolve().parents[3] / ".cache" / "benchmarks.json"

Figures = dict[tuple[str, str], list[float]]


def main() -> None:
    """Measure, and print."""
    figures: Figures = defaultdict(list)
    with Simulator(rest_limit=ENOUGH_CALLS) as simulator, tempfile.TemporaryDirectory() as folder:
        bench = TestBed(simulator, Path(folder))
        for number in range(ROUNDS):
            for scenario in SCENARIOS:
                for contender in scenario.contenders:
                    say(f"Round {number + 1} of {ROUNDS}: {scenario.name}, {contender.name}")
                    figures[scenario.name, contender.name].append(measure(bench, simulator, scenario, contender))
        print(f"\nmilliseconds: median of {ROUNDS} (smallest to largest), and as a multiple of the time in the worker")
        print_table(figures, SCENARIOS)
        print_targets(figures)
        write_medians(figures)
        measure_versions(simulator, Path(folder))
        profile(simulator)


def measure_versions(simulator: Simulator, folder: Path) -> None:
    """Measure some scenarios on several versions of ansible-core, and print them."""
    commands = json.loads(os.environ.get("ANSIBLE_MATRIX", "{}"))
    scenarios = [scenario for scenario in SCENARIOS if scenario.name in VERSIONED]
    for name, command in commands.items():
        if not name.startswith(VERSIONS):
            continue
        figures: Figures = defaultdict(list)
        bench = TestBed(simulator, folder, Path(command))
        for number in range(ROUNDS):
            say(f"ansible-core {name}: round {number + 1} of {ROUNDS}")
            for scenario in scenarios:
                for contender in scenario.contenders:
                    figures[scenario.name, contender.name].append(measure(bench, simulator, scenario, contender))
        print(f"\nansible-core {name}")
        print_table(figures, scenarios)


def measure(bench: TestBed, simulator: Simulator, scenario: Scenario, contender: Contender) -> float:
    """Return the seconds that a contender takes."""
    one_by_one = scenario.sample and not contender.in_bulk
    count = scenario.sample if one_by_one else scenario.incidents
    seconds = timed(bench, simulator, contender, scenario.work, count)
    if scenario.less:
        seconds -= timed(bench, simulator, contender, scenario.less, count)
        seconds /= contender.more
    return seconds * (scenario.incidents / count)


def timed(bench: TestBed, simulator: Simulator, contender: Contender, make: Make, count: int) -> float:
    """Return the seconds that a piece of work takes on a new account."""
    work = make(simulator.reset(incidents=count)["incidents"], contender.more)
    start = time.perf_counter()
    bench.run(contender, work)
    return time.perf_counter() - start


def print_table(figures: Figures, scenarios: t.Iterable[Scenario]) -> None:
    """Print medians with the smallest and the largest, in milliseconds, and as multiples of the time in the worker."""
    for scenario in scenarios:
        print(f"\n{scenario.name}")
        own = statistics.median(figures[scenario.name, IN_WORKER.name])
        for contender in scenario.contenders:
            values = [value * 1000 for value in figures[scenario.name, contender.name]]
            spread = f"({min(values):.0f} to {max(values):.0f})"
            scaled = f"  from {scenario.sample} of them" if scenario.sample and not contender.in_bulk else ""
            ratio = statistics.median(values) / 1000 / own
            print(f"  {contender.name:20} {statistics.median(values):9.0f} {spread:>20} {ratio:8.2f}{scaled}")


def write_medians(figures: Figures) -> None:
    """Keep the medians, in milliseconds, for the chart of `make pictures`."""
    medians: dict[str, dict[str, float]] = defaultdict(dict)
    for (scenario, contender), values in figures.items():
        medians[scenario][contender] = statistics.median(values) * 1000
    MEDIANS.write_text(json.dumps(medians, indent=1))


def print_targets(figures: Figures) -> None:
    """Print the goals, and whether they are met."""
    print("\ngoals")
    for name, own, other, wanted in TARGETS:
        pairs = zip(figures[name, own.name], figures[name, other.name], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        finding = "met" if ratio <= wanted else "missed"
        print(f"  {name}: {own.name} takes {ratio:.3f} times as long as {other.name}; at most {wanted:.3f}: {finding}")


def say(line: str) -> None:
    """Print progress, apart from the figures."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
