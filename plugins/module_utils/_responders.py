# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is asked to help with an incident: responders, one by one, or all that a response play brings.

Every request pages people. What was asked for already is read from the incident, and only what is missing is asked for.
Tasks on different machines may ask at the same moment, and a page cannot be taken back; so whoever finds that somebody
else has used the key since it looked, looks again, and says who was asked twice. Private to the collection.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ._directory import ESCALATION_POLICY, RESPONSE_PLAY, USER, Kind, label, look_up, reference
from ._errors import BadInput, PagerDutyError, Refused, Unanswered
from ._incidents import check_open, checked_ids, name_of, plan_each, read_incidents
from ._plan import Fields, Plan, Planned, Write
from ._rest import PagerDuty, Record, path_of

Targets = dict[str, Record]
"""Whom to ask, by id: users and escalation policies, as PagerDuty takes them in a body, with how they show."""

REQUEST_FIELDS = ("id", "incident", "requester", "requested_at")
"""What only PagerDuty can know of a request. Source: openapi/rest.json, `ResponderRequest`."""
NOT_COMING = ("declined", "user_cancelled", "cancelled")
NOT_ASKED = "not asked"
ASKED = "pending"
WITHDRAWN = (402, 403, 404, 410)
"""How accounts without response plays answer."""


def request_responders(
    pagerduty: PagerDuty, ids: t.Sequence[str], params: t.Mapping[str, t.Any], notice: t.Callable[[str], None]
) -> list[Planned]:
    """Ask users and escalation policies for help, each once.

    Args:
        params: `users`, `escalation_policies`, `responders_message`, `requester` and `renotify`.
        notice: tells who has declined, and who was asked twice.

    Raises:
        BadInput: when nobody is to be asked, or a name is empty.
        Refused: when a name stands for nothing, or for more than one.

    Source: openapi/rest.json, POST /incidents/{id}/responder_requests.
    """
    checked_ids(ids)
    _check(params)
    wanted = _targets(pagerduty, params)
    requester = _requester(pagerduty, params["requester"])
    allowances: dict[str, int | None] = {}

    def send(plans: t.Sequence[Plan]) -> list[Record]:
        (plan,) = plans
        body = {"requester_id": requester, **plan.body}
        path = path_of("incidents", plan.target, "responder_requests")
        request = pagerduty.write("POST", path, body, "responder_request")
        if pagerduty.is_alone_since(allowances[plan.target]):
            return [_with_request(plan.record, request)]
        incident = _after_the_effect(pagerduty, plan.target)
        _tell_twice(plan, incident, wanted, notice)
        return [incident]

    write = Write(send)

    def plan(incident: Record) -> Plan:
        allowances[incident["id"]] = pagerduty.allowance
        states = _states(incident)
        ask = [target_id for target_id in wanted if _is_to_be_asked(states.get(target_id), params["renotify"])]
        _tell_declined(incident, wanted, states, ask, notice)
        if ask:
            check_open(incident, "nobody can be asked to respond")
        # Who has declined is left out where nobody asks again; a policy that is asked may do so all the same.
        before = {
            target["summary"]: states.get(target_id, NOT_ASKED)
            for target_id, target in wanted.items()
            if target_id in ask or states[target_id] not in NOT_COMING
        }
        after = {**before, **{wanted[target_id]["summary"]: ASKED for target_id in ask}}
        request = {
            "message": params["responders_message"] or f"Please help with {incident.get('title') or name_of(incident)}",
            "responder_request_targets": [
                {"responder_request_target": {"id": target_id, "type": wanted[target_id]["type"]}} for target_id in ask
            ],
        }
        return Plan(
            incident["id"],
            {"responders": before},
            {"responders": after},
            incident,
            _with_request(incident, _foreseen(request, wanted)) if ask else incident,
            write,
            request,
        )

    return plan_each(read_incidents(pagerduty, ids), plan)


