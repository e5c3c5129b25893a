# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Acknowledging, resolving, re-opening, and the resolution."""

from __future__ import annotations

from datetime import timedelta

from beliefs.account import Json
from beliefs.belief import ERRORS, INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService, time_of

PUT = f"{SCHEMA}, PUT /incidents/{{id}}"
STATUS = f"{PUT}, status"
RESPONDING = "https://community.pagerduty.com/pagerduty-user-onboarding-13/responding-to-incidents-in-pagerduty-372"
OVERVIEW = "https://developer.pagerduty.com/docs/rest-api-overview"
V2_WEBHOOKS = "PagerDuty/developer-docs, docs/webhooks/09-V2-Overview.md"
REQUESTED_AGAIN = "https://github.com/hubot-archive/hubot-pager-me/pull/56"


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


@belief(([True], [True]), source=RESPONDING)
def an_acknowledged_incident_is_assigned_to_who_acknowledged_it(own: OwnService) -> object:
    """The user who acknowledges an incident is its only assignee, and its only acknowledger."""
    incident = own.updated(own.open_incident()["id"], status="acknowledged")
    acknowledgers = [each["acknowledger"]["id"] for each in incident["acknowledgements"]]
    return tuple([each == own.user["id"] for each in ids] for ids in (assignees(incident), acknowledgers))


@belief("escalation_policy", source=f"{SCHEMA}, GET /incidents/{{id}}, the example of its response")
def an_assignee_who_acknowledges_keeps_the_way_of_assignment(own: OwnService) -> object:
    """If an assignee acknowledges, assigned_via stays as it was."""
    return own.updated(own.open_incident()["id"], status="acknowledged")["assigned_via"]


@belief([True], source=f"{INFERRED} from {OVERVIEW}, header From, and from the tokens of users, which need no From")
def from_names_who_acts_with_an_account_key_only(own: OwnService) -> object:
    """From names the user who acts with an API key of the account; a user's token acts for its user in any case."""
    others = [each for each in own.account.get("/users", "users") if each["id"] != own.user["id"]]
    if not others:
        raise NotTried("the account has no other user")
    me = own.account.call("GET", "/users/me")
    acting = me.body["user"]["id"] if me.status == 200 else others[0]["id"]
    # A note notifies nobody.
    path, note = f"/incidents/{own.open_incident()['id']}/notes", {"note": {"content": "Conformance"}}
    own.account.call("POST", path, note, headers={"From": others[0]["email"]})
    return [each["user"]["id"] == acting for each in own.account.get(path, "notes")]


@belief(200, source=f"{INFERRED} from {REQUESTED_AGAIN}, although {ERRORS} has a code 1002 for it")
def acknowledging_twice_is_accepted(own: OwnService) -> object:
    """A second acknowledgement by the same user is accepted."""
    incident = own.updated(own.open_incident()["id"], status="acknowledged")
    return own.update(incident["id"], status="acknowledged").status


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


@belief(("acknowledged", True), source=STATUS)
def acknowledged_reopens(own: OwnService) -> object:
    """`status: acknowledged` re-opens a resolved incident, and assigns it to whoever does so."""
    incident = own.updated(resolved(own)["id"], status="acknowledged")
    return incident["status"], assignees(incident) == [own.user["id"]]


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


@belief("triggered", source=f"{V2_WEBHOOKS}, the example of incident.assign, for reassigning")
def escalating_takes_an_acknowledgement_back(own: OwnService) -> object:
    """Escalating an acknowledged incident makes it triggered."""
    incident = own.open_incident(urgency="high")
    own.updated(incident["id"], status="acknowledged")
    return own.updated(incident["id"], escalation_level=2)["status"]


@belief(("resolve_log_entry", True), source=f"{INFERRED} from {SCHEMA}, GET /log_entries, include[]=incidents")
def a_log_entry_shows_when_the_status_of_its_incident_changed(own: OwnService) -> object:
    """A log entry with include[]=incidents has its incident's `last_status_change_at`: when it was resolved, say."""
    path = f"/incidents/{resolved(own)['id']}/log_entries"
    entries = own.account.get(path, "log_entries", [("limit", "100"), ("include[]", "incidents")])
    (entry,) = [each for each in entries if each["type"] == "resolve_log_entry"]
    changed_at = time_of(entry["incident"]["last_status_change_at"])
    return entry["type"], abs(changed_at - time_of(entry["created_at"])) <= timedelta(seconds=1)


def assignees(incident: Json) -> list[str]:
    """Return the ids of an incident's assignees."""
    return [assignment["assignee"]["id"] for assignment in incident["assignments"]]
