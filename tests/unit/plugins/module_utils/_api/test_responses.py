# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an HTTP response means."""

from __future__ import annotations

import contextlib
import json
import typing as t
from types import MappingProxyType

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.responses import parse, parse_event
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    OutcomeUnknown,
    Refused,
    TaskError,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import Request, Response
from hypothesis import given
from hypothesis import strategies as st

JSON = MappingProxyType({"content-type": "application/json"})
GET = Request("GET", "https://api.pagerduty.com/users", "GET /users", {})


def parsed(
    status: int, content: bytes = b"{}", headers: t.Mapping[str, str] = JSON, request: Request = GET
) -> dict[str, t.Any]:
    return parse(request, Response(status, headers, content), lambda record: record)


def error(*given: t.Any, **more: t.Any) -> t.Any:
    with pytest.raises(TaskError) as caught:
        parsed(*given, **more)
    return caught.value


def test_the_object_of_a_successful_response_is_returned() -> None:
    assert parsed(200, b'{"users": []}') == {"users": []}


def test_a_list_is_returned_under_a_key_where_it_is_allowed() -> None:
    response = Response(201, JSON, b'[{"id": "P1"}]')
    assert parse(GET, response, lambda record: record, "overrides") == {"overrides": [{"id": "P1"}]}


@pytest.mark.parametrize("method", ["DELETE", "PUT"])
def test_a_response_without_content_is_an_empty_object(method: str) -> None:
    assert parsed(204, b"", request=GET._replace(method=method)) == {}


@pytest.mark.parametrize(
    ("content", "content_type", "words", "retryable"),
    [
        (b"<html></html>", "text/html", "is an HTML page", False),
        (b'{"users": [', "application/json", "is invalid JSON (11 bytes)", True),
        (b"\xff", "application/json", "is invalid JSON", True),
        (b"[" * 100_000, "application/json", "is invalid JSON", True),
        (b"[]", "application/json", "is JSON, but not an object", False),
    ],
    ids=["HTML", "cut off", "no UTF-8", "too deep", "a list"],
)
def test_a_response_that_is_no_json_object(content: bytes, content_type: str, words: str, retryable: bool) -> None:
    found = error(200, content, {"content-type": content_type})
    assert isinstance(found, OutcomeUnknown)
    assert words in found.message
    assert found.retryable is retryable


def test_a_lone_surrogate_is_replaced() -> None:
    assert parsed(200, b'{"note": "\\ud83d and \\ud83d\\ude00"}')["note"] == "? and \U0001f600"


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"[]", b'{"dedup_key": "k"}'])
def test_any_body_will_do_for_an_accepted_event(content: bytes) -> None:
    expected = {"dedup_key": "k"} if b"dedup_key" in content else {}
    assert parse_event(GET, Response(202, {}, content), lambda record: record) == expected


def test_an_event_that_was_not_accepted_is_refused() -> None:
    body = json.dumps({"status": "invalid event", "message": "Event object is invalid", "errors": ["no"]}).encode()
    with pytest.raises(Refused, match=r"Event object is invalid: no \(HTTP 400\)"):
        parse_event(GET, Response(400, JSON, body), lambda record: record)


@given(status=st.integers(200, 599), content=st.binary())
def test_random_responses_end_in_an_object_or_a_clear_error(status: int, content: bytes) -> None:
    with contextlib.suppress(TaskError):
        assert isinstance(parsed(status, content), dict)
