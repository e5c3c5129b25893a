# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users whom clients create, change and delete.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /users and /users/{id}.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from simulator import errors
from simulator.account import Schedule, User
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.incident import Page

ROLES: t.Mapping[str, str | None] = {
    "admin": None,
    "limited_user": None,
    "observer": "permissions_service",
    "read_only_limited_user": "read_only_users",
    "read_only_user": "read_only_users",
    "restricted_access": "permissions_service",
    "user": None,
}
"""What can be given, with the ability that it needs; an account has one owner, who is not made here (INFERRED)."""
DEFAULT_ROLE = "user"
"""Source: PagerDuty/public-support-scripts, import_users/README.md."""
MAX_TEXT = 100
"""Characters of a name, an e-mail address and a job title."""
MIN_EMAIL = 6
NEVER_DELIVERED = ".invalid"
"""The end of an e-mail address to which no invitation is sent. Source: as DEFAULT_ROLE."""


def create_user(call: Call) -> Response:
    """POST /users: sends an invitation. Source: as DEFAULT_ROLE."""
    fields = call.body.object("user")
    email = _email(call, fields)
    invited = not email.endswith(NEVER_DELIVERED)
    new = User(call.state.ids.short(), _name(fields), email, None, role=DEFAULT_ROLE, invitation_sent=invited)
    user = _with(call, new, fields)
    call.state.users[user.id] = user
    if invited:
        call.state.pages.append(Page(user, "", "invited", call.state.clock.now()))
    return Response(201, {"user": call.serializer().user(user)})


def update_user(call: Call) -> Response:
    """PUT /users/{id}: what the request leaves out stays (INFERRED from PagerDuty's Terraform provider)."""
    user = call.find(call.state.users)
    fields = call.body.object("user")
    changed = _with(call, replace(user, name=_name(fields), email=_email(call, fields, user)), fields)
    call.state.users[user.id] = changed
    return Response(body={"user": call.serializer().user(changed)})


def delete_user(call: Call) -> Response:
    """DELETE /users/{id}: not while incidents, escalation policies or schedules hold the user.

    Source: https://support.pagerduty.com/main/docs/offboarding, for an account without that feature; code and words of
    the refusal are INFERRED.
    """
    user = call.find(call.state.users)
    targets = [
        target for policy in call.state.escalation_policies.values() for rule in policy.rules for target in rule.targets
    ]
    schedules = [*call.state.schedules.values(), *(target for target in targets if isinstance(target, Schedule))]
    if any(incident.is_open and user.id in _ids(incident.assignees) for incident in call.state.incidents.values()):
        raise errors.invalid("User can't be deleted while incidents are assigned to them")
    if user.id in _ids(targets):
        raise errors.invalid("User can't be deleted while they are on an escalation policy")
    if any(user.id in _ids(schedule.users) for schedule in schedules):
        raise errors.invalid("User can't be deleted while they are on a schedule")
    del call.state.users[user.id]
    call.state.deleted_users[user.id] = call.state.clock.now()
    return Response(204)


def _ids(things: t.Iterable[t.Any]) -> set[str]:
    return {thing.id for thing in things}


def _name(fields: Fields) -> str:
    fields.choice("type", ("user",))
    return " ".join(_text(fields, "name").split())


def _email(call: Call, fields: Fields, own: User | None = None) -> str:
    email = _text(fields, "email")
    if len(email) < MIN_EMAIL or "@" not in email:
        raise errors.invalid("Email is invalid")
    other = call.state.user_with_email(email)
    if other and (own is None or other.id != own.id):
        # Source: https://github.com/PagerDuty/terraform-provider-pagerduty/issues/845.
        raise errors.invalid("Email has already been taken")
    return email


def _text(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if len(text) > MAX_TEXT:
        raise errors.invalid(f"{name} must have at most {MAX_TEXT} characters")
    return text


def _with(call: Call, user: User, fields: Fields) -> User:
    """Return a user with the optional fields of a request."""
    role = fields.maybe_choice("role", tuple(ROLES)) if fields.raw("role") != user.role else None
    ability = ROLES[role] if role else None
    if ability and ability not in call.state.abilities:
        raise errors.missing_ability(ability)
    job_title = fields.maybe_text("job_title", empty=True)
    if job_title and len(job_title) > MAX_TEXT:
        raise errors.invalid(f"job_title must have at most {MAX_TEXT} characters")
    return replace(
        user,
        role=role or user.role,
        job_title=user.job_title if job_title is None else job_title,
        description=_description(fields, user.description),
        color=fields.maybe_text("color") or user.color,
        time_zone=fields.maybe_text("time_zone") or user.time_zone,
    )


def _description(fields: Fields, present: str | None) -> str | None:
    """Return the description that a request gives; null takes it away."""
    if "description" not in fields:
        return present
    return None if fields.raw("description") is None else fields.text("description", empty=True)


ROUTES = (
    Route("POST", "/users", create_user, needs_requester=True),
    Route("PUT", "/users/{id}", update_user),
    Route("DELETE", "/users/{id}", delete_user),
)
