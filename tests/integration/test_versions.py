# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every supported ansible-core: modules run in its worker, with the same results as in a process of their own.

The environment variable ANSIBLE_MATRIX has the path of ansible-playbook by version, as JSON. Without it, the version
that runs the tests is used.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookResult, PlaybookRunner, TaskResult
from module_table import MODULES, SETTING, bare, step
from simulator import account
from simulator.launch import Simulator

Task = dict[str, t.Any]

DEFAULT = {"the default": str(Path(sys.executable).with_name("ansible-playbook"))}
VERSIONS: dict[str, str] = json.loads(os.environ.get("ANSIBLE_MATRIX", "null")) or DEFAULT
TARGET_PYTHONS: dict[str, str] = json.loads(os.environ.get("ANSIBLE_TARGET_PYTHONS", "{}"))
"""Interpreters of target hosts by version: 3.9 with `requests`, and older ones."""
ONLY_BY_2_16 = ("2.7", "3.6")
"""Later versions of ansible-core fail on these before any module runs."""
TARGETS = [
    (version, python)
    for version in VERSIONS
    for python in TARGET_PYTHONS
    if python not in ONLY_BY_2_16 or version.startswith("2.16")
]
WAYS = {"in the worker": True, "in a process": False}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
AWKWARD = "Disk full: 95% on /var #2, \"really\" 'yes' {{ 1 + 1 }} {% raw %} \\n é"
VAULT_PASSWORD = "a password for this test"
DEMO = Path(__file__).resolve().parents[1] / "demo" / "incident.yml"


@pytest.fixture(params=VERSIONS, scope="module")
def ansible_playbook(request: pytest.FixtureRequest) -> Path:
    """The ansible-playbook of one version."""
    return Path(VERSIONS[request.param])


def run_both_ways(
    simulator: Simulator,
    folder: Path,
    ansible_playbook: Path,
    tasks: t.Callable[[list[str]], list[Task]],
    **options: t.Any,
) -> dict[str, PlaybookResult]:
    """Run the same play in the worker and in processes, each on a fresh account with three incidents."""
    return {way: run_one_way(way, simulator, folder, ansible_playbook, tasks, **options) for way in WAYS}


def run_one_way(
    way: str,
    simulator: Simulator,
    folder: Path,
    ansible_playbook: Path,
    tasks: t.Callable[[list[str]], list[Task]],
    **options: t.Any,
) -> PlaybookResult:
    """Run a play on a fresh account with three incidents."""
    ids = simulator.reset(**{**SETTING, "incidents": 3})["incidents"]
    runner = PlaybookRunner(simulator, folder, in_worker=WAYS[way], ansible_playbook=ansible_playbook)
    return runner(*tasks(ids), arguments=["-vvv", *options.get("arguments", ())], **options.get("play", {}))


def assert_equal(results: dict[str, PlaybookResult]) -> list[TaskResult]:
    """Check that both ways returned the same and made the same calls; returns the results of the worker."""
    worker, process = results.values()
    assert worker.code == process.code, worker.output
    assert "runs in a process of its own" not in worker.output
    assert "runs in a process of its own: pagerduty_in_process is false" in process.output
    for one, other in zip(worker.tasks, process.tasks, strict=False):
        assert comparable(one) == comparable(other)
    assert len(worker.tasks) == len(process.tasks)
    return worker.tasks


def comparable(task: TaskResult) -> t.Any:
    """Return what must be equal: not the moments, nor the mark that ansible-core 2.22 leaves on a module's output."""
    text = json.dumps([task.outcome, task.task, task.result, task.calls])
    return json.loads(
        MOMENT.sub("(moment)", text.replace('"ansible_parsed": true, ', "").replace(', "ansible_parsed": true', ""))
    )


