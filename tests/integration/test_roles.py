# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles, in real runs of ansible-playbook."""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import subprocess
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookResult, PlaybookRunner
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[2]
BOTH = "web-1,web-2"
HOSTS = ["-i", f"{BOTH},"]
WINDOW = "/maintenance_windows"
SECRET = "hunter2-8a1f"
LONG = 20_000
"""Characters; two of them do not fit into a note."""


DOWN = "checkout-down"
"""The key in the README of page_and_wait."""
DEPLOY = "Deploy to the host"
SHOW = "Show what was done in PagerDuty"
KEYWORDS = ("serial", "strategy")


class Trouble(t.NamedTuple):
    """What PagerDuty does to a deployment.

    Args:
        faults: those of the simulator.
        environment: variables for the run, in which `{nobody}` is an address where nobody listens.
        variables: those of the role.
        window: whether the window is opened nevertheless.
        change: whether the change is recorded.
        says: a part of what the role says.
    """

    faults: t.Sequence[dict[str, t.Any]] = ()
    environment: t.Mapping[str, str | None] = {}
    variables: t.Mapping[str, t.Any] = {"deployment_max_wait": 0}
    window: bool = False
    change: bool = False
    says: str = ""


def refused(path: str, status: int = 403, **fault: t.Any) -> dict[str, t.Any]:
    """Return a fault."""
    return {"fault": "status_before", "path": path, "status": status, **fault}


NO_WINDOW = "No maintenance window was opened, so alerts page people: "
TROUBLES = {
    "PagerDuty is down": Trouble(
        environment={"PAGERDUTY_API_URL": "{nobody}", "PAGERDUTY_EVENTS_URL": "{nobody}"},
        says=f"{NO_WINDOW}GET ",
    ),
    "it forbids all": Trouble([refused("/(?!_).*")], says=f"{NO_WINDOW}GET "),
    "it forbids the window": Trouble([refused(WINDOW, method="POST")], change=True, says=f"{NO_WINDOW}POST "),
    "it fails": Trouble([refused("/(?!_).*", 500)], says=NO_WINDOW),
    "it refuses the change": Trouble(
        [refused("/v2/change/enqueue", 400)], window=True, says="The change event was not recorded: "
    ),
    "no routing key": Trouble(
        environment={"PAGERDUTY_ROUTING_KEY": None},
        window=True,
        says="No change event was recorded, as there is no routing key.",
    ),
    "a routing key that is none": Trouble(
        variables={"deployment_routing_key": "none"}, window=True, says="The change event was not recorded: routing_key"
    ),
    "no such service": Trouble(variables={"deployment_services": ["Chekout"]}, change=True, says="Chekout"),
    "no services": Trouble(variables={"deployment_services": []}, change=True, says=f"{NO_WINDOW}services: "),
    "only its REST API is down": Trouble(environment={"PAGERDUTY_API_URL": "{nobody}"}, change=True, says=NO_WINDOW),
    "it may not be ended": Trouble(
        [refused(f"{WINDOW}/.*", method="DELETE")],
        window=True,
        change=True,
        says="The maintenance window was not ended, and lasts until ",
    ),
}


def run_role(
    play: PlaybookRunner,
    role: str,
    *arguments: str,
    hosts: str = "web-1",
    environment: t.Mapping[str, str | None] | None = None,
    **variables: t.Any,
) -> PlaybookResult:
    """Run a role; unlike other tasks, it stops at a failure. Some of the variables are keywords of the play."""
    task = {"ansible.builtin.include_role": {"name": f"oncall.pagerduty.{role}"}, "ignore_errors": False}
    keywords = {name: variables.pop(name) for name in KEYWORDS if name in variables}
    arguments = (*HOSTS, *arguments)
    return play(task, arguments=arguments, environment=environment, hosts=hosts, vars=variables, **keywords)


