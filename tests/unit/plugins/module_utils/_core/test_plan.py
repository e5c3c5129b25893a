# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans, and the outcomes that check mode predicts from them."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import (
    Outcome,
    Plan,
    Write,
    outcome_of,
    predict,
    read_only_plan,
)

OFF, ON = {"on": False}, {"on": True}


def test_check_mode_predicts_without_writing() -> None:
    def send(_plans: object) -> list[dict[str, bool]]:
        raise AssertionError

    changing = Plan("a", before=OFF, after=ON, record=OFF, predicted=ON, write=Write(send))
    unchanged = Plan("b", before=ON, after=ON, record=ON, predicted=ON)
    failed = Outcome("c", error=Refused("no such lamp"))
    outcomes = predict([changing, unchanged, failed])
    assert [(outcome.target, outcome.changed, outcome.record) for outcome in outcomes] == [
        ("a", True, ON),
        ("b", False, ON),
        ("c", False, None),
    ]
    assert outcomes[2].error is failed.error


def test_a_plan_that_only_reads_changes_nothing() -> None:
    (outcome,) = predict([read_only_plan("a", ON)])
    assert (outcome.changed, outcome.record, outcome.before, outcome.after) == (False, ON, {}, {})


def test_an_outcome_has_the_fields_of_its_plan_and_the_record_of_the_server() -> None:
    outcome = outcome_of(Plan("a", OFF, ON, OFF, ON), {"on": True, "watts": 5}, changed=True)
    assert outcome == Outcome("a", {"on": True, "watts": 5}, OFF, ON, changed=True)
