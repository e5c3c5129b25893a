# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident."""

from __future__ import annotations

import typing as t

from hypothesis import strategies as st

from modules.rows import KEY, OPEN, PUT, PUT_ONE, Case, ConcurrentTask, FaultTask, ModuleTests
from modules.strategies import PRIORITIES, policies, resolutions, some, texts, urls, users
from simulator import account

ENABLED_TYPES = [each.name for each in account.INCIDENT_TYPES.values() if each.is_enabled]
OPENING: dict[str, t.Any] = {
    "incident_id": None,
    "service": account.CHECKOUT.name,
    "incident_key": KEY,
    "title": "Checkout is down",
}


def is_valid(options: dict[str, t.Any]) -> bool:
    """Whether options can be given together."""
    excluded = "escalation_policy" in options or options.get("status") == "resolved"
    return set(options) != {"reopen"} and not ("assignees" in options and excluded)


updates = some(
    status=st.sampled_from(["triggered", "acknowledged", "resolved"]),
    reopen=st.booleans(),
    title=texts,
    urgency=st.sampled_from(["high", "low"]),
    priority=st.sampled_from(sorted(PRIORITIES)),
    assignees=st.lists(users, min_size=1, max_size=3),
    escalation_policy=policies,
    service=st.sampled_from([account.CHECKOUT.id, account.DATABASE.name]),
    conference_bridge=some(conference_url=urls, conference_number=st.just("+1-415-555-0100")),
).filter(is_valid)

openings = st.builds(
    lambda opening, update: {**opening, **update},
    st.fixed_dictionaries(
        {
            "incident_id": st.none(),
            "service": st.sampled_from([account.CHECKOUT.id, account.DATABASE.name]),
            "incident_key": st.sampled_from([KEY, "another"]),
            "title": texts,
        },
        optional={"body": texts, "incident_type": st.sampled_from(ENABLED_TYPES)},
    ),
    updates,
).filter(lambda options: "reopen" not in options)