@pytest.mark.parametrize("role", ["deployment", "diagnostics", "page_and_wait", "report"])
def test_what_an_inventory_says_of_its_hosts_does_not_hold_for_calls_to_pagerduty(
    role: str, play: PlaybookRunner, simulator: Simulator, tmp_path: Path
) -> None:
    """As in the ready playbooks: the group of all hosts has settings that do not fit this machine."""
    held = {"service": account.CHECKOUT.id, "incident_key": DOWN, "status": "acknowledged"}
    (incident,) = simulator.reset(incidents=1, incident=held)["incidents"]
    inventory, tasks = tmp_path / "inventory.ini", tmp_path / "tasks.yml"
    settings = (
        "ansible_become=true\nansible_connection=ssh\nansible_python_interpreter=/of/those/hosts/only\nansible_port=1"
    )
    inventory.write_text(f"localhost\nweb-1 ansible_host=127.0.0.1\n[all:vars]\n{settings}\n")
    tasks.write_text("[]")
    variables: dict[str, dict[str, t.Any]] = {
        "deployment": {
            "deployment_description": "shop",
            "deployment_services": ["Checkout"],
            "deployment_tasks": str(tasks),
        },
        "diagnostics": {"diagnostics_incident_id": incident, "diagnostics_commands": ["uptime"]},
        "page_and_wait": {
            "page_and_wait_key": DOWN,
            "page_and_wait_title": "Checkout is down",
            "page_and_wait_steps": [{"service": "Checkout"}],
        },
        "report": {"report_incident_id": incident, "report_file": str(tmp_path / "report.md")},
    }
    playbook = tmp_path / "play.json"
    roles = [{"role": f"oncall.pagerduty.{role}"}]
    playbook.write_text(
        json.dumps([{"hosts": "web-1", "gather_facts": False, "roles": roles, "vars": variables[role]}])
    )
    done = play.playbook(str(playbook), ["-i", str(inventory)])
    assert done.code == 0, done.output
    assert any(task.calls for task in done.tasks)


