# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens an incident for a service and an incident key, or updates the one that is open.

PagerDuty refuses a second open incident with the same service and key. So if the response to the first request is
lost, the next one cannot page anybody again. Private to the collection.
"""

from __future__ import annotations

import functools
import itertools
import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record
from .._api.directory import ESCALATION_POLICY, SERVICE, USER, label, look_up, reference, shown_reference
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.plan import Notification, Plan, PlanOrOutcome, Write
from .incident import Desired, desired_fields, needed_includes, update_incidents, update_planner
from .incidents import find_alerts, find_incidents, plan_one, with_bridge
from .on_call import READ_TIMEOUT, OnCall, notified

OPENING = ("service", "incident_key", "body")
"""Options that `incident_id` excludes."""
NEVER_OPENS = ("acknowledged", "resolved")
"""With these, an incident that is not open stays as it is."""
NO_INCIDENTS = {"maintenance": "in maintenance", "disabled": "disabled"}
"""By the status of a service. Source: https://support.pagerduty.com/docs/why-incidents-fail-to-trigger."""
FIELDS = (
    "acknowledgements",
    "alert_counts",
    "assigned_via",
    "assignments",
    "created_at",
    "escalation_policy",
    "first_trigger_log_entry",
    "html_url",
    "id",
    "incident_key",
    "incident_number",
    "incident_type",
    "incidents_responders",
    "is_mergeable",
    "last_status_change_at",
    "last_status_change_by",
    "pending_actions",
    "priority",
    "resolve_reason",
    "resolved_at",
    "responder_requests",
    "self",
    "service",
    "status",
    "summary",
    "teams",
    "title",
    "type",
    "updated_at",
    "urgency",
)
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Incident`, without what has to be included."""


class Assignment(t.NamedTuple):
    """Who gets a new incident.

    Args:
        policy: a reference to its escalation policy.
        notifies: whom PagerDuty notifies.
        is_own: whether it is assigned to the user who opens it.
    """

    policy: Record | None
    notifies: t.Sequence[Notification]
    is_own: bool = False


def update_or_open(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Update incidents by id, or the open one of a service and an incident key; open it if there is none.

    Args:
        params: those of `update_incidents`, or `service`, `incident_key` and `body` instead of `incident_id`.

    Raises:
        InvalidOption: an option has an unusable value, or two cannot be combined.
        Refused: a name matches no object, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents;
    https://developer.pagerduty.com/docs/incident-creation-api.
    """
    key = params["incident_key"]
    if key is None:
        return update_incidents(pagerduty, params)
    _check(params)
    desired = desired_fields(pagerduty, params)
    service = look_up(pagerduty, SERVICE, params["service"])
    found = _find(pagerduty, key, service, needed_includes(desired))
    incident = next((each for each in found if _is_open(pagerduty, each, key)), None)
    # The key names the incident in all plans: after a lost response it may be open or not.
    if incident:
        update = update_planner(pagerduty, params, desired)
        return [plan_one(key, functools.partial(_plan_update, key, update, incident))]
    if params["status"] == "resolved":
        resolved = {"status": params["status"]}
        return [Plan(key, resolved, resolved, latest, latest) for latest in found[:1]]
    return [plan_one(key, functools.partial(_plan, pagerduty, params, desired, service))]


def locked_targets(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return what a task must lock: the incidents, or the service with the incident key."""
    return params["incident_id"] or [f"{params['service']} {params['incident_key']}"]


def _check(params: t.Mapping[str, t.Any]) -> None:
    for name in OPENING:
        if params[name] is not None and not params[name].strip():
            raise InvalidOption(name, "must not be empty", params[name])
    if params["reopen"]:
        raise InvalidOption("reopen", "requires incident_id; with incident_key a new incident is opened instead", True)
    if params["status"] in NEVER_OPENS:
        return
    if params["title"] is None:
        raise InvalidOption("title", "required to open an incident with service and incident_key")
    if len(params["assignees"] or ()) > 1:
        raise InvalidOption(
            "assignees",
            "must be one user with service and incident_key, as PagerDuty opens an incident with one assignee",
            params["assignees"],
        )


def _find(pagerduty: PagerDuty, key: str, service: Record, include: t.Sequence[str]) -> list[Record]:
    """Return the latest incidents of a service with a key, newest first.

    Raises:
        TaskError: one of them is malformed and cannot be read by itself.
    """
    found = find_incidents(pagerduty, key, include, [("service_ids[]", service["id"])])
    incidents = []
    for _id, incident in itertools.islice(found, PAGE_SIZE):
        if isinstance(incident, TaskError):
            raise incident
        incidents.append(incident)
    return incidents


def _is_open(pagerduty: PagerDuty, incident: Record, key: str) -> bool:
    """Return whether an incident is open and has a key, its own or that of an open alert.

    An open incident that holds several alerts is found by the keys of resolved ones as well.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents, `incident_key`.
    """
    if incident["status"] == "resolved":
        return False
    if incident.get("incident_key") == key:
        return True
    return any(alert["status"] != "resolved" for alert in find_alerts(pagerduty, incident["id"], key))


def _plan_update(key: str, update: t.Callable[[Record], Plan], incident: Record) -> Plan:
    plan = update(incident)
    return plan._replace(target=key, body={"id": incident["id"], **plan.body})


def _plan(pagerduty: PagerDuty, params: t.Mapping[str, t.Any], desired: Desired, service: Record) -> Plan:
    """Return the plan to open an incident.

    Raises:
        Refused: it should be acknowledged, or it would be.
    """
    if params["status"] == "acknowledged":
        raise Refused(
            f"Service {label(service)} has no open incident with the key {params['incident_key']!r} to acknowledge.",
            hint="Open it first, without status.",
        )
    key, fields = params["incident_key"], {name: want for name, want in desired.items() if name != "status"}
    assignment = _assignment(pagerduty, params, desired, service)
    status = "acknowledged" if assignment.is_own else "triggered"
    _warn(pagerduty, service, assignment)
    identity = {"service": shown_reference(SERVICE, service), "incident_key": key, "status": status}
    after = {**identity, "service": label(service), **{name: want.shown for name, want in fields.items()}}
    body: Record = {"type": "incident", "incident_key": key, "service": reference(SERVICE, service)}
    record: Record = {**dict.fromkeys(FIELDS), **identity, "type": "incident", "escalation_policy": assignment.policy}
    for want in fields.values():
        body.update(want.body)
        record.update(want.record)
    if params["body"] is not None:
        body["body"] = {"type": "incident_body", "details": params["body"]}
        after["body"] = params["body"]
    write = Write(functools.partial(_post, pagerduty), harmful_twice=True)
    return Plan(key, dict.fromkeys(after), after, {}, record, write, body, assignment.notifies)


def _assignment(pagerduty: PagerDuty, params: t.Mapping[str, t.Any], desired: Desired, service: Record) -> Assignment:
    """Return who gets a new incident: the given assignee, or those on call of the given policy, or of the service's.

    Raises:
        Refused: it should be triggered, but PagerDuty would open it as acknowledged.
    """
    policy = service.get("escalation_policy")
    shown = shown_reference(ESCALATION_POLICY, policy) if policy else None
    if params["assignees"]:
        user = look_up(pagerduty, USER, params["assignees"][0])
        if not _is_requester(pagerduty, user):
            return Assignment(shown, notified([user], "assigned to the incident"))
        if "status" in desired:
            raise Refused(
                f"An incident that is assigned to {label(user)}, who opens it, is opened as acknowledged.",
                hint="Leave out status, or choose another assignee.",
            )
        return Assignment(shown, (), is_own=True)
    if "escalation_policy" in desired:
        shown = desired["escalation_policy"].record["escalation_policy"]
    if shown is None:
        return Assignment(None, [Notification(None, f"on call for service {label(service)}")])
    return Assignment(shown, OnCall(pagerduty).notified_by(shown))


def _is_requester(pagerduty: PagerDuty, user: Record) -> bool:
    """Return whether a user is the one who opens the incident."""
    email = pagerduty.settings.from_email
    if email:
        return str(user.get("email")).casefold() == email.casefold()
    try:
        return bool(pagerduty.without_retries(READ_TIMEOUT).get("/users/me", "user")["id"] == user["id"])
    except TaskError:
        # The token belongs to an account or an app, not to a user. Whatever else it is must not delay the page.
        return False


def _warn(pagerduty: PagerDuty, service: Record, assignment: Assignment) -> None:
    """Warn about what keeps an incident from paging anybody.

    Source: https://developer.pagerduty.com/docs/incident-creation-api, assignee; `NO_INCIDENTS`.
    """
    if service.get("status") in NO_INCIDENTS:
        state = NO_INCIDENTS[service["status"]]
        pagerduty.warn(f"The service {label(service)} is {state}, so PagerDuty may not open the incident.")
    if assignment.is_own:
        pagerduty.warn(
            "The incident is assigned to the user who opens it, so PagerDuty opens it as acknowledged and pages nobody."
        )
    elif assignment.policy and not assignment.notifies:
        pagerduty.warn(
            f"Nobody is on call for the escalation policy {label(assignment.policy)}, so PagerDuty may not open the "
            "incident."
        )


def _post(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    incident = pagerduty.write_and_get("POST", "/incidents", {"incident": plan.body}, "incident")
    return [with_bridge(plan, incident)]
