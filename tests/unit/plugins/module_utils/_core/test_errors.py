# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors: what they say, and what they mean for the rest of the task."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    NotSent,
    OutcomeUnknown,
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


def test_an_error_after_a_write_is_checked_by_a_read_and_never_retried() -> None:
    error = OutcomeUnknown.after_write(Refused("no", hint="next", status=404))
    assert (error.message, error.hint, error.status, error.retryable) == ("no", "next", 404, False)
