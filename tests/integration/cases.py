# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules are asked to do in the tests: one table for all of them.

A new module is held to the laws of `test_laws.py` by adding its rows here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from simulator import account

NOTE = "The disk is full."

SIMPLEST: dict[str, dict[str, t.Any]] = {
    "event": {"dedup_key": "checkout-disk"},
    "incident": {"title": "Checkout is down"},
    "incident_escalation": {"level": 2},
    "incident_escalation_policy": {"escalation_policy": account.DATABASE_POLICY.name},
    "incident_info": {},
    "incident_note": {"content": NOTE},
    "incident_responders": {"users": [account.OWNER.email]},
    "incident_response_play": {"response_play": account.MAJOR_INCIDENT.name},
    "incident_status": {"status": "acknowledged"},
    "incident_workflow": {"incident_workflow": account.DECLARE_MAJOR.name},
}
"""The shortest useful task of each module, without `incident_id`; on a triggered incident each has something to do."""
ON_INCIDENTS = tuple(module for module in SIMPLEST if module != "event")
WRITING = tuple(module for module in ON_INCIDENTS if module != "incident_info")


def step(module: str, incident_id: t.Any, /, **options: t.Any) -> dict[str, t.Any]:
    """A module's shortest task on an incident, or on many, with more options; an option that is None is left out."""
    targets = {"incident_id": incident_id} if module in ON_INCIDENTS else {}
    given = {**targets, **SIMPLEST[module], **options}
    return {f"oncall.pagerduty.{module}": {name: value for name, value in given.items() if value is not None}}


def bare(module: str, options: dict[str, t.Any], ids: list[str]) -> dict[str, t.Any]:
    """A module's task with these options and no others, on all of the incidents."""
    targets = {"incident_id": ids} if module in ON_INCIDENTS else {}
    return {f"oncall.pagerduty.{module}": {**targets, **options}}


@dataclass(frozen=True)
class Case:
    """A task, the state it meets, and what it must cost.

    Args:
        name: reads as the end of "the module ...".
        module: the module's short name.
        options: its options; `incident_id` is added for modules that take one.
        changes: whether there is anything to do.
        incidents: how many incidents there are, all of which are given to the task.
        state: how the incidents are when the task meets them.
        before: tasks that bring about more of the state, as (module, options).
        reads: how many reads the task may send.
        writes: the writes it must send, with `*` for an incident's id.
    """

    name: str
    module: str
    options: dict[str, t.Any]
    changes: bool
    reads: int
    writes: tuple[str, ...] = ()
    incidents: int = 1
    state: dict[str, t.Any] = field(default_factory=dict)
    before: tuple[tuple[str, dict[str, t.Any]], ...] = ()
    idempotent: bool = True

    def __str__(self) -> str:
        return f"{self.module} {self.name}"


PUT = "PUT /incidents"
ASK = "POST /incidents/*/responder_requests"
RUN_PLAY = "POST /response_plays/*/run"
START = ("POST /incidents/*/notes", "POST /incident_workflows/*/instances", "PUT /incidents/*/notes/*")
POST_NOTE = "POST /incidents/*/notes"
ENQUEUE = "POST /v2/enqueue"
KEY = "checkout-disk"
TRIGGERED = ("event", {"dedup_key": KEY})
ACKNOWLEDGED = ("event", {"dedup_key": KEY, "action": "acknowledge"})
RESOLVED = ("event", {"dedup_key": KEY, "action": "resolve"})

