# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix: what modules are asked to do, what can go wrong with each of their calls, and what must hold then.

A scenario is one task with one fault on one of its calls, once or each time. It is checked by the simulator alone. A
run without a fault shows the state before and after the task; whatever the fault, the state must be one of these two,
and the result must say which. Where some of several people could not be looked up, the others are paged, and the result
says so. What it says is held against the journal as well: a write that was accepted is a change, also if the task then
failed. Then the task runs again without a fault, and must have taken effect exactly once.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from figures.reliability.processes import ModuleRun
from modules import MODULES
from modules.rows import FaultTask, pattern

State = dict[str, t.Any]

READS = ("GET", "HEAD")
ACCEPTED = range(200, 300)
WITHOUT_EFFECT = ("drop_before", "html", "redirect", "status_before")
"""The simulator's faults that keep a write from having an effect."""
LATE = 2.0
"""Seconds by which a response or an effect is delayed."""
TIMEOUT = 1.0
"""Seconds: the timeout of a task with a delayed call."""


@dataclass(frozen=True)
class Task:
    """A task of the fault matrix, with its module."""

    module: str
    rows: FaultTask

    def __str__(self) -> str:
        return f"{self.module} {self.rows.name}"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a call.

    Args:
        name: for the table.
        simulated: the simulator's fault and its arguments; empty for a refused connection.
        timeout: seconds, of the task.
        max_wait: seconds, of a task that should outlast the fault.
        late: whether the effect may come, or show, after the task has given up.
    """

    name: str
    simulated: dict[str, t.Any] = field(default_factory=dict)
    timeout: float = 30.0
    max_wait: float = 10.0
    late: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Scenario:
    """One task with one fault.

    Args:
        place: `read`, `write`, `both` (the write and every read after it) or `after` (the reads after it).
        write: which of the task's writes, counted from 0.
        lasting: whether the fault stays; otherwise it comes once, and the task may wait long enough to retry.
    """

    task: Task
    fault: Fault
    place: str
    lasting: bool
    write: int = 0

    def __str__(self) -> str:
        on = f"{self.place} {self.write + 1}" if len(self.task.rows.writes) > 1 and self.place != "read" else self.place
        return f"{self.task}: {self.fault} on {on}, {'lasting' if self.lasting else 'once'}"

    @property
    def max_wait(self) -> float:
        """Seconds; a lasting fault outlasts a retry."""
        return min(0.6, self.fault.max_wait) if self.lasting else self.fault.max_wait

    def faults(self, reads_before: int) -> list[dict[str, t.Any]]:
        """Return the simulator's faults, given how many reads come before the write."""
        times = 99 if self.lasting else 1
        read = {"method": "GET", "path": ".*", "times": times, **self.fault.simulated}
        if self.place == "read":
            return [read]
        reads_after = {**read, "skip": reads_before}
        method, path = pattern(self.task.rows.writes[self.write])
        write = {"method": method, "path": path, "times": times, **self.fault.simulated}
        return {"write": [write], "both": [write, reads_after], "after": [reads_after]}[self.place]


TASKS = tuple(Task(module, rows) for module, tests in MODULES.items() for rows in tests.fault_tasks)


def _status(when: str, status: int, **rest: t.Any) -> dict[str, t.Any]:
    return {"fault": f"status_{when}", "status": status, **rest}


REFUSED = Fault("connection refused")
PARTIAL = Fault("partial answer", {"fault": "fewer"})
"""Only of a write: nothing would tell a list that lacks something from a whole one."""
FAULTS = (
    REFUSED,
    Fault("dropped before", {"fault": "drop_before"}),
    Fault("dropped after", {"fault": "drop_after"}),
    Fault("time-out before", {"fault": "delay_before", "seconds": LATE}, timeout=TIMEOUT, late=True),
    Fault("time-out after", {"fault": "delay_after", "seconds": LATE}, timeout=TIMEOUT),
    Fault("408 before", _status("before", 408)),
    Fault("408 after", _status("after", 408)),
    Fault("429 with reset", _status("before", 429, headers={"ratelimit-reset": "1"})),
    Fault("429 without headers", _status("before", 429)),
    Fault("429 beyond max_wait", _status("before", 429, headers={"ratelimit-reset": "3600"}), max_wait=1.0),
    Fault("500", _status("before", 500)),
    Fault("502 with HTML", _status("before", 502, body="<html>Bad Gateway</html>", content_type="text/html")),
    Fault("503 before", _status("before", 503)),
    Fault("503 after", _status("after", 503)),
    Fault("stale reads", {"fault": "stale", "seconds": 1.0}, late=True),
    PARTIAL,
    Fault("truncated JSON", {"fault": "truncated"}),
    Fault("wrong shape", {"fault": "wrong_shape"}),
    Fault("sign-in page", {"fault": "html"}),
    Fault("redirect", {"fault": "redirect", "location": "https://example.com/"}),
    Fault("slow trickle", {"fault": "trickle", "seconds_per_byte": LATE / 16}, timeout=TIMEOUT),
    Fault("huge answer", {"fault": "huge", "bytes": 65 * 1024**2}),
)


