# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ready playbooks: each under any limit, with options from variables and from the environment."""

from __future__ import annotations

import itertools
import json
import re
import textwrap
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._controller import definition

from integration.playbook_runner import NO_CREDENTIALS, PlaybookResult, PlaybookRunner
from modules import MODULES, ON_INCIDENTS
from simulator import account
from simulator.launch import Simulator

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
"""It has a localhost of its own, and settings that do not fit a call from this machine."""
CREDENTIALS = {
    "pagerduty_api_token": account.ACCOUNT_KEY,
    "pagerduty_from_email": account.FROM_EMAIL,
    "pagerduty_routing_key": account.ROUTING_KEY,
}
PLACE = "an empty answer"
EMPTY = ("' '", "null", "!unsafe ''")
"""What an option is that nobody has answered, in YAML: blank, null, or of a survey."""
LIMITS: dict[str, list[str]] = {
    "no limit": [],
    "one host": ["-l", "web-2"],
    "some hosts": ["-l", "web-2,db-1"],
    "the inventory's localhost": ["-l", "localhost"],
}


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    file = tmp_path / "inventory.ini"
    file.write_text(INVENTORY)
    return str(file)


def as_text(value: t.Any) -> str:
    """Return an option as the text of an environment variable."""
    return value if isinstance(value, str) else json.dumps(value)


def environment(**options: t.Any) -> dict[str, str | None]:
    """Return the environment that gives these options and the credentials to a ready playbook, and only to it."""
    given = {f"pagerduty_{name}": as_text(value) for name, value in options.items()}
    return {**NO_CREDENTIALS, **CREDENTIALS, **given}


def stats(played: PlaybookResult) -> dict[str, t.Any]:
    """Return what a run has passed on to later steps."""
    (line,) = [line for line in played.output.splitlines() if line.startswith("\tRUN: ")]
    return t.cast("dict[str, t.Any]", json.loads(line.removeprefix("\tRUN: ")))


def calls(played: PlaybookResult) -> list[str]:
    return [call for task in played.tasks for call in task.calls]


@pytest.mark.parametrize("answered", [False, True], ids=["left out", "left empty"])
def test_every_playbook_does_its_task_once_and_prints_no_secret(
    answered: bool, play: PlaybookRunner, simulator: Simulator, inventory: str, tmp_path: Path
) -> None:
    """One run imports them all, as files of a project import them; all else is not answered, or with nothing."""
    ids = simulator.reset(incidents=len(MODULES), incident={"alerts": 1})["incidents"]
    imports = []
    for (module, tests), own in zip(MODULES.items(), ids, strict=True):
        # The alert that it names belongs to the first incident, which no other module takes.
        incident = ids[0] if module == "incident_alerts" else own
        given = {**({"incident_id": incident} if module in ON_INCIDENTS else {}), **tests.simplest}
        left_empty = dict.fromkeys(definition(module).options, PLACE) if answered else {}
        variables = {f"pagerduty_{name}": value for name, value in {**left_empty, **given}.items()}
        imports.append({"ansible.builtin.import_playbook": f"oncall.pagerduty.{module}", "vars": variables})
    project_file, extra = tmp_path / "project_file.yml", tmp_path / "extra.json"
    # JSON is YAML, which has tags as well.
    empty = itertools.cycle(EMPTY)
    project_file.write_text(re.sub(json.dumps(PLACE), lambda _place: next(empty), json.dumps(imports)))
    extra.write_text(json.dumps(CREDENTIALS))
    played = play.playbook(
        str(project_file), ["-i", inventory, "-vvv", f"--extra-vars=@{extra}"], environment=NO_CREDENTIALS
    )
    assert played.code == 0, played.output
    assert len(played.tasks) == 3 * len(MODULES)
    for position, (module, tests) in enumerate(MODULES.items()):
        task, _passed_on, said = played.tasks[3 * position : 3 * position + 3]
        assert task.changed == tests.writes, module
        assert said.msg == task.msg
    assert account.ACCOUNT_KEY not in played.output
    assert account.ROUTING_KEY not in played.output


