# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading, creating and changing incidents."""

from __future__ import annotations

from datetime import timedelta

from beliefs.about.opening import WITHOUT_FEATURE
from beliefs.about.status import assignees, log
from beliefs.account import Json
from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService, time_of

PUT = f"{SCHEMA}, PUT /incidents/{{id}}"
BULK = f"{SCHEMA}, PUT /incidents"
ALL_OR_NOTHING = "PagerDuty/developer-docs, docs/REST-API/05-Endpoints.md, PUT /resources"
ESCALATE = "openshift/configuration-anomaly-detection, pkg/pagerduty/pagerduty.go, EscalateIncident"
INCLUDE = f"{SCHEMA}, GET /incidents/{{id}}, include[]"
LOW_URGENCY = "https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents"
BRIDGE = {"conference_number": "+1-415-555-0100,,,,1234#", "conference_url": "https://meet.example.com/conformance"}
OTHER_URL = "https://meet.example.com/other"
UNKNOWN = "Q0000000000000"
REFUSED = range(400, 500)


@belief(True, source=f"{SCHEMA}, GET /incidents/{{id}}")
def an_incident_is_read_by_its_number(own: OwnService) -> object:
    """An incident can be read by its number instead of its id."""
    incident = own.open_incident()
    return own.read(str(incident["incident_number"]))["id"] == incident["id"]


@belief(None, source=INCLUDE)
def a_bridge_is_left_out(own: OwnService) -> object:
    """Without include[]=conference_bridge an incident does not show its conference bridge."""
    return own.updated(own.open_incident()["id"], conference_bridge=BRIDGE).get("conference_bridge")


@belief(BRIDGE, source=INCLUDE)
def a_bridge_is_included(own: OwnService) -> object:
    """With include[]=conference_bridge an incident shows the number and URL of its conference bridge."""
    incident = own.updated(own.open_incident()["id"], conference_bridge=BRIDGE)
    bridge = own.read(incident["id"], "conference_bridge")["conference_bridge"]
    return {name: bridge[name] for name in BRIDGE}


@belief(
    BRIDGE, source=f"{INFERRED}: the schema does not say what becomes of a field that is left out, so both are sent"
)
def half_a_bridge_leaves_the_other_half(own: OwnService) -> object:
    """An update of a conference bridge's URL alone leaves its number."""
    incident = own.updated(own.open_incident()["id"], conference_bridge={**BRIDGE, "conference_url": OTHER_URL})
    own.updated(incident["id"], conference_bridge={"conference_url": BRIDGE["conference_url"]})
    bridge = own.read(incident["id"], "conference_bridge")["conference_bridge"]
    return {name: bridge.get(name) for name in BRIDGE}


@belief(None, source=f"{PUT}: its response has no conference bridge")
def an_update_does_not_show_the_bridge(own: OwnService) -> object:
    """The response to an update does not show the conference bridge."""
    response = own.update(own.open_incident()["id"], conference_bridge=BRIDGE)
    return response.body["incident"].get("conference_bridge")


@belief(True, source=f"{SCHEMA}, POST /incidents, incident_key")
def an_open_incident_key_is_refused(own: OwnService) -> object:
    """An incident with the incident_key of an open one on the same service is refused."""
    key = own.new_key()
    own.open_incident(incident_key=key)
    return own.account.call("POST", "/incidents", own.new_incident(incident_key=key)).status in REFUSED


@belief(201, source=f"{SCHEMA}, POST /incidents, incident_key")
def a_resolved_incident_key_is_free(own: OwnService) -> object:
    """The incident_key of a resolved incident opens a new one."""
    key = own.new_key()
    own.updated(own.open_incident(incident_key=key)["id"], status="resolved")
    return own.account.call("POST", "/incidents", own.new_incident(incident_key=key)).status


@belief(1, source=f"{SCHEMA}, GET /incidents, incident_key")
def an_incident_is_found_by_its_key(own: OwnService) -> object:
    """GET /incidents?incident_key= finds an incident that the REST API opened with this key."""
    key = own.new_key()
    own.open_incident(incident_key=key)
    return len(own.eventually(lambda: own.with_key(key), bool))


