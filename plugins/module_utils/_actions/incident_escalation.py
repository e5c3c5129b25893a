# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Escalation: who is on call at each level of an incident's policy, and whether the incident is there already.

PagerDuty does not return the level of an incident. It is at the level whose on-call users are its assignees, if the
policy assigned them, not a person. What the next level is, is decided once in a task: if the response to the escalation
is lost, the task must not take the level after it. Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import label
from .._api.errors import HINTS_BY_CODE
from .._core.errors import InvalidOption, Refused
from .._core.plan import Plan, PlanOrOutcome, Write
from .assignments import assignments
from .incidents import check_open, checked_ids, name_of, plan_each, put_incidents, read_incidents
from .on_call import OnCall, UsersByLevel, notified

NEXT = "next"
NEXT_LEVELS = "next levels"
NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def escalate(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Escalate each incident to a level of its escalation policy, which pages those on call there.

    Args:
        params: `incident_id` and `level`, a number or `next`.

    Raises:
        InvalidOption: the level is something else.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents, `escalation_level`; GET /oncalls.
    """
    given = params["level"].strip()
    if given != NEXT and not NUMBER.fullmatch(given):
        raise InvalidOption("level", "must be 1 or greater, or next", params["level"])
    write = put_incidents(pagerduty, harmful_twice=True)
    on_call = OnCall(pagerduty)

    def plan(incident: Record) -> Plan:
        check_open(incident, "it cannot be escalated")
        _check_urgency(incident)
        levels = on_call.levels(incident["escalation_policy"]["id"])
        level = _next_level(pagerduty, incident, levels) if given == NEXT else int(given)
        if level not in levels:
            raise _nobody_on_call(pagerduty, incident, levels, level)
        if_unknown = (
            f"Wait a few minutes, then set level to {level}: next may be the level after it." if given == NEXT else ""
        )
        return _plan(incident, levels[level], level, write, if_unknown)

    return plan_each(read_incidents(pagerduty, checked_ids(params["incident_id"])), plan)


def _check_urgency(incident: Record) -> None:
    """Check that an incident can be escalated to a level.

    Raises:
        Refused: its urgency is low.

    Source: https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents.
    """
    if incident.get("urgency") == "low":
        raise Refused(
            f"Incident {name_of(incident)} has low urgency, and PagerDuty escalates only high-urgency incidents.",
            hint="Set urgency: high with the incident module first.",
        )


def _next_level(pagerduty: PagerDuty, incident: Record, levels: UsersByLevel) -> int:
    """Return the level after the present one that has somebody on call, as decided in the task's first plan.

    Raises:
        Refused: there is none, or the present level cannot be told.
    """
    decided: dict[str, int] = pagerduty.decisions.setdefault(NEXT_LEVELS, {})
    if incident["id"] not in decided:
        present = _present_level(pagerduty, incident, levels)
        later = [level for level in levels if level > present]
        if not later:
            raise Refused(
                f"Incident {name_of(incident)} is at level {present}, after which nobody is on call. "
                f"{_listed(_policy(pagerduty, incident), levels)}",
                hint="Choose a level, or request responders with incident_responders.",
            )
        decided[incident["id"]] = min(later)
    return decided[incident["id"]]


def _present_level(pagerduty: PagerDuty, incident: Record, levels: UsersByLevel) -> int:
    """Return the level of an incident.

    Raises:
        Refused: it cannot be told.
    """
    assigned = {entry["assignee"]["id"] for entry in incident.get("assignments") or ()}
    matching = [level for level, users in levels.items() if set(users) == assigned]
    if incident.get("assigned_via") != "escalation_policy":
        reason = "it was assigned by hand"
    elif not matching:
        reason = "its assignees are not the people on call at any level"
    elif len(matching) > 1:
        reason = f"the same people are on call at the levels {', '.join(map(str, sorted(matching)))}"
    else:
        return matching[0]
    raise Refused(
        f"The present level of incident {name_of(incident)} cannot be told: {reason}. "
        f"{_listed(_policy(pagerduty, incident), levels)}",
        hint="Set level to a number.",
    )


def _plan(incident: Record, users: t.Mapping[str, Record], level: int, write: Write, if_unknown: str) -> Plan:
    assigned = {entry["assignee"]["id"]: entry["assignee"] for entry in incident.get("assignments") or ()}
    before = {
        "assigned_via": incident.get("assigned_via"),
        "assignees": sorted(label(users.get(user_id, assignee)) for user_id, assignee in assigned.items()),
    }
    after = {"assigned_via": "escalation_policy", "assignees": sorted(map(label, users.values()))}
    if before == after:
        return Plan(incident["id"], before, before, incident, incident)
    # Escalating pages people, so an acknowledged incident becomes triggered (INFERRED).
    predicted = {
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
        predicted,
        write,
        {"escalation_level": level},
        notified(users.values(), f"on call at level {level} of {label(incident['escalation_policy'])}"),
        if_unknown,
    )


def _nobody_on_call(pagerduty: PagerDuty, incident: Record, users: UsersByLevel, level: int) -> Refused:
    """Return why an incident cannot be escalated: the policy lacks the level, or nobody is on call there."""
    policy = _policy(pagerduty, incident)
    name = f"Incident {name_of(incident)}: level {level} of escalation policy {label(policy)}"
    if 1 <= level <= len(policy["escalation_rules"]):
        return Refused(f"{name} has nobody on call. {_listed(policy, users)}", hint=HINTS_BY_CODE[1015])
    return Refused(f"{name} does not exist. {_listed(policy, users)}", hint="Choose one of these levels.")


def _policy(pagerduty: PagerDuty, incident: Record) -> Record:
    path = path_of("escalation_policies", incident["escalation_policy"]["id"])
    policy: Record = pagerduty.get(path, "escalation_policy")
    return policy


def _listed(policy: Record, users: UsersByLevel) -> str:
    """Return a sentence that lists the levels of an escalation policy, and who is on call at each."""
    listed = "; ".join(
        f"{number}: {', '.join(map(label, users.get(number, {}).values())) or 'nobody on call'}"
        for number in range(1, len(policy["escalation_rules"]) + 1)
    )
    return f"Levels: {listed}."
