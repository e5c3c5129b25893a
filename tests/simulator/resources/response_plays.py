# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/response_plays, as accounts have them that still do.

Source: openapi/rest.json; PAGERDUTY_API.md, "Response plays (withdrawn) and Incident Workflows".
"""

from __future__ import annotations

from simulator import account, problems
from simulator.account import ResponsePlay
from simulator.call import Answer, Call, Route

ABILITY = "response_plays"


def list_response_plays(call: Call) -> Answer:
    """GET /response_plays: without pages."""
    check_ability(call)
    query = (call.query.one("query") or "").lower()
    show = call.views().response_play
    plays = [play for play in account.RESPONSE_PLAYS.values() if query in play.name.lower()]
    return Answer(body={"response_plays": [show(play) for play in plays]})


def get_response_play(call: Call) -> Answer:
    """GET /response_plays/{id}."""
    check_ability(call)
    return Answer(body={"response_play": call.views().response_play(call.find(account.RESPONSE_PLAYS))})


def run_response_play(call: Call) -> Answer:
    """POST /response_plays/{response_play_id}/run: pages its responders, each time."""
    check_ability(call)
    play: ResponsePlay = call.find(account.RESPONSE_PLAYS, "response_play_id")
    incident = call.state.incident(call.body.reference("incident", "incident_reference"))
    if not incident.is_open:
        raise problems.already_resolved()
    if play.responders:
        incident.request_responders(call.act, call.user, play.responders_message or "", play.responders)
    for subscriber in play.subscribers:
        incident.subscribe(subscriber.kind, subscriber)
    if play.subscribers_message:
        incident.tell(call.act, call.user, play.subscribers_message, None, None)
    if play.bridge.conference_url:
        incident.conference_bridge = play.bridge
    return Answer(body={"status": "ok"})


def check_ability(call: Call) -> None:
    """Whether the account still has response plays.

    Raises:
        Problem: when PagerDuty has taken them away.
    """
    if ABILITY not in call.state.abilities:
        raise problems.not_found("Response play")


ROUTES = (
    Route("GET", "/response_plays", list_response_plays),
    Route("GET", "/response_plays/{id}", get_response_play),
    Route("POST", "/response_plays/{response_play_id}/run", run_response_play, needs_requester=True),
)
