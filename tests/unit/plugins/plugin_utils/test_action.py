# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of every module chooses where the module runs."""

from __future__ import annotations

import os
import types
import typing as t

import pytest
from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _action, _in_process

AS_PROCESS: dict[str, t.Any] = {"msg": "ran as a process"}
IN_WORKER: dict[str, t.Any] = {"msg": "ran in the worker"}
Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def task() -> t.Any:
    """A task of an incident module."""
    return types.SimpleNamespace(
        action="oncall.pagerduty.incident_info", args={"incident_id": "Q1"}, async_val=0, environment=[]
    )


@pytest.fixture
def connection() -> t.Any:
    """The connection to this machine."""
    return types.SimpleNamespace(transport="local")


@pytest.fixture
def run(task: t.Any, connection: t.Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the task, which nothing keeps out of the worker."""
    monkeypatch.setattr(NormalActionModule, "run", lambda *_given: dict(AS_PROCESS))
    monkeypatch.setattr(_in_process, "subprocess_reason", lambda *_given: "")
    monkeypatch.setattr(_in_process, "prepare", lambda *_given: types.SimpleNamespace(run=lambda: dict(IN_WORKER)))
    action = _action.ActionModule(task, connection, None, None, types.SimpleNamespace(), None)

    def run(**variables: t.Any) -> t.Any:
        return action.run(task_vars=variables)

    return run


def test_a_module_runs_in_the_worker(run: Run) -> None:
    assert run() == IN_WORKER


def test_if_there_is_a_reason_against_it_the_module_runs_as_a_process(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_in_process, "subprocess_reason", lambda *_given: "async is set")
    assert run() == AS_PROCESS


RUN = "the run"


@pytest.mark.parametrize(
    ("transport", "async_val", "given", "told"),
    [
        ("local", 0, [], [RUN]),
        ("ansible.builtin.local", 0, [{"A": "1"}, "{{ more }}"], [{"A": "1"}, "{{ more }}", RUN]),
        ("local", 0, None, [RUN]),
        ("local", 0, {"A": "1"}, [{"A": "1"}, RUN]),
        # It outlives the run.
        ("local", 30, [], []),
        # There the number is that of another process.
        ("ssh", 0, [], []),
    ],
)
def test_a_process_on_this_machine_knows_which_run_it_belongs_to(
    transport: str,
    async_val: int,
    given: t.Any,
    told: t.Any,
    run: Run,
    task: t.Any,
    connection: t.Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_in_process, "subprocess_reason", lambda *_given: "pagerduty_in_process is false")
    monkeypatch.setattr(NormalActionModule, "run", lambda *_given: {"told": task.environment})
    task.environment, task.async_val, connection.transport = given, async_val, transport
    parent = {"PAGERDUTY_RUN_PID": str(os.getppid())}
    assert run() == {"told": [parent if each == RUN else each for each in told]}
    # The next item of a loop runs the same task.
    assert task.environment == given


@pytest.mark.parametrize("function", ["subprocess_reason", "prepare"])
def test_and_also_if_anything_fails_before_it_starts(function: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, function, lambda *_given: 1 / 0)
    assert run() == AS_PROCESS


def test_and_also_if_the_way_into_the_worker_could_not_be_loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_action, "LOAD_ERROR", "ImportError: no such name")
    assert run() == AS_PROCESS


def test_and_also_if_the_module_cannot_be_loaded_here(run: Run, task: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "prepare", lambda *_given: 1 / 0)
    task.action, task.args = "oncall.pagerduty.no_such_module", {"region": "", "content": "x"}
    assert run() == AS_PROCESS
    assert task.args == {"content": "x"}


def test_an_event_gets_a_summary_and_a_source(run: Run, task: t.Any) -> None:
    task.action, task.args = "oncall.pagerduty.event", {"dedup_key": "disk"}
    run(inventory_hostname="web-1", ansible_play_name="Nightly backup")
    assert task.args == {"dedup_key": "disk", "summary": "Ansible play Nightly backup", "source": "web-1"}


@pytest.mark.parametrize("reason", ["", "async is set"])
def test_an_event_is_run_without_what_would_stop_it(
    reason: str, run: Run, task: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_in_process, "subprocess_reason", lambda *_given: reason)
    task.action, task.args = "oncall.pagerduty.event", {"dedup_key": "disk", "summary": " ", "source": "a", "colour": 1}
    warnings = run(ansible_play_name="Nightly backup")["warnings"]
    assert task.args == {"dedup_key": "disk", "summary": "Ansible play Nightly backup", "source": "a"}
    assert warnings == ["Ignored colour: the module has no such option."]


def test_a_task_with_an_unknown_option_starts_no_process(
    run: Run, task: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_in_process, "subprocess_reason", lambda *_given: "async is set")
    task.args = {"incident": "Q1"}
    assert run() == IN_WORKER


def test_an_option_that_only_other_modules_have_may_be_a_default_of_the_group(run: Run, task: t.Any) -> None:
    task.args = {"incident_id": "Q1", "routing_key": "r"}
    task.module_defaults, task.get_ds = [{"group/oncall.pagerduty.pagerduty": {"routing_key": "r"}}], dict
    run()
    assert task.args == {"incident_id": ["Q1"]}


@pytest.mark.parametrize("reason", ["", "async is set"])
def test_a_module_gets_what_is_set_with_trimmed_lists_wherever_it_runs(
    reason: str, run: Run, task: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_in_process, "subprocess_reason", lambda *_given: reason)
    task.args = {"incident_id": "Q1, Q2", "include": [" notes "], "region": "", "limit": None}
    run()
    assert task.args == {"incident_id": ["Q1", "Q2"], "include": ["notes"]}


def test_the_way_into_the_worker_can_be_loaded() -> None:
    assert _action.LOAD_ERROR == ""


def test_a_module_that_cannot_be_loaded_does_not_stop_ansible() -> None:
    _action.load("no_such_module")


def test_a_linter_gets_a_function_that_validates_the_options_and_does_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Validated(Exception):
        """What a linter raises once the options are validated."""

    def validate(**specification: t.Any) -> None:
        assert "level" in specification["argument_spec"]
        raise Validated

    main = _action.load("ansible_collections.oncall.pagerduty.plugins.action.incident_escalation")
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule", validate)
    with pytest.raises(Validated):
        main()
