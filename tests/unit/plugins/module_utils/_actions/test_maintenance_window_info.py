# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which windows are found, and how they are named."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions import maintenance_window_info as module
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.tests.unit.records import named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]

LIST = "GET /maintenance_windows"


def window(number: int, description: str | None = "Upgrade", start: str = "2026-01-31T11:00:00Z") -> Record:
    return {
        "id": f"PW{number}",
        "sequence_number": number,
        "description": description,
        "start_time": start,
        "end_time": "2026-02-01T00:00:00Z",
        "services": [],
    }


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    """Make a task, given the windows that PagerDuty lists."""
    monkeypatch.setattr(module, "now", lambda: datetime(2026, 1, 31, 12, tzinfo=timezone.utc))

    def make(*windows: Record, **options: t.Any) -> Task:
        http.answers[LIST] = {"maintenance_windows": list(windows), "more": False}
        return Task("maintenance_window_info", pagerduty, **options)

    return make


@pytest.mark.parametrize(
    ("windows", "says"),
    [
        ([], "No maintenance window found."),
        ([window(1)], "Found maintenance window Upgrade, until 2026-02-01 00:00 UTC."),
        (
            [window(1, start="2026-01-31T20:00:00Z")],
            "Found maintenance window Upgrade, from 20:00 UTC until 2026-02-01 00:00 UTC.",
        ),
        ([window(1, None)], "Found maintenance window PW1, until 2026-02-01 00:00 UTC."),
        ([window(1), window(2)], "Found 2 maintenance windows."),
    ],
    ids=["none", "one", "one to come", "one without a description", "two"],
)
def test_what_was_found_is_said_and_returned(windows: list[Record], says: str, task: Tasks) -> None:
    result = task(*windows).run()
    assert (result["msg"], result["changed"], result["failed"]) == (says, False, False)
    assert result["maintenance_windows"] == windows
    assert result.get("maintenance_window") == (windows[0] if len(windows) == 1 else None)
    assert "notifies" not in result


def test_a_description_has_to_be_equal(task: Tasks) -> None:
    found = task(window(1), window(2, "Upgrade 2"), description=" Upgrade").run()
    assert [each["id"] for each in found["maintenance_windows"]] == ["PW1"]


def test_pagerduty_filters_by_services_teams_and_state(task: Tasks, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /services/PSHOP01": {"service": named("PSHOP01", "Shop")},
        "GET /teams": {"teams": [named("PTEAM01", "Web")]},
    }
    task(services=["PSHOP01"], teams=["Web"], filter="past").run()
    filters = [("filter", "past"), ("service_ids[]", "PSHOP01"), ("team_ids[]", "PTEAM01")]
    assert list(http.requests[-1].query)[:-2] == filters


def test_without_filters_the_open_windows_are_read(task: Tasks, http: ScriptedHttp) -> None:
    task().run()
    assert list(http.requests[-1].query)[:-2] == [("filter", "open")]


def test_an_empty_description_is_refused_before_any_call(task: Tasks, http: ScriptedHttp) -> None:
    with pytest.raises(InvalidOption, match=r"^description: "):
        task(description=" ").action.check()
    assert http.calls == []


def test_windows_that_cannot_be_read_are_an_error(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    http.answers[LIST] = (403, {"error": {"message": "Access Denied"}})
    result = asked.run()
    assert (result["failed"], result["failures"][0]["target"]) == (True, None)
