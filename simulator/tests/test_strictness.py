# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator refuses what PagerDuty refuses, in the same way, and then changes nothing."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Answered, Client
from simulator.launch import Simulator

Json = dict[str, t.Any]


def reference(thing: t.Any) -> Json:
    return {"id": thing.id, "type": f"{thing.kind}_reference"}


def update(
    call: Client, incident_id: str, *, headers: t.Mapping[str, str | None] | None = None, **change: t.Any
) -> Answered:
    body = {"incident": {"type": "incident_reference", **change}}
    return call("PUT", f"/incidents/{incident_id}", body, headers=headers)


def refusal(answer: Answered) -> tuple[int, int]:
    return answer.status, answer.body["error"]["code"]


@pytest.mark.parametrize("status", ["triggered", "acknowledged"])
def test_another_status_reopens_a_resolved_incident(status: str, simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    assert update(call, incident, status=status).body["incident"]["status"] == status
    (state,) = simulator.state()["incidents"]
    assignee = account.PRIMARY if status == "triggered" else account.AUTOMATION
    assert state["assignees"] == [assignee.id]


def test_a_reopened_incident_gets_the_assignees_of_the_request(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    assignments = [{"assignee": {"id": account.OWNER.id, "type": "user_reference"}}]
    assert update(call, incident, status="triggered", assignments=assignments).status == 200
    assert simulator.state()["incidents"][0]["assignees"] == [account.OWNER.id]


def test_a_resolved_incident_cannot_be_reassigned(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    assert refusal(update(call, incident, escalation_level=1)) == (400, 1011)


def test_resolving_twice_is_refused(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert update(call, incident, status="resolved", resolution="Done.").status == 200
    assert refusal(update(call, incident, status="resolved", resolution="Done.")) == (400, 1001)


def test_a_resolution_is_in_the_log_and_not_among_the_notes(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    update(call, incident, status="resolved", resolution="Done.")
    assert simulator.state()["incidents"][0]["notes"] == []
    entries = call("GET", f"/incidents/{incident}/log_entries").body["log_entries"]
    assert [entry["note"] for entry in entries if entry["type"] == "resolve_log_entry"] == ["Done."]


def test_log_entries_of_the_same_time_come_the_newest_first(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    for path in ("/log_entries", f"/incidents/{incident}/log_entries"):
        entries = call("GET", path, query=[("is_overview", "true")]).body["log_entries"]
        kinds = ["assign_log_entry", "acknowledge_log_entry", "assign_log_entry", "trigger_log_entry"]
        assert [entry["type"] for entry in entries] == kinds


def test_a_low_urgency_incident_has_no_levels(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"urgency": "low"})["incidents"]
    assert refusal(update(call, incident, escalation_level=2)) == (400, 1006)


def test_a_conference_bridge_is_shown_only_if_it_is_included(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    bridge = {"conference_url": "https://meet.example.com/"}
    assert "conference_bridge" not in update(call, incident, conference_bridge=bridge).body["incident"]
    assert "conference_bridge" not in call("GET", f"/incidents/{incident}").body["incident"]
    answer = call("GET", f"/incidents/{incident}", query=[("include[]", "conference_bridge")])
    assert answer.body["incident"]["conference_bridge"] == bridge


def test_a_complete_incident_with_one_field_changed_is_accepted(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    read = call("GET", f"/incidents/{incident}").body["incident"]
    body = {"incidents": [{**read, "status": "acknowledged"}]}
    assert call("PUT", "/incidents", body).status == 200
    (state,) = simulator.state()["incidents"]
    assert (state["status"], state["log_entries"][-2:]) == ("acknowledged", ["acknowledge", "assign"])


def test_an_incident_moves_alone_and_keeps_its_people(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    (before,) = simulator.state()["incidents"]
    several = {"incidents": [{"id": incident, "type": "incident_reference", "service": reference(account.DATABASE)}]}
    assert call("PUT", "/incidents", several).status == 200
    assert simulator.state()["incidents"] == [before]
    answer = update(call, incident, service=reference(account.DATABASE))
    assert answer.body["incident"]["service"]["id"] == account.DATABASE.id
    assert simulator.state()["incidents"] == [{**before, "service": account.DATABASE.id}]
    (page,) = simulator.state()["pages"]
    assert (page["user"], page["incident"], page["reason"]) == (account.PRIMARY.id, incident, "triggered")


def test_an_incident_may_be_forbidden_while_others_are_not(simulator: Simulator, call: Client) -> None:
    first, second = simulator.reset(incidents=2, forbidden=[0])["incidents"]
    assert refusal(update(call, first, status="resolved")) == (403, 2018)
    assert update(call, second, status="resolved").status == 200
    items = [{"id": each, "type": "incident_reference", "title": "x"} for each in (first, second)]
    assert refusal(call("PUT", "/incidents", {"incidents": items})) == (403, 2018)


def test_who_acknowledges_takes_the_incident_and_nobody_is_paged(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    before = simulator.state()["pages"]
    shown = update(call, incident, status="acknowledged").body["incident"]
    assert [each["assignee"]["id"] for each in shown["assignments"]] == [account.AUTOMATION.id]
    entries = call("GET", f"/incidents/{incident}/log_entries").body["log_entries"]
    assert [entry["type"] for entry in entries[:2]] == ["assign_log_entry", "acknowledge_log_entry"]
    assert [user["id"] for user in entries[0]["assignees"]] == [account.AUTOMATION.id]
    assert simulator.state()["pages"] == before


def test_one_of_several_assignees_keeps_what_they_acknowledge(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"escalation_level": 3})["incidents"]
    shown = update(call, incident, status="acknowledged", headers={"From": account.OWNER.email}).body["incident"]
    assert [each["assignee"]["id"] for each in shown["assignments"]] == [account.OWNER.id]
    assert shown["assigned_via"] == "escalation_policy"


def test_an_assignee_who_acknowledges_is_not_assigned_again(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    update(call, incident, status="acknowledged", headers={"From": account.PRIMARY.email})
    assert simulator.state()["incidents"][0]["log_entries"] == ["trigger", "assign", "notify", "acknowledge"]


def test_acknowledging_again_is_accepted_and_moves_the_incident_to_who_does_so(
    simulator: Simulator, call: Client
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    for _time in range(2):
        assert update(call, incident, status="acknowledged").status == 200
    assert simulator.state()["incidents"][0]["acknowledged_by"] == [account.AUTOMATION.id]
    assert update(call, incident, status="acknowledged", headers={"From": account.OWNER.email}).status == 200
    (state,) = simulator.state()["incidents"]
    assert state["acknowledged_by"] == [account.AUTOMATION.id, account.OWNER.id]
    assert state["assignees"] == [account.OWNER.id]


CHANGES: t.Sequence[tuple[Json, int]] = (
    ({"status": "closed"}, 1003),
    ({"status": 7}, 2001),
    ({"escalation_level": 4}, 2001),
    ({"escalation_level": 0}, 2001),
    ({"escalation_level": "2"}, 2001),
    ({"escalation_level": True}, 2001),
    ({"assignments": [{"assignee": {"id": "PNOBODY", "type": "user_reference"}}]}, 1007),
    ({"assignments": [{"assignee": {"id": account.OWNER.id}}]}, 2001),
    ({"assignments": []}, 2001),
    ({"assignments": [{"assignee": reference(account.OWNER)}], "escalation_level": 2}, 2001),
    (
        {
            "assignments": [{"assignee": reference(account.OWNER)}],
            "escalation_policy": reference(account.DATABASE_POLICY),
        },
        2001,
    ),
    ({"escalation_policy": {"id": "PNOPLCY", "type": "escalation_policy_reference"}}, 1014),
    ({"escalation_policy": reference(account.EMPTY_HOUSE)}, 1015),
    ({"escalation_policy": reference(account.NOBODY_HOME), "escalation_level": 2}, 1015),
    ({"priority": {"id": "PNOPRIO", "type": "priority_reference"}}, 1020),
    ({"priority": None}, 2001),
    ({"urgency": "medium"}, 2001),
    ({"title": "  "}, 2001),
    ({"resolution": "Without the status."}, 2001),
)


@pytest.mark.parametrize(("change", "code"), CHANGES, ids=str)
def test_a_wrong_change_is_refused_and_changes_nothing(
    change: Json, code: int, simulator: Simulator, call: Client
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    before = simulator.state()["incidents"]
    assert refusal(update(call, incident, **change)) == (400, code)
    assert simulator.state()["incidents"] == before


def test_one_wrong_item_stops_an_update_of_many(simulator: Simulator, call: Client) -> None:
    first, second = simulator.reset(incidents=2)["incidents"]
    items = [
        {"id": first, "type": "incident_reference", "status": "resolved"},
        {"id": second, "type": "incident_reference", "escalation_level": 9},
    ]
    answer = call("PUT", "/incidents", {"incidents": items})
    assert refusal(answer) == (400, 2001)
    assert [error.partition(":")[0] for error in answer.body["error"]["errors"]] == [second]
    assert {incident["status"] for incident in simulator.state()["incidents"]} == {"triggered"}


@pytest.mark.parametrize(("count", "status"), [(250, 200), (251, 413)])
def test_at_most_250_incidents_are_updated_at_once(count: int, status: int, simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=count)["incidents"]
    items = [{"id": each, "type": "incident_reference", "status": "acknowledged"} for each in ids]
    assert call("PUT", "/incidents", {"incidents": items}).status == status


def test_escalating_pages_the_level(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    shown = update(call, incident, escalation_level=3).body["incident"]
    assert shown["status"] == "triggered"
    assert shown["assigned_via"] == "escalation_policy"
    on_call = [account.COMMANDER.id, account.OWNER.id]
    assert [assignment["assignee"]["id"] for assignment in shown["assignments"]] == on_call
    pages = [page["user"] for page in simulator.state()["pages"] if page["reason"] == "escalated"]
    assert pages == on_call


def test_moving_to_a_policy_pages_its_first_level_once(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    for _time in range(2):
        update(call, incident, escalation_policy=reference(account.DATABASE_POLICY))
    state = simulator.state()
    assert state["incidents"][0]["assignees"] == [account.DATABASE_FIRST.id]
    assert [page["user"] for page in state["pages"]] == [account.PRIMARY.id, account.DATABASE_FIRST.id]


def test_an_open_incident_key_is_refused_and_a_resolved_one_is_not(call: Client) -> None:
    opening = {"type": "incident", "title": "Fire", "service": reference(account.CHECKOUT), "incident_key": "fire"}
    opened = call("POST", "/incidents", {"incident": opening})
    assert opened.status == 201
    assert refusal(call("POST", "/incidents", {"incident": opening})) == (400, 2002)
    update(call, opened.body["incident"]["id"], status="resolved")
    assert call("POST", "/incidents", {"incident": opening}).status == 201


def test_priorities_that_are_switched_off_are_not_found(simulator: Simulator, call: Client) -> None:
    assert call("GET", "/priorities").status == 200
    simulator.reset(without=["priorities"])
    assert refusal(call("GET", "/priorities")) == (404, 2100)


def test_an_incident_is_found_by_its_number(simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    assert call("GET", "/incidents/2").body["incident"]["id"] == ids[1]


HEADERS: t.Sequence[tuple[dict[str, str | None], int, int, str]] = (
    ({"Authorization": None}, 401, 2006, "Unauthorized"),
    ({"Authorization": "Token token=wrong"}, 401, 2006, "Unauthorized"),
    ({"Authorization": f"Bearer {account.ACCOUNT_KEY}"}, 401, 2006, "Unauthorized"),
    ({"Authorization": f"Token token={account.OAUTH_TOKEN}"}, 401, 2006, "Unauthorized"),
    ({"Authorization": f"Token token={account.READ_ONLY_KEY}"}, 403, 2010, "Access Denied"),
    ({"Content-Type": None}, 400, 2001, "Invalid Input Provided"),
    ({"Content-Type": "text/plain"}, 400, 2001, "Invalid Input Provided"),
    ({"From": None}, 400, 2016, 'You must specify a user\'s email address in the "From" header'),
    ({"From": ""}, 400, 1028, 'Malformed "From" header'),
    ({"From": "Somebody"}, 400, 1028, 'Malformed "From" header'),
    ({"From": "nobody@example.com"}, 400, 1008, "Requester User Not Found"),
)


@pytest.mark.parametrize(("headers", "status", "code", "message"), HEADERS, ids=str)
def test_wrong_headers_are_refused(
    headers: dict[str, str | None], status: int, code: int, message: str, simulator: Simulator, call: Client
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    answer = call("POST", f"/incidents/{incident}/notes", {"note": {"content": "text"}}, headers=headers)
    assert refusal(answer) == (status, code)
    assert answer.body["error"]["message"].startswith(message)
    assert simulator.state()["incidents"][0]["notes"] == []


def test_a_write_without_a_json_object_is_refused(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    answer = call("POST", f"/incidents/{incident}/notes", [])
    assert answer.body["error"]["errors"] == ["params must be a Hash"]


def test_the_key_of_a_user_needs_no_from(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    headers = {"Authorization": f"Token token={account.USER_KEY}", "From": None}
    assert update(call, incident, status="acknowledged", headers=headers).status == 200
    assert simulator.state()["incidents"][0]["acknowledged_by"] == [account.COMMANDER.id]


def test_only_the_key_of_a_user_knows_who_it_is(call: Client) -> None:
    refused = call("GET", "/users/me")
    assert refused.status == 400
    assert "account-level access token" in refused.body["error"]
    answer = call("GET", "/users/me", headers={"Authorization": f"Token token={account.USER_KEY}"})
    assert answer.body["user"]["id"] == account.COMMANDER.id


def test_every_answer_has_a_request_id_and_the_rate_limit(call: Client) -> None:
    for answer in (
        call("GET", "/users"),
        call("GET", "/users/PNOBODY"),
        call("GET", "/users", headers={"Authorization": None}),
    ):
        assert answer.headers["x-request-id"]
        assert {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} <= set(answer.headers)


def responders(*targets: Json, **changes: t.Any) -> Json:
    nested = [{"responder_request_target": target} for target in targets]
    whole = {"requester_id": account.AUTOMATION.id, "message": "Please help.", "responder_request_targets": nested}
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


REQUESTS: t.Sequence[tuple[Json, int, int]] = (
    (responders({"id": account.DATABASE_POLICY.id}), 403, 2010),
    (responders(reference(account.OWNER), requester_id=None), 400, 2011),
    (responders(reference(account.OWNER), requester_id="PNOBODY"), 400, 2013),
    (responders({"id": "PNOBODY", "type": "user_reference"}), 400, 2013),
    (responders({"id": "PNOPLCY", "type": "escalation_policy_reference"}), 400, 1014),
    (responders(reference(account.OWNER), message=None), 400, 2001),
    (responders(), 400, 2001),
    (responders(reference(account.OWNER), responder_request_targets=[reference(account.OWNER)]), 400, 2001),
)


@pytest.mark.parametrize(("body", "status", "code"), REQUESTS, ids=str)
def test_a_wrong_responder_request_pages_nobody(
    body: Json, status: int, code: int, simulator: Simulator, call: Client
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert refusal(call("POST", f"/incidents/{incident}/responder_requests", body)) == (status, code)
    assert len(simulator.state()["pages"]) == 1


def test_requesting_responders_again_pages_them_again(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    body = responders(reference(account.OWNER), reference(account.DATABASE_POLICY))
    for _time in range(2):
        assert call("POST", f"/incidents/{incident}/responder_requests", body, headers={"From": None}).status == 200
    pages = [page["user"] for page in simulator.state()["pages"] if page["reason"] == "responder_requested"]
    assert pages == [account.OWNER.id, account.DATABASE_FIRST.id] * 2


def test_an_account_without_the_ability_cannot_request_responders(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, without=["coordinated_responding"])["incidents"]
    body = responders(reference(account.OWNER))
    assert refusal(call("POST", f"/incidents/{incident}/responder_requests", body)) == (402, 2014)


def test_cancelling_returns_a_result_for_each_target(simulator: Simulator, call: Client) -> None:
    asked = {account.OWNER.id: "pending", account.COMMANDER.id: "joined"}
    (incident,) = simulator.reset(incidents=1, incident={"responders": asked})["incidents"]
    targets = [reference(account.OWNER), reference(account.COMMANDER), reference(account.NIGHT_SHIFT)]
    body = {"requester_id": account.AUTOMATION.id, "responder_request_targets": targets}
    answer = call("PUT", f"/incidents/{incident}/responder_requests/cancel", body)
    results = [target["result"] for target in answer.body["responder_request_targets"]]
    assert results == ["cancelled", "joined", "not_found"]


def test_an_incident_has_at_most_2000_notes(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"notes": ["text"] * 2000})["incidents"]
    assert call("POST", f"/incidents/{incident}/notes", {"note": {"content": "text"}}).status == 400


QUERIES: t.Sequence[tuple[str, str]] = (
    ("limit", "0"),
    ("limit", "many"),
    ("offset", "9976"),
    ("offset", "-1"),
    ("statuses[]", "open"),
    ("include[]", "everything"),
    ("sort_by", "title"),
    ("sort_by", "created_at,urgency,incident_number"),
    ("since", "yesterday"),
    ("total", "yes"),
    ("date_range", "some"),
)


@pytest.mark.parametrize(("name", "value"), QUERIES)
def test_a_wrong_query_is_refused(name: str, value: str, call: Client) -> None:
    assert refusal(call("GET", "/incidents", query=[(name, value)])) == (400, 2001)


def test_a_page_has_at_most_100_incidents(simulator: Simulator, call: Client) -> None:
    simulator.reset(incidents=120)
    page = call("GET", "/incidents", query=[("limit", "500"), ("total", "true")]).body
    assert (len(page["incidents"]), page["limit"], page["more"], page["total"]) == (100, 100, True, 120)
    assert call("GET", "/incidents").body["total"] is None


@pytest.mark.parametrize(("value", "total"), [("1", 1), ("True", 1), ("0", None), ("False", None)])
def test_a_flag_may_be_a_digit_or_capitalized(
    value: str, total: int | None, simulator: Simulator, call: Client
) -> None:
    simulator.reset(incidents=1)
    assert call("GET", "/incidents", query=[("total", value)]).body["total"] == total


def test_incidents_older_than_30_days_are_left_out(simulator: Simulator, call: Client) -> None:
    simulator.reset(incidents=1, incident={"created_at": "2020-01-01T00:00:00Z"})
    assert call("GET", "/incidents").body["incidents"] == []
    assert len(call("GET", "/incidents", query=[("date_range", "all")]).body["incidents"]) == 1
    since = [("since", "2019-12-31T00:00:00Z"), ("until", "2020-01-02T00:00:00Z")]
    assert len(call("GET", "/incidents", query=since).body["incidents"]) == 1


def test_filters_are_combined(simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    update(call, ids[0], status="acknowledged")
    update(call, ids[1], urgency="low")
    fits = [("statuses[]", "triggered"), ("urgencies[]", "low"), ("service_ids[]", account.CHECKOUT.id)]
    fits += [("team_ids[]", account.WEB.id), ("user_ids[]", account.PRIMARY.id)]
    for each in ids[1:]:
        update(call, each, priority={"id": "PPRIOR1", "type": "priority_reference"})
    fits += [("priority_ids[]", "PPRIOR1"), ("priority_ids[]", "PPRIOR2")]
    fits += [("incident_type_ids[]", account.BASE_INCIDENT.id)]
    found = call("GET", "/incidents", query=fits).body["incidents"]
    assert [incident["id"] for incident in found] == [ids[1]]
    other_type = [("incident_type_ids[]", account.MAJOR_INCIDENT_TYPE.id)]
    assert call("GET", "/incidents", query=other_type).body["incidents"] == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ((), {"incident_default", "major_incident"}),
        ((("filter", "disabled"),), {"fire_drill"}),
        ((("filter", "all"),), {"incident_default", "major_incident", "fire_drill"}),
    ],
)
def test_disabled_types_are_listed_on_demand_and_cannot_be_set(
    query: t.Sequence[tuple[str, str]], names: set[str], simulator: Simulator, call: Client
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    listed = call("GET", "/incidents/types", query=query).body["incident_types"]
    assert {each["name"] for each in listed} == names
    assert refusal(update(call, incident, incident_type={"name": account.DISABLED_TYPE.name})) == (400, 2001)


def merge(call: Client, target: str, *sources: str) -> Answered:
    body = {"source_incidents": [{"id": source, "type": "incident_reference"} for source in sources]}
    return call("PUT", f"/incidents/{target}/merge", body)


def test_merging_moves_alerts_and_resolves_the_sources(simulator: Simulator, call: Client) -> None:
    target, source = simulator.reset(incidents=2, incident={"alerts": 1})["incidents"]
    assert merge(call, target, source).status == 200
    shown = call("GET", f"/incidents/{source}").body["incident"]
    assert (shown["status"], shown["is_mergeable"]) == ("resolved", False)
    assert shown["resolve_reason"]["incident"]["id"] == target
    assert [len(incident["alerts"]) for incident in simulator.state()["incidents"]] == [2, 0]
    assert refusal(merge(call, target, source)) == (400, 2001)


def test_a_resolved_incident_can_be_merged_but_takes_none(simulator: Simulator, call: Client) -> None:
    target, source = simulator.reset(incidents=2, incident={"alerts": 1})["incidents"]
    update(call, source, status="resolved")
    assert refusal(merge(call, source, target)) == (400, 1001)
    assert merge(call, target, source).status == 200
    assert simulator.state()["incidents"][1]["log_entries"].count("resolve") == 1


def test_an_incident_without_alerts_cannot_be_merged(simulator: Simulator, call: Client) -> None:
    target, source = simulator.reset(incidents=2)["incidents"]
    assert refusal(merge(call, target, source)) == (400, 2001)


@pytest.mark.parametrize(("count", "status"), [(250, 200), (251, 413)])
def test_at_most_250_alerts_are_updated_at_once(count: int, status: int, simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"alerts": count})["incidents"]
    alerts = [
        {"id": alert["id"], "type": "alert", "status": "resolved"}
        for alert in simulator.state()["incidents"][0]["alerts"]
    ]
    answer = call("PUT", f"/incidents/{incident}/alerts", {"alerts": alerts})
    assert answer.status == status
    assert simulator.state()["incidents"][0]["status"] == ("resolved" if status == 200 else "triggered")


def test_only_an_acknowledged_incident_is_snoozed(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert refusal(call("POST", f"/incidents/{incident}/snooze", {"duration": 60})) == (400, 2001)
    update(call, incident, status="acknowledged")
    shown = call("POST", f"/incidents/{incident}/snooze", {"duration": 60}).body["incident"]
    assert [action["type"] for action in shown["pending_actions"]] == ["unacknowledge"]


def test_the_acknowledgement_timeout_of_a_service_is_a_pending_action(simulator: Simulator, call: Client) -> None:
    day = {"status": "acknowledged", "acknowledgement_timeout": 86_400, "created_at": "2099-01-31T12:00:00Z"}
    (incident,) = simulator.reset(incidents=1, incident=day)["incidents"]
    shown = call("GET", f"/incidents/{incident}").body["incident"]
    assert shown["pending_actions"] == [{"type": "unacknowledge", "at": "2099-02-01T12:00:00Z"}]
    snoozed = call("POST", f"/incidents/{incident}/snooze", {"duration": 3600}).body["incident"]
    assert snoozed["pending_actions"] != shown["pending_actions"]
    snooze, _assignment, acknowledgement = call("GET", f"/incidents/{incident}/log_entries").body["log_entries"][:3]
    assert snooze["changed_actions"] == snoozed["pending_actions"]
    assert acknowledgement["acknowledgement_timeout"] == 86_400


def test_another_acknowledgement_ends_a_snooze(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    call("POST", f"/incidents/{incident}/snooze", {"duration": 60})
    shown = update(call, incident, status="acknowledged", headers={"From": account.OWNER.email}).body["incident"]
    assert shown["pending_actions"] == []


def test_subscribing_notifies_nobody_and_each_update_everybody(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    path, before = f"/incidents/{incident}/status_updates", simulator.state()["pages"]
    subscribers = [
        {"subscriber_id": account.DATA.id, "subscriber_type": "team"},
        {"subscriber_id": account.OWNER.id, "subscriber_type": "user"},
    ]
    call("POST", f"{path}/subscribers", {"subscribers": subscribers})
    assert simulator.state()["pages"] == before
    for _time in range(2):
        call("POST", path, {"message": "It spreads."})
    told = [page["user"] for page in simulator.state()["pages"] if page["reason"] == "status_update"]
    # The Service Owner is a member of the team as well.
    assert sorted(told) == sorted([account.DATABASE_FIRST.id, account.DATABASE_SECOND.id, account.OWNER.id] * 2)
    entries = call("GET", f"/incidents/{incident}/log_entries").body["log_entries"]
    assert [entry["message"] for entry in entries if entry["type"] == "status_update_log_entry"] == ["It spreads."] * 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", "test"),
        ("customers_affected", True),
        ("customer_facing", "yes"),
        ("started_at", "yesterday"),
        ("regions", "eu"),
        ("regions", ["eu", "eu"]),
        ("severity", "high"),
    ],
)
def test_a_wrong_value_of_a_custom_field_is_refused(
    name: str, value: t.Any, simulator: Simulator, call: Client
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    body = {"custom_fields": [{"name": "ticket", "value": "OPS-1"}, {"name": name, "value": value}]}
    assert refusal(call("PUT", f"/incidents/{incident}/custom_fields/values", body)) == (400, 2001)
    assert simulator.state()["incidents"][0]["custom_fields"] == {}


@pytest.mark.parametrize("duration", [0, 604_801, "60", None])
def test_a_wrong_snooze_is_refused(duration: t.Any, simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    assert refusal(call("POST", f"/incidents/{incident}/snooze", {"duration": duration})) == (400, 2001)


def test_a_response_play_pages_subscribes_and_sets_the_bridge(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    path = f"/response_plays/{account.MAJOR_INCIDENT.id}/run"
    assert call("POST", path, {"incident": {"id": incident, "type": "incident_reference"}}).status == 200
    (state,) = simulator.state()["incidents"]
    assert [responder["user"] for responder in state["responders"]] == [
        account.COMMUNICATIONS.id,
        account.DATABASE_FIRST.id,
    ]
    assert state["subscribers"] == []
    assert state["conference_bridge"]["conference_url"] == account.MAJOR_INCIDENT.bridge.conference_url


def test_response_plays_are_gone_where_pagerduty_has_withdrawn_them(simulator: Simulator, call: Client) -> None:
    simulator.reset(without=["response_plays"])
    assert call("GET", "/response_plays").status == 404


def test_a_workflow_starts_each_time_under_an_id_of_pagerdutys_own(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    path = f"/incident_workflows/{account.DECLARE_MAJOR.id}/instances"
    body = {"incident_workflow_instance": {"id": "run1", "incident": {"id": incident, "type": "incident_reference"}}}
    ids = {call("POST", path, body).body["incident_workflow_instance"]["id"] for _time in range(2)}
    assert len(ids) == 2
    assert "run1" not in ids
    disabled = f"/incident_workflows/{account.RETIRED.id}/instances"
    assert refusal(call("POST", disabled, body)) == (400, 2002)


def service_status(call: Client, service: account.Service) -> str:
    return str(call("GET", f"/services/{service.id}").body["service"]["status"])


def test_the_status_of_a_service_follows_its_open_incidents(simulator: Simulator, call: Client) -> None:
    first, second = simulator.reset(incidents=2)["incidents"]
    assert service_status(call, account.CHECKOUT) == "critical"
    for each in (first, second):
        update(call, each, status="acknowledged")
    assert service_status(call, account.CHECKOUT) == "warning"
    for each in (first, second):
        update(call, each, status="resolved")
    assert service_status(call, account.CHECKOUT) == "active"


def test_maintenance_hides_the_incidents_of_a_service(simulator: Simulator, call: Client) -> None:
    simulator.reset(incidents=1, incident={"service": account.BILLING.id})
    assert service_status(call, account.BILLING) == "maintenance"


def test_a_service_says_when_it_was_updated(call: Client) -> None:
    service = call("GET", f"/services/{account.CHECKOUT.id}").body["service"]
    assert service["updated_at"] == service["created_at"]


def test_the_layers_of_a_schedule_have_ids(call: Client) -> None:
    layers = call("GET", f"/schedules/{account.WEB_SECONDARY.id}").body["schedule"]["schedule_layers"]
    assert [bool(layer["id"]) for layer in layers] == [True]


def test_an_integration_shows_its_key(call: Client) -> None:
    answer = call("GET", f"/services/{account.CHECKOUT.id}", query=[("include[]", "integrations")])
    assert answer.body["service"]["integrations"][0]["integration_key"] == account.ROUTING_KEY


NEW_USER: Json = {"type": "user", "name": "New  Colleague ", "email": "new.colleague@example.com"}


def test_a_new_user_is_invited_by_e_mail_and_has_the_default_role(simulator: Simulator, call: Client) -> None:
    answer = call("POST", "/users", {"user": NEW_USER})
    assert (answer.status, answer.body["user"]["name"], answer.body["user"]["role"]) == (201, "New Colleague", "user")
    assert answer.body["user"]["invitation_sent"]
    assert simulator.journal()["entries"][-1]["pages"] == [answer.body["user"]["id"]]
    silent = call("POST", "/users", {"user": {**NEW_USER, "email": "new@example.com.invalid"}})
    assert (silent.status, simulator.journal()["entries"][-1]["pages"]) == (201, [])


WRONG_USERS: t.Sequence[tuple[Json, int, int]] = (
    ({"email": account.OWNER.email.upper()}, 400, 2001),
    ({"email": "nobody"}, 400, 2001),
    ({"email": "a@b.c"}, 400, 2001),
    ({"name": ""}, 400, 2001),
    ({"name": "x" * 101}, 400, 2001),
    ({"job_title": "x" * 101}, 400, 2001),
    ({"type": "user_reference"}, 400, 2001),
    ({"role": "owner"}, 400, 2001),
    ({"role": "read_only_user"}, 402, 2014),
    ({"role": "observer"}, 402, 2014),
)


@pytest.mark.parametrize(("change", "status", "code"), WRONG_USERS, ids=str)
def test_a_wrong_user_is_not_created(change: Json, status: int, code: int, simulator: Simulator, call: Client) -> None:
    simulator.reset(without=["read_only_users", "permissions_service"])
    assert refusal(call("POST", "/users", {"user": {**NEW_USER, **change}})) == (status, code)
    assert len(simulator.state()["users"]) == len(account.USERS)


def test_creating_a_user_needs_a_from(call: Client) -> None:
    assert call("POST", "/users", {"user": NEW_USER}, headers={"From": None}).status == 400
    assert call("GET", "/users", query=[("query", NEW_USER["email"])]).body["users"] == []


def test_what_an_update_of_a_user_leaves_out_stays(call: Client) -> None:
    body = {"type": "user", "name": "Owner", "email": account.OWNER.email, "description": None}
    assert call("PUT", f"/users/{account.OWNER.id}", {"user": body}).status == 200
    user = call("GET", f"/users/{account.OWNER.id}").body["user"]
    assert (user["name"], user["job_title"], user["role"]) == ("Owner", account.OWNER.job_title, account.OWNER.role)
    assert refusal(call("PUT", f"/users/{account.OWNER.id}", {"user": {"type": "user", "name": "Owner"}})) == (
        400,
        2001,
    )


def test_who_is_on_duty_is_not_deleted(simulator: Simulator, call: Client) -> None:
    simulator.reset(incidents=1, incident={"assignees": [account.DEPUTY.id]})
    for user in (account.DEPUTY, account.PRIMARY, account.SECONDARY):
        assert refusal(call("DELETE", f"/users/{user.id}")) == (400, 2001)
    assert call("DELETE", f"/users/{account.COMMUNICATIONS.id}").status == 204
    assert call("GET", f"/users/{account.COMMUNICATIONS.id}").status == 404


def on_call(call: Client, *query: tuple[str, str]) -> list[tuple[str, bool]]:
    answer = call("GET", "/oncalls", query=[("schedule_ids[]", account.WEB_SECONDARY.id), *query])
    return [(each["user"]["id"], each["start"] is not None) for each in answer.body["oncalls"]]


def test_the_members_of_a_schedule_take_turns(simulator: Simulator, call: Client) -> None:
    present = simulator.state()["now"]
    later = f"{int(present[:4]) + 1}{present[4:]}"
    first, second = (account.SECONDARY.id, True), (account.PRIMARY.id, True)
    assert on_call(call) == [first]
    turns = on_call(call, ("until", later))
    assert (turns[:3], len(turns)) == ([first, second, first], 14)
    assert on_call(call, ("until", later), ("earliest", "true")) == [first, second]
    assert on_call(call, ("since", later), ("until", later)) == []
    assert call("GET", "/oncalls", query=[("since", later)]).status == 400


def test_a_schedule_without_a_policy_shows_its_turns_itself(simulator: Simulator, call: Client) -> None:
    path, now = f"/schedules/{account.FACILITIES.id}", simulator.state()["now"]
    span = [("since", now), ("until", now)]
    assert call("GET", "/oncalls", query=[("schedule_ids[]", account.FACILITIES.id)]).body["oncalls"] == []
    assert entries(call, path) == []
    assert entries(call, path, *span) == [(account.NIGHT_SHIFT.id, now, now)]
    ((user, start, end),) = entries(call, path, *span, ("overflow", "true"))
    assert (user, start < now < end) == (account.NIGHT_SHIFT.id, True)


def entries(call: Client, path: str, *query: tuple[str, str]) -> list[tuple[str, str, str]]:
    final = call("GET", path, query=query).body["schedule"]["final_schedule"]
    return [(each["user"]["id"], each["start"], each["end"]) for each in final["rendered_schedule_entries"]]


def test_an_unknown_path_is_answered_in_json(call: Client) -> None:
    assert refusal(call("GET", "/no/such/path")) == (404, 2100)
