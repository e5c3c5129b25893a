# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: which have a description, in which order they come, and how their times are said."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._windows import (
    description_of,
    end_of,
    list_windows,
    open_windows,
    order_of,
    spoken_period,
    start_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
    from conftest import ScriptedHttp

LIST = "GET /maintenance_windows"
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def window(number: int, start: str = "2026-01-31T13:00:00+01:00", **fields: t.Any) -> dict[str, t.Any]:
    return {
        "id": f"PW{number}",
        "sequence_number": number,
        "description": "Upgrade",
        "start_time": start,
        "end_time": "2026-02-01T01:00:00+01:00",
        "services": [],
        **fields,
    }


def test_the_earliest_start_comes_first_whatever_its_time_zone(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    first, third = window(3, "2026-01-31T13:00:00+02:00"), window(2, "2026-01-31T07:00:00-05:00")
    second = window(1, "2026-01-31T12:00:00Z")
    http.answers[LIST] = [
        {"maintenance_windows": [third, second], "more": True},
        {"maintenance_windows": [first], "more": False},
    ]
    assert list_windows(pagerduty, [("filter", "all")]) == [first, second, third]
    assert http.requests[0].query[0] == ("filter", "all")


@pytest.mark.parametrize(
    ("fields", "is_called"),
    [
        ({"description": "Upgrade"}, True),
        ({"description": " Upgrade\n"}, True),
        ({"description": "Upgrade 2", "summary": "Upgrade"}, False),
        ({"description": "upgrade"}, False),
        ({"description": None, "summary": "Upgrade"}, True),
        ({"description": None}, False),
    ],
    ids=str,
)
def test_a_description_is_equal_apart_from_white_space_around_it(
    fields: dict[str, t.Any], is_called: bool, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers[LIST] = {"maintenance_windows": [window(1, **fields)], "more": False}
    assert bool(open_windows(pagerduty, "Upgrade ")) is is_called
    assert http.requests[-1].query[0] == ("filter", "open")


@pytest.mark.parametrize(
    ("fields", "warnings"),
    [
        ({"description": None}, 1),
        ({"description": None, "summary": "Migration"}, 0),
        ({"description": "", "summary": None}, 0),
    ],
    ids=str,
)
def test_a_window_of_which_pagerduty_leaves_out_what_it_is_about_is_named(
    fields: dict[str, t.Any], warnings: int, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers[LIST] = {"maintenance_windows": [window(1, **fields)]}
    assert open_windows(pagerduty, "Upgrade") == []
    assert len(http.warnings) == warnings
    assert all("leaves out 'description' of PW1, so it is not known whether" in each for each in http.warnings)
    assert list_windows(pagerduty, [("filter", "all")]) == [window(1, **fields)]
    assert len(http.warnings) == warnings


def test_without_a_description_all_windows_are_listed(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[LIST] = {"maintenance_windows": [window(1), window(2, description="")], "more": False}
    assert len(list_windows(pagerduty, [])) == 2


def test_a_window_without_a_description_has_an_empty_one() -> None:
    assert description_of({"description": None}) == ""


def test_the_times_of_a_window() -> None:
    assert start_of(window(1)) == NOON
    assert end_of(window(1)) == datetime(2026, 2, 1, tzinfo=timezone.utc)


def test_windows_have_the_order_of_their_creation() -> None:
    assert sorted([window(10), window(9), window(8, sequence_number=None)], key=order_of) == [
        window(8, sequence_number=None),
        window(9),
        window(10),
    ]
    assert order_of(window(1, sequence_number=None)) < order_of(window(2, sequence_number=None))


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2026-01-31T12:00:00Z", "until 2026-02-01 00:00 UTC"),
        ("2026-01-31T12:00:01Z", "from 12:00 UTC until 2026-02-01 00:00 UTC"),
        ("2026-02-01T00:30:00+01:00", "from 23:30 UTC until 2026-02-01 00:00 UTC"),
    ],
)
def test_a_period_is_said_without_a_start_in_the_past(start: str, said: str) -> None:
    assert spoken_period(window(1, start), NOON) == said
