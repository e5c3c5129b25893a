# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every code block of the README, the guides and the roles' READMEs is run, or says here where it is.

Examples in the modules' documentation have test_examples.py.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from integration.playbook_runner import PlaybookRunner
from modules import SETTING
from simulator import account
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "roles/*/README.md", "docs/docsite/rst/*.rst")
BLOCK = re.compile(
    r"^```(?P<fence>\w+)\n(?P<fenced>[\s\S]*?)^```$"
    r"|^\.\. code-block:: (?P<directive>\S+)\n\n(?P<indented>(?:    .*\n|\n)+)",
    re.MULTILINE,
)
YAML = ("yaml", "yaml+jinja")
ACCOUNT = {**SETTING, "incidents": 1}
SHOWN_ID = "Q1R2DLCB21K7NP"
"""The incident in the documentation."""
SHOWN_NAME = "#42 Disk full on checkout-1"
NAME = "#1 Simulated incident 1"
"""The same in the simulator."""


class Block(t.NamedTuple):
    """A code block."""

    page: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text.splitlines()[0]}"


def blocks() -> t.Iterator[Block]:
    """Yield all code blocks."""
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            page = str(path.relative_to(ROOT)).removeprefix("docs/docsite/rst/")
            for found in BLOCK.finditer(path.read_text()):
                text = found["fenced"] or textwrap.dedent(found["indented"])
                yield Block(page, found["fence"] or found["directive"], text)


BLOCKS = list(blocks())
ELSEWHERE = {
    "test_rulebook_files.py": ("guide_eda.rst: - name: React", "guide_eda.rst: - name: A new"),
    "test_rulebooks.py": ("guide_eda.rst: export PAGERDUTY_API_TOKEN",),
    "test_rundeck_jobs.py": ("guide_rundeck.rst: - name: Add, update, or remove notes",),
    "test_examples.py, twice": ("README.md: - name: The disk is full", "guide_start.rst: - name: The disk is full"),
    "test_lint.py": ("guide_start.rst: enable_list",),
    "test_roles.py": ("roles/page_and_wait/README.md: - name: Get somebody",),
    "test_snapshot.py": ("guide_practice.rst: export PAGERDUTY_API_TOKEN=...",),
    "test_practice.py": (
        "guide_practice.rst: make simulator",
        "guide_practice.rst: . .cache",
        "README.md: make simulator",
    ),
    "test_controller.py": ("guide_awx.rst: export CONTROLLER_HOST",),
    "test_execution_environment.py": ("guide_awx.rst: ansible-galaxy collection build",),
    "test_beliefs.py": ("guide_conformance.rst: make conformance",),
    "the session molecule, and by itself": ("README.md: make demo",),
    "this very run": ("README.md: make test",),
    "the session build-import-check": ("README.md: ansible-galaxy collection build",),
    "the Rundeck command line, which needs a Rundeck": ("guide_rundeck.rst: rd jobs load",),
}
"""Where blocks are run that are not run here, by how they begin."""
HERE = [
    block for block in BLOCKS if not str(block).startswith(tuple(each for all_ in ELSEWHERE.values() for each in all_))
]


def test_every_exception_is_a_block() -> None:
    for starts in ELSEWHERE.values():
        for start in starts:
            assert [block for block in BLOCKS if str(block).startswith(start)], start


