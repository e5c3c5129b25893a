# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times and durations in options."""

from __future__ import annotations

import contextlib
from datetime import datetime, time, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.time_texts import (
    given_time,
    parse_duration,
    parse_time,
    parse_zone,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.timestamps import iso_8601
from ansible_collections.oncall.pagerduty.tests.unit.zones import OFFSETS
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00z",
        "2026-01-31 12:00:00+00:00",
        "2026-01-31T13:00:00+0100",
        "2026-01-31T07:00:00.000-05:00",
    ],
)
def test_spellings_of_one_time_are_equal(text: str) -> None:
    assert parse_time("start", text) == NOON


@given(st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=OFFSETS))
def test_every_time_with_a_zone_is_read(time: datetime) -> None:
    time = time.replace(microsecond=0)
    assert parse_time("start", time.isoformat()) == time
    assert parse_time("start", iso_8601(time)) == time


@pytest.mark.parametrize("text", ["", "now", "2026-01-31T12:00:00", "2026-01-31", "12:00Z", "2026-13-01T00:00:00Z"])
def test_a_time_without_a_zone_or_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="start: must be an ISO 8601 time with a time zone"):
        parse_time("start", text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7200", 7200),
        ("2h", 7200),
        ("120 m", 7200),
        ("1h 30m", 5400),
        ("1H30M", 5400),
        ("PT2H", 7200),
        ("P1DT1S", 86_401),
        ("P1W", 604_800),
        ("1w2d", 777_600),
    ],
)
def test_spellings_of_a_duration(text: str, seconds: int) -> None:
    assert parse_duration("duration", text) == seconds


@pytest.mark.parametrize("text", ["4", " 4 ", "04"])
def test_a_small_number_is_refused_with_what_may_be_meant(text: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        parse_duration("duration", text)
    assert str(caught.value) == (f"duration: a number below 60 must have a unit: 4m (or 240), 4h, or 4s, got {text!r}.")


@given(st.integers(1, 59))
def test_with_a_unit_the_smallest_duration_is_read(seconds: int) -> None:
    assert parse_duration("duration", f"{seconds}s") == parse_duration("duration", f"PT{seconds}S") == seconds


@given(st.integers(60, 10**8))
def test_every_number_of_seconds_is_read(seconds: int) -> None:
    assert parse_duration("duration", str(seconds)) == seconds
    assert parse_duration("duration", f"{seconds // 60}m {seconds % 60}s") == seconds
    assert parse_duration("duration", f"PT{seconds // 60}M{seconds % 60}S") == seconds


@pytest.mark.parametrize("text", ["", "0", "0h", "-1", "h", "P", "PT", "1.5h", "30m 1h", "P1M", "soon", "9" * 20])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="duration: must be a duration greater than 0"):
        parse_duration("duration", text)


@given(st.text())
def test_random_text_never_ends_in_another_error(text: str) -> None:
    for parse in (parse_time, parse_duration, given_time):
        with contextlib.suppress(InvalidOption):
            assert parse("option", text)


WINTER_MORNING = datetime(2026, 1, 31, 7, tzinfo=timezone.utc)
"""It is eight o'clock in Berlin."""


def berlin(text: str) -> datetime:
    """What a clock in Berlin shows."""
    return datetime.fromisoformat(text).replace(tzinfo=parse_zone("time_zone", "Europe/Berlin"))


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("now", "2026-01-31T07:00:00Z", None),
        ("+4h", "2026-01-31T11:00:00Z", None),
        ("+ 1h 30m", "2026-01-31T08:30:00Z", None),
        ("+PT30M", "2026-01-31T07:30:00Z", None),
        ("-7d", "2026-01-24T07:00:00Z", None),
        ("2026-02-01T12:00:00+05:00", "2026-02-01T07:00:00Z", None),
        ("20260201T120000Z", "2026-02-01T12:00:00Z", None),
        # In Berlin.
        ("2026-02-01 12:00", "2026-02-01T11:00:00Z", None),
        ("2026-02-01T12:00:30", "2026-02-01T11:00:30Z", None),
        ("2026-07-01 12:00", "2026-07-01T10:00:00Z", None),
        ("tomorrow 08:00", "2026-02-01T07:00:00Z", None),
        (" Tomorrow at 8:00 ", "2026-02-01T07:00:00Z", None),
        ("today 06:00", "2026-01-31T05:00:00Z", None),
        ("today 23:59:59", "2026-01-31T22:59:59Z", None),
        ("yesterday 18:00", "2026-01-30T17:00:00Z", None),
        ("09:30", "2026-01-31T08:30:00Z", "2026-01-30T08:30:00Z"),
        ("07:30", "2026-02-01T06:30:00Z", "2026-01-31T06:30:00Z"),
        ("08:00", "2026-02-01T07:00:00Z", "2026-01-31T07:00:00Z"),
        # Elsewhere.
        ("08:00 UTC", "2026-01-31T08:00:00Z", "2026-01-30T08:00:00Z"),
        ("06:30Z", "2026-02-01T06:30:00Z", "2026-01-31T06:30:00Z"),
        ("tomorrow 08:00 -0500", "2026-02-01T13:00:00Z", None),
        ("08:00+05:30", "2026-02-01T02:30:00Z", "2026-01-31T02:30:00Z"),
    ],
)
def test_a_time_is_given_as_people_say_it(text: str, after: str, before: str | None) -> None:
    zone, given = parse_zone("time_zone", "Europe/Berlin"), given_time("until", text)
    assert iso_8601(given.after(WINTER_MORNING, zone)) == after
    assert iso_8601(given.before(WINTER_MORNING, zone)) == (before or after)


