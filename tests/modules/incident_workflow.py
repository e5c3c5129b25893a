# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_workflow."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import POST_NOTE, PUT_NOTE, START_INSTANCE, Case, FaultTask, ModuleTests
from simulator import account

START = (POST_NOTE, START_INSTANCE, PUT_NOTE)

TESTS = ModuleTests(
    simplest={"incident_workflow": account.DECLARE_MAJOR.name},
    cases=(
        Case(
            "starts a workflow", {"incident_workflow": account.DECLARE_MAJOR.name}, changes=True, reads=3, writes=START
        ),
        Case(
            "finds the run started",
            {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-7"},
            changes=False,
            before=(("incident_workflow", {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-7"}),),
            reads=3,
        ),
        Case(
            "starts another run under another key",
            {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-8"},
            changes=True,
            before=(("incident_workflow", {"incident_workflow": account.DECLARE_MAJOR.id, "run_key": "drill-7"}),),
            reads=3,
            writes=START,
        ),
        Case(
            "starts a workflow on each of many",
            {"incident_workflow": account.DECLARE_MAJOR.id},
            changes=True,
            incidents=2,
            reads=5,
            writes=START * 2,
        ),
    ),
    bad_input=(
        ({"incident_workflow": None}, "missing required arguments: incident_workflow"),
        ({"incident_workflow": " "}, "missing required arguments: incident_workflow"),
        ({"run_key": "x" * 201}, "run_key: "),
        ({"run_key": "two\nlines"}, "run_key: "),
    ),
    strategy=st.fixed_dictionaries(
        {"incident_workflow": st.sampled_from([account.DECLARE_MAJOR.id, account.DECLARE_MAJOR.name])},
        optional={"run_key": st.sampled_from(["drill-1", "drill-2"])},
    ),
    fault_tasks=(
        FaultTask(
            "starts",
            {"incident_workflow": account.DECLARE_MAJOR.name},
            START,
            ignored=("notes",),
            unreadable=True,
        ),
    ),
)
