# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every supported ansible-core: modules run in its worker, with the same results as in separate processes.

The environment variable ANSIBLE_MATRIX has the path of ansible-playbook by version, as JSON. Without it, the version
that runs the tests is used.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import typing as t
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from integration.playbook_runner import PlaybookRunner, TaskResult
from integration.run_endings import ENDINGS, Notifier
from modules import MODULES, SETTING, bare, step
from simulator import account
from simulator.launch import Simulator
from tools.versions import OLDEST_TARGET

Task = dict[str, t.Any]
ACCOUNT = {**SETTING, "incidents": 3}

DEFAULT = {"the default": str(Path(sys.executable).with_name("ansible-playbook"))}
VERSIONS: dict[str, str] = json.loads(os.environ.get("ANSIBLE_MATRIX", "null")) or DEFAULT
TARGET_PYTHONS: dict[str, str] = json.loads(os.environ.get("ANSIBLE_TARGET_PYTHONS", "{}"))
"""Interpreters of target hosts by version: 3.9 with `requests`, and older ones."""
ONLY_BY_2_16 = ("2.7", "3.6")
"""Later versions of ansible-core fail on these before any module runs."""
WAYS = {"in the worker": True, "in a process": False}
OLDEST, NEWEST = next(iter(VERSIONS)), next(reversed(VERSIONS))
OTHERS = [name for name in VERSIONS if name.split()[0] != metadata.version("ansible-core")]
"""What the other tests show of the version that runs them is not shown again."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)|\d\d:\d\d UTC")
AWKWARD = "Disk full: 95% on /var #2, \"really\" 'yes' {{ 1 + 1 }} {% raw %} \\n é"
VAULT_PASSWORD = "a password for this test"
DEMO = Path(__file__).resolve().parents[2] / "tools" / "demo" / "incident.yml"


class Section(t.NamedTuple):
    """Tasks on an account of their own.

    Args:
        defaults: the tasks' module_defaults.
    """

    tasks: list[Task]
    defaults: dict[str, t.Any] | None = None


# The newest one takes longest.
@pytest.fixture(params=reversed(VERSIONS), scope="module")
def ansible_playbook(request: pytest.FixtureRequest) -> Path:
    """The ansible-playbook of one version."""
    return Path(VERSIONS[request.param])


def run_one_way(
    way: str, sections: t.Sequence[Section], simulator: Simulator, folder: Path, ansible_playbook: Path, *arguments: str
) -> list[list[TaskResult]]:
    """Run sections as one play, each on a fresh account with three incidents; returns each one's results."""
    runner = PlaybookRunner(simulator, folder, in_worker=WAYS[way], ansible_playbook=ansible_playbook)
    played = runner(*[block(section) for section in sections], arguments=["-vvv", *arguments])
    where = "runs as a separate process"
    assert (where in played.output) is not WAYS[way], played.output
    assert played.output.count(where) == played.output.count(f"{where}, because pagerduty_in_process is false")
    assert (played.code, len(played.tasks)) == (0, sum(len(section.tasks) for section in sections)), played.output
    done = iter(played.tasks)
    return [list(itertools.islice(done, len(section.tasks))) for section in sections]


def block(section: Section) -> Task:
    """Return a section as one task; its first one resets the simulator."""
    first, *others = section.tasks
    defaults = {"module_defaults": section.defaults} if section.defaults else {}
    return {"block": [{**first, "vars": {"simulator_reset": ACCOUNT}}, *others], **defaults}


def comparable(task: TaskResult) -> t.Any:
    """Return what must be equal: not the times, nor the mark that ansible-core 2.22 leaves on a module's output."""
    text = json.dumps([task.outcome, task.task, task.result, task.calls])
    return json.loads(
        TIME.sub("(time)", text.replace('"ansible_parsed": true, ', "").replace(', "ansible_parsed": true', ""))
    )


def simplest(ids: list[str]) -> list[Task]:
    """Return the simplest task of each module."""
    return [{**bare(module, tests.simplest, ids[:1]), "diff": True} for module, tests in MODULES.items()]


