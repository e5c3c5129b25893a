# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_status."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import NOTE, PUT, Case, ConcurrentTask, FaultTask, ModuleTests
from modules.strategies import resolutions

TESTS = ModuleTests(
    simplest={"status": "acknowledged"},
    cases=(
        Case("acknowledges", {"status": "acknowledged"}, changes=True, reads=3, writes=(PUT,)),
        Case("resolves", {"status": "resolved"}, changes=True, reads=1, writes=(PUT,)),
        Case(
            "resolves with a resolution",
            {"status": "resolved", "resolution": "Logs rotated."},
            changes=True,
            reads=1,
            writes=(PUT,),
        ),
        Case(
            "resolves an acknowledged incident",
            {"status": "resolved"},
            changes=True,
            state={"status": "acknowledged"},
            reads=1,
            writes=(PUT,),
        ),
        Case(
            "finds it acknowledged",
            {"status": "acknowledged"},
            changes=False,
            state={"status": "acknowledged"},
            reads=1,
        ),
        Case(
            "re-opens a resolved incident",
            {"status": "triggered"},
            changes=True,
            state={"status": "resolved"},
            reads=2,
            writes=(PUT,),
        ),
        Case(
            "acknowledges a resolved incident with reopen",
            {"status": "acknowledged", "reopen": True},
            changes=True,
            state={"status": "resolved"},
            reads=3,
            writes=(PUT,),
        ),
        Case(
            "takes an acknowledgement back",
            {"status": "triggered"},
            changes=True,
            state={"status": "acknowledged"},
            reads=1,
            writes=(PUT,),
        ),
        Case(
            "leaves the resolution of a resolved incident",
            {"status": "resolved", "resolution": "Logs rotated."},
            changes=False,
            state={"status": "resolved", "resolution": "Logs rotated."},
            reads=2,
        ),
        Case("finds it resolved", {"status": "resolved"}, changes=False, state={"status": "resolved"}, reads=1),
        Case(
            "acknowledges 250 in one call",
            {"status": "acknowledged"},
            changes=True,
            incidents=250,
            reads=5,
            writes=(PUT,),
        ),
    ),
    bad_input=(
        ({"status": "closed"}, "value of status must be one of: triggered, acknowledged, resolved, got: closed"),
        ({"status": None}, "missing required arguments: status"),
        ({"status": "acknowledged", "resolution": "done"}, "resolution: "),
    ),
    strategy=resolutions
    | st.fixed_dictionaries(
        {"status": st.sampled_from(["triggered", "acknowledged", "resolved"])}, optional={"reopen": st.booleans()}
    ),
    fault_tasks=(
        FaultTask("acknowledges", {"status": "acknowledged"}, (PUT,)),
        FaultTask("re-opens", {"status": "triggered"}, (PUT,), {"status": "resolved"}),
        FaultTask("resolves", {"status": "resolved", "resolution": NOTE}, (PUT,)),
    ),
    concurrent_tasks=(
        ConcurrentTask(
            {"status": "resolved", "resolution": NOTE},
            lambda state: state["incidents"][0]["log_entries"].count("resolve"),
            PUT,
        ),
    ),
)
