# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Rundeck jobs: they keep Rundeck's rules, and each does its task, with awkward text too."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest

from integration.playbook_runner import PlaybookRunner
from integration.rundeck.launch import JobError, Rundeck, read_jobs
from integration.rundeck.rules import problems
from integration.test_playbooks import as_text
from modules import MODULES, ON_INCIDENTS
from modules.rows import SETTING
from simulator import account
from simulator.launch import Simulator
from tools.content import ROLE, ROOT
from tools.content.documentation import PROSE

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_rundeck.rst"
JOBS = read_jobs(ROOT / "content" / "rundeck" / "jobs.yaml")
BY_MODULE = {
    job["sequence"]["commands"][0]["configuration"]["ansible-playbook"].rpartition(".")[2]: job for job in JOBS
}
KEYS = {"keys/pd/api": account.ACCOUNT_KEY, "keys/pd/routing_key": account.ROUTING_KEY}
AWKWARD = 'Disk full: 95% on /var #2, "really" \'yes\' {{ 1 + 1 }} {% raw %} ${option.x} \\n ["a"] é'
FREE_TEXT = {*PROSE, "summary", "title"} - {"resolution"}
"""Options that hold what people write. A resolution goes with one status only."""

Job = dict[str, t.Any]


@pytest.fixture
def rundeck(play: PlaybookRunner) -> Rundeck:
    return Rundeck(play, KEYS)


def test_the_jobs_keep_the_rules_and_there_is_one_for_each_ready_playbook() -> None:
    assert problems(JOBS) == []
    assert set(BY_MODULE) == {*MODULES, ROLE}


def test_the_job_of_the_role_says_who_has_the_incident(rundeck: Rundeck, simulator: Simulator) -> None:
    held = {"service": account.CHECKOUT.id, "incident_key": "down", "status": "acknowledged"}
    (incident,) = simulator.reset(incidents=1, incident=held)["incidents"]
    given = {"key": "down", "title": AWKWARD, "steps": '[{"service": "Checkout"}]', "from_email": account.FROM_EMAIL}
    rundeck.keys = {"keys/pd/api": account.ACCOUNT_KEY}
    done = rundeck.run(BY_MODULE[ROLE], {f"pagerduty_{name}": value for name, value in given.items()})
    assert done.played.code == 0, done.played.output
    assert done.data["pagerduty_incident_id"] == incident
    assert f" acknowledged incident {incident} (#1) at " in done.data["pagerduty_msg"]
    assert simulator.state()["incidents"][0]["title"] == AWKWARD
    assert account.ACCOUNT_KEY not in done.played.output


@pytest.mark.parametrize("module", MODULES)
def test_a_job_does_its_task_and_shows_no_secret(module: str, rundeck: Rundeck, simulator: Simulator) -> None:
    incident = simulator.reset(**SETTING)["incidents"][0]
    tests, job = MODULES[module], BY_MODULE[module]
    options = {**({"incident_id": incident} if module in ON_INCIDENTS else {}), **tests.simplest}
    names = {option["name"].removeprefix("pagerduty_") for option in job["options"]}
    # What a module that only reads compares by itself is not sent.
    written = names & FREE_TEXT if tests.writes else set()
    options |= dict.fromkeys(written, AWKWARD)
    given = {f"pagerduty_{name}": as_text(value) for name, value in options.items()}
    done = rundeck.run(job, {**given, "pagerduty_from_email": account.FROM_EMAIL})
    assert done.played.code == 0, done.played.output
    task, _passed_on, said = done.played.tasks
    assert task.changed == tests.writes
    assert said.msg == task.msg == done.data["pagerduty_msg"]
    assert done.data["pagerduty_changed"] == str(tests.writes).lower()
    if "incidents" in task.result and module in ON_INCIDENTS:
        assert done.data["pagerduty_incident_id"] == incident
    sent = json.dumps([entry["body"] for entry in task.journal], ensure_ascii=False)
    assert sent.count(json.dumps(AWKWARD, ensure_ascii=False)) >= len(written)
    assert account.ACCOUNT_KEY not in done.played.output
    assert account.ROUTING_KEY not in done.played.output


def test_a_later_step_uses_the_incident_of_an_earlier_one(rundeck: Rundeck, simulator: Simulator) -> None:
    """Event, incident, note: each step takes what it needs from `${data.NAME}`."""
    sent = rundeck.run(BY_MODULE["event"], {"pagerduty_summary": AWKWARD}, "INFO").data
    wanted = {"pagerduty_dedup_key": sent["pagerduty_dedup_key"], "pagerduty_wait": "15"}
    found = rundeck.run(BY_MODULE["incident_info"], wanted, "INFO").data
    note = {
        "pagerduty_incident_id": found["pagerduty_incident_id"],
        "pagerduty_content": found["pagerduty_msg"],
        "pagerduty_from_email": account.FROM_EMAIL,
    }
    rundeck.run(BY_MODULE["incident_note"], note, "INFO")
    (incident,) = simulator.state()["incidents"]
    assert incident["title"] == AWKWARD
    assert [each["content"] for each in incident["notes"]] == [found["pagerduty_msg"]]


