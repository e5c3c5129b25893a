# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long an incident stays acknowledged, what is sent for it, and what is said."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions import incident_snooze
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, OutcomeUnknown
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
UNTIL_TWO = {"type": "unacknowledge", "at": "2026-01-31T14:00:00Z"}
GET, PUT, POST = "GET /incidents/Q1", "PUT /incidents/Q1", "POST /incidents/Q1/snooze"
USERS, LOG = "GET /users", "GET /incidents/Q1/log_entries"
BOT = named("PU9", "Bot", email="someone@example.com")
DENIED = (403, {"error": {"message": "Access Denied", "code": 2010}})
Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]


class Clock:
    """The time, which a test can advance."""

    def __init__(self) -> None:
        self.time = NOON

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Noon."""
    clock = Clock()
    for module in (incident_snooze, times):
        monkeypatch.setattr(module, "now", lambda: clock.time)
    return clock


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that snoozes an incident."""
    http.answers = {PUT: {}, POST: {"incident": held(UNTIL_TWO["at"])}, USERS: {"users": [BOT]}, LOG: log("snooze")}

    def make(record: Record, **options: t.Any) -> Task:
        http.answers.setdefault(GET, {"incident": record})
        return Task("incident_snooze", pagerduty, **options)

    return make


def log(*kinds: str) -> Record:
    """A log, the newest entry first."""
    return {
        "log_entries": [
            {"type": f"{kind}_log_entry", "created_at": f"2026-01-31T11:{59 - minutes}:00Z"}
            for minutes, kind in enumerate(kinds)
        ]
    }


def held(*until: str) -> Record:
    actions = [{"type": "unacknowledge", "at": each} for each in until]
    other = {"type": "resolve", "at": "2026-02-01T00:00:00Z"}
    return incident(status="acknowledged", pending_actions=[*actions, other])


@pytest.mark.parametrize(
    ("pending", "is_enough"),
    [
        ([], False),
        (["2026-01-31T13:58:59Z"], False),
        (["2026-01-31T13:59:00Z"], True),
        (["2026-01-31T15:00:00+01:00"], True),
        (["2026-01-31T12:30:00Z", "2026-01-31T15:00:00Z"], True),
        (["2026-01-31T15:00:00Z", "2026-01-31T12:30:00Z"], True),
        (["some time"], False),
    ],
)
@pytest.mark.parametrize("end", [{"duration": "2h"}, {"until": "2026-01-31T14:00:00Z"}], ids=str)
def test_an_end_up_to_a_minute_earlier_is_enough(
    pending: list[str], is_enough: bool, end: dict[str, str], task: Tasks
) -> None:
    assert task(held(*pending), **end).plan().is_needed is not is_enough


