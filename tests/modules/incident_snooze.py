# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_snooze."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from modules.rows import PUT_ONE, SNOOZE, Case, FaultTask, ModuleTests

MORNING = f"{datetime.now(timezone.utc) + timedelta(days=2):%Y-%m-%d} 08:00"
"""A time that stays the same during the tests."""

TESTS = ModuleTests(
    simplest={"duration": "2h"},
    cases=(
        Case("acknowledges and snoozes", {"duration": "2h"}, changes=True, reads=3, writes=(PUT_ONE, SNOOZE)),
        Case(
            "snoozes until a time of day in the user's time zone",
            {"until": MORNING},
            changes=True,
            state={"status": "acknowledged"},
            reads=2,
            writes=(SNOOZE,),
        ),
        Case(
            "finds it snoozed long enough",
            {"duration": "PT2H"},
            changes=False,
            before=(("incident_snooze", {"duration": "3h"}),),
            reads=2,
        ),
        Case(
            "replaces the acknowledgement timeout of the service",
            {"duration": "2h"},
            changes=True,
            state={"status": "acknowledged", "acknowledgement_timeout": 86_400},
            reads=2,
            writes=(SNOOZE,),
        ),
        Case(
            "snoozes each of many for longer",
            {"duration": 7200},
            changes=True,
            incidents=3,
            state={"status": "acknowledged"},
            before=(("incident_snooze", {"duration": 60}),),
            reads=1,
            writes=(SNOOZE,) * 3,
        ),
    ),
    bad_input=(
        ({"duration": None}, "one of the following is required: duration, until"),
        ({"until": "2026-01-31T12:00:00Z"}, "mutually exclusive"),
        ({"duration": "soon"}, "duration: "),
        ({"duration": "0"}, "duration: "),
        ({"duration": 4}, "duration: a number below 60 must have a unit: 4m (or 240), 4h, or 4s, got '4'."),
        ({"duration": "8d"}, "duration: "),
        ({"duration": None, "until": "tomorrow"}, "until: "),
        ({"duration": None, "until": "1020"}, "until: is a number; write a time in quotes"),
        ({"duration": None, "until": "08:00", "time_zone": "Mars/Olympus"}, "time_zone: "),
        ({"duration": None, "until": "2020-01-31T12:00:00Z"}, "until: "),
        ({"duration": None, "until": "2999-01-31T12:00:00Z"}, "until: "),
    ),
    strategy=st.fixed_dictionaries({"duration": st.sampled_from(["1h", "2 h", "P1D", "600"])}),
    fault_tasks=(FaultTask("snoozes", {"duration": "2h"}, (SNOOZE,), {"status": "acknowledged"}),),
)
