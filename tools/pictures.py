# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the pictures of the documentation: `python -m tools.pictures`, or with a name only those.

`terminal`: what a terminal shows when the README's playbook runs. `pages`: the simulator's pages of the demo's
incident, in headless Chromium. `benchmarks`: the figures of the last `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import typing as t
from pathlib import Path

from figures.benchmarks.chart import chart
from figures.benchmarks.contenders import IN_WORKER
from tools.browser import CHROMIUM
from tools.page_pictures import take_page_pictures
from tools.terminal_picture import terminal_picture

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
FIGURES = ROOT / ".cache" / "benchmarks.json"
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


def terminal() -> str:
    """Draw the README's playbook in a terminal; returns what is missing."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PAGERDUTY_")}
    (PICTURES / "terminal.svg").write_text(terminal_picture(own))
    return ""


def benchmarks() -> str:
    """Draw the figures of the last `make bench`; returns what is missing."""
    if not FIGURES.exists():
        return "There are no figures yet: run 'make bench' first."
    medians = json.loads(FIGURES.read_text())
    shown = {name: medians[name] for name in BENCHMARKS}
    (PICTURES / "benchmarks.svg").write_text(chart(shown, IN_WORKER.name))
    return ""


def pages() -> str:
    """Show the simulator's pages; returns what is missing."""
    if not CHROMIUM:
        return "Chromium was not found: install the package chromium of your distribution."
    take_page_pictures(PICTURES)
    return ""


MAKERS: dict[str, t.Callable[[], str]] = {"terminal": terminal, "benchmarks": benchmarks, "pages": pages}


if __name__ == "__main__":
    sys.exit(main())
