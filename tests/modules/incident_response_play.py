# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_response_play."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import POST_NOTE, PUT_NOTE, RUN_PLAY, Case, FaultTask, ModuleTests
from simulator import account

TESTS = ModuleTests(
    simplest={"response_play": account.MAJOR_INCIDENT.name},
    cases=(
        Case("runs a play", {"response_play": account.MAJOR_INCIDENT.name}, changes=True, reads=4, writes=(RUN_PLAY,)),
        Case(
            "finds the play run",
            {"response_play": account.MAJOR_INCIDENT.id},
            changes=False,
            before=(("incident_response_play", {"response_play": account.MAJOR_INCIDENT.name}),),
            reads=2,
        ),
        Case(
            "runs a play on each of many",
            {"response_play": account.MAJOR_INCIDENT.id},
            changes=True,
            incidents=2,
            reads=6,
            writes=(RUN_PLAY,) * 2,
        ),
        Case(
            "runs a play of subscribers only, and notes it",
            {"response_play": account.TELL_STAKEHOLDERS.id},
            changes=True,
            reads=3,
            writes=(POST_NOTE, RUN_PLAY, PUT_NOTE),
        ),
    ),
    bad_input=(
        ({"response_play": None}, "missing required arguments: response_play"),
        ({"response_play": ""}, "missing required arguments: response_play"),
    ),
    strategy=st.fixed_dictionaries(
        {"response_play": st.sampled_from([account.MAJOR_INCIDENT.id, account.TELL_STAKEHOLDERS.name])}
    ),
    fault_tasks=(
        FaultTask("runs", {"response_play": account.MAJOR_INCIDENT.name}, (RUN_PLAY,), reads_back=True),
        FaultTask(
            "runs a play of subscribers",
            {"response_play": account.TELL_STAKEHOLDERS.name},
            (POST_NOTE, RUN_PLAY, PUT_NOTE),
            ignored=("notes",),
            unreadable=True,
        ),
    ),
)
