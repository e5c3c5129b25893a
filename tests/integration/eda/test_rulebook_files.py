# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks, and those in the guide: their sources accept the options, and text from an event reaches no action."""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from integration.eda.source_runner import EDA, Source

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_eda.rst"
SOURCES = {f"oncall.pagerduty.{path.stem}": path.stem for path in (EDA / "plugins" / "event_source").glob("*.py")}
EXPRESSION = re.compile(r"{{(.*?)}}")
ID = re.compile(r"event\.payload\.event\.(data(\.incident)?|agent)\.id")
IDS = "(events | default({'m': event})).values() | map(attribute='meta.incident_id') | list"

Json = dict[str, t.Any]


def guide_blocks() -> list[t.Any]:
    """The YAML in the guide."""
    blocks = re.split(r"\.\. code-block:: yaml.*\n", GUIDE.read_text())[1:]
    indented = [re.match(r"(?:\s*\n|[ ]{4,}.*\n)+", block) for block in blocks]
    return [yaml.safe_load(textwrap.dedent(found[0])) for found in indented if found]


RULEBOOKS = {
    **{path.stem: yaml.safe_load(path.read_text()) for path in (EDA / "rulebooks").glob("*.yml")},
    **{
        f"guide {number}": block
        for number, block in enumerate(guide_blocks())
        if isinstance(block, list) and "sources" in block[0]
    },
}
ALONE = {
    f"guide {number}": block[0]
    for number, block in enumerate(guide_blocks())
    if isinstance(block, list) and block[0].keys() & SOURCES.keys()
}
"""Sources that the guide shows without their rulebook."""
RULES = [rule for block in guide_blocks() if isinstance(block, list) and "condition" in block[0] for rule in block]


def rules() -> t.Iterator[Json]:
    yield from RULES
    for rulebook in RULEBOOKS.values():
        yield from rulebook[0]["rules"]


@pytest.mark.parametrize("name", [*RULEBOOKS, *ALONE])
def test_its_source_accepts_its_options(name: str) -> None:
    ((source,),) = [[ALONE[name]]] if name in ALONE else [ruleset["sources"] for ruleset in RULEBOOKS[name]]
    (kind,) = source.keys() & SOURCES.keys()
    assert source["name"] == "pagerduty"
    assert source[kind].keys() <= Source(SOURCES[kind]).code.OPTIONS


def test_the_guide_shows_each_option_of_both_sources() -> None:
    text = GUIDE.read_text()
    for name in SOURCES.values():
        hidden = {option for option in Source(name).code.OPTIONS if option not in text}
        assert hidden <= {"password", "client_names"}


def test_an_action_gets_ids_and_no_text_of_an_event() -> None:
    actions = [json.dumps(rule["action"]) for rule in rules()]
    expressions = [found.strip() for action in actions for found in EXPRESSION.findall(action)]
    assert len(expressions) >= 4
    assert [found for found in expressions if found != IDS and not ID.fullmatch(found)] == []


def test_actions_name_modules_of_the_collection() -> None:
    names = [rule["action"]["run_module"]["name"] for rule in rules() if "run_module" in rule["action"]]
    assert len(names) >= 3
    assert all((ROOT / "plugins" / "modules" / f"{name.rpartition('.')[2]}.py").exists() for name in names)
