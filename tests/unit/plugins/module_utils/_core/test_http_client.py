# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies, CA bundles and responses. What servers and proxies do is tested in test_connections.py."""

from __future__ import annotations

import contextlib
import ssl
import typing as t
from pathlib import Path

import pytest
import requests
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import http_client
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.connection import Call
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, OutcomeUnknown, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import (
    HttpClient,
    Request,
    default_bundle,
    session,
    tls_context,
    unreadable_bundle,
)
from ansible_collections.oncall.pagerduty.tests.unit.proxies import NO_PROXIES

URL = "https://api.pagerduty.com/incidents"
PROXY = "http://someone:pr0xy-s3cret@proxy.example.com:3128"
VARIABLES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def request(url: str = URL, **headers: str) -> Request:
    return Request("GET", url, "GET /incidents", headers)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no CA bundle, and nothing kept of earlier tests."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for cache in ("_trusts", "_sessions"):
        monkeypatch.setattr(http_client, cache, {})


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """The call that the next `send` makes."""
    call = Call(30)
    monkeypatch.setattr(http_client, "start_call", lambda _timeout: contextlib.nullcontext(call))
    return call


@pytest.mark.parametrize(("sent", "kind"), [(False, NotSent), (True, OutcomeUnknown)], ids=["not sent", "sent"])
def test_an_exception_is_an_error_that_says_whether_the_call_was_sent(
    sent: bool, kind: type[TaskError], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: t.Any, **_more: t.Any) -> t.NoReturn:
        raise requests.exceptions.ReadTimeout("timed out")

    monkeypatch.setattr(session(request(), True), "request", fail)
    call.sent = sent
    with pytest.raises(kind, match=r"^GET /incidents: .*timed out after 30 s"):
        HttpClient(30, True).send(request())


def test_a_port_on_which_nothing_listens() -> None:
    with pytest.raises(NotSent, match=r"cannot connect to 127\.0\.0\.1:1: Connection refused"):
        HttpClient(30, True).send(request("http://127.0.0.1:1/incidents"))


@pytest.mark.parametrize("proxy", NO_PROXIES)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_what_is_not_the_address_of_a_proxy_is_refused_and_not_shown(
    proxy: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(NotSent) as caught:
        HttpClient(30, True).send(request())
    message = f"GET /incidents: {variable} is not the address of a proxy, such as http://proxy.example.com:3128."
    assert caught.value.message == message
    assert "%2F" in caught.value.hint
    assert not caught.value.retryable
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"https_proxy": "proxy.example.com:3128"}, "http://proxy.example.com:3128"),
        ({"ALL_PROXY": "socks5h://proxy.example.com/"}, "socks5h://proxy.example.com/"),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "pagerduty.com"}, None),
        ({}, None),
    ],
)
def test_the_proxy_of_the_environment_is_used(
    given: dict[str, str], used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    proxies: list[t.Any] = []

    def note_proxies(*_given: t.Any, **more: t.Any) -> t.NoReturn:
        proxies.append(more["proxies"])
        raise OSError

    monkeypatch.setattr(session(request(), True), "request", note_proxies)
    with pytest.raises(NotSent):
        HttpClient(30, True).send(request())
    assert proxies == [{"https": used} if used else {}]


@pytest.mark.parametrize("verify", [True, False])
def test_every_connection_requires_tls_1_2(verify: bool) -> None:
    # What Python and OpenSSL themselves refuse differs from system to system.
    adapter = session(request(), verify).get_adapter(URL)
    managers = [adapter.poolmanager, adapter.proxy_manager_for("http://proxy.example.com")]
    for manager in managers:
        context = manager.connection_pool_kw["ssl_context"]
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.verify_mode == (ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)


def test_the_shared_tls_context_holds_the_ca_certificates() -> None:
    adapter = session(request(), True).get_adapter(URL)
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]
    assert context is tls_context(True)
    assert context.cert_store_stats()["x509_ca"] > 0
    pool = adapter.poolmanager.connection_from_url(URL)
    adapter.cert_verify(pool, URL, True, None)
    # Nothing is read again.
    assert (pool.cert_reqs, pool.ca_certs) == ("CERT_REQUIRED", None)