def test_a_key_path_becomes_an_extra_variable(play: PlaybookRunner, simulator: Simulator) -> None:
    """What comes from Rundeck's key storage comes as an extra variable of the ready playbooks."""
    for setting in ("project.pagerduty.api_key_path", "framework.pagerduty.api_key_path"):
        assert f"- {setting}\n     - ``pagerduty_api_token``" in GUIDE.read_text()
    (incident,) = simulator.reset(incidents=1)["incidents"]
    variables = {"pagerduty_api_token": account.ACCOUNT_KEY, "pagerduty_incident_id": incident}
    arguments = ["-i", "web-1,", "-e", json.dumps(variables)]
    played = play.playbook("oncall.pagerduty.incident_info", arguments, environment={"PAGERDUTY_API_TOKEN": None})
    assert played.code == 0, played.output
    assert [entry["method"] for entry in played.tasks[0].journal] == ["GET"]


def test_an_event_needs_no_api_token(play: PlaybookRunner) -> None:
    keys = {"keys/pd/routing_key": account.ROUTING_KEY}
    done = Rundeck(play, keys).run(BY_MODULE["event"], {"pagerduty_summary": "Disk full"})
    assert done.played.code == 0, done.played.output
    assert done.played.tasks[0].calls == ["POST /v2/enqueue"]


def test_the_other_jobs_do_not_start_without_an_api_token(rundeck: Rundeck) -> None:
    rundeck.keys = {}
    with pytest.raises(JobError, match="pagerduty_api_token"):
        rundeck.run(BY_MODULE["incident_note"], {"pagerduty_incident_id": "Q1", "pagerduty_content": "Text"})


def changed(*path: t.Any, **values: t.Any) -> list[Job]:
    """Return the job of a note, with other values at a place; a value of None takes the key away."""
    job = copy.deepcopy(BY_MODULE["incident_note"])
    place = job
    for key in path:
        by_name = isinstance(place, list) and isinstance(key, str)
        place = next(each for each in place if each["name"] == key) if by_name else place[key]
    place.update(values)
    for key, value in values.items():
        if value is None:
            del place[key]
    return [job]


CONTENT = ("options", "pagerduty_content")
STATE = ("options", "pagerduty_state")
TOKEN = ("options", "pagerduty_api_token")
STEP = ("sequence", "commands", 0)
SETTINGS = (*STEP, "configuration")


@pytest.mark.parametrize(
    ("jobs", "problem"),
    [
        ({"job": 1}, "a job file is a list of jobs"),
        ([*changed(), *changed()], "two jobs are called"),
        (changed(loglevel=None), "loglevel is missing"),
        (changed(loglevel="LOUD"), "loglevel is unknown"),
        (changed(description=""), "description is missing"),
        (changed(sequence={}), "it has no steps"),
        (changed(*CONTENT, default="x"), "unknown key default"),
        (changed(*CONTENT, name="pagerduty content"), "a name has letters"),
        (changed(*CONTENT, required="false"), "required is not a boolean"),
        (changed(*CONTENT, value=1), "a value is not a string"),
        (changed(*CONTENT, hidden=True), "a hidden option needs a value or a storage path"),
        (changed(*CONTENT, valueExposed=True), "valueExposed is for secure options"),
        (changed(*STATE, values=None), "enforced needs values"),
        (changed(*STATE, value="gone"), "the value is not among the values"),
        (changed(*STATE, multivalued=True), "multivalued needs a delimiter"),
        (changed(*TOKEN, valueExposed=None), "only the login to nodes sees a secure option"),
        (changed(*TOKEN, storagePath="pd/api"), "a storage path starts with keys/"),
        (changed(*TOKEN, value="secret"), "neither a value in the file"),
        (changed(*TOKEN, name="token"), "option pagerduty_api_token is not declared"),
        (changed(*SETTINGS, **{"ansible-playbook": "${option.playbook}"}), "option playbook is not declared"),
        (changed(*STEP, nodeStep=True), "the step does not run a playbook on the server"),
        (changed(*STEP, plugins={}), "the log filter for set_stats is missing"),
        (changed("options", "ANSIBLE_SHOW_CUSTOM_STATS", value="false"), "the log filter finds nothing"),
        (changed(*SETTINGS, **{"ansible-encrypt-extra-vars": True}), "ansible-encrypt-extra-vars is not a string"),
        (changed(*SETTINGS, **{"ansible-disable-limit": "yes"}), "neither 'true' nor 'false'"),
        (changed(*SETTINGS, **{"ansible-limits": "all"}), "unknown setting ansible-limits"),
        (changed(*SETTINGS, **{"ansible-extra-vars": "content: ${option.pagerduty_content}"}), "is free text"),
        (changed(*SETTINGS, **{"ansible-extra-vars": "users: [a, b]"}), "encrypted extra variables are strings"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_job_that_breaks_a_rule_is_found(jobs: t.Any, problem: str) -> None:
    assert any(problem in found for found in problems(jobs)), problems(jobs)
