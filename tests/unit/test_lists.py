# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every list of every module takes `a, b`, and its entries are trimmed, however the list is written."""

from __future__ import annotations

import pkgutil
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.oncall.pagerduty.plugins import modules
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._controller import definition
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import given_to

Spec = dict[str, t.Any]
LISTS: dict[str, dict[str, Spec]] = {}
"""The lists of each module, by the names and aliases of their options."""
for _finder, _module, _is_package in pkgutil.iter_modules(modules.__path__):
    _lists = {
        name: spec
        for option, spec in definition(_module).options.items()
        if spec["type"] == "list"
        for name in (option, *spec.get("aliases", ()))
    }
    LISTS.update({_module: _lists} if _lists else {})
WRITTEN: dict[str, t.Callable[[str, str], t.Any]] = {
    "a text": lambda a, b: f"{a},{b}",
    "a text with spaces": lambda a, b: f" {a} ,  {b}\n",
    "a text with too many commas": lambda a, b: f",{a},, {b}, ",
    "a text with repetitions": lambda a, b: f"{a}, {b}, {a}",
    "a list": lambda a, b: [a, b],
    "a list with spaces": lambda a, b: [f" {a}", f"{b}\t\n"],
    "a list with empty entries": lambda a, b: ["", a, None, " ", b],
    "a list with repetitions": lambda a, b: [a, b, b, a],
    "a tuple": lambda a, b: (a, b),
}


def taken(module: str, name: str, value: t.Any) -> t.Any:
    """Return what the module gets for the value of an option."""
    specification = definition(module).options
    option = next(each for each, spec in specification.items() if name in (each, *spec.get("aliases", ())))
    validated = ArgumentSpecValidator({option: specification[option]}).validate(
        given_to(definition(module), {name: value})
    )
    assert validated.error_messages == []
    return validated.validated_parameters[option]


def two_entries(spec: Spec) -> tuple[str, str]:
    if spec["elements"] == "int":
        return "1", "2"
    return tuple(spec["choices"][:2]) if "choices" in spec else ("ana@example.com", "PUSER02")


@pytest.mark.parametrize("module", LISTS)
def test_a_list_has_the_same_entries_however_it_is_written(module: str) -> None:
    for name, spec in LISTS[module].items():
        entries = two_entries(spec)
        expected = list(map(int, entries)) if spec["elements"] == "int" else list(entries)
        as_written = {way: taken(module, name, write(*entries)) for way, write in WRITTEN.items()}
        assert (name, as_written) == (name, dict.fromkeys(WRITTEN, expected))


@pytest.mark.parametrize("module", LISTS)
def test_a_single_entry_is_a_list(module: str) -> None:
    for name, spec in LISTS[module].items():
        (entry, _other), number = two_entries(spec), spec["elements"] == "int"
        assert (name, taken(module, name, f" {entry} ")) == (name, [int(entry) if number else entry])


@pytest.mark.parametrize("module", LISTS)
def test_a_name_with_a_comma_stays_whole_in_a_list(module: str) -> None:
    """In lists of names, ids or e-mail addresses."""
    names = [name for name, spec in LISTS[module].items() if spec["elements"] == "str" and "choices" not in spec]
    for name in names:
        assert (name, taken(module, name, [" Checkout, EU ", "Search"])) == (name, ["Checkout, EU", "Search"])


@pytest.mark.parametrize("written", [{"a": 1}, [["a"]], 7, [{"a": 1}, {"a": 1}]], ids=str)
def test_what_is_no_list_of_texts_is_left_to_ansible(written: t.Any) -> None:
    assert given_to(definition("event"), {"links": written, "images": written}) == {"links": written, "images": written}
