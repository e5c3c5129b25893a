# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests responders: users and escalation policies, each once; or cancels what is pending of earlier requests.

Every request pages people, so only those who were not requested yet are. Tasks on different machines may request the
same people at the same moment, and a page cannot be taken back. So after a request the module reads the incident once
more and warns about everybody who was requested twice. Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t
from collections import Counter

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import ESCALATION_POLICY, USER, Kind, label, look_up, reference
from .._core.errors import InvalidOption, OutcomeUnknown, Refused, TaskError
from .._core.plan import Notification, Plan, PlanOrOutcome, Write
from .incidents import check_open, checked_ids, name_of, plan_each, read_incident, read_incidents
from .on_call import OnCall, notified

Targets = dict[str, Record]
"""Users and escalation policies by id: references, with their names as `summary`."""
Warn = t.Callable[[str], None]

REQUEST_FIELDS = ("id", "incident", "requester", "requested_at")
"""Fields of a request that only PagerDuty knows. Source: PagerDuty/api-schema, `ResponderRequest`."""
NOT_COMING = ("declined", "user_cancelled", "cancelled")
NOT_REQUESTED = "not requested"
PENDING = "pending"
JOINED = "joined"
CANCELLED = "user_cancelled"


def change_responders(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Request users and escalation policies on each incident, or cancel their pending requests.

    Args:
        params: `incident_id`, `users`, `escalation_policies`, `responders_message`, `requester`, `renotify` and
            `state`.

    Raises:
        InvalidOption: nobody is requested, a name is empty, or two options cannot be combined.
        Refused: a name matches no object, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/responder_requests and PUT
    /incidents/{id}/responder_requests/cancel.
    """
    ids = checked_ids(params["incident_id"])
    _check(params)
    wanted = _look_up_targets(pagerduty, params)
    requester = _look_up_requester(pagerduty, params["requester"])
    if params["state"] == "absent":
        cancel = Write(functools.partial(_cancel, pagerduty, requester, wanted))
        cancellation = functools.partial(_plan_cancellation, wanted, cancel, pagerduty.warn)
        return plan_each(read_incidents(pagerduty, ids), cancellation)
    write = Write(functools.partial(_send, pagerduty, requester, wanted), harmful_twice=True)
    plan = functools.partial(_plan, params, wanted, write, OnCall(pagerduty))
    return plan_each(read_incidents(pagerduty, ids), plan)


def states_of_responders(incident: Record) -> dict[str, str]:
    """Return how everybody who was requested has answered, by the id of the user or escalation policy."""
    return _states(incident, _state_of_target)


def _states(incident: Record, state_of_target: t.Callable[[Record], str]) -> dict[str, str]:
    states: dict[str, str] = {}
    for request in incident.get("responder_requests") or ():
        for target in _targets_of(request):
            states[target["id"]] = state_of_target(target)
    for responder in incident.get("incidents_responders") or ():
        states[responder["user"]["id"]] = responder["state"]
    return states


def read_after_write(pagerduty: PagerDuty, incident_id: str, include: t.Sequence[str] = ()) -> Record:
    """Read an incident after a write took effect.

    Raises:
        OutcomeUnknown: it cannot be read.
    """
    try:
        return read_incident(pagerduty, incident_id, [("include[]", name) for name in include])
    except TaskError as error:
        raise OutcomeUnknown.after_write(error) from error


def _send(pagerduty: PagerDuty, requester: str, wanted: Targets, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    body = {"requester_id": requester, **plan.body}
    path = path_of("incidents", plan.target, "responder_requests")
    pagerduty.write_and_get("POST", path, body, "responder_request")
    incident = read_after_write(pagerduty, plan.target)
    before, now = _request_counts(plan.record), _request_counts(incident)
    ids = [target["id"] for target in _targets_of(plan.body)]
    twice = [label(wanted[target_id]) for target_id in ids if now[target_id] - before[target_id] > 1]
    if twice:
        pagerduty.warn(
            f"Incident {name_of(incident)}: another task requested {', '.join(twice)} at the same moment, so they may "
            "have been paged twice. Run the task on one host (run_once) to avoid that."
        )
    return [incident]


def _check(params: t.Mapping[str, t.Any]) -> None:
    requested = [("users", name) for name in params["users"] or ()]
    requested += [("escalation_policies", name) for name in params["escalation_policies"] or ()]
    if not requested:
        raise InvalidOption("users", "users or escalation_policies must name somebody")
    for option, name in requested:
        if not name.strip():
            raise InvalidOption(option, "must not contain an empty name", name)
    for option in ("responders_message", "requester"):
        if params[option] is not None and not params[option].strip():
            raise InvalidOption(option, "must not be empty", params[option])
    for option in ("responders_message", "renotify"):
        if params["state"] == "absent" and params[option]:
            raise InvalidOption(option, "cannot be combined with state=absent", params[option])


def _look_up_targets(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> Targets:
    names = [(USER, name) for name in params["users"] or ()]
    names += [(ESCALATION_POLICY, name) for name in params["escalation_policies"] or ()]
    targets = (_target(kind, look_up(pagerduty, kind, name)) for kind, name in names)
    return {target["id"]: target for target in targets}


def _target(kind: Kind, record: Record) -> Record:
    return {**reference(kind, record), "summary": record.get("summary") or record.get("name")}


def _look_up_requester(pagerduty: PagerDuty, given: str | None) -> str:
    """Return the id of the user who requests: the one given, else that of from_email, else the token's own."""
    name = given or pagerduty.settings.from_email
    try:
        user = look_up(pagerduty, USER, name) if name else pagerduty.get("/users/me", "user")
    except Refused as error:
        error.hint = "Set requester or from_email to a user of this PagerDuty account."
        raise
    return str(user["id"])


def _plan(params: t.Mapping[str, t.Any], wanted: Targets, write: Write, on_call: OnCall, incident: Record) -> Plan:
    states = states_of_responders(incident)
    missing = [target_id for target_id in wanted if _is_missing(states.get(target_id), params["renotify"])]
    _warn_about_declined(incident, wanted, states, missing, on_call.pagerduty.warn)
    if missing:
        check_open(incident, "responders cannot be requested")
    # Whoever declined and is not asked again is left out: a policy that is requested may ask them all the same.
    before = {
        label(target): states.get(target_id, NOT_REQUESTED)
        for target_id, target in wanted.items()
        if target_id in missing or states[target_id] not in NOT_COMING
    }
    after = {**before, **{label(wanted[target_id]): PENDING for target_id in missing}}
    body = _body(incident, wanted, missing, params["responders_message"])
    predicted = _with_request(incident, _predict_request(body, wanted)) if missing else incident
    notifies = notified_responders(on_call, (wanted[target_id] for target_id in missing))
    return Plan(
        incident["id"], {"responders": before}, {"responders": after}, incident, predicted, write, body, notifies
    )


def notified_responders(on_call: OnCall, targets: t.Iterable[Record]) -> list[Notification]:
    """Return whom a request notifies, nobody twice.

    Args:
        targets: references to users and escalation policies.

    Source: https://support.pagerduty.com/main/docs/add-responders.
    """
    by_user: dict[str, Notification] = {}
    for target in targets:
        is_policy = str(target.get("type")).startswith("escalation_policy")
        requested = on_call.notified_by(target) if is_policy else notified([target], "requested as a responder")
        for each in requested:
            by_user.setdefault(each.who["id"] if each.who else "", each)
    return list(by_user.values())


def _body(incident: Record, wanted: Targets, missing: t.Sequence[str], message: str | None) -> Record:
    return {
        "message": message or f"Please help with {incident.get('title') or name_of(incident)}",
        "responder_request_targets": [
            {"responder_request_target": {"id": target_id, "type": wanted[target_id]["type"]}} for target_id in missing
        ],
    }


def _is_missing(state: str | None, renotify: bool) -> bool:
    return state is None or (renotify and state in NOT_COMING)


def _warn_about_declined(
    incident: Record, wanted: Targets, states: dict[str, str], missing: t.Sequence[str], warn: Warn
) -> None:
    for target_id, target in wanted.items():
        if states.get(target_id) in NOT_COMING and target_id not in missing:
            warn(
                f"Incident {name_of(incident)}: {label(target)} is {states[target_id]} and is not requested again; "
                "set renotify to do so."
            )


def _targets_of(request: Record) -> list[Record]:
    """Return the targets of a request: PagerDuty's example nests each one level deeper than its schema."""
    return [entry.get("responder_request_target") or entry for entry in request.get("responder_request_targets") or ()]


def _state_of_target(target: Record) -> str:
    """Return the state of a requested policy: declined only if everybody it reached has declined."""
    states = [responder.get("state") for responder in target.get("incidents_responders") or ()]
    return str(states[0]) if states and all(state in NOT_COMING for state in states) else PENDING


def _request_counts(incident: Record) -> Counter[str]:
    requests = incident.get("responder_requests") or ()
    return Counter(target["id"] for request in requests for target in _targets_of(request))


def _with_request(incident: Record, request: Record) -> Record:
    responders = list(incident.get("incidents_responders") or ())
    responders += [each for target in _targets_of(request) for each in target.get("incidents_responders") or ()]
    by_user = {responder["user"]["id"]: responder for responder in responders}
    return {
        **incident,
        "incidents_responders": list(by_user.values()),
        "responder_requests": [*(incident.get("responder_requests") or ()), request],
    }


def _predict_request(body: Record, wanted: Targets) -> Record:
    """Return a request as PagerDuty will return it; only PagerDuty knows who answers."""
    shown = [
        {"responder_request_target": {**wanted[target["id"]], "incidents_responders": None}}
        for target in _targets_of(body)
    ]
    return {**dict.fromkeys(REQUEST_FIELDS), "message": body["message"], "responder_request_targets": shown}


def _plan_cancellation(wanted: Targets, write: Write, warn: Warn, incident: Record) -> Plan:
    states = _states(incident, _cancellable_state)
    before = {label(target): states.get(target_id, NOT_REQUESTED) for target_id, target in wanted.items()}
    pending = [target_id for target_id in wanted if states.get(target_id) == PENDING]
    for target_id, target in wanted.items():
        if states.get(target_id) == JOINED:
            warn(f"Incident {name_of(incident)}: {label(target)} has joined, which cannot be cancelled.")
    after = {**before, **{label(wanted[target_id]): CANCELLED for target_id in pending}}
    return Plan(incident["id"], {"responders": before}, {"responders": after}, incident, incident, write, pending)


def _cancellable_state(target: Record) -> str:
    """Return the state of a requested policy: pending if anybody it reached is, or if it has reached nobody."""
    states = [responder["state"] for responder in target.get("incidents_responders") or ()]
    if not states or PENDING in states:
        return PENDING
    return JOINED if JOINED in states else str(states[0])


def _cancel(pagerduty: PagerDuty, requester: str, wanted: Targets, plans: t.Sequence[Plan]) -> list[Record]:
    """Cancel pending requests, and warn about those that were answered in the meantime.

    Raises:
        Refused: none was cancelled.
    """
    (plan,) = plans
    targets = [{"type": wanted[target_id]["type"], "id": target_id} for target_id in plan.body]
    body = {"requester_id": requester, "responder_request_targets": targets}
    path = path_of("incidents", plan.target, "responder_requests", "cancel")
    results = pagerduty.write_and_get("PUT", path, body, "responder_request_targets")
    others = [
        f"{label(wanted.get(each['id'], each))}: {each['result']}" for each in results if each["result"] != "cancelled"
    ]
    message = f"Incident {plan.target}: PagerDuty did not cancel every request ({', '.join(others)})."
    if others and len(others) == len(results):
        raise Refused(message, hint="Run the task again to see who has joined.", is_conflict=True)
    if others:
        pagerduty.warn(message)
    return [read_after_write(pagerduty, plan.target)]
