# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which a run of ansible-playbook can end, and what the callback notify sends then."""

from __future__ import annotations

import json
import sys
import typing as t
from dataclasses import dataclass, field

from integration.playbook_runner import PlaybookResult, PlaybookRunner

Task = dict[str, t.Any]
Play = dict[str, t.Any]
Playbook = dict[str, Play]

SECRET = "hunter2-8a1f"
FAIL: Task = {"name": "Deploy", "ansible.builtin.fail": {"msg": f"the password is {SECRET}"}}
PASS: Task = {"name": "Deploy", "ansible.builtin.debug": {"msg": "well"}}
CHANGE: Task = {"name": "Deploy", "ansible.builtin.raw": "true"}
RESCUED: Task = {"name": "Try", "block": [FAIL], "rescue": [PASS]}
UNREACHABLE: Task = {
    "name": "Reach",
    "ansible.builtin.ping": {},
    "vars": {"ansible_connection": "ssh", "ansible_port": 1},
}
END_PLAY: Task = {"name": "End", "ansible.builtin.meta": "end_play"}
ON_ONE_HOST = {"when": "inventory_hostname == 'web-1'"}
SKIPPED = {"when": "false"}
TAGGED = {"tags": "deploy"}


def kill(signal: str) -> Task:
    """A task that sends ansible-playbook a signal.

    It waits before and after that: ansible-playbook itself may hang if Ctrl-C comes while it forks a worker, or while
    one hands over its result.
    """
    command = f"sleep 1; kill -{signal} $ANSIBLE_PLAYBOOK_PID; sleep 2"
    return {"name": "Kill", "run_once": True, "ansible.builtin.raw": command}


KILL_WORKER: Task = {"name": "Kill", "run_once": True, "ansible.builtin.raw": "kill -KILL $PPID"}


def tasks(*tasks: Task, **keywords: t.Any) -> Play:
    """A play."""
    return {"tasks": tasks, **keywords}


@dataclass(frozen=True)
class Notified:
    """A run with the callback, and the events that it sent."""

    run: PlaybookResult
    events: list[dict[str, t.Any]]

    @property
    def actions(self) -> dict[str, str]:
        """What was sent for each dedup key, without what all have in common."""
        return {event["dedup_key"].removeprefix("ansible-playbook "): event["event_action"] for event in self.events}


SCRIPT = """#!{python}
import os, signal, sys

# Shells let what they run in the background ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.SIG_DFL)
# A process that replaces another has its number.
os.environ["ANSIBLE_PLAYBOOK_PID"] = str(os.getpid())
os.execv({command!r}, [{command!r}, *sys.argv[1:]])
"""


class Notifier:
    """Runs playbooks with the callback enabled, on two hosts."""

    def __init__(self, runner: PlaybookRunner) -> None:
        self._runner = runner
        self._python = str(runner.ansible_playbook.with_name("python"))
        script = runner.folder / "ansible-playbook"
        script.write_text(SCRIPT.format(python=sys.executable, command=str(runner.ansible_playbook)))
        script.chmod(0o755)
        runner.ansible_playbook = script

    def __call__(self, plays: Playbook, *arguments: str, **environment: str | None) -> Notified:
        """Run plays, each with its name, as site.yml."""
        return self.playbooks({"site.yml": plays}, *arguments, **environment)

    def playbooks(self, playbooks: dict[str, Playbook], *arguments: str, **environment: str | None) -> Notified:
        """Run playbooks, by the names of their files, in one command; however busy this machine is, events are sent."""
        *first, last = [self._written(name, plays) for name, plays in playbooks.items()]
        self._runner.simulator.empty_journal()
        done = self._runner.playbook(
            last,
            ["-i", "web-1,web-2,", *arguments, *first],
            {
                "ANSIBLE_CALLBACKS_ENABLED": "oncall.pagerduty.notify",
                "PAGERDUTY_NOTIFY_TIME_LIMIT": "60",
                **environment,
            },
        )
        return Notified(done, [entry["body"] for entry in self._runner.simulator.journal()["entries"]])

    def _written(self, name: str, plays: Playbook) -> str:
        variables = {"ansible_python_interpreter": self._python}
        common = {"hosts": "all", "connection": "local", "gather_facts": False, "vars": variables}
        file = self._runner.folder / name
        file.write_text(json.dumps([{"name": play, **common, **keywords} for play, keywords in plays.items()]))
        return str(file)


@dataclass(frozen=True)
class Ending:
    """A run.

    Args:
        plays: those of site.yml, by name.
        actions: what is sent, by what the dedup key has of its own.
        code: the exit code; below 0 for a signal.
    """

    plays: Playbook
    actions: dict[str, str]
    code: int = 0
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


NOTHING: dict[str, str] = {}
PAGE = {"site.yml: Web": "trigger"}
RESOLVE = {"site.yml: Web": "resolve", "site.yml": "resolve"}
PAGE_FOR_RUN = {"site.yml": "trigger"}
GOOD: Playbook = {"Web": tasks(PASS)}
BAD: Playbook = {"Web": tasks(FAIL)}
GOOD_AND_TAGGED: Playbook = {"Web": tasks({**PASS, **TAGGED}, gather_facts=True)}
UNDEFINED_HOSTS: Playbook = {"Data": tasks(PASS, hosts="{{ undefined }}")}
NO_HOSTS: Playbook = {"Web": tasks(PASS, hosts="nobody")}
NO_HOSTS_IS_FAILURE = {"PAGERDUTY_NOTIFY_NO_HOSTS_IS_FAILURE": "yes"}
RESOLVE_AFTER_LIMIT = {"PAGERDUTY_NOTIFY_RESOLVE_AFTER_LIMIT": "yes"}

