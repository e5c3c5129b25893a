# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an incident that can be updated: how each shows in a diff, what is sent, what the incident will hold.

Only the fields that differ are sent, all in one PUT. Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import (
    ESCALATION_POLICY,
    INCIDENT_TYPE,
    PRIORITY,
    USER,
    Kind,
    label,
    look_up,
    reference,
    shown_reference,
)
from .._core.errors import InvalidOption, Refused
from .._core.plan import Notification, Plan, PlanOrOutcome, Write
from .._core.time_texts import time_of
from .assignments import assignments
from .incidents import checked_ids, name_of, plan_each, put_incidents, read_incidents
from .on_call import OnCall, notified

NO_LABELS: t.Mapping[str, str] = {}
BRIDGE = ("conference_number", "conference_url")
REASSIGNING = ("assignees", "escalation_policy")
TEXTS = ("title", "resolution", "priority", "escalation_policy", "incident_type")


class DesiredField(t.NamedTuple):
    """What one field should become.

    Args:
        shown: the value in a diff; values that show the same are equal.
        body: what is sent.
        record: what the incident will hold.
        labels: how references show, by id: one person has one name on both sides of a diff.
    """

    shown: t.Any
    body: Record
    record: Record
    labels: t.Mapping[str, str] = NO_LABELS


Desired = dict[str, DesiredField]

TRIGGERED_BY_REASSIGNING = DesiredField("triggered", {}, {"status": "triggered", "acknowledgements": []})
"""PagerDuty pages the new assignees, so an acknowledged incident becomes triggered (INFERRED)."""


REOPENED: Record = {"acknowledgements": [], "resolved_at": None, "resolve_reason": None, "assignments": None}
"""Fields of an incident that is re-opened; only PagerDuty knows whom it assigns."""