def bad_options(ids: list[str]) -> Section:
    """Return tasks that must fail."""
    return Section(
        [
            step("incident_note", ids[0], unknown_option=1),
            step("incident_status", ids[0], region="nowhere"),
            step("incident", ids[0], conference_bridge={"room": 1}),
            step("incident", ids[0], conference_bridge=True),
            step("incident_info", "../users"),
            step("incident_escalation", ids[0], level=None),
            step("incident_info", ids[0], dedup_key="key"),
            step("incident_status", [*ids, "Q9999999999999"]),
        ]
    )


def keywords(ids: list[str]) -> Section:
    """Return tasks with loops, retries, no_log, warnings, and aliases."""
    tasks = [
        {**step("incident_note", "{{ item }}", content="Looked at {{ item }}"), "loop": ids[:2], "register": "noted"},
        {"ansible.builtin.debug": {"var": "noted"}},
        {
            **step("incident_info", "Q9999999999999"),
            "until": "found is success",
            "register": "found",
            "retries": 1,
            "delay": 0,
        },
        {**step("incident_status", ids), "no_log": True},
        {**step("incident_status", "Q9999999999999"), "no_log": True},
        step("event", None, api_token="no-such-token"),
        step("incident_info", ids[0], id=ids[0], api_key=account.ACCOUNT_KEY),
        step("incident", ids[0], title="{% raw %}{{ 6 * 7 }}{% endraw %}"),
        {**step("incident_info", ids), "register": "read"},
        {**step("incident_status", ids), "when": "read.incidents | length > 9"},
        {"ansible.builtin.debug": {"msg": "{{ read.incidents | map(attribute='title') | first }}"}},
    ]
    return Section(tasks)


def templates_and_defaults(ids: list[str]) -> Section:
    """Return tasks with templated, vaulted, and default options."""
    tasks = [
        step("incident_note", ids[0], content="{{ text }}", api_token="{{ vaulted }}"),
        step("incident_info", ids[0], include=["notes"]),
        step("incident_note", ids[0], content="{{ omit }}", state="absent", note_id="{{ omit }}"),
        step("event", None, custom_details={"nested": ["{{ detail }}", {"when": "2026-01-31"}]}),
        {"oncall.pagerduty.incident_status": {}},
        {"oncall.pagerduty.incident_note": {"content": "by defaults"}},
    ]
    defaults = {
        "group/oncall.pagerduty.pagerduty": {"from_email": account.COMMANDER.email},
        "oncall.pagerduty.incident_status": {"incident_id": ids[1], "status": "resolved"},
        "oncall.pagerduty.incident_note": {"incident_id": ids[2]},
    }
    return Section(tasks, defaults)


def test_modules_do_the_same_in_the_worker_and_in_a_process(
    simulator: Simulator, tmp_path: Path, ansible_playbook: Path
) -> None:
    """In the worker each module also runs in check mode before.

    Only on the newest version all of it runs in a process as well: that is Ansible's own way to run a module, and takes
    ten times as long.
    """
    password, variables = tmp_path / "vault-password", tmp_path / "variables.yml"
    password.write_text(VAULT_PASSWORD)
    vaulted, details = encrypt(account.ACCOUNT_KEY), encrypt("a secret detail")
    variables.write_text(f"vaulted: {vaulted}\ndetail: {details}\ntext: A note of {{{{ 6 * 7 }}}} words\n")
    ids = simulator.reset(**ACCOUNT)["incidents"]
    is_newest = ansible_playbook == Path(VERSIONS[NEWEST])
    pairs = Section([task for each in simplest(ids) for task in ({**each, "check_mode": True}, each)])
    sections = [templates_and_defaults(ids), bad_options(ids), keywords(ids)]
    if is_newest:
        sections.append(Section(simplest(ids)))
    target = (simulator, tmp_path, ansible_playbook, "-e", f"@{variables}", "--vault-password-file", str(password))
    tried, *worker = run_one_way("in the worker", [pairs, *sections], *target)
    checks, real = tried[::2], tried[1::2]
    process = run_one_way("in a process", sections if is_newest else sections[:1], *target)
    for one, other in zip(worker, process, strict=False):
        assert [comparable(task) for task in one] == [comparable(task) for task in other]
    assert [task.msg for task in real if task.outcome != "ok"] == []
    for check, done in zip(checks, real, strict=True):
        assert check.writes == []
        assert check.diff == done.diff
    templated, failed, kept, *_all = worker
    assert_failed(failed)
    assert_keywords_hold(kept)
    assert_templates_and_defaults_hold(templated)


