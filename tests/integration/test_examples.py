# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the modules' documentation runs."""

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml

from integration.cases import SIMPLEST, step
from integration.playing import Player
from simulator.launch import Simulator


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
