# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What failures mean. What servers and proxies do is tested in test_connections.py."""

from __future__ import annotations

import http.client
import ssl
import typing as t

import pytest
import requests
import urllib3.exceptions
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.call_failures import FailedCall
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.connection import Call
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, OutcomeUnknown

PROXY = "http://someone:pr0xy-s3cret@proxy.example.com:3128"


def meaning(error: Exception, *, sent: bool = False, proxy: str = "", asked_proxy: bool = False) -> t.Any:
    """Return the error for a task whose call fails with an exception of the HTTP library."""
    call = Call(30)
    call.sent, call.asked_proxy = sent, asked_proxy
    return FailedCall("GET /incidents", "api.pagerduty.com", proxy, 30, call).meaning(error)


def tls_failure(reason: str) -> requests.exceptions.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] {reason.lower()} (_ssl.c:1020)")
    error.reason = reason
    return requests.exceptions.SSLError(urllib3.exceptions.SSLError(error))


def refused() -> requests.exceptions.ConnectionError:
    return requests.exceptions.ConnectionError(ConnectionRefusedError(111, "Connection refused"))


def no_certificate() -> requests.exceptions.SSLError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] (_ssl.c:1020)")
    error.reason = "CERTIFICATE_VERIFY_FAILED"
    error.verify_message = "unable to get local issuer certificate"
    return requests.exceptions.SSLError(urllib3.exceptions.SSLError(error))


NO_CONNECTION = "cannot connect to api.pagerduty.com: "
NO_TLS = "the TLS connection to api.pagerduty.com failed: "
BAD_HEADER = "a header holds a character that HTTP does not allow."
NOT_SENT: list[tuple[Exception, str, bool]] = [
    (refused(), f"{NO_CONNECTION}Connection refused.", True),
    (requests.exceptions.ConnectionError("x: [Errno 111] refused"), f"{NO_CONNECTION}refused.", True),
    (TimeoutError("timed out"), f"{NO_CONNECTION}timed out after 30 s.", True),
    (requests.exceptions.ConnectTimeout("timed out"), f"{NO_CONNECTION}timed out after 30 s.", True),
    (urllib3.exceptions.NewConnectionError(t.cast("t.Any", None), "x: [Errno 113] No route"), ": No route.", True),
    (no_certificate(), f"{NO_TLS}unable to get local issuer certificate.", False),
    (requests.exceptions.SSLError(urllib3.exceptions.SSLError(ValueError("no match"))), f"{NO_TLS}no match.", False),
    (tls_failure("WRONG_VERSION_NUMBER"), f"{NO_TLS}wrong version number.", False),
    (tls_failure("UNEXPECTED_EOF_WHILE_READING"), f"{NO_TLS}unexpected eof while reading.", True),
    (requests.exceptions.InvalidURL("no host"), "invalid request: no host.", False),
    (UnicodeError("'latin-1' codec can't encode 's3cret'"), BAD_HEADER, False),
    (requests.exceptions.InvalidHeader("in value: 's3cret\n'"), BAD_HEADER, False),
]


@pytest.mark.parametrize(("error", "words", "retryable"), NOT_SENT, ids=lambda value: str(value)[:40])
def test_nothing_was_sent(error: Exception, words: str, retryable: bool) -> None:
    failure = meaning(error)
    assert isinstance(failure, NotSent)
    assert words in failure.message
    assert failure.retryable is retryable
    assert "s3cret" not in str(failure)
    assert "_ssl.c" not in str(failure)


@pytest.mark.parametrize(
    ("asked", "error", "words", "retryable"),
    [
        (False, refused(), "cannot connect to the proxy proxy.example.com:3128: Connection refused.", True),
        (False, tls_failure("WRONG_VERSION_NUMBER"), "the TLS connection to the proxy proxy.example.com:3128", False),
        (False, TimeoutError("timed out"), "cannot connect to the proxy proxy.example.com:3128: timed out", True),
        (True, tls_failure("WRONG_VERSION_NUMBER"), "the TLS connection to api.pagerduty.com failed", False),
        (True, TimeoutError("timed out"), "cannot connect to api.pagerduty.com: timed out after 30 s.", True),
        (
            True,
            requests.exceptions.ProxyError(OSError("Tunnel connection failed: 407 No")),
            "the proxy proxy.example.com:3128 did not connect to api.pagerduty.com: 407 No.",
            False,
        ),
        (True, requests.exceptions.ProxyError(OSError("Tunnel connection failed: 502 No")), "pagerduty.com: 502", True),
    ],
    ids=lambda value: str(value)[:30],
)
def test_nothing_was_sent_through_a_proxy(asked: bool, error: Exception, words: str, retryable: bool) -> None:
    failure = meaning(error, proxy=PROXY, asked_proxy=asked)
    assert isinstance(failure, NotSent)
    assert words in failure.message
    assert failure.retryable is retryable
    assert "s3cret" not in str(failure)


READ_TIMEOUT = urllib3.exceptions.ReadTimeoutError(t.cast("t.Any", None), "/incidents", "")
CLOSED = "the connection to api.pagerduty.com closed before the response was complete."


@pytest.mark.parametrize(
    ("error", "words", "may_still_apply"),
    [
        (requests.exceptions.ReadTimeout("timed out"), "timed out after 30 s.", True),
        (
            requests.exceptions.ConnectionError(urllib3.exceptions.ReadTimeoutError(None, "/incidents", "")),
            "timed out",
            True,
        ),  # type: ignore[arg-type]
        (requests.exceptions.ConnectionError(ConnectionResetError("reset by peer")), CLOSED, False),
        # What it says of the proxy is what the library guesses.
        (requests.exceptions.ProxyError(http.client.RemoteDisconnected("closed")), CLOSED, False),
        (http.client.IncompleteRead(b"", 9), CLOSED, False),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), CLOSED, False),
        (tls_failure("WRONG_VERSION_NUMBER"), "cannot read the response of api.pagerduty.com: wrong version", False),
        (http.client.BadStatusLine("garbage"), "cannot read the response of api.pagerduty.com: garbage.", False),
        (urllib3.exceptions.DecodeError("not gzip"), "cannot read the response of api.pagerduty.com: not gzip", False),
        (requests.exceptions.InvalidHeader("of the response"), CLOSED, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_whatever_fails_after_the_call_was_sent_leaves_its_outcome_unknown(
    error: Exception, words: str, may_still_apply: bool
) -> None:
    failure = meaning(error, sent=True)
    assert isinstance(failure, OutcomeUnknown)
    assert words in failure.message
    assert (failure.retryable, failure.may_still_apply) == (True, may_still_apply)
    assert failure.hint
