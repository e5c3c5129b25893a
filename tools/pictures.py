# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the pictures of the documentation: `python -m tools.pictures`, or with a name only that one.

`terminal`: what a terminal shows when the README's playbook runs. `incidents`: an incident of the demo before and after
the playbook, in headless Chromium. `benchmarks`: the figures of the last `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import typing as t
from pathlib import Path

from playwright.sync_api import sync_playwright

from figures.benchmarks.chart import chart
from figures.benchmarks.contenders import IN_WORKER
from simulator.client import Client
from simulator.launch import Simulator
from tools.browser import ARGUMENTS, CHROMIUM
from tools.demo.__main__ import play, surroundings
from tools.terminal_picture import terminal_picture

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
FIGURES = ROOT / ".cache" / "benchmarks.json"
SIZE = {"width": 900, "height": 640}
BENCHMARKS = ("one more task", "one more loop item", "acknowledge 500 incidents")


def main() -> int:
    """Make them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make pictures", description="Make the pictures of the documentation.")
    parser.add_argument("names", nargs="*", choices=[[], *MAKERS], help="only these")
    PICTURES.mkdir(exist_ok=True)
    for name in parser.parse_args().names or MAKERS:
        missing = MAKERS[name]()
        if missing:
            print(missing, file=sys.stderr)
            return 1
    print(f"Wrote {', '.join(sorted(path.name for path in PICTURES.iterdir()))} in {PICTURES.relative_to(ROOT)}.")
    return 0


def draw_terminal() -> str:
    """Draw the README's playbook in a terminal; returns what is missing."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PAGERDUTY_")}
    (PICTURES / "terminal.svg").write_text(terminal_picture(own))
    return ""


def draw_benchmarks() -> str:
    """Draw the figures of the last `make bench`; returns what is missing."""
    if not FIGURES.exists():
        return "There are no figures yet: run 'make bench' first."
    medians = json.loads(FIGURES.read_text())
    shown = {name: medians[name] for name in BENCHMARKS}
    (PICTURES / "benchmarks.svg").write_text(chart(shown, IN_WORKER.name))
    return ""


def take_screenshots() -> str:
    """Show the incident of the demo when its alert has arrived, and when its playbook has ended.

    Returns:
        What is missing.
    """
    if not CHROMIUM:
        return "Chromium was not found: install the package chromium of your distribution."
    with Simulator() as before, Simulator() as after:
        play(surroundings(before), "--tags", "alarm")
        play(surroundings(after))
        # Only now: the browser's driver leaves the terminal in a state in which Ansible refuses to run.
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS).new_page(viewport=SIZE)
            for name, simulator in (("before", before), ("after", after)):
                (incident,) = Client(simulator.url)("GET", "/incidents").body["incidents"]
                page.goto(f"{simulator.url}/incidents/{incident['id']}")
                page.screenshot(path=PICTURES / f"incident-{name}.png")
    return ""


MAKERS: dict[str, t.Callable[[], str]] = {
    "terminal": draw_terminal,
    "benchmarks": draw_benchmarks,
    "incidents": take_screenshots,
}


if __name__ == "__main__":
    sys.exit(main())
