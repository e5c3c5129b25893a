# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a user has yet to be put on call, in whose place, and who is on call after an override ends."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times as given_times
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY, FREELY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
POST = "POST /schedules/PSCHED1/overrides"
NAMES = {"PUSER01": "Ana", "PUSER02": "Ben", "PUSER03": "Cleo"}
ANA, BEN, CLEO = NAMES
SHIFTS = "PSCHED2"


def at(hour: str) -> str:
    return f"2026-01-31T{hour}:00Z"


def entry(user: str, start: str, end: str, **fields: t.Any) -> Record:
    return {"user": {"id": user, "summary": NAMES[user]}, "start": at(start), "end": at(end), **fields}


def shift(user: str, start: str, end: str, **source: str) -> Record:
    times = {"start_time": at(start), "end_time": at(end)}
    member = {"type": "user_member", "user_id": user} if user else {"type": "empty_member"}
    return {"type": "computed_shift_assignment", **times, "member": member, "source": source}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagerDuty, "now", NOW)
    monkeypatch.setattr(given_times, "now", lambda: NOW)


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task about a layer-based schedule, given whose turn it is in the end, and by its layers."""

    def make(
        *final: Record, overrides: t.Sequence[Record] = (), layers: t.Sequence[Record] = (), **more: t.Any
    ) -> Task:
        schedule = {
            "id": "PSCHED1",
            "type": "schedule",
            "summary": "Web",
            "final_schedule": {"rendered_schedule_entries": list(final)},
            "schedule_layers": [{"rendered_schedule_entries": list(layer)} for layer in layers],
        }

        def created(request: t.Any) -> tuple[int, list[Record]]:
            bodies = request.body["overrides"]
            return 201, [{"status": 201, "override": {**body, "id": f"PO{n}"}} for n, body in enumerate(bodies, 1)]

        http.answers = {
            "GET /schedules/PSCHED1": {"schedule": schedule},
            "GET /schedules/PSCHED1/overrides": {"overrides": list(overrides)},
            POST: created,
            "DELETE /schedules/PSCHED1/overrides/PO9": (204, {}),
            **{f"GET /users/{each}": {"user": {"id": each, "name": name}} for each, name in NAMES.items()},
        }
        return Task("schedule_override", pagerduty, **{"schedule": "PSCHED1", "user": ANA, **more})

    return make


@pytest.fixture
def shifts(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task about a shift-based schedule, given its shifts."""

    def make(
        *final: Record, overrides: t.Sequence[Record] = (), custom_shifts: t.Sequence[Record] = (), **more: t.Any
    ) -> Task:
        schedule = {
            "id": SHIFTS,
            "type": "schedule_v3",
            "name": "Shop",
            "final_schedule": {"computed_shift_assignments": list(final)},
        }
        path = f"/v3/schedules/{SHIFTS}"
        http.answers = {
            f"GET /schedules/{SHIFTS}": (400, {"error": {"message": "This is a shift-based schedule."}}),
            f"GET {path}": {"schedule": schedule},
            f"GET {path}/overrides": {"overrides": list(overrides), "more": False},
            f"GET {path}/custom_shifts": {"custom_shifts": list(custom_shifts), "more": False},
            **{f"GET /users/{each}": {"user": {"id": each, "name": name}} for each, name in NAMES.items()},
        }
        return Task("schedule_override", pagerduty, **{"schedule": SHIFTS, "user": ANA, **more})

    return make


def sent(http: ScriptedHttp) -> list[tuple[str, str]]:
    """Return the start and the end of each override that was sent."""
    ((_call, body),) = http.writes
    return [(each["start"][11:16], each["end"][11:16]) for each in body["overrides"]]


BEN_ALL_DAY = entry(BEN, "00:00", "23:00")
UNTIL_14 = {"end": at("14:00")}


