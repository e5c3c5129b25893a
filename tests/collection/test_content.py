# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generated files are up to date, and each option of a module has its place in them."""

from __future__ import annotations

import importlib

import pytest
import yaml

from tools.content import ROOT, documentation, files

PACKAGE = "ansible_collections.oncall.pagerduty.plugins.modules"
MADE = files()
MODULES = documentation.modules()
OPTIONS = {option.name for module in MODULES for option in module.options}


@pytest.mark.parametrize("name", MADE)
def test_it_is_as_make_content_writes_it(name: str) -> None:
    assert (ROOT / name).read_text() == MADE[name], "run: make content"


@pytest.mark.parametrize("pattern", ["playbooks/**/*.yml", "plugins/action/*.py"])
def test_no_file_is_left_of_a_module_that_is_gone(pattern: str) -> None:
    present = {str(file.relative_to(ROOT)) for file in ROOT.glob(pattern)}
    assert present == {name for name in MADE if name.startswith(pattern.partition("*")[0])}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_documentation_names_the_options_that_the_module_takes(module: documentation.Module) -> None:
    definition = importlib.import_module(f"{PACKAGE}.{module.name}").DEFINITION
    documented = {option.name: option for option in (*documentation.connection(), *module.options)}
    assert {name: option.kind for name, option in documented.items()} == {
        name: spec.get("type", "str") for name, spec in definition.options.items()
    }
    secret = {name for name, spec in definition.options.items() if spec.get("no_log")}
    assert {name for name, option in documented.items() if option.secret} == secret


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_its_playbook_gives_each_option_and_reads_its_variable_only(module: documentation.Module) -> None:
    (play,) = yaml.safe_load(MADE[f"playbooks/{module.name}.yml"])
    given = play["tasks"][0]["block"][0][f"oncall.pagerduty.{module.name}"]
    assert set(given) == {option.name for option in module.options}
    for name, value in given.items():
        variable = f"{{{{ pagerduty_{name} | default(lookup('env', 'pagerduty_{name}')"
        assert value.startswith((variable, f"{{{{ pagerduty_lists.{name} | "))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_result_becomes_an_option_of_a_later_step_by_accident(module: documentation.Module) -> None:
    """AWX gives the results of a job to the next one as variables; a status must not change the next incident."""
    passed_on = set(documentation.results(module, OPTIONS)) & OPTIONS
    assert passed_on <= set(documentation.PASSED_ON)


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
