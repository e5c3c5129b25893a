# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide for those who come from Rundeck is true: what each field held arrives by the option that it names."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.launch import Simulator

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "guide_rundeck.rst"
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
    "Start Incident Workflow": {"Incident Workflow ID": account.DECLARE_MAJOR.id},
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
    "Send Change Event": {
        "Routing Key": account.SECOND_ROUTING_KEY,
        "Summary": "Deployed shop 1.2.3",
        "Source": "ci",
        "Custom Fields": {"build": "17"},
    },
    "Create User": {
        "Email": "new@example.com",
        "Name": "New Colleague",
        "Color": "red",
        "Role": "limited_user",
        "Title": "Operator",
        "Description": "On the web team",
    },
    "Update User": {
        "User ID": account.OWNER.email,
        "Name": "Owner of the Service",
        "Color": "red",
        "Role": "admin",
        "Title": "Editor",
        "Description": "On the web team",
    },
    "Delete User": {"User ID": account.COMMUNICATIONS.email},
    "Get User": {"User ID": account.OWNER.email},
    "Get Users (List)": {"Team Ids": account.WEB.id, "Filter": account.OWNER.name},
}
"""What a job's author has put into the fields of each step. Fields that exclude each other follow in `INSTEAD`."""

INSTEAD: dict[str, list[dict[str, t.Any]]] = {
    "Incident Update": [
        {"Assignees": [account.COMMANDER.id, account.OWNER.id]},
        {"Escalation Policy": account.DATABASE_POLICY.id},
    ],
}
ALWAYS: dict[str, dict[str, t.Any]] = {"Delete User": {"state": "absent"}}
"""Options that take the place of a step itself."""
BESIDE_INCIDENTS = (
    "Send Event",
    "Send Change Event",
    "Create User",
    "Update User",
    "Delete User",
    "Get User",
    "Get Users (List)",
)
State = dict[str, t.Any]


def is_resolved(state: State) -> bool:
    (incident,) = state["incidents"]
    return bool(incident["status"] == "resolved")


def has_responders(state: State) -> bool:
    asked = {each["user"]: each["message"] for each in state["incidents"][0]["responders"]}
    return asked == dict.fromkeys((account.OWNER.id, account.DATABASE_FIRST.id), "Please join.")


def has_user(state: State, **fields: str) -> bool:
    return any(fields.items() <= user.items() for user in state["users"])


ARRIVED: dict[str, t.Callable[[State], bool]] = {
    "Get Incident": lambda state: state["incidents"][0]["status"] == "triggered",
    "Incident Note": lambda state: state["incidents"][0]["notes"][0]["content"] == "The backup has run.",
    "Update Status": is_resolved,
    "Incident Update": is_resolved,
    "Escalate Incident": lambda state: state["incidents"][0]["escalation_level"] == 2,
    "Update Escalation Policy": lambda state: state["incidents"][0]["escalation_policy"] == account.DATABASE_POLICY.id,
    "Add Additional Responders": has_responders,
    "Run Response Play": lambda state: bool(state["incidents"][0]["responders"]),
    "Start Incident Workflow": lambda state: len(state["workflow_instances"]) == 1,
    "Send Event": lambda state: state["incidents"][-1]["service"] == account.DATABASE.id,
    "Send Change Event": lambda state: state["change_events"][-1]["service"] == account.DATABASE.id,
    "Create User": lambda state: has_user(state, email="new@example.com", job_title="Operator"),
    "Update User": lambda state: has_user(state, email=account.OWNER.email, job_title="Editor"),
    "Delete User": lambda state: not has_user(state, email=account.COMMUNICATIONS.email),
    "Get User": lambda state: has_user(state, email=account.OWNER.email),
    "Get Users (List)": lambda state: has_user(state, email=account.OWNER.email),
}
"""How PagerDuty is afterwards."""

STEPS = GUIDE.read_text().partition("\nThe notifications\n")[0]
MODULES = dict(re.findall(r"   \* - (.+)\n     - :ansplugin:`oncall\.pagerduty\.(\w+)#module`", STEPS))
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
    given = {**VALUES[EVERY_STEP], **({} if step in BESIDE_INCIDENTS else {"Incident ID": incident_id})}
    return {options[field]: value for field, value in given.items()}


def test_the_guide_has_a_row_for_each_field_and_a_test_for_each_row() -> None:
    tried = {(step, field) for step, given in VALUES.items() for field in given}
    tried |= {(step, field) for step, others in INSTEAD.items() for given in others for field in given}
    tried.add((EVERY_STEP, "Incident ID"))
    assert {(step, field) for step, field, _module, _option in ROWS} == tried
    assert set(MODULES) == set(VALUES) - {EVERY_STEP} == set(ARRIVED)


@pytest.mark.parametrize("step", ARRIVED)
def test_the_module_of_a_step_does_what_the_step_did(
    step: str, run_module: ModuleRunner, simulator: Simulator, incident: str
) -> None:
    options = {**in_every_step(step, incident), **options_of(step, VALUES[step]), **ALWAYS.get(step, {})}
    done = run_module(MODULES[step], **options)
    assert not done["failed"], done["msg"]
    journal = simulator.journal()["entries"]
    assert ARRIVED[step](simulator.state())
    # A user is looked up by the address, so what is read counts for users as well.
    sent = [entry for entry in journal if entry["method"] != "GET" or "User" in step]
    shown = str([(entry["path"], entry["query"], entry["body"]) for entry in sent])
    for field, value in VALUES[step].items():
        # The journal hides keys; that the event has reached the key's service is seen above.
        assert field in ("Integration Key", "Routing Key") or str(value) in shown
    if step not in BESIDE_INCIDENTS:
        assert incident in str(journal)
    if step not in ("Get Incident", "Send Event", "Send Change Event"):
        assert journal[-1]["from"] == account.COMMANDER.email


@pytest.mark.parametrize(
    ("step", "given"), [(step, given) for step, others in INSTEAD.items() for given in others], ids=str
)
def test_fields_that_exclude_each_other(
    step: str, given: dict[str, t.Any], run_module: ModuleRunner, simulator: Simulator, incident: str
) -> None:
    options = {**in_every_step(step, incident), **options_of(step, given)}
    done = run_module(MODULES[step], **options)
    assert not done["failed"], done["msg"]
    (now,) = simulator.state()["incidents"]
    arrived = {"Assignees": sorted(now["assignees"]), "Escalation Policy": now["escalation_policy"]}
    for field, value in given.items():
        assert arrived[field] == value
