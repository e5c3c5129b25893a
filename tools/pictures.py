# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the pictures of the documentation: `python -m tools.pictures`.

The simulator's pages of the demo's incident, in headless Chromium, and the figures of the last `make bench`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from figures.benchmarks.chart import chart
from figures.benchmarks.contenders import IN_WORKER
from tools.browser import CHROMIUM
from tools.page_pictures import take_page_pictures

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
FIGURES = ROOT / ".cache" / "benchmarks.json"
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
    take_page_pictures(PICTURES)
    print(f"Wrote {', '.join(sorted(path.name for path in PICTURES.iterdir()))} in {PICTURES.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
