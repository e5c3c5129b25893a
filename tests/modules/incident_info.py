# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_info."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import Case, FaultTask, ModuleTests
from modules.strategies import some, users
from simulator import account

OPEN = {"statuses": ["triggered", "acknowledged"]}

includes = st.lists(st.sampled_from(["notes", "alerts", "users", "log_entries"]), max_size=3)

TESTS = ModuleTests(
    simplest={},
    cases=(
        Case("reads one incident", {}, changes=False, reads=1),
        Case(
            "reads its notes, alerts and log entries",
            {"include": ["notes", "alerts", "log_entries"]},
            changes=False,
            reads=4,
        ),
        Case("reads many by pages", {}, changes=False, incidents=120, reads=2),
        Case(
            "reads what is like it",
            {"include": ["body", "outlier_incident", "past_incidents", "related_incidents", "related_change_events"]},
            changes=False,
            reads=5,
        ),
        Case(
            "finds incidents by names",
            {
                "incident_id": None,
                "services": [account.CHECKOUT.name],
                "teams": [account.WEB.name],
                "assignees": [account.PRIMARY.email],
                "priorities": ["P1"],
                "incident_types": [account.MAJOR_INCIDENT_TYPE.display_name, account.DISABLED_TYPE.name],
                "sort": ["urgency:desc", "created_at"],
            },
            changes=False,
            state={"priority": "PPRIOR1", "incident_type": account.MAJOR_INCIDENT_TYPE.name},
            reads=7,
        ),
        Case(
            "waits for an acknowledgement that is there",
            {"wait_for_acknowledgement": "1s"},
            changes=False,
            state={"status": "acknowledged"},
            reads=1,
        ),
        Case("finds many by pages", {"incident_id": None, **OPEN}, changes=False, incidents=120, reads=2),
        Case("stops at the limit", {"incident_id": None, **OPEN, "limit": 20}, changes=False, incidents=120, reads=1),
    ),
    bad_input=(
        ({"include": ["everything"]}, "value of include must be one or more of"),
        ({"wait_for_acknowledgement": "soon"}, "wait_for_acknowledgement: must be a time such as "),
        ({"dedup_key": "key"}, "parameters are mutually exclusive: incident_id|dedup_key"),
        ({"statuses": ["triggered"]}, "parameters are mutually exclusive: incident_id|statuses"),
        ({"limit": 1}, "parameters are mutually exclusive: incident_id|limit"),
        ({"incident_id": None, "dedup_key": "key", "teams": ["Web"]}, "mutually exclusive: dedup_key|teams"),
        ({"incident_id": None}, "one of the following is required: incident_id, dedup_key, statuses"),
        ({"incident_id": None, "limit": 1}, "one of the following is required: incident_id, dedup_key, statuses"),
        ({"incident_id": None, "statuses": ["open"]}, "value of statuses must be one or more of"),
        ({"incident_id": None, "services": []}, "services: must be a list of non-empty names"),
        ({"incident_id": None, "priorities": [" "]}, "priorities: must be a list of non-empty names"),
        ({"incident_id": None, "incident_types": []}, "incident_types: must be a list of non-empty names"),
        ({"incident_id": None, "since": "yesterday"}, "since: must be a time such as"),
        ({"incident_id": None, "since": "2001-01-01T00:00:00Z"}, "since: must be within the 6 months before until"),
        ({"incident_id": None, **OPEN, "limit": 0}, "limit: must be 1 or greater"),
        ({"incident_id": None, **OPEN, "sort": ["created_at", "urgency", "resolved_at"]}, "sort: must have at most 2"),
        ({"incident_id": None, "dedup_key": " "}, "one of the following is required: incident_id, dedup_key"),
        (
            {"incident_id": None, "dedup_key": "key", "include": ["custom_fields"]},
            "include: ",
        ),
    ),
    strategy=some(include=includes)
    | st.builds(
        lambda search, rest: {"incident_id": None, **search, **rest},
        some(
            statuses=st.lists(st.sampled_from(["triggered", "acknowledged", "resolved"]), min_size=1, unique=True),
            services=st.just([account.CHECKOUT.name]),
            assignees=st.lists(users, min_size=1, max_size=2, unique=True),
            priorities=st.just(["P1"]),
            incident_types=st.lists(st.sampled_from(sorted(account.INCIDENT_TYPES)), min_size=1, unique=True),
        ),
        st.fixed_dictionaries({}, optional={"include": includes, "limit": st.integers(1, 3)}),
    ),
    fault_tasks=(FaultTask("reads", {"include": ["notes"]}),),
    writes=False,
)
