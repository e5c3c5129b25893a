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

import aiohttp
import pytest
import requests.certs
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import Settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import connection as eda_connection
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.connection import (
    MAX_WAIT,
    Delayed,
    Refused,
    RestApi,
    connection,
    proxy_for,
    tls_context,
)
from yarl import URL

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


class Answered(t.NamedTuple):
    """What came of one call."""

    session: Session
    result: t.Any
    """The body, or the error."""
    ahead: float
    """Seconds by which PagerDuty's clock is taken to be ahead of this machine's."""


def answered(status: int = 200, content: bytes = b'{"more": false}', **headers: str) -> Answered:
    """Read once."""
    session = Session(status, content, headers)

    async def read() -> Answered:
        api = RestApi(t.cast("t.Any", session), a_connection())
        try:
            result: t.Any = await api.get("/log_entries", [("limit", "1")])
        except (Refused, Delayed) as error:
            result = error
        return Answered(session, result, api.now() - time.time())

    return asyncio.run(read())


def a_connection() -> Settings:
    return connection({"api_token": "a-token"})


def test_a_call_carries_the_token_and_follows_no_redirect() -> None:
    session, body, _ahead = answered(content=b'{"more": false}')
    assert body == {"more": False}
    assert session.asked["url"] == "https://api.pagerduty.com/log_entries"
    assert session.asked["headers"]["Authorization"] == "Token token=a-token"
    assert session.asked["allow_redirects"] is False


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ({"ratelimit-reset": "17"}, 17),
        ({"ratelimit-reset": "999999999"}, MAX_WAIT),
        ({"ratelimit-reset": "9" * 400}, MAX_WAIT),
        ({"ratelimit-reset": "soon"}, MAX_WAIT),
        ({"ratelimit-reset": "-1"}, MAX_WAIT),
        ({}, MAX_WAIT),
    ],
)
def test_a_rate_limit_is_respected_but_no_wait_is_longer_than_a_minute(reset: dict[str, str], seconds: float) -> None:
    error = answered(429, **reset).result
    assert (type(error), error.seconds) == (Delayed, seconds)


HTML = b"<html><body>Access to this site is blocked.</body></html>"
REFUSAL = b'{"error": {"message": "Not authorized", "code": 2006}}'


@pytest.mark.parametrize(
    ("status", "content"),
    [
        *((status, HTML) for status in (200, 203, 302, 307, 400, 401, 402, 403, 404, 407, 451, 502)),
        *((status, b"") for status in (200, 204, 301, 304, 401, 403, 500)),
        *((status, REFUSAL) for status in (302, 408, 500, 503)),
        *((403, content) for content in (b'{"error": "blocked"}', b'{"message": "Forbidden"}', b"[]", b"null")),
        *((200, content) for content in (b"[]", b'{"log_entries": [', b"{}", b"\xff", b"[" * 100_000)),
    ],
)
def test_what_is_not_pagerdutys_answer_is_tried_again(status: int, content: bytes) -> None:
    error = answered(status, content).result
    assert (type(error), error.seconds) == (Delayed, None)
    assert str(error).startswith("GET https://api.pagerduty.com/log_entries: ")
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404])
def test_a_refusal_by_pagerduty_itself_says_so(status: int) -> None:
    error = answered(status, REFUSAL).result
    assert isinstance(error, Refused)
    said = (
        f"PagerDuty refused GET https://api.pagerduty.com/log_entries (HTTP {status}, request id None): Not authorized"
    )
    assert str(error).startswith(said)


@pytest.mark.parametrize("ahead", [3_600, -3_600, 172_800, -172_800])
def test_the_time_is_that_of_pagerduty(ahead: float) -> None:
    date = formatdate(time.time() + ahead, usegmt=True)
    assert answered(Date=date).ahead == pytest.approx(ahead, abs=60)


@pytest.mark.parametrize("date", ["noon", "", "Fri, 31 Dec 9999 23:59:60 GMT"])
def test_a_date_that_cannot_be_read_is_none(date: str) -> None:
    assert answered(Date=date).ahead == pytest.approx(0, abs=60)


@pytest.mark.parametrize(("status", "content"), [(403, HTML), (200, HTML), (502, b""), (429, b"{}"), (401, REFUSAL)])
def test_what_answers_in_pagerdutys_place_does_not_set_the_clock(status: int, content: bytes) -> None:
    date = formatdate(time.time() + 172_800, usegmt=True)
    assert answered(status, content, Date=date).ahead == pytest.approx(0, abs=60)


@pytest.mark.parametrize("step", [-172_800.0, 3_600.0])
def test_a_step_of_this_machines_clock_does_not_matter(step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    async def reckoned() -> float:
        date = formatdate(time.time(), usegmt=True)
        api = RestApi(t.cast("t.Any", Session(200, b'{"more": false}', {"Date": date})), a_connection())
        await api.get("/log_entries", [])
        before = api.now()
        present = time.time()
        monkeypatch.setattr(eda_connection.time, "time", lambda: present + step)
        await api.get("/log_entries", [])
        return api.now() - before

    assert asyncio.run(reckoned()) == pytest.approx(0, abs=60)


class Broken:
    """Raises an error for each GET."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get(self, _url: str, **_options: t.Any) -> t.NoReturn:
        raise self._error


def proxy_error() -> Exception:
    address = URL("http://someone:pr0xy-s3cret@proxy.example.com:3128")
    request = aiohttp.RequestInfo(address, "CONNECT", t.cast("t.Any", {}), address)
    return aiohttp.ClientHttpProxyError(request, (), status=407, message="Proxy Authentication Required")


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (aiohttp.ClientPayloadError("cut off"), Delayed, "cut off"),
        (aiohttp.ServerDisconnectedError(), Delayed, "Server disconnected"),
        (asyncio.TimeoutError(), Delayed, "timed out"),
        (ConnectionResetError("reset"), Delayed, "reset"),
        (proxy_error(), Delayed, "the proxy answered HTTP 407"),
        (
            aiohttp.InvalidURL("http://someone:pr0xy-s3cret/@proxy"),
            Refused,
            "HTTPS_PROXY is not the address of a proxy",
        ),
    ],
    ids=lambda error: type(error).__name__ if isinstance(error, Exception) else "",
)
def test_a_broken_connection_is_tried_again_and_no_password_is_shown(
    error: Exception, kind: type[Exception], said: str
) -> None:
    async def read() -> None:
        await RestApi(t.cast("t.Any", Broken(error)), a_connection()).get("/log_entries", [])

    with pytest.raises(kind, match=said) as raised:
        asyncio.run(read())
    assert "pr0xy-s3cret" not in str(raised.value)


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