def run_response_play(pagerduty: PagerDuty, ids: t.Sequence[str], text: str) -> list[Planned]:
    """Run a response play on incidents that lack any of its effects: responders, subscribers, bridge.

    Raises:
        BadInput: when the name is empty.
        Refused: when it stands for nothing or for more than one play, or when the account has no response plays.

    Source: openapi/rest.json (as of before 2025-09-09), POST /response_plays/{response_play_id}/run.
    """
    if not text.strip():
        raise BadInput("response_play", "it must not be empty", text)
    checked_ids(ids)
    play = _look_up_play(pagerduty, text)

    def send(plans: t.Sequence[Plan]) -> list[Record]:
        (plan,) = plans
        body = {"incident": {"id": plan.target, "type": "incident_reference"}}
        pagerduty.write("POST", path_of("response_plays", play["id"], "run"), body)
        # The answer says no more than "ok"; what the play has done stands on the incident.
        return [_after_the_effect(pagerduty, plan.target)]

    write = Write(send)

    def plan(incident: Record) -> Plan:
        before, after = _play_effects(pagerduty, incident, play)
        if before != after:
            check_open(incident, "no response play can be run on it")
        return Plan(incident["id"], before, after, incident, incident, write)

    return plan_each(read_incidents(pagerduty, ids), plan)


def _check(params: t.Mapping[str, t.Any]) -> None:
    asked = [("users", name) for name in params["users"] or ()]
    asked += [("escalation_policies", name) for name in params["escalation_policies"] or ()]
    if not asked:
        raise BadInput("users", "give at least one of users and escalation_policies", params["users"])
    for option, name in asked:
        if not name.strip():
            raise BadInput(option, "a name, id or e-mail address must not be empty", name)
    message, requester = params["responders_message"], params["requester"]
    if message is not None and not message.strip():
        raise BadInput("responders_message", "it must not be empty", message)
    if requester is not None and not requester.strip():
        raise BadInput("requester", "it must be a user, by id or e-mail address", requester)