def scenarios() -> list[Scenario]:
    """Return every task with every fault, on each of its calls, once and lasting."""
    return [scenario for task in TASKS for fault in FAULTS for scenario in _scenarios_of(task, fault)]


def scenarios_through_proxy() -> list[Scenario]:
    """Return those that are possible through a tunnel, of which a proxy cannot refuse a single call."""
    return [scenario for scenario in scenarios() if scenario.fault is not REFUSED]


def _scenarios_of(task: Task, fault: Fault) -> t.Iterator[Scenario]:
    for lasting in (True, False):
        if not (fault.simulated or lasting):
            continue
        # A port that refuses connections refuses the reads afterwards as well.
        only_write = fault in (REFUSED, PARTIAL)
        places = ("write",) if only_write else ("write", "both", *(("after",) if task.rows.reads_back else ()))
        if fault is not PARTIAL or not task.rows.writes:
            yield Scenario(task, fault, "read", lasting)
        yield from (Scenario(task, fault, place, lasting, n) for n in range(len(task.rows.writes)) for place in places)


@dataclass(frozen=True)
class Finding:
    """What went wrong in a scenario.

    Args:
        unknown: whether the task reported an unknown outcome, which is not wrong in itself.
    """

    scenario: Scenario
    duplicates: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    wrong_reports: tuple[str, ...] = ()
    tracebacks: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def problems(self) -> tuple[str, ...]:
        """All problems."""
        return self.duplicates + self.losses + self.wrong_reports + self.tracebacks


@dataclass(frozen=True)
class Expected:
    """What a task does without a fault.

    Args:
        before: the effect as it is before the task.
        after: the effect as it is afterwards.
        reads_before: how many reads come before each of its writes.
    """

    before: State
    after: State
    reads_before: tuple[int, ...]


COMPARED = ("status", "title", "priority", "service", "escalation_policy", "assigned_via")
"""Fields of an incident that are compared as they are."""


def effect(task: Task, state: State) -> State:
    """Return the part of the simulator's state that is the task's effect: no ids, times or records of its own.

    Who was paged, and how often, counts; not in how many requests for responders.
    """
    incidents = [
        {
            "id": incident["id"],
            **{name: incident[name] for name in COMPARED},
            "assignees": sorted(incident["assignees"]),
            "notes": [] if "notes" in task.rows.ignored else sorted(note["content"] for note in incident["notes"]),
            "responders": sorted((responder["user"], responder["state"]) for responder in incident["responders"]),
            "subscribers": sorted(subscriber["subscriber_id"] for subscriber in incident["subscribers"]),
            "merged_into": incident["merged_into"],
            "is_snoozed": incident["snoozed_until"] is not None,
            "custom_fields": incident["custom_fields"],
            "status_updates": [update["message"] for update in incident["status_updates"]],
            "alerts": sorted((alert["alert_key"], alert["status"]) for alert in incident["alerts"]),
        }
        for incident in state["incidents"]
    ]
    return {
        "incidents": incidents,
        "pages": sorted((page["user"], page["incident"], page["reason"]) for page in state["pages"]),
        "change_events": sorted(event["payload"]["summary"] for event in state["change_events"]),
        "maintenance_windows": sorted(
            (window["description"], window["end"], window["services"])
            for window in state["maintenance_windows"]
            if window["end"] > state["now"]
        ),
        "overrides": sorted(
            (override["schedule"], override["user"], override["overridden"] or "")
            for override in state["overrides"]
            if override["end"] > state["now"]
        ),
        "runs": sorted((run["workflow_id"], run["incident_id"]) for run in state["workflow_instances"]),
        "plays": sorted((run["response_play"], run["incident"]) for run in state["response_play_runs"]),
        "users": sorted((user["email"], user["name"], user["role"], user["color"]) for user in state["users"]),
    }


def is_part(now: State, expected: Expected) -> bool:
    """Return whether everybody was paged whom the task pages, except for some, and nothing else happened."""
    before, after = expected.before, expected.after
    paged = [Counter(effect["pages"]) for effect in (before, now, after)]
    return paged[0] <= paged[1] <= paged[2] and _without_pages(now) in map(_without_pages, (before, after))


def _without_pages(effect: State) -> State:
    incidents = [
        {name: value for name, value in incident.items() if name != "responders"} for incident in effect["incidents"]
    ]
    return {**effect, "pages": [], "incidents": incidents}


def size(effect: State) -> int:
    """Return the number of things that could be there twice."""
    incidents = effect["incidents"]
    counted: int = sum(
        len(incident["notes"]) + len(incident["alerts"]) + len(incident["status_updates"]) for incident in incidents
    )
    others = ("pages", "change_events", "maintenance_windows", "overrides", "runs", "plays", "users")
    return counted + len(incidents) + sum(len(effect[name]) for name in others)


