# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The laws that hold for every module, each tried on real runs.

In check mode nothing is written; its diff and the shape of its result are those of the real run; a second run changes
nothing and writes nothing; and a task costs no more calls than it must.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from integration.cases import CASES, SIMPLEST, Case, bare
from integration.playing import Player
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
CHANGING = [case for case in CASES if case.changes]


def task(case: Case, ids: list[str], **keywords: t.Any) -> dict[str, t.Any]:
    return {**bare(case.module, case.options, ids), "diff": True, **keywords}


def test_every_module_is_held_to_the_laws() -> None:
    modules = {file.stem for file in (ROOT / "plugins" / "modules").glob("*.py")}
    assert modules == set(SIMPLEST) == {case.module for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_mode_foretells_what_happens_and_a_second_run_changes_nothing(
    case: Case, play: Player, simulator: Simulator
) -> None:
    ids = simulator.reset(incidents=case.incidents, incident=case.state)["incidents"]
    before = [bare(module, options, ids) for module, options in case.before]
    played = play(*before, task(case, ids, check_mode=True), task(case, ids), task(case, ids))
    assert played.code == 0, played.output
    check, real, again = played.tasks[-3:]

    assert (check.changed, real.changed) == (case.changes, case.changes)
    assert check.writes == []
    assert [re.sub(r"(?<=/)[A-Z0-9]{6,}|(?<=/)[0-9a-f-]{36}", "*", call) for call in real.writes] == list(case.writes)
    assert len(real.reads) <= case.reads
    assert check.diff == real.diff
    assert differing(check.result, real.result) == []
    if case.idempotent:
        assert (again.changed, again.writes, again.diff) == (False, [], [])


@pytest.mark.parametrize("module", sorted({case.module for case in CHANGING}))
def test_the_command_lines_check_and_diff_do_the_same(module: str, play: Player, simulator: Simulator) -> None:
    case = next(case for case in CHANGING if case.module == module)
    ids = simulator.reset(incidents=case.incidents, incident=case.state)["incidents"]
    step = bare(case.module, case.options, ids)
    check = play(step, arguments=["--check", "--diff"])
    real = play(step, arguments=["--diff"])
    assert check.only.writes == []
    assert (check.only.diff, check.only.changed) == (real.only.diff, real.only.changed)
    assert "--- before" in check.output


@pytest.mark.parametrize("module", sorted({case.module for case in CHANGING}))
def test_without_diff_mode_the_result_has_no_diff(module: str, play: Player, simulator: Simulator) -> None:
    case = next(case for case in CHANGING if case.module == module)
    ids = simulator.reset(incidents=case.incidents, incident=case.state)["incidents"]
    assert "diff" not in play(task(case, ids, diff=False)).only.result


def differing(foretold: t.Any, real: t.Any, place: str = "result") -> list[str]:
    """Where a result is of another shape than check mode has foretold; what was foretold as None fits anything."""
    if isinstance(foretold, dict) and isinstance(real, dict):
        odd = [f"{place}.{key}" for key in foretold.keys() ^ real.keys()]
        return odd + [
            spot
            for key in foretold.keys() & real.keys()
            for spot in differing(foretold[key], real[key], f"{place}.{key}")
        ]
    if isinstance(foretold, list) and isinstance(real, list):
        return [spot for pair in zip(foretold, real, strict=False) for spot in differing(*pair, f"{place}[]")]
    return [] if foretold is None or type(foretold) is type(real) else [place]
