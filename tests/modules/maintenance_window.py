# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module maintenance_window."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import (
    CHANGE_WINDOW,
    END_WINDOW,
    OPEN_WINDOW,
    Case,
    ConcurrentTask,
    FaultTask,
    ModuleTests,
    open_windows,
)
from simulator import account

DEPLOYMENT = {"description": "Deployment", "services": [account.CHECKOUT.name], "duration": "1h"}
BILLING = {"description": "Billing migration", "services": [account.BILLING.id]}
"""The window that the account starts with, until 2099."""

services = st.lists(
    st.sampled_from([account.CHECKOUT.name, account.CHECKOUT.id, account.DATABASE.id, account.BILLING.name]),
    min_size=1,
    max_size=3,
)
descriptions = st.sampled_from(["Deployment", "Upgrade", "Billing migration"])
starts = st.sampled_from(["2026-01-02T03:04:05Z", "2098-01-01T11:00:00+02:00", "2098-01-01T10:00:00Z"])
ends = st.sampled_from(["2098-01-01T12:00:00Z", "2098-01-01T15:00:00+02:00", "2099-06-01T00:00:00Z"])
present = {"description": descriptions, "services": services}

TESTS = ModuleTests(
    simplest=DEPLOYMENT,
    cases=(
        Case(
            "opens a window for several services",
            {**DEPLOYMENT, "services": [account.CHECKOUT.name, account.DATABASE.id]},
            changes=True,
            incidents=0,
            reads=4,
            writes=(OPEN_WINDOW,),
        ),
        Case("finds the window open", {**BILLING, "end": "2099-01-01T01:00:00+01:00"}, changes=False, reads=2),
        Case(
            "extends a window",
            {**BILLING, "end": "2099-06-01T00:00:00Z"},
            changes=True,
            incidents=0,
            reads=2,
            writes=(CHANGE_WINDOW,),
        ),
        Case(
            "ends a window",
            {"description": "Billing migration", "state": "absent"},
            changes=True,
            incidents=0,
            reads=1,
            writes=(END_WINDOW,),
        ),
    ),
    bad_input=(
        ({"description": " "}, "missing required arguments: description"),
        ({"description": None}, "missing required arguments: description"),
        ({"services": []}, "services: "),
        ({"services": None}, "state is present but all of the following are missing: services"),
        ({"duration": None}, "state is present but any of the following are missing: end, duration"),
        ({"end": "2098-01-01T00:00:00Z"}, "parameters are mutually exclusive: end|duration"),
        ({"duration": "soon"}, "duration: "),
        ({"duration": 2}, "duration: a number below 60 must have a unit: 2m (or 120), 2h, or 2s, got '2'."),
        ({"duration": "999999999w"}, "duration: "),
        ({"duration": None, "end": "2098-01-01"}, "end: "),
        ({"duration": None, "end": "2026-01-01T00:00:00Z"}, "end: "),
        ({"duration": None, "start": "2098-01-01T00:00:00Z", "end": "2098-01-01T00:00:00Z"}, "end: "),
        ({"start": "2026-01-01T00:00:00Z"}, "duration: "),
        ({"start": "tomorrow"}, "start: "),
        ({"state": "closed"}, "value of state must be one of: present, absent, got: closed"),
    ),
    strategy=st.one_of(
        st.fixed_dictionaries({**present, "duration": st.sampled_from(["1h", "PT2H", "600"])}),
        st.fixed_dictionaries({**present, "end": ends}, optional={"start": starts}),
        st.fixed_dictionaries({"description": descriptions, "state": st.just("absent")}),
    ),
    fault_tasks=(
        FaultTask(
            "opens a window",
            {"description": "Deployment", "services": [account.CHECKOUT.id], "end": "2098-01-01T00:00:00Z"},
            (OPEN_WINDOW,),
            event=True,
            reads_back=True,
        ),
        FaultTask("extends a window", {**BILLING, "end": "2099-06-01T00:00:00Z"}, (CHANGE_WINDOW,), event=True),
        FaultTask("ends a window", {"description": "Billing migration", "state": "absent"}, (END_WINDOW,), event=True),
    ),
    concurrent_tasks=(ConcurrentTask(DEPLOYMENT, open_windows, OPEN_WINDOW),),
    on_incidents=False,
)
