# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules are asked to do in the tests: one table for all of them.

A new module is held to the laws of `test_laws.py` by adding its rows here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

NOTE = "The disk is full."


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
