# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix: what modules are asked to do, what can befall each of their calls, and how the outcome is judged.

A cell is one task that meets one fault on one of its calls, once or again and again. It is judged by the simulator's
state alone. A task without a fault shows what the state is before and after; whatever befalls the task, the state
must be one of these two, and the report must say which. Then the task runs once more without a fault, and the effect
must be there exactly once.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from reliability.processes import Ran
from simulator import account

State = dict[str, t.Any]

LATE = 2.0
"""Seconds by which an answer or an effect is late."""
TIMEOUT = 1.0
"""Seconds that a task gives to a call that is late."""
NOTE = "The disk is full."
KEY = "checkout-disk"


@dataclass(frozen=True)
class Task:
    """What a module is asked to do.

    Args:
        name: reads as the end of "the module ...".
        writes: the calls that write, in their order, as regular expressions.
        state: how the incident is when the task meets it.
        event: whether it meets an alert that is open, and no other incident.
        looks_back: whether it reads after a write that went well.
        aside: fields of an incident that the task keeps its own books in.
        unreadable: whether PagerDuty has no way to read the effect, so that it may stay unknown.
    """

    module: str
    name: str
    options: dict[str, t.Any]
    writes: tuple[str, ...] = ()
    state: dict[str, t.Any] = field(default_factory=dict)
    event: bool = False
    looks_back: bool = False
    aside: tuple[str, ...] = ()
    unreadable: bool = False

    def __str__(self) -> str:
        return f"{self.module} {self.name}"


@dataclass(frozen=True)
class Fault:
    """What befalls a call.

    Args:
        name: for the table.
        simulated: the simulator's fault and its arguments; empty for a refused connection.
        timeout: seconds that the task gives to a call.
        max_wait: seconds that the task spends at most, where it is to outlast the fault.
        late: whether the effect may come when the task has given up.
    """

    name: str
    simulated: dict[str, t.Any] = field(default_factory=dict)
    timeout: float = 30.0
    max_wait: float = 10.0
    late: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Cell:
    """One task that meets one fault.

    Args:
        place: `read`, `write`, `both` (the write, and every look at what became of it) or `after` (that look alone).
        write: which of the task's writes, counted from 0.
        lasting: whether the fault stays; else it comes once, and the task has the patience to try again.
    """

    task: Task
    fault: Fault
    place: str
    lasting: bool
    write: int = 0

    def __str__(self) -> str:
        on = f"{self.place} {self.write + 1}" if len(self.task.writes) > 1 and self.place != "read" else self.place
        return f"{self.task}: {self.fault} on {on}, {'lasting' if self.lasting else 'once'}"

    @property
    def max_wait(self) -> float:
        """Seconds; a lasting fault outlasts a second try."""
        return min(0.6, self.fault.max_wait) if self.lasting else self.fault.max_wait

    def faults(self, reads_before: int) -> list[dict[str, t.Any]]:
        """What the simulator is told, given how many reads come before the write."""
        times = 99 if self.lasting else 1
        read = {"method": "GET", "path": ".*", "times": times, **self.fault.simulated}
        if self.place == "read":
            return [read]
        looks = {**read, "skip": reads_before}
        method, path = self.task.writes[self.write].split()
        write = {"method": method, "path": path, "times": times, **self.fault.simulated}
        return {"write": [write], "both": [write, looks], "after": [looks]}[self.place]


PUT = "PUT /incidents"
POST_NOTE = "POST /incidents/[^/]+/notes"
ENQUEUE = "POST /v2/enqueue"

