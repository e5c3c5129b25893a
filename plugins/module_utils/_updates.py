# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be changed on an incident: each field with how it shows, what is sent, and what the incident will hold.

Only the fields that differ are sent, all in one PUT. Private to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ._directory import ESCALATION_POLICY, PRIORITY, USER, Kind, label, look_up, reference, shown_reference
from ._errors import HINTS_BY_CODE, BadInput, Refused
from ._incidents import assignments, checked_ids, name_of, plan_each, put_incidents, read_incidents
from ._notes import post_note, read_notes, says
from ._plan import Plan, Planned, Write
from ._rest import NOTHING, PagerDuty, Record

CHANGEABLE = ("status", "title", "urgency", "priority", "assignees", "escalation_policy", "conference_bridge")
"""Fields of an incident that PUT /incidents changes. Source: openapi/rest.json."""
BRIDGE = ("conference_number", "conference_url")
REASSIGNING = ("assignees", "escalation_policy")


@dataclass(frozen=True)
class Wish:
    """What one field shall be.

    Args:
        shown: for people, in a diff; what shows alike is the same.
        body: what is sent.
        record: what the incident will hold.
        labels: how references show, by id, so that one person has one name on both sides of a diff.
    """

    shown: t.Any
    body: Record
    record: Record
    labels: t.Mapping[str, str] = field(default_factory=dict)


TRIGGERED_AGAIN = Wish("triggered", {}, {"status": "triggered", "acknowledgements": []})
"""Whoever is assigned anew is paged, and has acknowledged nothing yet (INFERRED); PagerDuty does it of itself."""


def change_incidents(
    pagerduty: PagerDuty,
    ids: t.Sequence[str],
    params: t.Mapping[str, t.Any],
    told: t.Callable[[PagerDuty, Record, str], bool] | None = None,
) -> list[Planned]:
    """Make the given fields of each incident equal to what is asked for.

    Args:
        params: of `CHANGEABLE` and `resolution`, what is asked for; what is None or missing is left as it is.
        told: whether an incident that is resolved already has the resolution; as a rule, whether a note says it.

    Raises:
        BadInput: when they do not go together.
        Refused: when a name stands for nothing, or for more than one thing.

    Source: openapi/rest.json, PUT /incidents.
    """
    wanted = {
        name: value for name, value in params.items() if name in (*CHANGEABLE, "resolution") and value is not None
    }
    _check(wanted)
    checked_ids(ids)
    resolution = wanted.pop("resolution", None)
    wishes = {name: WISHES.get(name, _plain)(pagerduty, name, value) for name, value in wanted.items()}
    put = put_incidents(pagerduty)
    add_resolution = Write(lambda plans: [_put_and_note(pagerduty, put, plan, resolution or "") for plan in plans])

    def plan(incident: Record) -> Plan:
        missing = {name: wish for name, wish in wishes.items() if _shown(name, incident, wish) != wish.shown}
        resolved = incident["status"] == "resolved"
        if resolved:
            _check_resolved(incident, missing)
        if any(name in missing for name in REASSIGNING):
            missing["status"] = wishes.get("status", TRIGGERED_AGAIN)
        told_of = {**wishes, **missing}
        before = {name: _shown(name, incident, wish) for name, wish in told_of.items()}
        after = {name: wish.shown for name, wish in told_of.items()}
        body = {key: value for wish in missing.values() for key, value in wish.body.items()}
        expected = {**incident, **{key: value for wish in missing.values() for key, value in wish.record.items()}}
        write = put
        if resolution is not None:
            has_it = resolved and (told or _is_noted)(pagerduty, incident, resolution)
            before["resolution"], after["resolution"] = resolution if has_it else None, resolution
            if resolved and not has_it:
                write = add_resolution
            elif not resolved:
                body = {**body, "resolution": resolution}
        return Plan(incident["id"], before, after, incident, expected, write, body)

    return plan_each(read_incidents(pagerduty, ids), plan)


def change_status(pagerduty: PagerDuty, ids: t.Sequence[str], status: str, resolution: str | None) -> list[Planned]:
    """Acknowledge or resolve; an incident that has the status is left alone, whatever it was resolved with.

    Raises:
        BadInput: when a resolution comes without `resolved`, or is empty.
    """
    return change_incidents(pagerduty, ids, {"status": status, "resolution": resolution}, told=lambda *_: True)


