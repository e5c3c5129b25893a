# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every endpoint of the simulator keeps to PagerDuty's OpenAPI files: right calls pass, and wrong ones are reported."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Answered, Client
from simulator.launch import Simulator
from simulator.resources import ROUTES

Json = dict[str, t.Any]


def reference(thing: t.Any) -> Json:
    return {"id": thing.id, "type": f"{thing.kind}_reference"}


def incident_reference(incident_id: str) -> Json:
    return {"id": incident_id, "type": "incident_reference"}


def expand(*names: str) -> list[tuple[str, str]]:
    return [("include[]", name) for name in names]


def event(action: str = "trigger", **changes: t.Any) -> Json:
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical", "custom_details": {"free": "1 %"}}
    whole = {"routing_key": account.ROUTING_KEY, "event_action": action, "dedup_key": "disk", "payload": payload}
    return {**whole, **changes}


SPAN = [("since", "2026-01-31T00:00:00Z"), ("until", "2026-02-28T00:00:00Z")]
INCIDENT_EXPANSIONS = (
    "acknowledgers",
    "agents",
    "assignees",
    "body",
    "conference_bridge",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
)
CHANGES: t.Sequence[Json] = (
    {"title": "Another title", "urgency": "high", "priority": {"id": "PPRIOR1", "type": "priority_reference"}},
    {"conference_bridge": {"conference_number": "+1-415-555-0100", "conference_url": "https://meet.example.com/1"}},
    {"incident_type": {"name": "major_incident"}, "service": reference(account.DATABASE)},
    {"assignments": [{"assignee": reference(account.OWNER)}]},
    {"escalation_level": 2},
    {"escalation_policy": reference(account.DATABASE_POLICY)},
    {"status": "acknowledged"},
    {"status": "triggered"},
    {"priority": ""},
    {"status": "resolved", "resolution": "Restarted."},
)


def walk_through_everything(contract_simulator: Simulator, call: Client) -> None:
    """Make a right call of every kind."""
    first, second, third = contract_simulator.reset(incidents=3, incident={"alerts": 1})["incidents"]
    walk = Walk(call)
    walk.through_an_event()
    walk.through_incidents(first, second)
    walk.through_similar_incidents(third)
    walk.through_notes(first)
    walk.through_people(first)
    walk.through_automation(first)
    walk.through_the_directory()
    walk.through_a_new_user()
    walk.through_a_new_service()
    walk.through_webhook_subscriptions()
    walk.through_changes(third)
    walk.through_maintenance()
    walk.through_overrides()


def test_every_read_keeps_the_contract_without_its_optional_keys(contract_simulator: Simulator, call: Client) -> None:
    walk_through_everything(contract_simulator, call)
    reads = [entry for entry in contract_simulator.journal()["entries"] if entry["method"] == "GET"]
    contract_simulator.empty_journal()
    contract_simulator.optional_keys("omitted")
    for read in reads:
        call("GET", read["path"], query=[(name, value) for name, value in read["query"]])
    again = contract_simulator.journal()["entries"]
    assert [entry["path"] for entry in again] == [read["path"] for read in reads]
    assert [entry["contract"] for entry in again if entry["contract"]] == []


def test_every_endpoint_keeps_the_contract(contract_simulator: Simulator, call: Client) -> None:
    """Makes a right call of every kind, one after the other, and checks each response."""
    walk_through_everything(contract_simulator, call)
    journal = contract_simulator.journal()["entries"]
    assert [entry["contract"] for entry in journal if entry["contract"]] == []
    walked = {(entry["method"], entry["path"]) for entry in journal}
    missed = [
        f"{route.method} {route.path}"
        for route in ROUTES
        if not any(method == route.method and route.pattern.fullmatch(path) for method, path in walked)
    ]
    assert missed == []


