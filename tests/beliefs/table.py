# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m beliefs.table`, from the folder that holds this package: writes the table into the guide."""

from __future__ import annotations

from pathlib import Path

from beliefs import about
from beliefs.belief import BELIEFS, INFERRED, Belief

__all__ = ["about"]
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_conformance.rst"
HEADER = """\
.. list-table::
  :header-rows: 1
  :widths: 50 35 15

  * - Belief
    - Source
    - Seen on a real account
"""
NOT_RUN = "not yet run"


def rows() -> str:
    """Return the table."""
    return HEADER + "".join(map(_row, BELIEFS))


def updated(guide: str) -> str:
    """Return the text of the guide, which ends with the table, with the current table."""
    return guide[: guide.index(HEADER.splitlines()[0])] + rows()


def _row(belief: Belief) -> str:
    return f"  * - {_escaped(belief.text)}\n    - {_source(belief)}\n    - {NOT_RUN}\n"


def _source(belief: Belief) -> str:
    source = belief.source.removeprefix(INFERRED).removeprefix(":").strip()
    return f"**Inferred** {_escaped(source)}" if belief.is_inferred else _escaped(source)


def _escaped(text: str) -> str:
    return text.replace("`", "``").replace("*", "\\*").replace("_ ", "\\_ ")


if __name__ == "__main__":
    GUIDE.write_text(updated(GUIDE.read_text()))
