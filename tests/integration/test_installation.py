# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to install the collection that the documentation shows, and credentials in Ansible Vault.

The virtual environment of the guide is the one that the tests run in: creating another takes long.
"""

from __future__ import annotations

import re
import subprocess
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from integration.playbook_runner import PlaybookRunner
from integration.test_documentation import BLOCKS, ROOT, SHOWN_ID, Block
from simulator import account
from simulator.launch import Simulator

ADDRESS = "https://git.example.com/oncall/pagerduty.git"
INSTALLED = Path("ansible_collections/oncall/pagerduty")
COMMAND = re.compile(r"^(?:\S+/)?(ansible-(?:galaxy|vault) .*)$", re.MULTILINE)


def blocks(page: str, start: str) -> list[Block]:
    """Return the blocks of a page with a line that begins so."""
    return [block for block in BLOCKS if block.page == page and f"\n{start}" in f"\n{block.text}"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with the files as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    folder = tmp_path / "repository"
    for name in listed.stdout.decode().split("\0"):
        if (ROOT / name).is_file() and name.split("/")[0] not in ("simulator", "tests", "tools"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
    for command in (["init", "--quiet", "-b", "main"], ["add", "."], [*identity, "commit", "--quiet", "-m", "all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def commands() -> t.Iterator[tuple[str, str]]:
    """Yield each command that installs the collection, and the page that shows it."""
    for page in ("README.md", "guide_install.rst", "guide_upgrade.rst"):
        for block in BLOCKS:
            if block.page == page and block.kind == "shell":
                for found in COMMAND.finditer(block.text):
                    yield page, found[1]


COMMANDS = sorted({command: page for page, command in commands()}.items())


@pytest.mark.parametrize(("command", "page"), COMMANDS)
def test_the_command_installs_the_collection(command: str, page: str, repository: Path, play: PlaybookRunner) -> None:
    (requirements, *_others) = blocks(page, "collections:") or blocks("guide_install.rst", "collections:")
    here = f"file://{repository}"
    (repository / "requirements.yml").write_text(requirements.text.replace(ADDRESS, here))
    installed = run(play, command.replace(ADDRESS, here), repository)
    names = {path.name for path in (installed / INSTALLED / "plugins" / "modules").iterdir()}
    assert names == {path.name for path in (ROOT / "plugins" / "modules").glob("*.py")}


def run(play: PlaybookRunner, command: str, folder: Path) -> Path:
    """Run a command of ansible-galaxy or ansible-vault; returns where it installs collections."""
    program, *arguments = command.split()
    collections = folder.parent / "collections"
    # In the path of Python is the collection itself: it would count as installed.
    environment = {name: value for name, value in play.environment.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(play.ansible_playbook.with_name(program)), *arguments],
        cwd=folder,
        env={**environment, "ANSIBLE_COLLECTIONS_PATH": str(collections)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return collections


def test_every_page_has_a_requirements_file_that_names_the_same_collection() -> None:
    shown = [
        yaml.safe_load(block.text) for page in ("README.md", "guide_install.rst") for block in blocks(page, "coll")
    ]
    assert shown == [{"collections": [{"name": ADDRESS, "type": "git", "version": "main"}]}] * 2


def test_credentials_in_ansible_vault(play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    page = "guide_permissions.rst"
    (variables,), (playbook,), (encrypt,), (respond,) = (
        blocks(page, start)
        for start in ("vaulted_api_token", "- name: Respond", "ansible-vault encrypt", "ansible-playbook respond")
    )
    (tmp_path / "password").write_text("hunter2")
    kept = tmp_path / encrypt.text.split()[-1]
    kept.parent.mkdir(parents=True)
    credentials = yaml.safe_load(variables.text)
    assert credentials.keys() == {"vaulted_api_token", "vaulted_routing_key"}
    kept.write_text(yaml.safe_dump({**credentials, "vaulted_api_token": account.ACCOUNT_KEY}))
    command, *options = respond.text.split()
    file = tmp_path / options[0]
    file.write_text(textwrap.dedent(playbook.text).replace(SHOWN_ID, incident))
    password = f"--vault-password-file={tmp_path / 'password'}"
    run(play, f"{encrypt.text.strip()} {password}", tmp_path)
    assert account.ACCOUNT_KEY not in kept.read_text()
    assert (command, options[1:]) == ("ansible-playbook", ["--ask-vault-pass"])
    (tmp_path / "inventory").write_text("localhost ansible_connection=local\n")
    without: dict[str, str | None] = {"PAGERDUTY_API_TOKEN": None, "PAGERDUTY_FROM_EMAIL": None}
    done = play.playbook(str(file), [password, "-i", str(tmp_path / "inventory")], without)
    assert done.code == 0, done.output
    assert done.only.changed