@pytest.fixture
def nobody() -> t.Iterator[str]:
    """An address where nobody listens: the port is taken for as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def writes(done: PlaybookResult) -> list[str]:
    """Return what a run wrote to PagerDuty, in order."""
    return [call for task in done.tasks for call in task.writes]


class TestDeployment:
    @pytest.fixture
    def variables(self, tmp_path: Path) -> dict[str, t.Any]:
        """A deployment whose tasks say on which host they run, and what was done in PagerDuty."""
        # No module that runs as a process: it takes ten times as long.
        deploy_here = {"name": DEPLOY, "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}}
        stop = {"ansible.builtin.fail": {"msg": "no disk left"}, "when": "fails is defined"}
        show = {"name": SHOW, "ansible.builtin.debug": {"msg": "{{ deployment_pagerduty }}"}}
        tasks = tmp_path / "deploy.yml"
        tasks.write_text(json.dumps([deploy_here, show, stop]))
        return {
            "deployment_description": "shop 1.2.3",
            "deployment_services": ["Checkout"],
            "deployment_tasks": str(tasks),
            "deployment_custom_details": {"version": "1.2.3"},
        }

    def test_tasks_run_on_each_host_between_the_start_and_the_end_of_one_window(
        self, play: PlaybookRunner, simulator: Simulator, variables: dict[str, t.Any]
    ) -> None:
        done = run_role(play, "deployment", hosts=BOTH, **variables)
        assert done.code == 0, done.output
        assert [call.partition(" ")[0] for call in writes(done)] == ["POST", "POST", "DELETE"]
        assert sorted(deployed(done)) == ["web-1", "web-2"]
        assert _open_windows(simulator) == []
        again = run_role(play, "deployment", hosts=BOTH, **variables)
        assert not any("change/enqueue" in call for call in writes(again))

    def test_the_window_ends_if_a_task_fails(
        self, play: PlaybookRunner, simulator: Simulator, variables: dict[str, t.Any]
    ) -> None:
        done = run_role(play, "deployment", hosts=BOTH, **variables, fails=True)
        assert done.code == 2
        assert any(call.startswith(f"DELETE {WINDOW}") for call in writes(done))
        assert _open_windows(simulator) == []

    def test_a_second_run_ends_the_window_of_a_run_that_was_killed(
        self, play: PlaybookRunner, simulator: Simulator, variables: dict[str, t.Any], tmp_path: Path
    ) -> None:
        tasks = tmp_path / "hang.yml"
        reached, released = tmp_path / "reached", tmp_path / "released"
        os.mkfifo(reached)
        os.mkfifo(released)
        # Opening a pipe waits for the other side.
        hang = {"ansible.builtin.shell": {"cmd": f"echo here > {reached}; cat {released}"}, "run_once": True}
        tasks.write_text(json.dumps([hang]))
        process = _start(play, {**variables, "deployment_tasks": str(tasks)})
        assert reached.read_text() == "here\n"
        process.kill()
        process.wait()
        released.write_text("")
        assert len(_open_windows(simulator)) == 1
        done = run_role(play, "deployment", **variables)
        assert done.code == 0, done.output
        assert _open_windows(simulator) == []
        assert not any(call == f"POST {WINDOW}" for call in writes(done))

    @pytest.mark.parametrize("strategy", ["free", "host_pinned"])
    def test_another_strategy_stops_it_on_every_host_before_anything_happens(
        self, strategy: str, play: PlaybookRunner, variables: dict[str, t.Any]
    ) -> None:
        done = run_role(play, "deployment", hosts=BOTH, strategy=strategy, **variables)
        assert done.code != 0
        assert "Require strategy linear" in done.output
        assert writes(done) == []
        assert deployed(done) == []

    def test_each_batch_has_its_own_window(self, play: PlaybookRunner, variables: dict[str, t.Any]) -> None:
        done = run_role(play, "deployment", hosts=BOTH, serial=1, **variables)
        assert done.code == 0, done.output
        assert [call.partition(" ")[0] for call in writes(done)] == ["POST", "POST", "DELETE", "POST", "DELETE"]
        assert deployed(done) == ["web-1", "web-2"]

    def test_check_mode_sends_nothing(self, play: PlaybookRunner, variables: dict[str, t.Any], tmp_path: Path) -> None:
        write = {"ansible.builtin.copy": {"dest": str(tmp_path / "deployed"), "content": "done", "mode": "0600"}}
        (tmp_path / "deploy.yml").write_text(json.dumps([write]))
        done = run_role(play, "deployment", "--check", **variables)
        assert done.code == 0, done.output
        assert writes(done) == []
        assert not (tmp_path / "deployed").exists()

    def test_the_window_is_open_until_the_last_host_has_deployed(
        self, play: PlaybookRunner, variables: dict[str, t.Any], tmp_path: Path
    ) -> None:
        stop = {"ansible.builtin.fail": {"msg": "no disk left"}, "when": "inventory_hostname == 'web-1'"}
        go_on = {"name": "Deploy more", "ansible.builtin.debug": {}}
        (tmp_path / "deploy.yml").write_text(json.dumps([stop, go_on]))
        done = run_role(play, "deployment", hosts=BOTH, **variables)
        assert done.code == 2
        names = [task.task.rpartition(" : ")[2] for task in done.tasks]
        assert names.index("Deploy more") < names.index("End the maintenance window")
        assert writes(done)[-1].startswith(f"DELETE {WINDOW}")

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_trouble_with_pagerduty_stops_no_deployment(
        self,
        trouble: str,
        play: PlaybookRunner,
        simulator: Simulator,
        nobody: str,
        variables: dict[str, t.Any],
    ) -> None:
        case = TROUBLES[trouble]
        done = deploy(play, case, nobody, variables)
        assert done.code == 0, done.output
        assert sorted(deployed(done)) == ["web-1", "web-2"]
        first, second = facts(done)
        assert first == second
        assert (first["window_opened"], first["change_recorded"]) == (case.window, case.change)
        warned = [
            task for task in done.tasks if "Say what could not be done" in task.task and task.outcome != "skipped"
        ]
        assert case.says in " ".join([first["msg"], *(task.msg for task in warned)])
        # What a person sees who looks only at the end.
        assert f"ignored={len(warned)}" in done.output
        assert bool(warned) is (trouble != "no routing key")
        assert len(_open_windows(simulator)) == (trouble == "it may not be ended")

    def test_the_services_that_exist_are_in_the_window_and_all_missing_ones_are_named(
        self, play: PlaybookRunner, simulator: Simulator, variables: dict[str, t.Any]
    ) -> None:
        services = ["Chekout", "Checkout", "Gone"]
        done = run_role(play, "deployment", **{**variables, "deployment_services": services})
        assert done.code == 0, done.output
        assert deployed(done) == ["web-1"]
        (fact,) = facts(done)
        assert [service["summary"] for service in fact["maintenance_window"]["services"]] == ["Checkout"]
        (problem,) = fact["problems"]
        assert "'Chekout'" in problem
        assert "'Gone'" in problem
        assert fact["change_recorded"]
        assert _open_windows(simulator) == []

    @pytest.mark.parametrize("trouble", ["only its REST API is down", "it may not be ended"])
    def test_who_wants_it_strict_gets_a_failure(
        self,
        trouble: str,
        play: PlaybookRunner,
        nobody: str,
        variables: dict[str, t.Any],
    ) -> None:
        case = TROUBLES[trouble]
        done = deploy(play, case, nobody, {**variables, "deployment_on_error": "fail"})
        assert done.code == 2, done.output
        assert sorted(deployed(done)) == (["web-1", "web-2"] if case.window else [])
        assert any("change/enqueue" in call for call in writes(done)) is case.window

    def test_without_a_routing_key_even_a_strict_deployment_goes_on(
        self, play: PlaybookRunner, variables: dict[str, t.Any]
    ) -> None:
        environment = {"PAGERDUTY_ROUTING_KEY": ""}
        done = run_role(play, "deployment", environment=environment, **variables, deployment_on_error="fail")
        assert done.code == 0, done.output
        assert "No change event was recorded, as there is no routing key." in done.output

    @pytest.mark.parametrize("empty", ["", None])
    def test_what_is_empty_counts_as_not_set(
        self, empty: str | None, play: PlaybookRunner, simulator: Simulator, variables: dict[str, t.Any]
    ) -> None:
        """As AWX passes on questions of a survey that nobody has answered."""
        options = (
            "deployment_on_error",
            "deployment_max_minutes",
            "deployment_max_wait",
            "deployment_change_service",
            "deployment_routing_key",
        )
        variables.update(dict.fromkeys(options, empty), deployment_services=" Checkout , Checkout")
        done = run_role(play, "deployment", **variables)
        assert done.code == 0, done.output
        (fact,) = facts(done)
        assert (fact["window_opened"], fact["change_recorded"], fact["problems"]) == (True, True, [])
        assert any("/change_events" in call for task in done.tasks for call in task.calls)
        opened = datetime.fromisoformat(fact["maintenance_window"]["start_time"])
        ends = datetime.fromisoformat(fact["maintenance_window"]["end_time"])
        assert round((ends - opened) / timedelta(minutes=1)) == 60


def deploy(play: PlaybookRunner, trouble: Trouble, nobody: str, variables: dict[str, t.Any]) -> PlaybookResult:
    """Run the role on two hosts while PagerDuty makes trouble."""
    if trouble.faults:
        play.simulator.faults([{"method": "*", "times": 50, **fault} for fault in trouble.faults])
    environment = {name: value and value.format(nobody=nobody) for name, value in trouble.environment.items()}
    done = run_role(play, "deployment", hosts=BOTH, environment=environment, **{**variables, **trouble.variables})
    play.simulator.clear_faults()
    return done


def deployed(done: PlaybookResult) -> list[str]:
    """Return the hosts on which the user's tasks ran, in order."""
    return [task.msg for task in done.tasks if task.task.endswith(DEPLOY)]


