# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the table: tasks for each module, and what is expected of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from hypothesis import strategies as st

Options = dict[str, t.Any]
State = dict[str, t.Any]

NOTE = "The disk is full."
KEY = "checkout-disk"
ID = "Q0000000000001"

# Writes, with `*` for an id.
OPEN = "POST /incidents"
PUT = "PUT /incidents"
PUT_ONE = "PUT /incidents/*"
SNOOZE = "POST /incidents/*/snooze"
MERGE = "PUT /incidents/*/merge"
PUT_ALERTS = "PUT /incidents/*/alerts"
PUT_CUSTOM_FIELDS = "PUT /incidents/*/custom_fields/values"
SUBSCRIBE = "POST /incidents/*/status_updates/subscribers"
UNSUBSCRIBE = "POST /incidents/*/status_updates/unsubscribe"
POST_STATUS_UPDATE = "POST /incidents/*/status_updates"
POST_NOTE = "POST /incidents/*/notes"
PUT_NOTE = "PUT /incidents/*/notes/*"
DELETE_NOTE = "DELETE /incidents/*/notes/*"
REQUEST_RESPONDERS = "POST /incidents/*/responder_requests"
CANCEL_RESPONDERS = "PUT /incidents/*/responder_requests/cancel"
RUN_PLAY = "POST /response_plays/*/run"
START_INSTANCE = "POST /incident_workflows/*/instances"
ENQUEUE = "POST /v2/enqueue"
ENQUEUE_CHANGE = "POST /v2/change/enqueue"
OPEN_WINDOW = "POST /maintenance_windows"
CHANGE_WINDOW = "PUT /maintenance_windows/*"
END_WINDOW = "DELETE /maintenance_windows/*"
OVERRIDE = "POST /schedules/*/overrides"
END_OVERRIDE = "DELETE /schedules/*/overrides/*"
OVERRIDE_SHIFTS = "POST /v3/schedules/*/overrides"
ADD_SHIFT = "POST /v3/schedules/*/custom_shifts"
END_OVERRIDE_SHIFT = "DELETE /v3/schedules/*/overrides/*"

SETTING: State = {"incidents": 2, "incident": {"alerts": 2}}
"""What the simulator is reset to where the simplest task of every module should change something."""
CREATE_USER = "POST /users"
UPDATE_USER = "PUT /users/*"
DELETE_USER = "DELETE /users/*"

TRIGGERED = ("event", {"dedup_key": KEY})
ACKNOWLEDGED = ("event", {"dedup_key": KEY, "action": "acknowledge"})
RESOLVED = ("event", {"dedup_key": KEY, "action": "resolve"})


@dataclass(frozen=True)
class Case:
    """A task, the state it meets, and what it costs.

    Args:
        name: reads as the end of "the module ...".
        options: the module's options; `incident_id` is added, unless it is None.
        changes: whether there is anything to do.
        reads: the largest number of reads.
        writes: the writes, with `*` for an id.
        incidents: how many incidents there are; all of them are given to the task.
        state: how the incidents are before the task.
        before: tasks that complete the state, as (module, options).
        idempotent: whether a second run changes nothing.
    """

    name: str
    options: Options
    changes: bool
    reads: int
    writes: tuple[str, ...] = ()
    incidents: int = 1
    state: State = field(default_factory=dict)
    before: tuple[tuple[str, Options], ...] = ()
    idempotent: bool = True

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class FaultTask:
    """A task of the fault matrix.

    Args:
        name: reads as the end of "the module ...".
        options: as of a `Case`.
        writes: the calls that write, in order, with `*` for an id.
        state: how each incident is before the task.
        incidents: how many there are; the task gets the first.
        event: whether there is an open alert instead of an incident.
        reads_back: whether the module reads after a write that went well.
        ignored: fields of an incident in which the task records its own progress.
        unreadable: whether the effect cannot be read from PagerDuty, and may stay unknown.
    """

    name: str
    options: Options
    writes: tuple[str, ...] = ()
    state: State = field(default_factory=dict)
    incidents: int = 1
    event: bool = False
    reads_back: bool = False
    ignored: tuple[str, ...] = ()
    unreadable: bool = False


@dataclass(frozen=True)
class ConcurrentTask:
    """A task that many forks run at the same moment.

    Args:
        count: how often it took effect, from the simulator's state.
        write: the call that writes, with `*` for an id.
        on_any_machine: whether it must take effect once even if each fork runs on a machine of its own.
    """

    options: Options
    count: t.Callable[[State], int]
    write: str
    on_any_machine: bool = True


@dataclass(frozen=True)
class ModuleTests:
    """All rows of one module.

    Args:
        simplest: the shortest useful task without `incident_id`; it changes something on the first incident of
            `SETTING`.
        bad_input: options with words of the message that refuses them.
        strategy: random options for the property tests.
        on_incidents: whether the module takes `incident_id`.
        on_one: whether it takes a single incident only.
        writes: whether it ever changes an incident.
        needs_from: whether PagerDuty requires the header From for its writes.
    """

    simplest: Options
    cases: tuple[Case, ...]
    bad_input: tuple[tuple[Options, str], ...]
    strategy: st.SearchStrategy[Options]
    fault_tasks: tuple[FaultTask, ...]
    concurrent_tasks: tuple[ConcurrentTask, ...] = ()
    on_incidents: bool = True
    on_one: bool = False
    writes: bool = True
    needs_from: bool = True


def pages(reason: str) -> t.Callable[[State], int]:
    """Return a function that counts the pages for a reason."""
    return lambda state: sum(page["reason"] == reason for page in state["pages"])


def open_windows(state: State) -> int:
    """Return how many maintenance windows are open, without the one that the account starts with."""
    return sum(bool(window["end"] > state["now"]) for window in state["maintenance_windows"]) - 1


def change_events(state: State) -> int:
    """Return how many change events there are."""
    return len(state["change_events"])


def pattern(call: str) -> tuple[str, str]:
    """Return method and path of a call such as `PUT /incidents/*/notes/*`, as regular expressions."""
    method, path = call.split()
    return method, path.replace("*", "[^/]+")
