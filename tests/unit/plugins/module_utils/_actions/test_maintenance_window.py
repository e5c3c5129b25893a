# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which window a task means, what it changes of it, and what happens if another task opens the same one."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY, FREELY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
LIST, POST, PUT = "GET /maintenance_windows", "POST /maintenance_windows", "PUT /maintenance_windows/PW1"
DENIED = (403, {"error": {"message": "Access Denied", "code": 2010}})
NAMES = {"PSHOP01": "Checkout", "PSHOP02": "Database", "PSHOP03": "Search"}


def window(start: str, end: str, number: int = 1, *services: str, **fields: t.Any) -> Record:
    return {
        "id": f"PW{number}",
        "type": "maintenance_window",
        "sequence_number": number,
        "description": "Upgrade",
        "start_time": f"2026-01-{start}",
        "end_time": f"2026-01-{end}",
        "services": [{"id": each, "summary": NAMES[each]} for each in services or ("PSHOP01",)],
        **fields,
    }


BEGUN, COMING = window("31T11:00:00Z", "31T13:00:00Z"), window("31T20:00:00Z", "31T22:00:00Z")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagerDuty, "now", NOW)
    monkeypatch.setattr(times, "now", lambda: NOW)


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task, given the open windows; PagerDuty accepts every write."""

    def written(request: t.Any) -> Record:
        return {"maintenance_window": {**request.body["maintenance_window"], "id": "PW1"}}

    def make(*windows: Record, **options: t.Any) -> Task:
        http.answers = {
            LIST: {"maintenance_windows": list(windows), "more": False},
            POST: written,
            PUT: written,
            **{f"GET /services/{each}": {"service": named(each, name)} for each, name in NAMES.items()},
            **{f"DELETE /maintenance_windows/PW{number}": (204, {}) for number in (1, 2)},
        }
        return Task("maintenance_window", pagerduty, **{"description": "Upgrade", "services": ["PSHOP01"], **options})

    return make


def sent(task: Task) -> tuple[str, str]:
    """Return the start and the end that a task sends."""
    fields = task.plan().body.fields
    return fields["start_time"], fields["end_time"]


@pytest.mark.parametrize(
    ("options", "start", "end", "says"),
    [
        ({"duration": "2h"}, "31T12:00:00Z", "31T14:00:00Z", "for Checkout for 2h, until 14:00 UTC"),
        ({"duration": "5400"}, "31T12:00:00Z", "31T13:30:00Z", "for Checkout for 1h 30m, until 13:30 UTC"),
        ({"duration": "12h"}, "31T12:00:00Z", "32T00:00:00Z", "for Checkout for 12h, until 2026-02-01 00:00 UTC"),
        (
            {"end": "2026-01-31T14:30:00.5+01:00"},
            "31T12:00:00Z",
            "31T13:30:00Z",
            "for Checkout until 13:30 UTC",
        ),
        (
            {"start": "2026-01-31T20:00:00Z", "duration": "PT1H"},
            "31T20:00:00Z",
            "31T21:00:00Z",
            "for Checkout from 20:00 UTC for 1h, until 21:00 UTC",
        ),
        (
            {"start": "2026-01-31T11:00:00Z", "end": "2026-01-31T13:00:00Z"},
            "31T12:00:00Z",
            "31T13:00:00Z",
            "for Checkout until 13:00 UTC",
        ),
        (
            {"start": "2026-01-31T11:00:00Z", "duration": "2h"},
            "31T12:00:00Z",
            "31T13:00:00Z",
            "for Checkout until 13:00 UTC",
        ),
        (
            {"duration": "1h", "services": ["PSHOP01", "PSHOP02", "PSHOP01"]},
            "31T12:00:00Z",
            "31T13:00:00Z",
            "for Checkout and Database for 1h, until 13:00 UTC",
        ),
        (
            {"duration": "1h", "services": ["PSHOP01", "PSHOP02", "PSHOP03"]},
            "31T12:00:00Z",
            "31T13:00:00Z",
            "for Checkout, Database and Search for 1h, until 13:00 UTC",
        ),
    ],
    ids=str,
)
def test_a_window_is_opened(options: Record, start: str, end: str, says: str, task: Tasks, http: ScriptedHttp) -> None:
    times = tuple(f"2026-01-{each}".replace("01-32", "02-01") for each in (start, end))
    asked = task(**options)
    foreseen = asked.run(check_mode=True, diff_mode=True)
    assert (foreseen["msg"], http.writes) == (f"Maintenance window Upgrade: would open {says}.", [])
    change = asked.plan()
    assert (change.before, change.resend) == ({"services": [], "start": None, "end": None}, CAREFULLY)
    result = asked.run(diff_mode=True)
    assert (result["msg"], result["diff"]) == (f"Maintenance window Upgrade: opened {says}.", foreseen["diff"])
    ((call, body),) = http.writes
    fields = body["maintenance_window"]
    assert (call, fields["type"], fields["description"]) == (POST, "maintenance_window", "Upgrade")
    assert (fields["start_time"], fields["end_time"]) == times
    ids = dict.fromkeys(options.get("services", ["PSHOP01"]))
    assert fields["services"] == [{"id": each, "type": "service_reference"} for each in ids]


def test_the_window_that_check_mode_predicts_has_all_fields_that_are_known(task: Tasks) -> None:
    predicted = task(duration="1h").run(check_mode=True)["maintenance_window"]
    assert {name for name, value in predicted.items() if value is None} == {
        "id", "summary", "self", "html_url", "sequence_number", "teams", "created_by"
    }  # fmt: skip
    assert predicted["services"][0]["summary"] == "Checkout"
    assert predicted["end_time"] == "2026-01-31T13:00:00Z"


@pytest.mark.parametrize(
    ("options", "start", "end"),
    [
        ({"duration": "1h 30m"}, "now", "now + 1:30:00"),
        ({"end": "2026-01-31T13:00:00Z"}, "now", "2026-01-31T13:00:00Z"),
        ({"start": "2026-01-31T12:00:00Z", "end": "2026-01-31T13:00:00Z"}, "now", "2026-01-31T13:00:00Z"),
        ({"start": "2026-01-31T20:00:00Z", "duration": "1h"}, "2026-01-31T20:00:00Z", "2026-01-31T21:00:00Z"),
    ],
    ids=str,
)
def test_the_diff_shows_no_time_that_check_mode_cannot_know(options: Record, start: str, end: str, task: Tasks) -> None:
    assert task(**options).plan().after == {"services": ["Checkout (PSHOP01)"], "start": start, "end": end}


FUTURE = {"start": "2026-01-31T21:00:00+01:00", "duration": "2h"}
UNCHANGED: tuple[tuple[Record, Record, str], ...] = (
    (BEGUN, {"duration": "2h"}, "until 13:00 UTC"),
    # PagerDuty starts a window when it receives the call, some seconds after the task sent it.
    (window("31T11:00:30Z", "31T13:00:00Z"), {"duration": "2h"}, "until 13:00 UTC"),
    (window("31T11:01:00Z", "31T13:00:00Z"), {"duration": "2h"}, "until 13:00 UTC"),
    (window("31T12:00:30Z", "31T13:00:00Z"), {"duration": "1h"}, "from 12:00 UTC until 13:00 UTC"),
    (window("31T12:01:00Z", "31T13:00:00Z"), {"duration": "1h"}, "from 12:01 UTC until 13:00 UTC"),
    (window("31T11:00:00Z", "31T14:00:00+01:00"), {"end": "2026-01-31T13:00:00+00:00"}, "until 13:00 UTC"),
    (window("31T11:00:00Z", "31T15:00:00Z"), {"end": "2026-01-31T13:00:00Z"}, "until 15:00 UTC"),
    (window("31T11:00:00Z", "31T15:00:00Z"), {"duration": "1h"}, "until 15:00 UTC"),
    (window("31T11:00:00Z", "31T13:00:00Z", 1, "PSHOP01", "PSHOP02"), {"duration": "2h"}, "until 13:00 UTC"),
    (
        window("31T11:00:00Z", "31T14:00:00Z"),
        {"start": "2026-01-31T13:00:00Z", "end": "2026-01-31T14:00:00Z"},
        "until 14:00 UTC",
    ),
    (COMING, FUTURE, "from 20:00 UTC until 22:00 UTC"),
    (window("31T11:00:00Z", "31T13:00:00Z", description="  Upgrade "), {"duration": "2h"}, "until 13:00 UTC"),
    (
        window("31T11:00:00Z", "31T13:00:00Z", description=None, summary="Upgrade"),
        {"duration": "2h"},
        "until 13:00 UTC",
    ),
    (BEGUN, {"description": " Upgrade\n", "duration": "2h"}, "until 13:00 UTC"),
    (BEGUN, {"end": "2026-01-31T13:00:00.5Z"}, "until 13:00 UTC"),
)


@pytest.mark.parametrize(("present", "options", "says"), UNCHANGED, ids=str)
def test_a_window_that_covers_what_is_wanted_is_not_changed(
    present: Record, options: Record, says: str, task: Tasks, http: ScriptedHttp
) -> None:
    result = task(present, **options).run()
    assert (result["changed"], result["maintenance_window"], http.writes) == (False, present, [])
    assert result["msg"] == f"Maintenance window Upgrade: open {says} already."


@pytest.mark.parametrize(
    ("present", "options", "end", "says"),
    [
        (BEGUN, {"end": "2026-01-31T13:00:01Z"}, "13:00:01", "extended until 13:00 UTC"),
        (BEGUN, {"duration": "2h 1m"}, None, "open until 13:00 UTC already"),
        (BEGUN, {"duration": "2h 1m 1s"}, "13:01:01", "extended until 13:01 UTC"),
        (BEGUN, {"duration": "3h"}, "14:00:00", "extended until 14:00 UTC"),
        # The wanted window continues the one that is open.
        (
            BEGUN,
            {"start": "2026-01-31T13:00:00Z", "end": "2026-01-31T14:00:00Z"},
            "14:00:00",
            "extended until 14:00 UTC",
        ),
        (
            BEGUN,
            {"start": "2026-01-31T12:30:00Z", "duration": "30m 1s"},
            "13:00:01",
            "extended until 13:00 UTC",
        ),
        (BEGUN, {"services": ["PSHOP02"], "duration": "1h"}, "13:00:00", "added Database"),
        (BEGUN, {"services": ["PSHOP02"], "duration": "3h"}, "14:00:00", "added Database, extended until 14:00 UTC"),
    ],
    ids=str,
)
def test_a_window_that_has_begun_is_extended_and_keeps_its_start(
    present: Record, options: Record, end: str | None, says: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(present, **options)
    change = asked.plan()
    assert (change.before["start"], change.resend) == (change.after["start"], FREELY)
    assert asked.run()["msg"] == f"Maintenance window Upgrade: {says}."
    assert [call for call, _body in http.writes] == [PUT] * (end is not None)
    for _call, body in http.writes:
        fields = body["maintenance_window"]
        assert (fields["start_time"], fields["end_time"]) == (present["start_time"], f"2026-01-31T{end}Z")
        assert {each["id"] for each in fields["services"]} == {"PSHOP01", *options.get("services", [])}


def test_the_diff_of_an_extension_has_all_services(task: Tasks) -> None:
    change = task(BEGUN, services=["PSHOP02"], duration="1h").plan()
    assert change.before["services"] == ["Checkout (PSHOP01)"]
    assert change.after["services"] == ["Checkout (PSHOP01)", "Database (PSHOP02)"]
    assert change.predicted["id"] == "PW1"
    assert [each["summary"] for each in change.predicted["services"]] == ["Database", "Checkout"]


WIDER = window("31T11:00:00Z", "31T13:00:00Z", 1, "PSHOP01", "PSHOP02")
NOT_CUT = (
    "The maintenance window 'Upgrade' has begun and is only extended, never cut: it lasts until 2026-01-31T{}Z, for "
    "{}. To end it, use state=absent."
)


@pytest.mark.parametrize(
    ("present", "options", "warnings"),
    [
        (BEGUN, {"end": "2026-01-31T12:58:59Z"}, [NOT_CUT.format("13:00:00", "Checkout (PSHOP01)")]),
        (BEGUN, {"end": "2026-01-31T12:59:00Z"}, []),
        (WIDER, {"duration": "2h"}, [NOT_CUT.format("13:00:00", "Checkout (PSHOP01), Database (PSHOP02)")]),
        (WIDER, {"duration": "3h"}, []),
        (BEGUN, {"duration": "2h"}, []),
        (COMING, {"duration": "1h"}, []),
    ],
    ids=str,
)
def test_a_window_that_is_not_cut_is_a_warning(
    present: Record, options: Record, warnings: list[str], task: Tasks, http: ScriptedHttp
) -> None:
    task(present, **options).plan()
    assert http.warnings == warnings


@pytest.mark.parametrize(
    ("options", "start", "end", "says"),
    [
        ({"duration": "1h"}, "12:00", "13:00", "removed Database, moved to 12:00 UTC, until 13:00 UTC"),
        (
            {"start": "2026-01-31T19:00:00Z", "duration": "1h"},
            "19:00",
            "20:00",
            "removed Database, moved to 19:00 UTC, until 20:00 UTC",
        ),
        (
            {"start": "2026-01-31T20:00:00Z", "duration": "1h"},
            "20:00",
            "21:00",
            "removed Database, set its end to 21:00 UTC",
        ),
        (
            {"start": "2026-01-31T20:00:00Z", "duration": "3h", "services": ["PSHOP03", "PSHOP01", "PSHOP02"]},
            "20:00",
            "23:00",
            "added Search, extended until 23:00 UTC",
        ),
    ],
    ids=str,
)
def test_a_window_that_has_not_begun_becomes_as_wanted(
    options: Record, start: str, end: str, says: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(window("31T20:00:00Z", "31T22:00:00Z", 1, "PSHOP01", "PSHOP02"), **options)
    assert sent(asked) == (f"2026-01-31T{start}:00Z", f"2026-01-31T{end}:00Z")
    assert asked.run()["msg"] == f"Maintenance window Upgrade: {says}."
    ((call, body),) = http.writes
    assert call == PUT
    ids = [each["id"] for each in body["maintenance_window"]["services"]]
    assert ids == options.get("services", ["PSHOP01"])


def test_a_moved_window_keeps_the_references_that_it_has(task: Tasks) -> None:
    """Another name of a service is no change."""
    renamed = {**COMING, "services": [{"id": "PSHOP01", "summary": "Old name"}]}
    assert not task(renamed, **FUTURE).plan().is_needed


@pytest.mark.parametrize(
    ("windows", "options", "target"),
    [
        pytest.param([COMING], {"duration": "1h"}, "PW1", id="the one to come"),
        pytest.param([COMING], {**FUTURE, "start": "2026-01-31T23:00:00Z"}, "PW1", id="the one to come, earlier"),
        pytest.param([BEGUN, {**COMING, "id": "PW2"}], {"duration": "1h"}, "PW1", id="the one that has begun"),
        pytest.param([BEGUN, {**COMING, "id": "PW2"}], FUTURE, "PW2", id="ends before the wanted start"),
        pytest.param([BEGUN], FUTURE, None, id="no other one"),
        pytest.param([window("31T11:00:00Z", "31T20:00:00Z")], FUTURE, "PW1", id="lasts until the wanted start"),
        pytest.param([window("31T11:00:00Z", "31T12:00:00Z")], {"duration": "1h"}, "PW1", id="ends now"),
        pytest.param([window("31T12:01:01Z", "31T13:00:00Z")], {"duration": "1h"}, "PW1", id="begins soon"),
        pytest.param([{**BEGUN, "description": "Upgrade 2"}], {"duration": "1h"}, None, id="another description"),
        pytest.param([{**BEGUN, "description": "upgrade"}], {"duration": "1h"}, None, id="in another case"),
    ],
)
def test_which_window_a_task_means(
    windows: list[Record], options: Record, target: str | None, task: Tasks, http: ScriptedHttp
) -> None:
    change = task(*windows, **options).plan()
    assert change.record.get("id") == target
    assert http.requests[-1].query[0] == ("filter", "open")


def test_what_is_now_is_known_when_the_windows_are_read(task: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the lock took two minutes, in which another task has opened the window."""
    asked = task(window("31T12:01:30Z", "31T13:01:30Z"), duration="1h")
    asked.action.check()
    asked.action.prepare()
    monkeypatch.setattr(PagerDuty, "now", NOW + timedelta(minutes=2))
    ((target, state),) = asked.action.read(["Upgrade"])
    assert not asked.action.plan(target, state).is_needed


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"services": [], "duration": "1h"}, "services: must have at least one service"),
        ({"end": "2026-01-31T12:00:00Z"}, "end: must be in the future and later than start"),
        ({"end": "2026-01-31"}, "end: must be a time such as"),
        (
            {"start": "2026-01-31T14:00:00Z", "end": "2026-01-31T14:00:00Z"},
            "end: must be in the future and later than start",
        ),
        (
            {"start": "2026-01-31T10:00:00Z", "end": "2026-01-31T12:00:00Z"},
            "end: must be in the future and later than start",
        ),
        (
            {"start": "2026-01-31T11:00:00Z", "duration": "1h"},
            "duration: start plus duration must be in the future, got '1h'",
        ),
        ({"duration": "999999999w"}, "duration: is too long"),
        ({"duration": "soon"}, "duration: must be a duration"),
        ({"start": "soon", "duration": "1h"}, "start: must be a time such as"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{problem}"):
        task(**options).plan()
    assert http.calls == []


def test_an_unknown_service_is_named_and_nothing_is_read_or_written(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(services=["Shop"], duration="1h")
    http.answers["GET /services"] = {"services": [], "more": False}
    with pytest.raises(Refused, match="No service is called 'Shop'"):
        asked.plan()
    assert {*http.calls} == {"GET /services"}


def test_windows_that_cannot_be_read_are_an_error_about_the_window(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(duration="1h")
    http.answers[LIST] = DENIED
    result = asked.run()
    assert (result["failures"][0]["target"], result["failures"][0]["status"]) == ("Upgrade", 403)
    assert (result["maintenance_window"], http.writes) == (None, [])


@pytest.mark.parametrize("state", ["present", "absent"])
def test_tasks_for_one_description_wait_for_each_other(state: str, task: Tasks) -> None:
    assert task(description=" Upgrade\n", state=state).action.locks() == ["maintenance window Upgrade"]


FIRST, SECOND = window("31T12:00:00Z", "31T13:00:00Z", 1), window("31T12:01:00Z", "31T12:59:00Z", 2)


def opened(task: Task, http: ScriptedHttp, own: Record, *listed: Record) -> Record:
    """Return the result of a task that opens a window, when the list then has these windows."""
    http.answers[POST] = {"maintenance_window": own}
    before = http.answers[LIST]
    http.answers[LIST] = [before, {"maintenance_windows": list(listed)}]
    return task.run()


@pytest.mark.parametrize(
    ("own", "writes"), [(FIRST, [POST]), (SECOND, [POST, "DELETE /maintenance_windows/PW2"])], ids=["first", "second"]
)
def test_the_first_of_two_equal_windows_stays(own: Record, writes: list[str], task: Tasks, http: ScriptedHttp) -> None:
    result = opened(task(duration="1h"), http, own, FIRST, SECOND)
    assert result["maintenance_window"] == FIRST
    assert [call for call, _body in http.writes] == writes
    assert http.warnings == []


@pytest.mark.parametrize(
    "first",
    [
        window("31T12:00:00Z", "31T13:00:00Z", 1, "PSHOP03"),
        window("31T12:02:01Z", "31T13:00:00Z", 1),
        window("31T12:00:00Z", "31T12:57:59Z", 1),
    ],
    ids=["services", "start", "end"],
)
def test_two_windows_that_differ_are_both_left_with_a_warning(first: Record, task: Tasks, http: ScriptedHttp) -> None:
    assert opened(task(duration="1h"), http, SECOND, first, SECOND)["maintenance_window"] == SECOND
    assert http.warnings == [
        "Another task opened a maintenance window 'Upgrade' (PW1) at the same moment, for other services or another "
        "time. Both are open; state=absent ends both."
    ]


@pytest.mark.parametrize("start", ["31T12:02:00Z", "31T12:01:00Z"])
def test_a_first_window_that_covers_the_own_one_within_a_minute_stays(
    start: str, task: Tasks, http: ScriptedHttp
) -> None:
    first = window(start, "31T12:58:00Z", 1, "PSHOP01", "PSHOP02")
    assert opened(task(duration="1h"), http, SECOND, first, SECOND)["maintenance_window"] == first


def test_a_window_that_was_there_before_is_not_taken_for_a_duplicate(task: Tasks, http: ScriptedHttp) -> None:
    own = window("31T20:00:00Z", "31T22:00:00Z", 2)
    assert opened(task(BEGUN, **FUTURE), http, own, BEGUN, own)["maintenance_window"] == own
    assert ([call for call, _body in http.writes], http.warnings) == ([POST], [])


def test_a_failed_look_for_duplicates_does_not_hide_the_window(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(duration="1h")
    http.answers[POST] = {"maintenance_window": FIRST}
    http.answers[LIST] = [{"maintenance_windows": []}, DENIED, {"maintenance_windows": [FIRST]}]
    result = asked.run()
    assert (result["changed"], result["failed"], result["maintenance_window"]) == (True, False, FIRST)
    assert result["msg"] == "Maintenance window Upgrade: opened for Checkout for 1h, until 13:00 UTC."
    assert "a call after that failed" in http.warnings[-1]


def test_an_opened_window_that_cannot_be_read_again_may_lack_something(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(duration="1h")
    http.answers[LIST] = [{"maintenance_windows": []}, DENIED, DENIED]
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (True, "unknown")
    assert "Maintenance window Upgrade was changed in full: GET https://" in result["msg"]
    assert [call for call, _body in http.writes] == [POST]


@pytest.mark.parametrize(
    ("windows", "would", "says"),
    [
        ([], "none is open", "none is open"),
        ([BEGUN], "would end", "ended"),
        ([BEGUN, {**COMING, "id": "PW2"}], "would end 2 windows", "ended 2 windows"),
    ],
    ids=["none", "one", "two"],
)
def test_all_open_windows_of_the_description_are_ended(
    windows: list[Record], would: str, says: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(*windows, state="absent", services=None)
    foreseen = asked.run(check_mode=True, diff_mode=True)
    assert (foreseen["msg"], http.writes) == (f"Maintenance window Upgrade: {would}.", [])
    result = asked.run(diff_mode=True)
    assert (result["msg"], result["maintenance_window"]) == (f"Maintenance window Upgrade: {says}.", None)
    assert http.writes == [(f"DELETE /maintenance_windows/{each['id']}", None) for each in windows]
    assert foreseen["diff"] == result["diff"]
    periods = ["2026-01-31T11:00:00Z to 2026-01-31T13:00:00Z", "2026-01-31T20:00:00Z to 2026-01-31T22:00:00Z"]
    for each in result["diff"]:
        assert (each["before"], each["after"]) == ({"windows": periods[: len(windows)]}, {"windows": []})


@pytest.mark.parametrize(("status", "code"), [(404, 5001), (405, 5003)])
def test_a_window_that_somebody_else_has_ended_is_ended(
    status: int, code: int, task: Tasks, http: ScriptedHttp
) -> None:
    left = {**COMING, "id": "PW2"}
    asked = task(state="absent")
    http.answers[LIST] = [{"maintenance_windows": [BEGUN, left]}, {"maintenance_windows": [left]}]
    http.answers["DELETE /maintenance_windows/PW1"] = (status, {"error": {"code": code}})
    result = asked.run()
    assert (result["changed"], result["failed"], len(http.writes)) == (True, False, 2)


def test_a_window_that_pagerduty_does_not_end_is_an_error(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(BEGUN, state="absent")
    http.answers["DELETE /maintenance_windows/PW1"] = (405, {"error": {"message": "no", "code": 5003}})
    result = asked.run()
    assert (result["changed"], result["failures"][0]["status"]) == (False, 405)
    assert result["msg"].startswith("The window for Checkout is still open, until 13:00 UTC. DELETE https://")
    assert result["msg"].endswith("Run the task again, or end the window PW1 in PagerDuty's web interface.")


def test_a_window_that_cannot_be_ended_is_an_error(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(BEGUN, state="absent")
    http.answers["DELETE /maintenance_windows/PW1"] = DENIED
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (False, "not_done")


def test_an_end_that_stops_half_way_says_so(task: Tasks, http: ScriptedHttp) -> None:
    left = {**COMING, "id": "PW2"}
    asked = task(state="absent")
    http.answers[LIST] = [{"maintenance_windows": [BEGUN, left]}, {"maintenance_windows": [left]}]
    http.answers["DELETE /maintenance_windows/PW2"] = DENIED
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (True, "partly_done")
    assert result["msg"].startswith(
        'Maintenance window Upgrade: done in part (windows ["2026-01-31T11:00:00Z to 2026-01-31T13:00:00Z", '
        '"2026-01-31T20:00:00Z to 2026-01-31T22:00:00Z"] → ["2026-01-31T20:00:00Z to 2026-01-31T22:00:00Z"]). DELETE'
    )


BERLIN = {"time_zone": "Europe/Berlin"}
"""It is 13:00 there."""


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize(
    ("options", "period"),
    [
        ({"start": "22:00", "end": "02:00"}, ("31T21:00:00Z", "32T01:00:00Z")),
        ({"start": "22:00", "duration": "4h"}, ("31T21:00:00Z", "32T01:00:00Z")),
        ({"start": "tomorrow 22:00", "end": "02:00"}, ("32T21:00:00Z", "33T01:00:00Z")),
        ({"start": "today 22:00", "end": "tomorrow 02:00"}, ("31T21:00:00Z", "32T01:00:00Z")),
        ({"end": "02:00"}, ("31T12:00:00Z", "32T01:00:00Z")),
        ({"end": "+4h"}, ("31T12:00:00Z", "31T16:00:00Z")),
        ({"start": "+1h", "duration": "1h"}, ("31T13:00:00Z", "31T14:00:00Z")),
        ({"start": "+1h", "end": "+2h"}, ("31T13:00:00Z", "31T14:00:00Z")),
        ({"start": "now", "end": "2026-02-01 02:00"}, ("31T12:00:00Z", "32T01:00:00Z")),
        # The window of today has begun: the task runs a moment later than at its start.
        ({"start": "12:59", "end": "15:00"}, ("31T12:00:00Z", "31T14:00:00Z")),
        ({"start": "12:59", "duration": "2h"}, ("31T12:00:00Z", "31T13:59:00Z")),
        ({"start": "22:00", "end": "14:00"}, ("31T12:00:00Z", "31T13:00:00Z")),
        # The window of today is over, or what is meant is not known.
        ({"start": "10:00", "end": "12:00"}, ("32T09:00:00Z", "32T11:00:00Z")),
        ({"start": "10:00", "duration": "1h"}, ("32T09:00:00Z", "32T10:00:00Z")),
        ({"start": "12:59", "duration": "25h"}, ("32T11:59:00Z", "33T12:59:00Z")),
        ({"start": "12:59", "end": "2026-02-03 00:00"}, ("32T11:59:00Z", "33T23:00:00Z")),
    ],
    ids=str,
)
def test_a_window_is_given_as_people_say_it(options: Record, period: tuple[str, str], task: Tasks) -> None:
    expected = tuple(_february(each) for each in period)
    assert sent(task(**BERLIN, **options)) == expected


def _february(text: str) -> str:
    day, _separator, rest = text.partition("T")
    return f"2026-01-31T{rest}" if day == "31" else f"2026-02-0{int(day) - 31}T{rest}"


@pytest.mark.usefixtures("zones")
def test_a_window_is_told_in_the_zone_of_its_times(task: Tasks) -> None:
    assert task(start="22:00", end="02:00", **BERLIN).says() == (
        "Maintenance window Upgrade: opened for Checkout from 22:00 Europe/Berlin until 2026-02-01 02:00 Europe/Berlin."
    )
    there = window("31T21:00:00Z", "31T23:00:00Z")
    assert task(there, start="22:00", end="00:00", **BERLIN).says() == (
        "Maintenance window Upgrade: open from 22:00 Europe/Berlin until 2026-02-01 00:00 Europe/Berlin already."
    )
    assert task(there, start="23:00", end="00:00", **BERLIN).says() == (
        "Maintenance window Upgrade: moved to 23:00 Europe/Berlin, until 2026-02-01 00:00 Europe/Berlin."
    )


@pytest.mark.usefixtures("zones")
def test_without_a_zone_it_is_that_of_the_user(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(start="22:00", end="02:00")
    http.answers["GET /users"] = {"users": [named("PU1", "Ana", email="someone@example.com", time_zone="Asia/Tokyo")]}
    assert asked.run()["msg"] == (
        "Maintenance window Upgrade: opened for Checkout from 22:00 Asia/Tokyo until 2026-02-01 02:00 Asia/Tokyo. "
        "Times of day are in Asia/Tokyo, the time zone of Ana."
    )
    assert http.calls.count("GET /users") == 1


def test_a_time_from_now_is_a_duration(task: Tasks) -> None:
    assert task(end="+4h").plan().after["end"] == "now + 4:00:00"
    assert not task(window("31T11:30:00Z", "31T15:30:00Z"), end="+4h").plan().is_needed
