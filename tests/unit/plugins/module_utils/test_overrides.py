# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How overrides of both kinds of schedules are read, created, and ended."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import OutcomeUnknown, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._overrides import (
    CUSTOM_SHIFTS,
    OVERRIDES,
    Override,
    create_overrides,
    end_override,
    list_overrides,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._turns import Span, Turn

if t.TYPE_CHECKING:
    from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
    from conftest import ScriptedHttp

ANA, BEN = {"id": "PUSER01", "summary": "Ana"}, {"id": "PUSER02"}
LAYERS, SHIFTS = {"id": "PS1", "type": "schedule"}, {"id": "PS1", "type": "schedule_v3"}
START, END = "2026-01-31T12:00:00Z", "2026-01-31T14:00:00Z"
SPAN = Span(datetime(2026, 1, 31, 12, tzinfo=timezone.utc), datetime(2026, 1, 31, 14, tzinfo=timezone.utc))
TIMES = {"start": START, "end": END}
SHIFT_TIMES = {"start_time": START, "end_time": END}
POST = "POST /schedules/PS1/overrides"
MADE = {"id": "PO1", **TIMES, "user": ANA}
DENIED = (403, {"error": {"message": "Access Denied", "code": 2010}})


def member(user: dict[str, t.Any]) -> dict[str, str]:
    return {"type": "user_member", "user_id": user["id"]}


OVERRIDE_SHIFT = {
    "id": "AG1",
    "type": "override_shift",
    "rotation_id": "AR1",
    **SHIFT_TIMES,
    "overridden_member": member(BEN),
    "overriding_member": member(ANA),
}
CUSTOM_SHIFT = {
    "id": "AG2",
    "type": "custom_shift",
    **SHIFT_TIMES,
    "assignments": [{"id": "AA1", "type": "shift_assignment", "member": member(ANA)}],
}


def test_overrides_of_a_layer_based_schedule_are_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    past = {"id": "PO2", "start": "2026-01-31T08:00:00Z", "end": START, "user": BEN}
    http.answers = {"GET /schedules/PS1/overrides": {"overrides": [MADE, past]}}
    assert list_overrides(pagerduty, LAYERS, SPAN) == [Override("PO1", OVERRIDES, ANA, SPAN)]
    assert http.requests[0].query == [("since", START), ("until", END), ("overflow", "true")]


def test_overrides_and_custom_shifts_are_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /v3/schedules/PS1/overrides": {"overrides": [OVERRIDE_SHIFT], "more": False},
        "GET /v3/schedules/PS1/custom_shifts": {"custom_shifts": [CUSTOM_SHIFT], "more": False},
    }
    override, shift = list_overrides(pagerduty, SHIFTS, SPAN)
    assert (override.id, override.user, override.replaced) == ("AG1", {"id": "PUSER01"}, Turn(BEN, SPAN))
    assert (shift.id, shift.kind, shift.user, shift.replaced) == ("AG2", CUSTOM_SHIFTS, {"id": "PUSER01"}, None)


@pytest.mark.parametrize(
    "answer", [[{"status": 201, "override": MADE}], {"overrides": [MADE]}], ids=["schema", "guide"]
)
def test_an_override_is_created(answer: t.Any, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {POST: (201, answer)}
    (made,) = create_overrides(pagerduty, LAYERS, [Override(None, OVERRIDES, ANA, SPAN)])
    assert (made.record, pagerduty.accepted) == (
        {"id": "PO1", "type": "override", "user": {"id": "PUSER01", "summary": "Ana"}, **TIMES}, 1
    )  # fmt: skip
    user = {"id": "PUSER01", "type": "user_reference"}
    assert http.writes == [(POST, {"overrides": [{**TIMES, "user": user}]})]


@pytest.mark.parametrize(("others", "accepted"), [([], 0), ([{"status": 201, "override": MADE}], 1)])
def test_an_override_that_is_refused_is_an_error(
    others: list[t.Any], accepted: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    refused = {"status": 400, "errors": ["Override must end after its start"], "override": {**TIMES, "user": ANA}}
    http.answers = {POST: (201, [*others, refused])}
    with pytest.raises(Refused, match="PagerDuty refused the override: Override must end after its start"):
        create_overrides(pagerduty, LAYERS, [Override(None, OVERRIDES, ANA, SPAN)] * (1 + len(others)))
    assert pagerduty.accepted == accepted


def test_an_override_that_the_response_leaves_out_may_be_there(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {POST: (201, [])}
    with pytest.raises(OutcomeUnknown, match="leaves out an override"):
        create_overrides(pagerduty, LAYERS, [Override(None, OVERRIDES, ANA, SPAN)])


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ({"rotation_id": "AR1"}, {"rotation_id": "AR1"}),
        ({"rotation_id": "AR1", "override_id": "AG9"}, {"rotation_id": "AR1"}),
        ({"shift_id": "AG8"}, {"custom_shift_id": "AG8"}),
    ],
)
def test_shifts_are_replaced_and_added(
    source: dict[str, str], sent: dict[str, str], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    overrides, shifts = "POST /v3/schedules/PS1/overrides", "POST /v3/schedules/PS1/custom_shifts"
    http.answers = {
        overrides: (201, {"overrides": [OVERRIDE_SHIFT]}),
        shifts: (201, {"custom_shifts": [CUSTOM_SHIFT]}),
    }
    replacing = Override(None, OVERRIDES, ANA, SPAN, Turn(BEN, SPAN, source))
    made = create_overrides(pagerduty, SHIFTS, [replacing, Override(None, CUSTOM_SHIFTS, ANA, SPAN)])
    assert ([each.id for each in made], pagerduty.accepted) == (["AG1", "AG2"], 2)
    members = {"overridden_member": member(BEN), "overriding_member": member(ANA)}
    assignment = {"type": "shift_assignment", "member": member(ANA)}
    assert http.writes == [
        (overrides, {"overrides": [{"type": "override_shift", **sent, **SHIFT_TIMES, **members}]}),
        (shifts, {"custom_shifts": [{"type": "custom_shift", **SHIFT_TIMES, "assignments": [assignment]}]}),
    ]


@pytest.mark.parametrize(
    ("schedule", "kind", "call"),
    [
        (LAYERS, OVERRIDES, "DELETE /schedules/PS1/overrides/AG1"),
        (SHIFTS, OVERRIDES, "DELETE /v3/schedules/PS1/overrides/AG1"),
        (SHIFTS, CUSTOM_SHIFTS, "DELETE /v3/schedules/PS1/custom_shifts/AG1"),
    ],
)
def test_an_override_is_ended_unless_somebody_has_ended_it(
    schedule: dict[str, str], kind: str, call: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    override = Override("AG1", kind, ANA, SPAN)
    for answer in ((204, {}), (404, {"error": {"message": "Not Found", "code": 2100}})):
        http.answers = {call: answer}
        end_override(pagerduty, schedule, override)
    http.answers = {call: DENIED}
    with pytest.raises(Refused, match="Access Denied"):
        end_override(pagerduty, schedule, override)