def _check(wanted: t.Mapping[str, t.Any]) -> None:
    if not wanted:
        raise BadInput("incident", f"give at least one of {', '.join(CHANGEABLE)}")
    if "resolution" in wanted and wanted.get("status") != "resolved":
        raise BadInput("resolution", "it goes with status resolved only", wanted["resolution"])
    for name in ("title", "resolution", "priority", "escalation_policy"):
        if name in wanted and not wanted[name].strip():
            raise BadInput(name, "it must not be empty", wanted[name])
    if "assignees" in wanted and "escalation_policy" in wanted:
        raise BadInput("assignees", "they do not go with escalation_policy, which chooses its own", wanted["assignees"])
    if "assignees" in wanted and not all(name.strip() for name in wanted["assignees"] or [""]):
        raise BadInput("assignees", "give at least one user, by id or e-mail address", wanted["assignees"])
    if "conference_bridge" in wanted and not _is_bridge(wanted["conference_bridge"]):
        raise BadInput(
            "conference_bridge", "give conference_number, conference_url, or both", wanted["conference_bridge"]
        )


def _is_bridge(given: t.Mapping[str, t.Any]) -> bool:
    # Left to AnsibleModule, a bridge of another type ends in a traceback.
    # A number that is not quoted is one for YAML too.
    known = set(given) <= set(BRIDGE) and all(isinstance(value, (str, int, NOTHING)) for value in given.values())
    return known and any(given.values())


def _plain(_pagerduty: PagerDuty, name: str, value: str) -> Wish:
    return Wish(value, {name: value}, {name: value})


def _priority(pagerduty: PagerDuty, name: str, text: str) -> Wish:
    return _reference(name, PRIORITY, look_up(pagerduty, PRIORITY, text))


def _escalation_policy(pagerduty: PagerDuty, name: str, text: str) -> Wish:
    wish = _reference(name, ESCALATION_POLICY, look_up(pagerduty, ESCALATION_POLICY, text))
    # Whom the policy assigns, only PagerDuty knows.
    return replace(wish, record={**wish.record, "assignments": None, "assigned_via": "escalation_policy"})


def _reference(name: str, kind: Kind, found: Record) -> Wish:
    record = {name: shown_reference(kind, found)}
    return Wish(label(found), {name: reference(kind, found)}, record, {found["id"]: label(found)})


def _assignees(pagerduty: PagerDuty, _name: str, texts: t.Sequence[str]) -> Wish:
    users = {user["id"]: user for user in (look_up(pagerduty, USER, text) for text in texts)}
    labels = {user_id: label(user) for user_id, user in users.items()}
    body = {"assignments": [{"assignee": reference(USER, user)} for user in users.values()]}
    record = {"assignments": assignments(users.values()), "assigned_via": "direct_assignment"}
    return Wish(sorted(labels.values()), body, record, labels)


def _bridge(_pagerduty: PagerDuty, name: str, given: Record) -> Wish:
    bridge = {key: str(value) for key, value in given.items() if value}
    return Wish(bridge, {name: bridge}, {name: bridge})


WISHES: t.Mapping[str, t.Callable[[PagerDuty, str, t.Any], Wish]] = {
    "assignees": _assignees,
    "conference_bridge": _bridge,
    "escalation_policy": _escalation_policy,
    "priority": _priority,
}
"""How to make a wish of what is not a plain value."""


def _shown(name: str, incident: Record, wish: Wish) -> t.Any:
    """A field of an incident as it shows in a diff."""
    if name == "assignees":
        assigned = [assignment["assignee"] for assignment in incident.get("assignments") or ()]
        return sorted(_label(assignee, wish.labels) for assignee in assigned)
    value = incident.get(name)
    if name == "conference_bridge":
        return {key: (value or {}).get(key) for key in wish.shown}
    return _label(value, wish.labels) if isinstance(value, dict) else value


def _label(found: Record, labels: t.Mapping[str, str]) -> str:
    return labels.get(found["id"]) or label(found)


def _check_resolved(incident: Record, missing: t.Mapping[str, Wish]) -> None:
    """What PagerDuty would refuse on a resolved incident.

    Source: https://developer.pagerduty.com/docs/errors, codes 1001 and 1011.
    """
    if "status" in missing:
        raise Refused(
            f"Incident {name_of(incident)} is resolved and cannot be {missing['status'].shown}.",
            hint=HINTS_BY_CODE[1001],
        )
    if any(name in missing for name in REASSIGNING):
        raise Refused(f"Incident {name_of(incident)} is resolved and cannot be reassigned.", hint=HINTS_BY_CODE[1001])


def _is_noted(pagerduty: PagerDuty, incident: Record, resolution: str) -> bool:
    """Whether a note says it; PagerDuty keeps the resolution that an incident is resolved with as a note."""
    return any(says(note, resolution) for note in read_notes(pagerduty, incident["id"]))


def _put_and_note(pagerduty: PagerDuty, put: Write, plan: Plan, resolution: str) -> Record:
    """Add a resolution to an incident that was resolved without it."""
    (incident,) = put.send([plan]) if plan.body else (plan.record,)
    post_note(pagerduty, plan.target, resolution)
    return incident