CASES = (
    Case("reads one incident", "incident_info", {}, changes=False, reads=1),
    Case(
        "reads what is beside it",
        "incident_info",
        {"include": ["notes", "alerts", "log_entries"]},
        changes=False,
        reads=4,
    ),
    Case("reads many by pages", "incident_info", {}, changes=False, incidents=120, reads=2),
    Case("acknowledges", "incident_status", {"status": "acknowledged"}, changes=True, reads=1, writes=(PUT,)),
    Case("resolves", "incident_status", {"status": "resolved"}, changes=True, reads=1, writes=(PUT,)),
    Case(
        "resolves with a resolution",
        "incident_status",
        {"status": "resolved", "resolution": "Logs rotated."},
        changes=True,
        reads=1,
        writes=(PUT,),
    ),
    Case(
        "resolves what is acknowledged",
        "incident_status",
        {"status": "resolved"},
        changes=True,
        state={"status": "acknowledged"},
        reads=1,
        writes=(PUT,),
    ),
    Case(
        "finds it acknowledged",
        "incident_status",
        {"status": "acknowledged"},
        changes=False,
        state={"status": "acknowledged"},
        reads=1,
    ),
    Case(
        "finds it resolved",
        "incident_status",
        {"status": "resolved"},
        changes=False,
        state={"status": "resolved"},
        reads=1,
    ),
    Case(
        "acknowledges 250 in one call",
        "incident_status",
        {"status": "acknowledged"},
        changes=True,
        incidents=250,
        reads=4,
        writes=(PUT,),
    ),
    Case("adds a note", "incident_note", {"content": NOTE}, changes=True, reads=1, writes=(POST_NOTE,)),
    Case(
        "adds a note of several lines",
        "incident_note",
        {"content": "First line  \nsecond line\n\n"},
        changes=True,
        reads=1,
        writes=(POST_NOTE,),
    ),
    Case(
        "finds the note",
        "incident_note",
        {"content": NOTE},
        changes=False,
        before=(("incident_note", {"content": NOTE}),),
        reads=1,
    ),
    Case(
        "removes a note",
        "incident_note",
        {"content": NOTE, "state": "absent"},
        changes=True,
        before=(("incident_note", {"content": NOTE}),),
        reads=1,
        writes=("DELETE /incidents/*/notes/*",),
    ),
    Case("finds the note gone", "incident_note", {"content": NOTE, "state": "absent"}, changes=False, reads=1),
    Case(
        "adds the note once more",
        "incident_note",
        {"content": NOTE, "allow_duplicate": True},
        changes=True,
        before=(("incident_note", {"content": NOTE}),),
        reads=1,
        writes=(POST_NOTE,),
        idempotent=False,
    ),
    Case(
        "adds a note to each of many",
        "incident_note",
        {"content": NOTE},
        changes=True,
        incidents=3,
        reads=3,
        writes=(POST_NOTE,) * 3,
    ),
    Case(
        "changes a title, an urgency and a bridge in one call",
        "incident",
        {
            "title": "Checkout is down",
            "urgency": "low",
            "conference_bridge": {"conference_url": "https://meet.example.com/checkout"},
        },
        changes=True,
        reads=1,
        writes=(PUT,),
    ),
    Case(
        "resolves with all fields",
        "incident",
        {"status": "resolved", "resolution": "Logs rotated.", "title": "Disk full"},
        changes=True,
        reads=1,
        writes=(PUT,),
    ),
    Case(
        "adds a resolution to what is resolved",
        "incident",
        {"status": "resolved", "resolution": "Logs rotated."},
        changes=True,
        state={"status": "resolved"},
        reads=2,
        writes=(POST_NOTE,),
    ),
    Case(
        "finds the resolution told",
        "incident",
        {"status": "resolved", "resolution": "Logs rotated."},
        changes=False,
        state={"status": "resolved", "resolution": "Logs rotated."},
        reads=2,
    ),
    Case("sets a priority by name", "incident", {"priority": "P1"}, changes=True, reads=2, writes=(PUT,)),
    Case(
        "assigns people, whatever their order",
        "incident",
        {"assignees": [account.OWNER.email, account.COMMANDER.id]},
        changes=True,
        reads=3,
        writes=(PUT,),
    ),
    Case(
        "finds the same people assigned",
        "incident",
        {"assignees": [account.OWNER.email, account.COMMANDER.email]},
        changes=False,
        state={"assignees": [account.COMMANDER.id, account.OWNER.id]},
        reads=3,
    ),
    Case(
        "changes only the incidents that differ",
        "incident",
        {"escalation_policy": account.DATABASE_POLICY.name, "urgency": "low"},
        changes=True,
        incidents=3,
        before=(("incident", {"urgency": "low"}),),
        reads=2,
        writes=(PUT,),
    ),
    Case("escalates", "incident_escalation", {"level": 2}, changes=True, reads=2, writes=(PUT,)),
    Case(
        "escalates what is acknowledged",
        "incident_escalation",
        {"level": 3},
        changes=True,
        state={"status": "acknowledged"},
        reads=2,
        writes=(PUT,),
    ),
    Case("finds it at the level", "incident_escalation", {"level": 1}, changes=False, reads=2),
    Case(
        "escalates many in one call",
        "incident_escalation",
        {"level": 2},
        changes=True,
        incidents=4,
        reads=2,
        writes=(PUT,),
    ),
    Case(
        "hands over to another policy",
        "incident_escalation_policy",
        {"escalation_policy": account.DATABASE_POLICY.name},
        changes=True,
        reads=2,
        writes=(PUT,),
    ),
    Case(
        "finds the policy",
        "incident_escalation_policy",
        {"escalation_policy": account.WEB_OPERATIONS.id},
        changes=False,
        reads=2,
    ),
    Case(
        "hands over many in one call",
        "incident_escalation_policy",
        {"escalation_policy": account.DATABASE_POLICY.id},
        changes=True,
        incidents=4,
        reads=2,
        writes=(PUT,),
    ),
    Case(
        "asks people and policies in one call",
        "incident_responders",
        {"users": [account.OWNER.email, account.NIGHT_SHIFT.name], "escalation_policies": [account.DATABASE_POLICY.id]},
        changes=True,
        reads=5,
        writes=(ASK,),
    ),
    Case(
        "finds them asked",
        "incident_responders",
        {"users": [account.OWNER.id], "escalation_policies": [account.DATABASE_POLICY.name]},
        changes=False,
        before=(
            (
                "incident_responders",
                {"users": [account.OWNER.id], "escalation_policies": [account.DATABASE_POLICY.name]},
            ),
        ),
        reads=4,
    ),
    Case(
        "asks only who is missing",
        "incident_responders",
        {"users": [account.OWNER.id, account.COMMANDER.id]},
        changes=True,
        state={"responders": {account.OWNER.id: "joined"}},
        reads=4,
        writes=(ASK,),
    ),
    Case(
        "does not ask again who has declined",
        "incident_responders",
        {"users": [account.OWNER.id]},
        changes=False,
        state={"responders": {account.OWNER.id: "declined"}},
        reads=3,
    ),
    Case(
        "asks again who has declined when told to",
        "incident_responders",
        {"users": [account.OWNER.id], "renotify": True},
        changes=True,
        state={"responders": {account.OWNER.id: "declined"}},
        reads=3,
        writes=(ASK,),
    ),
    Case(
        "asks for each of many",
        "incident_responders",
        {"users": [account.OWNER.id]},
        changes=True,
        incidents=3,
        reads=3,
        writes=(ASK,) * 3,
    ),
    Case(
        "runs a play",
        "incident_response_play",
        {"response_play": account.MAJOR_INCIDENT.name},
        changes=True,
        reads=4,
        writes=(RUN_PLAY,),
    ),
    Case(
        "finds the play run",
        "incident_response_play",
        {"response_play": account.MAJOR_INCIDENT.id},
        changes=False,
        before=(("incident_response_play", {"response_play": account.MAJOR_INCIDENT.name}),),
        reads=3,
    ),
    Case(
        "runs a play on each of many",
        "incident_response_play",
        {"response_play": account.TELL_STAKEHOLDERS.id},
        changes=True,
        incidents=2,
        reads=7,
        writes=(RUN_PLAY,) * 2,
    ),
    Case(
        "starts a workflow",
        "incident_workflow",
        {"incident_workflow": account.DECLARE_MAJOR.name},
        changes=True,
        reads=3,
        writes=START,
    ),
    Case(
        "finds the run started",
        "incident_workflow",
        {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-7"},
        changes=False,
        before=(("incident_workflow", {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-7"}),),
        reads=3,
    ),
    Case(
        "starts another run under another key",
        "incident_workflow",
        {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-8"},
        changes=True,
        before=(("incident_workflow", {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-7"}),),
        reads=3,
        writes=START,
    ),
    Case(
        "starts a workflow on each of many",
        "incident_workflow",
        {"incident_workflow": account.DECLARE_MAJOR.id},
        changes=True,
        incidents=2,
        reads=5,
        writes=START * 2,
    ),
    Case("triggers an alert", "event", {"dedup_key": KEY}, changes=True, incidents=0, reads=1, writes=(ENQUEUE,)),
    Case(
        "finds the alert open",
        "event",
        {"dedup_key": KEY},
        changes=False,
        incidents=0,
        before=(TRIGGERED,),
        reads=2,
    ),
    Case(
        "acknowledges an alert",
        "event",
        {"dedup_key": KEY, "action": "acknowledge"},
        changes=True,
        incidents=0,
        before=(TRIGGERED,),
        reads=1,
        writes=(ENQUEUE,),
    ),
    Case(
        "resolves an alert",
        "event",
        {"dedup_key": KEY, "action": "resolve"},
        changes=True,
        incidents=0,
        before=(TRIGGERED, ACKNOWLEDGED),
        reads=1,
        writes=(ENQUEUE,),
    ),
    Case(
        "triggers a resolved alert anew",
        "event",
        {"dedup_key": KEY},
        changes=True,
        incidents=0,
        before=(TRIGGERED, RESOLVED),
        reads=1,
        writes=(ENQUEUE,),
    ),
)
