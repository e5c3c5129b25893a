# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which windows are read, and in which order they come."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.maintenance_window_info import (
    read_windows,
    windows_result,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption

if t.TYPE_CHECKING:
    from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty

LIST = "GET /maintenance_windows"
DEFAULTS: dict[str, t.Any] = {"description": None, "services": [], "teams": [], "filter": "open"}


def window(number: int, start: str, description: str = "Upgrade") -> dict[str, t.Any]:
    return {
        "id": f"PW{number}",
        "sequence_number": number,
        "description": description,
        "start_time": start,
        "end_time": "2026-02-01T00:00:00Z",
        "services": [],
    }


def read(pagerduty: PagerDuty, **options: t.Any) -> list[str]:
    return [plan.target for plan in read_windows(pagerduty, {**DEFAULTS, **options})]


def test_the_earliest_start_comes_first_whatever_its_time_zone(pagerduty: PagerDuty, http: t.Any) -> None:
    first, second = window(3, "2026-01-31T13:00:00+02:00"), window(1, "2026-01-31T12:00:00Z")
    equal = window(2, "2026-01-31T07:00:00-05:00")
    http.answers[LIST] = {"maintenance_windows": [equal, second, first], "more": False}
    assert read(pagerduty) == ["PW3", "PW1", "PW2"]


def test_a_description_must_be_equal_apart_from_white_space_around_it(pagerduty: PagerDuty, http: t.Any) -> None:
    texts = ("Upgrade", " Upgrade\n", "Upgrade 2", "upgrade")
    windows = [window(number, "2026-01-31T12:00:00Z", text) for number, text in enumerate(texts)]
    http.answers[LIST] = {"maintenance_windows": windows, "more": False}
    assert read(pagerduty, description="Upgrade ") == ["PW0", "PW1"]


def test_pagerduty_filters_by_services_teams_and_state(pagerduty: PagerDuty, http: t.Any) -> None:
    http.answers = {
        "GET /services/PSHOP01": {"service": {"id": "PSHOP01"}},
        "GET /teams": {"teams": [{"id": "PTEAM01", "name": "Web"}]},
        LIST: {"maintenance_windows": [], "more": False},
    }
    assert read(pagerduty, services=["PSHOP01"], teams=["Web"], filter="past") == []
    filters = [("filter", "past"), ("service_ids[]", "PSHOP01"), ("team_ids[]", "PTEAM01")]
    assert list(http.requests[-1].query)[:3] == filters


def test_an_empty_description_is_refused_before_any_call(pagerduty: PagerDuty, http: t.Any) -> None:
    with pytest.raises(InvalidOption, match=r"^description: "):
        read(pagerduty, description=" ")
    assert http.calls == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_single_window_has_a_key_of_its_own(count: int) -> None:
    windows = [window(number, "2026-01-31T12:00:00Z") for number in range(count)]
    result = windows_result(windows)
    assert result.pop("maintenance_window", None) == (windows[0] if count == 1 else None)
    assert result == {"maintenance_windows": windows}