class Walk:
    """Makes right calls of every kind.

    Args:
        call: sends a call.
    """

    def __init__(self, call: Client) -> None:
        self._call = call

    def _right(self, method: str, path: str, body: t.Any = None, query: t.Sequence[tuple[str, str]] = ()) -> t.Any:
        answer = self._call(method, path, body, query=query)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer.body

    def through_an_event(self) -> None:
        """Trigger, acknowledge and resolve an alert, and send a change event."""
        links, images = [{"href": "https://example.com", "text": "text"}], [{"src": "https://example.com/a.png"}]
        self._right("POST", "/v2/enqueue", event(links=links, images=images, client="monitor"))
        self._right("POST", "/v2/enqueue", event())
        self._right("POST", "/v2/enqueue", event("acknowledge"))
        found = self._right("GET", "/incidents", query=[("incident_key", "disk"), ("date_range", "all")])
        incident_id = found["incidents"][0]["id"]
        path = f"/incidents/{incident_id}/alerts"
        query = [("statuses[]", "triggered"), ("statuses[]", "resolved"), ("alert_key", "disk")]
        everything = expand("services", "first_trigger_log_entries", "incidents")
        (alert,) = self._right("GET", path, query=[*query, *everything])["alerts"]
        self._right("GET", f"{path}/{alert['id']}")
        self._right("PUT", f"{path}/{alert['id']}", {"alert": {"status": "triggered"}})
        self._right("PUT", path, {"alerts": [{"id": alert["id"], "type": "alert", "status": "resolved"}]})
        self._right("POST", "/v2/enqueue", event("resolve"))
        payload = {"summary": "Deployed", "source": "ci", "timestamp": "2026-01-31T12:00:00.315Z"}
        self._right("POST", "/v2/change/enqueue", {"routing_key": account.ROUTING_KEY, "payload": payload})
        self._right("GET", f"/services/{account.CHECKOUT.id}/change_events", query=[("total", "true")])
        since = [("since", "2026-01-01T00:00:00Z"), ("until", "2026-12-31T00:00:00Z"), ("team_ids[]", account.WEB.id)]
        (change,) = self._right("GET", "/change_events", query=since)["change_events"]
        self._right("GET", f"/change_events/{change['id']}")
        self._right("GET", f"/incidents/{incident_id}/related_change_events", query=[("limit", "5")])

    def through_incidents(self, first: str, second: str) -> None:
        """List, open, update, merge, snooze."""
        opening = {
            "type": "incident",
            "title": "The server is on fire.",
            "service": reference(account.CHECKOUT),
            "priority": {"id": "PPRIOR2", "type": "priority_reference"},
            "urgency": "high",
            "incident_key": "fire",
            "body": {"type": "incident_body", "details": "It burns."},
            "escalation_policy": reference(account.DATABASE_POLICY),
            "incident_type": {"name": account.MAJOR_INCIDENT_TYPE.name},
        }
        self._right("POST", "/incidents", {"incident": opening})
        listing = [
            ("statuses[]", "triggered"),
            ("urgencies[]", "high"),
            ("sort_by", "created_at:desc"),
            ("total", "true"),
        ]
        self._right("GET", "/incidents", query=[*listing, *expand(*INCIDENT_EXPANSIONS)])
        update = {**incident_reference(first), "status": "acknowledged"}
        self._right("PUT", "/incidents", {"incidents": [update, {**incident_reference(second), "urgency": "low"}]})
        self._right("GET", f"/incidents/{first}", query=expand(*INCIDENT_EXPANSIONS, "custom_fields"))
        self._right("PUT", f"/incidents/{first}/merge", {"source_incidents": [incident_reference(second)]})
        self._right("GET", f"/incidents/{second}")
        self._right("POST", f"/incidents/{first}/snooze", {"duration": 3600})

    def through_similar_incidents(self, incident_id: str) -> None:
        """What is known of incidents like this one."""
        path = f"/incidents/{incident_id}"
        title = self._right("GET", path)["incident"]["title"]
        opening = {"type": "incident", "title": title, "service": reference(account.DATABASE)}
        self._right("POST", "/incidents", {"incident": opening})
        self._right("GET", f"{path}/past_incidents")
        self._right("GET", f"{path}/past_incidents", query=[("limit", "999"), ("total", "true")])
        self._right("GET", f"{path}/related_incidents")
        self._right("GET", f"{path}/related_incidents", query=[("additional_details[]", "incident")])
        self._right("GET", f"{path}/outlier_incident", query=[("since", "2026-01-01T00:00:00Z")])

    def through_notes(self, incident_id: str) -> None:
        """Write, list, rewrite and remove a note."""
        path = f"/incidents/{incident_id}/notes"
        note = self._right("POST", path, {"note": {"content": "text"}})["note"]
        self._right("GET", path)
        self._right("PUT", f"{path}/{note['id']}", {"note": {"content": "another text"}})
        self._right("DELETE", f"{path}/{note['id']}")

    def through_people(self, incident_id: str) -> None:
        """Request responders, cancel the requests, and inform stakeholders."""
        path = f"/incidents/{incident_id}"
        requester = {"requester_id": account.COMMANDER.id}
        targets = [reference(account.OWNER), reference(account.DATABASE_POLICY)]
        nested = [{"responder_request_target": target} for target in targets]
        asked = {**requester, "message": "Please help.", "responder_request_targets": nested}
        self._right("POST", f"{path}/responder_requests", asked)
        self._right("GET", path)
        self._right("PUT", f"{path}/responder_requests/cancel", {**requester, "responder_request_targets": targets})
        subscribers = {"subscribers": [{"subscriber_id": account.WEB.id, "subscriber_type": "team"}]}
        self._right("POST", f"{path}/status_updates/subscribers", subscribers)
        self._right("GET", f"{path}/status_updates/subscribers")
        self._right("POST", f"{path}/status_updates", {"message": "It spreads.", "subject": "Fire"})
        self._right("POST", f"{path}/status_updates/unsubscribe", subscribers)
        self._right("GET", f"{path}/log_entries")

    def through_automation(self, incident_id: str) -> None:
        """Custom fields, a response play and an incident workflow."""
        path = f"/incidents/{incident_id}/custom_fields/values"
        values = [{"name": "environment", "value": "staging"}, {"id": "PFIELD3", "value": 7}]
        values += [{"name": "regions", "value": ["eu", "us"]}, {"name": "impact", "value": "Cards fail.\n" * 100}]
        values += [{"name": "labels", "value": [f"label {number}" for number in range(55)]}]
        self._right("PUT", path, {"custom_fields": values})
        self._right("GET", path)
        self._right("GET", "/incidents/types/incident_default/custom_fields", query=expand("field_options"))
        play = account.MAJOR_INCIDENT.id
        self._right("GET", "/response_plays", query=[("query", "major")])
        self._right("GET", f"/response_plays/{play}")
        self._right("POST", f"/response_plays/{play}/run", {"incident": incident_reference(incident_id)})
        workflow = account.DECLARE_MAJOR.id
        self._right("GET", "/incident_workflows", query=expand("steps"))
        self._right("GET", f"/incident_workflows/{workflow}")
        created = self._right("POST", "/incident_workflows", {"incident_workflow": {"name": "Nothing", "steps": []}})
        self._right("DELETE", f"/incident_workflows/{created['incident_workflow']['id']}")
        instance = {"id": "run1", "type": "incident_workflow_instance", "incident": incident_reference(incident_id)}
        self._right("POST", f"/incident_workflows/{workflow}/instances", {"incident_workflow_instance": instance})

    def through_the_directory(self) -> None:
        """Look up users, escalation policies and everything else that has a name."""
        self._right("GET", "/users", query=[("query", "commander"), ("total", "true"), *expand("teams")])
        self._right("GET", f"/users/{account.OWNER.id}")
        user_key = f"Token token={account.USER_KEY}"
        assert self._call("GET", "/users/me", headers={"Authorization": user_key}).status == 200
        self._right("GET", "/teams")
        self._right("GET", f"/teams/{account.WEB.id}")
        self._right("GET", f"/teams/{account.WEB.id}/members")
        self._right("GET", "/schedules")
        self._right("GET", "/v3/schedules", query=[("query", "shifts"), ("total", "true"), ("limit", "1000")])
        for schedule in account.SCHEDULES.values():
            path = f"/v3/schedules/{schedule.id}" if schedule.is_shift_based else f"/schedules/{schedule.id}"
            self._right("GET", path)
            self._right("GET", path, query=[*SPAN, ("overflow", "true"), *expand("final_schedule")])
        everything = expand("services", "teams", "targets")
        self._right("GET", "/escalation_policies", query=[("query", "web"), *everything])
        self._right("GET", f"/escalation_policies/{account.WEB_OPERATIONS.id}")
        self._right("GET", "/oncalls", query=expand("escalation_policies", "users", "schedules"))
        policies = [("escalation_policy_ids[]", policy) for policy in account.ESCALATION_POLICIES]
        self._right("GET", "/oncalls", query=[*policies, *SPAN, ("earliest", "true")])
        services = expand("escalation_policies", "teams", "integrations")
        self._right("GET", "/services", query=services)
        self._right("GET", f"/services/{account.CHECKOUT.id}", query=services)
        self._right("GET", f"/services/{account.CHECKOUT.id}/integrations/PINTEG1", query=expand("services"))
        self._right("GET", "/priorities")
        self._right("GET", "/incidents/types", query=[("filter", "enabled")])
        self._right("GET", f"/incidents/types/{account.MAJOR_INCIDENT_TYPE.id}")
        self._right("GET", "/abilities")
        self._right("GET", "/abilities/teams")

    def through_a_new_user(self) -> None:
        """A user, from the invitation to the end."""
        whole = {"type": "user", "name": "New", "email": "new@example.com", "role": "limited_user", "color": "red"}
        user = self._right("POST", "/users", {"user": {**whole, "job_title": "Operator", "time_zone": "Etc/UTC"}})[
            "user"
        ]
        path = f"/users/{user['id']}"
        self._right("PUT", path, {"user": {**whole, "description": "Works at night."}})
        self._right("DELETE", path)

    def through_a_new_service(self) -> None:
        """Create, change and delete a service with its own policy and integration."""
        rule = {"escalation_delay_in_minutes": 30, "targets": [reference(account.OWNER)]}
        policy = {"type": "escalation_policy", "name": "New", "escalation_rules": [rule]}
        created = self._right("POST", "/escalation_policies", {"escalation_policy": policy})["escalation_policy"]
        held = {"id": created["id"], "type": "escalation_policy_reference"}
        new = {"service": {"type": "service", "name": "New", "escalation_policy": held}}
        service = self._right("POST", "/services", new)["service"]
        path = f"/services/{service['id']}"
        integration = {"integration": {"type": "events_api_v2_inbound_integration", "name": "New"}}
        self._right("POST", f"{path}/integrations", integration)
        self._right("PUT", path, {"service": {"type": "service", "escalation_policy": held, "status": "disabled"}})
        self._right("DELETE", path)
        self._right("DELETE", f"/escalation_policies/{created['id']}")

    def through_webhook_subscriptions(self) -> None:
        """One subscription, from its making to its end."""
        method = {"type": "http_delivery_method", "url": "http://127.0.0.1:9/", "custom_headers": []}
        subscription = {
            "type": "webhook_subscription",
            "delivery_method": method,
            "description": "For the walk",
            "events": ["incident.triggered"],
            "filter": reference(account.CHECKOUT),
        }
        created = self._right("POST", "/webhook_subscriptions", {"webhook_subscription": subscription})
        path = f"/webhook_subscriptions/{created['webhook_subscription']['id']}"
        self._right("GET", "/webhook_subscriptions", query=[("filter_type", "service")])
        self._right("GET", path)
        self._right("PUT", path, {"webhook_subscription": {"events": ["incident.resolved"], "active": False}})
        self._right("POST", f"{path}/enable")
        self._right("POST", f"{path}/ping")
        self._right("DELETE", path)

    def through_maintenance(self) -> None:
        """A maintenance window from its creation to its end."""
        window = {
            "type": "maintenance_window",
            "start_time": "2026-01-01T00:00:00Z",
            "end_time": "2099-01-01T00:00:00+02:00",
            "description": "Deployment",
            "services": [reference(account.CHECKOUT)],
        }
        created = self._right("POST", "/maintenance_windows", {"maintenance_window": window})["maintenance_window"]
        path = f"/maintenance_windows/{created['id']}"
        longer = {**window, "start_time": created["start_time"], "end_time": "2099-02-01T00:00:00Z"}
        self._right("PUT", path, {"maintenance_window": longer})
        everything = expand("services", "teams", "users")
        for state in ("past", "future", "ongoing", "open", "all"):
            self._right("GET", "/maintenance_windows", query=[("filter", state), *everything])
        of_web = [("service_ids[]", account.CHECKOUT.id), ("team_ids[]", account.WEB.id), ("query", "deploy")]
        self._right("GET", "/maintenance_windows", query=of_web)
        self._right("GET", path, query=everything)
        self._right("DELETE", path)

    def through_overrides(self) -> None:
        """An override of a schedule of each kind, and a custom shift, from the creation to the end."""
        path, span = (
            f"/schedules/{account.WEB_SECONDARY.id}/overrides",
            [("since", NEXT_YEAR[0]), ("until", NEXT_YEAR[1])],
        )
        wanted = {"start": NEXT_YEAR[0], "end": NEXT_YEAR[1], "user": reference(account.OWNER)}
        created = self._right("POST", path, {"overrides": [wanted, {**wanted, "end": NEXT_YEAR[0]}]})
        assert [each["status"] for each in created] == [201, 400]
        self._right("GET", path, query=[*span, ("overflow", "true")])
        self._right("DELETE", f"{path}/{created[0]['override']['id']}")
        shifts = f"/v3/schedules/{account.PAYMENTS_SHIFTS.id}"
        times = {"start_time": NEXT_YEAR[0], "end_time": NEXT_YEAR[1]}
        owner, commander = ({"type": "user_member", "user_id": user.id} for user in (account.OWNER, account.COMMANDER))
        assignment = {"type": "shift_assignment", "member": owner}
        shift = {"type": "custom_shift", **times, "assignments": [assignment]}
        added = self._right("POST", f"{shifts}/custom_shifts", {"custom_shifts": [shift]})["custom_shifts"][0]["id"]
        override = {"type": "override_shift", **times, "custom_shift_id": added}
        members = {"overridden_member": owner, "overriding_member": commander}
        made = self._right("POST", f"{shifts}/overrides", {"overrides": [{**override, **members}]})["overrides"][0][
            "id"
        ]
        for kind in ("overrides", "custom_shifts"):
            self._right(
                "GET", f"{shifts}/{kind}", query=[*span, ("overflow", "true"), ("limit", "100"), ("offset", "0")]
            )
        self._right("GET", shifts, query=[*span, ("include[]", "final_schedule")])
        self._right("DELETE", f"{shifts}/overrides/{made}")
        self._right("DELETE", f"{shifts}/custom_shifts/{added}")

    def through_changes(self, incident_id: str) -> None:
        """Every kind of update, and the log entries that they leave."""
        path = f"/incidents/{incident_id}"
        for change in CHANGES:
            self._right("PUT", path, {"incident": {"type": "incident_reference", **change}})
        entries = self._right("GET", f"{path}/log_entries", query=[("limit", "100"), *expand("incidents", "teams")])
        self._right("GET", f"/log_entries/{entries['log_entries'][0]['id']}")
        self._right("GET", "/log_entries", query=[("is_overview", "true"), *expand("services", "channels")])


