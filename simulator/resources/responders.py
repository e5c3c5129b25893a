# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/responder_requests. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the same path."""

from __future__ import annotations

import typing as t

from simulator import account, errors
from simulator.account import EscalationPolicy, User
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.incident import RespondingTarget, people

ABILITY = "coordinated_responding"
TYPES = ("user_reference", "escalation_policy_reference")


def request_responders(call: Call) -> Response:
    """POST …/responder_requests: pages everybody it reaches, each time."""
    check_ability(call)
    incident = call.incident
    requester = requester_of(call)
    message = call.body.text("message", empty=True)
    targets = [
        target_of(item.object("responder_request_target"), call.state.escalation_policies)
        for item in call.body.items("responder_request_targets")
    ]
    if not incident.is_open:
        raise errors.already_resolved()
    request = incident.request_responders(call.state.actor(requester), requester, message, targets)
    return Response(body={"responder_request": call.serializer().responder_request(incident, request)})


def cancel_responders(call: Call) -> Response:
    """PUT …/responder_requests/cancel."""
    check_ability(call)
    incident = call.incident
    actor = call.state.actor(requester_of(call))
    results = []
    for item in call.body.items("responder_request_targets"):
        kind, target_id = item.choice("type", TYPES), item.text("id")
        target = known_target(kind, target_id, call.state.escalation_policies)
        result = incident.cancel_responder(actor, target) if target else "not_found"
        results.append({"type": kind, "id": target_id, "result": result})
    return Response(body={"responder_request_targets": results})


def check_ability(call: Call) -> None:
    """Check that the account can request responders.

    Raises:
        ApiError: its plan does not include it.
    """
    if ABILITY not in call.state.abilities:
        raise errors.missing_ability(ABILITY)


def requester_of(call: Call) -> User:
    """Return the user who requests responders.

    Raises:
        ApiError: `requester_id` is missing, or not a user, or not the user of the key.
    """
    if not call.body.raw("requester_id"):
        raise errors.requester_id_missing()
    user_id = call.body.text("requester_id")
    if user_id not in account.USERS:
        raise errors.user_not_found(user_id)
    if call.credential.user and call.credential.user.id != user_id:
        raise errors.ApiError(403, 1018, "Requester Not Authorized", ["requester_id is not the user of the API key"])
    return account.USERS[user_id]


def target_of(fields: Fields, policies: t.Mapping[str, EscalationPolicy]) -> RespondingTarget:
    """Return the targets of a request; a target without a type is a user.

    Raises:
        ApiError: one does not exist, or nobody is on call for it.
    """
    target_id = fields.text("id")
    if "type" not in fields and target_id in policies:
        raise errors.ApiError(403, 2010, "Access Denied", ["An escalation policy must be sent with its type"])
    kind = fields.choice("type", TYPES) if "type" in fields else TYPES[0]
    target = known_target(kind, target_id, policies)
    if target is None:
        raise (errors.user_not_found(target_id) if kind == TYPES[0] else errors.escalation_policy_not_found(target_id))
    if not people(target):
        raise errors.nobody_on_call(1)
    return target


def known_target(kind: str, target_id: str, policies: t.Mapping[str, EscalationPolicy]) -> RespondingTarget | None:
    """Return the user or escalation policy with an id, if there is one."""
    return account.USERS.get(target_id) if kind == TYPES[0] else policies.get(target_id)


ROUTES = (
    Route("POST", "/incidents/{id}/responder_requests", request_responders),
    Route("PUT", "/incidents/{id}/responder_requests/cancel", cancel_responders),
)
