# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is looked up: users, teams, schedules, escalation policies, who is on call, services, priorities, abilities.

Source: openapi/rest.json; PAGERDUTY_API.md, "Look-ups".
"""

from __future__ import annotations

import typing as t

from simulator import account, problems
from simulator.account import EscalationPolicy, Schedule, User
from simulator.call import Answer, Call, Item, Route

USER_EXPANDABLE = ("contact_methods", "notification_rules", "teams", "subdomains")
SERVICE_EXPANDABLE = ("escalation_policies", "teams", "integrations", "auto_pause_notifications_parameters")
POLICY_EXPANDABLE = ("services", "teams", "targets", "escalation_rule_assignment_strategies")
SORT_ORDERS = ("name", "name:asc", "name:desc")
OnCall = tuple[EscalationPolicy, int, User, Schedule | None]


def matching(call: Call, items: t.Iterable[Item]) -> list[Item]:
    """Those whose name, or e-mail address, contains the query's text, upper or lower case."""
    text = (call.query.one("query") or "").lower()
    teams = call.query.all("team_ids[]")
    return [item for item in items if matches(item, text, teams)]


def matches(item: t.Any, text: str, teams: t.Collection[str]) -> bool:
    """Whether a thing is wanted by name and team."""
    named = text in item.name.lower() or text in getattr(item, "email", "").lower()
    return named and (not teams or any(team.id in teams for team in item.teams))


def by_name(call: Call, items: t.Iterable[Item]) -> list[Item]:
    """Sorted as the query's sort_by says."""
    descending = call.query.all("sort_by", SORT_ORDERS)[-1:] == ["name:desc"]
    return sorted(items, key=lambda item: t.cast("t.Any", item).name, reverse=descending)


def list_users(call: Call) -> Answer:
    """GET /users."""
    return call.listing("users", matching(call, account.USERS.values()), call.views(*USER_EXPANDABLE).user)


def get_user(call: Call) -> Answer:
    """GET /users/{id}."""
    return Answer(body={"user": call.views(*USER_EXPANDABLE, "calendar_urls").user(call.find(account.USERS))})


def get_me(call: Call) -> Answer:
    """GET /users/me: answers only for the key of a user."""
    if call.credential.user is None:
        raise problems.invalid("This API key does not belong to a user")
    return Answer(body={"user": call.views(*USER_EXPANDABLE, "calendar_urls").user(call.credential.user)})


def list_teams(call: Call) -> Answer:
    """GET /teams."""
    return call.listing("teams", matching(call, account.TEAMS.values()), call.views().team)


def get_team(call: Call) -> Answer:
    """GET /teams/{id}."""
    return Answer(body={"team": call.views("privileges").team(call.find(account.TEAMS))})


def list_schedules(call: Call) -> Answer:
    """GET /schedules."""
    views = call.views("schedule_layers", "overrides_subschedule", "final_schedule")
    return call.listing("schedules", matching(call, account.SCHEDULES.values()), views.schedule)


def get_schedule(call: Call) -> Answer:
    """GET /schedules/{id}."""
    return Answer(body={"schedule": call.views().schedule_with_layers(call.find(account.SCHEDULES))})


def list_escalation_policies(call: Call) -> Answer:
    """GET /escalation_policies."""
    users = call.query.all("user_ids[]")
    found = [
        policy
        for policy in matching(call, account.ESCALATION_POLICIES.values())
        if not users or any(user.id in users for rule in policy.rules for user in rule.on_call)
    ]
    views = call.views(*POLICY_EXPANDABLE)
    return call.listing("escalation_policies", by_name(call, found), views.escalation_policy)


def get_escalation_policy(call: Call) -> Answer:
    """GET /escalation_policies/{id}."""
    views = call.views(*POLICY_EXPANDABLE)
    return Answer(body={"escalation_policy": views.escalation_policy(call.find(account.ESCALATION_POLICIES))})


def list_on_calls(call: Call) -> Answer:
    """GET /oncalls: who is on call at which level of which policy, this week."""
    policies = call.query.all("escalation_policy_ids[]")
    schedules = call.query.all("schedule_ids[]")
    users = call.query.all("user_ids[]")
    call.query.flag("earliest")
    since, until = call.query.moment("since"), call.query.moment("until")
    if since is not None and until is not None and since > until:
        raise problems.invalid("since must not be after until")
    found = [
        on_call
        for on_call in all_on_calls()
        if (not policies or on_call[0].id in policies)
        and (not users or on_call[2].id in users)
        and (not schedules or (on_call[3] is not None and on_call[3].id in schedules))
    ]
    views = call.views("escalation_policies", "users", "schedules")
    return call.listing("oncalls", found, lambda on_call: views.on_call(*on_call))


def all_on_calls() -> t.Iterator[OnCall]:
    """Everybody on call, policy by policy and level by level."""
    for policy in account.ESCALATION_POLICIES.values():
        for level, rule in enumerate(policy.rules, start=1):
            for target in rule.targets:
                if isinstance(target, User):
                    yield policy, level, target, None
                else:
                    yield from ((policy, level, user, target) for user in target.on_call)


def list_services(call: Call) -> Answer:
    """GET /services."""
    name = call.query.one("name")
    found = [service for service in matching(call, account.SERVICES.values()) if name in (None, service.name)]
    return call.listing("services", by_name(call, found), call.views(*SERVICE_EXPANDABLE).service)


def get_service(call: Call) -> Answer:
    """GET /services/{id}."""
    return Answer(body={"service": call.views(*SERVICE_EXPANDABLE).service(call.find(account.SERVICES))})


def get_integration(call: Call) -> Answer:
    """GET /services/{id}/integrations/{integration_id}."""
    integrations = account.by_id(call.find(account.SERVICES).integrations)
    integration = call.find(integrations, "integration_id")
    return Answer(body={"integration": call.views("services", "vendors").integration(integration)})


def list_priorities(call: Call) -> Answer:
    """GET /priorities: in no order."""
    return call.listing("priorities", list(account.PRIORITIES.values()), call.views().priority)


def list_abilities(call: Call) -> Answer:
    """GET /abilities."""
    return Answer(body={"abilities": sorted(call.state.abilities)})


def check_ability(call: Call) -> Answer:
    """GET /abilities/{id}: no content when the account has it."""
    ability = call.names["id"]
    if ability not in account.ABILITIES:
        raise problems.not_found(ability)
    if ability not in call.state.abilities:
        raise problems.missing_ability(ability)
    return Answer(204)


ROUTES = (
    Route("GET", "/users", list_users),
    Route("GET", "/users/me", get_me),
    Route("GET", "/users/{id}", get_user),
    Route("GET", "/teams", list_teams),
    Route("GET", "/teams/{id}", get_team),
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
