# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening incidents through the REST API, their bodies and types."""

from __future__ import annotations

from beliefs.about.alerts import unattended_policy
from beliefs.account import Json, Pairs, Response
from beliefs.belief import ERRORS, INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

CREATION = "https://developer.pagerduty.com/docs/incident-creation-api"
PYPD = "https://github.com/PagerDuty/pagerduty-api-python-client/issues/61"
BODY = {"type": "incident_body", "details": "The disk is full."}
DUPLICATE = "Open incident with matching dedup key already exists on this service"
BASE_TYPE = "incident_default"
WITHOUT_FEATURE = (402, 403, 404)


def own_assignments(own: OwnService) -> list[Json]:
    """Assignments to the user who opens the incidents."""
    return [{"assignee": own.reference("user")}]


@belief([DUPLICATE], source="https://github.com/mapbox/dispatch/issues/119")
def a_second_incident_with_a_key_is_told_by_its_words(own: OwnService) -> object:
    """The refusal of a second open incident with the same incident_key says so in its errors."""
    return refused_second(own).body["error"]["errors"]


@belief(2002, source=f"{INFERRED} from {PYPD}: another refusal to open an incident has it")
def a_second_incident_with_a_key_is_told_by_its_code(own: OwnService) -> object:
    """The refusal of a second open incident with the same incident_key has code 2002."""
    return refused_second(own).code


@belief((400, 1015), source=f"{INFERRED} from {ERRORS}: Escalation Policy Has No User On Call")
def an_incident_for_nobody_is_refused(own: OwnService) -> object:
    """POST /incidents with an escalation policy that has nobody on call is refused with status 400 and code 1015."""
    policy = own.reference_to(unattended_policy(own), "escalation_policy")
    response = own.account.call("POST", "/incidents", own.new_incident(escalation_policy=policy))
    if response.status == 201:
        # It must not wait for somebody to come on call.
        own.update(response.body["incident"]["id"], status="resolved")
    return response.status_and_code


@belief(400, source=f"{INFERRED}: the schema speaks of an open incident that matches the incident_key")
def the_key_of_an_open_alert_is_taken(own: OwnService) -> object:
    """An incident with the dedup key of an open alert on the same service is refused with status 400."""
    key = own.new_key()
    own.trigger(key)
    return own.account.call("POST", "/incidents", own.new_incident(incident_key=key)).status


@belief(("acknowledged", "direct_assignment"), source=f"{CREATION}, assignee")
def an_incident_for_oneself_starts_acknowledged(own: OwnService) -> object:
    """An incident that is assigned to the user who opens it is opened as acknowledged."""
    incident = own.open_incident(assignments=own_assignments(own))
    return incident["status"], incident["assigned_via"]


@belief(None, source=f"{SCHEMA}, Incident, body")
def a_body_is_left_out(own: OwnService) -> object:
    """Without include[]=body an incident does not show its body."""
    return own.read(own.open_incident(body=BODY)["id"]).get("body")


@belief(BODY["details"], source=f"{SCHEMA}, Incident, body")
def a_body_is_included(own: OwnService) -> object:
    """With include[]=body an incident shows the text of its body as details."""
    return own.read(own.open_incident(body=BODY)["id"], "body")["body"]["details"]


@belief(BODY["details"], source=f"{INFERRED} from the schema of Incident; the parameters of the list do not name it")
def a_body_is_included_in_a_list(own: OwnService) -> object:
    """GET /incidents takes include[]=body as well."""
    key = own.new_key()
    own.open_incident(incident_key=key, body=BODY)
    query = [("incident_key", key), ("include[]", "body")]
    (incident, *_more) = own.eventually(lambda: own.account.get("/incidents", "incidents", query), bool)
    return incident["body"]["details"]


@belief(True, source=f"{SCHEMA}, GET /incidents/types")
def the_base_type_has_a_name(own: OwnService) -> object:
    """GET /incidents/types lists the base type under the name incident_default."""
    return BASE_TYPE in [each["name"] for each in incident_types(own)]


@belief(BASE_TYPE, source=f"{SCHEMA}, PUT /incidents/{{id}}, incident_type")
def a_type_is_given_by_its_name(own: OwnService) -> object:
    """An incident type is set by its name, and an incident shows it."""
    incident_types(own)
    return own.updated(own.open_incident()["id"], incident_type={"name": BASE_TYPE})["incident_type"]["name"]


@belief(True, source=f"{SCHEMA}, GET /incidents/types, filter")
def only_enabled_types_are_listed_unless_asked(own: OwnService) -> object:
    """GET /incidents/types lists the enabled types, and with filter=all the others as well."""
    enabled, every = incident_types(own), incident_types(own, [("filter", "all")])
    return all(each["enabled"] for each in enabled) and {each["id"] for each in every if each["enabled"]} == {
        each["id"] for each in enabled
    }


@belief(
    (True, False),
    source=f"{INFERRED} from docs/CHANGELOG.md of PagerDuty/api-schema, 2025-01-09; the schema lacks it",
)
def a_list_is_filtered_by_type(own: OwnService) -> object:
    """GET /incidents with incident_type_ids[] finds incidents of these types only."""
    types = incident_types(own)
    others = [each["id"] for each in types if each["name"] != BASE_TYPE]
    if not others:
        raise NotTried("the account has no other incident type than the base type")
    base = [each["id"] for each in types if each["name"] == BASE_TYPE]
    incident = own.open_incident()
    query = [("service_ids[]", own.service["id"]), ("sort_by", "created_at:desc"), ("limit", "100")]
    listed = [
        own.account.get("/incidents", "incidents", [*query, *(("incident_type_ids[]", each) for each in ids)])
        for ids in (base, others)
    ]
    of_base, of_others = ([each["id"] for each in incidents] for incidents in listed)
    return incident["id"] in of_base, incident["id"] in of_others


@belief(True, source=f"{SCHEMA}, GET /incidents, user_ids[]")
def a_resolved_incident_is_not_found_by_user(own: OwnService) -> object:
    """GET /incidents with user_ids[] finds open incidents only, as a resolved one has no assignees."""
    incident = own.updated(own.open_incident()["id"], status="resolved")
    query = [("user_ids[]", own.user["id"]), ("service_ids[]", own.service["id"]), ("date_range", "all")]
    newest_first = [("sort_by", "created_at:desc"), ("limit", "100")]
    found = own.account.get("/incidents", "incidents", [*query, *newest_first])
    return incident["id"] not in [each["id"] for each in found]


def refused_second(own: OwnService) -> Response:
    """Return the response to a second open incident with the incident_key of another."""
    key = own.new_key()
    own.open_incident(incident_key=key)
    return own.account.call("POST", "/incidents", own.new_incident(incident_key=key))


def incident_types(own: OwnService, query: Pairs = ()) -> list[Json]:
    """The account's incident types.

    Raises:
        NotTried: its plan has none.
    """
    response = own.account.call("GET", "/incidents/types", query=query)
    if response.status in WITHOUT_FEATURE:
        raise NotTried("the account's plan has no incident types")
    types: list[Json] = response.body["incident_types"]
    return types