def update_incidents(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Make the given fields of each incident equal to the given values.

    Args:
        params: `incident_id`, any of the fields, `resolution` and `reopen`; None leaves a field as it is.

    Raises:
        InvalidOption: an option has an unusable value.
        Refused: a name matches no object, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents.
    """
    ids = checked_ids(params["incident_id"])
    desired = desired_fields(pagerduty, params)
    plan = update_planner(pagerduty, params, desired)
    return plan_each(read_incidents(pagerduty, ids, needed_includes(desired)), plan)


def desired_fields(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> Desired:
    """Return what each given field should become.

    Raises:
        InvalidOption: an option has an unusable value.
        Refused: a name matches no object, or more than one.
    """
    given = {name: value for name, value in params.items() if name in FIELD_BUILDERS and value is not None}
    _check(given, params.get("resolution"))
    return {name: FIELD_BUILDERS[name](pagerduty, name, value) for name, value in given.items()}


def update_planner(pagerduty: PagerDuty, params: t.Mapping[str, t.Any], desired: Desired) -> t.Callable[[Record], Plan]:
    """Return a function that plans the update of an incident."""
    harmful_twice = "status" in desired or any(name in desired for name in REASSIGNING)
    put = put_incidents(pagerduty, harmful_twice=harmful_twice)
    resolution, reopen = params.get("resolution"), bool(params.get("reopen"))
    return functools.partial(_plan, OnCall(pagerduty), desired, resolution, reopen, put)


def needed_includes(desired: Desired) -> list[str]:
    """Return what to include when an incident is read: PagerDuty returns the bridge only if it is asked for."""
    return ["conference_bridge"] if "conference_bridge" in desired else []


def _check(given: t.Mapping[str, t.Any], resolution: str | None) -> None:
    if resolution is not None and given.get("status") != "resolved":
        raise InvalidOption("resolution", "requires status=resolved", resolution)
    texts = {**given, "resolution": resolution}
    for name in TEXTS:
        if texts.get(name) is not None and not texts[name].strip():
            raise InvalidOption(name, "must not be empty", texts[name])
    if "assignees" in given and not all(name.strip() for name in given["assignees"] or [""]):
        raise InvalidOption("assignees", "must be users, by id, e-mail address or name", given["assignees"])
    if "assignees" in given and given.get("status") == "resolved":
        raise InvalidOption(
            "assignees", "cannot be combined with status=resolved, as a resolved incident has no assignees"
        )
    if "conference_bridge" in given and not _is_bridge(given["conference_bridge"]):
        raise InvalidOption(
            "conference_bridge", "must have conference_number, conference_url, or both", given["conference_bridge"]
        )


def _is_bridge(given: t.Mapping[str, t.Any]) -> bool:
    # A telephone number without quotes is an integer.
    are_texts = all(value is None or isinstance(value, (str, int)) for value in given.values())
    return are_texts and set(given) <= set(BRIDGE) and any(given.values())


def _plan(
    on_call: OnCall, desired: Desired, resolution: str | None, reopen: bool, put: Write, incident: Record
) -> Plan:
    differing = {name: want for name, want in desired.items() if _shown(name, incident, want) != want.shown}
    if "conference_bridge" in differing:
        differing["conference_bridge"] = _complete(differing["conference_bridge"], incident)
    is_resolved = incident["status"] == "resolved"
    if is_resolved:
        _check_resolved(incident, differing, reopen)
    elif any(name in differing for name in REASSIGNING):
        differing["status"] = desired.get("status", TRIGGERED_BY_REASSIGNING)
    managed = {**desired, **differing}
    before = {name: _shown(name, incident, want) for name, want in managed.items()}
    after = {name: want.shown for name, want in managed.items()}
    body = _merge([want.body for want in differing.values()])
    if resolution is not None and is_resolved:
        _warn_about_resolution(on_call.pagerduty, incident, resolution)
    elif resolution is not None:
        before["resolution"], after["resolution"] = None, resolution
        body["resolution"] = resolution
    reopened = REOPENED if is_resolved and "status" in differing else {}
    predicted = _merge([incident, reopened, *(want.record for want in differing.values())])
    notifies = _notifies(on_call, incident, differing)
    return Plan(incident["id"], before, after, incident, predicted, put, body, notifies)


def _notifies(on_call: OnCall, incident: Record, differing: Desired) -> list[Notification]:
    """Return whom an update notifies: PagerDuty notifies users of what is assigned to them.

    Source: https://support.pagerduty.com/main/docs/notification-rules. INFERRED: raising the urgency, or taking an
    acknowledgement back, notifies the assignees.
    """
    status = differing["status"].shown if "status" in differing else None
    assigned = [entry["assignee"] for entry in incident.get("assignments") or ()]
    if "assignees" in differing:
        present = {user["id"] for user in assigned}
        wanted = [entry["assignee"] for entry in differing["assignees"].record["assignments"]]
        return notified((user for user in wanted if user["id"] not in present), "assigned to the incident")
    if "escalation_policy" in differing:
        return on_call.notified_by(differing["escalation_policy"].record["escalation_policy"])
    if status == "triggered" and incident["status"] == "resolved":
        return on_call.notified_by(incident["escalation_policy"])
    if status == "triggered":
        return notified(assigned, "assigned to the incident, which is triggered again")
    raised = "urgency" in differing and differing["urgency"].shown == "high"
    if raised and status is None and incident["status"] == "triggered":
        return notified(assigned, "assigned to the incident, which gets high urgency")
    return []


def _warn_about_resolution(pagerduty: PagerDuty, incident: Record, resolution: str) -> None:
    """Warn if an incident was resolved with another resolution: PagerDuty cannot change it afterwards.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `resolution`.
    """
    path = path_of("incidents", incident["id"], "log_entries")
    entries = [entry for page in pagerduty.pages(path, "log_entries") for entry in page]
    resolved = [entry for entry in entries if str(entry.get("type")).startswith("resolve_log_entry")]
    latest = max(resolved, key=lambda entry: time_of(entry.get("created_at")), default={})
    if latest.get("note") != resolution:
        pagerduty.warn(
            f"Incident {name_of(incident)} was already resolved, so its resolution is not changed. "
            "Use incident_note to add a note."
        )


def _merge(records: t.Iterable[Record]) -> Record:
    return {key: value for record in records for key, value in record.items()}


def _plain(_pagerduty: PagerDuty, name: str, value: str) -> DesiredField:
    return DesiredField(value, {name: value}, {name: value})


def _status(_pagerduty: PagerDuty, name: str, value: str) -> DesiredField:
    # A resolved incident has no assignees. Source: PagerDuty/api-schema, `Incident`, `assignments`.
    ended: Record = {"assignments": []} if value == "resolved" else {}
    return DesiredField(value, {name: value}, {name: value, **ended})


def _priority(pagerduty: PagerDuty, name: str, text: str) -> DesiredField:
    return _reference(name, PRIORITY, look_up(pagerduty, PRIORITY, text))


def _escalation_policy(pagerduty: PagerDuty, name: str, text: str) -> DesiredField:
    want = _reference(name, ESCALATION_POLICY, look_up(pagerduty, ESCALATION_POLICY, text))
    # Only PagerDuty knows whom the policy assigns.
    record = {**want.record, "assignments": None, "assigned_via": "escalation_policy"}
    return DesiredField(want.shown, want.body, record, want.labels)


def _incident_type(pagerduty: PagerDuty, name: str, text: str) -> DesiredField:
    found: str = look_up(pagerduty, INCIDENT_TYPE, text)["name"]
    return DesiredField(found, {name: {"name": found}}, {name: {"name": found}})


def _reference(name: str, kind: Kind, found: Record) -> DesiredField:
    record = {name: shown_reference(kind, found)}
    return DesiredField(label(found), {name: reference(kind, found)}, record, {found["id"]: label(found)})


def _assignees(pagerduty: PagerDuty, _name: str, texts: t.Sequence[str]) -> DesiredField:
    users = {user["id"]: user for user in (look_up(pagerduty, USER, text) for text in texts)}
    labels = {user_id: label(user) for user_id, user in users.items()}
    body = {"assignments": [{"assignee": reference(USER, user)} for user in users.values()]}
    record = {"assignments": assignments(users.values()), "assigned_via": "direct_assignment"}
    return DesiredField(sorted(labels.values()), body, record, labels)


def _conference_bridge(_pagerduty: PagerDuty, name: str, given: Record) -> DesiredField:
    bridge = {key: str(value) for key, value in given.items() if value}
    return DesiredField(bridge, {name: bridge}, {name: bridge})


def _complete(want: DesiredField, incident: Record) -> DesiredField:
    """Return a bridge with what the incident has of it: no document says whether PagerDuty keeps what is left out."""
    present = incident.get("conference_bridge") or {}
    bridge = {**{key: present[key] for key in BRIDGE if present.get(key)}, **want.shown}
    record = {**dict.fromkeys(BRIDGE), **bridge}
    return DesiredField(want.shown, {"conference_bridge": bridge}, {"conference_bridge": record})


FIELD_BUILDERS: t.Mapping[str, t.Callable[[PagerDuty, str, t.Any], DesiredField]] = {
    "status": _status,
    "title": _plain,
    "urgency": _plain,
    "priority": _priority,
    "assignees": _assignees,
    "escalation_policy": _escalation_policy,
    "conference_bridge": _conference_bridge,
    "incident_type": _incident_type,
}
"""The fields that PUT /incidents changes, by option. Source: PagerDuty/api-schema, reference/REST/openapiv3.json."""


def _shown(name: str, incident: Record, want: DesiredField) -> t.Any:
    """Return a field of an incident as a diff shows it."""
    if name == "assignees":
        assigned = [assignment["assignee"] for assignment in incident.get("assignments") or ()]
        return sorted(_label(assignee, want.labels) for assignee in assigned)
    value = incident.get(name)
    if name == "incident_type":
        return (value or {}).get("name")
    if name == "conference_bridge":
        return {key: (value or {}).get(key) for key in want.shown}
    return _label(value, want.labels) if isinstance(value, dict) else value


def _label(found: Record, labels: t.Mapping[str, str]) -> str:
    return labels.get(found["id"]) or label(found)


def _check_resolved(incident: Record, differing: Desired, reopen: bool) -> None:
    """Check that a resolved incident is re-opened only on request.

    Raises:
        Refused: the change would re-open it, or PagerDuty would refuse it.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `status`; for reassigning
    https://developer.pagerduty.com/docs/errors, code 1011.
    """
    status = differing["status"].shown if "status" in differing else None
    if status == "acknowledged" and not reopen:
        raise Refused(
            f"Incident {name_of(incident)} is resolved, and acknowledging it would re-open it.",
            hint="Set reopen: true to do so.",
        )
    if any(name in differing for name in REASSIGNING) and status != "triggered":
        # Acknowledging a resolved incident assigns it to whoever acknowledges it.
        raise Refused(
            f"Incident {name_of(incident)} is resolved and cannot be reassigned.",
            hint="Set status: triggered to re-open it for the given people.",
        )
