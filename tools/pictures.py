# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the pictures of the documentation: `python -m tools.pictures`.

An incident of the demo before and after the playbook, in headless Chromium, and the figures of the last `make bench`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from figures.benchmarks.chart import chart
from figures.benchmarks.contenders import IN_WORKER
from simulator.client import Client
from simulator.launch import Simulator
from tools.browser import ARGUMENTS, CHROMIUM
from tools.demo.__main__ import play, surroundings

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
FIGURES = ROOT / ".cache" / "benchmarks.json"
SIZE = {"width": 900, "height": 640}
BENCHMARKS = ("one more task", "one more loop item", "acknowledge 500 incidents")


def main() -> int:
    """Make them; returns the exit code."""
    if not CHROMIUM:
        print("Chromium was not found: install the package chromium of your distribution.", file=sys.stderr)
        return 1
    if not FIGURES.exists():
        print("There are no figures yet: run 'make bench' first.", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    medians = json.loads(FIGURES.read_text())
    shown = {name: medians[name] for name in BENCHMARKS}
    (PICTURES / "benchmarks.svg").write_text(chart(shown, IN_WORKER.name))
    take_screenshots()
    print(f"Wrote {', '.join(sorted(path.name for path in PICTURES.iterdir()))} in {PICTURES.relative_to(ROOT)}.")
    return 0


def take_screenshots() -> None:
    """Show the incident of the demo when its alert has arrived, and when its playbook has ended."""
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


if __name__ == "__main__":
    sys.exit(main())
