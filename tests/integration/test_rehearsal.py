# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every playbook that the project shows or has runs in check mode to its end on an account without incidents."""

from __future__ import annotations

import textwrap
import typing as t
from pathlib import Path

import yaml

from integration.playbook_runner import PlaybookRunner
from integration.test_documentation import BLOCKS, HERE, YAML, Documentation
from integration.test_examples import PLAY
from modules import MODULES, ON_INCIDENTS
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
FIRST = "docs/docsite/rst/guide_start.rst"
KEY = "checkout-1-disk-full"
ID = f"would-be-opened:{KEY}"
SAID = (
    f"Alert {KEY}: would trigger; would page Primary On-call.",
    f"Incident that would be opened with key '{KEY}': would add a note.",
    "Incident that would be opened with key 'orders-stopped': would escalate to level 2; would page Secondary On-call.",
    "Would page Primary On-call and wait 10m, then page Secondary On-call and wait 10m, "
    "then page Database First and wait 15m, and fail if nobody has acknowledged by then.",
    "Would page Primary On-call and wait 10m, then page Secondary On-call and wait 10m, and fail if nobody ",
)
WAITS = "roles/page_and_wait/README.md: - name: Get somebody"
"""A playbook that is done too late to be run for real with the others."""
WAITING_PLAYBOOK = {
    "ansible.builtin.import_playbook": "oncall.pagerduty.page_and_wait",
    "vars": {"pagerduty_key": KEY, "pagerduty_title": "Disk full"},
}


def ready_playbooks() -> list[dict[str, t.Any]]:
    """Return the ready playbooks, each with its module's simplest task; those on incidents get one by its key."""
    imports = []
    for module, tests in MODULES.items():
        given = {"dedup_key": KEY, "wait": 30, **tests.simplest} if module in ON_INCIDENTS else tests.simplest
        if module == "incident_merge":
            given["source_incidents"] = "would-be-opened:other"
        variables = {f"pagerduty_{name}": value for name, value in given.items()}
        imports.append({"ansible.builtin.import_playbook": f"oncall.pagerduty.{module}", "vars": variables})
    return imports


def test_every_playbook_is_rehearsed_to_its_end(play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> None:
    shown = Documentation(simulator, play, tmp_path)
    simulator.reset(incidents=0)
    shown.on(ID)
    elsewhere = [block for block in BLOCKS if str(block).startswith((WAITS, "recipe_"))]
    plays = [each for block in (*HERE, *elsewhere) if block.kind in YAML for each in shown.plays(block)]
    plays = [*first_playbook(FIRST), *plays, *ready_playbooks(), WAITING_PLAYBOOK]
    output = shown.playbook(plays, "--check", "--diff", "-v").output
    for said in SAID:
        assert said in output
    assert simulator.state()["incidents"] == []
    assert [entry for entry in simulator.journal()["entries"] if entry["method"] != "GET"] == []


def first_playbook(page: str) -> list[dict[str, t.Any]]:
    """Return the playbook that a page begins with."""
    found = PLAY.search((ROOT / page).read_text())
    assert found
    return t.cast("list[dict[str, t.Any]]", yaml.safe_load(textwrap.dedent(found.group())))
