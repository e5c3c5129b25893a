# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of each module are those of its documentation, and bad ones are refused before any call."""

from __future__ import annotations

import ast
import importlib
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._controller import definition, validate
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import given_to

from modules import MODULES, targeted

ROOT = Path(__file__).resolve().parents[2]
FRAGMENTS = "ansible_collections.oncall.pagerduty.plugins.doc_fragments"
COMPARED = ("aliases", "choices", "default", "elements", "required", "type")
INCIDENT = "Q0000000000001"
ROWS = [
    pytest.param(module, options, words, id=f"{module} {options}")
    for module, tests in MODULES.items()
    for options, words in tests.bad_input
    # Only Ansible makes "not a number" of a template.
    if "{{" not in str(options)
]


class NoClient:
    """A client of which every use is an error."""

    def __getattr__(self, name: str) -> t.NoReturn:
        raise AssertionError(f"{name} was used")


def documented(module: str) -> dict[str, t.Any]:
    """Return the options of a module's documentation, with those of its fragments."""
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text())
    named = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    documentation = yaml.safe_load(ast.literal_eval(named["DOCUMENTATION"]))
    options: dict[str, t.Any] = {}
    for fragment in documentation["extends_documentation_fragment"]:
        # A part of a fragment has attributes alone.
        text = importlib.import_module(f"{FRAGMENTS}.{fragment.split('.')[2]}").ModuleDocFragment.DOCUMENTATION
        options |= yaml.safe_load(text).get("options", {})
    return {**options, **(documentation.get("options") or {})}


def comparable(option: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return what documentation and specification both say of an option."""
    said = {name: option.get(name) for name in COMPARED}
    said["type"] = said["type"] or "str"
    return {name: list(value) if isinstance(value, (list, tuple)) else value for name, value in said.items() if value}


@pytest.mark.parametrize("module", MODULES)
def test_the_documentation_has_every_option_as_the_module_takes_it(module: str) -> None:
    specified = {name: comparable(option) for name, option in definition(module).options.items()}
    assert {name: comparable(option) for name, option in documented(module).items()} == specified


@pytest.mark.parametrize(("module", "options", "words"), ROWS)
def test_bad_input_is_refused_before_any_call(module: str, options: dict[str, t.Any], words: str) -> None:
    given = targeted(module, {**MODULES[module].simplest, **options}, INCIDENT)
    assert words in refusal(module, given, "check", "prepare")


@pytest.mark.parametrize("module", MODULES)
def test_the_simplest_task_is_not_refused(module: str) -> None:
    assert refusal(module, targeted(module, MODULES[module].simplest, INCIDENT), "check") == ""


def refusal(module: str, options: dict[str, t.Any], *steps: str) -> str:
    """Return why a step of the action refuses options; empty if none does."""
    defaults = {"routing_key": "R" * 32, "summary": "A test", "source": "tests"}
    own = {name: value for name, value in defaults.items() if name in definition(module).options}
    parameters, error = validate(definition(module), module, given_to(definition(module), {**own, **options}))
    if error:
        return error
    try:
        action = definition(module).action(NoClient(), parameters)  # type: ignore[arg-type]
        for step in steps:
            getattr(action, step)()
    except TaskError as refused:
        return str(refused)
    return ""
