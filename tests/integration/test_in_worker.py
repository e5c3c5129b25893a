# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a module runs in Ansible's worker, and what is better there. test_versions.py compares both ways."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookRunner
from modules import step
from simulator import account
from simulator.launch import Simulator

REASONS: tuple[tuple[dict[str, t.Any], str | None], ...] = (
    ({}, None),
    ({"async": 30, "poll": 1}, "async is set"),
    ({"environment": {"PAGERDUTY_REGION": "us"}}, "environment is set"),
    ({"environment": "{{ nothing | default({}) }}"}, None),
    ({"vars": {"pagerduty_in_process": False}}, "pagerduty_in_process is false"),
    ({"vars": {"ansible_python_interpreter": "/opt/other/bin/python3"}}, "another Python interpreter is set"),
    ({"vars": {"ansible_python_interpreter": f"{Path(sys.executable).parent}/../bin/python3"}}, None),
    ({"vars": {"ansible_python_interpreter": "auto_silent"}}, None),
    ({"connection": "ssh"}, "the connection is not local"),
    ({"delegate_to": "localhost"}, None),
    ({"become": True, "become_user": "nobody"}, "become is set"),
)
MISSING_PIECE = """
import sys

def take_away(event, arguments):
    if event == "import" and arguments[0].endswith("plugin_utils._controller"):
        import ansible.module_utils.common.arg_spec as arg_spec
        vars(arg_spec).pop("ArgumentSpecValidator", None)

sys.addaudithook(take_away)
"""
"""Removes a name of ansible-core when the collection imports the code that runs modules in the worker."""

FRAMES = """
import os, sys, traceback

OURS = "/oncall/pagerduty/plugins/"

def record(event, arguments):
    if event != "http.client.send":
        return
    stack = [(frame.f_code.co_filename, frame.f_code.co_name) for frame, _line in traceback.walk_stack(None)]
    with open(os.environ["FRAMES_FILE"], "a") as file:
        file.writelines(f"{path.partition(OURS)[2]} {name}\\n" for path, name in stack if OURS in path)

sys.addaudithook(record)
"""
"""Records which functions of the collection are on the stack when a call is sent."""
MAX_FRAMES = 30


