# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_status_update."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import NOTE, POST_STATUS_UPDATE, Case, ConcurrentTask, FaultTask, ModuleTests
from modules.strategies import texts
from simulator import account

TESTS = ModuleTests(
    simplest={"update_message": NOTE},
    cases=(
        Case(
            "notifies the subscribers",
            {"update_message": NOTE, "subject": "Disk full", "html_message": "<h1>Disk full</h1>"},
            changes=True,
            state={"subscribers": [account.OWNER.id, account.DATA.id]},
            reads=5,
            writes=(POST_STATUS_UPDATE,),
        ),
        Case(
            "finds the message in the latest status update",
            {"update_message": NOTE},
            changes=False,
            before=(("incident_status_update", {"update_message": NOTE}),),
            reads=1,
        ),
        Case(
            "sends an update on each of many",
            {"update_message": NOTE},
            changes=True,
            incidents=2,
            reads=4,
            writes=(POST_STATUS_UPDATE,) * 2,
        ),
    ),
    bad_input=(
        ({"update_message": None}, "missing required arguments: update_message"),
        ({"update_message": " "}, "missing required arguments: update_message"),
        ({"subject": "Disk full"}, "required together: subject, html_message"),
        ({"subject": "", "html_message": "<p></p>"}, "parameters are required together: subject, html_message"),
        ({"allow_duplicate": "perhaps"}, "allow_duplicate"),
    ),
    strategy=st.fixed_dictionaries({"update_message": texts}),
    fault_tasks=(
        FaultTask(
            "notifies",
            {"update_message": NOTE},
            (POST_STATUS_UPDATE,),
            {"subscribers": [account.OWNER.id, account.DATA.id]},
        ),
    ),
    concurrent_tasks=(
        ConcurrentTask(
            {"update_message": NOTE},
            lambda state: len(state["incidents"][0]["status_updates"]),
            POST_STATUS_UPDATE,
            on_any_machine=False,
        ),
    ),
)
