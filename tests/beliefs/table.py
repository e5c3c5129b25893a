# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m beliefs.table`, from the folder that holds this package: writes its README, which has the table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from beliefs import about
from beliefs.belief import BELIEFS, INFERRED, LIKELY, OPEN, SOURCED, Belief

__all__ = ["about"]
README = Path(__file__).resolve().parent / "README.md"
LICENCE = """\
<!--
Copyright (c) 2026, oncall.pagerduty contributors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""
TEXT = """
# What the collection believes about PagerDuty

The collection and the simulator rely on what PagerDuty's APIs do. Each row below is one such belief, with a check that
works on any account: `test_beliefs.py` runs it on the simulator, and `make conformance` on a real account. Nobody has
run it on a real account yet.

This file is made from the checks in `about/`: run `python -m beliefs.table` in the folder `tests` after a change.

A source is a document of PagerDuty, code that has to work with PagerDuty, or an answer that somebody has quoted.
**Inferred** says what speaks for a belief that no source states. **Open** says why it is believed although nothing
speaks for it.

There are {all} beliefs: {sourced} have a source, {inferred} are inferred, and {open} are open.

| Belief | Source | Seen on a real account |
| --- | --- | --- |
"""
NOT_RUN = "not yet run"
WORDS = {SOURCED: "", LIKELY: "**Inferred** ", OPEN: "**Open** "}


def readme() -> str:
    """Return the text of the README."""
    counts = Counter(belief.standing for belief in BELIEFS)
    numbers = {standing: counts[standing] for standing in (SOURCED, LIKELY, OPEN)}
    return LICENCE + TEXT.format(all=len(BELIEFS), **numbers) + "".join(map(_row, BELIEFS))


def _row(belief: Belief) -> str:
    source = belief.source.removeprefix(INFERRED).removeprefix(":").strip()
    return f"| {_escaped(belief.text)} | {WORDS[belief.standing]}{_escaped(source)} | {NOT_RUN} |\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "\\<")


if __name__ == "__main__":
    README.write_text(readme())