TASKS = (
    Task("incident_info", "reads", {"include": ["notes"]}),
    Task("incident_status", "acknowledges", {"status": "acknowledged"}, (PUT,)),
    Task("incident_status", "resolves", {"status": "resolved", "resolution": NOTE}, (PUT,)),
    Task("incident_note", "adds", {"content": NOTE}, (POST_NOTE,)),
    Task(
        "incident_note",
        "removes",
        {"content": NOTE, "state": "absent"},
        ("DELETE /incidents/[^/]+/notes/[^/]+",),
        {"notes": [NOTE]},
    ),
    Task(
        "incident",
        "changes",
        {"title": "Checkout is down", "priority": "P1", "assignees": [account.OWNER.email, account.COMMANDER.id]},
        (PUT,),
    ),
    Task(
        "incident",
        "adds a resolution",
        {"status": "resolved", "resolution": NOTE},
        (POST_NOTE,),
        {"status": "resolved"},
    ),
    Task("incident_escalation", "escalates", {"level": 2}, (PUT,)),
    Task("incident_escalation_policy", "moves", {"escalation_policy": account.DATABASE_POLICY.name}, (PUT,)),
    Task(
        "incident_responders",
        "asks",
        {"users": [account.OWNER.email, account.NIGHT_SHIFT.id], "escalation_policies": [account.DATABASE_POLICY.id]},
        ("POST /incidents/[^/]+/responder_requests",),
    ),
    Task(
        "incident_response_play",
        "runs",
        {"response_play": account.MAJOR_INCIDENT.name},
        ("POST /response_plays/[^/]+/run",),
        looks_back=True,
    ),
    Task(
        "incident_workflow",
        "starts",
        {"incident_workflow": account.DECLARE_MAJOR.name},
        (POST_NOTE, "POST /incident_workflows/[^/]+/instances", "PUT /incidents/[^/]+/notes/[^/]+"),
        aside=("notes",),
        unreadable=True,
    ),
    Task("event", "triggers", {"summary": NOTE, "dedup_key": "another"}, (ENQUEUE,), event=True),
    Task("event", "acknowledges", {"action": "acknowledge", "dedup_key": KEY}, (ENQUEUE,), event=True),
    Task("event", "resolves", {"action": "resolve", "dedup_key": KEY}, (ENQUEUE,), event=True),
)


def _status(when: str, status: int, **rest: t.Any) -> dict[str, t.Any]:
    return {"fault": f"status_{when}", "status": status, **rest}


REFUSED = Fault("connection refused")
FAULTS = (
    REFUSED,
    Fault("dropped before", {"fault": "drop_before"}),
    Fault("dropped after", {"fault": "drop_after"}),
    Fault("time-out before", {"fault": "delay_before", "seconds": LATE}, timeout=TIMEOUT, late=True),
    Fault("time-out after", {"fault": "delay_after", "seconds": LATE}, timeout=TIMEOUT),
    Fault("408", _status("before", 408)),
    Fault("429 with reset", _status("before", 429, headers={"ratelimit-reset": "1"})),
    Fault("429 without headers", _status("before", 429)),
    Fault("429 beyond max_wait", _status("before", 429, headers={"ratelimit-reset": "3600"}), max_wait=1.0),
    Fault("500", _status("before", 500)),
    Fault("502 with HTML", _status("before", 502, body="<html>Bad Gateway</html>", content_type="text/html")),
    Fault("503 before", _status("before", 503)),
    Fault("503 after", _status("after", 503)),
    Fault("truncated JSON", {"fault": "truncated"}),
    Fault("wrong shape", {"fault": "wrong_shape"}),
    Fault("sign-in page", {"fault": "html"}),
    Fault("redirect", {"fault": "redirect", "location": "https://example.com/"}),
    Fault("slow trickle", {"fault": "trickle", "seconds_per_byte": LATE / 16}, timeout=TIMEOUT),
    Fault("huge answer", {"fault": "huge", "bytes": 65 * 1024**2}),
)


def cells() -> list[Cell]:
    """Every task with every fault, on each of its calls, once and lasting."""
    return [cell for task in TASKS for fault in FAULTS for cell in _cells_of(task, fault)]


def _cells_of(task: Task, fault: Fault) -> t.Iterator[Cell]:
    for lasting in (True, False):
        # The port that refuses stays closed, also to whoever looks afterwards.
        places = ("write", "both", *(("after",) if task.looks_back else ())) if fault.simulated else ("write",)
        if fault.simulated or lasting:
            yield Cell(task, fault, "read", lasting)
            yield from (Cell(task, fault, place, lasting, n) for n in range(len(task.writes)) for place in places)


@dataclass(frozen=True)
class Verdict:
    """What is wrong in a cell; nothing as a rule.

    Args:
        unknown: whether the task said that it cannot know; not wrong in itself.
    """

    cell: Cell
    duplicates: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    wrong_reports: tuple[str, ...] = ()
    tracebacks: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def faults(self) -> tuple[str, ...]:
        """All that is wrong."""
        return self.duplicates + self.losses + self.wrong_reports + self.tracebacks


@dataclass(frozen=True)
class Expected:
    """What a task does where nothing befalls it.

    Args:
        before: the effect as it is before the task.
        after: the effect as it is afterwards.
        reads_before: how many reads come before each of its writes.
    """

    before: State
    after: State
    reads_before: tuple[int, ...]


