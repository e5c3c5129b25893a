# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents: list, create, read, update one or many, snooze, merge.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /incidents;
https://developer.pagerduty.com/docs/pagination.
"""

from __future__ import annotations

import typing as t

from simulator import account, errors
from simulator.account import ConferenceBridge, EscalationPolicy, Priority, Service, User
from simulator.call import Call, Response, Route
from simulator.checks import Fields, Query
from simulator.clock import DAY
from simulator.incident import Change, Incident
from simulator.state import NewIncident, State

EXPANDABLE = (
    "acknowledgers",
    "agents",
    "assignees",
    "body",
    "conference_bridge",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
)
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `include_incidents`; for `body`, `Incident`.

A single incident also knows `custom_fields`.
"""
READ_ONLY_FIELDS = frozenset(("created_at", "incident_number", "html_url"))
STATUSES = ("triggered", "acknowledged", "resolved")
URGENCIES = ("high", "low")
UPDATE_TYPES = ("incident", "incident_reference")
MAX_IN_ONE_UPDATE = 250
MAX_MERGED_ALERTS = 1000
MAX_SNOOZE = 604_800
"""Seconds."""
DEFAULT_RANGE = 30 * DAY
SORT_KEYS: t.Mapping[str, t.Callable[[Incident], t.Any]] = {
    "incident_number": lambda incident: incident.number,
    "created_at": lambda incident: incident.created_at,
    "resolved_at": lambda incident: incident.resolved_at or 0.0,
    "urgency": lambda incident: incident.urgency == "high",
}


def list_incidents(call: Call) -> Response:
    """GET /incidents."""
    serializer = call.serializer(*EXPANDABLE)
    wanted = incident_filter(call.query, call.state.clock.now())
    key = call.query.one("incident_key")
    candidates: t.Iterable[Incident] = call.state.incidents.values() if key is None else call.state.with_key(key)
    found = [incident for incident in candidates if wanted(incident)]
    for name, descending in reversed(sort_order(call.query)):
        found.sort(key=SORT_KEYS[name], reverse=descending)
    return call.listing("incidents", found, serializer.incident)


def incident_filter(query: Query, now: float) -> t.Callable[[Incident], bool]:
    """Return a filter for the query of a list.

    Raises:
        ApiError: the query is wrong.
    """
    statuses = query.all("statuses[]", STATUSES)
    urgencies = query.all("urgencies[]", URGENCIES)
    services = query.all("service_ids[]")
    teams = query.all("team_ids[]")
    users = query.all("user_ids[]")
    # Not in the OpenAPI file. Source: PagerDuty/pagerduty-mcp-server, pagerduty_mcp/tools/incidents.py, list_incidents.
    priorities = query.all("priority_ids[]")
    # Only in the changelog, docs/CHANGELOG.md of PagerDuty/api-schema, 2025-01-09.
    types = query.all("incident_type_ids[]")
    since, until = date_range(query, now)

    def wanted(incident: Incident) -> bool:
        return (
            since <= incident.created_at <= until
            and (not statuses or incident.status in statuses)
            and (not urgencies or incident.urgency in urgencies)
            and (not services or incident.service.id in services)
            and (not teams or any(team.id in teams for team in incident.service.teams))
            # A resolved incident shows no assignees.
            and (not users or (incident.is_open and any(user.id in users for user in incident.assignees)))
            and (not priorities or (incident.priority is not None and incident.priority.id in priorities))
            and (not types or account.INCIDENT_TYPES[incident.incident_type].id in types)
        )

    return wanted


def date_range(query: Query, now: float) -> tuple[float, float]:
    """Return the times between which incidents are listed; without since and until the last 30 days.

    Raises:
        ApiError: they are not in order.
    """
    since, until = query.time("since"), query.time("until")
    if query.all("date_range", ("all",)):
        return 0.0, float("inf")
    end = now if until is None else until
    start = end - DEFAULT_RANGE if since is None else since
    if start > end:
        raise errors.invalid("since must not be after until")
    return start, end


def sort_order(query: Query) -> list[tuple[str, bool]]:
    """Return the fields to sort by, each with whether it descends.

    Raises:
        ApiError: the query's sort_by is wrong.
    """
    wanted = [part for value in query.all("sort_by") for part in value.split(",")]
    if len(wanted) > 2:
        raise errors.invalid("sort_by takes at most 2 fields")
    order = []
    for part in wanted:
        name, _colon, direction = part.partition(":")
        if name not in SORT_KEYS or direction not in ("", "asc", "desc"):
            raise errors.invalid(f"sort_by must be one of {', '.join(SORT_KEYS)}, with :asc or :desc")
        order.append((name, direction == "desc"))
    return order


def create_incident(call: Call) -> Response:
    """POST /incidents."""
    incident = call.state.open_incident(opening_of(call.body.object("incident"), call.state), call.actor)
    return Response(201, {"incident": call.serializer().incident(incident)})


