# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ready playbooks, called the way Rundeck and AWX call them."""

from __future__ import annotations

import importlib
import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.module_utils._auth import AUTH

from integration.cases import ON_INCIDENTS, SIMPLEST
from integration.playing import Player
from simulator import account
from simulator.launch import Simulator

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
HOSTS = "web-1,web-2,db-1"


def variables(module: str, incident_id: str) -> dict[str, t.Any]:
    targets = {"incident_id": incident_id} if module in ON_INCIDENTS else {"routing_key": account.ROUTING_KEY}
    options = {**targets, **SIMPLEST[module], "api_token": account.ACCOUNT_KEY, "from_email": account.FROM_EMAIL}
    return {f"pagerduty_{name}": value for name, value in options.items()}


def test_each_module_has_its_playbook_and_each_option_its_variable() -> None:
    assert {playbook.stem for playbook in PLAYBOOKS.glob("*.yml")} == set(SIMPLEST)
    connection = yaml.safe_load((PLAYBOOKS / "vars" / "connection.yml").read_text())["pagerduty_connection"]
    assert connection == {name: f"{{{{ pagerduty_{name} | default(omit) }}}}" for name in AUTH}
    for module in SIMPLEST:
        action = importlib.import_module(f"ansible_collections.oncall.pagerduty.plugins.modules.{module}").ACTION
        (play,) = yaml.safe_load((PLAYBOOKS / f"{module}.yml").read_text())
        options = play["tasks"][0][f"oncall.pagerduty.{module}"]
        assert set(options) == set(action.options) - set(AUTH)
        assert all(value.startswith(f"{{{{ pagerduty_{name} ") for name, value in options.items())


@pytest.mark.parametrize("limit", [["-l", "web-2"], []], ids=["as Rundeck", "as AWX"])
@pytest.mark.parametrize("module", SIMPLEST)
def test_its_task_is_done_once_and_nothing_secret_is_printed(
    module: str, limit: list[str], play: Player, simulator: Simulator, tmp_path: Path
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    extra = tmp_path / "extra.json"
    extra.write_text(json.dumps(variables(module, incident)))
    nothing = dict.fromkeys(["PAGERDUTY_API_TOKEN", "PAGERDUTY_FROM_EMAIL", "PAGERDUTY_ROUTING_KEY"])
    played = play.playbook(
        f"oncall.pagerduty.{module}", ["-i", f"{HOSTS},", *limit, "-vvv", f"--extra-vars=@{extra}"], environment=nothing
    )
    assert played.code == 0, played.output
    task, said = played.tasks
    assert task.changed == (module != "incident_info")
    assert said.msg == task.msg
    assert account.ACCOUNT_KEY not in played.output
    assert account.ROUTING_KEY not in played.output
