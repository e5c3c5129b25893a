# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts, items and attempts of a task with `level: next` escalate, and to what."""

from __future__ import annotations

import os
import tempfile
import types
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _next_level
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._next_level import (
    Task,
    climb_once,
    climbing_task,
    with_level,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

Call = tuple[list[str], str]
BY_KEY = "would-be-opened:disk"
"""What the incident of a task is called that has a key."""
NAMES = {"1": "Q1", "2": "Q2", "3": "Q3", BY_KEY: "Q1"}


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[int]:
    """The file of a new run."""
    with tempfile.TemporaryFile() as file:
        monkeypatch.setattr(_next_level, "FILE", file.fileno())
        yield file.fileno()


class Run:
    """A run of Ansible, on an account in which each incident is at a level."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.levels = dict.fromkeys(("Q1", "Q2", "Q3"), 1)
        self.calls: list[Call] = []
        self.fails: dict[str, str] = {}
        """Incidents whose next escalation fails, and the outcome."""
        self.refuses_options = False

    def task(self, host: str, worker: int, *incidents: str, key: str = "task") -> dict[str, t.Any]:
        """Run a task for a host in a worker; returns its result."""
        self._monkeypatch.setattr(os, "getpid", lambda: worker)
        return climb_once(Task(key, host, list(incidents)), self._module)

    def _module(self, incidents: t.Sequence[str], level: str) -> dict[str, t.Any]:
        self.calls.append((list(incidents), level))
        if self.refuses_options:
            return {"failed": True, "changed": False, "msg": "bad token"}
        ids = [NAMES.get(name, name) for name in incidents]
        chosen = {each: self.levels[each] + 1 if level == "next" else int(level) for each in ids}
        failed = {each: self.fails.pop(each) for each in ids if each in self.fails}
        self.levels.update((each, chosen[each]) for each in ids if failed.get(each) in (None, "unknown"))
        records = [incident(each) for each in ids if each not in failed]
        return {
            "failed": bool(failed),
            "changed": bool(records),
            "msg": f"escalated {len(records)}.",
            "incidents": records,
            **({"incident": records[0]} if len(records) == 1 else {}),
            "levels": {
                each if name == BY_KEY else name: chosen[each] for name, each in zip(incidents, ids, strict=True)
            },
            "notifies": [{"target": each["id"]} for each in records],
            **({"failures": [{"target": each} for each in failed]} if failed else {}),
        }


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


Visits = list[tuple[str, int, str]]
CASES: dict[str, tuple[Visits, list[Call]]] = {
    "one host": ([("a", 1, "Q1")], [(["Q1"], "next")]),
    "three hosts": ([("a", 1, "Q1"), ("b", 2, "Q1"), ("c", 3, "Q1")], [(["Q1"], "next")]),
    "hosts that name it differently": ([("a", 1, "Q1"), ("b", 2, "1")], [(["Q1"], "next")]),
    "a number first": ([("a", 1, "1"), ("b", 2, "Q1"), ("c", 3, "1")], [(["1"], "next")]),
    "items and attempts": ([("a", 1, "Q1"), ("a", 1, "Q1"), ("a", 1, "Q1")], [(["Q1"], "next")]),
    "a host that comes back": ([("a", 1, "Q1"), ("a", 2, "Q1")], [(["Q1"], "next")] * 2),
    "hosts that come back together": (
        [("a", 1, "Q1"), ("b", 2, "Q1"), ("b", 3, "Q1"), ("a", 4, "Q1")],
        [(["Q1"], "next")] * 2,
    ),
    "a host that comes back before the others have come": (
        [("a", 1, "Q1"), ("a", 2, "Q1"), ("b", 3, "Q1"), ("b", 4, "Q1")],
        [(["Q1"], "next")] * 2,
    ),
    "other incidents": ([("a", 1, "Q1"), ("b", 2, "Q2")], [(["Q1"], "next"), (["Q2"], "next")]),
    "incidents in common": (
        [("a", 1, "Q1 Q2"), ("b", 2, "Q2 Q3"), ("c", 3, "Q3 Q1")],
        [(["Q1", "Q2"], "next"), (["Q3"], "next")],
    ),
}


@pytest.mark.parametrize(("visits", "calls"), CASES.values(), ids=CASES.keys())
def test_an_incident_is_escalated_once(visits: Visits, calls: list[Call], run: Run) -> None:
    results = [run.task(host, worker, *incidents.split()) for host, worker, incidents in visits]
    assert run.calls == calls
    assert not any(result["failed"] for result in results)
    for result, (_host, _worker, incidents) in zip(results, visits, strict=True):
        assert list(result["levels"]) == incidents.split()


def test_another_task_escalates_further(run: Run) -> None:
    run.task("a", 1, "Q1")
    run.task("b", 2, "Q1", key="other")
    assert run.calls == [(["Q1"], "next")] * 2


@pytest.mark.parametrize("visits", [[("b", 2), ("c", 3)], [("a", 1), ("b", 2)]], ids=["other hosts", "attempts"])
@pytest.mark.parametrize("outcome", ["not_done", "unknown"])
def test_after_a_failure_the_level_that_was_chosen_is_tried(
    outcome: str, visits: list[tuple[str, int]], run: Run
) -> None:
    run.fails = {"Q1": outcome}
    assert run.task("a", 1, "Q1")["failed"]
    for host, worker in visits:
        assert not run.task(host, worker, "Q1")["failed"]
    assert run.calls == [(["Q1"], "next"), (["Q1"], "2")]


def test_of_several_incidents_only_those_that_failed_are_tried_again(run: Run) -> None:
    run.fails = {"Q2": "not_done"}
    run.task("a", 1, "Q1", "Q2")
    result = run.task("b", 2, "Q1", "Q2", "Q3")
    assert run.calls == [(["Q1", "Q2"], "next"), (["Q2"], "2"), (["Q3"], "next")]
    assert [each["id"] for each in result["incidents"]] == ["Q1", "Q2", "Q3"]
    assert [each["target"] for each in result["notifies"]] == ["Q2", "Q3"]
    assert (result["failed"], result["changed"], "incident" in result) == (False, True, False)
    assert result["levels"] == {"Q1": 2, "Q2": 2, "Q3": 2}
    assert result["msg"] == ("Incident Q1 (#1): already escalated to level 2 by this task. escalated 1. escalated 1.")


def test_a_failure_among_several_runs_is_the_result(run: Run) -> None:
    run.task("a", 1, "Q1")
    run.fails = {"Q2": "not_done"}
    result = run.task("b", 2, "Q1", "Q2")
    assert (result["failed"], result["changed"]) == (True, False)
    assert (result["failures"], result["incident"]["id"]) == ([{"target": "Q2"}], "Q1")


def test_what_failed_before_a_level_was_chosen_is_tried_again(run: Run) -> None:
    run.refuses_options = True
    for worker in (1, 2):
        assert run.task("a", worker, "Q1")["msg"] == "bad token"
    assert run.calls == [(["Q1"], "next")] * 2


@pytest.mark.parametrize("content", [b"{", b"\xff"], ids=["half", "no text"])
def test_without_a_record_the_task_escalates_and_warns(
    content: bytes, run: Run, record: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(_next_level.display, "warning", warnings.append)
    os.pwrite(record, content, 0)
    assert run.task("a", 1, "Q1")["changed"]
    assert len(warnings) == 1


def task(**keywords: t.Any) -> t.Any:
    defaults: dict[str, t.Any] = {
        "action": "oncall.pagerduty.incident_escalation",
        "args": {"incident_id": ["Q1", "2"], "level": "next", "api_token": "s3cr3t"},
        "check_mode": False,
        "get_path": lambda: "site.yml:7",
        "get_name": lambda: "Escalate",
    }
    return types.SimpleNamespace(**{**defaults, **keywords})


def test_a_task_with_the_next_level_climbs() -> None:
    climbing = climbing_task(task(), "web-1")
    assert climbing is not None
    assert (climbing.host, climbing.incidents) == ("web-1", ["Q1", "2"])
    assert "s3cr3t" not in climbing.key


@pytest.mark.parametrize(
    "keywords",
    [
        {"action": "oncall.pagerduty.incident_info"},
        {"args": {"incident_id": "Q1", "level": 2}},
        {"args": {"incident_id": "Q1"}},
        {"args": {"incident_id": "?", "level": "next"}},
        {"args": {"incident_id": [], "level": "next"}},
    ],
    ids=str,
)
def test_any_other_task_does_not(keywords: dict[str, t.Any]) -> None:
    assert climbing_task(task(**keywords), "web-1") is None


@pytest.mark.usefixtures("no_environment")
def test_a_task_with_a_key_escalates_its_incident_once(run: Run) -> None:
    """The incident has another name in the result than in the task."""
    climbing = climbing_task(task(args={"dedup_key": "disk", "level": "next"}), "web-1")
    assert climbing is not None
    assert climbing.incidents == [BY_KEY]
    for host, worker in (("web-1", 1), ("web-2", 2)):
        assert run.task(host, worker, BY_KEY)["levels"] == {"Q1": 2}
    assert run.calls == [([BY_KEY], "next")]


def test_a_task_with_a_key_keeps_it() -> None:
    args = {"incident_key": "disk", "level": "next", "wait": 30}
    assert with_level(args, [BY_KEY], "3") == {"incident_key": "disk", "wait": 30, "level": "3"}


def test_without_a_file_a_task_escalates_as_often_as_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_next_level, "FILE", None)
    assert climbing_task(task(), "web-1") is None


@pytest.mark.parametrize(
    ("keywords", "is_same"),
    [
        ({}, True),
        ({"args": {"id": "Q9", "escalation_level": " next ", "token": "s3cr3t"}}, True),
        ({"args": {"incident_id": "Q1", "level": "next", "api_token": "of another account"}}, False),
        ({"get_path": lambda: "site.yml:9"}, False),
        ({"get_name": lambda: "Escalate again"}, False),
        ({"check_mode": True}, False),
    ],
)
@pytest.mark.usefixtures("no_environment")
def test_a_task_is_known_by_its_place_and_its_options(keywords: dict[str, t.Any], is_same: bool) -> None:
    first, second = climbing_task(task(), "web-1"), climbing_task(task(**keywords), "web-2")
    assert first is not None
    assert second is not None
    assert (first.key == second.key) is is_same


def test_the_level_takes_the_place_of_next_whatever_the_options_are_called() -> None:
    args = {"incident_ids": ["Q1", "Q2"], "escalation_level": "next", "region": "eu"}
    assert with_level(args, ["Q2"], "3") == {"region": "eu", "incident_id": ["Q2"], "level": "3"}
