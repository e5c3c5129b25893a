# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, teams, schedules, escalation policies, on-calls, services, priorities and abilities.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the path that each function names.
"""

from __future__ import annotations

import typing as t

from simulator import account, errors
from simulator.account import User
from simulator.call import Call, Item, Response, Route
from simulator.clock import DAY
from simulator.incident import members
from simulator.on_call import MAX_FUTURE, Turn, on_calls, turns

USER_EXPANDABLE = ("contact_methods", "notification_rules", "teams", "subdomains")
SERVICE_EXPANDABLE = ("escalation_policies", "teams", "integrations", "auto_pause_notifications_parameters")
POLICY_EXPANDABLE = ("services", "teams", "targets", "escalation_rule_assignment_strategies")
NO_USER = (
    "Because this request was made using an account-level access token, we were unable to determine the user's "
    "identity. Please use a user-level token."
)
SORT_ORDERS = ("name", "name:asc", "name:desc")
PRIORITIES = "priorities"
DEFAULT_SPAN = 14 * DAY
"""Of a schedule's turns, if the request names only one end."""


def matching(call: Call, items: t.Iterable[Item]) -> list[Item]:
    """Return those whose name or e-mail address contains the query, in any case."""
    text = call.query.one("query") or ""
    teams = call.query.all("team_ids[]")
    return [item for item in items if matches(item, text.lower(), teams) or _is_masked(call, item, text)]


def _is_masked(call: Call, item: t.Any, text: str) -> bool:
    """Return whether a text is what a snapshot has masked of a user."""
    return isinstance(item, User) and bool(call.state.unmask(item, text))


def matches(item: t.Any, text: str, teams: t.Collection[str]) -> bool:
    """Return whether an object matches the query by name and team."""
    named = text in item.name.lower() or text in getattr(item, "email", "").lower()
    return named and (not teams or any(team.id in teams for team in item.teams))


def by_name(call: Call, items: t.Iterable[Item]) -> list[Item]:
    """Return a list in the order of the query's sort_by."""
    descending = call.query.all("sort_by", SORT_ORDERS)[-1:] == ["name:desc"]
    return sorted(items, key=lambda item: t.cast("t.Any", item).name, reverse=descending)


def list_users(call: Call) -> Response:
    """GET /users."""
    return call.listing("users", matching(call, call.state.users.values()), call.serializer(*USER_EXPANDABLE).user)


def get_user(call: Call) -> Response:
    """GET /users/{id}."""
    user = call.find(call.state.users)
    return Response(body={"user": call.serializer(*USER_EXPANDABLE, "calendar_urls").user(user)})


def get_me(call: Call) -> Response:
    """GET /users/me: only for the key of a user; the refusal is a text alone.

    Source: PagerDuty/python-pagerduty, tests/rest_api_v2_client_test.py, test_api_key_access.
    """
    if call.credential.user is None:
        return Response(400, {"error": NO_USER})
    return Response(body={"user": call.serializer(*USER_EXPANDABLE, "calendar_urls").user(call.credential.user)})


def list_teams(call: Call) -> Response:
    """GET /teams."""
    return call.listing("teams", matching(call, account.TEAMS.values()), call.serializer().team)


def get_team(call: Call) -> Response:
    """GET /teams/{id}."""
    return Response(body={"team": call.serializer("privileges").team(call.find(account.TEAMS))})


def list_team_members(call: Call) -> Response:
    """GET /teams/{id}/members."""
    return call.listing("members", members(call.find(account.TEAMS)), call.serializer("users").team_member)


def list_schedules(call: Call) -> Response:
    """GET /schedules: only the layer-based ones."""
    serializer = call.serializer("schedule_layers", "overrides_subschedule", "final_schedule")
    layer_based = [schedule for schedule in call.state.schedules.values() if not schedule.is_shift_based]
    return call.listing("schedules", matching(call, layer_based), serializer.schedule)


def get_schedule(call: Call) -> Response:
    """GET /schedules/{id}: with turns if the request names a span, which cuts them unless they may overflow."""
    schedule = call.find(call.state.schedules)
    if schedule.is_shift_based:
        raise errors.shift_based_schedule()
    since, until = call.query.time("since"), call.query.time("until")
    overflow = call.query.flag("overflow")
    serializer = call.serializer("schedule_layers", "overrides_subschedule", "final_schedule")
    if since is None and until is None:
        return Response(body={"schedule": serializer.schedule_with_layers(schedule, (), ())})
    begin = t.cast("float", until) - DEFAULT_SPAN if since is None else since
    end = begin + DEFAULT_SPAN if until is None else until
    layer = list(turns(schedule, begin, end, call.state.clock.now()))
    final = call.state.turns(schedule, begin, end)
    shown = [found if overflow else cut(found, begin, end) for found in (layer, final)]
    return Response(body={"schedule": serializer.schedule_with_layers(schedule, *shown)})