def effect(task: Task, state: State) -> State:
    """What of the simulator's state is the task's effect: no ids, no times, and no books that are kept aside."""
    incidents = [
        {
            "id": incident["id"],
            **{name: incident[name] for name in ("status", "title", "priority", "escalation_policy", "assigned_via")},
            "assignees": sorted(incident["assignees"]),
            "notes": [] if "notes" in task.aside else sorted(note["content"] for note in incident["notes"]),
            "responders": sorted((responder["user"], responder["state"]) for responder in incident["responders"]),
            "responder_requests": incident["responder_requests"],
            "subscribers": sorted(subscriber["subscriber_id"] for subscriber in incident["subscribers"]),
            "alerts": sorted((alert["alert_key"], alert["status"]) for alert in incident["alerts"]),
        }
        for incident in state["incidents"]
    ]
    return {
        "incidents": incidents,
        "pages": sorted((page["user"], page["incident"], page["reason"]) for page in state["pages"]),
        "runs": sorted((run["workflow_id"], run["incident_id"]) for run in state["workflow_instances"]),
    }


def size(effect: State) -> int:
    """How much there is that can be there twice."""
    incidents = effect["incidents"]
    counted: int = sum(
        len(incident["notes"]) + len(incident["alerts"]) + incident["responder_requests"] for incident in incidents
    )
    return counted + len(incidents) + len(effect["pages"]) + len(effect["runs"])


def judge(cell: Cell, expected: Expected, first: Ran, between: State, second: Ran, after: State) -> Verdict:
    """Whether a cell went as it must.

    Args:
        first: the task that met the fault, and `between` what its effect was once all was quiet.
        second: the same task without a fault, and `after` what the effect was then.
    """
    said_unknown = cell.task.unreadable and second.unknown
    states = (("after the fault", between), ("after the second run", after))
    return Verdict(
        cell,
        duplicates=tuple(f"twice {when}" for when, now in states if size(now) > _most(expected)),
        losses=tuple(_losses(expected, first, between, after, said_unknown)),
        wrong_reports=(
            *_wrong(expected, first, between, "first"),
            *(() if cell.fault.late else _needless_doubt(cell, expected, first, between)),
            *_hintless(first, "first"),
            *([] if said_unknown else _wrong_again(expected, between, second)),
            *_hintless(second, "second"),
        ),
        tracebacks=tuple(f"in the {name} run" for name, ran in (("first", first), ("second", second)) if ran.crashed),
        unknown=first.unknown or second.unknown,
    )


def _most(expected: Expected) -> int:
    return max(size(expected.before), size(expected.after))


def _losses(expected: Expected, first: Ran, between: State, after: State, said_unknown: bool) -> t.Iterator[str]:
    if not first.failed and between != expected.after:
        yield "reported as done, and is not"
    if between not in (expected.before, expected.after) and size(between) <= _most(expected):
        yield "done in part"
    if after != expected.after and size(after) <= _most(expected) and not said_unknown:
        yield "not there after the second run"


def _wrong(expected: Expected, ran: Ran, now: State, name: str) -> t.Iterator[str]:
    changes = expected.before != expected.after
    if ran.code != int(ran.failed):
        yield f"{name} run: exit code {ran.code} with failed={ran.failed}"
    if not ran.failed and ran.changed != changes:
        yield f"{name} run: changed={ran.changed} without a failure"
    if ran.failed and not ran.failures:
        yield f"{name} run: failed without failures"
    if changes and ran.failed and not ran.unknown and now != expected.before:
        yield f"{name} run: outcome not_done, and it is done"
    if ran.failed and ran.changed and now != expected.after:
        yield f"{name} run: failed and changed, and nothing is"
    yield from _wrong_status(ran, now, name)


def _wrong_status(ran: Ran, now: State, name: str) -> t.Iterator[str]:
    status = {incident["id"]: incident["status"] for incident in now["incidents"]}
    for incident in (ran.result or {}).get("incidents", []):
        if "status" in incident and incident["status"] != status[incident["id"]]:
            yield f"{name} run: says {incident['status']}, is {status[incident['id']]}"


def _needless_doubt(cell: Cell, expected: Expected, ran: Ran, now: State) -> t.Iterator[str]:
    """Only the write was met: a look would have shown what became of it."""
    if cell.place == "write" and ran.unknown and now == expected.after and not cell.task.unreadable:
        yield "first run: outcome unknown, although a look would tell"


def _hintless(ran: Ran, name: str) -> t.Iterator[str]:
    for failure in ran.failures:
        if not failure.get("hint"):
            yield f"{name} run: no next step in {failure.get('message')!r}"


def _wrong_again(expected: Expected, between: State, second: Ran) -> t.Iterator[str]:
    if second.failed:
        yield f"second run: {(second.result or {}).get('msg')}"
    elif second.changed != (between != expected.after):
        yield f"second run: changed={second.changed}"
