# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it means for a call, and for the person who waits for it, that the HTTP library raised an exception.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import typing as t
from urllib.parse import urlsplit

from .connection import Call
from .errors import NotSent, OutcomeUnknown, shorten

with contextlib.suppress(ImportError):
    # Without them no call is made.
    import requests
    import urllib3.exceptions

HANDSHAKE_FAILURES = frozenset(
    (
        "CERTIFICATE_VERIFY_FAILED",
        "NO_PROTOCOLS_AVAILABLE",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "UNSUPPORTED_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    )
)
"""OpenSSL's reasons for failures that retrying does not fix."""
CLOSED = (ConnectionError, http.client.IncompleteRead, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""What is raised if the other side closes the connection, also in the middle of TLS or of a response."""
PROXY_AUTHENTICATION_REQUIRED = 407


class FailedCall(t.NamedTuple):
    """A call without a complete response.

    Args:
        description: the call for messages, such as `GET /incidents`.
        host: the server's.
        proxy: the address of the proxy; empty for none.
        timeout: seconds that the call might take.
        call: how far it came.
    """

    description: str
    host: str
    proxy: str
    timeout: float
    call: Call

    def meaning(self, error: BaseException) -> NotSent | OutcomeUnknown:
        """Return the error for the task."""
        causes = list(_causes(error))
        return self._outcome_unknown(causes) if self.call.sent else self._not_sent(causes)

    def _outcome_unknown(self, causes: t.Sequence[BaseException]) -> OutcomeUnknown:
        """Return the error for a call that was sent."""
        if _is_timeout(causes):
            return OutcomeUnknown(
                f"{self.description}: timed out after {self.timeout:g} s.",
                hint="Raise timeout if the network is slow.",
                may_still_apply=True,
            )
        hint = "Check the network, and the proxy if there is one."
        unreadable = (http.client.HTTPException, urllib3.exceptions.DecodeError, ssl.SSLError)
        if _any_of(causes, *unreadable) and not _any_of(causes, *CLOSED):
            return OutcomeUnknown(
                f"{self.description}: cannot read the response of {self.host}: {_reason(causes)}.", hint=hint
            )
        return OutcomeUnknown(
            f"{self.description}: the connection to {self.host} closed before the response was complete.", hint=hint
        )

    def _not_sent(self, causes: t.Sequence[BaseException]) -> NotSent:
        """Return the error for a call of which nothing has left this machine."""
        if _any_of(causes, requests.exceptions.InvalidHeader, UnicodeError):
            # The reason would quote the header, and with it the token.
            return NotSent(f"{self.description}: a header holds a character that HTTP does not allow.", retryable=False)
        is_tls = _any_of(causes, ssl.SSLError, urllib3.exceptions.SSLError)
        if _any_of(causes, ValueError) and not is_tls:
            return NotSent(f"{self.description}: invalid request: {_reason(causes)}.", retryable=False)
        peer = f"the proxy {_address(self.proxy)}" if self.proxy and not self.call.asked_proxy else self.host
        if _is_timeout(causes):
            return self._cannot_connect(f"cannot connect to {peer}: timed out after {self.timeout:g} s")
        if is_tls:
            return self._no_tls(peer, causes)
        if self.call.asked_proxy:
            return self._proxy_failed(_reason(causes))
        return self._cannot_connect(f"cannot connect to {peer}: {_reason(causes)}")

    def _cannot_connect(self, words: str) -> NotSent:
        return NotSent(
            f"{self.description}: {words}.",
            hint="Check the network, DNS and proxy of the machine that runs the task, and api_url or region.",
        )

    def _no_tls(self, peer: str, causes: t.Sequence[BaseException]) -> NotSent:
        reasons = {cause.reason for cause in causes if isinstance(cause, ssl.SSLError)}
        # A certificate for another name is a ValueError.
        is_final = bool(reasons & HANDSHAKE_FAILURES) or _any_of(causes, ValueError)
        return NotSent(
            f"{self.description}: the TLS connection to {peer} failed: {_reason(causes)}.",
            hint="Set ca_path to the certificate authority's bundle, or check the address.",
            retryable=not is_final,
        )

    def _proxy_failed(self, reason: str) -> NotSent:
        proxy = _address(self.proxy)
        return NotSent(
            f"{self.description}: the proxy {proxy} did not connect to {self.host}: {shorten(reason, 100)}.",
            hint="Check HTTPS_PROXY and NO_PROXY in the environment of the task.",
            # A wrong password stays wrong.
            retryable=str(PROXY_AUTHENTICATION_REQUIRED) not in reason,
        )


def _address(proxy: str) -> str:
    """Return the host and port of a proxy, without its password."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


def _is_timeout(causes: t.Sequence[BaseException]) -> bool:
    # urllib3 1.26 counts every failure to connect as a time-out.
    timeouts = (socket.timeout, urllib3.exceptions.TimeoutError, requests.exceptions.Timeout)
    return _any_of(causes, *timeouts) and not _any_of(causes, urllib3.exceptions.NewConnectionError)


def _causes(error: BaseException | None) -> t.Iterator[BaseException]:
    """Yield an exception and what it wraps: requests keeps urllib3's exceptions in `args`, urllib3 in `reason`.

    `__context__` is left out: it may be the failure of an earlier call.
    """
    while error is not None:
        yield error
        inner = getattr(error, "reason", None) or next((arg for arg in error.args if isinstance(arg, Exception)), None)
        error = inner if isinstance(inner, BaseException) else error.__cause__


def _any_of(causes: t.Sequence[BaseException], *types: type[BaseException]) -> bool:
    return any(isinstance(cause, types) for cause in causes)


def _reason(causes: t.Sequence[BaseException]) -> str:
    """Return the system's text, without the numbers and addresses of objects around it."""
    deepest = causes[-1]
    if isinstance(deepest, ssl.SSLCertVerificationError):
        return str(deepest.verify_message).strip(" .")
    if isinstance(deepest, ssl.SSLError) and deepest.reason:
        return deepest.reason.lower().replace("_", " ")
    text = getattr(deepest, "strerror", None) or str(deepest).rsplit(": ", 1)[-1]
    return re.sub(r"\[Errno -?\d+\] | ?\(_ssl\.c:\d+\)", "", str(text)).strip(" ().\"'")
