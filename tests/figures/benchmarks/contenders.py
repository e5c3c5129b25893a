# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to do the same work: plays for Ansible, scripts for the others.

`community.general`'s PagerDuty modules are left out: their addresses are fixed, and cannot be pointed at a simulator.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from simulator import account
from simulator.launch import Simulator

Task = dict[str, t.Any]
HERE = Path(__file__).resolve().parent
TIME_LIMIT = 600.0
NOTE = "The disk is full."
HEADERS = {
    "Accept": "application/vnd.pagerduty+json;version=2",
    "Authorization": f"Token token={account.ACCOUNT_KEY}",
    "Content-Type": "application/json",
    "From": account.FROM_EMAIL,
}


@dataclass(frozen=True)
class Work:
    """Read one incident, or acknowledge or annotate many.

    Args:
        kind: `read`, `acknowledge` or `annotate`.
        ids: the incidents.
        times: how many tasks of a play do it, one after the other.
        items: how many loop items one task has.
        hosts: on how many hosts.
    """

    kind: str
    ids: t.Sequence[str]
    times: int = 1
    items: int = 0
    hosts: int = 1


@dataclass(frozen=True)
class Contender:
    """A way to do the work.

    Args:
        task: Ansible's task for a piece of work and one incident (or all of them); None if it is not a playbook.
        in_bulk: whether one task takes all incidents.
        more: how many tasks or loop items are added to measure the cost of one. What takes milliseconds needs many, as
            the start of Ansible takes now 100 ms less, now 100 ms more.
    """

    name: str
    task: t.Callable[[Work, t.Any], Task] | None
    in_bulk: bool = False
    more: int = 20
    environment: t.Mapping[str, str] = field(default_factory=dict)
    command: t.Callable[[Work, str], list[str]] | None = None


def module(work: Work, ids: t.Any) -> Task:
    """Return the task with a module of the collection."""
    return {
        "read": {"oncall.pagerduty.incident_info": {"incident_id": ids}},
        "acknowledge": {"oncall.pagerduty.incident_status": {"incident_id": ids, "status": "acknowledged"}},
        "annotate": {"oncall.pagerduty.incident_note": {"incident_id": ids, "content": NOTE}},
    }[work.kind]


def uri(work: Work, incident_id: str) -> Task:
    """Return a task with ansible.builtin.uri, without the read that makes the module idempotent."""
    address = "{{ lookup('env', 'PAGERDUTY_API_URL') }}/incidents/" + incident_id
    common = {"headers": HEADERS, "status_code": [200, 201], "body_format": "json"}
    change = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    return {
        "read": {"ansible.builtin.uri": {**common, "url": address}},
        "acknowledge": {"ansible.builtin.uri": {**common, "url": address, "method": "PUT", "body": change}},
        "annotate": {
            "ansible.builtin.uri": {
                **common,
                "url": f"{address}/notes",
                "method": "POST",
                "body": {"note": {"content": NOTE}},
            }
        },
    }[work.kind]


def script(program: str) -> t.Callable[[Work, str], list[str]]:
    """Return a command with a script of this folder, which takes the kind of work, the address and the ids."""
    runner = [sys.executable] if program.endswith(".py") else ["bash"]
    return lambda work, url: [*runner, str(HERE / program), work.kind, url, *work.ids]


IN_WORKER = Contender("in the worker", module, in_bulk=True, more=200)
AS_MODULE = Contender("as a module", module, in_bulk=True, environment={"PAGERDUTY_IN_PROCESS": "false"})
URI = Contender("uri", uri)
PING = Contender("ping", lambda _work, _ids: {"ansible.builtin.ping": {}})
DEBUG = Contender("debug", lambda _work, _ids: {"ansible.builtin.debug": {"msg": "nothing"}}, more=200)
CURL = Contender("curl in a loop", None, command=script("with_curl.sh"))
CLIENT = Contender("PagerDuty's client", None, command=script("with_client.py"))


class TestBed:
    """Runs contenders against a simulator.

    Args:
        folder: for the plays.
        ansible_playbook: the command of another version of ansible-core.
    """

    def __init__(self, simulator: Simulator, folder: Path, ansible_playbook: Path | None = None) -> None:
        self._simulator = simulator
        self._folder = folder
        self._ansible_playbook = ansible_playbook or Path(sys.executable).with_name("ansible-playbook")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PAGERDUTY_")},
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "PAGERDUTY_API_TOKEN": account.ACCOUNT_KEY,
            "PAGERDUTY_API_URL": simulator.url,
            "PAGERDUTY_FROM_EMAIL": account.FROM_EMAIL,
        }

    def run(self, contender: Contender, work: Work) -> None:
        """Do a piece of work.

        Raises:
            RuntimeError: when it fails.
        """
        environment = {**self._environment, **contender.environment}
        command = contender.command(work, self._simulator.url) if contender.command else self._play(contender, work)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
        if done.returncode:
            raise RuntimeError(f"{contender.name} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _play(self, contender: Contender, work: Work) -> list[str]:
        hosts = [f"host{number}" for number in range(work.hosts)]
        play = {
            "hosts": "all",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": str(self._ansible_playbook.with_name("python"))},
            "tasks": list(tasks(contender, work)),
        }
        file = self._folder / "play.json"
        file.write_text(json.dumps([play]))
        return [str(self._ansible_playbook), "-i", ",".join([*hosts, ""]), "--forks", "20", str(file)]


def tasks(contender: Contender, work: Work) -> t.Iterator[Task]:
    """Yield the tasks of a contender's play."""
    make = t.cast("t.Callable[[Work, t.Any], Task]", contender.task)
    if work.items:
        yield {**make(work, work.ids[0]), "loop": list(range(work.items))}
    elif work.kind == "read":
        yield from [make(work, work.ids[0])] * work.times
    elif contender.in_bulk:
        yield make(work, list(work.ids))
    else:
        yield {**make(work, "{{ item }}"), "loop": list(work.ids)}