def facts(done: PlaybookResult) -> list[dict[str, t.Any]]:
    """Return the fact of the role deployment as the user's tasks saw it, once for each host."""
    return [task.result["msg"] for task in done.tasks if task.task.endswith(SHOW)]


def _start(play: PlaybookRunner, variables: dict[str, t.Any]) -> subprocess.Popen[bytes]:
    """Start a run of the role deployment."""
    file = play.folder / "killed.json"
    roles = [{"role": "oncall.pagerduty.deployment"}]
    interpreter = {"ansible_python_interpreter": str(play.ansible_playbook.with_name("python"))}
    content = {"hosts": BOTH, "connection": "local", "gather_facts": False, "roles": roles}
    file.write_text(json.dumps([{**content, "vars": {**variables, **interpreter}}]))
    environment = {**play.environment, "RECORDER_FILE": str(play.folder / "recorded.jsonl")}
    command = [str(play.ansible_playbook), *HOSTS, str(file)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _open_windows(simulator: Simulator) -> list[dict[str, t.Any]]:
    answer = Client(simulator.url)("GET", WINDOW, query=[("filter", "ongoing")])
    return [window for window in answer.body["maintenance_windows"] if window["summary"] == "shop 1.2.3"]


class TestDiagnostics:
    @pytest.fixture
    def incident(self, simulator: Simulator) -> str:
        (incident,) = simulator.reset(incidents=1)["incidents"]
        return str(incident)

    def test_each_host_gets_one_note(self, play: PlaybookRunner, simulator: Simulator, incident: str) -> None:
        commands = [r"printf '\173\173 1 + 1 }}' | tr a-z A-Z", "echo lost >&2; exit 3"]
        variables = {"diagnostics_incident_id": incident, "diagnostics_commands": commands}
        done = run_role(play, "diagnostics", hosts=BOTH, **variables)
        assert done.code == 0, done.output
        first, second = sorted(_notes(simulator))
        assert first.splitlines()[0] == "Diagnostics of web-1"
        assert second.splitlines()[0] == "Diagnostics of web-2"
        assert first.strip().endswith("$ echo lost >&2; exit 3\nlost\nExit code 3.")
        assert "{{ 1 + 1 }}" in first
        again = run_role(play, "diagnostics", hosts=BOTH, **variables)
        assert writes(again) == []
        assert not any("shell" in task.task for task in again.tasks)
        run_role(play, "diagnostics", hosts=BOTH, **variables, diagnostics_run_key="job 7")
        assert sorted(note.splitlines()[0] for note in _notes(simulator))[1] == "Diagnostics of web-1, run job 7"

    def test_too_much_output_is_cut_and_the_note_says_where_all_of_it_is(
        self, play: PlaybookRunner, simulator: Simulator, incident: str, tmp_path: Path
    ) -> None:
        command = f"head -c {LONG} /dev/zero | tr '\\0' "
        done = run_role(
            play,
            "diagnostics",
            diagnostics_incident_id=incident,
            diagnostics_commands=[f"{command}x", f"{command}y", "echo small"],
        )
        assert done.code == 0, done.output
        for note in _notes(simulator):
            assert len(note) <= 25_000
            assert "small" in note
            file = Path(note.rpartition(" is in ")[2].removesuffix(" on the controller."))
            assert file.parent == tmp_path / "diagnostics"
            assert file.read_text().count("y") >= LONG
            assert file.stat().st_mode & 0o077 == 0

    def test_a_host_on_which_nothing_can_run_gets_one_note_that_says_why(
        self, play: PlaybookRunner, simulator: Simulator, incident: str, tmp_path: Path
    ) -> None:
        inventory = tmp_path / "inventory.ini"
        inventory.write_text(
            "gone ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1\n"
            "bare ansible_connection=local ansible_python_interpreter=/no/python3\n"
            f"well ansible_connection=local ansible_python_interpreter={play.ansible_playbook.with_name('python')}\n"
        )
        playbook = tmp_path / "play.json"
        variables = {"diagnostics_incident_id": incident, "diagnostics_commands": ["echo here", "echo there"]}
        role = {"role": "oncall.pagerduty.diagnostics"}
        playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "roles": [role], "vars": variables}]))
        done = play.playbook(str(playbook), ["-i", str(inventory)])
        assert done.code == 0, done.output
        bare, gone, well = sorted(_notes(simulator))
        assert bare.startswith("Diagnostics of bare\n\nNo command could run on the host: ")
        assert bare.count("/no/python3") >= 1
        assert gone.startswith("Diagnostics of gone\n\nThe host could not be reached: ")
        assert "ssh" in gone
        assert gone.count("could not be reached") == 1
        assert well == "Diagnostics of well\n\n$ echo here\nhere\n\n$ echo there\nthere\n"
        again = play.playbook(str(playbook), ["-i", str(inventory)])
        assert writes(again) == []

    def test_a_command_that_hangs_is_ended_with_all_that_it_has_started(
        self, play: PlaybookRunner, simulator: Simulator, incident: str, tmp_path: Path
    ) -> None:
        lock = tmp_path / "lock"
        done = run_role(
            play,
            "diagnostics",
            diagnostics_incident_id=incident,
            diagnostics_commands=[f"echo first; flock {lock} tail -f /dev/null & wait", "echo here"],
            diagnostics_timeout=1,
        )
        assert done.code == 0, done.output
        (note,) = _notes(simulator)
        assert re.search(r"\nfirst\nTimed out after 0:00:0\d\.\n\n\$ echo here\nhere\n$", note), note
        with lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_a_host_that_cannot_limit_a_command_runs_it_all_the_same(
        self, play: PlaybookRunner, simulator: Simulator, incident: str, tmp_path: Path
    ) -> None:
        """The timeout of an old BusyBox takes no -k."""
        (tmp_path / "timeout").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "timeout").chmod(0o755)
        path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        variables = {"diagnostics_incident_id": incident, "diagnostics_commands": ["echo here"]}
        done = run_role(play, "diagnostics", environment=path, **variables)
        assert done.code == 0, done.output
        (note,) = _notes(simulator)
        assert note.strip().endswith("$ echo here\nhere")

    def test_bytes_that_are_no_text_cost_only_themselves(
        self, play: PlaybookRunner, simulator: Simulator, incident: str
    ) -> None:
        commands = [r"printf 'caf\351 na\303\257ve\n'; exit 3", "cat <<END\n)\nEND", "kill -9 $$"]
        done = run_role(play, "diagnostics", diagnostics_incident_id=incident, diagnostics_commands=commands)
        assert done.code == 0, done.output
        (note,) = _notes(simulator)
        assert f"$ {commands[0]}\ncaf naïve\nExit code 3.\n" in note
        assert f"$ {commands[1]}\n)\n" in note
        # Some shells say "Killed".
        assert re.search(r"\n\$ kill -9 \$\$\n(Killed\n)?Killed after 0:00:0\d\.\n", note)

    @pytest.mark.parametrize("empty", ["", None])
    def test_what_is_empty_counts_as_not_set(
        self, empty: str | None, play: PlaybookRunner, simulator: Simulator, incident: str, tmp_path: Path
    ) -> None:
        options = dict.fromkeys(("diagnostics_run_key", "diagnostics_timeout", "diagnostics_folder"), empty)
        command = f"head -c {2 * LONG} /dev/zero | tr '\\0' x"
        variables = {"diagnostics_incident_id": incident, "diagnostics_commands": [command], **options}
        done = run_role(play, "diagnostics", **variables)
        assert done.code == 0, done.output
        (note,) = _notes(simulator)
        assert note.startswith("Diagnostics of web-1\n")
        assert f" is in {tmp_path}/diagnostics/{incident}-web-1.txt on the controller." in note

    def test_secrets_are_masked(self, play: PlaybookRunner, simulator: Simulator, incident: str) -> None:
        lines = (
            f"password={SECRET}",
            f'"api_key": "{SECRET} {SECRET}"',
            f"DB_PASSWORD: '{SECRET}'",
            f"Authorization: Token token={SECRET}",
            f"Bearer {SECRET}",
            f"postgres://admin:{SECRET}@db.example.com/shop",
            f"mysql --password {SECRET} shop",
            f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
            f"customer={SECRET}",
        )
        file = play.folder / "output"
        file.write_text("\n".join([*lines, "passwords expire in 3 days", "disk 97 % full"]))
        done = run_role(
            play,
            "diagnostics",
            "-vvv",
            diagnostics_incident_id=incident,
            diagnostics_commands=[f"cat {file}", f"echo --token={SECRET} > /dev/null"],
            diagnostics_masks=[{"regex": r"(customer=)\S+", "replacement": r"\1***"}],
        )
        assert done.code == 0, done.output
        results = json.dumps([task.result for task in done.tasks if "Validating arguments" not in task.task])
        assert not any(line in done.output for line in lines)
        assert SECRET not in results.replace(f"echo --token={SECRET}", "")
        for note in _notes(simulator):
            assert SECRET not in note
            assert "passwords expire in 3 days" in note
            assert "disk 97 % full" in note
            assert "postgres://admin:***@db.example.com/shop" in note

    def test_check_mode_runs_no_command(self, play: PlaybookRunner, incident: str, tmp_path: Path) -> None:
        commands = [f"touch {tmp_path}/ran"]
        done = run_role(play, "diagnostics", "--check", diagnostics_incident_id=incident, diagnostics_commands=commands)
        assert done.code == 0, done.output
        assert writes(done) == []
        assert not (tmp_path / "ran").exists()


