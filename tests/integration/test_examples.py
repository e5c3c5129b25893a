# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the modules' documentation runs, and so do the first playbooks of the guide and the README."""

from __future__ import annotations

import importlib
import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from integration.playbook_runner import PlaybookRunner
from modules import MODULES, SETTING, step
from simulator import account
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
PLAY = re.compile(
    r"^( *)- name: (?:The disk is full|Nobody has answered for ten minutes)\n(?:\1 .*\n|\n)+", re.MULTILINE
)


def examples(module: str) -> list[dict[str, t.Any]]:
    documented = importlib.import_module(f"ansible_collections.oncall.pagerduty.plugins.modules.{module}").EXAMPLES
    # Nobody acknowledges here.
    in_short = documented.replace("wait_for_acknowledgement: 10m", "wait_for_acknowledgement: 1s")
    loaded: list[dict[str, t.Any]] = yaml.safe_load(in_short)
    return loaded


def test_every_example_runs(play: PlaybookRunner, simulator: Simulator) -> None:
    setting = {**SETTING, "incidents": 3}
    ids = simulator.reset(**setting)["incidents"]
    alert = {**step("event", None, dedup_key="checkout-disk-full"), "vars": {"simulator_reset": setting}}
    tasks = [task for module in MODULES for task in (alert, *examples(module))]
    played = play(*tasks, vars={"incident_id": ids[0], "incident_ids": ids})
    failed = [(done.task, done.msg) for done in played.tasks if done.outcome == "failed"]
    assert failed == []
    assert len(played.tasks) == len(tasks), played.output


@pytest.mark.parametrize(
    ("page", "second"),
    [("docs/docsite/rst/guide_start.rst", [False, False]), ("README.md", [False])],
    ids=["the guide's", "the README's"],
)
def test_the_first_incident_is_played_twice(
    page: str, second: list[bool], play: PlaybookRunner, simulator: Simulator, tmp_path: Path
) -> None:
    """A second run changes nothing. The README's is about an incident that is there, here with another number."""
    shown = PLAY.search((ROOT / page).read_text())
    assert shown
    playbook = tmp_path / "first_incident.yml"
    playbook.write_text(textwrap.dedent(shown.group()).replace("incident_id: 42", "incident_id: 1"))
    simulator.reset(incidents=1)
    assert play.playbook(str(playbook)).code == 0
    again = play.playbook(str(playbook))
    assert [done.changed for done in again.tasks] == second, again.output


def test_the_practice_guide_has_the_credentials_of_the_simulator() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_practice.rst").read_text()
    practice = guide.partition("Practice on a copy of your own account")[0]
    exported = dict(re.findall(r"export PAGERDUTY_(\w+)=(\S+)", practice))
    assert exported["API_TOKEN"] == account.ACCOUNT_KEY
    assert exported["FROM_EMAIL"] == account.FROM_EMAIL
    assert exported["ROUTING_KEY"] == account.ROUTING_KEY
