# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every code block of the README, the guides and the roles' READMEs is run, or says here where it is.

Examples in the modules' documentation have test_examples.py, and the recipes have test_recipes.py.
"""

from __future__ import annotations

import configparser
import html
import json
import re
import shlex
import subprocess
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from integration.playbook_runner import PlaybookResult, PlaybookRunner
from modules import SETTING
from simulator import account
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "pictures" / "terminal.svg"
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
    "test_recipes.py": ("recipe_",),
    "test_rulebook_files.py": (
        "guide_eda.rst: - name: React",
        "guide_eda.rst: - name: A new",
        "guide_eda.rst: - name: New incidents",
        "guide_eda.rst: - name: pagerduty",
    ),
    "test_rulebooks.py": ("guide_eda.rst: export PAGERDUTY_API_TOKEN",),
    "test_kills.py": ("guide_eda.rst: drools_db_file_path", "guide_eda.rst: ansible-rulebook --rulebook my_rulebook"),
    "test_rundeck_jobs.py": ("guide_rundeck.rst: - name: Add, update, or remove notes",),
    "test_examples.py, twice": ("README.md: - name: Nobody has answered", "guide_start.rst: - name: The disk is full"),
    "test_installation.py": (
        "README.md: pip install",
        "README.md: collections:",
        "guide_install.rst: python3 -m venv",
        "guide_install.rst: ansible-galaxy",
        "guide_install.rst: collections:",
        "guide_upgrade.rst: ansible-galaxy",
        "guide_permissions.rst: vaulted_api_token:",
        "guide_permissions.rst: ansible-vault",
        "guide_permissions.rst: ansible-playbook",
    ),
    "test_lint.py": ("guide_start.rst: enable_list",),
    "test_roles.py": ("roles/page_and_wait/README.md: - name: Get somebody",),
    "test_snapshot.py": ("guide_practice.rst: export PAGERDUTY_API_TOKEN=...",),
    "test_practice.py": ("guide_practice.rst: make simulator", "guide_practice.rst: . .cache"),
    "test_controller.py": ("guide_awx.rst: export CONTROLLER_HOST",),
    "test_execution_environment.py": (
        "guide_awx.rst: ansible-galaxy collection build",
        "guide_install.rst: version: 3",
        "guide_install.rst: ansible-builder",
    ),
    "test_beliefs.py": ("guide_conformance.rst: make conformance",),
    "the Rundeck command line, which needs a Rundeck": ("guide_rundeck.rst: rd jobs load",),
    "pipx and containers, which are not here: the guide says so": (
        "guide_install.rst: pipx install",
        "guide_install.rst: FROM rundeck",
    ),
    "community.general, whose addresses cannot be changed": (
        "guide_community_general.rst: - name: Page, with community.general",
    ),
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
            "vaulted_routing_key": account.ROUTING_KEY,
        }

    def run(self, block: Block) -> None:
        """Run a block that is not YAML, by its kind."""
        text = block.text.replace(SHOWN_ID, self.incident).replace(SHOWN_NAME, NAME)
        {"ini": self.ini, "shell": self.shell, "text": self.text}[block.kind](text)

    def yaml(self, blocks: t.Sequence[Block]) -> None:
        """Run blocks of plays, tasks, or keywords of a play, one after the other and each on a fresh account."""
        plays: list[dict[str, t.Any]] = []
        for block in blocks:
            plays += [fresh_account(str(block), ACCOUNT), *self.plays(block)]
        self.playbook(plays)

    def plays(self, block: Block) -> list[dict[str, t.Any]]:
        """Return the plays of a block."""
        text = block.text
        for shown, here in self.instead.items():
            text = text.replace(shown, here)
        content = yaml.safe_load(text)
        if isinstance(content, dict):
            task = {"oncall.pagerduty.incident_info": {"incident_id": self.incident}}
            return [on_localhost([task], **content)]
        if not {"hosts", "ansible.builtin.import_playbook"} & content[0].keys():
            return [on_localhost(content)]
        return t.cast("list[dict[str, t.Any]]", content)

    @property
    def instead(self) -> dict[str, str]:
        """What takes the place of what the documentation shows."""
        return {
            SHOWN_ID: self.incident,
            "incident_id: 42": f"incident_id: {self.incident}",
            "/srv/reports": str(self.folder),
            "delay: 180": "delay: 0",
            "https://api.pagerduty.com": self.play.simulator.url,
        }

    def playbook(self, content: t.Any, *arguments: str) -> PlaybookResult:
        """Run plays."""
        (self.folder / "tasks").mkdir(exist_ok=True)
        (self.folder / "tasks" / "deploy.yml").write_text("[]")
        for play in content:
            if play.get("hosts") == "shop":
                play.update(hosts="localhost", gather_facts=False)
        file = self.folder / "block.yml"
        file.write_text(yaml.safe_dump(content))
        extra = ["-e", json.dumps(self.variables), "-i", "localhost,", "-c", "local", *arguments]
        done = self.play.playbook(str(file), extra, {"ANSIBLE_CALLBACKS_ENABLED": "recorder,oncall.pagerduty.log"})
        assert done.code == 0, done.output
        assert done.tasks
        return done

    def ini(self, text: str) -> None:
        """Run with these lines as the configuration; what they enable must load."""
        parser = configparser.ConfigParser()
        parser.read_string(text)
        (callback,) = [parser["defaults"]["callbacks_enabled"]]
        assert (ROOT / "plugins" / "callback" / f"{callback.rpartition('.')[2]}.py").exists()

    def escalate(self, *arguments: str) -> str:
        """Run the README's playbook; returns the output."""
        (shown,) = [block for block in BLOCKS if str(block).startswith("README.md: - name: Nobody has answered")]
        return self.playbook(self.plays(shown), *arguments).output

    def text(self, text: str) -> None:
        """Run the task whose output is shown, and compare what it prints."""
        heading, _newline, shown = text.partition("\n")
        if heading.startswith("PAGERDUTY RECAP"):
            assert shown.replace("https://example.pagerduty.com", self.play.simulator.url) in self.escalate()
            return
        assert heading.startswith("TASK [Hand the incident over to the database team]")
        (incident,) = self.play.simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
        task = {
            "oncall.pagerduty.incident_escalation_policy": {"incident_id": incident, "escalation_policy": "Database"}
        }
        output = self.playbook([on_localhost([task])], "--check", "--diff").output
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
                assert words[1] in ("hand_over.yml", "first_incident.yml", "recipe.yml")
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