@pytest.mark.parametrize("limit", LIMITS)
def test_a_note_is_added_once_under_any_limit(
    limit: str, play: PlaybookRunner, simulator: Simulator, inventory: str
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    given = environment(incident_id=incident, content="The backup has run.")
    played = play.playbook("oncall.pagerduty.incident_note", ["-i", inventory, *LIMITS[limit]], environment=given)
    assert played.code == 0, played.output
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["The backup has run."]


def test_without_any_host_the_task_is_done_all_the_same(play: PlaybookRunner, simulator: Simulator) -> None:
    played = play.playbook("oncall.pagerduty.event", environment=environment(summary="Disk full"))
    assert played.code == 0, played.output
    assert [incident["title"] for incident in simulator.state()["incidents"]] == ["Disk full"]


def test_a_limit_that_matches_no_host_is_an_error(play: PlaybookRunner, inventory: str) -> None:
    played = play.playbook("oncall.pagerduty.event", ["-i", inventory, "-l", "web-9"], environment=environment())
    assert played.code != 0
    assert calls(played) == []


def test_lists_and_dictionaries_come_from_the_environment(play: PlaybookRunner) -> None:
    links = [{"href": "https://wiki.example.com/a,b", "text": 'The "runbook": {{ 1 + 1 }}'}, "https://example.com"]
    given = environment(
        summary='["Disk", "full"]',
        custom_details={"free": "0 %", "note": "{{ 1 + 1 }}", "hosts": ["a", "b"], "known": True},
        links=links,
        images="https://graphs.example.com/1.png, https://graphs.example.com/2.png,",
    )
    played = play.playbook("oncall.pagerduty.event", environment=given)
    assert played.code == 0, played.output
    sent = played.tasks[0].journal[-1]["body"]
    assert sent["payload"]["summary"] == '["Disk", "full"]'
    assert sent["payload"]["custom_details"]["known"] is True
    assert sent["payload"]["custom_details"]["note"] == "{{ 1 + 1 }}"
    assert sent["links"][0] == links[0]
    assert sent["links"][1]["href"] == "https://example.com"
    assert [image["src"][-5:] for image in sent["images"]] == ["1.png", "2.png"]


def test_a_variable_wins_over_the_environment_and_false_is_a_value(play: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    variables = {
        "pagerduty_incident_id": incident,
        "pagerduty_content": "by a variable",
        "pagerduty_allow_duplicate": False,
        "pagerduty_note_id": "",
        "pagerduty_state": None,
    }
    arguments = ["-i", "web-1,", "-e", json.dumps(variables)]
    played = play.playbook(
        "oncall.pagerduty.incident_note",
        [*arguments, "-vvv"],
        environment=environment(content="by the environment", allow_duplicate=True, state="present"),
    )
    assert played.code == 0, played.output
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["by a variable"]
    assert played.tasks[0].result["invocation"]["module_args"]["allow_duplicate"] is False


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        (
            "incident_note",
            {"content": "Nothing to add it to"},
            "is required: incident_id, dedup_key",
        ),
        (
            "incident_note",
            {"incident_id": "", "content": "Nothing"},
            "is required: incident_id, dedup_key",
        ),
        ("incident_escalation", {"incident_id": "Q1", "level": "top"}, "level"),
        ("incident_responders", {"incident_id": '["Q1"', "users": "PUSER01"}, ""),
    ],
)
def test_bad_options_fail_before_any_call_and_the_last_line_says_why(
    module: str, options: dict[str, str], words: str, play: PlaybookRunner
) -> None:
    given = {**environment(**options), "ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    played = play.playbook(f"oncall.pagerduty.{module}", ["-i", "web-1,web-2,", "-vvv"], environment=given)
    failed, _passed_on, said = played.tasks
    assert played.code == 2
    assert calls(played) == []
    assert words in said.msg
    assert said.msg == failed.msg
    assert stats(played)["pagerduty_changed"] is False
    assert account.ACCOUNT_KEY not in played.output
    assert account.ROUTING_KEY not in played.output


def test_results_are_passed_on_to_later_steps(play: PlaybookRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=2)["incidents"]
    shown = {"ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    given = {**environment(incident_id=ids, status="acknowledged"), **shown}
    changed = stats(play.playbook("oncall.pagerduty.incident_status", environment=given))
    urls = changed.pop("pagerduty_incident_url").split(",")
    assert [url.rpartition("/incidents/")[2] for url in urls] == ids
    assert changed == {
        "pagerduty_incident_id": ",".join(ids),
        "pagerduty_incident_number": "1,2",
        "pagerduty_incident_status": "acknowledged,acknowledged",
        "pagerduty_changed": True,
        "pagerduty_msg": "2 incidents: 2 changed (acknowledged, assigned to Automation).",
    }
    again = stats(play.playbook("oncall.pagerduty.incident_status", environment=given))
    assert again["pagerduty_changed"] is False


def test_an_event_passes_its_dedup_key_on_and_its_incident_can_be_waited_for(
    play: PlaybookRunner, simulator: Simulator
) -> None:
    shown = {"ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    sent = stats(play.playbook("oncall.pagerduty.event", environment={**environment(summary="Disk full"), **shown}))
    wanted = {**environment(dedup_key=sent["pagerduty_dedup_key"], wait="15"), **shown}
    found = stats(play.playbook("oncall.pagerduty.incident_info", environment=wanted))
    (incident,) = simulator.state()["incidents"]
    assert found["pagerduty_incident_id"] == incident["id"]
    missing = play.playbook("oncall.pagerduty.incident_info", environment=environment(dedup_key="none", wait="1"))
    assert missing.code == 2
    assert missing.tasks[-1].msg.startswith("No open incident has the key 'none' within 1 s.")
    unasked = play.playbook("oncall.pagerduty.incident_info", environment=environment(dedup_key="none"))
    assert unasked.code == 0, unasked.output


def test_variables_that_rundeck_has_encrypted_are_taken(
    play: PlaybookRunner, simulator: Simulator, inventory: str, tmp_path: Path
) -> None:
    """Rundeck encrypts each extra variable by itself, and takes strings only; a list is written with commas."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    asked = [account.OWNER.id, account.DEPUTY.id]
    given = {**CREDENTIALS, "pagerduty_incident_id": incident, "pagerduty_users": ", ".join(asked)}
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
