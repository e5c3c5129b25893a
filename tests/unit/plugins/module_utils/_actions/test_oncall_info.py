# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call: people once, levels and schedules that nobody covers, and shifts that end when a span starts."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.timestamps import iso_8601, now
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
WEB = {"id": "PPOLCY1", "summary": "Web", "name": "Web", "escalation_rules": [{}, {}, {}]}
NIGHT, MORNING, NOON = "2026-01-31T00:00:00Z", "2026-01-31T08:00:00Z", "2026-01-31T12:00:00Z"


def user(name: str) -> Record:
    return {"id": f"PUSER{name}", "summary": name, "name": name, "email": f"{name}@example.com".lower()}


def entry(
    name: str, level: int, schedule: str | None = None, start: str | None = None, end: str | None = None
) -> Record:
    rota = schedule and {"id": schedule, "summary": f"Rota {schedule}"}
    policy = {"id": WEB["id"], "summary": WEB["summary"]}
    shift = {"escalation_policy": policy, "escalation_level": level, "schedule": rota, "start": start, "end": end}
    return {"user": user(name), **shift}


def read(pagerduty: PagerDuty, **options: t.Any) -> Record:
    """Return the record of a task; raises why there is none."""
    record: Record = Task("oncall_info", pagerduty, **options).plan().record
    return record


def names(record: Record) -> list[str]:
    return [each["name"] for each in record["users"]]


@pytest.fixture
def oncalls(http: ScriptedHttp) -> list[Record]:
    """What GET /oncalls returns; there is an escalation policy with three levels."""
    entries: list[Record] = []
    http.answers = {
        "GET /oncalls": {"oncalls": entries},
        "GET /escalation_policies/PPOLCY1": {"escalation_policy": WEB},
    }
    return entries


def query(http: ScriptedHttp, path: str) -> list[tuple[str, str]]:
    (request,) = [each for each in http.requests if each.url.endswith(path)]
    return [pair for pair in request.query if pair[0] not in ("limit", "offset")]


def test_each_person_is_returned_once_with_all_shifts(pagerduty: PagerDuty, oncalls: list[Record]) -> None:
    oncalls += [entry("Ann", 2), entry("Bob", 1), entry("Ann", 1, "PSCHED1", NIGHT, MORNING)]
    people = read(pagerduty)["users"]
    assert [(each["name"], [shift["escalation_level"] for shift in each["shifts"]]) for each in people] == [
        ("Bob", [1]),
        ("Ann", [1, 2]),
    ]
    assert people[1]["email"] == "ann@example.com"
    assert people[1]["shifts"][0]["schedule"] == {"id": "PSCHED1", "summary": "Rota PSCHED1"}
    assert people[1]["shifts"][0]["end"] == MORNING


