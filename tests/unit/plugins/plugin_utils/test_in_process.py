# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a module runs in the worker, how its options are validated there, and what is masked."""

from __future__ import annotations

import ast
import sys
import types
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils import _module
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._in_process import (
    IMPORTED_LATE,
    MASKED,
    MODULE_UTILS,
    mask,
    prepare,
    subprocess_reason,
)

MODULE_UTILS_FOLDER = Path(_module.__file__).parent
VARIABLES = {"inventory_hostname": "localhost"}
LOADER = types.SimpleNamespace(get_basedir=lambda: ".")
TEMPLAR = types.SimpleNamespace(template=lambda value: value)


def task(**keywords: t.Any) -> t.Any:
    defaults: dict[str, t.Any] = {
        "action": "oncall.pagerduty.incident_note",
        "args": {"incident_id": "Q1", "content": "text", "api_token": "s3cr3t"},
        "async_val": 0,
        "check_mode": False,
        "delegate_to": None,
        "diff": False,
        "environment": [],
    }
    return types.SimpleNamespace(**{**defaults, **keywords})


def connection(transport: str = "local", become: t.Any = None) -> t.Any:
    return types.SimpleNamespace(transport=transport, become=become)


def reason(variables: dict[str, t.Any] | None = None, link: t.Any = None, **keywords: t.Any) -> str:
    return subprocess_reason(task(**keywords), link or connection(), TEMPLAR, {**VARIABLES, **(variables or {})})


def prepared(**args: t.Any) -> t.Any:
    return prepare(task(args={"incident_id": "Q1", "content": "text", **args}), LOADER, VARIABLES)


def late_imports(source: Path) -> t.Iterator[str]:
    """Yield the files of the collection that functions of one of its files import."""
    functions = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.module is not None
                package = source.relative_to(MODULE_UTILS_FOLDER).parents[node.level - 1]
                yield ".".join((*package.parts, node.module))


def test_what_a_module_imports_late_is_imported_before_ansible_forks() -> None:
    late = {name for source in MODULE_UTILS_FOLDER.rglob("*.py") for name in late_imports(source)}
    assert late == set(IMPORTED_LATE)
    assert all(f"{MODULE_UTILS}.{name}" in sys.modules for name in IMPORTED_LATE)


def test_a_plain_local_task_runs_in_the_worker() -> None:
    assert reason() == ""


@pytest.mark.parametrize("setting", ["auto", "auto_legacy", "auto_silent", "auto_legacy_silent", ""])
def test_an_interpreter_that_ansible_chooses_is_no_reason_against_it(setting: str) -> None:
    assert reason({"ansible_python_interpreter": setting}) == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"variables": {"pagerduty_in_process": "false"}}, "pagerduty_in_process is false"),
        ({"link": connection("ssh")}, "the connection is not local"),
        ({"link": connection(become="sudo")}, "become is set"),
        ({"async_val": 30}, "async is set"),
        ({"environment": [{"PAGERDUTY_REGION": "eu"}]}, "environment is set"),
        ({"variables": {"ansible_python_interpreter": "/opt/other/bin/python3"}}, "another Python interpreter is set"),
    ],
    ids=str,
)
def test_whatever_could_make_a_difference_needs_a_process(given: dict[str, t.Any], words: str) -> None:
    assert reason(**given) == words


def test_options_are_validated_and_have_their_defaults() -> None:
    ready = prepared()
    assert (ready.error, ready.options["incident_id"], ready.options["state"]) == ("", ["Q1"], "present")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (
            {"colour": "red"},
            "Unsupported parameters for (oncall.pagerduty.incident_note) module: colour. Supported",
        ),
        ({"contnt": "x"}, "module: contnt. Did you mean content? Supported parameters include: "),
        ({"state": "maybe"}, "value of state must be one of: present, absent, got: maybe"),
        ({"allow_duplicate": None}, "argument 'allow_duplicate' is of type NoneType"),
    ],
    ids=str,
)
def test_bad_options_have_the_message_of_a_module(args: dict[str, t.Any], words: str) -> None:
    assert words in prepared(**args).error


@pytest.mark.usefixtures("no_environment")
def test_an_option_that_is_given_twice_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prepared(api_token="a", token="b").warnings == ["Both option api_token and its alias token are set."]
    assert prepared(token="b").warnings == []
    monkeypatch.setenv("PAGERDUTY_API_TOKEN", "")
    assert prepared(token="b").warnings == []
    monkeypatch.setenv("PAGERDUTY_TOKEN", "a")
    assert prepared(token="b").warnings == ["Both option api_token and its alias token are set."]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("s3cr3t", MASKED),
        (["s3cr3t", "other"], [MASKED, "other"]),
        ({"deep": {"er": "s3cr3t"}}, {"deep": {"er": MASKED}}),
        (None, None),
        (True, True),
        (7, 7),
    ],
    ids=str,
)
def test_a_secret_is_masked_wherever_it_is(value: t.Any, expected: t.Any) -> None:
    assert mask(value, ["s3cr3t"]) == expected


def test_a_secret_inside_a_text_or_a_number_is_masked() -> None:
    assert mask("Token token=s3cr3t!", ["s3cr3t"]).endswith("!")
    assert "s3cr3t" not in mask("Token token=s3cr3t!", ["s3cr3t"])
    assert mask(1234567, ["345"]) == MASKED
