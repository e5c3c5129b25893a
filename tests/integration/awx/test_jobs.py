# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them: each template does its task, hands its result on, and shows no secret."""

from __future__ import annotations

import ansible_runner
import pytest

from integration.awx.conftest import SECRETS
from integration.awx.launch import HOSTS, TEMPLATES, AnswerError, Awx, finished, run_workflow
from modules import MODULES, ON_INCIDENTS
from modules.rows import SETTING
from simulator import account
from simulator.launch import Simulator
from tools.content import ROLE
from tools.content.documentation import PROSE

AWKWARD = 'Disk full: 95% on /var #2, "really" \'yes\'\n{{ 1 + 1 }} {% raw %} \\n ["a"] é'


def answer(module: str, name: str, value: object) -> object:
    """Return an option as the answer to its question."""
    (question,) = [each for each in TEMPLATES[module]["survey_spec"]["spec"] if each["variable"] == f"pagerduty_{name}"]
    if question["type"] in ("integer", "float", "multiselect"):
        return value
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("module", MODULES)
def test_a_job_does_its_task_and_shows_no_secret(module: str, awx: Awx, simulator: Simulator) -> None:
    incident = simulator.reset(**SETTING)["incidents"][0]
    tests = MODULES[module]
    options = {**({"incident_id": incident} if module in ON_INCIDENTS else {}), **tests.simplest}
    asked = {question["variable"].removeprefix("pagerduty_") for question in TEMPLATES[module]["survey_spec"]["spec"]}
    # A resolution goes with one status only.
    # What a module that only reads compares by itself is not sent.
    written = asked & set(PROSE) - {"resolution"} if MODULES[module].writes else set()
    options |= dict.fromkeys(written, AWKWARD)
    job = awx.launch(module, {f"pagerduty_{name}": answer(module, name, value) for name, value in options.items()})
    assert job.code == 0, job.output
    sent = str(simulator.journal())
    assert sent.count(str([AWKWARD])[1:-1]) >= len(written)
    task = job.results[0]
    assert task["changed"] == job.artifacts["pagerduty_changed"] == tests.writes
    assert task["msg"] == job.artifacts["pagerduty_msg"]
    for secret in (account.ACCOUNT_KEY, account.ROUTING_KEY):
        assert secret not in job.output


def test_the_job_of_the_role_says_who_has_the_incident(awx: Awx, simulator: Simulator) -> None:
    held = {"service": account.CHECKOUT.id, "incident_key": "down", "status": "acknowledged"}
    (incident,) = simulator.reset(incidents=1, incident=held)["incidents"]
    answers = {"pagerduty_key": "down", "pagerduty_title": "Down", "pagerduty_steps": '[{"service": "Checkout"}]'}
    job = awx.launch(ROLE, answers)
    assert job.code == 0, job.output
    assert job.artifacts["pagerduty_incident_id"] == incident
    assert f" acknowledged incident {incident} (#1) at " in job.artifacts["pagerduty_msg"]
    assert account.ACCOUNT_KEY not in job.output


def test_the_log_of_a_job_says_once_what_was_done_and_who_was_paged(awx: Awx, simulator: Simulator) -> None:
    simulator.reset(incidents=1)
    job = awx.launch("incident_escalation", {"pagerduty_incident_id": "1", "pagerduty_level": "2"}, verbosity=0)
    shown = "".join(f"{event['stdout']}\n" for event in job.events)
    assert shown.count(job.artifacts["pagerduty_msg"]) == 1, shown
    assert "Paged Secondary On-call.\n" in shown.partition("PAGERDUTY RECAP")[2].replace("\r", "")


def test_a_job_sees_its_credentials_and_nobody_else_does(awx: Awx) -> None:
    _options, environment, shown = awx.prepare("event", {})
    assert environment == {
        "PAGERDUTY_API_TOKEN": account.ACCOUNT_KEY,
        "PAGERDUTY_FROM_EMAIL": account.FROM_EMAIL,
        "PAGERDUTY_REGION": "us",
        "PAGERDUTY_ROUTING_KEY": account.ROUTING_KEY,
    }
    assert shown == {**environment, "PAGERDUTY_API_TOKEN": "*" * 10, "PAGERDUTY_ROUTING_KEY": "*" * 10}


def test_the_task_is_done_once_for_all_hosts_and_fields_may_be_empty(awx: Awx, simulator: Simulator) -> None:
    awx.secrets = {"PagerDuty Events API": SECRETS["PagerDuty Events API"]}
    empty = {"pagerduty_dedup_key": "", "pagerduty_source": "", "pagerduty_custom_details": "", "pagerduty_links": ""}
    job = awx.launch("event", {"pagerduty_summary": "Disk full", **empty}, hosts=HOSTS)
    assert job.code == 0, job.output
    assert [incident["title"] for incident in simulator.state()["incidents"]] == ["Disk full"]


def test_a_workflow_hands_the_incident_of_an_event_to_the_note(awx: Awx, simulator: Simulator) -> None:
    jobs = run_workflow(awx, {"pagerduty_summary": AWKWARD, "pagerduty_content": AWKWARD})
    assert [job.code for job in jobs.values()] == [0, 0, 0], [job.output for job in jobs.values()]
    (incident,) = simulator.state()["incidents"]
    assert jobs["incident"].artifacts["pagerduty_incident_id"] == incident["id"]
    assert [note["content"] for note in incident["notes"]] == [AWKWARD]


def test_the_slices_of_a_job_open_one_incident(awx: Awx, simulator: Simulator) -> None:
    """Each slice does the task; for an event with a dedup key that is one alert all the same."""
    given = {"pagerduty_dedup_key": "disk", "pagerduty_summary": "Disk full"}
    prepared = [awx.prepare("event", given, hosts=HOSTS, job_slice=(number, 2)) for number in (1, 2)]
    started = [ansible_runner.run_async(**options) for options, _environment, _shown in prepared]
    for thread, _runner in started:
        thread.join()
    jobs = [finished(runner, {}, {}) for _thread, runner in started]
    assert [job.code for job in jobs] == [0, 0], [job.output for job in jobs]
    assert len(simulator.state()["incidents"]) == 1


@pytest.mark.parametrize(
    ("module", "answers", "words"),
    [
        ("incident_status", {"pagerduty_incident_id": "Q1"}, "'pagerduty_status' value missing"),
        ("incident_note", {"pagerduty_state": "gone"}, "pagerduty_state: 'gone' is not allowed"),
        ("incident_note", {"pagerduty_module": "incident"}, "not allowed on launch"),
    ],
)
def test_a_job_does_not_start_with_other_answers(module: str, answers: dict[str, str], words: str, awx: Awx) -> None:
    with pytest.raises(AnswerError, match=words):
        awx.launch(module, answers)
