# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs real `ansible-playbook` against the simulator; returns each task's result and the calls that it made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from simulator import launch
from simulator.launch import Simulator

HERE = Path(__file__).resolve().parent
NO_CREDENTIALS: dict[str, str | None] = dict.fromkeys(
    ("PAGERDUTY_API_TOKEN", "PAGERDUTY_FROM_EMAIL", "PAGERDUTY_ROUTING_KEY")
)
"""Removes the credentials from the environment."""
READS = ("GET", "HEAD")
TIME_LIMIT = 300.0
"""Seconds for one run of ansible-playbook; far above what any needs."""


@dataclass(frozen=True)
class TaskResult:
    """One task's result and calls."""

    outcome: str
    task: str
    result: dict[str, t.Any]
    journal: list[dict[str, t.Any]]

    @property
    def changed(self) -> bool:
        """Whether the task reports a change."""
        return bool(self.result.get("changed"))

    @property
    def msg(self) -> str:
        """The task's message."""
        return str(self.result.get("msg"))

    @property
    def diff(self) -> list[dict[str, t.Any]]:
        """The diff of each target."""
        return t.cast("list[dict[str, t.Any]]", self.result.get("diff", []))

    @property
    def calls(self) -> list[str]:
        """The calls that the task made, such as `GET /incidents`."""
        return [f"{entry['method']} {entry['path']}" for entry in self.journal]

    @property
    def pages(self) -> set[str]:
        """The ids of the users whom the task paged."""
        return {user for entry in self.journal for user in entry["pages"]}

    @property
    def reads(self) -> list[str]:
        """The calls that only read."""
        return [call for call in self.calls if call.startswith(READS)]

    @property
    def writes(self) -> list[str]:
        """The calls that write."""
        return [call for call in self.calls if not call.startswith(READS)]


@dataclass(frozen=True)
class PlaybookResult:
    """One run of ansible-playbook."""

    code: int
    output: str
    tasks: list[TaskResult] = field(default_factory=list)

    @property
    def only(self) -> TaskResult:
        """The only task of the run."""
        (task,) = self.tasks
        return task


class PlaybookRunner:
    """Writes a play, runs it, and reads what the recorder callback wrote.

    Args:
        simulator: the server that the modules call.
        folder: for the play and everything that the run writes.
        in_worker: whether modules run in Ansible's worker, or each as a separate process.
        ansible_playbook: the command; by default the one beside the interpreter that runs the tests.
    """

    def __init__(
        self, simulator: Simulator, folder: Path, *, in_worker: bool, ansible_playbook: Path | None = None
    ) -> None:
        self.simulator = simulator
        self.folder = folder
        self.ansible_playbook = ansible_playbook or Path(sys.executable).with_name("ansible-playbook")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PAGERDUTY_"))},
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_CONFIG": str(HERE.parent / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible-home"),
            # From 2.21 on, results have their arguments only if asked for; the tests compare them.
            "ANSIBLE_INJECT_INVOCATION": "true",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PIPELINING": "true",
            **launch.environment(simulator.url),
            "PAGERDUTY_IN_PROCESS": str(in_worker),
            "PAGERDUTY_MAX_WAIT": "0",
            "SIMULATOR_URL": simulator.url,
        }

    def __call__(
        self,
        *tasks: dict[str, t.Any],
        arguments: t.Sequence[str] = (),
        environment: t.Mapping[str, str | None] | None = None,
        **play: t.Any,
    ) -> PlaybookResult:
        """Run tasks as one play on localhost; every task runs, even after a failure.

        Args:
            arguments: more arguments of ansible-playbook.
            environment: changes to the environment; None removes a variable.
            play: more keywords of the play.
        """
        return self.playbook(str(self._written(tasks, play)), ["-i", "localhost,", *arguments], environment)

    def playbook(
        self, name: str, arguments: t.Sequence[str] = (), environment: t.Mapping[str, str | None] | None = None
    ) -> PlaybookResult:
        """Run a playbook by its path, or one of a collection by its name."""
        recorded = self.folder / "recorded.jsonl"
        recorded.unlink(missing_ok=True)
        variables = {**self.environment, "RECORDER_FILE": str(recorded), **(environment or {})}
        done = subprocess.run(
            [str(self.ansible_playbook), *arguments, name],
            env={key: value for key, value in variables.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        lines = recorded.read_text().splitlines() if recorded.exists() else []
        return PlaybookResult(
            done.returncode, done.stdout + done.stderr, [TaskResult(**json.loads(line)) for line in lines]
        )

    def _written(self, tasks: t.Sequence[dict[str, t.Any]], play: dict[str, t.Any]) -> Path:
        file = self.folder / "play.json"
        content = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "tasks": [{"ignore_errors": True, **task} for task in tasks],
            **play,
            "vars": {
                "ansible_python_interpreter": str(self.ansible_playbook.with_name("python")),
                **play.get("vars", {}),
            },
        }
        file.write_text(json.dumps([content]))
        return file
