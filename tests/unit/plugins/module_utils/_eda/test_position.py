# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a source has read: what is kept, what a kill leaves, and what a damaged file means."""

from __future__ import annotations

import contextlib
import json
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import (
    CLOCK_TOLERANCE,
    Position,
    iso,
    time_of,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.state_file import StateFile
from hypothesis import given, settings
from hypothesis import strategies as st

OVERLAP = 60.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def a_position(path: Path) -> Position:
    return Position(StateFile(path), OVERLAP)


@contextlib.contextmanager
def loaded(path: Path) -> t.Iterator[Position]:
    """A position as a source finds it that starts."""
    position = a_position(path)
    position.load()
    try:
        yield position
    finally:
        position.close()


def test_the_file_keeps_only_what_the_next_poll_can_read_again(path: Path) -> None:
    position = a_position(path)
    position.start_at(1_000.0)
    for second in range(1_000, 1_200):
        position.add(f"R{second}", second)
    position.finish_poll(1_250.0)
    position.save()
    kept = json.loads(path.read_text())
    assert (kept["until"], kept["polled"]) == (1_199.0, 1_250.0)
    assert sorted(kept["seen"]) == [f"R{second}" for second in range(1_139, 1_200)]


def test_a_source_continues_where_it_was(path: Path) -> None:
    before = a_position(path)
    before.start_at(1_000.0)
    before.add("R1", 1_010.0)
    before.save()
    with loaded(path) as after:
        assert (after.until, after.since, "R1" in after, "R2" in after) == (1_010.0, 1_000.0, True, False)


def test_a_poll_that_finds_nothing_leaves_the_position_at_the_latest_log_entry(path: Path) -> None:
    position = a_position(path)
    position.start_at(1_000.0)
    position.add("R1", 2_000.0)
    # A clock that is two days fast.
    position.finish_poll(200_000.0)
    assert (position.since, "R1" in position) == (1_940.0, True)


def test_before_the_first_answer_nothing_is_written(path: Path) -> None:
    with loaded(path) as position:
        position.save()
    assert not path.exists()


def test_without_a_file_nothing_is_kept() -> None:
    position = Position(None, OVERLAP)
    position.load()
    position.start_at(1_000.0)
    position.save()
    position.add("R1", 1_010.0)
    position.save_entry("R1")
    position.close()
    assert position.until == 1_010.0


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_kill_while_an_entry_is_written_leaves_the_others(cut: int, path: Path) -> None:
    with loaded(path) as position:
        position.start_at(1_000.0)
        position.save()
        for number in (1, 2):
            position.add(f"R{number}", 1_000.0 + number)
            position.save_entry(f"R{number}")
    path.write_bytes(path.read_bytes()[:-cut])
    with loaded(path) as position:
        position.add("R3", 1_003.0)
        position.save_entry("R3")
    with loaded(path) as position:
        assert [f"R{number}" in position for number in (1, 2, 3)] == [cut <= len('\n["R2", 1002.0]'), False, True]


def test_what_was_begun_is_known_after_a_kill_until_it_is_handed_over_or_the_poll_is_complete(path: Path) -> None:
    with loaded(path) as position:
        position.start_at(1_000.0)
        position.save()
        for number in (1, 2, 3):
            position.save_begun(f"R{number}", 1_000.0 + number)
        position.add("R2", 1_002.0)
        position.save_entry("R2")
    for _restart in range(2):
        with loaded(path) as position:
            assert (position.begun, "R1" in position) == ({"R1": 1_001.0, "R3": 1_003.0}, False)
            position.save()
    with loaded(path) as position:
        position.finish_poll(1_010.0)
        position.save()
    with loaded(path) as position:
        assert position.begun == {}


def test_an_entry_is_written_though_the_file_has_vanished(path: Path) -> None:
    with loaded(path) as position:
        position.start_at(1_000.0)
        position.add("R1", 1_001.0)
        position.save_entry("R1")
    with loaded(path) as position:
        assert "R1" in position


@pytest.mark.parametrize("content", ["", "\n", "\0" * 100])
def test_an_empty_file_is_as_good_as_none(content: str, path: Path) -> None:
    path.write_text(content)
    with loaded(path) as position:
        assert position.until is None


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        "root:x:0:0::/root:/bin/sh\n",
        "[" * 100_000,
        '{"until": 1, "polled": 1, "start": "never", "seen": {}, "begun": {}}',
        '{"until": NaN, "polled": 1, "start": 1, "seen": {}, "begun": {}}',
        '{"until": 1e400, "polled": 1, "start": 1, "seen": {}, "begun": {}}',
        '{"until": -1, "polled": 1, "start": 1, "seen": {}, "begun": {}}',
        '{"until": null, "polled": 1, "start": 1, "seen": {}, "begun": {}}',
        '{"until": 1, "polled": 1, "start": 1, "seen": ["R1"], "begun": {}}',
        '{"until": 1, "polled": 1, "start": 1, "seen": {"R1": "noon"}, "begun": {}}',
        '{"until": 1, "polled": 1, "start": 1, "seen": {}, "begun": {"R1": "noon"}}',
        '{"until": 1, "polled": 1, "start": 1, "seen": {}}',
    ],
    ids=lambda content: content[:60],
)
def test_a_damaged_file_is_kept_and_is_an_error_with_a_way_out(content: str, path: Path) -> None:
    path.write_text(content)
    with pytest.raises(InvalidOption, match=r"state_file: .* delete it to begin with the log entries from now on"):
        a_position(path).load()
    assert path.read_text() == content