@belief((1, 0), source=f"{INFERRED}: GET /incidents has incident_key and statuses[] as filters, and excludes no pair")
def an_open_incident_is_found_by_its_key(own: OwnService) -> object:
    """GET /incidents?incident_key= with statuses[] finds the open incident with this key, and no resolved one."""
    key = own.new_key()
    incident_id = own.open_incident(incident_key=key)["id"]
    query = [("incident_key", key), ("statuses[]", "triggered"), ("statuses[]", "acknowledged")]
    opened = own.eventually(lambda: own.account.get("/incidents", "incidents", query), bool)
    own.updated(incident_id, status="resolved")
    left = own.eventually(lambda: own.account.get("/incidents", "incidents", query), lambda listed: not listed)
    return len(opened), len(left)


@belief(True, source=f"{PUT}, service")
def an_incident_moves_to_another_service(own: OwnService) -> object:
    """An update of one incident can move it to another service."""
    service = own.another_service()
    moved = own.updated(own.open_incident()["id"], service=own.reference_to(service, "service"))
    return moved["service"]["id"] == service["id"]


@belief(
    (True, True, "acknowledged"),
    source=f"{INFERRED}: escalation_policy and assignments are fields of their own, and incident.service_updated is "
    "another event of webhooks than incident.delegated",
)
def an_incident_that_moves_keeps_its_people(own: OwnService) -> object:
    """An incident that moves to another service keeps its escalation policy, its assignees and its status."""
    before = own.updated(own.open_incident()["id"], status="acknowledged")
    service = own.another_service()
    after = own.updated(before["id"], service=own.reference_to(service, "service"))
    has_policy = after["escalation_policy"]["id"] == before["escalation_policy"]["id"]
    return has_policy, assignees(after) == assignees(before), after["status"]


@belief(True, source=f"{SCHEMA}, GET /incidents/{{id}}/outlier_incident")
def an_outlier_incident_says_how_often(own: OwnService) -> object:
    """GET /incidents/{id}/outlier_incident says how often such incidents occur on the service."""
    response = own.account.call("GET", f"/incidents/{own.open_incident()['id']}/outlier_incident")
    if response.status in WITHOUT_FEATURE:
        raise NotTried("the account's plan has no outlier incidents")
    return {"count", "frequency", "category"} <= response.body["outlier_incident"]["incident"]["occurrence"].keys()


@belief(True, source=f"{SCHEMA}, Incident, incident_key")
def an_incident_shows_its_key(own: OwnService) -> object:
    """An incident that the REST API opened with an incident_key shows it."""
    key = own.new_key()
    return own.read(own.open_incident(incident_key=key)["id"])["incident_key"] == key


@belief(1, source=f"{SCHEMA}, GET /incidents, date_range")
def all_dates_are_searched(own: OwnService) -> object:
    """GET /incidents with date_range=all ignores since and until."""
    key = own.new_key()
    own.open_incident(incident_key=key)
    span = [("since", "2020-01-01T00:00:00Z"), ("until", "2020-01-02T00:00:00Z")]
    query = [("incident_key", key), ("date_range", "all"), *span]
    return len(own.eventually(lambda: own.account.get("/incidents", "incidents", query), bool))


@belief(True, source=f"{INFERRED}: one request opens and assigns it")
def an_incident_is_assigned_at_once(own: OwnService) -> object:
    """The first assignment of an incident is logged within a second of its creation."""
    incident = own.open_incident()
    entries = own.eventually(lambda: assign_entries(own, incident["id"]), bool)
    seconds = [time_of(entry["created_at"]) - time_of(incident["created_at"]) for entry in entries]
    return bool(seconds) and min(seconds) <= timedelta(seconds=1)


@belief("Changed", source=PUT)
def a_title_is_changed(own: OwnService) -> object:
    """A title can be changed."""
    return own.updated(own.open_incident()["id"], title="Changed")["title"]


@belief("high", source=PUT)
def an_urgency_is_changed(own: OwnService) -> object:
    """The urgency can be changed."""
    return own.updated(own.open_incident()["id"], urgency="high")["urgency"]


