# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generated files are up to date, and each option of a module has its place in them."""

from __future__ import annotations

import importlib
from pathlib import PurePath

import pytest

from tools.content import ROOT, documentation, files

PACKAGE = "ansible_collections.oncall.pagerduty.plugins.modules"
MADE = files()
MODULES = documentation.modules()
OPTIONS = {option.name for module in MODULES for option in module.options}


@pytest.mark.parametrize("name", MADE)
def test_it_is_as_make_content_writes_it(name: str) -> None:
    assert (ROOT / name).read_text() == MADE[name], "run: make content"


@pytest.mark.parametrize("pattern", ["playbooks/*.yml", "playbooks/tasks/*.yml"])
def test_no_file_is_left_of_a_module_that_is_gone(pattern: str) -> None:
    present = {str(file.relative_to(ROOT)) for file in ROOT.glob(pattern)}
    assert present == {name for name in MADE if PurePath(name).match(pattern)}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_documentation_names_the_options_that_the_module_takes(module: documentation.Module) -> None:
    definition = importlib.import_module(f"{PACKAGE}.{module.name}").DEFINITION
    documented = {option.name: option for option in (*documentation.connection(), *module.options)}
    assert {name: option.kind for name, option in documented.items()} == {
        name: spec.get("type", "str") for name, spec in definition.options.items()
    }
    secret = {name for name, spec in definition.options.items() if spec.get("no_log")}
    assert {name for name, option in documented.items() if option.secret} == secret


def test_the_playbooks_are_equal_but_for_the_module() -> None:
    texts = {
        MADE[f"playbooks/{module.name}.yml"].replace(module.title, "TITLE").replace(module.name, "NAME")
        for module in MODULES
    }
    assert len(texts) == 1


def test_no_result_becomes_an_option_of_a_later_step_by_accident() -> None:
    """AWX gives the results of a job to the next one as variables; a status must not change the next incident."""
    assert set(documentation.results(MODULES)) & OPTIONS <= set(documentation.PASSED_ON)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Requires O(status=resolved).", "Requires status=resolved."),
        ("See M(oncall.pagerduty.incident_note) and RV(ignore:failures).", "See incident_note and failures."),
        ("An ID (Q1) or C(https://example.com) of E(HOME)", "An ID (Q1) or https://example.com of HOME"),
    ],
)
def test_a_form_shows_plain_text(text: str, plain: str) -> None:
    assert documentation.plain(text) == plain
