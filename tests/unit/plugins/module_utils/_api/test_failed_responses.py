# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that failed responses stand for."""

from __future__ import annotations

import typing as t
from types import MappingProxyType

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.failed_responses import failure
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TaskError,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import Request, Response

JSON = MappingProxyType({"content-type": "application/json"})
GET = Request("GET", "https://api.pagerduty.com/users", "GET /users", {})


def error(status: int, content: bytes = b"{}", headers: t.Mapping[str, str] = JSON) -> t.Any:
    return failure(GET, Response(status, headers, content))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (300, Refused),
        (302, Refused),
        (400, Refused),
        (404, Refused),
        (408, OutcomeUnknown),
        (429, NotSent),
        (503, OutcomeUnknown),
    ],
)
def test_the_status_says_what_became_of_the_call(status: int, expected: type[TaskError]) -> None:
    found = error(status, b"<html></html>")
    assert found.__class__ is expected
    assert found.status == status
    assert f"HTTP {status}" in found.message


@pytest.mark.parametrize(
    ("status", "may_still_apply"), [(408, True), (500, False), (502, False), (503, False), (504, True)]
)
def test_only_after_a_timeout_a_call_may_still_apply(status: int, may_still_apply: bool) -> None:
    """So a write is read back until `max_wait` is used up, but not sent again: it could page twice."""
    found = error(status, b'{"error": {"message": "Request took too long", "code": 2016}}')
    assert isinstance(found, OutcomeUnknown)
    assert found.may_still_apply is may_still_apply


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": "17"}, 17),
        ({"retry-after": "3"}, 3),
        ({"ratelimit-reset": "17", "retry-after": "3"}, 17),
        ({}, None),
        ({"ratelimit-reset": "soon"}, None),
        ({"ratelimit-reset": "-1"}, None),
        ({"ratelimit-reset": "9" * 20}, None),
    ],
    ids=str,
)
def test_pagerduty_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert error(429, headers=headers).retry_after == seconds


def test_the_address_of_a_redirect_is_shown_without_its_query() -> None:
    found = error(302, headers={"location": "https://login.example.com/?token=s3cr3t"})
    assert "redirected to https://login.example.com/ (HTTP 302)" in found.message
    assert "s3cr3t" not in str(found)