def assert_failed(tasks: list[TaskResult]) -> None:
    """Check the results of `bad_options`."""
    assert {task.outcome for task in tasks} == {"failed"}
    assert [task.msg for task in tasks if "Traceback" in str(task.result)] == []
    assert "Unsupported parameters for (oncall.pagerduty.incident_note) module: unknown_option" in tasks[0].msg


def assert_keywords_hold(tasks: list[TaskResult]) -> None:
    """Check the results of `keywords`."""
    *_before, sent, aliases, _titled, _read, _skipped, shown = tasks
    assert "so the event is sent in any case" in str(sent.result["warnings"])
    assert "Both option incident_id and its alias id are set." in str(aliases.result["warnings"])
    assert shown.msg == "{{ 6 * 7 }}"


def assert_templates_and_defaults_hold(tasks: list[TaskResult]) -> None:
    """Check the results of `templates_and_defaults`."""
    noted, read, failed, _sent, resolved, by_default = tasks
    assert read.result["incident"]["notes"][0]["content"] == "A note of 42 words"
    assert (noted.outcome, failed.outcome) == ("ok", "failed")
    assert resolved.result["incident"]["status"] == "resolved"
    assert by_default.result["note"]["user"]["id"] == account.COMMANDER.id
    assert account.ACCOUNT_KEY not in str([task.result for task in tasks])


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
    password, extra, both = tmp_path / "vault-password", tmp_path / "extra.yml", tmp_path / "both.yml"
    password.write_text(VAULT_PASSWORD)
    images = encrypt("https://example.com/1.png, https://example.com/2.png,")
    key = encrypt(account.ROUTING_KEY)
    extra.write_text(f"pagerduty_images: {images}\npagerduty_routing_key: {key}\n")
    names = ("event", "incident_note")
    both.write_text(json.dumps([{"ansible.builtin.import_playbook": f"oncall.pagerduty.{name}"} for name in names]))
    played = runner.playbook(
        str(both),
        ["-i", "web-1,web-2,", "-l", "web-2", "-e", f"@{extra}", "--vault-password-file", str(password)],
        environment={
            "PAGERDUTY_ROUTING_KEY": None,
            "pagerduty_summary": AWKWARD,
            "pagerduty_custom_details": json.dumps({AWKWARD: [AWKWARD, 1, True, None]}),
            "pagerduty_links": json.dumps([{"href": "https://example.com/a,b", "text": AWKWARD}]),
            "pagerduty_incident_id": f'["{incident}"]',
            "pagerduty_note_id": AWKWARD,
            "pagerduty_content": "[",
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        },
    )
    assert played.code == 2, played.output
    sent, _passed_on, said, failed, _passed_on_too, why = played.tasks
    body = sent.journal[-1]["body"]
    assert body["payload"]["summary"] == AWKWARD
    assert body["payload"]["custom_details"] == {AWKWARD: [AWKWARD, 1, True, None]}
    assert body["links"] == [{"href": "https://example.com/a,b", "text": AWKWARD}]
    assert [image["src"] for image in body["images"]] == ["https://example.com/1.png", "https://example.com/2.png"]
    assert (sent.changed, said.msg) == (True, sent.msg)
    assert '"pagerduty_changed": false' in played.output
    assert failed.writes == []
    assert why.msg == failed.msg
    assert repr(AWKWARD) in why.msg


def optional_variables(role: str) -> t.Iterator[str]:
    file = Path(__file__).resolve().parents[2] / "roles" / role / "meta" / "argument_specs.yml"
    options = yaml.safe_load(file.read_text())["argument_specs"]["main"]["options"]
    return (name for name, option in options.items() if not option.get("required"))


