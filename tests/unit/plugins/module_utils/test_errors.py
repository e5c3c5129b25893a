# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person reads when PagerDuty says no."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import (
    FROM_HEADER_HINT,
    HINTS_BY_CODE,
    BadInput,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st

WHAT = "PUT /incidents"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "errors", "x"]), inner)
    ),
)


def test_everything_pagerduty_said_is_passed_on() -> None:
    body = {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Title is too long", "Nope"]}}
    error = refusal(400, body, "req-1", WHAT)
    assert str(error) == (
        "PUT /incidents: PagerDuty said: Invalid Input Provided "
        "(status 400, code 2001: Title is too long; Nope, request id req-1)."
    )
    assert error.as_result() == {
        "message": error.message,
        "hint": "",
        "outcome": "not_done",
        "status": 400,
        "code": 2001,
        "errors": ["Title is too long", "Nope"],
        "request_id": "req-1",
    }


def test_the_events_api_says_it_in_its_own_shape() -> None:
    body = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["Length of 'routing_key' is wrong"],
    }
    assert "Event object is invalid (status 400: Length of 'routing_key' is wrong)" in str(
        refusal(400, body, None, WHAT)
    )


def test_details_may_come_as_a_mapping() -> None:
    error = refusal(400, {"error": {"message": "no", "errors": {"title": "too long"}}}, None, WHAT)
    assert error.errors == ["title: too long"]


@pytest.mark.parametrize("code", HINTS_BY_CODE)
def test_each_known_code_comes_with_a_next_step(code: int) -> None:
    assert refusal(400, {"error": {"message": "no", "code": code}}, None, WHAT).hint == HINTS_BY_CODE[code]


@pytest.mark.parametrize("status", [401, 402, 403, 404, 413])
def test_a_status_without_a_code_comes_with_a_next_step_too(status: int) -> None:
    assert refusal(status, None, None, WHAT).hint


@pytest.mark.parametrize("code", [2001, 2016, None])
def test_a_missing_from_header_is_known_by_its_words(code: int | None) -> None:
    message = 'You must specify a user\'s email address in the "From" header to perform this action'
    error = refusal(400, {"error": {"message": message, "code": code}}, None, WHAT)
    assert error.hint == FROM_HEADER_HINT
    assert error.ends_task


@pytest.mark.parametrize(
    ("status", "code", "ends"), [(401, 2006, True), (403, 2010, True), (400, 1001, False), (404, 2100, False)]
)
def test_only_what_concerns_the_caller_ends_the_task(status: int, code: int, ends: bool) -> None:
    assert refusal(status, {"error": {"message": "no", "code": code}}, None, WHAT).ends_task is ends


def test_bad_input_names_the_option_the_value_and_what_is_allowed() -> None:
    assert str(BadInput("level", "it must be 1 or above", 0)) == "level 0 is not valid: it must be 1 or above."


def test_a_huge_value_is_cut_in_the_message() -> None:
    assert len(str(BadInput("summary", "too long", "x" * 5000))) < 500


@given(body=JSON, status=st.integers(300, 599))
def test_no_body_is_too_strange_to_report(body: object, status: int) -> None:
    error = refusal(status, body, None, WHAT)
    assert str(error).startswith("PUT /incidents: PagerDuty said: ")
    assert len(str(error.message)) < 20_000