def test_levels_without_anybody_are_returned_and_warned_about(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    oncalls += [entry("Ann", 1), entry("Bob", 3)]
    record = read(pagerduty, escalation_policies=["PPOLCY1"])
    assert record["empty_levels"] == [{"escalation_policy": {"id": "PPOLCY1", "summary": "Web"}, "escalation_level": 2}]
    assert http.warnings == ["Nobody is on call at level 2 of escalation policy Web (PPOLCY1)."]


def test_other_levels_are_left_out(pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp) -> None:
    oncalls += [entry("Ann", 1), entry("Bob", 3)]
    record = read(pagerduty, escalation_policies=["PPOLCY1"], levels=[3, 4])
    assert (names(record), record["empty_levels"]) == (["Bob"], [])
    assert http.warnings == ["Escalation policy Web (PPOLCY1) has no level 4."]


def test_a_level_is_not_called_empty_if_pagerduty_was_asked_for_some_users_only(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    record = read(pagerduty, escalation_policies=["PPOLCY1"], users=["PUSER01"])
    assert (oncalls, record["empty_levels"], http.warnings) == ([], [], [])


def test_the_default_is_now_with_e_mail_addresses(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    oncalls += [entry("Ann", 1)]
    read(pagerduty, escalation_policies=["PPOLCY1"])
    assert query(http, "/oncalls") == [("escalation_policy_ids[]", "PPOLCY1"), ("include[]", "users")]


@pytest.mark.parametrize(
    ("at", "expected"), [(NIGHT, ["Ann"]), (MORNING, ["Bob"]), ("2026-01-31T09:00:00+01:00", ["Bob"])]
)
def test_at_a_handover_only_the_next_shift_counts(
    at: str, expected: list[str], pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    oncalls += [entry("Ann", 1, "PSCHED1", NIGHT, MORNING), entry("Bob", 1, "PSCHED1", MORNING, NOON)]
    assert names(read(pagerduty, at=at)) == expected
    shift = NIGHT if at == NIGHT else MORNING
    assert query(http, "/oncalls")[:2] == [("since", shift), ("until", shift)]


def test_in_a_span_shifts_that_only_touch_it_are_left_out(pagerduty: PagerDuty, oncalls: list[Record]) -> None:
    oncalls += [
        entry("Ann", 1, "PSCHED1", NIGHT, MORNING),
        entry("Bob", 1, "PSCHED1", MORNING, NOON),
        entry("Cat", 1, "PSCHED1", NOON, "2026-01-31T16:00:00Z"),
        entry("Dan", 1),
        entry("Eve", 1, "PSCHED1", "at some time", None),
    ]
    assert names(read(pagerduty, since=MORNING, until=NOON)) == ["Bob", "Dan", "Eve"]


NOBODYS: Record = {"rendered_schedule_entries": []}
SPARE = {"id": "PSCHED9", "summary": "Spare"}


def schedule(http: ScriptedHttp, **fields: t.Any) -> None:
    shown = {**SPARE, "type": "schedule", "name": "Spare", "final_schedule": NOBODYS, **fields}
    http.answers["GET /schedules/PSCHED9"] = {"schedule": shown}


def shift_based(http: ScriptedHttp, *shifts: tuple[str | None, str, str]) -> None:
    """PSCHED9 is a shift-based schedule, with these shifts: number of the user, start, end."""
    assignments = [
        {
            "start_time": start,
            "end_time": end,
            "member": {"type": "user_member", "user_id": f"PUSER0{who}"} if who else {"type": "empty_member"},
        }
        for who, start, end in shifts
    ]
    shown = {"id": "PSCHED9", "type": "schedule_v3", "name": "Spare"}
    reference = {"id": "PSCHED9", "type": "schedule_v3_reference", "summary": "Spare"}
    http.answers.update(
        {
            "GET /schedules": {"schedules": []},
            "GET /schedules/PSCHED9": OTHER_KIND,
            "GET /v3/schedules": {"schedules": [reference]},
            "GET /v3/schedules/PSCHED9": {
                "schedule": {**shown, "final_schedule": {"computed_shift_assignments": assignments}}
            },
            **{
                f"GET /users/PUSER0{number}": {"user": {**user(name), "id": f"PUSER0{number}"}}
                for number, name in ((1, "Ann"), (2, "Bob"))
            },
        }
    )


OTHER_KIND = (400, {"error": {"message": "This is a shift-based schedule.", "code": 2001}})
NOT_FOUND = (404, {"error": {"message": "Not Found", "code": 2100}})
FORBIDDEN = (403, {"error": {"message": "No", "code": 2010}})
UNAVAILABLE = (500, {"error": {"message": "Unavailable", "code": 2000}})


def test_a_schedule_that_no_policy_uses_is_read_itself(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    turn = {"user": {"id": "PUSER01", "summary": "Ann"}, "start": NIGHT, "end": NOON}
    schedule(http, escalation_policies=[], final_schedule={"rendered_schedule_entries": [turn]})
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    record = read(pagerduty, schedules=["PSCHED9"], at=MORNING)
    (person,) = record["users"]
    assert (person["email"], record["empty_schedules"], oncalls) == ("ann@example.com", [], [])
    assert person["shifts"] == [
        {
            "escalation_policy": None,
            "escalation_level": None,
            "schedule": {"id": "PSCHED9", "summary": "Spare"},
            "start": NIGHT,
            "end": NOON,
        }
    ]
    span = [("since", MORNING), ("until", "2026-02-14T08:00:01Z"), ("overflow", "true")]
    assert [request.query for request in http.requests if request.url.endswith("/PSCHED9")][-1][:3] == span


def test_a_schedule_without_anybody_is_returned_and_warned_about(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    schedule(http, escalation_policies=[{"id": "PPOLCY1"}])
    record = read(pagerduty, schedules=["PSCHED9"])
    assert record["empty_schedules"] == [{"schedule": SPARE, "next_shift": None}]
    assert http.warnings == ["Nobody is on call for schedule Spare (PSCHED9)."]
    assert oncalls == []


@pytest.mark.parametrize("name", ["PSCHED9", "Spare"])
def test_a_shift_based_schedule_without_policy_has_all_who_are_on_call_at_once(
    name: str, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    shift_based(http, ("1", NIGHT, NOON), ("2", NIGHT, NOON), ("3", NOON, "2026-01-31T16:00:00Z"))
    record = read(pagerduty, schedules=[name], at=MORNING)
    assert [(each["name"], each["email"]) for each in record["users"]] == [
        ("Ann", "ann@example.com"),
        ("Bob", "bob@example.com"),
    ]
    assert record["users"][1]["shifts"][0]["schedule"] == SPARE
    assert (record["empty_schedules"], oncalls) == ([], [])
    assert http.requests[-3].query == [
        ("since", MORNING),
        ("until", "2026-02-14T08:00:01Z"),
        ("overflow", "true"),
        ("include[]", "final_schedule"),
    ]


def test_a_shift_based_schedule_of_a_policy_needs_no_more_calls(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    shift_based(http)
    oncalls += [entry("Ann", 1, "PSCHED9", NIGHT, NOON), entry("Bob", 1, "PSCHED9", NIGHT, NOON)]
    record = read(pagerduty, schedules=["Spare"], at=MORNING)
    assert (names(record), record["empty_schedules"]) == (["Ann", "Bob"], [])
    assert http.calls == ["GET /schedules", "GET /v3/schedules", "GET /oncalls"]


def test_the_next_shift_of_a_schedule_without_anybody_is_returned(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    shift_based(http, (None, NIGHT, NOON), ("2", NOON, "2026-02-01T12:00:00Z"), ("1", NOON, "2026-02-01T12:00:00Z"))
    record = read(pagerduty, schedules=["PSCHED9"], at=MORNING)
    people = [{"id": "PUSER02", "summary": "Bob"}, {"id": "PUSER01", "summary": "Ann"}]
    assert record["empty_schedules"] == [{"schedule": SPARE, "next_shift": {"start": NOON, "users": people}}]
    assert http.warnings == [
        f"Nobody is on call for schedule Spare (PSCHED9). From {NOON}: Bob (PUSER02), Ann (PUSER01)."
    ]
    assert oncalls == []


def test_a_layer_based_schedule_names_the_next_one_without_a_call_for_the_user(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    later = {"user": {"id": "PUSER01", "summary": "Ann"}, "start": NOON, "end": None}
    latest = {**later, "start": "2026-02-01T12:00:00Z"}
    schedule(
        http, escalation_policies=[{"id": "PPOLCY1"}], final_schedule={"rendered_schedule_entries": [latest, later]}
    )
    (empty,) = read(pagerduty, schedules=["PSCHED9"], since=NIGHT, until=MORNING)["empty_schedules"]
    assert empty["next_shift"] == {"start": NOON, "users": [{"id": "PUSER01", "summary": "Ann"}]}
    assert (oncalls, [call for call in http.calls if "users" in call]) == ([], [])


def test_a_schedule_that_is_upgraded_between_two_runs_keeps_its_people(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    turn = {"user": {"id": "PUSER01", "summary": "Ann"}, "start": NIGHT, "end": NOON}
    schedule(http, escalation_policies=[], final_schedule={"rendered_schedule_entries": [turn]})
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    before = read(pagerduty, schedules=["PSCHED9"], at=MORNING)
    shift_based(http, ("1", NIGHT, NOON))
    assert read(pagerduty, schedules=["PSCHED9"], at=MORNING) == before
    assert read(pagerduty, schedules=["Spare"], at=MORNING) == before
    assert oncalls == []


def test_whoever_is_on_call_but_cannot_be_read_is_named_by_the_id(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    shift_based(http, ("1", NIGHT, NOON))
    http.answers["GET /users/PUSER01"] = NOT_FOUND
    http.answers["GET /users"] = {"users": []}
    result = Task("oncall_info", pagerduty, schedules=["PSCHED9"], at=MORNING).run()
    assert (result["msg"], oncalls) == ("On call: PUSER01.", [])


@pytest.mark.parametrize("kind", ["schedule", "schedule_v3"])
def test_a_schedule_is_not_called_empty_if_pagerduty_does_not_say(
    kind: str, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    shown = {**SPARE, "type": kind, "final_schedule": None}
    http.answers["GET /schedules/PSCHED9"] = {"schedule": shown} if kind == "schedule" else OTHER_KIND
    http.answers["GET /v3/schedules/PSCHED9"] = {"schedule": shown}
    assert read(pagerduty, schedules=["PSCHED9"])["empty_schedules"] == oncalls == []
    assert http.warnings == ["PagerDuty's response does not say who is on call for schedule Spare (PSCHED9)."]


@pytest.mark.parametrize(("policies", "is_error"), [([{"id": "PPOLCY1"}], False), ([], True)], ids=["used", "unused"])
def test_a_failed_look_for_the_next_shift_is_no_error_if_the_people_are_known(
    policies: list[Record], is_error: bool, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    shown = {"schedule": {**SPARE, "type": "schedule", "escalation_policies": policies}}
    http.answers["GET /schedules/PSCHED9"] = [shown, NOT_FOUND]
    if is_error:
        with pytest.raises(TaskError, match="Not Found"):
            read(pagerduty, schedules=["PSCHED9"])
    else:
        record = read(pagerduty, schedules=["PSCHED9"])
        assert record["empty_schedules"] == [{"schedule": SPARE, "next_shift": None}]
    assert oncalls == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [(NOT_FOUND, "Not Found"), (FORBIDDEN, "No"), (UNAVAILABLE, "server error")],
    ids=["not found", "forbidden", "unavailable"],
)
def test_an_id_that_cannot_be_read_may_be_known_to_the_on_calls(
    answer: t.Any, words: str, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    for path in ("/schedules", "/v3/schedules"):
        http.answers[f"GET {path}/PFLEX01"] = http.answers[f"GET {path}"] = answer
    oncalls += [entry("Ann", 1, "PFLEX01", NIGHT, NOON)]
    assert names(read(pagerduty, schedules=["PFLEX01"])) == ["Ann"]
    oncalls.clear()
    with pytest.raises(TaskError, match=words):
        read(pagerduty, schedules=["PFLEX01"])


def test_an_unknown_name_of_a_schedule_is_an_error_before_the_call(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    http.answers["GET /schedules"] = http.answers["GET /v3/schedules"] = {"schedules": []}
    with pytest.raises(TaskError, match="No schedule is called 'Night Rota'"):
        read(pagerduty, schedules=["Night Rota"])
    assert "GET /oncalls" not in http.calls
    assert oncalls == []


@pytest.mark.parametrize(("name", "status"), [("PFLEX01", 401), ("Night Rota", 401), ("Night Rota", 403)])
def test_schedules_that_may_not_be_read_are_an_error(
    name: str, status: int, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    refusal = (status, {"error": {"message": "No", "code": 2010}})
    http.answers["GET /schedules/PFLEX01"] = http.answers["GET /schedules"] = refusal
    http.answers["GET /v3/schedules"] = refusal
    oncalls += [entry("Ann", 1, "PFLEX01")]
    with pytest.raises(TaskError, match=r"GET https://api\.pagerduty\.com/schedules.*: No"):
        read(pagerduty, schedules=[name])


def test_a_schedule_without_policy_counts_for_the_users_who_are_asked_about(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    turns = [{"user": {"id": f"PUSER0{number}", "summary": "x"}, "start": NIGHT, "end": NOON} for number in (1, 2)]
    schedule(http, escalation_policies=[], final_schedule={"rendered_schedule_entries": turns})
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    assert names(read(pagerduty, schedules=["PSCHED9"], users=["PUSER01"], at=MORNING)) == ["Ann"]
    assert oncalls == []


GONE = {"id": "PUSER01", "summary": "Ann", "self": None}
NOT_FOUND = (404, {"error": {"message": "Not Found", "code": 2100}})


@pytest.mark.parametrize(
    ("reference", "calls"),
    [
        ({**GONE, "deleted_at": "2025-01-31T00:00:00Z"}, []),
        (GONE, ["GET /users/PUSER01", "GET /users", "GET /users"]),
    ],
    ids=["deleted", "not found"],
)
def test_a_turn_of_somebody_who_was_deleted_keeps_the_name_of_the_reference(
    reference: Record, calls: list[str], pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    turns = [{"user": each, "start": NIGHT, "end": NOON} for each in (reference, {"id": "PUSER02", "summary": "Bob"})]
    schedule(http, escalation_policies=[], final_schedule={"rendered_schedule_entries": turns})
    http.answers["GET /users/PUSER01"] = NOT_FOUND
    http.answers["GET /users/PUSER02"] = {"user": {**user("Bob"), "id": "PUSER02"}}
    http.answers["GET /users"] = {"users": []}
    people = read(pagerduty, schedules=["PSCHED9"], at=MORNING)["users"]
    assert [(each["name"], each["email"]) for each in people] == [("Ann", None), ("Bob", "bob@example.com")]
    assert [call for call in http.calls if "user" in call][: len(calls)] == calls
    assert oncalls == []


def test_a_turn_that_is_over_does_not_count(pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp) -> None:
    turn = {"user": {"id": "PUSER01", "summary": "Ann"}, "start": NIGHT, "end": MORNING}
    schedule(http, escalation_policies=[], final_schedule={"rendered_schedule_entries": [turn]})
    assert names(read(pagerduty, schedules=["PSCHED9"], at=MORNING)) == []
    assert oncalls == []


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"escalation_policies": []}, {"levels": [1]}),
        ({"escalation_policies": []}, {"escalation_policies": ["PPOLCY1"]}),
        ({"escalation_policies": [{"id": "PPOLCY1"}]}, {"users": ["PUSER01"]}),
    ],
    ids=str,
)
def test_otherwise_a_schedule_is_not_read_for_its_turns(
    fields: Record, options: Record, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    schedule(http, **fields)
    http.answers["GET /users/PUSER01"] = {"user": user("Ann")}
    read(pagerduty, schedules=["PSCHED9"], **options)
    assert http.calls.count("GET /schedules/PSCHED9") == 1
    assert oncalls == []


@pytest.mark.parametrize(
    "options", [{"users": ["PUSER01"]}, {"escalation_policies": ["PPOLCY1"]}, {"levels": [1]}], ids=str
)
def test_a_schedule_is_not_called_empty_if_pagerduty_was_asked_for_part_of_it(
    options: Record, pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    schedule(http, escalation_policies=[{"id": "PPOLCY1"}])
    assert read(pagerduty, schedules=["PSCHED9"], **options)["empty_schedules"] == oncalls == []


def test_everything_that_is_asked_about_goes_into_one_call(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    schedule(http, escalation_policies=[{"id": "PPOLCY1"}])
    read(
        pagerduty,
        escalation_policies=["PPOLCY1"],
        schedules=["PSCHED9"],
        users=["PUSER01"],
        since=MORNING,
        until="2026-01-31T13:00:00+01:00",
    )
    assert query(http, "/oncalls") == [
        ("escalation_policy_ids[]", "PPOLCY1"),
        ("schedule_ids[]", "PSCHED9"),
        ("user_ids[]", "PUSER01"),
        ("since", MORNING),
        ("until", NOON),
        ("include[]", "users"),
    ]
    assert oncalls == []


TOO_LATE = iso_8601(now() + timedelta(days=91))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"escalation_policies": []}, "escalation_policies: must not be empty"),
        ({"schedules": []}, "schedules: must not be empty"),
        ({"users": []}, "users: must not be empty"),
        ({"levels": []}, "levels: must not be empty"),
        ({"levels": [1, 0]}, "levels: must be 1 or greater"),
        ({"at": "noon"}, "at: must be a time such as"),
        ({"at": TOO_LATE}, "at: must be at most 90 days from now"),
        ({"since": NOON, "until": TOO_LATE}, "until: must be at most 90 days from now"),
        ({"since": NOON, "until": MORNING}, "until: must not be before since"),
    ],
    # Not by their values, which are other ones each day.
    ids=lambda value: " and ".join(value) if isinstance(value, dict) else "",
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, words: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{words}"):
        Task("oncall_info", pagerduty, **options).action.check()
    assert http.calls == []


@pytest.mark.parametrize(
    "options",
    [{"levels": [1]}, {"at": iso_8601(now() + timedelta(days=89))}, {"since": NOON, "until": NOON}],
    ids=" and ".join,
)
def test_the_first_level_and_a_moment_within_90_days_are_accepted(options: Record, pagerduty: PagerDuty) -> None:
    Task("oncall_info", pagerduty, **options).action.check()


@pytest.mark.parametrize(
    ("entries", "msg"),
    [
        ([], "Nobody is on call."),
        ([entry("Ann", 1), entry("Bob", 2)], "On call: Ann (level 1), Bob (level 2)."),
        ([entry("Ann", 3), entry("Ann", 1), entry("Ann", 1)], "On call: Ann (level 1, 3)."),
        ([{**entry("Ann", 1), "user": {"id": "PUSER01"}}], "On call: PUSER01 (level 1)."),
        ([entry("A" * 400, 1)], f"On call: {'A' * 290}…"),
    ],
    ids=["nobody", "two", "one at two levels", "without a name", "a long name"],
)
def test_the_message_names_everybody_with_their_levels(
    entries: list[Record], msg: str, pagerduty: PagerDuty, oncalls: list[Record]
) -> None:
    oncalls += entries
    result = Task("oncall_info", pagerduty).run()
    assert (result["msg"], result["changed"], result["failed"]) == (msg, False, False)
    assert set(result) == {"failed", "changed", "msg", "users", "empty_levels", "empty_schedules"}


def test_somebody_without_a_level_is_named_alone(
    pagerduty: PagerDuty, oncalls: list[Record], http: ScriptedHttp
) -> None:
    turn = {"user": {"id": "PUSER01", "summary": "Ann"}, "start": NIGHT, "end": NOON}
    schedule(http, escalation_policies=[], final_schedule={"rendered_schedule_entries": [turn]})
    http.answers["GET /users/PUSER01"] = {"user": {**user("Ann"), "id": "PUSER01"}}
    assert Task("oncall_info", pagerduty, schedules=["PSCHED9"], at=MORNING).run()["msg"] == "On call: Ann."
    assert oncalls == []


@pytest.mark.usefixtures("zones", "oncalls")
@pytest.mark.parametrize(
    ("options", "since", "until"),
    [
        ({"at": "tomorrow 08:00"}, "2026-02-01T07:00:00Z", "2026-02-01T07:00:00Z"),
        ({"at": "08:00"}, "2026-02-01T07:00:00Z", "2026-02-01T07:00:00Z"),
        ({"at": "+4h"}, "2026-01-31T16:00:00Z", "2026-01-31T16:00:00Z"),
        ({"since": "22:00", "until": "06:00"}, "2026-01-31T21:00:00Z", "2026-02-01T05:00:00Z"),
        ({"since": "yesterday 22:00", "until": "06:00"}, "2026-01-30T21:00:00Z", "2026-01-31T05:00:00Z"),
        ({"since": "now", "until": "+7d"}, "2026-01-31T12:00:00Z", "2026-02-07T12:00:00Z"),
    ],
    ids=str,
)
def test_the_time_is_given_as_people_say_it(
    options: Record,
    since: str,
    until: str,
    pagerduty: PagerDuty,
    http: ScriptedHttp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(times, "now", lambda: datetime(2026, 1, 31, 12, tzinfo=timezone.utc))
    read(pagerduty, **options, time_zone="Europe/Berlin")
    asked = dict(query(http, "/oncalls"))
    assert (asked["since"], asked["until"]) == (since, until)


@pytest.mark.usefixtures("zones", "oncalls")
def test_the_zone_of_a_time_of_day_is_told(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers["GET /users"] = {"users": [{**user("Ann"), "email": "someone@example.com", "time_zone": "Asia/Tokyo"}]}
    result = Task("oncall_info", pagerduty, at="tomorrow 08:00").run()
    assert result["msg"] == "Nobody is on call. Times of day are in Asia/Tokyo, the time zone of Ann."