def judge(
    scenario: Scenario, expected: Expected, first: ModuleRun, between: State, second: ModuleRun, after: State
) -> Finding:
    """Return what went wrong in a scenario.

    Args:
        first: the run with the fault, and `between` its effect.
        second: the run without a fault, and `after` its effect.
    """
    reported_unknown = scenario.task.rows.unreadable and second.unknown
    states = (("after the fault", between), ("after the second run", after))
    return Finding(
        scenario,
        duplicates=tuple(f"twice {when}" for when, now in states if size(now) > _most(expected)),
        losses=tuple(_losses(expected, first, between, after, reported_unknown)),
        wrong_reports=(
            *_wrong(expected, first, between, "first"),
            *(() if scenario.fault.late else _needlessly_unknown(scenario, expected, first, between)),
            *_without_hint(first, "first"),
            *([] if reported_unknown else _wrong_second(expected, between, second)),
            *_without_hint(second, "second"),
        ),
        tracebacks=tuple(f"in the {name} run" for name, ran in (("first", first), ("second", second)) if ran.crashed),
        unknown=first.unknown or second.unknown,
    )


def against_journal(task: Task, ran: ModuleRun, entries: t.Sequence[State]) -> t.Iterator[str]:
    """Yield what the result of a run says against the journal of its calls.

    Args:
        entries: of the run with the fault alone.
    """
    own_records = re.compile("|".join(f"/incidents/[^/]+/{name}(/.*)?" for name in task.rows.ignored))
    writes = [
        entry
        for entry in entries
        if entry["method"] not in READS and not (task.rows.ignored and own_records.fullmatch(entry["path"]))
    ]
    accepted = [entry for entry in writes if entry["fault"] is None and entry["status"] in ACCEPTED]
    if accepted and not ran.changed:
        calls = ", ".join(f"{entry['method']} {entry['path']}" for entry in accepted)
        yield f"first run: changed=False, but PagerDuty accepted {calls}"
    if ran.changed and not any(map(_may_have_effect, writes)):
        yield "first run: changed=True, but no write reached PagerDuty"
    if not ran.changed and any(failure.get("outcome") == "partly_done" for failure in ran.failures):
        yield "first run: partly done, but changed=False"


def _may_have_effect(write: State) -> bool:
    refused = write["fault"] is None and write["status"] not in (None, *ACCEPTED)
    return not refused and write["fault"] not in WITHOUT_EFFECT


def _most(expected: Expected) -> int:
    return max(size(expected.before), size(expected.after))


def _tells_part(ran: ModuleRun) -> bool:
    return ran.changed and any(failure.get("outcome") == "partly_done" for failure in ran.failures)


def _losses(
    expected: Expected, first: ModuleRun, between: State, after: State, reported_unknown: bool
) -> t.Iterator[str]:
    if not first.failed and between != expected.after:
        yield "reported as done, but is not"
    told = _tells_part(first) and is_part(between, expected)
    if between not in (expected.before, expected.after) and size(between) <= _most(expected) and not told:
        yield "partly done"
    if after != expected.after and size(after) <= _most(expected) and not reported_unknown:
        yield "not done after the second run"


def _wrong(expected: Expected, ran: ModuleRun, now: State, name: str) -> t.Iterator[str]:
    changes = expected.before != expected.after
    told = _tells_part(ran) and is_part(now, expected)
    if ran.code != int(ran.failed):
        yield f"{name} run: exit code {ran.code} with failed={ran.failed}"
    if not ran.failed and ran.changed != changes:
        yield f"{name} run: changed={ran.changed} without a failure"
    if ran.failed and not ran.failures:
        yield f"{name} run: failed without failures"
    if changes and ran.failed and not ran.unknown and now != expected.before and not told:
        yield f"{name} run: outcome not_done, but it is done"
    if ran.failed and ran.changed and now != expected.after and not told:
        yield f"{name} run: failed and changed, but nothing changed"
    yield from _wrong_status(ran, now, name)


def _wrong_status(ran: ModuleRun, now: State, name: str) -> t.Iterator[str]:
    status = {incident["id"]: incident["status"] for incident in now["incidents"]}
    for incident in (ran.result or {}).get("incidents", []):
        if "status" in incident and incident["status"] != status[incident["id"]]:
            yield f"{name} run: says {incident['status']}, is {status[incident['id']]}"


def _needlessly_unknown(scenario: Scenario, expected: Expected, ran: ModuleRun, now: State) -> t.Iterator[str]:
    """Only the write failed, so a read would have shown the effect."""
    if scenario.place == "write" and ran.unknown and now == expected.after and not scenario.task.rows.unreadable:
        yield "first run: outcome unknown, although a read would have shown it"


def _without_hint(ran: ModuleRun, name: str) -> t.Iterator[str]:
    for failure in ran.failures:
        if not failure.get("hint"):
            yield f"{name} run: no hint in {failure.get('message')!r}"


def _wrong_second(expected: Expected, between: State, second: ModuleRun) -> t.Iterator[str]:
    if second.failed:
        yield f"second run: {(second.result or {}).get('msg')}"
    elif second.changed != (between != expected.after):
        yield f"second run: changed={second.changed}"
