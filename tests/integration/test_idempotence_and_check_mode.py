# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every module, on real runs of ansible-playbook.

In check mode nothing is written, and diff and result have the shape of the real run; check mode names whom the real
run notifies; a second run changes nothing; and a task makes no needless calls. All cases run in Ansible's worker, and
some also as separate processes; test_versions.py compares both ways for every module.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookRunner, TaskResult
from modules import MODULES, SETTING, bare
from modules.rows import Case
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
SHARES = [list(MODULES)[first::4] for first in range(4)]
"""The modules, in shares for runs side by side: a run for each module would spend most of its time on starting."""


def test_the_table_has_every_module() -> None:
    assert set(MODULES) == {file.stem for file in (ROOT / "plugins" / "modules").glob("*.py")}


@pytest.mark.parametrize("modules", SHARES, ids="-".join)
def test_check_mode_predicts_what_happens_and_a_second_run_changes_nothing(
    modules: list[str], simulator: Simulator, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    cases = [(module, case) for module in modules for case in MODULES[module].cases]
    assert_laws(cases, PlaybookRunner(simulator, tmp_path, in_worker=True), subtests)


def test_the_same_holds_in_a_process(simulator: Simulator, tmp_path: Path, subtests: pytest.Subtests) -> None:
    cases = [(module, MODULES[module].cases[0]) for module in ("event", "incident_note", "incident_info")]
    assert_laws(cases, PlaybookRunner(simulator, tmp_path, in_worker=False), subtests)


def assert_laws(cases: t.Sequence[tuple[str, Case]], play: PlaybookRunner, subtests: pytest.Subtests) -> None:
    """Run all cases in one run of ansible-playbook, each on a fresh account, and check each."""
    tasks = [tasks_of(module, case, play.simulator) for module, case in cases]
    result = play(*[task for each in tasks for task in each], arguments=["-vvv"])
    assert ("runs as a separate process" in result.output) is (play.environment["PAGERDUTY_IN_PROCESS"] == "False")
    done = iter(result.tasks)
    for (module, case), each in zip(cases, tasks, strict=True):
        *before, check, real, second = [next(done) for _task in each]
        with subtests.test(f"{module} {case}"):
            assert [task.msg for task in (*before, check, real, second) if task.outcome != "ok"] == []
            assert_law(case, check, real, second)


def tasks_of(module: str, case: Case, simulator: Simulator) -> list[dict[str, t.Any]]:
    """Return the tasks that make the state of a case, then its own: in check mode, for real, and again."""
    state = {"incidents": case.incidents, "incident": case.state}
    ids = simulator.reset(**state)["incidents"]
    before = [bare(name, options, ids) for name, options in case.before]
    task = {**bare(module, case.options, ids), "diff": True}
    first, *others = [*before, {**task, "check_mode": True}, task, task]
    return [{**first, "vars": {"simulator_reset": state}}, *others]


def assert_law(case: Case, check: TaskResult, real: TaskResult, second: TaskResult) -> None:
    """Check what holds for every case of every module."""
    assert (check.changed, real.changed) == (case.changes, case.changes)
    assert check.writes == []
    assert [re.sub(r"(?<=/)[A-Z0-9]{6,}|(?<=/)[0-9a-f-]{36}", "*", call) for call in real.writes] == list(case.writes)
    assert len(real.reads) <= case.reads
    assert check.diff == real.diff
    assert_notifications_come_true(check, real)
    assert differences(check.result, real.result) == []
    if case.idempotent:
        assert (second.changed, second.writes, second.diff) == (False, [], [])


def test_the_command_lines_check_and_diff_do_the_same(simulator: Simulator, tmp_path: Path) -> None:
    play = PlaybookRunner(simulator, tmp_path, in_worker=True)
    ids = simulator.reset(**SETTING)["incidents"][:1]
    tasks = [bare(module, tests.simplest, ids) for module, tests in MODULES.items() if tests.writes]
    result = play(*tasks, arguments=["--check", "--diff"])
    assert [task.task for task in result.tasks if task.writes or not task.changed or not task.diff] == []
    assert "--- before" in result.output


def test_without_diff_mode_the_result_has_no_diff(simulator: Simulator, tmp_path: Path) -> None:
    play = PlaybookRunner(simulator, tmp_path, in_worker=True)
    ids = simulator.reset(**SETTING)["incidents"][:1]
    result = play(*[bare(module, tests.simplest, ids) for module, tests in MODULES.items()])
    assert [task.task for task in result.tasks if "diff" in task.result] == []


def assert_notifications_come_true(check: TaskResult, real: TaskResult) -> None:
    """Check that check mode names whom the real run pages: all of them, unless it says that some cannot be known."""
    predicted = check.result.get("notifies", [])
    assert predicted == real.result.get("notifies", [])
    # A user who does not exist yet has no id.
    ids = [each["who"] and each["who"]["id"] for each in predicted]
    named = {each for each in ids if each}
    assert named == real.pages or (not all(ids) and named < real.pages)
    assert bool(predicted) == any("notifies" in entry["after"] for entry in check.diff)


def differences(predicted: t.Any, real: t.Any, place: str = "result") -> list[str]:
    """Return where a result has another shape than check mode predicted; None in the prediction fits anything."""
    if isinstance(predicted, dict) and isinstance(real, dict):
        odd = [f"{place}.{key}" for key in predicted.keys() ^ real.keys()]
        return odd + [
            spot
            for key in predicted.keys() & real.keys()
            for spot in differences(predicted[key], real[key], f"{place}.{key}")
        ]
    if isinstance(predicted, list) and isinstance(real, list):
        return [spot for pair in zip(predicted, real, strict=False) for spot in differences(*pair, f"{place}[]")]
    return [] if predicted is None or type(predicted) is type(real) else [place]
