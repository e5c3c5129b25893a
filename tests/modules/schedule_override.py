# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module schedule_override."""

from __future__ import annotations

import typing as t

from hypothesis import strategies as st

from modules.rows import (
    ADD_SHIFT,
    END_OVERRIDE,
    END_OVERRIDE_SHIFT,
    OVERRIDE,
    OVERRIDE_SHIFTS,
    Case,
    ConcurrentTask,
    FaultTask,
    ModuleTests,
    State,
)
from modules.strategies import users
from simulator import account

LAYERS = {"schedule": account.WEB_SECONDARY.id, "user": account.COMMANDER.id}
"""A layer-based schedule with one person on call."""
SHIFTS = {"schedule": account.PAYMENTS_SHIFTS.id, "user": account.COMMANDER.id}
"""A shift-based schedule with two people on call."""
NIGHT = {"start": "2098-01-01T20:00:00Z", "end": "2098-01-02T08:00:00+02:00"}
"""When nobody is known to be on call."""
ABSENT = {"state": "absent"}

schedules = st.sampled_from(
    [
        account.WEB_SECONDARY.name,
        account.FACILITIES.id,
        account.EMPTY.id,
        account.PAYMENTS_SHIFTS.id,
        account.LAUNCH_WATCH.name,
    ]
)
spans = st.sampled_from([NIGHT, {"duration": "1h"}, {"end": "2098-01-01T00:00:00Z"}])
replaced = st.sampled_from([{}, {"instead_of": account.SECONDARY.email}, {"instead_of": "nobody"}])


def overrides(state: State) -> int:
    """Return how many overrides there are."""
    return len(state["overrides"])


def together(*parts: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return options in one."""
    return {name: value for part in parts for name, value in part.items()}


TESTS = ModuleTests(
    simplest={**LAYERS, "duration": "2h"},
    cases=(
        Case(
            "takes over",
            {"schedule": account.WEB_SECONDARY.name, "user": account.COMMANDER.email, "duration": "2h"},
            changes=True,
            incidents=0,
            reads=5,
            writes=(OVERRIDE,),
        ),
        Case(
            "takes over one of two shifts",
            {**SHIFTS, "instead_of": account.OWNER.id, "duration": "2h"},
            changes=True,
            incidents=0,
            reads=8,
            writes=(OVERRIDE_SHIFTS,),
        ),
        Case(
            "adds a person",
            {**SHIFTS, "instead_of": "nobody", **NIGHT},
            changes=True,
            incidents=0,
            reads=6,
            writes=(ADD_SHIFT,),
        ),
        Case(
            "finds the user on call",
            {**LAYERS, "user": account.SECONDARY.id, "duration": "2h"},
            changes=False,
            incidents=0,
            reads=4,
        ),
        Case(
            "extends an override",
            {**LAYERS, "duration": "3h"},
            changes=True,
            incidents=0,
            reads=4,
            writes=(OVERRIDE,),
            before=(("schedule_override", {**LAYERS, "duration": "1h"}),),
        ),
        Case(
            "ends an override",
            {**LAYERS, **ABSENT},
            changes=True,
            incidents=0,
            reads=4,
            writes=(END_OVERRIDE,),
            before=(("schedule_override", {**LAYERS, "duration": "1h"}),),
        ),
        Case(
            "ends the override of a shift",
            {**SHIFTS, **ABSENT},
            changes=True,
            incidents=0,
            reads=8,
            writes=(END_OVERRIDE_SHIFT,),
            before=(("schedule_override", {**SHIFTS, "instead_of": account.OWNER.id, "duration": "1h"}),),
        ),
        Case("finds no override", {**LAYERS, **ABSENT}, changes=False, incidents=0, reads=4),
    ),
    bad_input=(
        ({"schedule": None}, "missing required arguments: schedule"),
        ({"user": " "}, "missing required arguments: user"),
        ({"duration": None}, "state is present but any of the following are missing: end, duration"),
        ({"end": "2098-01-01T00:00:00Z"}, "parameters are mutually exclusive: end|duration"),
        ({"duration": "soon"}, "duration: "),
        ({"duration": 2}, "duration: a number below 60 must have a unit: 2m (or 120), 2h, or 2s, got '2'."),
        ({"duration": "30s"}, "duration: must be in the future, and more than a minute after the start"),
        ({"duration": "999999999w"}, "duration: "),
        ({"duration": None, "end": "2098-01-01"}, "end: "),
        ({"duration": None, "end": "2026-01-01T00:00:00Z"}, "end: must be in the future"),
        ({"duration": None, "start": "2098-01-01T00:00:00Z", "end": "2098-01-01T00:00:00Z"}, "end: "),
        ({"start": "2026-01-01T00:00:00Z"}, "duration: must be in the future"),
        ({"start": "tomorrow"}, "start: "),
        ({"state": "ended"}, "value of state must be one of: present, absent, got: ended"),
    ),
    strategy=st.one_of(
        st.builds(together, st.fixed_dictionaries({"schedule": schedules, "user": users}), spans, replaced),
        st.fixed_dictionaries({"schedule": schedules, "user": users, "state": st.just("absent")}),
    ),
    fault_tasks=(
        FaultTask("takes over", {**LAYERS, **NIGHT}, (OVERRIDE,)),
        FaultTask("takes over two shifts", {**SHIFTS, "duration": "2h"}, (OVERRIDE_SHIFTS,)),
        FaultTask("adds a person", {**SHIFTS, **NIGHT}, (ADD_SHIFT,)),
    ),
    concurrent_tasks=(ConcurrentTask({**LAYERS, "duration": "2h"}, overrides, OVERRIDE, on_any_machine=False),),
    on_incidents=False,
    needs_from=False,
)
