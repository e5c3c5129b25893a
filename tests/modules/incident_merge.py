# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_merge."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import ID, MERGE, Case, FaultTask, ModuleTests

ALERTS = {"alerts": 1}
TESTS = ModuleTests(
    simplest={"source_incidents": ["2"]},
    cases=(
        Case(
            "merges many in one call",
            {"incident_id": ["1"], "source_incidents": ["2", "3"]},
            changes=True,
            incidents=3,
            state=ALERTS,
            reads=3,
            writes=(MERGE,),
        ),
        Case(
            "merges only those that are missing",
            {"incident_id": ["1"], "source_incidents": ["2", "3"]},
            changes=True,
            incidents=3,
            state=ALERTS,
            before=(("incident_merge", {"incident_id": ["1"], "source_incidents": ["2"]}),),
            reads=5,
            writes=(MERGE,),
        ),
        Case(
            "finds them merged",
            {"incident_id": ["1"], "source_incidents": ["2"]},
            changes=False,
            incidents=2,
            state=ALERTS,
            before=(("incident_merge", {"incident_id": ["1"], "source_incidents": ["2"]}),),
            reads=4,
        ),
    ),
    bad_input=(
        ({"source_incidents": None}, "missing required arguments: source_incidents"),
        ({"source_incidents": [""]}, "source_incidents: "),
        ({"source_incidents": ["../users"]}, "source_incidents: "),
        ({"source_incidents": [ID]}, "source_incidents: "),
        ({"incident_id": [ID, "Q2"]}, "incident_id: "),
    ),
    strategy=st.fixed_dictionaries(
        {"source_incidents": st.lists(st.sampled_from(["2", "3", "4"]), min_size=1, max_size=3)}
    ),
    fault_tasks=(FaultTask("merges", {"source_incidents": ["2"]}, (MERGE,), ALERTS, incidents=2, reads_back=True),),
    on_one=True,
)