def test_a_module_runs_as_a_process_if_anything_could_differ(play: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    tasks = [
        {"name": f"task {number}", "ignore_unreachable": True, **step("incident_info", incident), **keywords}
        for number, (keywords, _reason) in enumerate(REASONS)
    ]
    output = play(*tasks, arguments=["-vvv"]).output
    sections = re.split(r"^TASK \[task \d+\]", output, flags=re.MULTILINE)[1:]
    reasons = [re.search(r"runs as a separate process, because (.*)\.", section) for section in sections]
    assert [found and found.group(1) for found in reasons] == [reason for _keywords, reason in REASONS]


def test_a_missing_piece_of_ansible_core_lets_the_module_run_as_a_process(
    play: PlaybookRunner, simulator: Simulator, tmp_path: Path
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(MISSING_PIECE)
    result = play(
        step("incident_note", incident), arguments=["-vvv"], environment={"PYTHONPATH": str(tmp_path / "path")}
    )
    assert result.only.changed, result.output
    assert re.search(r"runs as a separate process, because ImportError: .*ArgumentSpecValidator", result.output)


def test_few_functions_of_the_collection_are_between_a_note_and_the_socket(
    play: PlaybookRunner, simulator: Simulator, tmp_path: Path
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(FRAMES)
    recorded = tmp_path / "frames"
    environment = {"PYTHONPATH": str(tmp_path / "path"), "FRAMES_FILE": str(recorded)}
    assert play(step("incident_note", incident), environment=environment).only.changed
    functions = set(recorded.read_text().splitlines())
    assert {"plugin_utils/_action.py run", "module_utils/_core/http_client.py send"} <= functions
    assert len(functions) <= MAX_FRAMES


@pytest.mark.parametrize("in_worker", [True, False], ids=["in the worker", "in a process"])
def test_an_event_describes_its_run(in_worker: bool, simulator: Simulator, tmp_path: Path) -> None:
    simulator.reset()
    PlaybookRunner(simulator, tmp_path, in_worker=in_worker)(step("event", None), name="Nightly backup")
    assert simulator.state()["incidents"][-1]["title"] == "Ansible play Nightly backup"


@pytest.mark.parametrize("in_worker", [True, False], ids=["in the worker", "in a process"])
def test_incidents_and_lists_are_taken_as_people_have_them(
    in_worker: bool, simulator: Simulator, tmp_path: Path
) -> None:
    ids = simulator.reset(incidents=2)["incidents"]
    names = [
        " #1 , #2,",
        f"https://acme.pagerduty.com/incidents/{ids[0]}, https://acme.pagerduty.com/incidents/{ids[1]}/timeline",
        "{{ found.incidents }}",
        ["{{ found.incidents[0] }}", " 2 ", ""],
    ]
    found = {**step("incident_info", ids), "register": "found"}
    tasks = [step("incident_info", name, include="notes, alerts") for name in names]
    none = step("incident_escalation", "{{ found.incidents | selectattr('status', 'eq', 'resolved') }}")
    *read, idle = PlaybookRunner(simulator, tmp_path, in_worker=in_worker)(found, *tasks, none).tasks[1:]
    assert (idle.outcome, idle.msg, idle.journal) == ("ok", "No incidents given.", [])
    assert [[each["id"] for each in task.result["incidents"]] for task in read] == [ids] * len(names)
    assert all({"notes", "alerts"} <= each.keys() for task in read for each in task.result["incidents"])


@pytest.mark.parametrize("in_worker", [True, False], ids=["in the worker", "in a process"])
def test_options_for_some_modules_may_be_defaults_of_the_group(
    in_worker: bool, simulator: Simulator, tmp_path: Path
) -> None:
    defaults = {"group/oncall.pagerduty.pagerduty": {"routing_key": account.ROUTING_KEY}}
    by_default = {**step("incident_info", simulator.reset(incidents=1)["incidents"]), "module_defaults": defaults}
    by_itself = {
        **step("incident_info", "1", routing_key=account.ROUTING_KEY, sinse="-2h"),
        "module_defaults": defaults,
    }
    omitting = {**step("event", None, routing_key="{{ nothing | default(omit, true) }}"), "module_defaults": defaults}
    runner = PlaybookRunner(simulator, tmp_path, in_worker=in_worker)
    keyless = {"PAGERDUTY_ROUTING_KEY": None}
    tasks = [by_default, {**by_itself, "ignore_errors": True}, omitting]
    read, refused, sent = runner(*tasks, environment=keyless, vars={"nothing": ""}).tasks
    assert read.outcome == "ok", read.msg
    assert "module: routing_key, sinse. Did you mean since?" in refused.msg
    assert sent.outcome == "ok", sent.msg


@pytest.mark.parametrize("in_worker", [True, False], ids=["in the worker", "in a process"])
def test_what_awx_leaves_empty_is_not_set(in_worker: bool, simulator: Simulator, tmp_path: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    options = {
        "region": "",
        "timeout": " ",
        "api_key": "",
        "from_email": "{{ nothing }}",
        "resolution": "{{ nothing }}",
    }
    variables = ("PAGERDUTY_REGION", "PAGERDUTY_TIMEOUT", "PAGERDUTY_CA_PATH", "PAGERDUTY_EMAIL")
    played = PlaybookRunner(simulator, tmp_path, in_worker=in_worker)(
        step("incident_status", incident, status="acknowledged", reopen="{{ nothing }}", **options),
        environment=dict.fromkeys(variables, ""),
        vars={"nothing": None},
    )
    assert played.only.changed, played.only.msg


def test_modules_are_loaded_before_ansible_forks(play: PlaybookRunner, simulator: Simulator) -> None:
    """Otherwise each task would load them again, which takes five times as long as the task."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    played = play(*[step("incident_info", incident)] * 3, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert [done.outcome for done in played.tasks] == ["ok"] * 3
    for name in ("_core.http_client", "_actions.incident_info"):
        imports = rf"^import time:.*\boncall\.pagerduty.*\.{re.escape(name)}$"
        assert len(re.findall(imports, played.output, re.MULTILINE)) == 1


@pytest.mark.parametrize(("in_worker", "count"), [(True, 20), (False, 6)], ids=["in the worker", "in a process"])
def test_many_hosts_at_once(in_worker: bool, count: int, simulator: Simulator, tmp_path: Path) -> None:
    hosts = [f"host{number}" for number in range(count)]
    (incident,) = simulator.reset(incidents=1)["incidents"]
    result = PlaybookRunner(simulator, tmp_path, in_worker=in_worker)(
        step("incident_note", incident, content="{{ inventory_hostname }} was here"),
        arguments=["-i", ",".join(hosts), "--forks", str(count)],
        hosts="all:!localhost",
    )
    assert result.code == 0, result.output
    contents = {note["content"] for note in simulator.state()["incidents"][0]["notes"]}
    assert contents == {f"{host} was here" for host in hosts}


def test_a_task_in_the_worker_shows_its_progress(play: PlaybookRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=250)["incidents"]
    assert (
        f"GET {simulator.url}/incidents: 200 read so far." in play(step("incident_info", ids), arguments=["-v"]).output
    )


def test_loop_items_share_a_connection(play: PlaybookRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=5)["incidents"]
    result = play({**step("incident_info", "{{ item }}"), "loop": ids})
    assert len({entry["connection"] for entry in result.tasks[-1].journal}) == 1


def test_a_relative_ca_path_counts_from_the_playbook(
    play: PlaybookRunner, tls_simulator: Simulator, ca_path: str, tmp_path: Path
) -> None:
    (incident,) = tls_simulator.reset(incidents=1)["incidents"]
    (tmp_path / "ca.pem").write_bytes(Path(ca_path).read_bytes())
    task = play(step("incident_info", incident, api_url=tls_simulator.url, ca_path="ca.pem")).only
    assert task.outcome == "ok", task.msg