@pytest.mark.parametrize(
    ("record", "end", "would", "done"),
    [
        (
            incident(),
            {"duration": "2h"},
            "would acknowledge, assign to Bot, snooze for 2h, until 14:00 UTC",
            "acknowledged, assigned to Bot, snoozed for 2h, until 14:00 UTC",
        ),
        (
            held(),
            {"duration": "PT90M"},
            "would snooze for 1h 30m, until 13:30 UTC",
            "snoozed for 1h 30m, until 13:30 UTC",
        ),
        (held(), {"duration": "7200"}, "would snooze for 2h, until 14:00 UTC", "snoozed for 2h, until 14:00 UTC"),
        (
            held(),
            {"until": "2026-02-01T07:00:00+01:00"},
            "would snooze until 2026-02-01 06:00 UTC",
            "snoozed until 2026-02-01 06:00 UTC",
        ),
        (
            held("2026-01-31T16:00:00+01:00"),
            {"duration": "2h"},
            "snoozed until 15:00 UTC already",
            "snoozed until 15:00 UTC already",
        ),
        (
            held("2026-02-01T12:30:00Z"),
            {"duration": "2h"},
            "snoozed until 2026-02-01 12:30 UTC already",
            "snoozed until 2026-02-01 12:30 UTC already",
        ),
    ],
)
def test_what_is_done_is_said(
    record: Record, end: dict[str, str], would: str, done: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(record, **end)
    assert asked.run(check_mode=True)["msg"] == f"Incident Q1 (#1): {would}."
    assert http.writes == []
    result = asked.run()
    assert (result["changed"], result["msg"]) == (would != done, f"Incident Q1 (#1): {done}.")
    assert result["notifies"] == []


@pytest.mark.parametrize(
    ("record", "end", "before", "after"),
    [
        (
            incident(),
            {"duration": " 2h "},
            {"status": "triggered", "assignees": [], "acknowledged_until": None},
            {"status": "acknowledged", "assignees": ["Bot (PU9)"], "acknowledged_until": "2h from now"},
        ),
        (
            held("2026-01-31T13:30:00+01:00"),
            {"until": "2026-01-31T15:00:00+01:00"},
            {"status": "acknowledged", "acknowledged_until": "2026-01-31T12:30:00Z"},
            {"status": "acknowledged", "acknowledged_until": "2026-01-31T14:00:00Z"},
        ),
        (
            held("2026-01-31T16:00:00+01:00"),
            {"duration": "2h"},
            {"acknowledged_until": "2026-01-31T15:00:00Z"},
            {"acknowledged_until": "2026-01-31T15:00:00Z"},
        ),
    ],
)
def test_a_diff_shows_the_end_as_it_was_given(
    record: Record, end: dict[str, str], before: Record, after: Record, task: Tasks
) -> None:
    change = task(record, **end).plan()
    assert (change.before, change.after) == (before, after)


@pytest.mark.parametrize(
    ("entries", "is_snoozed"),
    [
        (["snooze", "acknowledge", "trigger"], True),
        (["notify", "snooze"], True),
        (["acknowledge", "snooze", "acknowledge"], False),
        (["acknowledge", "trigger"], False),
        ([], False),
    ],
    ids=str,
)
def test_a_later_end_is_enough_only_if_it_is_that_of_a_snooze(
    entries: list[str], is_snoozed: bool, task: Tasks, http: ScriptedHttp
) -> None:
    """The service's acknowledgement timeout triggers the incident again tomorrow."""
    http.answers[LOG] = log(*entries)
    change = task(held("2026-02-01T11:00:00Z"), duration="1h").plan()
    assert change.is_needed is not is_snoozed
    if not is_snoozed:
        assert change.before == {"status": "acknowledged", "acknowledged_until": "2026-02-01T11:00:00Z"}


def test_a_snooze_in_the_second_of_its_acknowledgement_counts(task: Tasks, http: ScriptedHttp) -> None:
    at = "2026-01-31T11:00:00Z"
    kinds = ("acknowledge_log_entry", "snooze_log_entry")
    http.answers[LOG] = {"log_entries": [{"type": kind, "created_at": at} for kind in kinds]}
    assert not task(held("2026-01-31T16:00:00Z"), duration="1h").plan().is_needed


def test_the_log_is_read_as_far_as_it_is_needed(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[LOG] = [{**log(*kinds), "more": True} for kinds in (["notify"], ["snooze"], ["acknowledge"])]
    assert not task(held("2026-01-31T16:00:00Z"), duration="1h").plan().is_needed
    assert http.calls.count(LOG) == 2


def test_the_log_is_not_read_for_an_end_that_is_as_wanted(task: Tasks, http: ScriptedHttp) -> None:
    assert not task(held(UNTIL_TWO["at"]), duration="2h").plan().is_needed
    assert http.calls == [GET]


def test_the_other_pending_actions_stay(task: Tasks) -> None:
    change = task({**held("2026-01-31T12:30:00Z"), "status": "triggered"}, duration="2h").plan()
    assert change.predicted["pending_actions"] == [{"type": "resolve", "at": "2026-02-01T00:00:00Z"}, UNTIL_TWO]
    assert (change.predicted["status"], change.predicted["title"]) == ("acknowledged", "Disk full")
    assert [each["assignee"]["id"] for each in change.predicted["assignments"]] == ["PU9"]


def test_an_incident_without_pending_actions_gets_one(task: Tasks) -> None:
    change = task({**held(), "pending_actions": None}, duration="2h").plan()
    assert change.predicted["pending_actions"] == [UNTIL_TWO]


def test_the_end_does_not_move_while_the_task_runs(task: Tasks, http: ScriptedHttp, clock: Clock) -> None:
    asked = task(held(), duration="30s")
    change = asked.plan()
    clock.advance(20)
    asked.action.send([change])
    clock.advance(20)
    asked.action.send([change])
    assert http.writes == [(POST, {"duration": 10}), (POST, {"duration": 1})]


def test_a_snooze_that_had_its_effect_is_not_sent_again(task: Tasks, http: ScriptedHttp, clock: Clock) -> None:
    http.answers |= {GET: [{"incident": held()}, {"incident": held(UNTIL_TWO["at"])}]}
    asked = task(held(), duration="2h")

    def lose(_request: object) -> Exception:
        clock.advance(300)
        return OutcomeUnknown("lost")

    http.answers[POST] = lose
    assert asked.run()["msg"] == "Incident Q1 (#1): snoozed for 2h, until 14:00 UTC."
    assert len(http.writes) == 1


def test_a_triggered_incident_is_acknowledged_first(task: Tasks, http: ScriptedHttp) -> None:
    assert task(incident(), duration="2h").send() == held(UNTIL_TWO["at"])
    acknowledged = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    assert http.writes == [(PUT, acknowledged), (POST, {"duration": 7200})]


def test_if_somebody_else_gets_it_the_result_says_so(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[POST] = {"incident": {**held(UNTIL_TWO["at"]), "assignments": assigned_to(named("PU1", "Ana"))}}
    assert task(incident(), duration="2h").run()["msg"] == (
        "Incident Q1 (#1): acknowledged, assigned to Ana, snoozed for 2h, until 14:00 UTC."
    )


def test_an_acknowledged_one_is_not(task: Tasks, http: ScriptedHttp) -> None:
    task(held(), duration="2h").send()
    assert http.writes == [(POST, {"duration": 7200})]


def test_an_incident_that_somebody_else_acknowledges_first_is_snoozed(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[PUT] = (400, {"error": {"code": 1002, "message": "Incident Already Acknowledged"}})
    assert task(incident(), duration="2h").run()["changed"]
    assert len(http.writes) == 2


def test_an_incident_that_may_not_be_acknowledged_is_not_snoozed(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[PUT] = DENIED
    result = task(incident(), duration="2h").run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (False, "not_done")
    assert len(http.writes) == 1


def test_an_incident_that_is_acknowledged_but_not_snoozed_is_done_in_part(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {GET: [{"incident": incident()}, {"incident": held()}], POST: DENIED}
    result = task(incident(), duration="2h").run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (True, "partly_done")
    assert result["msg"].startswith(
        'Incident Q1 (#1): done in part (status "triggered" → "acknowledged"). '
        "POST https://api.pagerduty.com/incidents/Q1/snooze: "
    )


def test_a_resolved_incident_is_refused(task: Tasks) -> None:
    result = task(incident(status="resolved"), duration="2h").run()
    assert result["msg"].startswith("Incident Q1 (#1) is resolved; it cannot be snoozed. Re-open it with")


def test_several_incidents_are_told_together(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/Q2"] = {"incident": {**held(UNTIL_TWO["at"]), "id": "Q2", "incident_number": 2}}
    result = task(held(), incident_id=["Q1", "Q2"], duration="2h").run()
    assert result["msg"] == "2 incidents: 1 changed (snoozed for 2h, until 14:00 UTC), 1 unchanged."


@pytest.mark.parametrize("end", [{"duration": "7d"}, {"until": "2026-02-07T12:00:00Z"}], ids=str)
def test_a_week_is_the_longest_snooze(end: dict[str, str], task: Tasks, http: ScriptedHttp, clock: Clock) -> None:
    asked = task(held(), **end)
    change = asked.plan()
    clock.advance(-60)
    asked.action.send([change])
    assert http.writes == [(POST, {"duration": 604_800})]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"duration": "604801"}, "duration: must be at most a week"),
        ({"duration": "soon"}, "duration: must be a duration"),
        ({"until": "2026-01-31T12:00:00Z"}, "until: must be in the future"),
        ({"until": "2026-02-07T12:00:01Z"}, "until: .* at most a week from now"),
        ({"until": "tomorrow"}, "until: must be a time such as"),
        ({"duration": "2h", "incident_id": ["?"]}, "incident_id: "),
    ],
)
def test_an_end_that_cannot_be_is_refused_before_any_call(
    options: dict[str, t.Any], words: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{words}"):
        task(incident(), **options).action.check()
    assert http.calls == []


TOKYO = {"users": [{**BOT, "time_zone": "Asia/Tokyo"}]}
"""It is nine in the evening there."""


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize(
    ("options", "seconds", "end"),
    [
        ({"until": "14:00 UTC"}, 2 * 3600, "14:00 UTC"),
        ({"until": "tomorrow 08:00", "time_zone": "Europe/Berlin"}, 19 * 3600, "2026-02-01 08:00 Europe/Berlin"),
        ({"until": "08:00", "time_zone": "Europe/Berlin"}, 19 * 3600, "2026-02-01 08:00 Europe/Berlin"),
        ({"until": "2026-01-31 20:00", "time_zone": "Europe/Berlin"}, 7 * 3600, "20:00 Europe/Berlin"),
        ({"until": "+4h"}, 4 * 3600, "16:00 UTC"),
        ({"until": "08:00"}, 11 * 3600, "2026-02-01 08:00 Asia/Tokyo"),
        ({"until": "22:30"}, 5400, "22:30 Asia/Tokyo"),
    ],
    ids=str,
)
def test_the_end_is_given_as_people_say_it(
    options: Record, seconds: int, end: str, task: Tasks, http: ScriptedHttp
) -> None:
    http.answers[USERS] = TOKYO
    asked = task(held("2026-01-31T12:10:00Z"), **options)
    result = asked.run()
    needs_user = end.endswith("Tokyo")
    told = " Times of day are in Asia/Tokyo, the time zone of Bot." if needs_user else ""
    assert result["msg"] == f"Incident Q1 (#1): snoozed until {end}.{told}"
    assert (http.writes, USERS in http.calls) == ([(POST, {"duration": seconds})], needs_user)


def test_a_time_from_now_is_the_same_in_check_mode(task: Tasks) -> None:
    after = task(held("2026-01-31T12:10:00Z"), until="+4h").plan().after
    assert after["acknowledged_until"] == "4h from now"


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize("until", ["yesterday 08:00", "-1h", "now", "today 08:00"])
def test_an_end_in_the_past_is_refused(until: str, task: Tasks) -> None:
    with pytest.raises(InvalidOption, match="until: must be in the future"):
        task(held(), until=until, time_zone="Europe/Berlin").plan()
