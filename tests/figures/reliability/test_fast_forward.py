# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A day of the source log_entries, and random hours: what guide_eda.rst promises of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from figures.reliability.fast_forward import fast_forward, plan

DAYS, ENTRIES, BURST, INTERVAL = 1, 1_500, 600, 120.0


@pytest.mark.parametrize(
    ("kills", "feedback", "is_once"),
    [(False, False, True), (True, False, False), (True, True, True)],
    ids=["restarted", "killed", "killed, with feedback"],
)
def test_no_log_entry_is_lost_and_none_comes_twice_beyond_what_is_promised(
    kills: bool, feedback: bool, is_once: bool, tmp_path: Path
) -> None:
    wanted = plan(1, days=DAYS, entries=ENTRIES, burst=BURST, interval=INTERVAL, kills=kills, feedback=feedback)
    figures = fast_forward(wanted, tmp_path)
    assert figures.lost == 0
    assert not is_once or figures.repeated == 0


@settings(max_examples=5, deadline=None)
@given(st.integers(min_value=0), st.booleans())
def test_whatever_happens_in_some_hours_each_log_entry_is_handled_once(seed: int, kills: bool) -> None:
    wanted = plan(seed, days=0.2, entries=300, burst=150, interval=60.0, kills=kills, feedback=kills)
    with tempfile.TemporaryDirectory() as folder:
        figures = fast_forward(wanted, Path(folder))
    assert (figures.lost, figures.repeated) == (0, 0)
