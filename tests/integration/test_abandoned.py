# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody kills ansible-playbook while its tasks wait for the rate limit: they change nothing more."""

from __future__ import annotations

import json
import subprocess
import typing as t

from integration.playbook_runner import PlaybookRunner
from integration.run_processes import processes_of
from simulator.launch import Simulator

TOO_MANY_REQUESTS = 429
HOSTS: dict[str, dict[str, t.Any]] = {
    "worker": {},
    "process": {"pagerduty_in_process": False},
    "background": {"seconds": 60},
}
"""How the task of each host runs; the one in the background was told to outlive the run."""
TASK: dict[str, t.Any] = {
    "oncall.pagerduty.incident_note": {"incident_id": "{{ incident }}", "content": "Looking", "max_wait": 3600},
    "async": "{{ seconds | default(0) }}",
    "poll": 0,
}
RESETS = (600, 600, 5)
"""Seconds for which PagerDuty asks each host to wait. The last one goes on long after the run was killed."""


def test_tasks_that_wait_while_ansible_playbook_is_killed_change_nothing_and_async_ones_go_on(
    play: PlaybookRunner, simulator: Simulator
) -> None:
    incidents = simulator.reset(incidents=len(HOSTS))["incidents"]
    simulator.faults([limited(incident, seconds) for incident, seconds in zip(incidents, RESETS, strict=True)])
    running = subprocess.Popen(command(play, incidents), env=play.environment, stdout=subprocess.DEVNULL)
    try:
        while len(writes(simulator)) < len(HOSTS):
            assert running.poll() is None
    finally:
        running.kill()
        running.wait()
    while list(processes_of(play.folder)):
        pass
    accepted = [entry["path"] for entry in writes(simulator) if entry["status"] != TOO_MANY_REQUESTS]
    assert accepted == [f"/incidents/{incidents[-1]}/notes"]


def limited(incident: str, seconds: int) -> dict[str, t.Any]:
    """Return the fault of a rate limit for the first note of an incident."""
    headers = {"ratelimit-reset": str(seconds)}
    path = f"/incidents/{incident}/notes"
    return {"method": "POST", "path": path, "fault": "status_before", "status": TOO_MANY_REQUESTS, "headers": headers}


def command(play: PlaybookRunner, incidents: t.Sequence[str]) -> list[str]:
    """Write a play with a host for each incident; returns the command that runs it."""
    hosts = {name: {**HOSTS[name], "incident": incident} for name, incident in zip(HOSTS, incidents, strict=True)}
    python = {"ansible_python_interpreter": str(play.ansible_playbook.with_name("python"))}
    common = {"hosts": "all", "connection": "local", "gather_facts": False, "vars": python}
    inventory, playbook = play.folder / "hosts.json", play.folder / "play.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    playbook.write_text(json.dumps([{**common, "tasks": [TASK]}]))
    # It would empty the journal.
    del play.environment["ANSIBLE_CALLBACKS_ENABLED"]
    return [str(play.ansible_playbook), "-i", str(inventory), str(playbook)]


def writes(simulator: Simulator) -> list[dict[str, t.Any]]:
    """Return the writes that have reached PagerDuty."""
    return [entry for entry in simulator.journal()["entries"] if entry["method"] == "POST"]