def opening_of(fields: Fields, state: State) -> NewIncident:
    """Return the new incident of a request.

    Raises:
        ApiError: a field is wrong.
    """
    fields.choice("type", ("incident",))
    check_one_way_to_assign(fields)
    assignees = assignees_of(fields)
    if assignees and len(assignees) > 1:
        # Source: https://developer.pagerduty.com/docs/incident-creation-api, assignee; the answer is INFERRED.
        raise errors.invalid("Only one assignee is supported")
    return NewIncident(
        title=fields.text("title"),
        service=service_of(fields, state),
        urgency=fields.maybe_choice("urgency", URGENCIES) or "high",
        incident_key=fields.maybe_text("incident_key"),
        priority=priority_of(fields) or None,
        escalation_policy=escalation_policy_of(fields, state),
        assignees=assignees,
        conference_bridge=conference_bridge_of(fields),
        details=details_of(fields),
        incident_type=incident_type_of(fields) or account.BASE_INCIDENT.name,
    )


def get_incident(call: Call) -> Response:
    """GET /incidents/{id}."""
    return Response(body={"incident": call.serializer(*EXPANDABLE, "custom_fields").incident(call.incident)})


def update_incident(call: Call) -> Response:
    """PUT /incidents/{id}."""
    incident = call.incident
    fields = without_equal_fields(call, incident, call.body.object("incident"))
    fields.choice("type", UPDATE_TYPES)
    change = change_of(fields, call.state)
    incident.check(change)
    incident.apply(change, call.actor)
    call.state.watch(incident)
    return Response(body={"incident": call.serializer().incident(incident)})


def update_incidents(call: Call) -> Response:
    """PUT /incidents: all changes, or none if one is refused; none moves to another service.

    The schema has `service` for PUT /incidents/{id} alone. That it is ignored here is INFERRED.
    """
    items = [item.without(["service"]) for item in call.body.items("incidents")]
    if len(items) > MAX_IN_ONE_UPDATE:
        raise errors.too_many("incidents")
    changes = checked_changes(call, items)
    for incident, change in changes:
        incident.apply(change, call.actor)
        call.state.watch(incident)
    show = call.serializer().incident
    return Response(body={"incidents": [show(incident) for incident, _change in changes]})


def checked_changes(call: Call, items: t.Sequence[Fields]) -> list[tuple[Incident, Change]]:
    """Return the checked changes of an update of several incidents.

    Raises:
        ApiError: one is not allowed; the errors name all such incidents.
    """
    changes: dict[str, tuple[Incident, Change]] = {}
    refusals: list[tuple[str, errors.ApiError]] = []
    for item in items:
        incident_id = item.text("id")
        try:
            found = call.state.incident(incident_id)
            call.state.check_access(found)
            incident, change = checked_change(call, found, without_equal_fields(call, found, item))
            if incident.id in changes:
                raise errors.invalid("The incident is named twice")
            changes[incident.id] = incident, change
        except errors.ApiError as error:
            refusals.append((incident_id, error))
    if refusals:
        first = refusals[0][1]
        details = [f"{incident_id}: {'; '.join([error.message, *error.errors])}" for incident_id, error in refusals]
        raise errors.ApiError(403 if first.status == 403 else 400, first.code, first.message, details)
    return list(changes.values())


def without_equal_fields(call: Call, incident: Incident, fields: Fields) -> Fields:
    """Return an update without unchanged fields, if it is a whole incident as a client has read it.

    Source: the command line client pdh sends a whole incident with one field changed, and PagerDuty takes it.
    """
    if not READ_ONLY_FIELDS & set(fields):
        return fields
    present = call.serializer(*EXPANDABLE).incident(incident)
    return fields.without(
        name for name in fields if name not in ("id", "type") and fields.raw(name) == present.get(name)
    )


def checked_change(call: Call, incident: Incident, fields: Fields) -> tuple[Incident, Change]:
    """Return an incident with its checked change.

    Raises:
        ApiError: the change is wrong or not allowed.
    """
    fields.choice("type", UPDATE_TYPES)
    change = change_of(fields, call.state)
    incident.check(change)
    return incident, change


def change_of(fields: Fields, state: State) -> Change:
    """Return the change of one item of an update.

    Raises:
        ApiError: a field is wrong.
    """
    status = fields.maybe_text("status")
    if status not in (None, *STATUSES):
        raise errors.invalid_status()
    check_one_way_to_assign(fields)
    return Change(
        status=status,
        resolution=fields.maybe_text("resolution"),
        title=fields.maybe_text("title"),
        urgency=fields.maybe_choice("urgency", URGENCIES),
        priority=priority_of(fields),
        escalation_level=fields.maybe_integer("escalation_level"),
        assignees=assignees_of(fields),
        escalation_policy=escalation_policy_of(fields, state),
        conference_bridge=conference_bridge_of(fields),
        service=service_of(fields, state) if "service" in fields else None,
        incident_type=incident_type_of(fields),
    )


