# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ready playbooks, called the way Rundeck and AWX call them."""

from __future__ import annotations

import importlib
import json
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.oncall.pagerduty.plugins.module_utils._auth import AUTH

from integration.cases import ON_INCIDENTS, SIMPLEST
from integration.playing import NO_CREDENTIALS, Player
from simulator import account
from simulator.launch import Simulator

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
INVENTORY = """
[all]
web-1
web-2
db-1
localhost

[all:vars]
ansible_become=true
ansible_connection=ssh
ansible_python_interpreter=/of/those/hosts/only
"""
"""Its own localhost is among the hosts, and nothing that it says of them is good for a call made here."""
IMPORT = "- name: As a file of an AWX project\n  ansible.builtin.import_playbook: oncall.pagerduty.{module}\n"


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    file = tmp_path / "inventory.ini"
    file.write_text(INVENTORY)
    return str(file)


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


@pytest.mark.parametrize("runner", ["Rundeck", "AWX"])
@pytest.mark.parametrize("module", SIMPLEST)
def test_its_task_is_done_once_and_nothing_secret_is_printed(
    module: str, runner: str, play: Player, simulator: Simulator, inventory: str, tmp_path: Path
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    extra, project_file = tmp_path / "extra.json", tmp_path / "project_file.yml"
    extra.write_text(json.dumps(variables(module, incident)))
    project_file.write_text(IMPORT.format(module=module))
    name, limit = (f"oncall.pagerduty.{module}", ["-l", "web-2"]) if runner == "Rundeck" else (str(project_file), [])
    played = play.playbook(
        name, ["-i", inventory, *limit, "-vvv", f"--extra-vars=@{extra}"], environment=NO_CREDENTIALS
    )
    assert played.code == 0, played.output
    task, said = played.tasks
    assert task.changed == (module != "incident_info")
    assert said.msg == task.msg
    assert account.ACCOUNT_KEY not in played.output
    assert account.ROUTING_KEY not in played.output


def test_variables_that_rundeck_has_encrypted_are_taken(
    play: Player, simulator: Simulator, inventory: str, tmp_path: Path
) -> None:
    """Rundeck encrypts each extra variable by itself, and takes strings only; a list is written with commas."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    asked = [account.OWNER.id, account.DEPUTY.id]
    given = {**variables("incident_responders", incident), "pagerduty_users": ",".join(asked)}
    vault = VaultLib([("default", VaultSecret(b"a password of Rundeck's own"))])
    password, extra = tmp_path / "password", tmp_path / "extra.yml"
    password.write_text("a password of Rundeck's own")
    extra.write_text("".join(f"{name}: !vault |\n{indented(vault.encrypt(text))}" for name, text in given.items()))
    arguments = ["-i", inventory, "-l", "web-1", "-vvv", f"--vault-password-file={password}", f"--extra-vars=@{extra}"]
    played = play.playbook("oncall.pagerduty.incident_responders", arguments, environment=NO_CREDENTIALS)
    assert played.code == 0, played.output
    assert [each["user"] for each in simulator.state()["incidents"][0]["responders"]] == asked
    assert account.ACCOUNT_KEY not in played.output


def indented(encrypted: bytes) -> str:
    return textwrap.indent(encrypted.decode(), "  ")
