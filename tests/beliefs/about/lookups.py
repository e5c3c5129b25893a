# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, escalation policies, services and priorities, and who is on call."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

ID = re.compile(r"[P-R][A-Z0-9]{4,}")
TERRAFORM = "PagerDuty/terraform-provider-pagerduty, pagerdutyplugin"


@belief(True, source=f"{TERRAFORM}/data_source_pagerduty_user.go")
def a_user_is_found_by_address(own: OwnService) -> object:
    """GET /users?query= finds a user by the e-mail address."""
    users = own.account.get("/users", "users", [("query", own.user["email"])])
    return own.user["id"] in [user["id"] for user in users]


@belief([], source=f"{INFERRED} from the ids in the examples of {SCHEMA}")
def ids_are_told_from_names(own: OwnService) -> object:
    """Ids have five or more upper-case letters and digits, of which the first is P, Q or R."""
    ids = [own.user["id"], own.policy["id"], own.service["id"], own.integration["id"], own.open_incident()["id"]]
    return [each for each in ids if not ID.fullmatch(each)]


@belief(True, source=f"{SCHEMA}, GET /users, query")
def a_query_finds_parts_of_names(own: OwnService) -> object:
    """A query also finds names that only contain it."""
    part = own.user["name"][: max(3, len(own.user["name"]) - 1)]
    users = own.account.get("/users", "users", [("query", part), ("limit", "100")])
    return own.user["id"] in [user["id"] for user in users]


@belief(True, source=f"{SCHEMA}, GET /escalation_policies, query")
def a_policy_is_found_by_name(own: OwnService) -> object:
    """GET /escalation_policies?query= finds a policy by its name."""
    found = own.account.get("/escalation_policies", "escalation_policies", [("query", own.name)])
    return own.policy["id"] in [policy["id"] for policy in found]


@belief([1, 2], source=f"{SCHEMA}, GET /oncalls")
def on_calls_name_every_level(own: OwnService) -> object:
    """GET /oncalls for a policy lists who is on call at each level; level N is the N-th rule."""
    query = [("escalation_policy_ids[]", own.policy["id"])]
    on_calls = own.account.get("/oncalls", "oncalls", query)
    return sorted(on_call["escalation_level"] for on_call in on_calls if on_call["user"]["id"] == own.user["id"])


@belief([(None, None, None)], source=f"{SCHEMA}, Oncall")
def a_user_on_a_policy_is_always_on_call(own: OwnService) -> object:
    """A user whom an escalation policy names is on call without schedule, start and end."""
    query = [("escalation_policy_ids[]", own.policy["id"])]
    on_calls = own.account.get("/oncalls", "oncalls", query)
    return sorted({(each["schedule"], each["start"], each["end"]) for each in on_calls})


@belief(True, source=f"{SCHEMA}, GET /oncalls, include[]=users")
def on_calls_include_addresses(own: OwnService) -> object:
    """GET /oncalls with `include[]=users` shows the e-mail address of those who are on call."""
    query = [("escalation_policy_ids[]", own.policy["id"]), ("include[]", "users")]
    return own.user["email"] in [each["user"].get("email") for each in own.account.get("/oncalls", "oncalls", query)]


@belief(True, source=f"{SCHEMA}, GET /oncalls, since and until; both default to now")
def on_calls_are_known_for_one_time(own: OwnService) -> object:
    """GET /oncalls lists who is on call at one time, which is both `since` and `until`."""
    time = (datetime.now(timezone.utc) + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = [("escalation_policy_ids[]", own.policy["id"]), ("since", time), ("until", time)]
    return own.user["id"] in [each["user"]["id"] for each in own.account.get("/oncalls", "oncalls", query)]


@belief(400, source=f"{SCHEMA}, GET /oncalls, until")
def a_span_cannot_end_before_it_starts(own: OwnService) -> object:
    """GET /oncalls refuses an `until` before `since` with status 400."""
    query = [("since", "2026-01-31T12:00:00Z"), ("until", "2026-01-30T12:00:00Z")]
    return own.account.call("GET", "/oncalls", query=query).status


@belief(True, source=f"{INFERRED} from {TERRAFORM}/data_source_pagerduty_integration.go, which reads them one by one")
def a_service_shows_its_routing_keys(own: OwnService) -> object:
    """A service read with its integrations shows their routing keys."""
    service = own.account.get(f"/services/{own.service['id']}", "service", [("include[]", "integrations")])
    return own.routing_key in [integration.get("integration_key") for integration in service["integrations"]]


@belief(True, source=f"{SCHEMA}, GET /priorities")
def priorities_have_ids_and_names(own: OwnService) -> object:
    """GET /priorities lists ids and names."""
    response = own.account.call("GET", "/priorities")
    if response.status != 200:
        raise NotTried("priorities are switched off")
    return all(priority["id"] and priority["name"] for priority in response.body["priorities"])


@belief(404, "some", source="https://github.com/martindstone/pagerduty-cli/pull/2")
def priorities_may_be_switched_off(own: OwnService) -> object:
    """GET /priorities is answered with status 404 where priorities are switched off, and not with an empty list."""
    response = own.account.call("GET", "/priorities")
    return ("some" if response.body["priorities"] else "none") if response.status == 200 else response.status
