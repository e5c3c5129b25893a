# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shared options: what they may hold, and that no message repeats a secret."""

from __future__ import annotations

import typing as t

import pytest
import requests.certs
from ansible_collections.oncall.pagerduty.plugins.module_utils._auth import AUTH, routing_key, settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import BadInput, PagerDutyError

BUNDLE = requests.certs.where()
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in AUTH.items()}


def given(**options: t.Any) -> dict[str, t.Any]:
    return {**DEFAULTS, "api_token": "a-token", **options}


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"api_token": "y_NbAkKc66ryYTWUXYEu"}, "Token token=y_NbAkKc66ryYTWUXYEu"),
        ({"api_token": "pdus+_0XBPWQQ_1"}, "Bearer pdus+_0XBPWQQ_1"),
        ({"api_token": "pdeu+_0XBPWQQ_1"}, "Bearer pdeu+_0XBPWQQ_1"),
        ({"api_token": "pdus+_0XBPWQQ_1", "auth_type": "token"}, "Token token=pdus+_0XBPWQQ_1"),
        ({"api_token": "plain", "auth_type": "bearer"}, "Bearer plain"),
    ],
)
def test_a_token_is_presented_by_its_kind_unless_told_otherwise(options: dict[str, str], header: str) -> None:
    assert settings(given(**options)).authorization == header


@pytest.mark.parametrize("token", [None, ""])
def test_a_missing_token_is_said_when_it_is_needed(token: str | None) -> None:
    connection = settings(given(api_token=token))
    with pytest.raises(PagerDutyError, match="PAGERDUTY_API_TOKEN"):
        str(connection.authorization)


@pytest.mark.parametrize("token", ["secret\r\nX-Evil: 1", "secret token", "secret\n", "sécret"])
def test_a_token_that_could_break_out_of_its_header_is_refused_unseen(token: str) -> None:
    with pytest.raises(BadInput, match="api_token") as caught:
        settings(given(api_token=token))
    assert "cret" not in str(caught.value)


def test_no_secret_shows_when_settings_are_printed() -> None:
    assert "s3cr3t" not in repr(settings(given(api_token="s3cr3t")))


@pytest.mark.parametrize(
    "email", ["nobody", "a@b@c", "a b@example.com", "a@example.com\r\nX: 1", "@example.com", "ä@x"]
)
def test_a_from_address_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(BadInput, match="from_email"):
        settings(given(from_email=email))


def test_the_region_decides_the_hosts() -> None:
    connection = settings(given(region="eu"))
    assert (connection.api_url, connection.events_url) == (
        "https://api.eu.pagerduty.com",
        "https://events.eu.pagerduty.com",
    )


def test_a_url_overrides_the_region() -> None:
    connection = settings(given(region="eu", api_url="https://pagerduty.example.com/"))
    assert connection.api_url == "https://pagerduty.example.com"


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.1:8080", "http://[::1]:80", "https://example.com"]
)
def test_plain_http_is_allowed_to_this_machine(url: str) -> None:
    assert settings(given(api_url=url)).api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://localhost",
        "localhost:80",
        "https://",
        "https://example.com/?x=1",
        "https://example.com/#x",
        "https://[broken",
        "https://example.com:port",
    ],
)
@pytest.mark.parametrize("option", ["api_url", "events_url"])
def test_an_address_that_is_none_or_unsafe_is_refused(option: str, url: str) -> None:
    with pytest.raises(BadInput, match=option):
        settings(given(**{option: url}))


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput, match="password") as caught:
        settings(given(api_url="https://me:s3cr3t@example.com"))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("timeout", 86_401),
        ("max_wait", -0.5),
        ("max_wait", float("nan")),
    ],
)
def test_a_time_that_is_none_is_refused(option: str, value: float) -> None:
    with pytest.raises(BadInput, match=option):
        settings(given(**{option: value}))


def test_waiting_can_be_switched_off() -> None:
    assert settings(given(max_wait=0)).max_wait == 0


@pytest.mark.parametrize(
    ("options", "verify"),
    [({}, True), ({"ca_path": BUNDLE}, BUNDLE), ({"validate_certs": False, "ca_path": BUNDLE}, False)],
)
def test_certificates_are_checked_unless_switched_off(options: dict[str, t.Any], verify: bool | str) -> None:
    assert settings(given(**options)).verify == verify


@pytest.mark.parametrize("ca_path", ["/no/such/bundle.pem", __file__])
def test_a_bundle_that_is_none_is_refused(ca_path: str) -> None:
    with pytest.raises(BadInput, match=r"ca_path .* is not valid"):
        settings(given(ca_path=ca_path))


@pytest.mark.parametrize("key", [None, "", "short", "x" * 31, "x" * 33, "x" * 31 + "\n", "x" * 31 + "-"])
def test_a_routing_key_that_is_none_is_refused_unseen(key: str | None) -> None:
    with pytest.raises(BadInput, match="routing_key") as caught:
        routing_key({"routing_key": key})
    assert not key or key not in str(caught.value)


def test_secrets_are_marked_as_such() -> None:
    assert AUTH["api_token"]["no_log"] is True
