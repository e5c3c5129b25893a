# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which window a task means, what it changes of it, and what happens if another task opens the same one."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions import maintenance_window as module
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.maintenance_window import change_window
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    OutcomeUnknown,
    Refused,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan

if t.TYPE_CHECKING:
    from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty

Record = dict[str, t.Any]

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
LIST = "GET /maintenance_windows"
POST = "POST /maintenance_windows"
DEFAULTS = {
    "description": "Upgrade",
    "services": ["PSHOP01"],
    "start": None,
    "end": None,
    "duration": None,
    "state": "present",
}


def service(service_id: str) -> Record:
    return {"id": service_id, "type": "service_reference", "summary": f"Service {service_id}"}


def window(start: str, end: str, number: int = 1, *services: str, **fields: t.Any) -> Record:
    return {
        "id": f"PW{number}",
        "type": "maintenance_window",
        "sequence_number": number,
        "description": "Upgrade",
        "start_time": f"2026-01-{start}",
        "end_time": f"2026-01-{end}",
        "services": [service(each) for each in services or ("PSHOP01",)],
        **fields,
    }


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.fixture
def planned(pagerduty: PagerDuty, http: t.Any) -> t.Callable[..., Plan]:
    """Plans with some open windows."""

    def plan(*windows: Record, **options: t.Any) -> Plan:
        http.answers.update({LIST: {"maintenance_windows": list(windows), "more": False}})
        for each in options.get("services", DEFAULTS["services"]):
            http.answers[f"GET /services/{each}"] = {"service": {**service(each), "type": "service"}}
        (made,) = change_window(pagerduty, {**DEFAULTS, **options})
        return made

    return plan


Planned = t.Callable[..., Plan]


@pytest.mark.parametrize(
    ("options", "start", "end"),
    [
        ({"duration": "2h"}, "2026-01-31T12:00:00Z", "2026-01-31T14:00:00Z"),
        ({"end": "2026-01-31T14:30:00.5+01:00"}, "2026-01-31T12:00:00Z", "2026-01-31T13:30:00Z"),
        ({"start": "2026-01-31T20:00:00Z", "duration": "PT1H"}, "2026-01-31T20:00:00Z", "2026-01-31T21:00:00Z"),
        (
            {"start": "2026-01-31T11:00:00Z", "end": "2026-01-31T13:00:00Z"},
            "2026-01-31T12:00:00Z",
            "2026-01-31T13:00:00Z",
        ),
    ],
)
def test_a_new_window_has_the_start_and_the_end_of_the_task(
    options: Record, start: str, end: str, planned: Planned
) -> None:
    fields = planned(**options).body.fields
    assert (fields["start_time"], fields["end_time"]) == (start, end)
    assert fields["services"] == [{"id": "PSHOP01", "type": "service_reference"}]


UNCHANGED: tuple[tuple[Record, Record], ...] = (
    (window("31T11:00:00Z", "31T13:00:00Z"), {"duration": "2h"}),
    # PagerDuty starts a window when it receives the call, some seconds after the task sent it.
    (window("31T11:00:30Z", "31T13:00:00Z"), {"duration": "2h"}),
    (window("31T12:00:30Z", "31T13:00:00Z"), {"duration": "1h"}),
    (window("31T11:00:00Z", "31T14:00:00+01:00"), {"end": "2026-01-31T13:00:00+00:00"}),
    (window("31T11:00:00Z", "31T15:00:00Z"), {"end": "2026-01-31T13:00:00Z"}),
    (window("31T11:00:00Z", "31T15:00:00Z"), {"duration": "1h"}),
    (window("31T11:00:00Z", "31T13:00:00Z", 1, "PSHOP01", "PSHOP02"), {"end": "2026-01-31T13:00:00Z"}),
    (window("31T11:00:00Z", "31T14:00:00Z"), {"start": "2026-01-31T13:00:00Z", "end": "2026-01-31T14:00:00Z"}),
    (window("31T20:00:00Z", "31T22:00:00Z"), {"start": "2026-01-31T21:00:00+01:00", "duration": "2h"}),
    (window("31T11:00:00Z", "31T13:00:00Z", description="  Upgrade "), {"duration": "2h"}),
    (window("31T11:00:00Z", "31T13:00:00Z", description=None, summary="Upgrade"), {"duration": "2h"}),
)


@pytest.mark.parametrize(("present", "options"), UNCHANGED)
def test_a_window_that_covers_what_is_wanted_is_not_changed(present: Record, options: Record, planned: Planned) -> None:
    plan = planned(present, **options)
    assert not plan.has_changes
    assert plan.record == present