def check_one_way_to_assign(fields: Fields) -> None:
    """Assignments exclude an escalation policy and a level.

    Raises:
        ApiError: there are both.
    """
    if "assignments" in fields and ("escalation_policy" in fields or "escalation_level" in fields):
        raise errors.invalid("assignments cannot be combined with escalation_policy or escalation_level")


def service_of(fields: Fields, state: State) -> Service:
    """The service.

    Raises:
        ApiError: there is no such service.
    """
    service_id = fields.reference("service", "service_reference")
    if service_id not in state.services:
        raise errors.invalid(f"Service {service_id} not found")
    return state.services[service_id]


def priority_of(fields: Fields) -> Priority | t.Literal[""] | None:
    """The priority; "" takes it away.

    Raises:
        ApiError: there is no such priority.
    """
    if "priority" not in fields:
        return None
    if fields.raw("priority") == "":
        return ""
    priority_id = fields.reference("priority", "priority", "priority_reference")
    if priority_id not in account.PRIORITIES:
        raise errors.invalid_priority(priority_id)
    return account.PRIORITIES[priority_id]


def escalation_policy_of(fields: Fields, state: State) -> EscalationPolicy | None:
    """The escalation policy.

    Raises:
        ApiError: there is no such policy.
    """
    if "escalation_policy" not in fields:
        return None
    policy_id = fields.reference("escalation_policy", "escalation_policy_reference")
    if policy_id not in state.escalation_policies:
        raise errors.escalation_policy_not_found(policy_id)
    return state.escalation_policies[policy_id]


def assignees_of(fields: Fields) -> tuple[User, ...] | None:
    """The users to assign, nobody twice.

    Raises:
        ApiError: there is nobody, or somebody who is no user.
    """
    if "assignments" not in fields:
        return None
    user_ids = [assignment.reference("assignee", "user_reference") for assignment in fields.items("assignments")]
    for user_id in user_ids:
        if user_id not in account.USERS:
            raise errors.assignee_not_found(user_id)
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
        ApiError: they are neither.
    """
    if "body" not in fields:
        return None
    body = fields.object("body")
    body.choice("type", ("incident_body",))
    details = body.raw("details")
    if details is not None and not isinstance(details, str | dict):
        raise errors.invalid("incident.body.details must be a string")
    return details


def incident_type_of(fields: Fields) -> str | None:
    """The incident type's name.

    Raises:
        ApiError: there is no such type, or it is disabled (INFERRED).
    """
    if "incident_type" not in fields:
        return None
    enabled = [each.name for each in account.INCIDENT_TYPES.values() if each.is_enabled]
    return fields.object("incident_type").choice("name", enabled)


def snooze_incident(call: Call) -> Response:
    """POST /incidents/{id}/snooze."""
    incident = call.incident
    duration = call.body.integer("duration")
    if not 1 <= duration <= MAX_SNOOZE:
        raise errors.invalid(f"duration must be between 1 and {MAX_SNOOZE} seconds")
    call.state.snooze(incident, call.actor, duration)
    return Response(201, {"incident": call.serializer().incident(incident)})


def merge_incidents(call: Call) -> Response:
    """PUT /incidents/{id}/merge."""
    target = call.incident
    items = call.body.items("source_incidents")
    for item in items:
        item.choice("type", ("incident_reference",))
    sources = {source.id: source for source in (call.state.incident(item.text("id")) for item in items)}
    check_merge(target, list(sources.values()))
    target.merge(call.actor, list(sources.values()))
    for alert in target.alerts:
        call.state.index_by_key(alert.alert_key, target)
    return Response(body={"incident": call.serializer().incident_reference(target)})


def check_merge(target: Incident, sources: t.Sequence[Incident]) -> None:
    """Whether incidents can be merged; resolved ones can, into an open one.

    Raises:
        ApiError: they cannot.

    Source: https://github.com/giranm/pd-live-react/issues/140, for resolved sources.
    """
    if target in sources:
        raise errors.invalid("An incident cannot be merged into itself")
    if not target.is_open:
        raise errors.already_resolved()
    if not all(incident.is_mergeable for incident in (target, *sources)):
        raise errors.invalid("Only incidents that have alerts can be merged")
    if sum(len(incident.alerts) for incident in (target, *sources)) > MAX_MERGED_ALERTS:
        raise errors.conflicting(f"A merged incident has at most {MAX_MERGED_ALERTS} alerts")


ROUTES = (
    Route("GET", "/incidents", list_incidents),
    Route("POST", "/incidents", create_incident, needs_requester=True),
    Route("PUT", "/incidents", update_incidents, needs_requester=True),
    Route("GET", "/incidents/{id}", get_incident),
    Route("PUT", "/incidents/{id}", update_incident, needs_requester=True),
    Route("POST", "/incidents/{id}/snooze", snooze_incident, needs_requester=True),
    Route("PUT", "/incidents/{id}/merge", merge_incidents, needs_requester=True),
)