WRONG: t.Sequence[tuple[str, str, t.Any, list[tuple[str, str]]]] = (
    ("GET", "/no_such_path", None, []),
    ("DELETE", "/incidents", None, []),
    ("GET", "/incidents", None, [("limit", "many")]),
    ("GET", "/incidents", None, [("statuses[]", "open")]),
    ("GET", "/incidents", None, [("include[]", "everything")]),
    ("POST", "/incidents", {"incident": {"type": "incident", "title": "No service"}}, []),
    ("PUT", "/incidents", {"incidents": [{"id": "P1", "status": "resolved"}]}, []),
    ("PUT", "/incidents/{id}", {"incident": {"type": "incident_reference", "status": "closed"}}, []),
    ("PUT", "/incidents/{id}", {"incident": {"type": "incident_reference", "escalation_level": "2"}}, []),
    ("PUT", "/incidents/{id}", {"incident": {"type": "incident_reference", "priority": None}}, []),
    ("POST", "/incidents/{id}/notes", {"note": {"content": 7}}, []),
    ("POST", "/incidents/{id}/notes", {"content": "not nested"}, []),
    ("POST", "/incidents/{id}/snooze", {"duration": 604_801}, []),
    ("POST", "/v2/enqueue", event(payload={"summary": "no source", "severity": "info"}), []),
    ("POST", "/v2/enqueue", event(event_action="shout"), []),
)
NEXT_YEAR = "2098-01-01T20:00:00Z", "2098-01-02T08:00:00Z"