def cut(found: t.Iterable[Turn], begin: float, end: float) -> list[Turn]:
    """Return turns without what of them is out of a span."""
    return [turn._replace(start=max(turn.start, begin), end=min(turn.end, end)) for turn in found]


def list_escalation_policies(call: Call) -> Response:
    """GET /escalation_policies."""
    users = call.query.all("user_ids[]")
    found = [
        policy
        for policy in matching(call, call.state.escalation_policies.values())
        if not users or any(user.id in users for rule in policy.rules for user in rule.on_call)
    ]
    serializer = call.serializer(*POLICY_EXPANDABLE)
    return call.listing("escalation_policies", by_name(call, found), serializer.escalation_policy)


def get_escalation_policy(call: Call) -> Response:
    """GET /escalation_policies/{id}."""
    serializer = call.serializer(*POLICY_EXPANDABLE)
    return Response(body={"escalation_policy": serializer.escalation_policy(call.find(call.state.escalation_policies))})


def list_on_calls(call: Call) -> Response:
    """GET /oncalls: who is on call at which level of which policy, in a span or now."""
    policies = call.query.all("escalation_policy_ids[]")
    schedules = call.query.all("schedule_ids[]")
    users = call.query.all("user_ids[]")
    now = call.state.clock.now()
    since, until = span(call, now)
    found = [
        on_call
        for on_call in on_calls(
            call.state.escalation_policies.values(), lambda schedule: call.state.turns(schedule, since, until)
        )
        if (not policies or on_call.policy.id in policies)
        and (not users or on_call.user.id in users)
        and (not schedules or (on_call.schedule.id if on_call.schedule else "null") in schedules)
    ]
    if call.query.flag("earliest"):
        first = {(each.policy.id, each.level, each.user.id): each for each in reversed(found)}
        found = [each for each in found if each is first[each.policy.id, each.level, each.user.id]]
    return call.listing("oncalls", found, call.serializer("escalation_policies", "users", "schedules").on_call)


def span(call: Call, now: float) -> tuple[float, float]:
    """The times between which somebody is on call; both are now unless the request names them.

    Raises:
        ApiError: when they are not in order.
    """
    since, until = call.query.time("since"), call.query.time("until")
    begin, end = now if since is None else since, now if until is None else until
    if begin > end:
        raise errors.invalid("until must not be before since")
    return begin, min(end, now + MAX_FUTURE)


def list_services(call: Call) -> Response:
    """GET /services."""
    name = call.query.one("name")
    found = [service for service in matching(call, call.state.services.values()) if name in (None, service.name)]
    return call.listing("services", by_name(call, found), call.serializer(*SERVICE_EXPANDABLE).service)


def get_service(call: Call) -> Response:
    """GET /services/{id}."""
    return Response(body={"service": call.serializer(*SERVICE_EXPANDABLE).service(call.find(call.state.services))})


def get_integration(call: Call) -> Response:
    """GET /services/{id}/integrations/{integration_id}."""
    integrations = account.by_id(call.find(call.state.services).integrations)
    integration = call.find(integrations, "integration_id")
    return Response(body={"integration": call.serializer("services", "vendors").integration(integration)})


def list_priorities(call: Call) -> Response:
    """GET /priorities: in no particular order; not found where they are switched off.

    Source: https://github.com/martindstone/pagerduty-cli/pull/2.
    """
    if PRIORITIES not in call.state.abilities:
        raise errors.not_found("Priorities")
    return call.listing("priorities", list(account.PRIORITIES.values()), call.serializer().priority)


def list_abilities(call: Call) -> Response:
    """GET /abilities."""
    return Response(body={"abilities": sorted(call.state.abilities)})


def check_ability(call: Call) -> Response:
    """GET /abilities/{id}: no content if the account has it."""
    ability = call.names["id"]
    if ability not in account.ABILITIES:
        raise errors.not_found(ability)
    if ability not in call.state.abilities:
        raise errors.missing_ability(ability)
    return Response(204)


ROUTES = (
    Route("GET", "/users", list_users),
    Route("GET", "/users/me", get_me),
    Route("GET", "/users/{id}", get_user),
    Route("GET", "/teams", list_teams),
    Route("GET", "/teams/{id}", get_team),
    Route("GET", "/teams/{id}/members", list_team_members),
    Route("GET", "/schedules", list_schedules),
    Route("GET", "/schedules/{id}", get_schedule),
    Route("GET", "/escalation_policies", list_escalation_policies),
    Route("GET", "/escalation_policies/{id}", get_escalation_policy),
    Route("GET", "/oncalls", list_on_calls),
    Route("GET", "/services", list_services),
    Route("GET", "/services/{id}", get_service),
    Route("GET", "/services/{id}/integrations/{integration_id}", get_integration),
    Route("GET", "/priorities", list_priorities),
    Route("GET", "/abilities", list_abilities),
    Route("GET", "/abilities/{id}", check_ability),
)
