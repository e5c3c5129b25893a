# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty leaves out all that it may leave out, or has null for it: roles, a ready playbook, lookup and callback.

The modules are in in_process/test_sparse.py.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookResult, PlaybookRunner
from simulator import account
from simulator.launch import Simulator

OPTIONAL_KEYS = pytest.mark.parametrize("optional_keys", ["omitted", "null"])


@pytest.fixture
def incident(simulator: Simulator) -> str:
    """An incident with everything that a report tells."""
    responders, people = {account.OWNER.id: "joined"}, [account.OWNER.id, account.WEB.id]
    state = {"alerts": 2, "notes": ["It is the disk."], "responders": responders, "subscribers": people}
    (incident_id,) = simulator.reset(incidents=1, incident=state)["incidents"]
    return str(incident_id)


def run_role(play: PlaybookRunner, role: str, **variables: object) -> PlaybookResult:
    """Run a role on a host, and check that it succeeds."""
    task = {"ansible.builtin.include_role": {"name": f"oncall.pagerduty.{role}"}, "ignore_errors": False}
    done = play(task, arguments=["-i", "web-1,"], hosts="web-1", vars=variables)
    assert done.code == 0, done.output
    return done


@OPTIONAL_KEYS
def test_a_report_tells_what_there_is(
    optional_keys: str, play: PlaybookRunner, simulator: Simulator, incident: str, tmp_path: Path
) -> None:
    simulator.optional_keys(optional_keys)
    file = tmp_path / "report.md"
    run_role(play, "report", report_incident_id=incident, report_file=str(file))
    text = file.read_text()
    assert text.startswith("# Incident")
    assert "> It is the disk." in text
    # Other than the words of an empty section.
    assert not re.search(r"\bNone\b(?!\.| were| that)", text)


@OPTIONAL_KEYS
def test_a_deployment_goes_on(optional_keys: str, play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> None:
    simulator.optional_keys(optional_keys)
    tasks = tmp_path / "deploy.json"
    tasks.write_text(json.dumps([{"ansible.builtin.copy": {"dest": str(tmp_path / "deployed"), "content": "done"}}]))
    done = run_role(
        play,
        "deployment",
        deployment_description="shop 1.2.3",
        deployment_services=[account.CHECKOUT.id],
        deployment_tasks=str(tasks),
    )
    assert (tmp_path / "deployed").read_text() == "done"
    assert [call for task in done.tasks for call in task.writes][:2] == [
        "POST /maintenance_windows", "POST /v2/change/enqueue",
    ]  # fmt: skip
    # Nobody can know which window is its own, so it stays until its end, which is told.
    assert "PagerDuty's response leaves out 'description' of" in done.output


@OPTIONAL_KEYS
def test_diagnostics_are_noted(optional_keys: str, play: PlaybookRunner, simulator: Simulator, incident: str) -> None:
    simulator.optional_keys(optional_keys)
    run_role(play, "diagnostics", diagnostics_incident_id=incident, diagnostics_commands=["echo free"])
    notes = [note["content"] for note in simulator.state()["incidents"][0]["notes"]]
    assert [note.splitlines()[0] for note in notes] == ["It is the disk.", "Diagnostics of web-1"]


@OPTIONAL_KEYS
def test_a_ready_playbook_passes_on_what_there_is(
    optional_keys: str, play: PlaybookRunner, simulator: Simulator, incident: str
) -> None:
    simulator.optional_keys(optional_keys)
    options = {"pagerduty_incident_id": incident, "pagerduty_status": "acknowledged"}
    done = play.playbook("oncall.pagerduty.incident_status", ["-i", "localhost,"], options)
    assert done.code == 0, done.output
    passed_on = next(task.result for task in done.tasks if "ansible_stats" in task.result)["ansible_stats"]["data"]
    assert (passed_on["pagerduty_incident_id"], passed_on["pagerduty_incident_number"]) == (incident, "")


@OPTIONAL_KEYS
def test_the_lookup_finds_who_is_on_call(optional_keys: str, play: PlaybookRunner, simulator: Simulator) -> None:
    simulator.optional_keys(optional_keys)
    asked = "{{ query('oncall.pagerduty.oncall', 'Web Operations', levels=[1, 2], want='%s') }}"
    tasks = [{"ansible.builtin.debug": {"msg": asked % want}} for want in ("id", "name", "email")]
    people = (account.PRIMARY, account.SECONDARY)
    assert [done.result["msg"] for done in play(*tasks).tasks] == [
        [getattr(user, want) for user in people] for want in ("id", "name", "email")
    ]


@OPTIONAL_KEYS
def test_the_callback_pages(optional_keys: str, play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> None:
    simulator.optional_keys(optional_keys)
    file = tmp_path / "site.yml"
    failing = {"name": "Web", "hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.fail": {}}]}
    file.write_text(json.dumps([failing]))
    enabled = {"ANSIBLE_CALLBACKS_ENABLED": "oncall.pagerduty.notify"}
    play.playbook(str(file), ["-i", "localhost,"], enabled)
    assert [incident["status"] for incident in simulator.state()["incidents"]] == ["triggered"]