@pytest.mark.parametrize(("method", "path", "body", "query"), WRONG)
def test_a_request_that_breaks_the_schema_is_off_contract(
    method: str, path: str, body: t.Any, query: list[tuple[str, str]], contract_simulator: Simulator, call: Client
) -> None:
    (incident_id,) = contract_simulator.reset(incidents=1)["incidents"]
    before = contract_simulator.state()["incidents"]
    answer = call(method, path.format(id=incident_id), body, query=query)
    assert answer.status == 599
    assert answer.body["error"]["message"].startswith("off contract: the request")
    assert contract_simulator.journal()["entries"][-1]["contract"] == answer.body["error"]["errors"]
    assert contract_simulator.state()["incidents"] == before


def refusals(call: Client, incident_id: str) -> t.Iterator[tuple[Answered, int, int]]:
    """Calls that fit the schema and are refused, with status and code of the refusal."""
    update = {"incident": {"type": "incident_reference", "status": "resolved"}}
    yield call("PUT", f"/incidents/{incident_id}", update), 400, 1001
    yield call("PUT", f"/incidents/{incident_id}", update, headers={"From": None}), 400, 2016
    yield call("PUT", f"/incidents/{incident_id}", update, headers={"From": "nobody@example.com"}), 400, 1008
    yield call("PUT", f"/incidents/{incident_id}", update, headers={"Authorization": "Token token=wrong"}), 401, 2006
    yield call("GET", "/incidents/Q9999999999999"), 404, 2100
    yield call("GET", "/users/PNOBODY"), 404, 2100


def test_refusals_of_right_requests_are_not_off_contract(contract_simulator: Simulator, call: Client) -> None:
    (incident_id,) = contract_simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    for answer, status, code in refusals(call, incident_id):
        assert (answer.status, answer.body["error"]["code"]) == (status, code)
