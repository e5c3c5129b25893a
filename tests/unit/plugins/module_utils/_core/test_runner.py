# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner: sends only what is needed, in batches."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    Refused,
)
from ansible_collections.oncall.pagerduty.tests.unit.lamps import (
    Lamps,
    apply,
)


def test_a_target_that_needs_no_change_is_not_written() -> None:
    lamps = Lamps(on=["a"])
    assert (apply(lamps)["a"].changed, lamps.writes) == (False, [])


def test_changes_are_sent_in_batches() -> None:
    lamps = Lamps(off="abcde", batch_size=2)
    apply(lamps)
    assert lamps.writes == [["a", "b"], ["c", "d"], ["e"]]


def test_outcomes_keep_the_order_of_the_targets() -> None:
    assert list(apply(Lamps(on="bd", off="ac", batch_size=9))) == ["b", "d", "a", "c"]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(Refused("bad token", status=401, is_fatal=True), id="bad token"),
        pytest.param(NotSent("cannot connect"), id="unreachable"),
    ],
)
def test_a_fatal_error_is_met_once(error: Exception) -> None:
    lamps = Lamps(off="abc")
    lamps.faults = [(False, error)]
    assert [outcome.error for outcome in apply(lamps).values()] == [error] * 3
    assert len(lamps.writes) == 1


def test_a_target_that_cannot_be_read_keeps_its_error() -> None:
    lamps = Lamps(off="ab")
    lamps.broken = {"a": Refused("no such lamp", status=404)}
    outcomes = apply(lamps)
    assert outcomes["a"].error is lamps.broken["a"]
    assert outcomes["b"].changed
