# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m beliefs.table`, from the folder that holds this package: writes the table into its README."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from beliefs import about
from beliefs.belief import BELIEFS, INFERRED, LIKELY, OPEN, SOURCED, Belief

__all__ = ["about"]
README = Path(__file__).resolve().parent / "README.md"
START = "There are "
"""How the first line begins that is made here; those above it are not."""
HEADER = """\
| Belief | Source | Seen on a real account |
| --- | --- | --- |
"""
NOT_RUN = "not yet run"
WORDS = {SOURCED: "", LIKELY: "**Inferred** ", OPEN: "**Open** "}


def updated(readme: str) -> str:
    """Return the text of the README, which ends with the table, with the current table and its numbers."""
    counts = Counter(belief.standing for belief in BELIEFS)
    numbers = f"{counts[SOURCED]} have a source, {counts[LIKELY]} are inferred, and {counts[OPEN]} are open"
    table = HEADER + "".join(map(_row, BELIEFS))
    return f"{readme[: readme.index(START)]}{START}{len(BELIEFS)} beliefs: {numbers}.\n\n{table}"


def _row(belief: Belief) -> str:
    source = belief.source.removeprefix(INFERRED).removeprefix(":").strip()
    return f"| {_escaped(belief.text)} | {WORDS[belief.standing]}{_escaped(source)} | {NOT_RUN} |\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "\\<")


if __name__ == "__main__":
    README.write_text(updated(README.read_text()))
