# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which time zone the times of a task are meant, and what that costs."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times as module
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.times import Times
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, NotSent, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.timestamps import iso_8601
from ansible_collections.oncall.pagerduty.tests.unit.records import named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

USERS, ME = "GET /users", "GET /users/me"
ANA = named("PU1", "Ana", email="someone@example.com", time_zone="Asia/Tokyo")
DENIED = (403, {"error": {"message": "Access Denied", "code": 2010}})
NO_USER = "Times of day are in UTC, because no user's time zone is known; set time_zone for another one."
IN_TOKYO = "Times of day are in Asia/Tokyo, the time zone of Ana."

pytestmark = pytest.mark.usefixtures("zones", "_noon")


@pytest.fixture
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "now", lambda: datetime(2026, 1, 31, 12, tzinfo=timezone.utc))


def settled(pagerduty: PagerDuty, until: str | None, zone: str | None = None) -> Times:
    """The times of a task with this option."""
    times = Times(pagerduty, {"until": until, "time_zone": zone}, "until")
    times.check()
    times.settle()
    # What is settled stays so.
    times.settle()
    return times


@pytest.mark.parametrize(
    ("until", "zone", "expected"),
    [
        ("08:00", "Europe/Berlin", "2026-02-01T07:00:00Z"),
        ("08:00", "UTC", "2026-02-01T08:00:00Z"),
        ("08:00Z", None, "2026-02-01T08:00:00Z"),
        ("+4h", None, "2026-01-31T16:00:00Z"),
        ("2026-02-01T08:00:00+01:00", None, "2026-02-01T07:00:00Z"),
    ],
)
def test_nobody_is_asked_unless_a_clock_is_meant_and_no_zone_is_given(
    until: str, zone: str | None, expected: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    times = settled(pagerduty, until, zone)
    assert (iso_8601(times.next("until")), times.remark, http.calls) == (expected, "", [])


def test_a_task_without_a_time_asks_nobody(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    assert (settled(pagerduty, None).given, http.calls) == ({}, [])


@pytest.mark.parametrize(
    ("answer", "expected", "remark"),
    [
        ({"users": [ANA]}, "2026-01-31T23:00:00Z", IN_TOKYO),
        ({"users": [{**ANA, "time_zone": None}]}, "2026-02-01T08:00:00Z", NO_USER),
        ({"users": [{**ANA, "time_zone": "Etc/UTC"}]}, "2026-02-01T08:00:00Z", IN_TOKYO.replace("Asia/Tokyo", "UTC")),
        ({"users": []}, "2026-02-01T08:00:00Z", NO_USER),
        (DENIED, "2026-02-01T08:00:00Z", NO_USER),
    ],
    ids=["in Tokyo", "in the account's", "in UTC", "unknown", "must not be read"],
)
def test_else_it_is_that_of_the_user_who_makes_the_changes(
    answer: t.Any, expected: str, remark: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {USERS: answer}
    times = settled(pagerduty, "08:00")
    assert (iso_8601(times.next("until")), times.remark) == (expected, remark)
    assert str(times.spoken_zone) == remark.split()[5].rstrip(",")
    assert set(http.calls) == {USERS}


@pytest.mark.parametrize(
    ("answer", "remark"), [({"user": ANA}, IN_TOKYO), ((400, {"error": {"message": "not a user"}}), NO_USER)]
)
def test_without_a_from_email_the_user_is_the_tokens(
    answer: t.Any, remark: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    pagerduty.settings = pagerduty.settings._replace(from_email=None)
    http.answers = {ME: answer}
    assert settled(pagerduty, "08:00").remark == remark
    assert http.calls == [ME]


@pytest.mark.parametrize(
    ("answer", "error"),
    [((401, {"error": {"message": "Unauthorized", "code": 2006}}), Refused), (NotSent("no answer"), NotSent)],
)
def test_what_would_hit_every_call_is_no_time_zone(
    answer: t.Any, error: type[Exception], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {USERS: answer}
    with pytest.raises(error):
        settled(pagerduty, "08:00")


def test_a_users_zone_that_this_machine_does_not_know_is_an_error_with_the_next_step(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {USERS: {"users": [{**ANA, "time_zone": "Mars/Olympus"}]}}
    with pytest.raises(InvalidOption) as caught:
        settled(pagerduty, "08:00")
    assert str(caught.value) == (
        "time_zone: set it, or install the Python package tzdata: this machine does not know that of Ana, got "
        "'Mars/Olympus'."
    )


def test_the_last_time_of_day_can_be_meant(pagerduty: PagerDuty) -> None:
    assert iso_8601(settled(pagerduty, "08:00", "UTC").last("until")) == "2026-01-31T08:00:00Z"


def test_an_unknown_zone_is_refused_before_any_call(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    with pytest.raises(InvalidOption, match=r"^time_zone: "):
        Times(pagerduty, {"until": None, "time_zone": "Mars/Olympus"}, "until").check()
    assert http.calls == []
