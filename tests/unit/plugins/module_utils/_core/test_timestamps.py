# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times in responses and in sentences."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.time_texts import parse_duration, parse_zone
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.timestamps import (
    rfc_3339,
    spoken_duration,
    spoken_time,
    time_of,
    time_or_epoch,
)
from ansible_collections.oncall.pagerduty.tests.unit.zones import OFFSETS
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


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


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS))
def test_every_time_of_pythons_is_read(time: datetime) -> None:
    read = time_or_epoch(time.isoformat())
    assert read == time == time_or_epoch(rfc_3339(time))


def test_times_of_responses_are_sorted_whatever_their_zone() -> None:
    texts = ["2026-11-01T01:30:00-04:00", "2026-11-01T01:10:00-05:00", "2026-11-01T06:20:00Z"]
    assert sorted(texts, key=time_of) == texts
    assert sorted(texts) != texts
    assert time_of(None) == time_of("soon") < time_of(texts[0])


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


@pytest.mark.usefixtures("zones")
def test_a_time_is_said_in_its_zone() -> None:
    zone = parse_zone("time_zone", "Europe/Berlin")
    assert spoken_time(NOON, NOON, zone) == "13:00 Europe/Berlin"
    assert spoken_time(NOON + timedelta(hours=12), NOON, zone) == "2026-02-01 01:00 Europe/Berlin"
