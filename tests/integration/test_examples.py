# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the modules' documentation runs, and so does the first incident of the guide and the README."""

from __future__ import annotations

import importlib
import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from integration.cases import SIMPLEST, step
from integration.playing import Player
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
PLAY = re.compile(r"^( *)- name: The disk is full\n(?:\1 .*\n|\n)+", re.MULTILINE)


def examples(module: str) -> list[dict[str, t.Any]]:
    documented = importlib.import_module(f"ansible_collections.oncall.pagerduty.plugins.modules.{module}").EXAMPLES
    loaded: list[dict[str, t.Any]] = yaml.safe_load(documented)
    return loaded


@pytest.mark.parametrize("module", SIMPLEST)
def test_every_example_runs(module: str, play: Player, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    alert = step("event", None, dedup_key="checkout-disk-full")
    played = play(alert, *examples(module), vars={"incident_id": ids[0], "incident_ids": ids})
    failed = {done.task: done.msg for done in played.tasks if done.outcome == "failed"}
    assert failed == {}
    assert len(played.tasks) == 1 + len(examples(module)), played.output


@pytest.mark.parametrize(
    ("page", "second"),
    [("docs/docsite/rst/guide_start.rst", [False, False, False]), ("README.md", [True, False, True, True])],
    ids=["the guide's", "the README's"],
)
def test_the_first_incident_is_played_twice(
    page: str, second: list[bool], play: Player, simulator: Simulator, tmp_path: Path
) -> None:
    """The second time the guide's changes nothing; the README's has resolved its incident, so that a new one opens."""
    shown = PLAY.search((ROOT / page).read_text())
    assert shown
    playbook = tmp_path / "first_incident.yml"
    playbook.write_text(textwrap.dedent(shown.group()))
    simulator.reset()
    assert play.playbook(str(playbook)).code == 0
    again = play.playbook(str(playbook))
    assert [done.changed for done in again.tasks] == second, again.output