@belief((True, "direct_assignment"), source=f"{SCHEMA}, Incident, assigned_via")
def an_assignment_is_direct(own: OwnService) -> object:
    """After an assignment to a user, assigned_via is `direct_assignment`."""
    assignments = [{"assignee": own.reference("user")}]
    incident = own.open_incident(assignments=assignments)
    return own.user["id"] in assignees(incident), incident["assigned_via"]


@belief("escalation_policy", source=f"{SCHEMA}, Incident, assigned_via")
def a_policy_assigns(own: OwnService) -> object:
    """After an assignment by the policy, assigned_via is `escalation_policy`."""
    return own.open_incident()["assigned_via"]


@belief(True, source=f"{INFERRED}: the schema calls them alternatives at creation")
def assignments_exclude_a_policy(own: OwnService) -> object:
    """Assignments and an escalation policy in one update are refused."""
    assignments = [{"assignee": own.reference("user")}]
    policy = own.reference("escalation_policy")
    incident = own.open_incident()
    return own.update(incident["id"], assignments=assignments, escalation_policy=policy).status in REFUSED


@belief(
    "escalate_log_entry",
    source=f"{INFERRED} from {SCHEMA}, EscalateLogEntry, which has assignees; the role page_and_wait takes an "
    "assign_log_entry and a delegate_log_entry for one as well",
)
def an_escalation_is_in_the_log(own: OwnService) -> object:
    """Escalating an incident to a level writes an `escalate_log_entry`, dated when that was."""
    incident = own.open_incident(urgency="high")
    own.update(incident["id"], escalation_level=1)
    entries = [entry for entry in log(own, incident["id"]) if entry.get("assignees")]
    newest = max(entries, key=lambda entry: str(entry["created_at"]))
    return newest["type"].removesuffix("_reference")


@belief((400, 2001), source=ESCALATE)
def a_level_must_exist(own: OwnService) -> object:
    """A level that the escalation policy lacks is refused with status 400 and code 2001."""
    incident = own.open_incident(urgency="high")
    return own.update(incident["id"], escalation_level=9).status_and_code


@belief(True, source=f"{INFERRED} from {LOW_URGENCY}, which speaks of the web interface")
def low_urgency_has_no_levels(own: OwnService) -> object:
    """A low-urgency incident cannot be escalated to a level."""
    return own.update(own.open_incident()["id"], escalation_level=2).status in REFUSED


@belief(200, source="https://github.com/mbovo/pdh, src/pdh/pd.py, which sends whole incidents")
def a_whole_incident_is_taken(own: OwnService) -> object:
    """An incident as it was read, with one field changed, is accepted as an update."""
    incident = own.read(own.open_incident()["id"])
    return own.account.call("PUT", "/incidents", {"incidents": [{**incident, "title": "Changed"}]}).status


@belief(True, source=BULK)
def a_batch_answers_with_its_incidents(own: OwnService) -> object:
    """The response to an update of several incidents lists them."""
    ids = {own.open_incident()["id"], own.open_incident()["id"]}
    incidents = [{"id": each, "type": "incident_reference", "title": "Changed"} for each in ids]
    listed = own.account.write("PUT", "/incidents", {"incidents": incidents}, "incidents")
    return {incident["id"] for incident in listed} == ids


@belief((True, True), source=ALL_OR_NOTHING)
def a_batch_with_an_unknown_incident(own: OwnService) -> object:
    """An update of several incidents with an unknown one is refused, and changes none of them."""
    incident = own.open_incident()
    ids = [incident["id"], UNKNOWN]
    incidents = [{"id": each, "type": "incident_reference", "title": "Changed"} for each in ids]
    response = own.account.call("PUT", "/incidents", {"incidents": incidents})
    return response.status in REFUSED, own.read(incident["id"])["title"] == incident["title"]


@belief(413, source=BULK)
def a_batch_has_at_most_250(own: OwnService) -> object:
    """More than 250 incidents in one update are refused with status 413."""
    item = {"id": own.open_incident()["id"], "type": "incident_reference", "title": "Changed"}
    return own.account.call("PUT", "/incidents", {"incidents": [item] * 251}).status


def assign_entries(own: OwnService, incident_id: str) -> list[Json]:
    """Return the log entries of an incident's assignments."""
    return [entry for entry in log(own, incident_id) if entry["type"].startswith("assign_log_entry")]
