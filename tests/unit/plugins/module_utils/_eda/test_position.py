# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a source has read: what is kept, and what a broken file means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import Position, iso, time_of


def test_the_file_keeps_only_what_the_next_poll_can_read_again(tmp_path: Path) -> None:
    position = Position(tmp_path / "state.json", 60.0)
    position.start_at(1_000.0)
    for second in range(1_000, 1_200):
        position.add({"id": f"R{second}", "created_at": iso(second)})
    position.save()
    kept = json.loads((tmp_path / "state.json").read_text())
    assert (kept["until"], sorted(kept["seen"])) == (1_199.0, [f"R{second}" for second in range(1_139, 1_200)])


def test_a_source_continues_where_it_was(tmp_path: Path) -> None:
    before, after = (Position(tmp_path / "state.json", 60.0) for _unused in range(2))
    before.start_at(1_000.0)
    before.add({"id": "R1", "created_at": iso(1_010)})
    before.save()
    after.load()
    assert (after.until, after.since, {"id": "R1"} in after, {"id": "R2"} in after) == (1_010.0, 1_000.0, True, False)


def test_before_the_first_answer_nothing_is_written(tmp_path: Path) -> None:
    position = Position(tmp_path / "state.json", 60.0)
    position.load()
    position.save()
    assert list(tmp_path.iterdir()) == []


def test_without_a_file_nothing_is_kept() -> None:
    position = Position(None, 60.0)
    position.load()
    position.start_at(1_000.0)
    position.save()
    assert position.until == 1_000.0


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    position = Position(tmp_path / "missing" / "too" / "state.json", 60.0)
    position.load()
    position.start_at(1_000.0)
    position.save()
    assert (tmp_path / "missing" / "too" / "state.json").is_file()


def test_a_folder_that_cannot_be_created_is_an_error_of_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidOption, match=f"state_file: the folder {tmp_path}/file does not exist, and cannot be"):
        Position(tmp_path / "file" / "state.json", 60.0).load()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"until": 1, "start": "never", "seen": {}}'])
def test_a_broken_file_is_an_error_with_a_way_out(content: str, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(content)
    with pytest.raises(InvalidOption, match=r"state_file: .* delete it to begin with the log entries from now on"):
        Position(tmp_path / "state.json", 60.0).load()


@pytest.mark.parametrize("text", ["1970-01-01T01:00:00Z", "1970-01-01T02:00:00+01:00", "1970-01-01T01:00:00"])
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    assert time_of(text) == 3_600.0
    assert time_of(iso(3_600.9)) == 3_600.0
