# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Acknowledging, resolving, re-opening, and the resolution."""

from __future__ import annotations

from beliefs.account import Json
from beliefs.belief import ERRORS, INFERRED, SCHEMA, belief
from beliefs.own_service import OwnService

PUT = f"{SCHEMA}, PUT /incidents/{{id}}"
STATUS = f"{PUT}, status"


def resolved(own: OwnService, **fields: object) -> Json:
    """Return an incident that was resolved."""
    return own.updated(own.open_incident()["id"], status="resolved", **fields)


def log(own: OwnService, incident_id: str) -> list[Json]:
    """Return the log entries of an incident."""
    entries: list[Json] = own.account.get(f"/incidents/{incident_id}/log_entries", "log_entries", [("limit", "100")])
    return entries


@belief("acknowledged", source=STATUS)
def an_incident_is_acknowledged(own: OwnService) -> object:
    """`status: acknowledged` acknowledges an incident."""
    return own.updated(own.open_incident()["id"], status="acknowledged")["status"]


@belief((400, 1002), (400, 2001), source=f"{INFERRED} from {ERRORS}: Incident Already Acknowledged")
def acknowledging_twice_is_refused(own: OwnService) -> object:
    """A second acknowledgement by the same user is refused, with code 1002 or 2001."""
    incident = own.updated(own.open_incident()["id"], status="acknowledged")
    return own.update(incident["id"], status="acknowledged").status_and_code


@belief((400, 1001), (400, 2001), source=ERRORS)
def resolving_twice_is_refused(own: OwnService) -> object:
    """Resolving a resolved incident is refused, with code 1001 or 2001."""
    return own.update(resolved(own)["id"], status="resolved").status_and_code


@belief("triggered", source=f"{INFERRED} from {STATUS}, which says it of resolved incidents only")
def an_acknowledgement_is_taken_back(own: OwnService) -> object:
    """`status: triggered` takes an acknowledgement back."""
    incident = own.updated(own.open_incident()["id"], status="acknowledged")
    return own.updated(incident["id"], status="triggered")["status"]


@belief(("triggered", True), source=STATUS)
def triggered_reopens(own: OwnService) -> object:
    """`status: triggered` re-opens a resolved incident and assigns it by its escalation policy."""
    incident = own.updated(resolved(own)["id"], status="triggered")
    return incident["status"], own.user["id"] in assignees(incident)


@belief("acknowledged", source=STATUS)
def acknowledged_reopens(own: OwnService) -> object:
    """`status: acknowledged` re-opens a resolved incident."""
    return own.updated(resolved(own)["id"], status="acknowledged")["status"]


@belief([], source=f"{SCHEMA}, Incident, assignments")
def a_resolved_incident_has_no_assignees(own: OwnService) -> object:
    """A resolved incident has no assignees."""
    return assignees(resolved(own))


@belief(["Restarted."], source=f"{PUT}, resolution")
def a_resolution_is_in_the_log(own: OwnService) -> object:
    """A resolution is the `note` of the resolve log entry."""
    incident = resolved(own, resolution="Restarted.")
    entries = log(own, incident["id"])
    return [entry.get("note") for entry in entries if entry["type"].startswith("resolve_log_entry")]


@belief([], source=f"{PUT}, resolution")
def a_resolution_is_not_a_note(own: OwnService) -> object:
    """A resolution is not among the incident's notes."""
    incident = resolved(own, resolution="Restarted.")
    return own.account.get(f"/incidents/{incident['id']}/notes", "notes")


@belief((400, 1001), (400, 1011), (400, 2001), source=f"{INFERRED} from {ERRORS}: Cannot process reassign action")
def a_resolved_incident_is_not_reassigned(own: OwnService) -> object:
    """A resolved incident cannot be reassigned, unless it is re-opened at the same time."""
    assignments = [{"assignee": own.reference("user")}]
    return own.update(resolved(own)["id"], assignments=assignments).status_and_code


@belief("triggered", source=f"{INFERRED}: new assignees have not acknowledged it")
def escalating_takes_an_acknowledgement_back(own: OwnService) -> object:
    """Escalating an acknowledged incident makes it triggered."""
    incident = own.open_incident(urgency="high")
    own.updated(incident["id"], status="acknowledged")
    return own.updated(incident["id"], escalation_level=2)["status"]


def assignees(incident: Json) -> list[str]:
    """Return the ids of an incident's assignees."""
    return [assignment["assignee"]["id"] for assignment in incident["assignments"]]
