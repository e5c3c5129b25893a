# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for responders. Only the user of the checks is requested."""

from __future__ import annotations

from beliefs.account import Json, Response
from beliefs.belief import ERRORS, INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

REQUESTS = f"{SCHEMA}, POST /incidents/{{id}}/responder_requests"
CANCEL = f"{SCHEMA}, PUT /incidents/{{id}}/responder_requests/cancel"
MCP_ISSUE = "https://github.com/PagerDuty/pagerduty-mcp-server/issues/31"


def request(own: OwnService, incident_id: str, target: Json, **changes: object) -> Response:
    """Request a user or an escalation policy.

    Raises:
        NotTried: the account's plan does not include it.
    """
    targets = [{"responder_request_target": target}]
    body = {"requester_id": own.user["id"], "message": own.name, "responder_request_targets": targets, **changes}
    response = own.account.call("POST", f"/incidents/{incident_id}/responder_requests", body)
    if response.status == 402:
        raise NotTried("the account's plan does not include responder requests")
    return response


def cancelled(own: OwnService, incident_id: str) -> object:
    """Cancel the request of the user, and return the result.

    Raises:
        NotTried: the account's plan does not include it.
    """
    body = {"requester_id": own.user["id"], "responder_request_targets": [own.reference("user")]}
    response = own.account.call("PUT", f"/incidents/{incident_id}/responder_requests/cancel", body)
    if response.status == 402:
        raise NotTried("the account's plan does not include responder requests")
    if response.status != 200:
        return response.status_and_code
    return response.body["responder_request_targets"][0]["result"]


def is_cancelled(found: list[tuple[str, str]]) -> bool:
    """Return whether every responder is cancelled."""
    return all(state == "user_cancelled" for _user_id, state in found)


def responders(incident: Json) -> list[tuple[str, str]]:
    """Return the ids and states of an incident's responders."""
    return [(responder["user"]["id"], responder["state"]) for responder in incident["incidents_responders"]]


@belief(True, source=REQUESTS)
def a_requested_user_is_listed(own: OwnService) -> object:
    """A requested user is listed in the incident's `incidents_responders`."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("user"))
    seen = own.eventually(lambda: responders(own.read(incident["id"])), bool)
    return own.user["id"] in [user_id for user_id, _state in seen]


@belief(["pending"], ["joined"], source=f"{SCHEMA}, IncidentsRespondersReference")
def a_request_is_pending_until_answered(own: OwnService) -> object:
    """A request is `pending` until it is answered."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("user"))
    return [state for _user_id, state in own.eventually(lambda: responders(own.read(incident["id"])), bool)]


@belief([200, 200], source=f"{INFERRED}: the schema names no error for it, so every request pages again")
def a_repeated_request_is_accepted(own: OwnService) -> object:
    """A repeated request for the same user is not refused."""
    incident = own.open_incident()
    return [request(own, incident["id"], own.reference("user")).status for _time in range(2)]


@belief(True, source=f"{SCHEMA}, ResponderRequest")
def a_request_to_a_policy_lists_its_people(own: OwnService) -> object:
    """A request for an escalation policy lists the users on call among the incident's responders."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("escalation_policy"))
    seen = own.eventually(lambda: responders(own.read(incident["id"])), bool)
    return own.user["id"] in [user_id for user_id, _state in seen]


@belief(True, source=f"{SCHEMA}, ResponderRequest")
def a_request_to_a_policy_names_the_policy(own: OwnService) -> object:
    """An incident's `responder_requests` name the requested escalation policies."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("escalation_policy"))
    seen = own.eventually(lambda: own.read(incident["id"])["responder_requests"], bool)
    targets = [
        target["responder_request_target"]["id"] for each in seen for target in each["responder_request_targets"]
    ]
    return own.policy["id"] in targets


@belief("cancelled", source=CANCEL)
def a_pending_request_is_cancelled(own: OwnService) -> object:
    """Cancelling a request that was not answered has the result `cancelled`."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("user"))
    own.eventually(lambda: responders(own.read(incident["id"])), bool)
    return cancelled(own, incident["id"])


@belief("not_found", source=CANCEL)
def a_request_that_was_not_made_is_not_found(own: OwnService) -> object:
    """Cancelling a request of somebody who was not requested has the result `not_found`."""
    return cancelled(own, own.open_incident()["id"])


@belief("not_found", source=f"{INFERRED} from {CANCEL}: only pending requests can be cancelled")
def a_cancelled_request_is_not_found(own: OwnService) -> object:
    """Cancelling a request a second time has the result `not_found`."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("user"))
    own.eventually(lambda: responders(own.read(incident["id"])), bool)
    cancelled(own, incident["id"])
    return cancelled(own, incident["id"])


@belief(["user_cancelled"], source=CANCEL)
def a_cancelled_responder_is_still_listed(own: OwnService) -> object:
    """After a cancelled request, the incident lists the responder as `user_cancelled`."""
    incident = own.open_incident()
    request(own, incident["id"], own.reference("user"))
    own.eventually(lambda: responders(own.read(incident["id"])), bool)
    cancelled(own, incident["id"])
    return [state for _user_id, state in own.eventually(lambda: responders(own.read(incident["id"])), is_cancelled)]


@belief(403, source=MCP_ISSUE)
def a_policy_needs_its_type(own: OwnService) -> object:
    """An escalation policy that is sent without its type is refused with status 403."""
    incident = own.open_incident()
    return request(own, incident["id"], {"id": own.policy["id"]}).status


@belief((400, 2011), source=ERRORS)
def a_request_needs_a_requester(own: OwnService) -> object:
    """A request without `requester_id` is refused with status 400 and code 2011."""
    incident = own.open_incident()
    return request(own, incident["id"], own.reference("user"), requester_id="").status_and_code