class Documentation:
    """Runs code blocks against a simulator with one incident, whose id stands in the place of the documentation's."""

    def __init__(self, simulator: Simulator, play: PlaybookRunner, folder: Path) -> None:
        self.play = play
        self.folder = folder
        (incident,) = simulator.reset(**ACCOUNT)["incidents"]
        self.on(incident)

    def on(self, incident: str) -> None:
        """Take this incident in the place of the documentation's."""
        self.incident = incident
        self.variables = {
            "ansible_python_interpreter": str(self.play.ansible_playbook.with_name("python")),
            "incident_id": self.incident,
            "incident_ids": [self.incident],
            "pagerduty_api_token": account.ACCOUNT_KEY,
            "pagerduty_module": "incident_info",
            "pagerduty_incident_id": self.incident,
            "pagerduty_routing_key": account.ROUTING_KEY,
            "vaulted_api_token": account.ACCOUNT_KEY,
        }

    def run(self, block: Block) -> None:
        """Run a block that is not YAML, by its kind."""
        text = block.text.replace(SHOWN_ID, self.incident).replace(SHOWN_NAME, NAME)
        {"console": self.console, "ini": self.ini, "shell": self.shell, "text": self.text}[block.kind](text)

    def yaml(self, blocks: t.Sequence[Block]) -> None:
        """Run blocks of plays, tasks, or keywords of a play, one after the other and each on a fresh account."""
        (self.folder / "tasks").mkdir(exist_ok=True)
        (self.folder / "tasks" / "deploy.yml").write_text("[]")
        reset = {"ansible.builtin.debug": {"msg": "on a fresh account"}, "vars": {"simulator_reset": ACCOUNT}}
        plays: list[dict[str, t.Any]] = []
        for block in blocks:
            plays += [on_localhost([reset], name=str(block)), *self.plays(block)]
        self.playbook(plays)

    def plays(self, block: Block) -> list[dict[str, t.Any]]:
        """Return the plays of a block."""
        text = block.text.replace(SHOWN_ID, self.incident).replace("/srv/reports", str(self.folder))
        content = yaml.safe_load(text.replace("delay: 180", "delay: 0"))
        if isinstance(content, dict):
            task = {"oncall.pagerduty.incident_info": {"incident_id": self.incident}}
            return [on_localhost([task], **content)]
        if not {"hosts", "ansible.builtin.import_playbook"} & content[0].keys():
            return [on_localhost(content)]
        return t.cast("list[dict[str, t.Any]]", content)

    def playbook(self, content: t.Any, *arguments: str) -> str:
        """Run plays; returns the output."""
        for play in content:
            if play.get("hosts") == "shop":
                play.update(hosts="localhost", gather_facts=False)
        file = self.folder / "block.yml"
        file.write_text(yaml.safe_dump(content))
        extra = ["-e", json.dumps(self.variables), "-i", "localhost,", "-c", "local", *arguments]
        done = self.play.playbook(str(file), extra, {"ANSIBLE_CALLBACKS_ENABLED": "recorder,oncall.pagerduty.log"})
        assert done.code == 0, done.output
        assert done.tasks
        return done.output

    def ini(self, text: str) -> None:
        """Run with these lines as the configuration; what they enable must load."""
        parser = configparser.ConfigParser()
        parser.read_string(text)
        (callback,) = [parser["defaults"]["callbacks_enabled"]]
        assert (ROOT / "plugins" / "callback" / f"{callback.rpartition('.')[2]}.py").exists()

    def console(self, text: str) -> None:
        """Run the command of the README's first example, and compare what it prints."""
        command, _newline, shown = text.partition("\n")
        assert command == "$ ansible-playbook escalate.yml --check --diff"
        output = self.escalate("--check", "--diff")
        assert shown.strip() in output, output

    def escalate(self, *arguments: str) -> str:
        """Run the README's first example; returns the output."""
        (task,) = [block for block in BLOCKS if str(block) == "README.md: - name: Escalate to level 2"]
        return self.playbook([on_localhost(yaml.safe_load(task.text.replace(SHOWN_ID, self.incident)))], *arguments)

    def text(self, text: str) -> None:
        """Run the task whose output is shown, and compare what it prints."""
        heading, _newline, shown = text.partition("\n")
        if heading.startswith("Incident "):
            assert f'"msg": "{heading.replace("#42", "#1")}"' in self.escalate("-v")
            return
        if heading.startswith("PAGERDUTY RECAP"):
            assert shown.replace("https://example.pagerduty.com", self.play.simulator.url) in self.escalate()
            return
        assert heading.startswith("TASK [Hand the incident over to the database team]")
        (incident,) = self.play.simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
        task = {
            "oncall.pagerduty.incident_escalation_policy": {"incident_id": incident, "escalation_policy": "Database"}
        }
        output = self.playbook([on_localhost([task])], "--check", "--diff")
        assert shown.strip() in output.replace(incident, self.incident), output

    def shell(self, text: str) -> None:
        """Run commands; placeholders and tools of the user's own are replaced."""
        lines = text.replace("\\\n", " ").splitlines()
        for line in lines:
            words = shlex.split(line, comments=True)
            if not words:
                continue
            if words[0] == "export":
                assert all(word.startswith("PAGERDUTY_") for word in words[1:])
            elif words[0] == "curl":
                self.command(["curl", "--silent", "--fail", "--noproxy", "*", *words[1:]])
            elif "ansible-playbook" in words and words[-2:] == ["--check", "--diff"]:
                assert words[1] in ("hand_over.yml", "first_incident.yml")
            else:
                self.command(words)

    def command(self, words: list[str]) -> None:
        """Run a command, with leading assignments as a shell would."""
        address = "http://127.0.0.1:8080"
        words = [word.replace(address, self.play.simulator.url) for word in words]
        count = next(number for number, word in enumerate(words) if "=" not in word)
        assigned = dict(word.split("=", 1) for word in words[:count])
        program = self.play.ansible_playbook.with_name(words[count])
        environment = {name: value for name, value in self.play.environment.items() if "CALLBACK" not in name}
        done = subprocess.run(
            [str(program if program.exists() else words[count]), *words[count + 1 :]],
            env={**environment, **assigned},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def on_localhost(tasks: list[dict[str, t.Any]], **keywords: t.Any) -> dict[str, t.Any]:
    """Return a play."""
    return {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **keywords}


@pytest.mark.parametrize("page", sorted({block.page for block in HERE if block.kind in YAML}))
def test_the_yaml_of_a_page_runs(page: str, simulator: Simulator, play: PlaybookRunner, tmp_path: Path) -> None:
    Documentation(simulator, play, tmp_path).yaml(
        [block for block in HERE if block.page == page and block.kind in YAML]
    )


@pytest.mark.parametrize("block", [block for block in HERE if block.kind not in YAML], ids=str)
def test_the_block_runs(block: Block, simulator: Simulator, play: PlaybookRunner, tmp_path: Path) -> None:
    Documentation(simulator, play, tmp_path).run(block)
