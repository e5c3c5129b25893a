# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-lint checks the options of all modules in a user's playbook, and sends nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._controller import definition

from modules import MODULES, targeted
from simulator import account
from simulator.launch import Simulator

# They look at one run, so one process of pytest-xdist has them all.
pytestmark = pytest.mark.xdist_group("lint")

INCIDENT = "Q0000000000001"
NEEDS_NOTHING = ("change_event", "event", "maintenance_window_info", "oncall_info", "user_info")
"""Modules whose task is right without options; a routing key may come from the environment."""


def tasks() -> t.Iterator[tuple[str, str, dict[str, t.Any]]]:
    """Yield tasks of each module: what is said of each, the module, and the options."""
    for module, tests in MODULES.items():
        right = targeted(module, tests.simplest, [INCIDENT])
        yield "", module, right
        yield "Unsupported parameters", module, {**right, "no_such_option": 1}
        yield "argument 'timeout' is of type", module, {**right, "timeout": "soon"}
        yield "value of region must be one of", module, {**right, "region": "mars"}
        yield "" if module in NEEDS_NOTHING else "missing|required|one of the following", module, {}


TASKS = list(tasks())


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[str]], list[dict[str, t.Any]]]:
    """What ansible-lint says of each task, and the calls that PagerDuty got meanwhile."""
    folder = tmp_path_factory.mktemp("project")
    play = [
        {"name": f"Task {number}", f"oncall.pagerduty.{module}": options}
        for number, (_said, module, options) in enumerate(TASKS)
    ]
    document = [{"name": "Respond", "hosts": "localhost", "gather_facts": False, "tasks": play}]
    (folder / "playbook.yml").write_text(yaml.safe_dump(document, sort_keys=False, explicit_start=True))
    # As the guide says.
    (folder / ".ansible-lint").write_text("enable_list: [args]\nwarn_list: []\n")
    with Simulator() as simulator:
        simulator.empty_journal()
        found = lint(folder, simulator)
        calls = simulator.journal()["entries"]
    lines = (folder / "playbook.yml").read_text().splitlines()
    said: list[list[str]] = [[] for _task in TASKS]
    for finding in found:
        if finding["check_name"].startswith("args"):
            said[task_at(lines, finding["location"])].append(finding["description"])
    return said, calls


def lint(folder: Path, simulator: Simulator) -> list[dict[str, t.Any]]:
    """Run ansible-lint with credentials in its environment; returns its findings."""
    credentials = {
        "PAGERDUTY_API_TOKEN": account.ACCOUNT_KEY,
        "PAGERDUTY_ROUTING_KEY": account.ROUTING_KEY,
        "PAGERDUTY_FROM_EMAIL": account.FROM_EMAIL,
        "PAGERDUTY_API_URL": simulator.url,
        "PAGERDUTY_EVENTS_URL": simulator.url,
    }
    # Collections that are installed for the user come first otherwise.
    homes = {"HOME": str(folder / "home"), "ANSIBLE_HOME": str(folder / "home" / "ansible")}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-lint")), "--offline", "-f", "json", "playbook.yml"],
        cwd=folder,
        env={**os.environ, **homes, **credentials},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found: list[dict[str, t.Any]] = json.loads(done.stdout or "[]")
    assert found, done.stderr
    return found


def task_at(lines: t.Sequence[str], location: dict[str, t.Any]) -> int:
    """Return the number of the task that a finding is about."""
    place = location.get("lines") or location["positions"]
    begin = place["begin"]
    line = begin["line"] if isinstance(begin, dict) else begin
    names = [text for text in lines[:line] if "- name: Task " in text]
    return int(names[-1].rpartition(" ")[2])


@pytest.mark.parametrize("number", range(len(TASKS)), ids=lambda number: f"{TASKS[number][1]}-{number}")
def test_wrong_options_are_found_and_right_ones_are_not(
    number: int, said: tuple[list[list[str]], list[dict[str, t.Any]]]
) -> None:
    expected, _module, _options = TASKS[number]
    text = " ".join(said[0][number])
    assert any(words in text for words in expected.split("|")) if expected else not text


def test_nothing_is_sent(said: tuple[list[list[str]], list[dict[str, t.Any]]]) -> None:
    assert said[1] == []


def test_every_module_is_linted() -> None:
    assert {module for _said, module, _options in TASKS} == set(MODULES)
    assert all(definition(module).options for module in MODULES)