@pytest.mark.parametrize(
    ("present", "options", "end"),
    [
        (window("31T11:00:00Z", "31T13:00:00Z"), {"end": "2026-01-31T13:00:01Z"}, "2026-01-31T13:00:01Z"),
        (window("31T11:00:00Z", "31T13:00:00Z"), {"duration": "3h"}, "2026-01-31T14:00:00Z"),
        # The wanted window continues the one that is open.
        (
            window("31T11:00:00Z", "31T13:00:00Z"),
            {"start": "2026-01-31T13:00:00Z", "end": "2026-01-31T14:00:00Z"},
            "2026-01-31T14:00:00Z",
        ),
    ],
)
def test_a_later_end_extends_a_window_that_has_begun_and_leaves_its_start(
    present: Record, options: Record, end: str, planned: Planned
) -> None:
    plan = planned(present, **options)
    assert (plan.body["start_time"], plan.body["end_time"]) == (present["start_time"], end)
    assert plan.before["start"] == plan.after["start"]


def test_services_are_added_to_a_window_that_has_begun(planned: Planned) -> None:
    plan = planned(window("31T11:00:00Z", "31T13:00:00Z"), services=["PSHOP02"], duration="1h")
    assert {each["id"] for each in plan.body["services"]} == {"PSHOP01", "PSHOP02"}
    assert plan.after["services"] == ["Service PSHOP01 (PSHOP01)", "Service PSHOP02 (PSHOP02)"]
    assert plan.body["end_time"] == "2026-01-31T13:00:00Z"


@pytest.mark.parametrize(
    ("present", "options", "warns"),
    [
        (window("31T11:00:00Z", "31T15:00:00Z"), {"end": "2026-01-31T13:00:00Z"}, True),
        (window("31T11:00:00Z", "31T13:00:00Z", 1, "PSHOP01", "PSHOP02"), {"duration": "2h"}, True),
        (window("31T11:00:00Z", "31T13:00:00Z"), {"duration": "2h"}, False),
        (window("31T11:00:00Z", "31T13:00:00Z"), {"duration": "3h"}, False),
    ],
)
def test_a_window_that_is_not_cut_is_a_warning(
    present: Record, options: Record, warns: bool, planned: Planned, http: t.Any
) -> None:
    planned(present, **options)
    assert [bool("only extended, never cut" in each) for each in http.warnings] == [True] * warns


@pytest.mark.parametrize(
    ("options", "start", "end"),
    [
        ({"duration": "1h"}, "2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z"),
        ({"start": "2026-01-31T19:00:00Z", "duration": "1h"}, "2026-01-31T19:00:00Z", "2026-01-31T20:00:00Z"),
        ({"start": "2026-01-31T20:00:00Z", "duration": "1h"}, "2026-01-31T20:00:00Z", "2026-01-31T21:00:00Z"),
    ],
)
def test_a_window_that_has_not_begun_becomes_as_wanted(options: Record, start: str, end: str, planned: Planned) -> None:
    present = window("31T20:00:00Z", "31T22:00:00Z", 1, "PSHOP01", "PSHOP02")
    plan = planned(present, **options)
    assert plan.record["id"] == "PW1"
    assert (plan.body["start_time"], plan.body["end_time"]) == (start, end)
    assert [each["id"] for each in plan.body["services"]] == ["PSHOP01"]


def test_a_window_that_ends_before_the_wanted_start_is_another_one(planned: Planned) -> None:
    ends_before = window("31T11:00:00Z", "31T13:00:00Z")
    options = {"start": "2026-01-31T20:00:00Z", "end": "2026-01-31T22:00:00Z"}
    assert planned(ends_before, **options).body.known == {"PW1"}
    assert not planned(ends_before, window("31T20:00:00Z", "31T22:00:00Z", 2), **options).has_changes


def test_other_descriptions_do_not_count(planned: Planned) -> None:
    others = [window("31T11:00:00Z", "31T23:00:00Z", description=text) for text in ("Upgrade 2", "upgrade", "")]
    assert planned(*others, duration="1h").body.known == set()


def test_the_diff_says_now_and_no_moment_that_check_mode_cannot_know(planned: Planned) -> None:
    assert planned(duration="1h 30m").after == {
        "services": ["Service PSHOP01 (PSHOP01)"],
        "start": "now",
        "end": "now + 1:30:00",
    }


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"description": " "}, "description"),
        ({"services": [], "duration": "1h"}, "services"),
        ({"end": "2026-01-31T12:00:00Z"}, "end"),
        ({"end": "2026-01-31 13:00:00"}, "end"),
        ({"start": "2026-01-31T14:00:00Z", "end": "2026-01-31T14:00:00Z"}, "end"),
        ({"start": "2026-01-31T10:00:00Z", "duration": "1h"}, "duration"),
        ({"duration": "999999999w"}, "duration"),
        ({"start": "now", "duration": "1h"}, "start"),
    ],
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, option: str, pagerduty: PagerDuty, http: t.Any
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: "):
        change_window(pagerduty, {**DEFAULTS, **options})
    assert http.calls == []


