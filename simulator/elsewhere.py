# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to an incident in PagerDuty's web interface and by its automation, and is known here by webhooks alone.

Source: PagerDuty/developer-docs, docs/webhooks/01-Overview.md, "Event Types".
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, replace

from simulator import account, errors
from simulator.account import User
from simulator.ids import Ids
from simulator.incident import Actor, Incident, Responder


@dataclass(frozen=True)
class Task:
    """A task of an incident."""

    id: str
    status: str
    assignees: tuple[User, ...]
    name: str = "Tell the customers"


@dataclass(frozen=True)
class RoleAssignment:
    """Somebody who gets a role in an incident."""

    id: str
    assignee: User
    role: str = "Incident Commander"


@dataclass(frozen=True)
class ActionInvocation:
    """A run of an automation action."""

    id: str
    state: str
    action: str = "Restart the checkout"


Subject = Task | RoleAssignment | ActionInvocation | Responder


def _task(status: str) -> t.Callable[[Incident, Ids], Subject]:
    return lambda incident, ids: Task(ids.short(), status, incident.assignees)


def _invocation(state: str) -> t.Callable[[Incident, Ids], Subject]:
    return lambda _incident, ids: ActionInvocation(ids.event(), state)


def _role(_incident: Incident, ids: Ids) -> Subject:
    return RoleAssignment(ids.webhook(), account.COMMANDER)


def _reply(incident: Incident, _ids: Ids) -> Subject:
    """Let the first responder who has not answered join.

    Raises:
        ApiError: there is none.
    """
    for user_id, responder in incident.responders.items():
        if responder.state == "pending":
            incident.responders[user_id] = replace(responder, state="joined")
            return copy.copy(incident.responders[user_id])
    raise errors.invalid("The incident has no responder who has not answered")


HAPPENINGS: t.Mapping[str, t.Callable[[Incident, Ids], Subject]] = {
    "action_invocation.created": _invocation("created"),
    "action_invocation.updated": _invocation("running"),
    "action_invocation.terminated": _invocation("completed"),
    "responder.replied": _reply,
    "role.assigned": _role,
    "task.created": _task("todo"),
    "task.updated": _task("todo"),
    "task.completed": _task("completed"),
}
"""By the event type without `incident.`: what the event is about. The status of a completed task is INFERRED."""


def happen(event_type: str, incident: Incident, actor: Actor) -> None:
    """Let something happen to an incident.

    Raises:
        ApiError: it cannot.
    """
    incident.announce(actor, event_type, HAPPENINGS[event_type](incident, actor.ids))