@pytest.mark.parametrize("ansible_playbook", OTHERS, indirect=True)
def test_roles_and_the_callbacks(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    runner = PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook)
    deploy = tmp_path / "deploy.yml"
    deploy.write_text("[{name: Check the disk, ansible.builtin.fail: {msg: no disk left}}]")
    roles = ("diagnostics", "report", "deployment")
    # As AWX passes on questions of a survey that nobody has answered.
    unanswered = dict.fromkeys((name for role in roles for name in optional_variables(role)), None)
    played = runner(
        *[
            {"ansible.builtin.include_role": {"name": f"oncall.pagerduty.{role}"}, "ignore_errors": False}
            for role in roles
        ],
        environment={"ANSIBLE_CALLBACKS_ENABLED": "recorder,oncall.pagerduty.notify,oncall.pagerduty.log"},
        vars={
            **unanswered,
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
    assert [call.split()[0] for task in played.tasks for call in task.writes][-1] == "DELETE"
    (event,) = simulator.journal()["entries"]
    assert event["body"]["event_action"] == "trigger"
    (why,) = event["body"]["payload"]["custom_details"].values()
    assert f"    Incident {incident}: added a note.\n" in played.output
    assert f"Nobody was paged.\n#1 Simulated incident 1 ({incident}): triggered, " in played.output
    assert why.startswith("failed: ")
    assert why.endswith("Check the disk")


@pytest.mark.parametrize("ansible_playbook", OTHERS, indirect=True)
@pytest.mark.parametrize("ending", ["undefined hosts of the second play", "SIGTERM", "SIGINT"])
def test_the_callback_learns_how_a_run_ended(
    ending: str, simulator: Simulator, tmp_path: Path, ansible_playbook: Path
) -> None:
    row = ENDINGS[ending]
    notify = Notifier(PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook))
    sent = notify(row.plays)
    assert (sent.actions, sent.run.code) == (row.actions, row.code), sent.run.output


@pytest.mark.parametrize("ansible_playbook", OTHERS, indirect=True)
def test_the_lookup_takes_lists_and_variables(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    simulator.reset()
    runner = PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook)
    password, variables = tmp_path / "vault-password", tmp_path / "variables.yml"
    password.write_text(VAULT_PASSWORD)
    variables.write_text(f"kept: {encrypt(account.READ_ONLY_KEY)}\npagerduty_region: ''\n")
    calls = (
        "escalation_policies=['Web Operations'], levels=[1]",
        "policies, levels=levels, token=nothing",
        "'Web Operations', levels=1, api_key=kept",
    )
    played = runner(
        *[{"ansible.builtin.debug": {"msg": f"{{{{ query('oncall.pagerduty.oncall', {call}) }}}}"}} for call in calls],
        arguments=["-e", f"@{variables}", "--vault-password-file", str(password)],
        environment={"PAGERDUTY_API_TOKEN": "", "PAGERDUTY_REGION": "", "PAGERDUTY_TIMEOUT": ""},
        vars={"policies": ["Web Operations"], "levels": [1], "nothing": "", "pagerduty_api_token": "{{ kept }}"},
    )
    assert [done.result["msg"] for done in played.tasks] == [[account.PRIMARY.name]] * len(calls), played.output
    # Copying the variables of a run would load plugins anew, in a way that is deprecated.
    assert "DEPRECATION" not in played.output


@pytest.mark.parametrize("ansible_playbook", sorted({OLDEST, NEWEST}), indirect=True)
def test_the_demo(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    runner = PlaybookRunner(simulator, tmp_path, in_worker=True, ansible_playbook=ansible_playbook)
    interpreter = ["-e", f"ansible_python_interpreter={ansible_playbook.with_name('python')}"]
    played = runner.playbook(str(DEMO), ["-i", "localhost,", "-c", "local", *interpreter])
    assert played.code == 0, played.output
    assert [task.task for task in played.tasks if task.writes and not task.changed] == []


@pytest.mark.skipif(not TARGET_PYTHONS, reason="ANSIBLE_TARGET_PYTHONS names no interpreter of a target.")
def test_target_pythons(simulator: Simulator, tmp_path: Path, ansible_playbook: Path) -> None:
    """On Python 3.9 the modules work; on an older one they say which version they need, or ansible-core does."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    runner = PlaybookRunner(simulator, tmp_path, in_worker=False, ansible_playbook=ansible_playbook)
    is_2_16 = ansible_playbook.parents[1].name.startswith("2.16")
    pythons = [python for python in TARGET_PYTHONS if is_2_16 or python not in ONLY_BY_2_16]
    note = step("incident_note", incident)
    played = runner(*[{**note, "vars": {"ansible_python_interpreter": TARGET_PYTHONS[each]}} for each in pythons])
    for python, done in zip(pythons, played.tasks, strict=True):
        if python == OLDEST_TARGET:
            assert done.changed, done.msg
            continue
        assert done.outcome == "failed"
        assert "Python 3.9 or newer" in done.msg
        assert "Traceback" not in str(done.result)