def test_an_unknown_service_is_named_and_nothing_is_read_or_written(pagerduty: PagerDuty, http: t.Any) -> None:
    http.answers["GET /services"] = {"services": [], "more": False}
    with pytest.raises(Refused, match="No service is called 'Shop'"):
        change_window(pagerduty, {**DEFAULTS, "services": ["Shop"], "duration": "1h"})
    assert {*http.calls} == {"GET /services"}


def opened(plan: Plan, http: t.Any, own: Record, *listed: Record) -> list[Record]:
    """Return the records after a window was opened, when the list then has these windows."""
    http.answers.update({POST: {"maintenance_window": own}, LIST: {"maintenance_windows": list(listed)}})
    assert plan.write is not None
    records = plan.write.send([plan])
    return [record for record in records if record is not None]


def test_the_first_of_two_equal_windows_stays(planned: Planned, http: t.Any) -> None:
    first, second = window("31T12:00:00Z", "31T13:00:00Z", 1), window("31T12:00:20Z", "31T13:00:20Z", 2)
    plan = planned(duration="1h")
    assert opened(plan, http, first, first, second) == [first]
    assert [call for call, _body in http.writes] == [POST]
    http.answers["DELETE /maintenance_windows/PW2"] = (204, None)
    assert opened(plan, http, second, first, second) == [first]
    assert http.calls[-1] == "DELETE /maintenance_windows/PW2"


def test_two_windows_that_differ_are_both_left_with_a_warning(planned: Planned, http: t.Any) -> None:
    first = window("31T12:00:00Z", "31T13:00:00Z", 1, "PSHOP09")
    second = window("31T12:00:00Z", "31T13:00:00Z", 2)
    assert opened(planned(duration="1h"), http, second, first, second) == [second]
    assert "state=absent ends both" in http.warnings[0]


def test_a_window_that_was_there_before_is_not_taken_for_a_duplicate(planned: Planned, http: t.Any) -> None:
    before, own = window("31T11:00:00Z", "31T13:00:00Z", 1), window("31T20:00:00Z", "31T22:00:00Z", 2)
    plan = planned(before, start="2026-01-31T20:00:00Z", duration="2h")
    assert opened(plan, http, own, before, own) == [own]


def test_an_opened_window_that_cannot_be_read_again_may_have_been_opened(planned: Planned, http: t.Any) -> None:
    plan = planned(duration="1h")
    http.answers.update({POST: {"maintenance_window": window("31T12:00:00Z", "31T13:00:00Z")}, LIST: (403, {})})
    assert plan.write is not None
    with pytest.raises(OutcomeUnknown):
        plan.write.send([plan])


def test_all_open_windows_of_the_description_are_ended(planned: Planned, http: t.Any) -> None:
    windows = [window("31T11:00:00Z", "31T13:00:00Z", 1), window("31T20:00:00Z", "31T22:00:00Z", 2)]
    plan = planned(*windows, state="absent")
    assert plan.before == {
        "windows": ["2026-01-31T11:00:00Z to 2026-01-31T13:00:00Z", "2026-01-31T20:00:00Z to 2026-01-31T22:00:00Z"]
    }
    # Somebody else may end or delete one at the same moment.
    http.answers["DELETE /maintenance_windows/PW1"] = (405, {"error": {"code": 5003}})
    http.answers["DELETE /maintenance_windows/PW2"] = (404, {"error": {"code": 5001}})
    assert plan.write is not None
    assert plan.write.send([plan]) == [{}]


@pytest.mark.parametrize(("number", "error"), [(1, Refused), (2, OutcomeUnknown)])
def test_a_window_that_cannot_be_ended_is_an_error_that_says_whether_another_was(
    number: int, error: type[Exception], planned: Planned, http: t.Any
) -> None:
    plan = planned(window("31T11:00:00Z", "31T13:00:00Z", 1), window("31T20:00:00Z", "31T22:00:00Z", 2), state="absent")
    http.answers.update({f"DELETE /maintenance_windows/PW{each}": (204, None) for each in (1, 2)})
    http.answers[f"DELETE /maintenance_windows/PW{number}"] = (403, {"error": {"code": 2010}})
    assert plan.write is not None
    with pytest.raises(error):
        plan.write.send([plan])


def test_nothing_is_changed_if_no_window_is_open(planned: Planned) -> None:
    assert not planned(state="absent").has_changes