ENDINGS: dict[str, Ending] = {
    "ok": Ending(GOOD, RESOLVE),
    "changed": Ending({"Web": tasks(CHANGE)}, RESOLVE),
    "failed": Ending(BAD, PAGE, 2),
    "failed on one host": Ending({"Web": tasks({**FAIL, **ON_ONE_HOST}, PASS)}, PAGE, 2),
    "failed with strategy: free": Ending({"Web": tasks(FAIL, strategy="free")}, PAGE, 2),
    "failed in the second play": Ending(
        {"Web": tasks(PASS), "Data": tasks(FAIL)}, {"site.yml: Web": "resolve", "site.yml: Data": "trigger"}, 2
    ),
    "rescued": Ending({"Web": tasks(RESCUED)}, RESOLVE),
    "failed and ignored": Ending({"Web": tasks({**FAIL, "ignore_errors": True})}, RESOLVE),
    "unreachable": Ending({"Web": tasks(PASS, {**UNREACHABLE, **ON_ONE_HOST})}, PAGE, 4),
    "unreachable and ignored": Ending({"Web": tasks({**UNREACHABLE, "ignore_unreachable": True}, PASS)}, RESOLVE),
    "any_errors_fatal": Ending({"Web": tasks({**FAIL, **ON_ONE_HOST}, any_errors_fatal=True)}, PAGE, 2),
    "max_fail_percentage": Ending({"Web": tasks({**FAIL, **ON_ONE_HOST}, max_fail_percentage=10)}, PAGE, 2),
    "meta: end_play first": Ending({"Web": tasks(END_PLAY, PASS)}, NOTHING),
    "meta: end_play after a task": Ending({"Web": tasks(PASS, END_PLAY, FAIL)}, RESOLVE),
    "only skipped tasks": Ending({"Web": tasks({**PASS, **SKIPPED})}, NOTHING),
    "only facts": Ending({"Web": tasks(gather_facts=True)}, NOTHING),
    "ok with --check": Ending(GOOD, NOTHING, arguments=("--check",)),
    "failed with --check": Ending(BAD, NOTHING, 2, arguments=("--check",)),
    "--tags of no task": Ending(GOOD_AND_TAGGED, NOTHING, arguments=("--tags", "nope")),
    "--tags of a task": Ending(GOOD_AND_TAGGED, NOTHING, arguments=("--tags", "deploy")),
    "failed with --tags": Ending({"Web": tasks({**FAIL, **TAGGED})}, PAGE, 2, arguments=("--tags", "deploy")),
    "--tags all": Ending(GOOD, RESOLVE, arguments=("--tags", "all")),
    "tags from the environment": Ending(GOOD_AND_TAGGED, NOTHING, environment={"ANSIBLE_RUN_TAGS": "deploy"}),
    "--skip-tags": Ending(GOOD, NOTHING, arguments=("--skip-tags", "slow")),
    "skipped tags from the environment": Ending(GOOD, NOTHING, environment={"ANSIBLE_SKIP_TAGS": "slow"}),
    "--start-at-task": Ending({"Web": tasks(FAIL, {**PASS, "name": "Last"})}, NOTHING, 0, ("--start-at-task", "Last")),
    "--limit": Ending(GOOD, NOTHING, arguments=("--limit", "web-1")),
    "failed with --limit": Ending(BAD, PAGE, 2, arguments=("--limit", "web-1")),
    "--limit all": Ending(GOOD, RESOLVE, arguments=("--limit", "all")),
    "--limit and resolve_after_limit": Ending(GOOD, RESOLVE, 0, ("--limit", "web-1"), RESOLVE_AFTER_LIMIT),
    "no host matches": Ending(NO_HOSTS, NOTHING),
    "no host matches, and this is a failure": Ending(NO_HOSTS, PAGE, environment=NO_HOSTS_IS_FAILURE),
    "no host matches within --limit": Ending(
        {"Web": tasks(PASS, hosts="web-2")}, NOTHING, 0, ("--limit", "web-1"), NO_HOSTS_IS_FAILURE
    ),
    "undefined hosts of the first play": Ending(UNDEFINED_HOSTS, PAGE_FOR_RUN, 4),
    "undefined hosts of the second play": Ending({**GOOD, **UNDEFINED_HOSTS}, PAGE_FOR_RUN, 4),
    "undefined hosts with --check": Ending({**GOOD, **UNDEFINED_HOSTS}, NOTHING, 4, arguments=("--check",)),
    "a role of the second play is missing": Ending({**GOOD, "Data": {"roles": ["nope"]}}, NOTHING, 1),
    "a worker is killed": Ending({"Web": tasks(KILL_WORKER)}, PAGE_FOR_RUN, 1),
    "SIGTERM": Ending({"Web": tasks(kill("TERM"), PASS)}, PAGE_FOR_RUN, -15),
    "SIGINT": Ending({"Web": tasks(kill("INT"), PASS)}, NOTHING, 99),
    "SIGKILL": Ending({"Web": tasks(kill("KILL"), PASS)}, NOTHING, -9),
}