def _targets(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> Targets:
    asked = [(USER, name) for name in params["users"] or ()]
    asked += [(ESCALATION_POLICY, name) for name in params["escalation_policies"] or ()]
    targets = (_target(kind, look_up(pagerduty, kind, name)) for kind, name in asked)
    return {target["id"]: target for target in targets}


def _target(kind: Kind, record: Record) -> Record:
    return {**reference(kind, record), "summary": label(record)}


def _requester(pagerduty: PagerDuty, given: str | None) -> str:
    """The id of the user who asks for help: the one given, else that of from_email, else the key's own."""
    name = given or pagerduty.settings.from_email
    try:
        user = look_up(pagerduty, USER, name) if name else pagerduty.get("/users/me", "user")
    except Refused as error:
        error.hint = "Set requester or from_email to a user of this PagerDuty account."
        raise
    return str(user["id"])


def _states(incident: Record) -> dict[str, str]:
    """How everybody who was asked has answered, by the id of the user or escalation policy."""
    states: dict[str, str] = {}
    for request in incident.get("responder_requests") or ():
        for target in _asked(request):
            states[target["id"]] = _state_of_policy(target)
    for responder in incident.get("incidents_responders") or ():
        states[responder["user"]["id"]] = responder["state"]
    return states


def _asked(request: Record) -> list[Record]:
    """The targets of a request: PagerDuty's example nests each once more than its schema does."""
    return [entry.get("responder_request_target") or entry for entry in request.get("responder_request_targets") or ()]


def _state_of_policy(target: Record) -> str:
    """A policy has been asked as long as one of those it asked has not turned down."""
    answers = [responder.get("state") for responder in target.get("incidents_responders") or ()]
    return str(answers[0]) if answers and all(answer in NOT_COMING for answer in answers) else ASKED


def _is_to_be_asked(state: str | None, renotify: bool) -> bool:
    return state is None or (renotify and state in NOT_COMING)


def _tell_declined(
    incident: Record, wanted: Targets, states: dict[str, str], ask: t.Sequence[str], notice: t.Callable[[str], None]
) -> None:
    for target_id, target in wanted.items():
        if states.get(target_id) in NOT_COMING and target_id not in ask:
            notice(
                f"Incident {name_of(incident)}: {target['summary']} is {states[target_id]} and is not asked again; "
                "set renotify to ask again."
            )


def _after_the_effect(pagerduty: PagerDuty, incident_id: str) -> Record:
    try:
        incident: Record = pagerduty.get(path_of("incidents", incident_id), "incident")
    except PagerDutyError as error:
        raise Unanswered.after_the_effect(error) from error
    return incident


def _tell_twice(plan: Plan, incident: Record, wanted: Targets, notice: t.Callable[[str], None]) -> None:
    before, now = _times_asked(plan.record), _times_asked(incident)
    twice = [
        wanted[target["id"]]["summary"] for target in _asked(plan.body) if now[target["id"]] - before[target["id"]] > 1
    ]
    if twice:
        notice(
            f"Incident {name_of(incident)}: another task asked {', '.join(twice)} at the same moment, "
            "who may have been paged twice. Run the task on one host (run_once) to avoid that."
        )


def _times_asked(incident: Record) -> Counter[str]:
    requests = incident.get("responder_requests") or ()
    return Counter(target["id"] for request in requests for target in _asked(request))


def _with_request(incident: Record, request: Record) -> Record:
    responders = list(incident.get("incidents_responders") or ())
    responders += [each for target in _asked(request) for each in target.get("incidents_responders") or ()]
    known = {responder["user"]["id"]: responder for responder in responders}
    return {
        **incident,
        "incidents_responders": list(known.values()),
        "responder_requests": [*(incident.get("responder_requests") or ()), request],
    }


def _foreseen(request: Record, wanted: Targets) -> Record:
    """A request as PagerDuty will show it; who answers how, only PagerDuty knows."""
    shown = [
        {"responder_request_target": {**wanted[target["id"]], "incidents_responders": None}}
        for target in _asked(request)
    ]
    return {**dict.fromkeys(REQUEST_FIELDS), "message": request["message"], "responder_request_targets": shown}


def _look_up_play(pagerduty: PagerDuty, text: str) -> Record:
    try:
        return look_up(pagerduty, RESPONSE_PLAY, text)
    except Refused as error:
        if error.status in WITHDRAWN:
            error.message += " The account has no response plays: PagerDuty has withdrawn them."
            error.hint = "Use an Incident Workflow instead: oncall.pagerduty.incident_workflow."
        raise


def _play_effects(pagerduty: PagerDuty, incident: Record, play: Record) -> tuple[Fields, Fields]:
    """What the play does, as it is on the incident and as it shall be."""
    states = _states(incident)
    responders = [(entry["id"], label(entry)) for entry in play.get("responders") or ()]
    before: Fields = {"responders": sorted(shown for target_id, shown in responders if target_id in states)}
    after: Fields = {"responders": sorted(shown for _target_id, shown in responders)}
    subscribers = [(entry["id"], label(entry)) for entry in play.get("subscribers") or ()]
    if subscribers:
        there = _subscribers(pagerduty, incident)
        before["subscribers"] = sorted(shown for subscriber, shown in subscribers if subscriber in there)
        after["subscribers"] = sorted(shown for _subscriber, shown in subscribers)
    bridge = {name: play[name] for name in ("conference_number", "conference_url") if play.get(name)}
    if bridge:
        now = incident.get("conference_bridge") or {}
        before["conference_bridge"] = {name: now.get(name) for name in bridge}
        after["conference_bridge"] = bridge
    return before, after


def _subscribers(pagerduty: PagerDuty, incident: Record) -> set[str]:
    path = path_of("incidents", incident["id"], "status_updates", "subscribers")
    return {entry["subscriber_id"] for entry in pagerduty.get(path, "subscribers")}