TESTS = ModuleTests(
    simplest={"title": "Checkout is down"},
    cases=(
        Case(
            "changes a title, an urgency and a bridge in one call",
            {
                "title": "Checkout is down",
                "urgency": "low",
                "conference_bridge": {"conference_url": "https://meet.example.com/checkout"},
            },
            changes=True,
            reads=1,
            writes=(PUT,),
        ),
        Case(
            "resolves with all fields",
            {"status": "resolved", "resolution": "Logs rotated.", "title": "Disk full"},
            changes=True,
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
        Case(
            "finds the conference bridge",
            {"conference_bridge": {"conference_url": "https://meet.example.com/a"}},
            changes=False,
            before=(("incident", {"conference_bridge": {"conference_url": "https://meet.example.com/a"}}),),
            reads=1,
        ),
        Case(
            "acknowledges in the name of the assignee",
            {"status": "acknowledged", "assignees": [account.OWNER.id]},
            changes=True,
            reads=3,
            writes=(PUT,),
        ),
        Case(
            "re-opens a resolved incident for other people",
            {"status": "triggered", "assignees": [account.OWNER.id]},
            changes=True,
            state={"status": "resolved"},
            reads=2,
            writes=(PUT,),
        ),
        Case(
            "opens an incident",
            {**OPENING, "priority": "P1", "body": "Since 14:05.", "incident_type": "Major Incident"},
            changes=True,
            incidents=0,
            reads=5,
            writes=(OPEN,),
        ),
        Case(
            "opens an incident with a policy and a bridge",
            {
                **OPENING,
                "escalation_policy": account.DATABASE_POLICY.name,
                "conference_bridge": {"conference_url": "https://meet.example.com/a"},
            },
            changes=True,
            incidents=0,
            reads=4,
            writes=(OPEN,),
        ),
        Case(
            "opens an incident for somebody",
            {**OPENING, "assignees": [account.OWNER.email]},
            changes=True,
            incidents=0,
            reads=4,
            writes=(OPEN,),
        ),
        Case(
            "opens an incident for two people",
            {**OPENING, "assignees": [account.OWNER.email, account.SECONDARY.email]},
            changes=True,
            incidents=0,
            reads=5,
            writes=(OPEN, PUT_ONE),
        ),
        Case(
            "opens an incident for its own user, who is not paged",
            {**OPENING, "assignees": [account.FROM_EMAIL]},
            changes=True,
            incidents=0,
            reads=4,
            writes=(OPEN,),
        ),
        Case(
            "finds the incident with its key open",
            OPENING,
            changes=False,
            state={"incident_key": KEY, "title": OPENING["title"]},
            reads=2,
        ),
        Case(
            "changes the open incident with its key",
            {**OPENING, "urgency": "low"},
            changes=True,
            state={"incident_key": KEY},
            reads=2,
            writes=(PUT,),
        ),
        Case(
            "resolves the open incident with its key",
            {**OPENING, "title": None, "status": "resolved", "resolution": "Rolled back."},
            changes=True,
            state={"incident_key": KEY},
            reads=2,
            writes=(PUT,),
        ),
        Case(
            "moves an incident to another service and its people",
            {"service": account.DATABASE.name, "escalation_policy": account.DATABASE_POLICY.name},
            changes=True,
            reads=4,
            writes=(PUT_ONE,),
        ),
        Case(
            "moves each incident of another service",
            {"service": account.DATABASE.id, "title": "Disk full"},
            changes=True,
            incidents=2,
            reads=3,
            writes=(PUT_ONE,) * 2,
        ),
        Case("finds an incident on its service", {"service": account.CHECKOUT.name}, changes=False, reads=2),
        Case(
            "opens an incident although another service has one with the key",
            {**OPENING, "service": account.DATABASE.name},
            changes=True,
            incidents=0,
            before=(("incident", OPENING),),
            reads=3,
            writes=(OPEN,),
        ),
        Case("sets a priority by name", {"priority": "P1"}, changes=True, reads=2, writes=(PUT,)),
        Case(
            "assigns people, whatever their order",
            {"assignees": [account.OWNER.email, account.COMMANDER.id]},
            changes=True,
            reads=3,
            writes=(PUT,),
        ),
        Case(
            "finds the same people assigned",
            {"assignees": [account.OWNER.email, account.COMMANDER.email]},
            changes=False,
            state={"assignees": [account.COMMANDER.id, account.OWNER.id]},
            reads=3,
        ),
        Case("raises the urgency", {"urgency": "high"}, changes=True, state={"urgency": "low"}, reads=1, writes=(PUT,)),
        Case(
            "changes only the incidents that differ",
            {"escalation_policy": account.DATABASE_POLICY.name, "urgency": "low"},
            changes=True,
            incidents=3,
            before=(("incident", {"urgency": "low"}),),
            reads=3,
            writes=(PUT,),
        ),
    ),
    bad_input=(
        ({"title": None}, "one of the following is required: status"),
        ({"status": "closed"}, "value of status must be one of: triggered, acknowledged, resolved, got: closed"),
        ({"resolution": "done"}, "resolution: "),
        ({"assignees": []}, "assignees: "),
        ({"assignees": ["PUSER01"], "status": "resolved"}, "assignees: cannot be combined with status=resolved"),
        ({"assignees": ["", " "]}, "assignees: "),
        ({"assignees": ["PUSER01"], "escalation_policy": "Database"}, "mutually exclusive: assignees"),
        ({"title": " "}, "one of the following is required: status, title"),
        ({"urgency": "middling"}, "value of urgency must be one of: high, low, got: middling"),
        ({"conference_bridge": "+1-415-555-0100"}, "dictionary requested"),
        ({"conference_bridge": {}}, "conference_bridge: "),
        ({"conference_bridge": {"room": "7"}}, "conference_bridge: "),
        ({"conference_bridge": {"conference_url": ["https://meet.example.com/"]}}, "conference_bridge: "),
        ({"conference_bridge": True}, "cannot be converted to a dict"),
        ({"incident_id": None}, "is required: incident_id, dedup_key, incident_key"),
        ({"service": "Checkout", "incident_key": KEY}, "mutually exclusive: incident_id|"),
        ({"body": "Since 14:05."}, "mutually exclusive: incident_id|body"),
        ({"incident_id": None, "incident_key": KEY}, "missing parameter(s) required by 'incident_key': service"),
        (
            {"incident_id": None, "service": "Checkout"},
            "is required: incident_id, dedup_key, incident_key",
        ),
        ({**OPENING, "title": None, "urgency": "low"}, "title: required to open an incident"),
        ({**OPENING, "service": " "}, "missing parameter(s) required by 'incident_key': service"),
        ({**OPENING, "incident_key": " "}, "is required: incident_id, dedup_key, incident_key"),
        ({**OPENING, "reopen": True}, "reopen: requires incident_id"),
    ),
    strategy=openings.filter(is_valid)
    | updates
    | st.builds(lambda one, other: {**one, **other}, updates, resolutions).filter(is_valid),
    fault_tasks=(
        FaultTask(
            "changes",
            {"title": "Checkout is down", "priority": "P1", "assignees": [account.OWNER.email, account.COMMANDER.id]},
            (PUT,),
        ),
        FaultTask("moves", {"service": account.DATABASE.name}, (PUT_ONE,)),
        FaultTask("re-opens", {"status": "triggered"}, (PUT,), {"status": "resolved"}),
        FaultTask("opens", {**OPENING, "priority": "P1"}, (OPEN,)),
        FaultTask(
            "resolves by key",
            {**OPENING, "title": None, "status": "resolved", "resolution": "Rolled back."},
            (PUT,),
            {"incident_key": KEY},
        ),
    ),
    concurrent_tasks=(
        ConcurrentTask(
            OPENING, lambda state: sum(incident["incident_key"] == KEY for incident in state["incidents"]), OPEN
        ),
    ),
)
