# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide for those who come from uri: each task makes the call in whose place it stands."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml

from integration.in_process.conftest import ModuleRunner
from simulator.launch import Simulator

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "guide_uri.rst"
TEN = re.compile(r"^``(GET|POST|PUT) (\S+)``\n\n\.\. code-block:: yaml\n\n((?:    .*\n)+)", re.MULTILINE)
CALLS = [(f"{found[1]} {found[2]}", found[3]) for found in TEN.finditer(GUIDE.read_text())]


def test_there_are_ten() -> None:
    assert len({call for call, _task in CALLS}) == 10


@pytest.mark.parametrize(("call", "task"), CALLS, ids=[call for call, _task in CALLS])
def test_the_task_makes_the_call(call: str, task: str, run_module: ModuleRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (loaded,) = yaml.safe_load(textwrap.dedent(task).replace("Q1R2DLCB21K7NP", incident))
    ((name, options),) = [(key, value) for key, value in loaded.items() if key != "name"]
    done = run_module(name.removeprefix("oncall.pagerduty."), **options)
    assert not done["failed"], done["msg"]
    assert call.replace("{id}", incident) in [*done.reads, *done.writes]