@pytest.mark.parametrize(
    ("text", "needs_zone"),
    [
        ("08:00", True),
        ("today 08:00", True),
        ("2026-01-31 08:00", True),
        ("08:00 UTC", False),
        ("2026-01-31T08:00Z", False),
        ("+4h", False),
        ("now", False),
    ],
)
def test_only_a_clock_needs_a_time_zone(text: str, needs_zone: bool) -> None:
    assert given_time("until", text).needs_zone is needs_zone


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize(
    ("text", "present", "expected"),
    [
        # 29 March 2026: 02:00 is 03:00.
        ("today 02:30", "2026-03-29T00:00", "2026-03-29T01:30:00Z"),
        ("02:30", "2026-03-29T00:00", "2026-03-29T01:30:00Z"),
        ("03:30", "2026-03-29T00:00", "2026-03-29T01:30:00Z"),
        ("tomorrow 08:00", "2026-03-28T12:00", "2026-03-29T06:00:00Z"),
        ("+1d", "2026-03-28T12:00", "2026-03-29T11:00:00Z"),
        # 25 October 2026: 03:00 is 02:00 again.
        ("today 02:30", "2026-10-25T00:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25 02:30", "2026-10-25T00:00", "2026-10-25T00:30:00Z"),
        ("02:30", "2026-10-25T00:00", "2026-10-25T00:30:00Z"),
        ("02:30", "2026-10-25T02:40", "2026-10-25T01:30:00Z"),
        ("02:30", "2026-10-25T04:00", "2026-10-26T01:30:00Z"),
    ],
)
def test_when_the_clock_is_changed(text: str, present: str, expected: str) -> None:
    zone = parse_zone("time_zone", "Europe/Berlin")
    assert iso_8601(given_time("until", text).after(berlin(present), zone)) == expected


@given(st.datetimes(datetime(1970, 1, 3), datetime(9000, 1, 1), timezones=OFFSETS), st.times(), OFFSETS)
def test_the_next_time_of_day_is_within_a_day_and_so_is_the_last_one(
    present: datetime, clock: time, zone: timezone
) -> None:
    daily = given_time("until", f"{clock:%H:%M:%S}")
    after, before = daily.after(present, zone), daily.before(present, zone)
    assert timedelta(0) < after - present <= timedelta(days=1)
    assert after - before == timedelta(days=1)
    assert after.astimezone(zone).time() == before.astimezone(zone).time() == clock.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-01-31", "24:00", "8", "08:60", "4h", "monday 08:00", "08:00 CET", "08:00 +25:00", "noon"],
)
def test_what_has_no_or_several_meanings_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^until: "):
        given_time("until", text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("noon", "until: must be a time such as 2026-01-31T23:59:59Z, 2026-01-31 08:00, tomorrow 08:00, 08:00, or +4h"),
        ("1020", "until: is a number; write a time in quotes, because YAML reads 17:00 as 1020, got '1020'."),
        ("+4", "until: a number below 60 must have a unit: 4m (or 240), 4h, or 4s, got '4'."),
    ],
)
def test_the_error_says_what_to_write(text: str, words: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        given_time("until", text)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("text", ["+999999999w", "-999999999w", "-900000w", "9999-12-31 23:00", "0001-01-01 00:00"])
def test_a_time_too_far_away_is_refused(text: str) -> None:
    zone = timezone(timedelta(hours=-12 if text.startswith("9") else 12))
    with pytest.raises(InvalidOption, match="until: is too far away"):
        given_time("until", text).after(NOON, zone)


@pytest.mark.usefixtures("zones")
def test_a_time_zone_has_a_name() -> None:
    assert str(parse_zone("time_zone", " Europe/Berlin ")) == "Europe/Berlin"
    assert parse_zone("time_zone", "utc") is parse_zone("time_zone", "Etc/UTC") is timezone.utc


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize("name", ["Mars/Olympus", "CET+", "../Europe/Berlin", "/etc/passwd", "Europe", "a\0b", "é"])
def test_a_time_zone_that_this_machine_does_not_know_is_refused_with_the_next_step(name: str) -> None:
    with pytest.raises(InvalidOption, match=r"^time_zone: must be a time zone that this machine knows.* tzdata"):
        parse_zone("time_zone", name)
