# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/responder_requests. Source: openapi/rest.json; PAGERDUTY_API.md, "Responders"."""

from __future__ import annotations

from simulator import account, problems
from simulator.account import User
from simulator.call import Answer, Call, Route
from simulator.checks import Fields
from simulator.incident import RespondingTarget, people

ABILITY = "coordinated_responding"
TYPES = ("user_reference", "escalation_policy_reference")


def request_responders(call: Call) -> Answer:
    """POST …/responder_requests: pages everybody it reaches, each time."""
    check_ability(call)
    incident = call.incident
    requester = requester_of(call)
    message = call.body.text("message", empty=True)
    targets = [
        target_of(item.object("responder_request_target")) for item in call.body.items("responder_request_targets")
    ]
    if not incident.is_open:
        raise problems.already_resolved()
    request = incident.request_responders(call.state.act(requester), requester, message, targets)
    return Answer(body={"responder_request": call.views().responder_request(incident, request)})


def cancel_responders(call: Call) -> Answer:
    """PUT …/responder_requests/cancel."""
    check_ability(call)
    incident = call.incident
    act = call.state.act(requester_of(call))
    results = []
    for item in call.body.items("responder_request_targets"):
        kind, target_id = item.choice("type", TYPES), item.text("id")
        target = known_target(kind, target_id)
        result = incident.cancel_responder(act, target) if target else "not_found"
        results.append({"type": kind, "id": target_id, "result": result})
    return Answer(body={"responder_request_targets": results})


def check_ability(call: Call) -> None:
    """Whether the account can ask for responders.

    Raises:
        Problem: when its plan does not include it.
    """
    if ABILITY not in call.state.abilities:
        raise problems.missing_ability(ABILITY)


def requester_of(call: Call) -> User:
    """The user in whose name responders are asked for.

    Raises:
        Problem: when `requester_id` is missing, or not a user, or not the user of the key.
    """
    if not call.body.raw("requester_id"):
        raise problems.requester_id_missing()
    user_id = call.body.text("requester_id")
    if user_id not in account.USERS:
        raise problems.user_not_found(user_id)
    if call.credential.user and call.credential.user.id != user_id:
        raise problems.Problem(403, 1018, "Requester Not Authorized", ["requester_id is not the user of the API key"])
    return account.USERS[user_id]


def target_of(fields: Fields) -> RespondingTarget:
    """Whom a request is for; PagerDuty takes a target without a type for a user.

    Raises:
        Problem: when there is none such, or nobody is on call for it.
    """
    target_id = fields.text("id")
    if "type" not in fields and target_id in account.ESCALATION_POLICIES:
        raise problems.Problem(403, 2010, "Access Denied", ["An escalation policy must be sent with its type"])
    kind = fields.choice("type", TYPES) if "type" in fields else TYPES[0]
    target = known_target(kind, target_id)
    if target is None:
        raise (
            problems.user_not_found(target_id) if kind == TYPES[0] else problems.escalation_policy_not_found(target_id)
        )
    if not people(target):
        raise problems.nobody_on_call(1)
    return target


def known_target(kind: str, target_id: str) -> RespondingTarget | None:
    """The user or escalation policy with an id, if the account has it."""
    return account.USERS.get(target_id) if kind == TYPES[0] else account.ESCALATION_POLICIES.get(target_id)


ROUTES = (
    Route("POST", "/incidents/{id}/responder_requests", request_responders),
    Route("PUT", "/incidents/{id}/responder_requests/cancel", cancel_responders),
)
