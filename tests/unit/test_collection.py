# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module promises by its mere look: short code, enough examples, and its place in the README."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")
MOST_LINES = 60


def documentation(module: Path) -> dict[str, ast.Assign]:
    """The documentation strings of a module, by name."""
    tree = ast.parse(module.read_text())
    assignments = [node for node in tree.body if isinstance(node, ast.Assign)]
    named = {ast.unparse(node.targets[0]): node for node in assignments}
    return {name: named[name] for name in DOCUMENTATION}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_is_documentation_and_little_else(module: Path) -> None:
    documented = {
        line
        for node in documentation(module).values()
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    code = [line for number, line in enumerate(module.read_text().splitlines(), 1) if number not in documented]
    assert len(code) <= MOST_LINES


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_has_at_least_three_examples_that_name_it_in_full(module: Path) -> None:
    examples = yaml.safe_load(ast.literal_eval(documentation(module)["EXAMPLES"].value))
    own = [example for example in examples if f"oncall.pagerduty.{module.stem}" in example]
    assert len(own) >= 3
    assert all(example["name"] for example in examples)


def test_each_module_is_run_by_the_one_action() -> None:
    actions = {action.stem: action.read_bytes() for action in (ROOT / "plugins" / "action").glob("*.py")}
    assert set(actions) == {module.stem for module in MODULES}
    assert len(set(actions.values())) == 1


def test_the_readme_has_a_row_for_each_module() -> None:
    rows = [
        line.split("|")[2].strip() for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| ")
    ]
    assert {row.strip("`") for row in rows if row.startswith("`")} >= {module.stem for module in MODULES}
