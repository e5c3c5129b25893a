# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two kinds of schedules, layer-based and shift-based: each has its own list, and an upgrade makes one the other."""

from __future__ import annotations

from simulator import account
from simulator.client import Client
from simulator.clock import iso, time_of
from simulator.launch import Simulator


def listed(call: Client, path: str, **query: str) -> list[str]:
    return [each["id"] for each in call("GET", path, query=list(query.items())).body["schedules"]]


def test_each_list_has_the_schedules_of_its_kind(call: Client) -> None:
    shift_based = [account.PAYMENTS_SHIFTS.id, account.LAUNCH_WATCH.id]
    assert listed(call, "/v3/schedules") == shift_based
    assert listed(call, "/v3/schedules", query="watch") == [account.LAUNCH_WATCH.id]
    assert listed(call, "/v3/schedules", limit="1", offset="1") == [account.LAUNCH_WATCH.id]
    assert set(listed(call, "/schedules")) == account.SCHEDULES.keys() - set(shift_based)


def test_a_list_of_shift_based_schedules_has_references(call: Client) -> None:
    body = call("GET", "/v3/schedules", query=[("limit", "1")]).body
    assert body["schedules"] == [
        {
            "id": "PSCHED5",
            "type": "schedule_v3_reference",
            "summary": "Payments Shifts",
            "self": body["schedules"][0]["html_url"].replace("/schedules/", "/v3/schedules/"),
            "html_url": body["schedules"][0]["self"].replace("/v3/", "/"),
        }
    ]
    assert (body["more"], "total" in body) == (True, False)


def test_a_schedule_is_read_only_where_its_kind_is(call: Client) -> None:
    shift_based = call("GET", f"/schedules/{account.LAUNCH_WATCH.id}")
    layer_based = call("GET", f"/v3/schedules/{account.FACILITIES.id}")
    assert (shift_based.status, shift_based.body["error"]["message"][:32]) == (400, "This is a shift-based schedule. ")
    assert (layer_based.status, layer_based.body["error"]["message"][:32]) == (400, "This is a layer-based schedule. ")
    assert call("GET", "/v3/schedules/PNOSUCH").status == 404


def assignments(call: Client, schedule: account.Schedule, *query: tuple[str, str]) -> list[tuple[str, str, str]]:
    shown = call("GET", f"/v3/schedules/{schedule.id}", query=query).body["schedule"]["final_schedule"]
    return [
        (each["member"].get("user_id", each["member"]["type"]), each["start_time"], each["end_time"])
        for each in shown["computed_shift_assignments"]
    ]


def test_a_shift_based_schedule_shows_shifts_only_if_asked(simulator: Simulator, call: Client) -> None:
    now = simulator.state()["now"]
    next_second = [("since", now), ("until", iso(time_of(now) + 1))]
    path, included = f"/v3/schedules/{account.PAYMENTS_SHIFTS.id}", ("include[]", "final_schedule")
    for query in ([], next_second, [included]):
        assert "final_schedule" not in call("GET", path, query=query).body["schedule"]
    assert [user for user, *_times in assignments(call, account.PAYMENTS_SHIFTS, *next_second, included)] == [
        account.OWNER.id,
        account.DATABASE_SECOND.id,
    ]
    ((member, start, end),) = assignments(call, account.LAUNCH_WATCH, *next_second, included)
    assert (member, start, end) == ("empty_member", *(text for _name, text in next_second))
    ((_member, start, end),) = assignments(call, account.LAUNCH_WATCH, *next_second, included, ("overflow", "true"))
    assert start < now < end
    assert call("GET", path, query=[("include[]", "users")]).status == 400


def test_on_calls_have_the_people_of_shift_based_schedules(call: Client) -> None:
    query = [("schedule_ids[]", account.PAYMENTS_SHIFTS.id)]
    entries = call("GET", "/oncalls", query=query).body["oncalls"]
    assert [(each["user"]["id"], each["schedule"]["type"]) for each in entries] == [
        (account.OWNER.id, "schedule_v3_reference"),
        (account.DATABASE_SECOND.id, "schedule_v3_reference"),
    ]


def test_an_upgraded_schedule_keeps_its_id_and_its_people(simulator: Simulator, call: Client) -> None:
    schedule, now = account.WEB_SECONDARY, simulator.state()["now"]
    before = call("GET", "/oncalls", query=[("schedule_ids[]", schedule.id)]).body["oncalls"]
    simulator.upgrade_schedule(schedule.id)
    after = call("GET", "/oncalls", query=[("schedule_ids[]", schedule.id)]).body["oncalls"]
    changed = {"schedule": after[0]["schedule"]}
    assert after == [{**each, **changed} for each in before]
    assert changed["schedule"]["type"] == "schedule_v3_reference"
    assert schedule.id in listed(call, "/v3/schedules")
    assert schedule.id not in listed(call, "/schedules")
    span = [("since", now), ("until", iso(time_of(now) + 1)), ("include[]", "final_schedule")]
    assert [user for user, *_times in assignments(call, schedule, *span)] == [account.SECONDARY.id]
    policy = call("GET", f"/escalation_policies/{account.WEB_OPERATIONS.id}").body["escalation_policy"]
    assert policy["escalation_rules"][1]["targets"][0]["type"] == "schedule_v3_reference"
    simulator.reset()
    assert schedule.id in listed(call, "/schedules")
