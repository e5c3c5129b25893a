# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide for those who come from Rundeck is true: what each field held arrives by the option that it names."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from integration.playing import NO_CREDENTIALS, Player
from simulator import account
from simulator.launch import Simulator

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_rundeck.rst"
ROW = re.compile(r"   \* - (?P<step>.+)\n     - (?P<field>.+)\n     - :ansopt:`oncall\.pagerduty\.(\w+)#module:(\w+)`")
EVERY_STEP = "Every step"
RESOLVED: dict[str, t.Any] = {"Status": "resolved", "Message": "resolved", "Resolution": "Logs rotated."}

VALUES: dict[str, dict[str, t.Any]] = {
    EVERY_STEP: {"API Token or API Key": account.ACCOUNT_KEY, "Email": account.COMMANDER.email},
    "Get Incident": {},
    "Incident Note": {"Note": "The backup has run."},
    "Update Status": {name: RESOLVED[name] for name in ("Message", "Resolution")},
    "Incident Update": {name: RESOLVED[name] for name in ("Status", "Resolution")},
    "Escalate Incident": {"Escalation Level": 2},
    "Update Escalation Policy": {"Escalation Policy": account.DATABASE_POLICY.id},
    "Add Additional Responders": {
        "User": account.OWNER.id,
        "Escalation Policy": account.DATABASE_POLICY.id,
        "Message": "Please join.",
        "Requester": account.DEPUTY.id,
    },
    "Run Response Play": {"Response Play ID": account.MAJOR_INCIDENT.id},
    "Send Event": {
        "Integration Key": account.SECOND_ROUTING_KEY,
        "Event Action": "trigger",
        "Dedupe Key": "database-disk",
        "Severity": "warning",
        "Event Summary": "Disk full",
        "Source": "db-1",
        "Component": "storage",
        "Group": "production",
        "Class": "disk",
        "Images": "https://graphs.example.com/disk.png",
    },
}
"""What a job's author has put into the fields of each step. Fields that exclude each other follow in `INSTEAD`."""

INSTEAD: dict[str, list[dict[str, t.Any]]] = {
    "Incident Update": [
        {"Assignees": [account.COMMANDER.id, account.OWNER.id]},
        {"Escalation Policy": account.DATABASE_POLICY.id},
    ],
}
State = dict[str, t.Any]


def is_resolved_with_a_note(state: State) -> bool:
    (incident,) = state["incidents"]
    return (incident["status"], incident["notes"][-1]["content"]) == ("resolved", "Logs rotated.")


def has_responders(state: State) -> bool:
    asked = {each["user"]: each["message"] for each in state["incidents"][0]["responders"]}
    return asked == dict.fromkeys((account.OWNER.id, account.DATABASE_FIRST.id), "Please join.")


ARRIVED: dict[str, t.Callable[[State], bool]] = {
    "Get Incident": lambda state: state["incidents"][0]["status"] == "triggered",
    "Incident Note": lambda state: state["incidents"][0]["notes"][0]["content"] == "The backup has run.",
    "Update Status": is_resolved_with_a_note,
    "Incident Update": is_resolved_with_a_note,
    "Escalate Incident": lambda state: state["incidents"][0]["escalation_level"] == 2,
    "Update Escalation Policy": lambda state: state["incidents"][0]["escalation_policy"] == account.DATABASE_POLICY.id,
    "Add Additional Responders": has_responders,
    "Run Response Play": lambda state: bool(state["incidents"][0]["responders"]),
    "Send Event": lambda state: state["incidents"][-1]["service"] == account.DATABASE.id,
}
"""How PagerDuty is afterwards."""

MODULES = dict(re.findall(r"   \* - (.+)\n     - :ansplugin:`oncall\.pagerduty\.(\w+)#module`", GUIDE.read_text()))
"""The module of each step, by the guide."""
ROWS = [match.groups() for match in ROW.finditer(GUIDE.read_text())]


def options_of(step: str, given: dict[str, t.Any]) -> dict[str, t.Any]:
    """A step's fields as options, by the guide."""
    options = {
        field: option for row_step, field, module, option in ROWS if row_step == step and module == MODULES[step]
    }
    return {options[field]: value for field, value in given.items()}


def in_every_step(step: str, incident_id: str) -> dict[str, t.Any]:
    options = {field: option for row_step, field, _module, option in ROWS if row_step == EVERY_STEP}
    given = {**VALUES[EVERY_STEP], **({} if step == "Send Event" else {"Incident ID": incident_id})}
    return {options[field]: value for field, value in given.items()}


def test_the_guide_has_a_row_for_each_field_and_a_test_for_each_row() -> None:
    tried = {(step, field) for step, given in VALUES.items() for field in given}
    tried |= {(step, field) for step, others in INSTEAD.items() for given in others for field in given}
    tried.add((EVERY_STEP, "Incident ID"))
    assert {(step, field) for step, field, _module, _option in ROWS} == tried
    assert set(MODULES) == set(VALUES) - {EVERY_STEP} == set(ARRIVED)


@pytest.mark.parametrize("step", ARRIVED)
def test_what_a_step_did_its_module_does(step: str, play: Player, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    options = {**in_every_step(step, incident), **options_of(step, VALUES[step])}
    done = play({f"oncall.pagerduty.{MODULES[step]}": options}, environment=NO_CREDENTIALS).only
    assert done.outcome == "ok", done.msg
    assert ARRIVED[step](simulator.state())
    sent = str([(entry["path"], entry["body"]) for entry in done.journal if entry["method"] != "GET"])
    for field, value in VALUES[step].items():
        # The journal hides keys; that the alert has come to the key's service is seen above.
        assert field == "Integration Key" or str(value) in sent
    if step != "Send Event":
        assert incident in str(done.journal)
    if step not in ("Get Incident", "Send Event"):
        assert done.journal[-1]["from"] == account.COMMANDER.email


@pytest.mark.parametrize(
    ("step", "given"), [(step, given) for step, others in INSTEAD.items() for given in others], ids=str
)
def test_and_so_do_the_fields_that_exclude_each_other(
    step: str, given: dict[str, t.Any], play: Player, simulator: Simulator
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    options = {**in_every_step(step, incident), **options_of(step, given)}
    done = play({f"oncall.pagerduty.{MODULES[step]}": options}).only
    assert done.outcome == "ok", done.msg
    (now,) = simulator.state()["incidents"]
    arrived = {"Assignees": sorted(now["assignees"]), "Escalation Policy": now["escalation_policy"]}
    for field, value in given.items():
        assert arrived[field] == value


@pytest.mark.parametrize("setting", ["project.pagerduty.api_key_path", "framework.pagerduty.api_key_path"])
def test_a_key_path_becomes_an_extra_variable(setting: str, play: Player, simulator: Simulator) -> None:
    """What comes from Rundeck's key storage comes as an extra variable of the ready playbooks."""
    assert f"- {setting}\n     - ``pagerduty_api_token``" in GUIDE.read_text()
    (incident,) = simulator.reset(incidents=1)["incidents"]
    arguments = [
        "-i",
        "web-1,",
        "-e",
        f"pagerduty_api_token={account.ACCOUNT_KEY}",
        "-e",
        f"pagerduty_incident_id={incident}",
    ]
    played = play.playbook("oncall.pagerduty.incident_info", arguments, environment={"PAGERDUTY_API_TOKEN": None})
    assert played.code == 0, played.output
    assert [entry["method"] for entry in played.tasks[0].journal] == ["GET"]
