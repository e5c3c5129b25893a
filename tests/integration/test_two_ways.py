# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module in Ansible's worker and a module in a process of its own are one: the same calls, the same results.

Every other test here runs both ways, too; this one holds them against each other, key by key.
"""

from __future__ import annotations

import json
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from integration.cases import CASES, SIMPLEST, WRITING, bare, step
from integration.playing import Done, Played, Player
from simulator import account
from simulator.launch import Simulator

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
WAYS = ("true", "false")
Tasks = list[dict[str, t.Any]]


@pytest.fixture
def play(simulator: Simulator, tmp_path: Path) -> Player:
    return Player(simulator, tmp_path, in_worker=True)


def both(play: Player, simulator: Simulator, tasks: t.Callable[[list[str]], Tasks], **options: t.Any) -> list[Played]:
    """The same play both ways, each on a new account with three incidents."""
    played = []
    for way in WAYS:
        ids = simulator.reset(incidents=3)["incidents"]
        played.append(play(*tasks(ids), environment={"PAGERDUTY_IN_PROCESS": way}, **options))
    return played


def assert_one(played: list[Played]) -> list[Done]:
    """Both ways made the same calls and returned the same results; returns those of the first."""
    worker, process = played
    assert worker.code == process.code
    assert [outcome(done) for done in worker.tasks] == [outcome(done) for done in process.tasks]
    return worker.tasks


def outcome(done: Done) -> t.Any:
    moments_left_out = MOMENT.sub("(moment)", json.dumps([done.outcome, done.task, done.result, done.calls]))
    return json.loads(moments_left_out)


@pytest.mark.parametrize("module", SIMPLEST)
def test_in_normal_check_and_diff_mode_and_with_bad_arguments(module: str, play: Player, simulator: Simulator) -> None:
    def tasks(ids: list[str]) -> Tasks:
        cases = [bare(case.module, case.options, ids[:1]) for case in CASES if case.module == module]
        return [
            *[{**task, "diff": True, "check_mode": check} for task in cases for check in (True, False)],
            *cases,
            step(module, [*ids, "Q9999999999999"]),
            step(module, ids[0], region="nowhere"),
            step(module, ids[0], unknown_option=1),
            step(module, "../users", timeout=0),
            step(module, ids[0], api_token="wrong", routing_key="wrong" if module == "event" else None),
        ]

    assert_one(both(play, simulator, tasks))


def test_in_loops_with_retries_and_with_no_log(play: Player, simulator: Simulator) -> None:
    def tasks(ids: list[str]) -> Tasks:
        note = step("incident_note", "{{ item }}", content="Looked at {{ item }}")
        return [
            {**note, "loop": ids, "register": "noted"},
            {"ansible.builtin.debug": {"var": "noted"}},
            {
                **step("incident_info", "Q9999999999999"),
                "until": "found is success",
                "register": "found",
                "retries": 2,
                "delay": 0,
            },
            {**step("incident_status", ids), "no_log": True},
            {**step("incident_status", "Q9999999999999"), "no_log": True},
            {**step("incident_info", ids), "register": "read"},
            {"ansible.builtin.debug": {"msg": "{{ read.incidents | map(attribute='status') }}"}},
            {**step("incident_status", ids, status="acknowledged"), "when": "read.incidents | length > 9"},
        ]

    assert_one(both(play, simulator, tasks))


def test_with_warnings(play: Player, simulator: Simulator) -> None:
    def tasks(ids: list[str]) -> Tasks:
        declined = {"users": [account.OWNER.id]}
        return [step("incident_responders", ids[0], **declined), step("event", None, api_token="no-such-token")]

    (_asked, sent) = assert_one(both(play, simulator, tasks))
    assert "sent without a look" in str(sent.result["warnings"])


def test_with_templated_and_vaulted_arguments(play: Player, simulator: Simulator, tmp_path: Path) -> None:
    password = tmp_path / "vault-password"
    password.write_text("a password for this test")
    secret = VaultSecret(password.read_bytes())
    vaulted = VaultLib().encrypt(account.ACCOUNT_KEY.encode(), secret).decode()
    variables = tmp_path / "variables.yml"
    variables.write_text(yaml.safe_dump({"kept": "replaced", "text": "A note of {{ 6 * 7 }} words"}))
    text = variables.read_text().replace(
        "kept: replaced", "kept: !vault |\n" + "".join(f"  {line}\n" for line in vaulted.splitlines())
    )
    variables.write_text(text)

    def tasks(ids: list[str]) -> Tasks:
        return [
            step("incident_note", ids[0], content="{{ text }}", api_token="{{ kept }}"),
            step("incident_info", ids[0], include=["notes"]),
            step("incident_note", ids[0], content="{{ omit }}", state="absent", note_id="{{ omit }}"),
        ]

    arguments = ["-e", f"@{variables}", "--vault-password-file", str(password)]
    (noted, read, failed) = assert_one(both(play, simulator, tasks, arguments=arguments))
    assert read.result["incident"]["notes"][0]["content"] == "A note of 42 words"
    assert (noted.outcome, failed.outcome) == ("ok", "failed")
    assert account.ACCOUNT_KEY not in str(noted.result)


def test_what_pagerduty_says_is_never_run_as_a_template(play: Player, simulator: Simulator) -> None:
    def tasks(ids: list[str]) -> Tasks:
        return [
            step("incident", ids[0], title="{% raw %}{{ 6 * 7 }}{% endraw %}"),
            {**step("incident_info", ids[0]), "register": "read"},
            {"ansible.builtin.debug": {"msg": "{{ read.incident.title }}"}},
        ]

    *_before, told = assert_one(both(play, simulator, tasks))
    assert told.msg == "{{ 6 * 7 }}"


def test_an_event_knows_the_run_it_comes_from(play: Player, simulator: Simulator) -> None:
    assert_one(both(play, simulator, lambda _ids: [step("event", None)], name="Nightly backup"))
    assert simulator.state()["incidents"][-1]["title"] == "Ansible play Nightly backup"


def test_on_many_hosts_at_once(play: Player, simulator: Simulator) -> None:
    def tasks(ids: list[str]) -> Tasks:
        return [step("incident_note", ids[0], content="{{ inventory_hostname }} was here")]

    hosts = [f"host{number}" for number in range(20)]
    for way in WAYS:
        (incident, *_rest) = simulator.reset(incidents=3)["incidents"]
        played = play(
            *tasks([incident]),
            arguments=["-i", ",".join(hosts), "--forks", "20"],
            environment={"PAGERDUTY_IN_PROCESS": way},
            hosts="all:!localhost",
        )
        assert played.code == 0, played.output
        contents = {note["content"] for note in simulator.state()["incidents"][0]["notes"]}
        assert contents == {f"{host} was here" for host in hosts}


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({}, None),
        ({"async": 30, "poll": 1}, "it is asynchronous"),
        ({"environment": {"PAGERDUTY_REGION": "us"}}, "the task has an environment"),
        ({"vars": {"pagerduty_in_process": False}}, "pagerduty_in_process is false"),
        ({"vars": {"ansible_python_interpreter": "/opt/other/bin/python3"}}, "another interpreter is set"),
        ({"vars": {"ansible_python_interpreter": f"{Path(sys.executable).parent}/../bin/python3"}}, None),
        ({"vars": {"ansible_python_interpreter": "auto_silent"}}, None),
        ({"connection": "ssh"}, "its connection is not local"),
        ({"delegate_to": "localhost"}, None),
        ({"become": True, "become_user": "nobody"}, "it becomes another user"),
    ],
    ids=str,
)
def test_whatever_could_differ_runs_in_a_process_of_its_own(
    keywords: dict[str, t.Any], told: str | None, play: Player, simulator: Simulator
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    played = play({**step("incident_info", incident), **keywords}, arguments=["-vvv"])
    why = re.findall(r"runs in a process of its own: (.*)\.", played.output)
    assert why == ([] if told is None else [told])


def test_a_task_in_the_worker_says_while_it_goes_on_what_it_does(play: Player, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=250)["incidents"]
    assert "GET /incidents: 200 read so far." in play(step("incident_info", ids), arguments=["-v"]).output


def test_connections_are_kept_from_one_loop_item_to_the_next(play: Player, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=5)["incidents"]
    played = play({**step("incident_info", "{{ item }}"), "loop": ids})
    assert len({entry["connection"] for entry in played.tasks[-1].journal}) == 1


@pytest.mark.parametrize("module", WRITING)
def test_check_mode_of_the_command_line_reaches_the_worker(module: str, play: Player, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    done = play(step(module, incident), arguments=["--check"]).only
    assert done.changed
    assert done.writes == []