NUMBERS = st.none() | st.integers() | st.floats() | st.text()
FILES = st.binary() | st.builds(
    lambda kept, rest: json.dumps(kept).encode() + rest,
    st.fixed_dictionaries({}, optional=dict.fromkeys(("until", "polled", "start"), NUMBERS))
    | st.fixed_dictionaries(
        {name: st.floats(0, 1e10) for name in ("until", "polled", "start")},
        optional=dict.fromkeys(("seen", "begun"), st.dictionaries(st.text(), NUMBERS)),
    ),
    st.binary(),
)


@settings(deadline=None)
@given(FILES)
def test_whatever_the_file_says_a_source_starts_in_the_present_or_says_why_not(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "state.json")
        path.write_bytes(content)
        try:
            with loaded(path) as position:
                position.leave_future(1_000.0)
                assert iso(position.since)
                assert position.until is None or position.until <= 1_000.0 + CLOCK_TOLERANCE
                position.add("R1", 1_001.0)
                position.save()
        except InvalidOption:
            return
        with loaded(path) as position:
            assert "R1" in position


@pytest.mark.parametrize(
    ("seen", "until"),
    [
        ({}, 1_000.0),
        ({"R1": 900.0, "R2": 950.0}, 950.0),
        ({"R1": 900.0, "R9": 90_000.0}, 900.0),
    ],
)
def test_a_position_in_the_future_goes_back_to_the_latest_entry_that_is_not(
    seen: dict[str, float], until: float, path: Path
) -> None:
    path.write_text(json.dumps({"until": 99_999.0, "polled": 99_999.0, "start": 10.0, "seen": seen, "begun": {}}))
    with loaded(path) as position:
        said = f"{path} says 1970-01-02T03:46:39Z, which is in the future: continuing from {iso(until)}"
        assert position.leave_future(1_000.0) == said
        assert (position.until, position.polled, "R9" in position) == (until, 1_000.0, False)
        assert position.leave_future(1_000.0) == ""


def test_a_start_in_the_future_is_none(path: Path) -> None:
    path.write_text(json.dumps({"until": 99_999.0, "polled": 99_999.0, "start": 99_999.0, "seen": {}, "begun": {}}))
    with loaded(path) as position:
        position.leave_future(1_000.0)
        assert position.since == 1_000.0


def test_a_position_that_only_seems_ahead_of_a_slower_clock_stays(path: Path) -> None:
    path.write_text(
        json.dumps({"until": 1_030.0, "polled": 1_030.0, "start": 10.0, "seen": {"R1": 1_030.0}, "begun": {}})
    )
    with loaded(path) as position:
        assert (position.leave_future(1_000.0), position.until) == ("", 1_030.0)


@pytest.mark.parametrize("text", ["1970-01-01T01:00:00Z", "1970-01-01T02:00:00+01:00", "1970-01-01T01:00:00"])
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    assert time_of(text) == 3_600.0
    assert time_of(iso(3_600.9)) == 3_600.0


@pytest.mark.parametrize("text", ["", "noon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59"])
def test_what_is_no_time_is_an_error_of_one_kind(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|out of range"):
        iso(time_of(text))
