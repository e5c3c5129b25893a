# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person reads when PagerDuty refuses a call."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.errors import (
    FROM_HEADER_HINT,
    HINTS_BY_CODE,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st

CALL = "PUT /incidents"
MISSING_FROM = 'You must specify a user\'s email address in the "From" header to perform this action'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "errors", "x"]), inner)
    ),
)


def test_the_message_has_everything_that_pagerduty_said() -> None:
    body = {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Title is too long", "Nope"]}}
    error = refusal(400, body, "req-1", CALL)
    for part in ("PUT /incidents", "Invalid Input Provided", "Title is too long", "Nope", "400", "2001", "req-1"):
        assert part in str(error)
    assert error.as_result() == {
        "message": error.message,
        "hint": "",
        "outcome": "not_done",
        "status": 400,
        "code": 2001,
        "errors": ["Title is too long", "Nope"],
        "request_id": "req-1",
    }


def test_errors_of_the_events_api_are_understood_too() -> None:
    body = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["Length of 'routing_key' is wrong"],
    }
    error = refusal(400, body, None, CALL)
    assert "Event object is invalid" in error.message
    assert error.errors == ["Length of 'routing_key' is wrong"]


@pytest.mark.parametrize(
    ("error", "code", "errors", "said"),
    [
        ({"message": "no", "errors": {"title": "too long"}}, None, ["title: too long"], "no: title: too long"),
        # PagerDuty/go-pagerduty, client_test.go.
        (["links should have at most 50 items"], None, ["links should have at most 50 items"], "links should"),
        ({"code": "42", "message": "no", "errors": "too long"}, 42, ["too long"], "no: too long"),
        ({"code": "none", "message": "no"}, None, [], "no (HTTP 400)"),
        # openshift/configuration-anomaly-detection, pkg/pagerduty/pagerduty_test.go.
        ({"code": 2001}, 2001, [], "PagerDuty gave no error message (HTTP 400, code 2001)"),
        # PagerDuty/python-pagerduty, tests/rest_api_v2_client_test.py.
        ("Please use a user-level token.", None, [], "Please use a user-level token. (HTTP 400)"),
    ],
)
def test_every_form_of_an_error_that_others_have_seen_is_understood(
    error: object, code: int | None, errors: list[str], said: str
) -> None:
    understood = refusal(400, {"error": error}, None, CALL)
    assert (understood.code, understood.errors) == (code, errors)
    assert understood.message.startswith(f"PUT /incidents: {said}")


@pytest.mark.parametrize("code", HINTS_BY_CODE)
def test_each_known_code_has_its_hint(code: int) -> None:
    assert refusal(400, {"error": {"message": "no", "code": code}}, None, CALL).hint == HINTS_BY_CODE[code]


@pytest.mark.parametrize("status", [401, 402, 403, 404, 413])
def test_a_status_without_a_code_has_a_hint_too(status: int) -> None:
    assert refusal(status, None, None, CALL).hint


@pytest.mark.parametrize(
    ("message", "code"),
    [(MISSING_FROM, 2001), (MISSING_FROM, 2016), (MISSING_FROM, None), ('Malformed "From" header', 1028)],
)
def test_a_wrong_from_header_is_recognized_by_its_words(message: str, code: int | None) -> None:
    error = refusal(400, {"error": {"message": message, "code": code}}, None, CALL)
    assert error.hint == FROM_HEADER_HINT
    assert error.is_fatal


@pytest.mark.parametrize(
    ("status", "code", "fatal"), [(401, 2006, True), (403, 2010, False), (400, 1001, False), (404, 2100, False)]
)
def test_only_a_refusal_of_the_caller_is_fatal(status: int, code: int, fatal: bool) -> None:
    assert refusal(status, {"error": {"message": "no", "code": code}}, None, CALL).is_fatal is fatal


def test_a_403_may_be_about_one_incident_or_about_the_caller() -> None:
    error = refusal(403, {"error": {"message": "Access Denied", "code": 2018}}, None, CALL)
    assert (error.is_fatal, error.is_forbidden) == (False, True)


@pytest.mark.parametrize(
    ("code", "errors"),
    [
        (1001, []),
        (1002, []),
        (1005, []),
        (1012, []),
        (1019, []),
        (2001, ["Incident Already Resolved"]),
        (2002, ["Open incident with matching dedup key already exists on this service"]),
        (2001, ["Nope"]),
    ],
)
def test_a_conflict_is_recognized_by_its_code_or_its_words(code: int, errors: list[str]) -> None:
    error = refusal(400, {"error": {"message": "no", "code": code, "errors": errors}}, None, CALL)
    assert error.is_conflict is (errors != ["Nope"])
    assert bool(error.hint) is error.is_conflict


def test_a_refused_routing_key_has_a_next_step() -> None:
    body = {"status": "invalid event", "message": "Event object is invalid", "errors": ["'routing_key' is not known"]}
    assert refusal(400, body, None, CALL).hint.startswith("Check routing_key and region: ")


@given(body=JSON, status=st.integers(300, 599))
def test_any_body_can_be_reported(body: object, status: int) -> None:
    error = refusal(status, body, None, CALL)
    assert str(error).startswith("PUT /incidents: ")
    assert len(str(error.message)) < 20_000
