# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors: what they say, and what they mean for the rest of the task."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    NotSent,
    OutcomeUnknown,
    PartlyDone,
    Refused,
    TaskError,
)


def test_an_invalid_option_names_the_option_the_problem_and_the_value() -> None:
    assert str(InvalidOption("level", "must be 1 or greater", 0)) == "level: must be 1 or greater, got 0."


def test_a_secret_is_left_out_of_the_message() -> None:
    assert str(InvalidOption("api_token", "must be printable")) == "api_token: must be printable."


def test_a_long_value_is_cut_in_the_message() -> None:
    assert len(str(InvalidOption("summary", "too long", "x" * 5000))) < 500


def test_the_result_always_has_all_keys() -> None:
    keys = {"message", "hint", "outcome", "status", "code", "errors", "request_id"}
    for error in (TaskError("a"), InvalidOption("a", "b"), Refused("a"), NotSent("a"), OutcomeUnknown("a")):
        assert set(error.as_result()) == keys


def test_only_a_lost_response_has_an_unknown_outcome() -> None:
    assert [error("a").outcome for error in (TaskError, Refused, NotSent)] == ["not_done"] * 3
    assert OutcomeUnknown("a").outcome == "unknown"


def test_a_change_that_was_made_in_part_keeps_the_reason_and_says_so() -> None:
    refused = Refused("no", hint="next", status=404, code=2100, errors=["a"], request_id="r1")
    error = PartlyDone.because_of(refused)
    assert error.as_result() == {**refused.as_result(), "outcome": "partly_done"}
