# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator refuses what PagerDuty refuses, in the same way, and changes nothing then."""

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


def test_acknowledging_a_resolved_incident_is_refused(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    assert refusal(update(call, incident, status="acknowledged")) == (400, 1001)


def test_resolving_twice_is_refused(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert update(call, incident, status="resolved", resolution="Done.").status == 200
    assert refusal(update(call, incident, status="resolved", resolution="Done.")) == (400, 1001)
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["Done."]


def test_acknowledging_twice_is_refused_to_the_same_user_only(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert update(call, incident, status="acknowledged").status == 200
    assert refusal(update(call, incident, status="acknowledged")) == (400, 1002)
    assert update(call, incident, status="acknowledged", headers={"From": account.OWNER.email}).status == 200
    assert simulator.state()["incidents"][0]["acknowledged_by"] == [account.AUTOMATION.id, account.OWNER.id]


CHANGES: t.Sequence[tuple[Json, int]] = (
    ({"status": "closed"}, 1003),
    ({"status": 7}, 2001),
    ({"escalation_level": 4}, 1006),
    ({"escalation_level": 0}, 1006),
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
    assert refusal(answer) == (400, 1006)
    assert [error.partition(":")[0] for error in answer.body["error"]["errors"]] == [second]
    assert {incident["status"] for incident in simulator.state()["incidents"]} == {"triggered"}


@pytest.mark.parametrize(("count", "status"), [(250, 200), (251, 413)])
def test_at_most_250_incidents_are_updated_at_once(count: int, status: int, simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=count)["incidents"]
    items = [{"id": each, "type": "incident_reference", "status": "acknowledged"} for each in ids]
    assert call("PUT", "/incidents", {"incidents": items}).status == status


def test_a_level_is_escalated_to_and_paged(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    shown = update(call, incident, escalation_level=3).body["incident"]
    assert shown["status"] == "triggered"
    assert shown["assigned_via"] == "escalation_policy"
    on_call = [account.COMMANDER.id, account.OWNER.id]
    assert [assignment["assignee"]["id"] for assignment in shown["assignments"]] == on_call
    pages = [page["user"] for page in simulator.state()["pages"] if page["reason"] == "escalated"]
    assert pages == on_call


def test_a_policy_is_moved_to_at_its_first_level_and_once(simulator: Simulator, call: Client) -> None:
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
    ({"From": None}, 400, 2001, 'You must specify a user\'s email address in the "From" header'),
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


def test_a_write_that_is_no_hash_says_so(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    answer = call("POST", f"/incidents/{incident}/notes", [])
    assert answer.body["error"]["errors"] == ["params must be a Hash"]


def test_the_key_of_a_user_needs_no_from(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    headers = {"Authorization": f"Token token={account.USER_KEY}", "From": None}
    assert update(call, incident, status="acknowledged", headers=headers).status == 200
    assert simulator.state()["incidents"][0]["acknowledged_by"] == [account.COMMANDER.id]


def test_only_the_key_of_a_user_knows_who_it_is(call: Client) -> None:
    assert call("GET", "/users/me").status == 400
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


def test_asking_for_responders_again_pages_them_again(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    body = responders(reference(account.OWNER), reference(account.DATABASE_POLICY))
    for _time in range(2):
        assert call("POST", f"/incidents/{incident}/responder_requests", body, headers={"From": None}).status == 200
    pages = [page["user"] for page in simulator.state()["pages"] if page["reason"] == "responder_requested"]
    assert pages == [account.OWNER.id, account.DATABASE_FIRST.id] * 2


def test_an_account_without_the_ability_cannot_ask_for_responders(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, without=["coordinated_responding"])["incidents"]
    body = responders(reference(account.OWNER))
    assert refusal(call("POST", f"/incidents/{incident}/responder_requests", body)) == (402, 2014)


def test_cancelling_says_what_became_of_each(simulator: Simulator, call: Client) -> None:
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


def test_incidents_older_than_30_days_are_left_out(simulator: Simulator, call: Client) -> None:
    simulator.reset(incidents=1, incident={"created_at": "2020-01-01T00:00:00Z"})
    assert call("GET", "/incidents").body["incidents"] == []
    assert len(call("GET", "/incidents", query=[("date_range", "all")]).body["incidents"]) == 1
    since = [("since", "2019-12-31T00:00:00Z"), ("until", "2020-01-02T00:00:00Z")]
    assert len(call("GET", "/incidents", query=since).body["incidents"]) == 1


def test_filters_leave_what_fits_all_of_them(simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    update(call, ids[0], status="acknowledged")
    update(call, ids[1], urgency="low")
    fits = [("statuses[]", "triggered"), ("urgencies[]", "low"), ("service_ids[]", account.CHECKOUT.id)]
    fits += [("team_ids[]", account.WEB.id), ("user_ids[]", account.PRIMARY.id)]
    found = call("GET", "/incidents", query=fits).body["incidents"]
    assert [incident["id"] for incident in found] == [ids[1]]


def test_merging_moves_alerts_and_resolves_the_sources(simulator: Simulator, call: Client) -> None:
    target, source = simulator.reset(incidents=2)["incidents"]
    body = {"source_incidents": [{"id": source, "type": "incident_reference"}]}
    assert call("PUT", f"/incidents/{target}/merge", body).status == 200
    shown = call("GET", f"/incidents/{source}").body["incident"]
    assert shown["status"] == "resolved"
    assert shown["resolve_reason"]["incident"]["id"] == target
    assert refusal(call("PUT", f"/incidents/{target}/merge", body)) == (400, 1001)


@pytest.mark.parametrize("duration", [0, 604_801, "60", None])
def test_a_wrong_snooze_is_refused(duration: t.Any, simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    assert refusal(call("POST", f"/incidents/{incident}/snooze", {"duration": duration})) == (400, 2001)


def test_a_response_play_calls_tells_and_sets_the_bridge(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    path = f"/response_plays/{account.MAJOR_INCIDENT.id}/run"
    assert call("POST", path, {"incident": {"id": incident, "type": "incident_reference"}}).status == 200
    (state,) = simulator.state()["incidents"]
    assert [responder["user"] for responder in state["responders"]] == [
        account.COMMUNICATIONS.id,
        account.DATABASE_FIRST.id,
    ]
    assert [subscriber["subscriber_id"] for subscriber in state["subscribers"]] == [account.OWNER.id, account.DATA.id]
    assert state["conference_bridge"]["conference_url"] == account.MAJOR_INCIDENT.bridge.conference_url


def test_response_plays_are_gone_where_pagerduty_has_withdrawn_them(simulator: Simulator, call: Client) -> None:
    simulator.reset(without=["response_plays"])
    assert call("GET", "/response_plays").status == 404


def test_a_workflow_instance_starts_once_for_its_id(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    path = f"/incident_workflows/{account.DECLARE_MAJOR.id}/instances"
    body = {"incident_workflow_instance": {"id": "run-1", "incident": {"id": incident, "type": "incident_reference"}}}
    assert call("POST", path, body).status == 201
    assert refusal(call("POST", path, body)) == (400, 2002)
    entries = call("GET", f"/incidents/{incident}/log_entries").body["log_entries"]
    assert "run-1" in entries[0]["summary"]
    disabled = f"/incident_workflows/{account.RETIRED.id}/instances"
    assert refusal(call("POST", disabled, body)) == (400, 2002)


def test_an_integration_shows_its_key(call: Client) -> None:
    answer = call("GET", f"/services/{account.CHECKOUT.id}", query=[("include[]", "integrations")])
    assert answer.body["service"]["integrations"][0]["integration_key"] == account.ROUTING_KEY


def test_an_unknown_path_is_answered_in_json(call: Client) -> None:
    assert refusal(call("GET", "/no/such/path")) == (404, 2100)
