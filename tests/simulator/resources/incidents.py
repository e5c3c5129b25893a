# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents: list, create, read, update one or many, snooze, merge.

Source: openapi/rest.json, /incidents; PAGERDUTY_API.md, "Pagination and filters" and "Incidents".
"""

from __future__ import annotations

import typing as t

from simulator import account, problems
from simulator.account import ConferenceBridge, EscalationPolicy, Priority, Service, User
from simulator.call import Answer, Call, Route
from simulator.checks import Fields, Query
from simulator.clock import DAY
from simulator.incident import Agent, Change, Incident
from simulator.state import Opening

EXPANDABLE = (
    "acknowledgers",
    "agents",
    "assignees",
    "conference_bridge",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
)
"""Source: openapi/rest.json, `include_incidents`; a single incident also knows `custom_fields`."""
STATUSES = ("triggered", "acknowledged", "resolved")
URGENCIES = ("high", "low")
UPDATE_TYPES = ("incident", "incident_reference")
IN_ONE_UPDATE_AT_MOST = 250
MERGED_ALERTS_AT_MOST = 1000
SNOOZE_AT_MOST = 604_800
"""Seconds."""
DEFAULT_RANGE = 30 * DAY
SORT_KEYS: t.Mapping[str, t.Callable[[Incident], t.Any]] = {
    "incident_number": lambda incident: incident.number,
    "created_at": lambda incident: incident.created_at,
    "resolved_at": lambda incident: incident.resolved_at or 0.0,
    "urgency": lambda incident: incident.urgency == "high",
}


def list_incidents(call: Call) -> Answer:
    """GET /incidents."""
    views = call.views(*EXPANDABLE)
    wanted = incident_filter(call.query, call.state.clock.now())
    key = call.query.one("incident_key")
    candidates: t.Iterable[Incident] = call.state.incidents.values() if key is None else call.state.with_key(key)
    found = [incident for incident in candidates if wanted(incident)]
    for name, descending in reversed(sort_order(call.query)):
        found.sort(key=SORT_KEYS[name], reverse=descending)
    return call.listing("incidents", found, views.incident)


def incident_filter(query: Query, now: float) -> t.Callable[[Incident], bool]:
    """Whether an incident is wanted by a list's query.

    Raises:
        Problem: when the query is wrong.
    """
    statuses = query.all("statuses[]", STATUSES)
    urgencies = query.all("urgencies[]", URGENCIES)
    services = query.all("service_ids[]")
    teams = query.all("team_ids[]")
    users = query.all("user_ids[]")
    since, until = date_range(query, now)

    def wanted(incident: Incident) -> bool:
        return (
            since <= incident.created_at <= until
            and (not statuses or incident.status in statuses)
            and (not urgencies or incident.urgency in urgencies)
            and (not services or incident.service.id in services)
            and (not teams or any(team.id in teams for team in incident.service.teams))
            and (not users or any(user.id in users for user in incident.assignees))
        )

    return wanted


def date_range(query: Query, now: float) -> tuple[float, float]:
    """The moments between which incidents are wanted; without since and until the last 30 days.

    Raises:
        Problem: when they are not in order.
    """
    since, until = query.moment("since"), query.moment("until")
    if query.all("date_range", ("all",)):
        return 0.0, float("inf")
    end = now if until is None else until
    start = end - DEFAULT_RANGE if since is None else since
    if start > end:
        raise problems.invalid("since must not be after until")
    return start, end


def sort_order(query: Query) -> list[tuple[str, bool]]:
    """What to sort by, each with whether it descends.

    Raises:
        Problem: when the query's sort_by is wrong.
    """
    wanted = [part for value in query.all("sort_by") for part in value.split(",")]
    if len(wanted) > 2:
        raise problems.invalid("sort_by takes at most 2 fields")
    order = []
    for part in wanted:
        name, _colon, direction = part.partition(":")
        if name not in SORT_KEYS or direction not in ("", "asc", "desc"):
            raise problems.invalid(f"sort_by must be one of {', '.join(SORT_KEYS)}, with :asc or :desc")
        order.append((name, direction == "desc"))
    return order


def create_incident(call: Call) -> Answer:
    """POST /incidents."""
    incident = call.state.open_incident(opening_of(call.body.object("incident")), call.act)
    return Answer(201, {"incident": call.views().incident(incident)})


def opening_of(fields: Fields) -> Opening:
    """What a new incident starts with.

    Raises:
        Problem: when a field is wrong.
    """
    fields.choice("type", ("incident",))
    check_one_way_to_assign(fields)
    return Opening(
        title=fields.text("title"),
        service=service_of(fields),
        urgency=fields.maybe_choice("urgency", URGENCIES) or "high",
        incident_key=fields.maybe_text("incident_key"),
        priority=priority_of(fields) or None,
        escalation_policy=escalation_policy_of(fields),
        assignees=assignees_of(fields),
        conference_bridge=conference_bridge_of(fields),
        details=details_of(fields),
        incident_type=incident_type_of(fields) or account.INCIDENT_TYPES[0],
    )


def get_incident(call: Call) -> Answer:
    """GET /incidents/{id}."""
    return Answer(body={"incident": call.views(*EXPANDABLE, "custom_fields").incident(call.incident)})


def update_incident(call: Call) -> Answer:
    """PUT /incidents/{id}."""
    incident = call.incident
    fields = call.body.object("incident")
    fields.choice("type", UPDATE_TYPES)
    change = change_of(fields)
    incident.check(change, call.user)
    incident.apply(change, call.act)
    return Answer(body={"incident": call.views().incident(incident)})


def update_incidents(call: Call) -> Answer:
    """PUT /incidents: all of the changes or, when one is refused, none."""
    items = call.body.items("incidents")
    if len(items) > IN_ONE_UPDATE_AT_MOST:
        raise problems.too_many_incidents()
    changes = checked_changes(call, items)
    for incident, change in changes:
        incident.apply(change, call.act)
    show = call.views().incident
    return Answer(body={"incidents": [show(incident) for incident, _change in changes]})


def checked_changes(call: Call, items: t.Sequence[Fields]) -> list[tuple[Incident, Change]]:
    """The changes that an update of many asks for, each one allowed.

    Raises:
        Problem: when any is not; its errors name every incident concerned.
    """
    changes: dict[str, tuple[Incident, Change]] = {}
    refusals: list[tuple[str, problems.Problem]] = []
    for item in items:
        incident_id = item.text("id")
        try:
            incident, change = checked_change(call.state.incident(incident_id), item, call.user)
            if incident.id in changes:
                raise problems.invalid("The incident is named twice")
            changes[incident.id] = incident, change
        except problems.Problem as problem:
            refusals.append((incident_id, problem))
    if refusals:
        first = refusals[0][1]
        errors = [
            f"{incident_id}: {'; '.join([problem.message, *problem.errors])}" for incident_id, problem in refusals
        ]
        raise problems.Problem(400, first.code, first.message, errors)
    return list(changes.values())


def checked_change(incident: Incident, fields: Fields, by: Agent) -> tuple[Incident, Change]:
    """One incident with its change.

    Raises:
        Problem: when the change is wrong or not allowed.
    """
    fields.choice("type", UPDATE_TYPES)
    change = change_of(fields)
    incident.check(change, by)
    return incident, change


def change_of(fields: Fields) -> Change:
    """What one item of an update asks for.

    Raises:
        Problem: when a field is wrong.
    """
    status = fields.maybe_text("status")
    if status not in (None, *STATUSES):
        raise problems.invalid_status()
    check_one_way_to_assign(fields)
    return Change(
        status=status,
        resolution=fields.maybe_text("resolution"),
        title=fields.maybe_text("title"),
        urgency=fields.maybe_choice("urgency", URGENCIES),
        priority=priority_of(fields),
        escalation_level=fields.maybe_integer("escalation_level"),
        assignees=assignees_of(fields),
        escalation_policy=escalation_policy_of(fields),
        conference_bridge=conference_bridge_of(fields),
        service=service_of(fields) if "service" in fields else None,
        incident_type=incident_type_of(fields),
    )


def check_one_way_to_assign(fields: Fields) -> None:
    """Assignments exclude an escalation policy and a level.

    Raises:
        Problem: when there are both.
    """
    if "assignments" in fields and ("escalation_policy" in fields or "escalation_level" in fields):
        raise problems.invalid("assignments cannot be combined with escalation_policy or escalation_level")


def service_of(fields: Fields) -> Service:
    """The service.

    Raises:
        Problem: when there is no such service.
    """
    service_id = fields.reference("service", "service_reference")
    if service_id not in account.SERVICES:
        raise problems.invalid(f"Service {service_id} not found")
    return account.SERVICES[service_id]


def priority_of(fields: Fields) -> Priority | t.Literal[""] | None:
    """The priority; "" takes it away.

    Raises:
        Problem: when there is no such priority.
    """
    if "priority" not in fields:
        return None
    if fields.raw("priority") == "":
        return ""
    priority_id = fields.reference("priority", "priority", "priority_reference")
    if priority_id not in account.PRIORITIES:
        raise problems.invalid_priority(priority_id)
    return account.PRIORITIES[priority_id]


def escalation_policy_of(fields: Fields) -> EscalationPolicy | None:
    """The escalation policy.

    Raises:
        Problem: when there is no such policy.
    """
    if "escalation_policy" not in fields:
        return None
    policy_id = fields.reference("escalation_policy", "escalation_policy_reference")
    if policy_id not in account.ESCALATION_POLICIES:
        raise problems.escalation_policy_not_found(policy_id)
    return account.ESCALATION_POLICIES[policy_id]


def assignees_of(fields: Fields) -> tuple[User, ...] | None:
    """The users to assign, nobody twice.

    Raises:
        Problem: when there is nobody, or somebody who is no user.
    """
    if "assignments" not in fields:
        return None
    user_ids = [assignment.reference("assignee", "user_reference") for assignment in fields.items("assignments")]
    for user_id in user_ids:
        if user_id not in account.USERS:
            raise problems.assignee_not_found(user_id)
    return tuple(dict.fromkeys(account.USERS[user_id] for user_id in user_ids))


def conference_bridge_of(fields: Fields) -> ConferenceBridge | None:
    """The conference bridge."""
    if "conference_bridge" not in fields:
        return None
    bridge = fields.object("conference_bridge")
    return ConferenceBridge(
        bridge.maybe_text("conference_number", empty=True), bridge.maybe_text("conference_url", empty=True)
    )


def details_of(fields: Fields) -> t.Any:
    """The body's details: a text as in PagerDuty's example, or an object as in its schema.

    Raises:
        Problem: when they are neither.
    """
    if "body" not in fields:
        return None
    body = fields.object("body")
    body.choice("type", ("incident_body",))
    details = body.raw("details")
    if details is not None and not isinstance(details, str | dict):
        raise problems.invalid("incident.body.details must be a string")
    return details


def incident_type_of(fields: Fields) -> str | None:
    """The incident type's name.

    Raises:
        Problem: when there is no such type.
    """
    return fields.object("incident_type").choice("name", account.INCIDENT_TYPES) if "incident_type" in fields else None


def snooze_incident(call: Call) -> Answer:
    """POST /incidents/{id}/snooze."""
    incident = call.incident
    duration = call.body.integer("duration")
    if not 1 <= duration <= SNOOZE_AT_MOST:
        raise problems.invalid(f"duration must be between 1 and {SNOOZE_AT_MOST} seconds")
    call.state.snooze(incident, call.act, duration)
    return Answer(201, {"incident": call.views().incident(incident)})


def merge_incidents(call: Call) -> Answer:
    """PUT /incidents/{id}/merge."""
    target = call.incident
    items = call.body.items("source_incidents")
    for item in items:
        item.choice("type", ("incident_reference",))
    sources = {source.id: source for source in (call.state.incident(item.text("id")) for item in items)}
    check_merge(target, list(sources.values()))
    target.merge(call.act, list(sources.values()))
    return Answer(body={"incident": call.views().incident_reference(target)})


def check_merge(target: Incident, sources: t.Sequence[Incident]) -> None:
    """Whether incidents can be merged.

    Raises:
        Problem: when they cannot.
    """
    if target in sources:
        raise problems.invalid("An incident cannot be merged into itself")
    if not all(incident.is_open for incident in (target, *sources)):
        raise problems.already_resolved()
    if sum(len(incident.alerts) for incident in (target, *sources)) > MERGED_ALERTS_AT_MOST:
        raise problems.conflicting(f"A merged incident has at most {MERGED_ALERTS_AT_MOST} alerts")


ROUTES = (
    Route("GET", "/incidents", list_incidents),
    Route("POST", "/incidents", create_incident, needs_requester=True),
    Route("PUT", "/incidents", update_incidents, needs_requester=True),
    Route("GET", "/incidents/{id}", get_incident),
    Route("PUT", "/incidents/{id}", update_incident, needs_requester=True),
    Route("POST", "/incidents/{id}/snooze", snooze_incident, needs_requester=True),
    Route("PUT", "/incidents/{id}/merge", merge_incidents, needs_requester=True),
)
