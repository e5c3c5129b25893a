# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an event source reaches PagerDuty: with the options of the modules. Proxies, certificates, and answers."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
import types
import typing as t
from email.utils import formatdate
from pathlib import Path

import pytest
import requests.certs
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import Settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.connection import (
    Delayed,
    Refused,
    RestApi,
    connection,
    proxy_for,
    tls_context,
)

Json = dict[str, t.Any]
PROXY = "http://proxy.example.com:3128"


pytestmark = pytest.mark.usefixtures("no_environment")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("args", "url", "header"),
    [
        ({"api_token": "abc"}, "https://api.pagerduty.com", "Token token=abc"),
        ({"api_token": "pdus+abc"}, "https://api.pagerduty.com", "Bearer pdus+abc"),
        ({"api_token": "pdeu+abc"}, "https://api.eu.pagerduty.com", "Bearer pdeu+abc"),
        ({"api_token": "abc", "region": "eu"}, "https://api.eu.pagerduty.com", "Token token=abc"),
        ({"api_token": "abc", "auth_type": "bearer"}, "https://api.pagerduty.com", "Bearer abc"),
    ],
)
def test_the_token_decides_as_in_the_modules(args: Json, url: str, header: str) -> None:
    checked = connection(args)
    assert (checked.api_url, checked.authorization) == (url, header)
    assert "abc" not in repr(checked)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "api_token is not set.*PAGERDUTY_API_TOKEN"),
        ({"api_token": "a", "api_url": "http://api.pagerduty.com"}, "api_url: http:// is allowed only for localhost"),
        ({"api_token": "a", "api_url": "https://events.pagerduty.com"}, "that of the REST API is"),
        ({"api_token": "a", "region": "mars"}, "region: must be one of us, eu"),
        ({"api_token": "a", "auth_type": "basic"}, "auth_type: must be one of token, bearer"),
        ({"api_token": "a", "ca_path": "/no/such/file"}, "ca_path: no such file"),
    ],
)
def test_unusable_options_are_refused(args: Json, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        connection(args)


def test_a_home_folder_in_ca_path_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = Path(requests.certs.where())
    monkeypatch.setenv("HOME", str(bundle.parent))
    assert connection({"api_token": "a", "ca_path": f"~/{bundle.name}"}).verify == str(bundle)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://api.pagerduty.com", PROXY),
        ("https://internal.example.com", None),
        ("https://other.example.com:8443", None),
        ("https://other.example.com", PROXY),
        ("http://127.0.0.1:8080", None),
        ("https://127.0.0.1:8443", None),
        ("https://localhost", None),
        ("https://[::1]:8443", None),
    ],
)
def test_a_proxy_sees_only_what_leaves_this_machine(
    url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", PROXY)
    monkeypatch.setenv("no_proxy", "internal.example.com, other.example.com:8443")
    assert proxy_for(url) == proxy


def test_a_proxy_may_be_given_without_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", PROXY.removeprefix("http://"))
    assert proxy_for("https://api.pagerduty.com") == PROXY


def test_certificates_come_from_a_file_a_folder_or_the_system(tmp_path: Path) -> None:
    bundle = requests.certs.where()
    loaded = tls_context(bundle).cert_store_stats()["x509"]
    assert loaded > 0
    assert tls_context(str(tmp_path)).cert_store_stats()["x509"] == 0
    for context in (tls_context(True), tls_context(bundle)):
        assert (context.verify_mode, context.minimum_version) == (ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_2)


class Session:
    """Answers each GET in the same way, and keeps how it was asked."""

    def __init__(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self._answer = types.SimpleNamespace(status=status, headers=headers, read=self._read)
        self._content = content
        self.asked: Json = {}

    async def _read(self) -> bytes:
        return self._content

    @contextlib.asynccontextmanager
    async def get(self, url: str, **options: t.Any) -> t.AsyncIterator[t.Any]:
        self.asked = {"url": url, **options}
        yield self._answer


def answered(status: int = 200, content: bytes = b"{}", **headers: str) -> tuple[RestApi, Session, t.Any]:
    """Read once; returns the client, the session, and the response or the error."""
    session = Session(status, content, headers)
    api = RestApi(t.cast("t.Any", session), a_connection())
    try:
        return api, session, asyncio.run(api.get("/log_entries", [("limit", "1")]))
    except (Refused, Delayed) as error:
        return api, session, error


def a_connection() -> Settings:
    return connection({"api_token": "a-token"})


def test_a_call_carries_the_token_and_follows_no_redirect() -> None:
    _api, session, body = answered(content=b'{"more": false}')
    assert body == {"more": False}
    assert session.asked["url"] == "https://api.pagerduty.com/log_entries"
    assert session.asked["headers"]["Authorization"] == "Token token=a-token"
    assert session.asked["allow_redirects"] is False


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [(429, {"ratelimit-reset": "17"}, 17), (429, {}, 60), (429, {"ratelimit-reset": "soon"}, 60), (503, {}, None)],
)
def test_what_may_pass_is_tried_again(status: int, headers: dict[str, str], seconds: float | None) -> None:
    _api, _session, error = answered(status, **headers)
    assert (type(error), error.seconds) == (Delayed, seconds)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]"])
def test_what_is_no_json_object_is_tried_again(content: bytes) -> None:
    assert isinstance(answered(content=content)[2], Delayed)


@pytest.mark.parametrize("status", [302, 401, 404])
def test_a_refusal_is_final(status: int) -> None:
    error = answered(status)[2]
    assert isinstance(error, Refused)
    assert f"PagerDuty refused GET /log_entries (HTTP {status}, " in str(error)


@pytest.mark.parametrize(("offset", "expected"), [(3_600, 3_600), (-3_600, -3_600)])
def test_the_time_is_that_of_pagerduty(offset: float, expected: float) -> None:
    api, _session, _body = answered(Date=formatdate(time.time() + offset, usegmt=True))
    assert api.now() - time.time() == pytest.approx(expected, abs=2)
    assert answered(Date="noon")[0].now() == pytest.approx(time.time(), abs=2)


@pytest.mark.parametrize(
    ("variables", "option", "chosen"),
    [
        ({}, "", True),
        ({"CURL_CA_BUNDLE": "curl"}, "", "curl"),
        ({"CURL_CA_BUNDLE": "curl", "REQUESTS_CA_BUNDLE": "requests"}, "", "requests"),
        ({"REQUESTS_CA_BUNDLE": "requests", "PAGERDUTY_CA_PATH": "own"}, "", "own"),
        ({"PAGERDUTY_CA_PATH": "own"}, "option", "option"),
    ],
    ids=str,
)
def test_certificates_are_chosen_as_in_the_modules(
    variables: dict[str, str], option: str, chosen: str | bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PAGERDUTY_CA_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("curl", "requests", "own", "option"):
        (tmp_path / name).mkdir()
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    args = {"api_token": "a", **({"ca_path": str(tmp_path / option)} if option else {})}
    assert connection(args).verify == (chosen if chosen is True else str(tmp_path / str(chosen)))