def test_every_module_and_bad_options(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    def tasks(ids: list[str]) -> list[Task]:
        good = [{**bare(module, tests.simplest, ids[:1]), "diff": True} for module, tests in MODULES.items()]
        bad = [
            step("incident_status", ids[0], region="nowhere"),
            step("incident_note", ids[0], unknown_option=1),
            step("incident", ids[0], conference_bridge={"room": 1}),
            step("incident", ids[0], conference_bridge=True),
            step("incident", ids[0], conference_bridge=""),
            step("incident_info", "../users"),
            step("incident_escalation", ids[0], level=None),
            step("incident_escalation", ids[0], level="top"),
            step("incident_info", ids[0], dedup_key="key"),
            step("event", None, api_token="wrong", routing_key="wrong"),
            step("incident_status", [*ids, "Q9999999999999"]),
        ]
        return [{**good[0], "check_mode": True}, *good, *bad]

    _check, *results = assert_equal(run_both_ways(simulator, tmp_path, ansible_playbook, tasks))
    failed = results[len(MODULES) :]
    assert {task.outcome for task in failed} == {"failed"}
    assert [task.msg for task in failed if "Traceback" in str(task.result)] == []
    assert "Unsupported parameters for (oncall.pagerduty.incident_note) module: unknown_option" in failed[1].msg


def test_check_mode_and_a_second_run(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    def tasks(ids: list[str]) -> list[Task]:
        good = [bare(module, tests.simplest, ids[:1]) for module, tests in MODULES.items()]
        checks = [{**task, "check_mode": True, "diff": True} for task in good]
        real = [{**task, "diff": True} for task in good]
        return [task for trio in zip(checks, real, good, strict=False) for task in trio]

    # In the worker only: that a process does the same is tested above, with the same tasks.
    results = run_one_way("in the worker", simulator, tmp_path, ansible_playbook, tasks).tasks
    for check, real, second in zip(results[::3], results[1::3], results[2::3], strict=True):
        assert check.writes == []
        assert check.diff == real.diff
        assert (second.changed, second.writes) == (False, [])


def test_loops_retries_no_log_warnings_and_aliases(
    simulator: Simulator, tmp_path: Path, ansible_playbook: Path
) -> None:
    def tasks(ids: list[str]) -> list[Task]:
        return [
            {**step("incident_note", "{{ item }}", content="Looked at {{ item }}"), "loop": ids, "register": "noted"},
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
            {**step("incident_status", ids), "when": "read.incidents | length > 9"},
            step("event", None, api_token="no-such-token"),
            step("incident_info", ids[0], id=ids[0], api_key=account.ACCOUNT_KEY),
            step("incident", ids[0], title="{% raw %}{{ 6 * 7 }}{% endraw %}"),
            {**step("incident_info", ids[0]), "register": "named"},
            {"ansible.builtin.debug": {"msg": "{{ named.incident.title }}"}},
        ]

    *_before, sent, aliases, _titled, _named, shown = assert_equal(
        run_both_ways(simulator, tmp_path, ansible_playbook, tasks)
    )
    assert "the event was sent anyway" in str(sent.result["warnings"])
    assert "Both option incident_id and its alias id are set." in str(aliases.result["warnings"])
    assert shown.msg == "{{ 6 * 7 }}"


def test_templated_vaulted_and_default_options(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    password, variables = tmp_path / "vault-password", tmp_path / "variables.yml"
    password.write_text(VAULT_PASSWORD)
    vaulted, details = encrypt(account.ACCOUNT_KEY), encrypt("a secret detail")
    variables.write_text(f"vaulted: {vaulted}\ndetail: {details}\ntext: A note of {{{{ 6 * 7 }}}} words\n")

    def tasks(ids: list[str]) -> list[Task]:
        return [
            step("incident_note", ids[0], content="{{ text }}", api_token="{{ vaulted }}"),
            step("incident_info", ids[0], include=["notes"]),
            step("incident_note", ids[0], content="{{ omit }}", state="absent", note_id="{{ omit }}"),
            step("event", None, custom_details={"nested": ["{{ detail }}", {"when": "2026-01-31"}]}),
            {"oncall.pagerduty.incident_status": {}},
            {"oncall.pagerduty.incident_note": {"content": "by defaults"}},
        ]

    def defaults(ids: list[str]) -> dict[str, t.Any]:
        return {
            "group/oncall.pagerduty.pagerduty": {"from_email": account.COMMANDER.email},
            "oncall.pagerduty.incident_status": {"incident_id": ids[1], "status": "resolved"},
            "oncall.pagerduty.incident_note": {"incident_id": ids[2]},
        }

    ids = simulator.reset(**{**SETTING, "incidents": 3})["incidents"]
    arguments = ["-e", f"@{variables}", "--vault-password-file", str(password)]
    results = run_both_ways(
        simulator, tmp_path, ansible_playbook, tasks, arguments=arguments, play={"module_defaults": defaults(ids)}
    )
    noted, read, failed, _sent, resolved, by_default = assert_equal(results)
    assert read.result["incident"]["notes"][0]["content"] == "A note of 42 words"
    assert (noted.outcome, failed.outcome) == ("ok", "failed")
    assert resolved.result["incident"]["status"] == "resolved"
    assert by_default.result["note"]["user"]["id"] == account.COMMANDER.id
    assert account.ACCOUNT_KEY not in str([task.result for task in results["in the worker"].tasks])


@functools.cache
def encrypt(text: str) -> str:
    """Return a text as ansible-vault encrypts it for a variables file; all versions read the same form."""
    program = Path(sys.executable).with_name("ansible-vault")
    with tempfile.NamedTemporaryFile("w") as password:
        password.write(VAULT_PASSWORD)
        password.flush()
        command = [str(program), "encrypt_string", "--vault-password-file", password.name, text]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip()


def test_ready_playbooks_take_awkward_text_from_the_environment(
    simulator: Simulator, tmp_path: Path, ansible_playbook: Path
) -> None:
    """Templates in it are not evaluated: before 2.19 Ansible marks it as unsafe, later it trusts no such text."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    runner = PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook)
    password, extra = tmp_path / "vault-password", tmp_path / "extra.yml"
    password.write_text(VAULT_PASSWORD)
    images = encrypt("https://example.com/1.png, https://example.com/2.png,")
    key = encrypt(account.ROUTING_KEY)
    extra.write_text(f"pagerduty_images: {images}\npagerduty_routing_key: {key}\n")
    played = runner.playbook(
        "oncall.pagerduty.event",
        ["-i", "web-1,web-2,", "-l", "web-2", "-e", f"@{extra}", "--vault-password-file", str(password)],
        environment={
            "PAGERDUTY_ROUTING_KEY": None,
            "pagerduty_summary": AWKWARD,
            "pagerduty_custom_details": json.dumps({AWKWARD: [AWKWARD, 1, True, None]}),
            "pagerduty_links": json.dumps([{"href": "https://example.com/a,b", "text": AWKWARD}]),
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        },
    )
    assert played.code == 0, played.output
    body = played.tasks[0].journal[-1]["body"]
    assert body["payload"]["summary"] == AWKWARD
    assert body["payload"]["custom_details"] == {AWKWARD: [AWKWARD, 1, True, None]}
    assert body["links"] == [{"href": "https://example.com/a,b", "text": AWKWARD}]
    assert [image["src"] for image in body["images"]] == ["https://example.com/1.png", "https://example.com/2.png"]
    assert '"pagerduty_changed": true' in played.output
    failed = runner.playbook(
        "oncall.pagerduty.incident_note",
        ["-i", "web-1,web-2,"],
        environment={
            "pagerduty_incident_id": f'["{incident}"]',
            "pagerduty_note_id": AWKWARD,
            "pagerduty_content": "[",
        },
    )
    assert (failed.code, failed.tasks[0].writes) == (2, [])
    assert failed.tasks[-1].msg == failed.tasks[0].msg
    assert repr(AWKWARD) in failed.tasks[-1].msg


def test_roles_and_the_callback(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    runner = PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook)
    deploy = tmp_path / "deploy.yml"
    deploy.write_text("[{name: Check the disk, ansible.builtin.fail: {msg: no disk left}}]")
    roles = ("diagnostics", "report", "deployment")
    played = runner(
        *[
            {"ansible.builtin.include_role": {"name": f"oncall.pagerduty.{role}"}, "ignore_errors": False}
            for role in roles
        ],
        environment={"ANSIBLE_CALLBACKS_ENABLED": "recorder,oncall.pagerduty.notify"},
        vars={
            "diagnostics_incident_id": incident,
            "diagnostics_commands": [r"printf '\173\173 6 * 7 \175\175'"],
            "report_incident_id": incident,
            "deployment_description": "shop 1.2.3",
            "deployment_services": ["Checkout"],
            "deployment_tasks": str(deploy),
        },
    )
    assert played.code == 2, played.output
    (note,) = simulator.state()["incidents"][0]["notes"]
    assert "{{ 6 * 7 }}" in note["content"]
    assert "Note added by Automation" in (tmp_path / f"incident-{incident}.md").read_text()
    assert [call.split()[0] for call in played.tasks[-1].writes] == ["DELETE"]
    (event,) = simulator.journal()["entries"]
    assert event["body"]["event_action"] == "trigger"
    (why,) = event["body"]["payload"]["custom_details"].values()
    assert why.startswith("failed: ")
    assert why.endswith("Check the disk")


def test_the_demo(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    runner = PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook)
    interpreter = ["-e", f"ansible_python_interpreter={ansible_playbook.with_name('python')}"]
    first = runner.playbook(str(DEMO), ["-i", "localhost,", *interpreter])
    assert first.code == 0, first.output
    second = runner.playbook(str(DEMO), ["-i", "localhost,", *interpreter, "--skip-tags", "once"])
    assert second.code == 0, second.output
    assert [task.task for task in second.tasks if task.changed] == []


@pytest.mark.parametrize(("version", "python"), TARGETS)
def test_a_target_python(version: str, python: str, simulator: Simulator, tmp_path: Path) -> None:
    """On Python 3.9 the modules work; on an older one they say which version they need, or ansible-core does."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    runner = PlaybookRunner(simulator, tmp_path, in_worker=False, ansible_playbook=Path(VERSIONS[version]))
    task = runner(step("incident_note", incident), vars={"ansible_python_interpreter": TARGET_PYTHONS[python]}).only
    if python == "3.9":
        assert task.changed, task.msg
        return
    assert task.outcome == "failed"
    assert "Python 3.9 or newer" in task.msg
    assert "Traceback" not in str(task.result)
