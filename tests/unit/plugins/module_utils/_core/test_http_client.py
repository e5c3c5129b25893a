# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failure means before anything was sent. What a server can do is tested against one, in test_http.py."""

from __future__ import annotations

import ssl
import typing as t

import pytest
import requests
import urllib3.exceptions
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, OutcomeUnknown
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import (
    HttpClient,
    Request,
    session,
    tls_context,
)

URL = "https://api.pagerduty.com/incidents"


def request(url: str = URL, **headers: str) -> Request:
    return Request("GET", url, "GET /incidents", headers)


@pytest.fixture
def send_and_fail(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[Exception], Exception]:
    """Send a call on which the HTTP library raises an exception; returns the error for the task."""

    def fail(error: Exception) -> Exception:
        def request_and_fail(*_given: t.Any, **_more: t.Any) -> t.NoReturn:
            raise error

        monkeypatch.setattr(session(URL, True), "request", request_and_fail)
        with pytest.raises((NotSent, OutcomeUnknown)) as caught:
            HttpClient(30, True).send(request())
        return caught.value

    return fail


def tls_failure(reason: str) -> requests.exceptions.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] {reason.lower()}")
    error.reason = reason
    return requests.exceptions.SSLError(error)


@pytest.mark.parametrize(
    ("error", "words", "retryable"),
    [
        (tls_failure("CERTIFICATE_VERIFY_FAILED"), "the TLS connection to api.pagerduty.com failed", False),
        (requests.exceptions.ProxyError("refused"), "the proxy refused to connect to api.pagerduty.com", True),
        (requests.exceptions.ConnectTimeout("timed out"), "cannot connect to api.pagerduty.com", True),
        (requests.exceptions.InvalidHeader("line break"), "invalid request: line break", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_call_that_failed_before_it_was_sent(
    error: Exception, words: str, retryable: bool, send_and_fail: t.Callable[[Exception], t.Any]
) -> None:
    failure = send_and_fail(error)
    assert isinstance(failure, NotSent)
    assert words in failure.message
    assert failure.retryable is retryable


@pytest.mark.parametrize(
    ("error", "may_still_apply"),
    [
        (requests.exceptions.ReadTimeout("timed out"), True),
        (urllib3.exceptions.ReadTimeoutError(None, URL, "timed out"), True),  # type: ignore[arg-type]
        (requests.exceptions.ConnectionError("reset by peer"), False),
        (tls_failure("SSLV3_ALERT_BAD_RECORD_MAC"), False),
        (urllib3.exceptions.ProtocolError("incomplete read"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_call_that_may_have_been_applied(
    error: Exception, may_still_apply: bool, send_and_fail: t.Callable[[Exception], t.Any]
) -> None:
    failure = send_and_fail(error)
    assert isinstance(failure, OutcomeUnknown)
    assert failure.may_still_apply is may_still_apply


def test_a_port_on_which_nothing_listens() -> None:
    with pytest.raises(NotSent, match=r"cannot connect to 127\.0\.0\.1:1: Connection refused"):
        HttpClient(30, True).send(request("http://127.0.0.1:1/incidents"))


@pytest.mark.parametrize("verify", [True, False])
def test_every_connection_requires_tls_1_2(verify: bool) -> None:
    # What Python and OpenSSL themselves refuse differs from system to system.
    adapter = session(URL, verify).get_adapter(URL)
    managers = [adapter.poolmanager, adapter.proxy_manager_for("http://proxy.example.com")]
    for manager in managers:
        context = manager.connection_pool_kw["ssl_context"]
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.check_hostname == verify


def test_the_shared_tls_context_holds_the_ca_certificates_and_a_proxy_reads_its_own() -> None:
    adapter = session(URL, True).get_adapter(URL)
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]
    assert context is tls_context(True)
    assert context.cert_store_stats()["x509_ca"] > 0
    direct = adapter.get_connection_with_tls_context(requests.Request("GET", URL).prepare(), True)
    proxies = {"https": "https://proxy.example.com"}
    proxied = adapter.get_connection_with_tls_context(requests.Request("GET", URL).prepare(), True, proxies)
    for pool in (direct, proxied):
        adapter.cert_verify(pool, URL, True, None)
    assert (direct.cert_reqs, proxied.cert_reqs) == ("CERT_REQUIRED", "CERT_REQUIRED")
    assert (direct.ca_certs, proxied.ca_certs) == (None, requests.certs.where())


def test_connections_are_shared_but_nothing_of_a_task_is_kept() -> None:
    first = session(URL, True)
    assert first is session(URL, True)
    assert first is not session(URL, False)
    # Otherwise ~/.netrc would replace the token.
    assert not first.trust_env
    assert "Authorization" not in first.headers


def test_a_request_shows_neither_its_headers_nor_its_body() -> None:
    shown = Request("GET", "https://host", "GET /users", {"Authorization": "Token token=s3cr3t"}, body="s3cr3t")
    assert "s3cr3t" not in repr(shown)