@pytest.mark.parametrize(
    ("variables", "trusted"),
    [
        ({"REQUESTS_CA_BUNDLE": "first.pem", "CURL_CA_BUNDLE": "second.pem"}, "first.pem"),
        ({"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "second.pem"}, "second.pem"),
        ({"CURL_CA_BUNDLE": "folder"}, "folder"),
    ],
)
def test_the_environment_names_the_ca_bundle_unless_the_task_does(
    variables: dict[str, str], trusted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = Path(requests.certs.where()).read_bytes()
    (tmp_path / "folder").mkdir()
    for name in ("first.pem", "second.pem", "own.pem"):
        (tmp_path / name).write_bytes(bundle)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(tmp_path / value) if value else "")
    assert tls_context(True) is tls_context(str(tmp_path / trusted))
    assert tls_context(str(tmp_path / "own.pem")) is not tls_context(True)
    assert tls_context(False).verify_mode == ssl.CERT_NONE


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("name", "problem"),
    [("missing.pem", "No such file or directory"), ("text.pem", "it has no certificates in PEM format")],
)
def test_a_ca_bundle_that_cannot_be_read_is_named_with_its_variable(
    variable: str, name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.pem").write_text("text")
    monkeypatch.setenv(variable, str(tmp_path / name))
    # Importing the collection must not fail.
    tls_context(True)
    with pytest.raises(NotSent) as caught:
        HttpClient(30, True).send(request())
    assert (
        caught.value.message == f"GET /incidents: cannot read the CA bundle {tmp_path / name} of {variable}: {problem}."
    )
    assert not caught.value.retryable


def test_an_event_does_without_a_ca_bundle_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unreadable_bundle() == ""
    monkeypatch.setenv("CURL_CA_BUNDLE", "/no/such/bundle.pem")
    assert unreadable_bundle() == "CURL_CA_BUNDLE: cannot read /no/such/bundle.pem: No such file or directory."
    assert default_bundle() == requests.certs.where()
    monkeypatch.setenv("CURL_CA_BUNDLE", default_bundle())
    assert unreadable_bundle() == ""


def test_plain_http_needs_no_ca_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    with pytest.raises(NotSent, match="cannot connect"):
        HttpClient(30, True).send(request("http://127.0.0.1:1/incidents"))


def test_connections_are_shared_but_nothing_of_a_task_is_kept() -> None:
    first = session(request(), True)
    assert first is session(request(), True)
    assert first is not session(request(), False)
    # Otherwise ~/.netrc would replace the token.
    assert not first.trust_env
    assert "Authorization" not in first.headers


def test_a_request_shows_neither_its_headers_nor_its_body() -> None:
    shown = Request("GET", "https://host", "GET /users", {"Authorization": "Token token=s3cr3t"}, body="s3cr3t")
    assert "s3cr3t" not in repr(shown)


class Body:
    """A response with so many bytes.

    Args:
        size: how many bytes arrive.
        headers: as the server has sent them.
    """

    status_code = 200

    def __init__(self, size: int, **headers: str) -> None:
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.raw = self
        self._size = size

    def __enter__(self) -> Body:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def iter_content(self, _chunk: int) -> t.Iterator[bytes]:
        yield b"x" * self._size

    def tell(self) -> int:
        return self._size


@pytest.fixture
def send_and_get(call: Call, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[Body], bytes]:
    """Send a call and get a response; returns its content."""

    def get(body: Body) -> bytes:
        call.sent = True
        monkeypatch.setattr(session(request(), True), "request", lambda *_given, **_more: body)
        return HttpClient(30, True).send(request()).content

    return get


def test_the_largest_response_is_read_and_a_larger_one_never_tried_again(
    send_and_get: t.Callable[[Body], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "MAX_RESPONSE_BYTES", 1024**2)
    assert len(send_and_get(Body(1024**2))) == 1024**2
    with pytest.raises(OutcomeUnknown, match="the response is larger than 1 MB") as caught:
        send_and_get(Body(1024**2 + 1))
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("headers", "is_complete"),
    [
        ({}, True),
        ({"Content_Length": "10"}, True),
        ({"Content_Length": "11"}, False),
        # What a proxy has unpacked is longer.
        ({"Content_Length": "9"}, True),
        ({"Content_Length": "11", "Transfer_Encoding": "chunked"}, True),
        ({"Content_Length": "many"}, True),
    ],
    ids=str,
)
def test_a_body_that_ends_early_is_no_response(
    headers: dict[str, str], is_complete: bool, send_and_get: t.Callable[[Body], bytes]
) -> None:
    if is_complete:
        assert send_and_get(Body(10, **headers)) == b"x" * 10
        return
    with pytest.raises(OutcomeUnknown, match="closed before the response was complete"):
        send_and_get(Body(10, **headers))
