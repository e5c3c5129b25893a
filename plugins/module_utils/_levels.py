# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Escalation: who is on call at which level of an incident's policy, and whether the incident is there already.

PagerDuty does not say at which level an incident is. It is at the level whose people on call are its assignees, as
long as the policy, and not a person, has assigned them. Private to the collection.
"""

from __future__ import annotations

import typing as t

from ._directory import label
from ._errors import HINTS_BY_CODE, BadInput, Refused
from ._incidents import assignments, name_of, plan_each, put_incidents, read_incidents
from ._plan import Plan, Planned, Write
from ._rest import PagerDuty, Record, path_of

OnCall = dict[int, dict[str, Record]]
"""The users on call, by level and by id."""


def escalate(pagerduty: PagerDuty, ids: t.Sequence[str], level: int) -> list[Planned]:
    """Bring each incident to a level of its escalation policy, which pages those on call there.

    Raises:
        BadInput: when the level is below 1.

    Source: openapi/rest.json, PUT /incidents, `escalation_level`; GET /oncalls.
    """
    if level < 1:
        raise BadInput("level", "levels are counted from 1", level)
    write = put_incidents(pagerduty)
    on_call: dict[str, OnCall] = {}

    def plan(incident: Record) -> Plan:
        if incident["status"] == "resolved":
            raise Refused(
                f"Incident {name_of(incident)} is resolved and cannot be escalated.", hint=HINTS_BY_CODE[1001]
            )
        policy = incident["escalation_policy"]["id"]
        if policy not in on_call:
            on_call[policy] = _on_call(pagerduty, policy)
        if level not in on_call[policy]:
            raise _nobody_there(pagerduty, incident, on_call[policy], level)
        return _plan(incident, on_call[policy][level], level, write)

    return plan_each(read_incidents(pagerduty, ids), plan)


def _plan(incident: Record, users: t.Mapping[str, Record], level: int, write: Write) -> Plan:
    assigned = {entry["assignee"]["id"]: entry["assignee"] for entry in incident.get("assignments") or ()}
    before = {
        "assigned_via": incident.get("assigned_via"),
        "assignees": sorted(label(users.get(user_id, assignee)) for user_id, assignee in assigned.items()),
    }
    after = {"assigned_via": "escalation_policy", "assignees": sorted(map(label, users.values()))}
    if before == after:
        return Plan(incident["id"], before, before, incident, incident)
    # Escalating pages anew: what was acknowledged is triggered again.
    expected = {
        **incident,
        "assigned_via": "escalation_policy",
        "assignments": assignments(users.values()),
        "status": "triggered",
        "acknowledgements": [],
    }
    return Plan(
        incident["id"],
        {**before, "status": incident["status"]},
        {**after, "status": "triggered"},
        incident,
        expected,
        write,
        {"escalation_level": level},
    )


def _on_call(pagerduty: PagerDuty, policy_id: str) -> OnCall:
    """Who is on call now at each level of a policy that has somebody."""
    levels: OnCall = {}
    for page in pagerduty.pages("/oncalls", "oncalls", [("escalation_policy_ids[]", policy_id)]):
        for entry in page:
            levels.setdefault(entry["escalation_level"], {})[entry["user"]["id"]] = entry["user"]
    return levels


def _nobody_there(pagerduty: PagerDuty, incident: Record, on_call: OnCall, level: int) -> Refused:
    """Why an incident cannot be brought to a level: the policy lacks it, or nobody is on call there."""
    policy = pagerduty.get(path_of("escalation_policies", incident["escalation_policy"]["id"]), "escalation_policy")
    levels = range(1, len(policy["escalation_rules"]) + 1)
    told = "; ".join(
        f"{number}: {', '.join(map(label, on_call.get(number, {}).values())) or 'nobody on call'}" for number in levels
    )
    what = f"Incident {name_of(incident)}: level {level} of escalation policy {label(policy)}"
    if level in levels:
        return Refused(f"{what} has nobody on call. Levels: {told}.", hint=HINTS_BY_CODE[1015])
    return Refused(f"{what} does not exist. Levels: {told}.", hint="Choose one of these levels.")