def _notes(simulator: Simulator) -> list[str]:
    return [note["content"] for note in simulator.state()["incidents"][0]["notes"]]


class TestReport:
    def test_it_says_who_did_what_when(self, play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> None:
        (incident,) = simulator.reset(incidents=1)["incidents"]
        played = play(
            {"oncall.pagerduty.incident_status": {"incident_id": incident, "status": "acknowledged"}},
            {"oncall.pagerduty.incident_note": {"incident_id": incident, "content": "It is | the disk:\n# really"}},
            {
                "oncall.pagerduty.incident_responders": {
                    "incident_id": incident,
                    "users": [account.SECONDARY.email],
                    "responders_message": "Please join",
                }
            },
        )
        assert played.code == 0, played.output
        file = tmp_path / "report.md"
        done = run_role(play, "report", report_incident_id=incident, report_file=str(file))
        assert done.code == 0, done.output
        assert writes(done) == []
        text = file.read_text()
        assert text.startswith("# Incident 1: Simulated incident 1\n")
        assert "Acknowledged by Automation" in text
        assert "> It is \\| the disk:\\\n> \\# really\n" in text
        assert f"- {account.SECONDARY.name}: pending, asked by Automation" in text
        notified = text.partition("## Who was notified\n\n")[2].partition("\n\n")[0].splitlines()
        assert [line.partition(":")[0] for line in notified] == ["- Primary On-call", "- Secondary On-call"]
        assert all(line.endswith(" UTC by email") for line in notified)
        assert "```mermaid\ntimeline\n" in text
        again = run_role(play, "report", report_incident_id=incident, report_file=str(file))
        assert not any(task.changed for task in again.tasks)

    def test_a_part_that_cannot_be_read_is_a_line_and_the_rest_is_there(
        self, play: PlaybookRunner, simulator: Simulator, tmp_path: Path
    ) -> None:
        (incident,) = simulator.reset(incidents=1)["incidents"]
        faults: dict[str, dict[str, t.Any]] = {
            "alerts": refused("", 402),
            "notes": refused("", 403),
            "log_entries": refused("", 500),
            "related_change_events": {"fault": "html"},
        }
        path = f"/incidents/{incident}/"
        simulator.faults(
            [{**fault, "method": "GET", "path": path + part, "times": 9} for part, fault in faults.items()]
        )
        file = tmp_path / "report.md"
        done = run_role(play, "report", report_incident_id=incident, report_file=str(file))
        assert done.code == 0, done.output
        text = file.read_text()
        for heading, why in (
            ("Alerts", "402"),
            ("Notes", "403"),
            ("Who was notified", "500"),
            ("Who did what", "500"),
            ("Changes", "HTML"),
        ):
            section = text.partition(f"## {heading}\n\n")[2].partition("\n\n")[0]
            assert section.startswith("This could not be read: GET "), section
            assert path in section
            assert why in section
        assert "- Service: Checkout\n" in text
        assert "## Responders\n\nNone were requested.\n" in text

    @pytest.mark.parametrize("given", ["1", "#1", "https://acme.pagerduty.com/incidents/1/"])
    def test_the_default_file_has_the_name_of_the_incident(
        self, given: str, play: PlaybookRunner, simulator: Simulator, tmp_path: Path
    ) -> None:
        simulator.reset(incidents=1)
        done = run_role(play, "report", report_incident_id=given, report_file="")
        assert done.code == 0, done.output
        assert (tmp_path / "incident-1.md").exists()


class TestPageAndWait:
    @pytest.fixture
    def readme(self, tmp_path: Path) -> str:
        """The playbook of the role's README."""
        text = (ROOT / "roles" / "page_and_wait" / "README.md").read_text()
        file = tmp_path / "get_somebody.yml"
        file.write_text(text.partition("```yaml\n")[2].partition("```\n")[0])
        return str(file)

    def test_it_pages_each_once_whatever_happens_and_however_often_it_is_run(
        self, readme: str, play: PlaybookRunner, simulator: Simulator
    ) -> None:
        simulator.reset()
        incident = {"method": "GET", "path": "/incidents/[^/]+"}
        simulator.faults(
            [
                # PagerDuty is down when the role has begun to wait, and the response to the escalation is lost.
                {**incident, "fault": "drop_before", "skip": 1, "times": 2},
                {"method": "PUT", "path": "/incidents", "fault": "drop_after"},
                {**incident, "fault": "meanwhile", "seconds": 900, "skip": 1, "times": 99},
            ]
        )
        people = [account.PRIMARY.id, account.SECONDARY.id, account.DATABASE_FIRST.id]
        done = play.playbook(readme)
        assert done.code == 2, done.output
        assert [page["user"] for page in simulator.state()["pages"]] == people
        assert re.search(
            r"Nobody has acknowledged incidents \w+ \(#1\), \w+ \(#2\)\. "
            r"Paged Primary On-call at .* UTC, Secondary On-call at .* UTC, Database First at .* UTC\.",
            done.output,
        )
        simulator.clear_faults()
        simulator.faults([{**incident, "fault": "meanwhile", "seconds": 1, "acknowledged_by": account.COMMANDER.id}])
        again = play.playbook(readme)
        assert (again.code, writes(again)) == (0, []), again.output
        assert "Incident Commander acknowledged incident " in again.output
        assert [page["user"] for page in simulator.state()["pages"]] == people

    def test_a_run_goes_on_where_the_one_before_was_killed(
        self, readme: str, play: PlaybookRunner, simulator: Simulator
    ) -> None:
        """It was killed when two of the ten minutes for the second level had passed."""
        held = {"service": account.CHECKOUT.id, "incident_key": DOWN}
        (incident,) = simulator.reset(incidents=1, incident=held)["incidents"]
        simulator.advance(600)
        escalated = {"id": incident, "type": "incident_reference", "escalation_level": 2}
        assert Client(simulator.url)("PUT", "/incidents", {"incidents": [escalated]}).status == 200
        simulator.advance(120)
        read = {"method": "GET", "path": "/incidents/[^/]+", "fault": "meanwhile"}
        simulator.faults(
            [
                {**read, "skip": 3, "seconds": 481},
                {**read, "skip": 4, "seconds": 60, "acknowledged_by": account.DATABASE_FIRST.id},
            ]
        )
        done = play.playbook(readme)
        assert done.code == 0, done.output
        people = [account.PRIMARY.id, account.SECONDARY.id, account.DATABASE_FIRST.id]
        assert [page["user"] for page in simulator.state()["pages"]] == people
        waits = [task for task in done.tasks if "Wait for an acknowledgement" in task.task]
        assert [len(task.calls) for task in waits] == [1, 1, 2]
        assert "Database First acknowledged incident " in done.output

    def test_a_mistake_in_the_steps_keeps_nobody_from_being_paged(
        self, play: PlaybookRunner, simulator: Simulator
    ) -> None:
        simulator.reset()
        wrong = {
            "page_and_wait_key": "",
            "page_and_wait_steps": [{"service": "Checkout", "wait": "soon"}, {"policy": 1}],
        }
        read = {"method": "GET", "path": "/incidents/[^/]+", "fault": "meanwhile", "seconds": 1}
        simulator.faults([{**read, "acknowledged_by": account.PRIMARY.id}])
        options = {"page_and_wait_title": "Disk full", **wrong}
        foretold = run_role(play, "page_and_wait", "--check", **options)
        done = run_role(play, "page_and_wait", **options)
        assert (foretold.code, done.code) == (0, 0), done.output
        assert [page["user"] for page in simulator.state()["pages"]] == [account.PRIMARY.id]
        assert "Would page Primary On-call and wait 10m, and fail " in foretold.output
        for told in (foretold.output, done.output):
            assert "page_and_wait_steps[1].wait: must be a duration" in told
            assert "page_and_wait_steps[2]: policy is left out" in told

    def test_each_use_in_a_run_waits_for_its_own_incident(self, play: PlaybookRunner, simulator: Simulator) -> None:
        simulator.reset()
        acknowledged = {"fault": "meanwhile", "seconds": 1, "acknowledged_by": account.COMMANDER.id}
        read = {"method": "GET", "path": "/incidents/[^/]+", **acknowledged}
        # The incident is read when it was opened, while the role waits, and in the end.
        simulator.faults([{**read, "skip": 1}, {**read, "skip": 4}])
        variables = {"page_and_wait_key": "{{ item }}", "page_and_wait_title": "{{ item }}"}
        steps = {"page_and_wait_steps": [{"service": "Checkout"}, {"level": 2}]}
        role = {"ansible.builtin.include_role": {"name": "oncall.pagerduty.page_and_wait"}, "loop": ["disk", "cpu"]}
        done = play({**role, "vars": {**variables, **steps}, "ignore_errors": False})
        assert done.code == 0, done.output
        assert [page["user"] for page in simulator.state()["pages"]] == [account.PRIMARY.id] * 2
        waits = [task for task in done.tasks if "Wait for an acknowledgement" in task.task]
        assert [bool(task.calls) for task in waits] == [True, True]

    @pytest.mark.parametrize(
        "step",
        [{"service": "Nope"}, {"routing_key": "none"}, {"service": "Checkout", "routing_key": "R" * 32}],
        ids=str,
    )
    def test_a_step_that_cannot_page_pages_by_the_routing_key_of_the_role(
        self, step: dict[str, str], play: PlaybookRunner, simulator: Simulator
    ) -> None:
        simulator.reset()
        read = {"method": "GET", "path": "/incidents/[^/]+", "fault": "meanwhile", "seconds": 1}
        simulator.faults([{**read, "acknowledged_by": account.PRIMARY.id}])
        options = {"page_and_wait_key": DOWN, "page_and_wait_title": "Disk full", "page_and_wait_steps": [step]}
        foretold = run_role(play, "page_and_wait", "--check", **options)
        done = run_role(play, "page_and_wait", **options)
        assert (foretold.code, done.code) == (0, 0), done.output
        assert [page["user"] for page in simulator.state()["pages"]] == [account.PRIMARY.id]
        assert "No service is called 'Nope'" in done.output or "routing_key" in done.output


@pytest.mark.parametrize(
    ("role", "variables", "writes_of_role"),
    [
        ("page_and_wait", {"page_and_wait_key": DOWN, "page_and_wait_title": "Disk full"}, ["POST /v2/enqueue"]),
        (
            "deployment",
            {"deployment_description": "shop 1.2.3", "deployment_services": [account.CHECKOUT.id]},
            ["POST /maintenance_windows", "POST /v2/change/enqueue", "DELETE /maintenance_windows/"],
        ),
        ("diagnostics", {"diagnostics_commands": ["echo free"]}, ["POST /incidents/"]),
        ("report", {}, []),
    ],
)
@pytest.mark.parametrize("as_import", [True, False], ids=["import_role", "roles"])
def test_a_role_that_is_not_for_the_first_host_is_for_the_others(
    as_import: bool,
    role: str,
    variables: dict[str, t.Any],
    writes_of_role: list[str],
    play: PlaybookRunner,
    simulator: Simulator,
    tmp_path: Path,
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    read = {"method": "GET", "path": "/incidents/[^/]+", "fault": "meanwhile", "seconds": 1}
    simulator.faults([{**read, "acknowledged_by": account.PRIMARY.id}])
    tasks = tmp_path / "deploy.json"
    tasks.write_text(json.dumps([{"ansible.builtin.debug": {"msg": "Deployed."}}]))
    of_incident = {"diagnostics_incident_id": incident, "report_incident_id": incident}
    own = {**of_incident, "report_file": str(tmp_path / "report.md"), "deployment_tasks": str(tasks), **variables}
    name, condition = f"oncall.pagerduty.{role}", {"when": "inventory_hostname != 'web-1'", "tags": ["ours"]}
    keywords: dict[str, t.Any] = {"hosts": BOTH, "vars": own}
    if as_import:
        task = {"ansible.builtin.import_role": {"name": name}, "ignore_errors": False, **condition}
        done = play(task, arguments=[*HOSTS, "--tags", "ours"], **keywords)
    else:
        done = play(arguments=[*HOSTS, "--tags", "ours"], roles=[{"role": name, **condition}], **keywords)
    assert done.code == 0, done.output
    found = writes(done)
    assert len(found) == len(writes_of_role)
    assert all(call.startswith(wanted) for call, wanted in zip(found, writes_of_role, strict=True))
    assert (tmp_path / "report.md").exists() == (role == "report")
