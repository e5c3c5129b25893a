# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose turn it is on a schedule, whichever of the two kinds it is."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.schedules import (
    is_shift_based,
    read_schedule,
    turns_of,
)

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

SINCE = datetime(2026, 1, 31, tzinfo=timezone.utc)
START, END = "2026-01-30T00:00:00Z", "2026-02-06T00:00:00Z"
ANA = {"user": {"id": "PUSER01"}, "start": START, "end": END}


def shift(**member: str) -> dict[str, t.Any]:
    return {"type": "computed_shift_assignment", "start_time": START, "end_time": END, "member": member}


@pytest.mark.parametrize(
    ("path", "kind", "shown", "expected"),
    [
        ("/schedules", "schedule", {"rendered_schedule_entries": [ANA, {**ANA, "user": None}]}, [ANA]),
        ("/schedules", "schedule_reference", {"rendered_schedule_entries": []}, []),
        ("/schedules", "schedule_reference", {"rendered_schedule_entries": None}, None),
        ("/schedules", None, None, None),
        (
            "/v3/schedules",
            "schedule_v3",
            {"computed_shift_assignments": [shift(type="user_member", user_id="PUSER01"), shift(type="empty_member")]},
            [{**ANA, "source": {}}],
        ),
        ("/v3/schedules", "schedule_v3_reference", {"computed_shift_assignments": [{"member": None}]}, []),
        ("/v3/schedules", "schedule_v3", {"computed_shift_assignments": None}, []),
        ("/v3/schedules", "schedule_v3", None, None),
    ],
)
def test_turns_of_both_kinds_are_alike(
    path: str, kind: str | None, shown: t.Any, expected: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    schedule = {"id": "PSCHED1", "type": kind}
    http.answers = {f"GET {path}/PSCHED1": {"schedule": {**schedule, "final_schedule": shown}}}
    assert turns_of(read_schedule(pagerduty, schedule, SINCE, SINCE + timedelta(days=1))) == expected
    assert http.requests[0].query == [
        ("since", "2026-01-31T00:00:00Z"),
        ("until", "2026-02-01T00:00:00Z"),
        ("overflow", "true"),
        ("include[]", "final_schedule"),
    ]


def test_the_type_tells_the_kind() -> None:
    kinds = ["schedule", "schedule_reference", "schedule_v3", "schedule_v3_reference", None]
    assert [is_shift_based({"id": "PSCHED1", "type": kind}) for kind in kinds] == [False, False, True, True, False]
