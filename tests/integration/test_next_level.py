# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`level: next` climbs once for an incident in a task, with one page, however often the task runs."""

from __future__ import annotations

import typing as t

import pytest

from integration.playbook_runner import PlaybookResult, PlaybookRunner, TaskResult
from modules import step
from simulator.launch import Simulator

HOSTS = ("web-1", "web-2", "web-3")
PUT = "PUT /incidents"
WAYS: dict[str, tuple[list[str], dict[str, t.Any]]] = {
    "at the same time": (["--forks", "3"], {}),
    "one after the other": (["--forks", "1"], {}),
    "in batches": ([], {"serial": 1}),
    "each at its own pace": ([], {"strategy": "free"}),
    "in check mode": (["--check"], {}),
}


def escalation(incident_id: t.Any, **keywords: t.Any) -> dict[str, t.Any]:
    return {**step("incident_escalation", incident_id, level="next"), **keywords}


def on_hosts(play: PlaybookRunner, *tasks: dict[str, t.Any], way: str = "at the same time") -> PlaybookResult:
    arguments, keywords = WAYS[way]
    return play(*tasks, arguments=["-i", ",".join(HOSTS), *arguments], hosts=",".join(HOSTS), **keywords)


def writes(tasks: t.Iterable[TaskResult]) -> list[str]:
    return [call for task in tasks for call in task.writes]


def level_of(simulator: Simulator) -> int:
    """Return the level at which the only incident is."""
    (incident,) = simulator.state()["incidents"]
    return int(incident["escalation_level"])


@pytest.mark.parametrize("way", WAYS)
def test_of_several_hosts_one_escalates(way: str, play_both_ways: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    tasks = on_hosts(play_both_ways, escalation(incident), way=way).tasks
    assert [task.outcome for task in tasks] == ["ok"] * 3
    first, *others = sorted(tasks, key=lambda task: not task.changed)
    assert writes(tasks) == ([] if way == "in check mode" else [PUT])
    assert [task.changed for task in others] == [False, False]
    assert [task.result["notifies"] for task in others] == [[], []]
    assert {task.msg.partition(": ")[2] for task in others} == {"already escalated to level 2 by this task."}
    assert {task.result["incident"]["id"] for task in tasks} == {incident}
    assert first.result["notifies"]


@pytest.mark.parametrize("poll", [1, 0])
def test_jobs_that_would_not_know_of_each_other_are_not_started(
    poll: int, play_both_ways: PlaybookRunner, simulator: Simulator
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    done = on_hosts(play_both_ways, escalation(incident, **{"async": 30, "poll": poll}))
    assert writes(done.tasks) == [PUT]
    assert [task.result["levels"] for task in done.tasks] == [{incident: 2}] * 3
    assert "async is ignored: jobs that run at the same time would each escalate" in done.output


def test_items_and_attempts_escalate_once_and_another_task_escalates_further(
    play_both_ways: PlaybookRunner, simulator: Simulator
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    twice = escalation("{{ item }}", loop=[incident, incident])
    attempts = escalation(incident, register="done", until="done is failed", retries=2, delay=0)
    tasks = play_both_ways(twice, attempts).tasks
    assert writes(tasks) == [PUT, PUT]
    assert [each["changed"] for each in tasks[0].result["results"]] == [True, False]
    assert tasks[1].result["attempts"] == 2
    assert tasks[1].result["levels"] == {incident: 3}


def test_hosts_that_come_to_a_task_again_escalate_once_more(play: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (play.folder / "escalate.yml").write_text(
        f"- oncall.pagerduty.incident_escalation: {{incident_id: {incident}, level: next}}\n"
    )
    tasks = on_hosts(play, {"include_tasks": "escalate.yml", "loop": [1, 2]}).tasks
    done = [task for task in tasks if "levels" in task.result]
    assert (len(done), writes(tasks)) == (6, [PUT, PUT])
    assert [task.result["levels"][incident] for task in done if task.changed] == [2, 3]


@pytest.mark.parametrize("fault", ["status_before", "status_after"])
def test_after_an_unknown_outcome_the_others_try_the_same_level(
    fault: str, play: PlaybookRunner, simulator: Simulator
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    lost = {"fault": fault, "status": 504, "method": "PUT", "path": "/incidents"}
    tasks = on_hosts(play, escalation(incident, vars={"simulator_faults": [lost]}), way="one after the other").tasks
    assert [task.result["levels"] for task in tasks] == [{incident: 2}] * 3
    assert writes(tasks) == ([PUT, PUT] if fault == "status_before" else [PUT])


def test_hosts_with_other_incidents_escalate_theirs(play_both_ways: PlaybookRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    listed = {"web-1": ids[:2], "web-2": ids[1:], "web-3": ids[2:]}
    tasks = on_hosts(
        play_both_ways, escalation(f"{{{{ ({listed})[inventory_hostname] }}}}"), way="one after the other"
    ).tasks
    assert [task.changed for task in tasks] == [True, True, False]
    assert [[each["id"] for each in task.result["incidents"]] for task in tasks] == [ids[:2], ids[1:], ids[2:]]
    assert {level for task in tasks for level in task.result["levels"].values()} == {2}
