# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/response_plays, for accounts that still have them.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /response_plays, before its removal of 2025-09-09.
"""

from __future__ import annotations

from simulator import account, errors
from simulator.account import ResponsePlay
from simulator.call import Call, Response, Route

ABILITY = "response_plays"


def list_response_plays(call: Call) -> Response:
    """GET /response_plays: without pages."""
    check_ability(call)
    query = (call.query.one("query") or "").lower()
    show = call.serializer().response_play
    plays = [play for play in account.RESPONSE_PLAYS.values() if query in play.name.lower()]
    return Response(body={"response_plays": [show(play) for play in plays]})


def get_response_play(call: Call) -> Response:
    """GET /response_plays/{id}."""
    check_ability(call)
    return Response(body={"response_play": call.serializer().response_play(call.find(account.RESPONSE_PLAYS))})


def run_response_play(call: Call) -> Response:
    """POST /response_plays/{response_play_id}/run: pages its responders, each time."""
    check_ability(call)
    play: ResponsePlay = call.find(account.RESPONSE_PLAYS, "response_play_id")
    incident = call.state.incident(call.body.reference("incident", "incident_reference"))
    if not incident.is_open:
        raise errors.already_resolved()
    call.state.response_play_runs.append({"response_play": play.id, "incident": incident.id})
    if play.responders:
        incident.request_responders(call.actor, call.user, play.responders_message or "", play.responders)
    # GET …/status_updates/subscribers returns only those that were added by POST to the same path.
    if play.subscribers_message:
        incident.send_status_update(call.actor, call.user, play.subscribers_message, None, None)
    if play.bridge.conference_url:
        incident.conference_bridge = play.bridge
    return Response(body={"status": "ok"})


def check_ability(call: Call) -> None:
    """Check that the account still has response plays.

    Raises:
        ApiError: PagerDuty has withdrawn them.
    """
    if ABILITY not in call.state.abilities:
        raise errors.not_found("Response play")


ROUTES = (
    Route("GET", "/response_plays", list_response_plays),
    Route("GET", "/response_plays/{id}", get_response_play),
    Route("POST", "/response_plays/{response_play_id}/run", run_response_play, needs_requester=True),
)
