# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times and durations in options, and times in responses."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.time_texts import (
    iso_8601,
    parse_duration,
    parse_time,
    rfc_3339,
    spoken_duration,
    spoken_time,
    time_of,
    time_or_epoch,
)
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
ZONES = st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))


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


@given(st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=ZONES))
def test_every_time_with_a_zone_is_read(time: datetime) -> None:
    time = time.replace(microsecond=0)
    assert parse_time("start", time.isoformat()) == time
    assert parse_time("start", iso_8601(time)) == time


@pytest.mark.parametrize("text", ["", "now", "2026-01-31T12:00:00", "2026-01-31", "12:00Z", "2026-13-01T00:00:00Z"])
def test_a_time_without_a_zone_or_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="start: must be an ISO 8601 time with a time zone"):
        parse_time("start", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123456Z"),
        ("2026-01-31T12:00:00,5Z", "2026-01-31T12:00:00.500000Z"),
        ("2026-01-31T14:00:00+02", "2026-01-31T12:00:00Z"),
        ("2026-01-31T03:30-0830", "2026-01-31T12:00:00Z"),
        ("20260131T120000Z", "2026-01-31T12:00:00Z"),
        ("20260131", "2026-01-31T00:00:00Z"),
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("2026-01-31T12", "2026-01-31T12:00:00Z"),
        (" 2026-01-31 12:00 ", "2026-01-31T12:00:00Z"),
        ("2026-01-31 12:00:00 +0000", "2026-01-31T12:00:00Z"),
        ("2026-01-31 12:00:00 utc", "2026-01-31T12:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("1769860800", "2026-01-31T12:00:00Z"),
        ("1769860800.25", "2026-01-31T12:00:00.250000Z"),
        ("1769860800123", "2026-01-31T12:00:00.123000Z"),
        ("1769860800123456", "2026-01-31T12:00:00.123456Z"),
        ("1769860800123456789", "2026-01-31T12:00:00.123456Z"),
        ("999999999", "2001-09-09T01:46:39Z"),
    ],
)
def test_the_time_of_an_event_is_read_as_tools_write_it(text: str, expected: str) -> None:
    time = time_or_epoch(text)
    assert time is not None
    assert rfc_3339(time) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "noon", "12:00", "12345678901234567890", "1234567", "-1769860800", "2026-1-31", "2026-0131", "2026-02-30",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60Z", "2026-01-31T12:00:00+24:00", "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00", "2026-01-31T12:00:00.Z", "2026-01-31Z", "Sat, 31 Jan 2026", "２０２６-01-31",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    assert time_or_epoch(text) is None


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES))
def test_every_time_of_pythons_is_read(time: datetime) -> None:
    read = time_or_epoch(time.isoformat())
    assert read == time == time_or_epoch(rfc_3339(time))


def test_time_texts_of_responses_are_sorted_whatever_their_zone() -> None:
    texts = ["2026-11-01T01:30:00-04:00", "2026-11-01T01:10:00-05:00", "2026-11-01T06:20:00Z"]
    assert sorted(texts, key=time_of) == texts
    assert sorted(texts) != texts
    assert time_of(None) == time_of("soon") < time_of(texts[0])


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
    for parse in (parse_time, parse_duration):
        with contextlib.suppress(InvalidOption):
            assert parse("option", text)


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (NOON, "12:00 UTC"),
        (NOON.replace(hour=0), "00:00 UTC"),
        (NOON.replace(hour=23, minute=59, second=59), "23:59 UTC"),
        (datetime(2026, 1, 31, 23, 5, tzinfo=timezone(timedelta(hours=1))), "22:05 UTC"),
        (datetime(2026, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "23:30 UTC"),
        (NOON + timedelta(days=1), "2026-02-01 12:00 UTC"),
        (NOON.replace(year=2025), "2025-01-31 12:00 UTC"),
    ],
)
def test_a_time_of_another_day_is_said_with_its_date(time: datetime, said: str) -> None:
    assert spoken_time(time, NOON.astimezone(timezone(timedelta(hours=14)))) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(7200, "2h"), (5400, "1h 30m"), (45, "45s"), (86_400, "1d"), (1_209_600, "2w"), (694_861, "1w 1d 1h 1m 1s")],
)
def test_a_duration_is_said_in_few_words(seconds: int, said: str) -> None:
    assert spoken_duration(seconds) == said
    assert parse_duration("duration", said) == seconds
