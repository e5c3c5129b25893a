# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses of PagerDuty's APIs: what is meant in one way only is taken so, and nothing secret is repeated."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.addresses import EVENTS, REST, Api, base_url
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption

APIS = pytest.mark.parametrize("api", [REST, EVENTS], ids=["rest", "events"])


@pytest.mark.parametrize(
    ("api", "given", "region", "url"),
    [
        (REST, None, "us", "https://api.pagerduty.com"),
        (REST, None, "eu", "https://api.eu.pagerduty.com"),
        (EVENTS, None, "us", "https://events.pagerduty.com"),
        (EVENTS, None, "eu", "https://events.eu.pagerduty.com"),
        (REST, "https://api.eu.pagerduty.com", "us", "https://api.eu.pagerduty.com"),
        (REST, "https://pagerduty.example.com/", "eu", "https://pagerduty.example.com"),
        (REST, "https://example.com/pagerduty//", "us", "https://example.com/pagerduty"),
        (REST, "https://example.com/v2/enqueue", "us", "https://example.com/v2/enqueue"),
        (EVENTS, "https://events.pagerduty.com/", "us", "https://events.pagerduty.com"),
        (EVENTS, "https://events.pagerduty.com/v2/enqueue", "us", "https://events.pagerduty.com"),
        (EVENTS, "https://events.pagerduty.com/v2/enqueue/", "us", "https://events.pagerduty.com"),
        (EVENTS, "https://events.eu.pagerduty.com/v2/change/enqueue", "us", "https://events.eu.pagerduty.com"),
        (EVENTS, "http://localhost:8080/proxied/v2/enqueue", "us", "http://localhost:8080/proxied"),
        (EVENTS, "127.0.0.1:18080", "us", "http://127.0.0.1:18080"),
        (REST, "localhost:80", "us", "http://localhost:80"),
        (REST, "pagerduty.example.com/v2", "us", "https://pagerduty.example.com/v2"),
    ],
)
def test_an_address_is_taken_as_people_have_it(api: Api, given: str | None, region: str, url: str) -> None:
    assert base_url(api, given, region) == url


@pytest.mark.parametrize(
    ("api", "given", "right"),
    [
        (EVENTS, "https://api.pagerduty.com", "that of the Events API is https://events.pagerduty.com."),
        (EVENTS, "https://API.eu.pagerduty.com/", "that of the Events API is https://events.eu.pagerduty.com."),
        (REST, "https://events.pagerduty.com/v2/enqueue", "that of the REST API is https://api.pagerduty.com."),
        (REST, "https://events.eu.pagerduty.com", "that of the REST API is https://api.eu.pagerduty.com."),
    ],
)
def test_the_address_of_the_other_api_is_refused_and_the_right_one_is_named(api: Api, given: str, right: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        base_url(api, given, "us")
    assert str(caught.value).startswith(f"{api.option}: ")
    assert str(caught.value).endswith(right)


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.1:8080", "http://[::1]:80", "https://example.com"]
)
@APIS
def test_plain_http_is_allowed_for_localhost(api: Api, url: str) -> None:
    assert base_url(api, url, "us") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://localhost",
        "pagerduty:80",
        "https://",
        "https://[broken",
        "https://example.com:port",
    ],
)
@APIS
def test_an_invalid_or_unsafe_address_is_refused_and_shown(api: Api, url: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{api.option}: ") as caught:
        base_url(api, url, "us")
    assert repr(url) in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/?token=s3cr3t",
        "https://example.com/#s3cr3t",
        "https://me:s3cr3t@example.com",
        "https://s3cr3t@example.com",
        "//me:s3cr3t@example.com",
        "me:s3cr3t@example.com",
        "ftp://example.com/?s3cr3t",
        "https://me:s3cr3t@[broken",
        "http://me:s3cr3t@example.com",
    ],
)
@APIS
def test_what_may_be_secret_in_an_address_is_refused_and_not_repeated(api: Api, url: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{api.option}: ") as caught:
        base_url(api, url, "us")
    assert "s3cr3t" not in str(caught.value)