@pytest.mark.parametrize(
    ("final", "options", "times", "says"),
    [
        ([BEN_ALL_DAY], UNTIL_14, [("12:00", "14:00")], "put Ana on call until 14:00 UTC instead of Ben"),
        ([BEN_ALL_DAY], {"duration": "2h"}, [("12:00", "14:00")], "put Ana on call until 14:00 UTC instead of Ben"),
        (
            [BEN_ALL_DAY],
            {"start": at("15:00"), "duration": "2h"},
            [("15:00", "17:00")],
            "put Ana on call from 15:00 UTC until 17:00 UTC instead of Ben",
        ),
        ([], UNTIL_14, [("12:00", "14:00")], "put Ana on call until 14:00 UTC, when nobody else is"),
        (
            [entry(BEN, "10:00", "13:00"), entry(CLEO, "13:00", "20:00")],
            UNTIL_14,
            [("12:00", "14:00")],
            "put Ana on call until 14:00 UTC instead of Ben, Cleo",
        ),
        (
            [entry(BEN, "10:00", "13:00"), entry(ANA, "13:00", "14:00"), entry(BEN, "14:00", "20:00")],
            {"end": at("15:00")},
            [("12:00", "13:00"), ("14:00", "15:00")],
            "put Ana on call until 13:00 UTC, from 14:00 UTC until 15:00 UTC instead of Ben",
        ),
        (
            [entry(BEN, "10:00", "13:00"), entry(CLEO, "13:00", "20:00")],
            {**UNTIL_14, "instead_of": CLEO},
            [("13:00", "14:00")],
            "put Ana on call from 13:00 UTC until 14:00 UTC instead of Cleo",
        ),
        (
            [],
            {**UNTIL_14, "instead_of": "nobody"},
            [("12:00", "14:00")],
            "put Ana on call until 14:00 UTC, when nobody else is",
        ),
    ],
)
def test_only_the_time_that_is_missing_gets_an_override(
    final: list[Record], options: Record, times: list[tuple[str, str]], says: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(*final, **options)
    foreseen = asked.run(check_mode=True, diff_mode=True)
    assert (foreseen["msg"], http.writes) == (f"Schedule Web: would {says}.", [])
    assert asked.plan().resend == CAREFULLY
    result = asked.run(diff_mode=True)
    assert (result["msg"], result["diff"], result["notifies"]) == (f"Schedule Web: {says}.", foreseen["diff"], [])
    assert sent(http) == times
    assert [each["id"] for each in result["overrides"]] == [f"PO{number}" for number in range(1, len(times) + 1)]
    assert result["on_call_after"] == foreseen["on_call_after"]


@pytest.mark.parametrize(
    ("final", "overrides", "options", "says"),
    [
        ([entry(ANA, "10:00", "20:00")], [], UNTIL_14, "Ana is on call until 14:00 UTC already"),
        # PagerDuty starts an override when it receives the call.
        (
            [entry(BEN, "10:00", "12:00"), entry(ANA, "12:01", "20:00")],
            [],
            UNTIL_14,
            "Ana is on call until 14:00 UTC already",
        ),
        (
            [entry(ANA, "11:00", "13:00"), entry(BEN, "13:00", "20:00")],
            [entry(ANA, "11:00", "13:00", id="PO9")],
            {"duration": "2h"},
            "Ana is on call until 13:00 UTC already",
        ),
        (
            [entry(ANA, "11:30", "13:00"), entry(BEN, "13:00", "20:00")],
            [entry(ANA, "10:00", "11:30", id="PO8"), entry(ANA, "11:30", "13:00", id="PO9")],
            {"duration": "3h"},
            "Ana is on call until 13:00 UTC already",
        ),
        (
            [entry(ANA, "11:00", "15:00")],
            [entry(ANA, "11:00", "15:00", id="PO9")],
            {"duration": "1h"},
            "Ana is on call until 15:00 UTC already",
        ),
        ([BEN_ALL_DAY], [], {**UNTIL_14, "instead_of": CLEO}, "Cleo is not on call until 14:00 UTC"),
    ],
)
def test_somebody_who_is_on_call_gets_no_override(
    final: list[Record], overrides: list[Record], options: Record, says: str, task: Tasks, http: ScriptedHttp
) -> None:
    result = task(*final, overrides=overrides, **options).run()
    assert (result["msg"], result["changed"], http.writes) == (f"Schedule Web: {says}.", False, [])


def test_a_longer_duration_extends_an_override(task: Tasks, http: ScriptedHttp) -> None:
    own = entry(ANA, "11:00", "13:00", id="PO9")
    task(own, entry(BEN, "13:00", "20:00"), overrides=[own], duration="3h").run()
    assert sent(http) == [("13:00", "14:00")]


def test_the_diff_shows_who_is_on_call_without_times_that_check_mode_cannot_know(task: Tasks) -> None:
    change = task(entry(BEN, "10:00", "13:00"), duration="2h").plan()
    assert (change.before, change.after) == (
        {
            "on_call": ["now to 2026-01-31T13:00:00Z: Ben (PUSER02)", "2026-01-31T13:00:00Z to now + 2:00:00: nobody"],
            "overrides": [],
        },
        {"on_call": ["now to now + 2:00:00: Ana (PUSER01)"], "overrides": ["now to now + 2:00:00"]},
    )


def test_a_gap_that_stays_is_a_warning(task: Tasks) -> None:
    asked = task(entry(BEN, "10:00", "13:00"), instead_of=BEN, **UNTIL_14)
    result = asked.run()
    assert result["gaps"] == [{"start": at("13:00"), "end": at("14:00")}]
    assert asked.plan().warnings == ["Nobody is on call for schedule Web (PSCHED1) from 13:00 UTC until 14:00 UTC."]


def test_a_layer_based_schedule_has_one_person_on_call(task: Tasks) -> None:
    with pytest.raises(Refused, match="is layer-based, so Ana cannot be on call together with Ben"):
        task(BEN_ALL_DAY, instead_of="nobody", **UNTIL_14).plan()


def test_nobody_takes_their_own_place(task: Tasks) -> None:
    with pytest.raises(InvalidOption, match="instead_of: must be somebody else than the user"):
        task(instead_of=ANA, **UNTIL_14).plan()


def test_who_is_on_call_may_be_unknown(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(**UNTIL_14)
    http.answers["GET /schedules/PSCHED1"]["schedule"]["final_schedule"] = None
    change = asked.plan()
    assert (asked.says(), change.before["on_call"]) == (
        "Schedule Web: put Ana on call until 14:00 UTC.", ["now to 2026-01-31T14:00:00Z: not known"]
    )  # fmt: skip
    assert "leaves out 'final_schedule'" in change.warnings[0]
    asked.options["instead_of"] = BEN
    with pytest.raises(Refused, match="leaves out 'final_schedule'"):
        asked.plan()


OWN = entry(ANA, "11:00", "16:00", id="PO9")


@pytest.mark.parametrize(
    ("layers", "others", "after"),
    [
        ([[BEN_ALL_DAY]], [], "leaves Ben on call"),
        ([[entry(CLEO, "08:00", "20:00")], [BEN_ALL_DAY]], [], "leaves Cleo on call"),
        ([[BEN_ALL_DAY]], [entry(CLEO, "11:00", "16:00", id="PO8")], "leaves Cleo on call"),
        ([[]], [], "leaves nobody on call"),
    ],
)
def test_the_schedule_applies_again_after_an_override(
    layers: list[list[Record]], others: list[Record], after: str, task: Tasks, http: ScriptedHttp
) -> None:
    ended = task(OWN, overrides=[*others, OWN], layers=layers, state="absent")
    assert ended.plan().resend == FREELY
    result = ended.run()
    assert result["msg"] == f"Schedule Web: ended Ana's override until 16:00 UTC, which {after}."
    assert [call for call, _body in http.writes] == ["DELETE /schedules/PSCHED1/overrides/PO9"]
    assert (result["overrides"], bool(result["gaps"])) == ([], after.startswith("leaves nobody"))


@pytest.mark.parametrize("seconds", [-90, 600], ids=["slow", "fast"])
def test_what_is_now_is_told_by_pagerdutys_clock(seconds: int, task: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The override has begun this minute, or has not begun yet."""
    monkeypatch.setattr(given_times, "now", lambda: NOW + timedelta(seconds=seconds))
    own = entry(ANA, "12:00", "16:00", id="PO9")
    assert task(own, overrides=[own], layers=[[BEN_ALL_DAY]], state="absent").run()["changed"]
    coming = entry(ANA, "12:05", "16:00", id="PO9")
    assert not task(BEN_ALL_DAY, overrides=[coming], layers=[[BEN_ALL_DAY]], state="absent").run()["changed"]


@pytest.mark.parametrize(
    "overrides", [[], [entry(ANA, "11:00", "12:01", id="PO9")], [entry(BEN, "11:00", "16:00", id="PO9")]]
)
def test_without_an_override_there_is_nothing_to_end(overrides: list[Record], task: Tasks, http: ScriptedHttp) -> None:
    result = task(BEN_ALL_DAY, overrides=overrides, state="absent").run()
    assert (result["msg"], result["changed"], http.writes) == ("Schedule Web: has no override of Ana.", False, [])


TWO = (shift(BEN, "00:00", "23:00", rotation_id="AR1"), shift(CLEO, "00:00", "23:00", rotation_id="AR2"))


@pytest.mark.parametrize(
    ("final", "options", "wanted", "says"),
    [
        (TWO, {}, [("overrides", BEN), ("overrides", CLEO)], "instead of Ben, Cleo"),
        (TWO, {"instead_of": BEN}, [("overrides", BEN)], "instead of Ben as well as Cleo"),
        (TWO, {"instead_of": "nobody"}, [("custom_shifts", None)], "as well as Ben, Cleo"),
        ([shift("", "00:00", "23:00", rotation_id="AR1")], {}, [("custom_shifts", None)], "when nobody else is"),
        (
            [shift(BEN, "00:00", "13:00", shift_id="AG1")],
            {},
            [("overrides", BEN), ("custom_shifts", None)],
            "instead of Ben",
        ),
    ],
)
def test_a_shift_is_replaced_or_added(
    final: t.Sequence[Record], options: Record, wanted: list[tuple[str, str | None]], says: str, shifts: Tasks
) -> None:
    asked = shifts(*final, **UNTIL_14, **options)
    body = asked.plan().body
    assert [(each.kind, each.replaced and each.replaced.user["id"]) for each in body] == wanted
    assert asked.says().endswith(f"{says}.")


def test_a_shift_of_which_nobody_knows_the_rotation_stays(shifts: Tasks) -> None:
    change = shifts(TWO[0], shift(CLEO, "00:00", "23:00"), **UNTIL_14).plan()
    assert [each.kind for each in change.body] == ["overrides"]
    assert "leaves out 'source.rotation_id' of the shifts of Cleo" in change.warnings[0]
    with pytest.raises(Refused, match=r"source\.rotation_id"):
        shifts(TWO[0], shift(CLEO, "00:00", "23:00"), instead_of=CLEO, **UNTIL_14).plan()


def test_those_whose_shifts_were_replaced_are_on_call_again(shifts: Tasks) -> None:
    members = {"overridden_member": {"user_id": BEN}, "overriding_member": {"user_id": ANA}}
    override = {"id": "AG1", "start_time": at("11:00"), "end_time": at("16:00"), **members}
    added = {
        "id": "AG2",
        "start_time": at("11:00"),
        "end_time": at("16:00"),
        "assignments": [{"member": {"user_id": ANA}}],
    }
    asked = shifts(
        shift(ANA, "11:00", "16:00", rotation_id="AR1", override_id="AG1"),
        shift(ANA, "11:00", "16:00", shift_id="AG2"),
        TWO[1],
        overrides=[override],
        custom_shifts=[added],
        state="absent",
    )
    change = asked.plan()
    assert [each.id for each in change.body] == ["AG1", "AG2"]
    assert asked.says() == "Schedule Shop: ended 2 overrides of Ana, which leaves Cleo, Ben on call."
    assert change.after == {
        "on_call": ["now to 2026-01-31T16:00:00Z: Ben (PUSER02)", "now to 2026-01-31T16:00:00Z: Cleo (PUSER03)"],
        "overrides": [],
    }


@pytest.mark.parametrize("is_left", [False, True], ids=["somebody else has ended it", "it is refused"])
def test_a_shift_that_cannot_be_ended_does_not_keep_the_others(
    is_left: bool, shifts: Tasks, http: ScriptedHttp
) -> None:
    times = {"start_time": at("11:00"), "end_time": at("16:00")}
    added = [{"id": each, **times, "assignments": [{"member": {"user_id": ANA}}]} for each in ("AG1", "AG2")]
    asked = shifts(shift(ANA, "11:00", "16:00", shift_id="AG1"), TWO[1], custom_shifts=added, state="absent")
    path = f"/v3/schedules/{SHIFTS}/custom_shifts"
    http.answers[f"GET {path}"] = [
        {"custom_shifts": added, "more": False},
        *[{"custom_shifts": added[:is_left], "more": False}] * 5,
    ]
    http.answers[f"DELETE {path}/AG1"] = (400, {"error": {"message": "Invalid Input Provided", "code": 2001}})
    http.answers[f"DELETE {path}/AG2"] = (204, {})
    result = asked.run()
    assert [call for call, _body in http.writes] == [f"DELETE {path}/AG1", f"DELETE {path}/AG2"]
    assert (result["failed"], result["changed"]) == (is_left, True)


def test_somebody_who_cannot_be_read_has_only_an_id(shifts: Tasks, http: ScriptedHttp) -> None:
    asked = shifts(TWO[0], **UNTIL_14)
    http.answers[f"GET /users/{BEN}"] = (500, {})
    assert asked.says() == "Schedule Shop: put Ana on call until 14:00 UTC instead of PUSER02."


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize(
    ("options", "start", "end", "spoken"),
    [
        (
            {"start": "20:00", "end": "08:00"},
            "2026-01-31T19:00:00Z",
            "2026-02-01T07:00:00Z",
            "from 20:00 Europe/Berlin",
        ),
        # Tonight's turn has begun: another run does not add one for tomorrow.
        ({"start": "12:59", "end": "15:00"}, "2026-01-31T12:00:00Z", "2026-01-31T14:00:00Z", "until 15:00 Europe/Berl"),
        ({"end": "+4h"}, "2026-01-31T12:00:00Z", "2026-01-31T16:00:00Z", "until 16:00 UTC"),
    ],
    ids=str,
)
def test_times_are_given_as_people_say_them(
    options: Record, start: str, end: str, spoken: str, task: Tasks, http: ScriptedHttp
) -> None:
    result = task(time_zone="Europe/Berlin", **options).run()
    (override,) = http.writes[0][1]["overrides"]
    assert (override["start"], override["end"]) == (start, end)
    assert spoken in result["msg"]