def fresh_account(name: str, setting: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a play that resets the simulator."""
    return on_localhost([{"name": name, "ansible.builtin.debug": {}, "vars": {"simulator_reset": setting}}])


def on_localhost(tasks: list[dict[str, t.Any]], **keywords: t.Any) -> dict[str, t.Any]:
    """Return a play."""
    return {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **keywords}


def test_all_yaml_runs(simulator: Simulator, play: PlaybookRunner, tmp_path: Path) -> None:
    """In one run: most of the time of a run is its start."""
    Documentation(simulator, play, tmp_path).yaml([block for block in HERE if block.kind in YAML])


def test_the_picture_of_the_terminal_shows_what_a_run_prints(
    simulator: Simulator, play: PlaybookRunner, tmp_path: Path
) -> None:
    drawn = PICTURE.read_text()
    shown = Documentation(simulator, play, tmp_path)
    for arguments in (("--check",), (), ()):
        said = re.findall(r"^    (\S.+)$", shown.escalate(*arguments), re.MULTILINE)
        for line in said:
            line = line.replace(shown.incident, SHOWN_ID).replace("(#1)", "(#42)")
            assert words(line) in words(drawn), "run: make pictures"


def words(text: str) -> str:
    """Return the words of a text or an SVG, so that it does not matter where lines are broken and coloured."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>|\s", " ", text)).split())


@pytest.mark.parametrize("block", [block for block in HERE if block.kind not in YAML], ids=str)
def test_the_block_runs(block: Block, simulator: Simulator, play: PlaybookRunner, tmp_path: Path) -> None:
    Documentation(simulator, play, tmp_path).run(block)
