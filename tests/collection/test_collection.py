# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for the files of the collection: short modules and functions, examples, and lists that are complete."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import USER_AGENT

from tools.versions import CONTROLLERS

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
FILTERS = sorted((ROOT / "plugins" / "filter").glob("*.py"))
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())
FOLDERS = ("plugins", "extensions", "simulator", "tests", "tools")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")
MAX_MODULE_LINES = 40
MAX_FUNCTION_LINES = 40


def documentation(module: Path) -> dict[str, ast.Assign]:
    """Return the documentation strings of a module, by name."""
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
    lines = [line for number, line in enumerate(module.read_text().splitlines(), 1) if number not in documented]
    code = [line for line in lines if line and not line.startswith("#")]
    assert len(code) <= MAX_MODULE_LINES


def test_an_execution_environment_has_the_packages_that_messages_tell_people_to_install() -> None:
    told = re.compile(r"missing_required_lib\(['\"](\w+)|Python package (\w+)")
    code = [path.read_text() for path in SOURCES if path.is_relative_to(ROOT / "plugins")]
    named = {first or second for text in code for first, second in told.findall(text)}
    environment = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())
    lines = (ROOT / environment["dependencies"]["python"]).read_text().splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == named


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_has_at_least_three_examples_that_name_it_in_full(module: Path) -> None:
    examples = yaml.safe_load(ast.literal_eval(documentation(module)["EXAMPLES"].value))
    own = [example for example in examples if f"oncall.pagerduty.{module.stem}" in example]
    assert len(own) >= 3
    assert all(example["name"] for example in examples)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_that_writes_documents_whom_it_notifies(module: Path) -> None:
    returned = yaml.safe_load(ast.literal_eval(documentation(module)["RETURN"].value))
    assert ("notifies" in returned) is not module.stem.endswith("_info")


def test_the_runtime_metadata_names_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert set(runtime["action_groups"]["pagerduty"]) == {module.stem for module in MODULES}


def test_the_user_agent_names_the_version() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    assert USER_AGENT.rpartition("/")[2] == version


def test_whatever_says_since_when_it_exists_names_a_release() -> None:
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text())["releases"]
    files = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "roles").rglob("*.yml")]
    added = {
        (str(file.relative_to(ROOT)), version)
        for file in files
        for version in re.findall(r"^ *version_added: (\S+)$", file.read_text(), re.MULTILINE)
    }
    assert added
    assert {each for each in added if each[1] not in releases} == set()


def test_the_actions_are_equal_and_there_is_one_for_each_module() -> None:
    actions = {path.stem: path.read_text() for path in (ROOT / "plugins" / "action").glob("*.py")}
    assert set(actions) == {module.stem for module in MODULES}
    assert len(set(actions.values())) == 1


def calls(tasks: list[dict[str, t.Any]], outer: dict[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    """Yield the variables of each task that calls PagerDuty, with those of the blocks around it."""
    for task in tasks:
        variables = {**outer, **task.get("vars", {})}
        for inside in ("block", "rescue", "always"):
            yield from calls(task.get(inside, []), variables)
        if any(key.startswith("oncall.pagerduty.") for key in task):
            yield variables


@pytest.mark.parametrize("role", ROLES, ids=lambda path: path.name)
def test_roles_call_pagerduty_where_the_ready_playbooks_do(role: Path) -> None:
    """Whatever an inventory says of its hosts, and of localhost."""
    rule = yaml.safe_load((ROOT / "playbooks" / "vars" / "connection.yml").read_text())
    found = list(calls(yaml.safe_load((role / "tasks" / "run.yml").read_text()), {}))
    assert found
    assert all(variables == rule for variables in found)


def test_no_function_is_longer_than_a_screen() -> None:
    """A test may be longer, as it tells a story."""
    lengths = {
        f"{file.relative_to(ROOT)}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for file in (*SOURCES, ROOT / "noxfile.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("test_")
    }
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


LAYERS = ("modules", "_module", "_actions", "_incidents", "_events", "_api", "_core")
"""From top to bottom: each imports only what is below. What stands beside them belongs to the layer of its imports."""


def imported_layers(source: Path) -> set[str]:
    """Return the folders and files of module_utils, and the folder of modules, that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            up = source.parents[node.level - 1]
            found.add(str((up / (node.module or "").replace(".", "/")).relative_to(ROOT / "plugins")))
    return {path.removeprefix("module_utils/").split("/")[0] for path in found}


@pytest.mark.parametrize("folder", ["_actions", "_incidents", "_events", "_api", "_core", "_eda"])
def test_imports_run_down(folder: str) -> None:
    place = LAYERS.index(folder if folder in LAYERS else "_actions")
    for source in (ROOT / "plugins" / "module_utils" / folder).glob("*.py"):
        assert not imported_layers(source) & set(LAYERS[:place]), source.name


@pytest.mark.parametrize("plugin", ["callback.log", *(f"filter.{path.stem}" for path in FILTERS)])
def test_what_calls_nobody_does_not_load_an_http_client(plugin: str) -> None:
    """Ansible loads all filters anew for each task that has one of them, so each would take 0.1 s longer."""
    name = f"ansible_collections.oncall.pagerduty.plugins.{plugin}"
    script = f"import sys, {name}; print('requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_no_action_imports_another() -> None:
    for source in (ROOT / "plugins" / "module_utils" / "_actions").glob("*.py"):
        siblings = [
            node.module
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.ImportFrom) and node.level == 1
        ]
        assert siblings == [], source.name


def test_each_module_has_an_action_of_its_name() -> None:
    actions = {path.stem for path in (ROOT / "plugins" / "module_utils" / "_actions").glob("*.py")}
    assert actions == {module.stem for module in MODULES}


def test_the_unit_tests_mirror_the_plugins_file_by_file() -> None:
    """Modules, actions and doc fragments only declare something, and `ansible-test sanity` checks what they declare."""
    declared = ("modules", "action", "doc_fragments")
    sources = [path.relative_to(ROOT / "plugins") for path in (ROOT / "plugins").rglob("*.py")]
    wanted = {path.parent / path.name.lstrip("_") for path in sources if path.parts[0] not in declared}
    tests = (ROOT / "tests" / "unit" / "plugins").rglob("test_*.py")
    found = [path.relative_to(ROOT / "tests" / "unit" / "plugins") for path in tests]
    assert {path.parent / path.name.removeprefix("test_") for path in found} == wanted


def test_the_hosted_workflow_has_the_same_matrix() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    matrix = workflow["jobs"]["ansible-test"]["strategy"]["matrix"]
    pythons = {entry["ansible-core"]: entry["python"] for entry in matrix["include"]}
    assert pythons == {name: best for name, (_release, (best, *_others)) in CONTROLLERS.items()}
    assert set(matrix["ansible-core"]) == set(CONTROLLERS)


def test_each_module_has_its_target_for_ansible_test_which_runs_it() -> None:
    folder = ROOT / "tests" / "integration" / "targets"
    tasks = {target.name: yaml.safe_load((target / "tasks" / "main.yml").read_text()) for target in folder.iterdir()}
    ran = {name: [task for task in tasks[name] if task.get("register") == "runs"] for name in tasks}
    assert set(ran) == {module.stem for module in MODULES}
    assert [name for name, (task,) in ran.items() if f"oncall.pagerduty.{name}" not in task] == []
