# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Overrides and custom shifts: who is on call with them, and what PagerDuty refuses."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Client

Json = dict[str, t.Any]
START, END = "2098-01-01T20:00:00Z", "2098-01-02T08:00:00Z"
NOW, PAST = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
SPAN = [("since", START), ("until", END)]
LAYERS, SHIFTS = f"/schedules/{account.WEB_SECONDARY.id}", f"/v3/schedules/{account.PAYMENTS_SHIFTS.id}"
ROTATION = f"{account.PAYMENTS_SHIFTS.id}{1:019d}"


def override(**changes: t.Any) -> Json:
    user = {"id": account.COMMANDER.id, "type": "user_reference"}
    return {"overrides": [{"start": NOW, "end": END, "user": user, **changes}]}


def member(user: account.User) -> Json:
    return {"type": "user_member", "user_id": user.id}


def override_shift(**changes: t.Any) -> Json:
    members = {"overridden_member": member(account.OWNER), "overriding_member": member(account.COMMANDER)}
    shift = {
        "type": "override_shift",
        "rotation_id": ROTATION,
        "start_time": NOW,
        "end_time": END,
        **members,
        **changes,
    }
    return {"overrides": [{name: value for name, value in shift.items() if value is not None}]}


def custom_shift(**changes: t.Any) -> Json:
    assignment = {"type": "shift_assignment", "member": member(account.COMMANDER)}
    return {
        "custom_shifts": [
            {"type": "custom_shift", "start_time": NOW, "end_time": END, "assignments": [assignment], **changes}
        ]
    }


def on_call(call: Client, schedule: account.Schedule) -> list[str]:
    entries = call("GET", "/oncalls", query=[("schedule_ids[]", schedule.id)]).body["oncalls"]
    return sorted(entry["user"]["id"] for entry in entries)


def test_an_override_of_a_layer_based_schedule_replaces_everybody(call: Client) -> None:
    (made,) = call("POST", f"{LAYERS}/overrides", override()).body
    assert (made["status"], made["override"]["user"]["id"]) == (201, account.COMMANDER.id)
    assert on_call(call, account.WEB_SECONDARY) == [account.COMMANDER.id]
    assert [each["id"] for each in call("GET", f"{LAYERS}/overrides", query=SPAN).body["overrides"]] == [
        made["override"]["id"]
    ]
    path = f"{LAYERS}/overrides/{made['override']['id']}"
    assert [call("DELETE", path).status for _time in range(2)] == [200, 400]
    assert on_call(call, account.WEB_SECONDARY) == [account.SECONDARY.id]


def test_the_last_of_several_overrides_counts(call: Client) -> None:
    call("POST", f"{LAYERS}/overrides", override())
    call("POST", f"{LAYERS}/overrides", override(user={"id": account.OWNER.id, "type": "user_reference"}))
    assert on_call(call, account.WEB_SECONDARY) == [account.OWNER.id]


def test_an_override_that_has_not_begun_is_deleted(call: Client) -> None:
    (made,) = call("POST", f"{LAYERS}/overrides", override(start=START)).body
    path = f"{LAYERS}/overrides/{made['override']['id']}"
    assert [call("DELETE", path).status for _time in range(2)] == [204, 404]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"end": NOW}, "Override must end after its start"),
        ({"end": PAST}, "Override must end in the future"),
        ({"user": {"id": "PNOBODY", "type": "user_reference"}}, "User PNOBODY not found"),
    ],
)
def test_an_override_is_refused_in_its_own_status(changes: Json, error: str, call: Client) -> None:
    answer = call("POST", f"{LAYERS}/overrides", override(**changes))
    assert (answer.status, answer.body[0]["status"], answer.body[0]["errors"]) == (201, 400, [error])
    assert "id" not in answer.body[0]["override"]


def test_an_override_of_a_shift_replaces_one_person(call: Client) -> None:
    (made,) = call("POST", f"{SHIFTS}/overrides", override_shift()).body["overrides"]
    assert on_call(call, account.PAYMENTS_SHIFTS) == sorted([account.COMMANDER.id, account.DATABASE_SECOND.id])
    again = override_shift(overridden_member=member(account.COMMANDER), overriding_member=member(account.SECONDARY))
    (above,) = call("POST", f"{SHIFTS}/overrides", again).body["overrides"]
    assert on_call(call, account.PAYMENTS_SHIFTS) == sorted([account.SECONDARY.id, account.DATABASE_SECOND.id])
    for each in (above, made):
        assert call("DELETE", f"{SHIFTS}/overrides/{each['id']}").status == 204
    assert on_call(call, account.PAYMENTS_SHIFTS) == sorted([account.OWNER.id, account.DATABASE_SECOND.id])


def test_a_custom_shift_adds_a_person_who_can_be_replaced(call: Client) -> None:
    (shift,) = call("POST", f"{SHIFTS}/custom_shifts", custom_shift()).body["custom_shifts"]
    assert account.COMMANDER.id in on_call(call, account.PAYMENTS_SHIFTS)
    members = {"overridden_member": member(account.COMMANDER), "overriding_member": member(account.SECONDARY)}
    replacing = override_shift(rotation_id=None, custom_shift_id=shift["id"], **members)
    assert call("POST", f"{SHIFTS}/overrides", replacing).status == 201
    assert on_call(call, account.PAYMENTS_SHIFTS).count(account.SECONDARY.id) == 1
    path = f"{SHIFTS}/custom_shifts/{shift['id']}"
    assert [call("DELETE", path).status for _time in range(2)] == [204, 400]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("overrides", override_shift(rotation_id=None)),
        ("overrides", override_shift(custom_shift_id="AG1")),
        ("overrides", override_shift(overridden_member=member(account.COMMANDER))),
        ("overrides", override_shift(overriding_member={"type": "user_member", "user_id": "PNOBODY"})),
        ("overrides", override_shift(end_time=PAST)),
        ("custom_shifts", custom_shift(end_time=NOW)),
    ],
)
def test_a_wrong_shift_is_refused(path: str, body: Json, call: Client) -> None:
    assert call("POST", f"{SHIFTS}/{path}", body).status == 400
    assert call("GET", f"{SHIFTS}/{path}", query=SPAN).body[path] == []


@pytest.mark.parametrize("path", [f"{LAYERS}/overrides", f"{SHIFTS}/overrides", f"{SHIFTS}/custom_shifts"])
def test_a_list_needs_a_span_and_its_own_kind_of_schedule(path: str, call: Client) -> None:
    assert call("GET", path).status in (400, 599)
    other = path.replace("/v3", "") if "/v3" in path else f"/v3{path}"
    assert call("GET", other, query=SPAN).status in (400, 404)
