# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README and the guides: lists that are complete, tables that are true, and links that lead somewhere."""

from __future__ import annotations

import ast
import re
import typing as t
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from modules import MODULES

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "docsite" / "rst"
README = (ROOT / "README.md").read_text()
README_LINES = 150
LABEL = "ansible_collections.oncall.pagerduty.docsite."
ROW = re.compile(r"^   \* - :ansplugin:`(\w+) <oncall\.pagerduty\.\1#module>`\n((?:     .+\n)+)", re.MULTILINE)
SCOPE = re.compile(r"[\w:]+\.(?:read|write)")


def documentation(module: str, name: str = "DOCUMENTATION") -> t.Any:
    """Return a documentation string of a module, loaded."""
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text())
    (text,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return yaml.safe_load(text)


def table(page: str) -> dict[str, list[str]]:
    """Return the cells of each module's row in a guide, without the first."""
    rows = ROW.findall((GUIDES / f"{page}.rst").read_text())
    return {module: re.sub(r"\s+", " ", cells).strip().removeprefix("- ").split(" - ") for module, cells in rows}


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= README_LINES


@pytest.mark.parametrize("module", MODULES)
def test_the_readme_names_the_module_once_by_what_it_is_for(module: str) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith("| ") and f"`{module}`" in line.split("|")[2]]
    assert "`" not in row.split("|")[1]


def test_a_guide_says_when_each_module_does_nothing() -> None:
    rows = table("guide_modules")
    assert set(rows) == set(MODULES)
    assert all(len(cells) == 2 for cells in rows.values())
    assert {module for module, cells in rows.items() if cells[1] == "It only reads"} == {
        module for module in MODULES if module.endswith("_info")
    }


NEEDS = table("guide_permissions")


def test_a_guide_says_what_each_module_needs() -> None:
    assert set(NEEDS) == set(MODULES)


@pytest.mark.parametrize("module", NEEDS)
def test_the_scopes_are_those_of_the_modules_notes(module: str) -> None:
    noted = [note for note in documentation(module).get("notes", []) if "scope" in note]
    always, more, _from, _read_only = NEEDS[module]
    assert sorted(SCOPE.findall(always) + SCOPE.findall(more)) == sorted(set(SCOPE.findall(" ".join(noted))))
    assert not [scope for scope in SCOPE.findall(more) if scope.endswith("write")]


@pytest.mark.parametrize("module", NEEDS)
def test_from_and_read_only_are_what_the_tests_of_the_module_say(module: str) -> None:
    _always, _more, wants_from, read_only = NEEDS[module]
    sends_events = module in ("event", "change_event")
    reads = module.endswith("_info")
    assert wants_from == ("yes" if MODULES[module].needs_from and not sends_events and not reads else "no")
    assert read_only == ("none needed" if sends_events else "yes" if reads else "check mode")


def test_a_guide_has_the_keys_that_results_share() -> None:
    returned = Counter(key for module in MODULES for key in documentation(module, "RETURN"))
    shared = {key for key, count in returned.items() if count > len(MODULES) / 2}
    named = set(re.findall(r"``(\w+)``", (GUIDES / "guide_results.rst").read_text()))
    assert shared <= named
    keys = re.findall(r"^   \* - ((?:``\w+``(?:, )?)+)\n", (GUIDES / "guide_results.rst").read_text(), re.MULTILINE)
    entries = {key for module in MODULES for name in ("notifies", "failures") for key in entry(module, name)}
    listed = {key for names in keys for key in re.findall(r"\w+", names)}
    assert listed - {"changed", "msg", "diff"} == {
        *(shared - {"failures", "notifies"}),
        "failures",
        "notifies",
        *entries,
    }


def entry(module: str, name: str) -> dict[str, t.Any]:
    """Return a sample entry of a list that a module returns."""
    return next(iter(documentation(module, "RETURN").get(name, {}).get("sample", [])), {})


def test_every_guide_is_in_the_menus() -> None:
    guides = {path.stem for path in GUIDES.glob("*.rst")}
    sections = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text())["sections"]
    listed = [(guide["title"], guide["ref"]) for section in sections for guide in section["toctree"]]
    assert sorted(guide for _title, guide in listed) == sorted(guides)
    index = (ROOT / "docs" / "docsite" / "index.rst").read_text()
    assert re.findall(r"^   ([^:\n]+) <docsite/(\w+)>$", index, re.MULTILINE) == listed


def test_the_list_of_recipes_has_all_of_them() -> None:
    listed = re.findall(rf"<{re.escape(LABEL)}(recipe_\w+)>", (GUIDES / "recipes.rst").read_text())
    assert sorted(listed) == sorted(path.stem for path in GUIDES.glob("recipe_*.rst"))


PLACES = ("*.md", "roles/*/README.md", "simulator/README.md", "docs/docsite/*.rst", "docs/docsite/rst/*.rst")
PAGES = sorted(path.relative_to(ROOT) for pattern in PLACES for path in ROOT.glob(pattern))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    text = (ROOT / page).read_text()
    inside = re.findall(r"\]\((?!https?:)([^)#]+)", text) if page.suffix == ".md" else []
    inside += re.findall(r"^\.\. image:: (\S+)$", text, re.MULTILINE)
    for target in inside:
        assert (ROOT / page.parent / target).exists(), target
    labels = {label for path in GUIDES.glob("*.rst") for label in re.findall(r"^\.\. _(\S+):$", path.read_text(), re.M)}
    for label in re.findall(rf":ref:`(?:[^`<]*<)?({re.escape(LABEL)}[\w.]+)", text):
        assert label in labels


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_addresses_are_well_formed(page: Path) -> None:
    """They are not called: they cannot be reached from everywhere."""
    for address in re.findall(r"\bhttps?://[^\s`<>()\[\]'\",;]+", (ROOT / page).read_text()):
        parts = urlsplit(address.rstrip("."))
        assert re.fullmatch(r"[\w.-]+(:\d+)?|[A-Z:@]+", parts.netloc), address
        assert parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost") or parts.netloc.isupper(), (
            address
        )
