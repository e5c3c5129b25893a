# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: sends one call and says what a failure means for its effect. The only file that imports `requests`.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import os
import ssl
import time
import typing as t

from .errors import NotSent, OutcomeUnknown

REQUESTS_IMPORT_ERROR = ""
"""Why `requests` cannot be imported; empty if it can."""
try:
    import requests
    import requests.adapters
    import requests.certs
    import requests.utils
    import urllib3.exceptions
    import urllib3.util.ssl_
except ImportError as error:
    REQUESTS_IMPORT_ERROR = str(error)

USER_AGENT = "ansible-collection-oncall.pagerduty"
MAX_RESPONSE_BYTES = 64 * 1024 * 1024
"""The largest response that is read; a full page of incidents is below 2 MB."""
CHUNK_BYTES = 64 * 1024
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
"""OpenSSL's reasons for a failure before anything was sent; other TLS failures can come later."""


class Request(t.NamedTuple):
    """One call. `repr` leaves out what may be secret.

    Args:
        description: the call for messages, such as `GET /incidents`; holds no secret.
    """

    method: str
    url: str
    description: str
    headers: t.Mapping[str, str]
    query: t.Sequence[tuple[str, str]] = ()
    body: t.Any = None

    def __repr__(self) -> str:
        return f"Request({self.description!r})"


class Response(t.NamedTuple):
    """What the server sent, whatever it is."""

    status: int
    headers: t.Mapping[str, str]
    content: bytes


class HttpClient:
    """Sends calls one after the other, over kept-alive connections.

    Args:
        timeout: seconds for one call, from the first byte sent to the last byte read.
        verify: as in `requests`: True, False, or the path of a CA bundle.
    """

    def __init__(self, timeout: float, verify: bool | str) -> None:
        self._timeout = timeout
        self._verify = verify

    def send(self, request: Request) -> Response:
        """Send a call once and read the complete response.

        Raises:
            NotSent: the call did not reach the server.
            OutcomeUnknown: it was sent, but there was no complete response.
        """
        deadline = time.monotonic() + self._timeout
        try:
            with session(request.url, self._verify).request(
                request.method,
                request.url,
                params=list(request.query),
                json=request.body,
                headers=dict(request.headers),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                proxies=_proxies(request.url),
            ) as response:
                return Response(response.status_code, response.headers, self._read(request, response, deadline))
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _failure(request, error, self._timeout) from error

    def _read(self, request: Request, response: requests.Response, deadline: float) -> bytes:
        content = bytearray()
        # read1 returns what has arrived, so a slow trickle of bytes cannot extend a call beyond its timeout.
        read = getattr(response.raw, "read1", response.raw.read)
        while chunk := read(CHUNK_BYTES, decode_content=True):
            content += chunk
            if len(content) > MAX_RESPONSE_BYTES:
                raise OutcomeUnknown(
                    f"{request.description}: the response is larger than {MAX_RESPONSE_BYTES // 1024**2} MB.",
                    hint="Check api_url or events_url.",
                    retryable=False,
                )
            if time.monotonic() > deadline:
                raise _timed_out(request, self._timeout)
        return bytes(content)


_contexts: dict[bool | str, ssl.SSLContext] = {}
"""The TLS contexts, by `verify`. Forks share them."""


def tls_context(verify: bool | str) -> ssl.SSLContext:
    """Return the context for TLS 1.2 or later, whatever the system's OpenSSL allows.

    Args:
        verify: as in `requests`. For True the context holds the CA certificates: reading them takes 16 ms, and a
            worker has them already if it was forked afterwards.
    """
    if verify not in _contexts:
        context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if verify is True:
            # Without them every handshake fails, with a hint.
            with contextlib.suppress(OSError):
                # Documented by requests, but missing in its stubs.
                context.load_verify_locations(requests.certs.where())  # type: ignore[attr-defined]
        _contexts[verify] = context
    return _contexts[verify]


if not REQUESTS_IMPORT_ERROR:

    class _SharedContextAdapter(requests.adapters.HTTPAdapter):
        """Uses the shared TLS context.

        Args:
            verify: as in `requests`.
        """

        def __init__(self, verify: bool | str) -> None:
            self._context = tls_context(verify)
            super().__init__()

        def init_poolmanager(self, *arguments: t.Any, **keywords: t.Any) -> None:
            """Create the pool for direct connections."""
            super().init_poolmanager(*arguments, ssl_context=self._context, **keywords)

        def proxy_manager_for(self, proxy: str, **keywords: t.Any) -> t.Any:
            """Create the pool for connections through a proxy."""
            return super().proxy_manager_for(proxy, ssl_context=self._context, **keywords)

        def cert_verify(self, conn: t.Any, url: t.Any, verify: t.Any, cert: t.Any) -> None:
            """Require a valid certificate. What the context holds is not read again."""
            # A proxy that is reached over TLS has a context of its own, which holds nothing.
            if verify is True and conn.proxy is None:
                conn.cert_reqs = "CERT_REQUIRED"
            else:
                super().cert_verify(conn, url, verify, cert)


_sessions: dict[bool | str | None, requests.Session] = {}
"""The sessions of this process, by `verify`, and that for plain HTTP: their connections are reused by the next task."""
# A forked worker must not share its parent's connections.
os.register_at_fork(after_in_child=_sessions.clear)


def session(url: str, verify: bool | str) -> requests.Session:
    """Return the session for a URL. It keeps nothing of a task: credentials go with each call, cookies are refused."""
    is_tls = url.startswith("https:")
    key = verify if is_tls else None
    if key not in _sessions:
        created = requests.Session()
        # Otherwise ~/.netrc would replace the token; proxies are read from the environment for each call instead.
        created.trust_env = False
        created.verify = verify
        if is_tls:
            created.mount("https://", _SharedContextAdapter(verify))
        created.headers["User-Agent"] = USER_AGENT
        created.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        _sessions[key] = created
    return _sessions[key]


def _proxies(url: str) -> dict[str, str]:
    """Return the environment's proxies for a URL; none for plain HTTP, which must not leave this machine."""
    return requests.utils.get_environ_proxies(url) if url.startswith("https:") else {}


def _failure(request: Request, error: Exception, timeout: float) -> NotSent | OutcomeUnknown:
    """Return what an exception of the HTTP library means for the effect of the call."""
    causes = list(_causes(error))
    not_sent = _not_sent(request, causes)
    if not_sent:
        return not_sent
    if _any_of(causes, requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        return _timed_out(request, timeout)
    return OutcomeUnknown(
        f"{request.description}: the connection to {_host(request)} closed before the response was complete.",
        hint="It is safe to run the task again: it reads before it writes.",
    )


def _not_sent(request: Request, causes: t.Sequence[BaseException]) -> NotSent | None:
    """Return the error for a call that failed before anything reached the server."""
    host, reason = _host(request), _reason(causes)
    if any(getattr(cause, "reason", None) in HANDSHAKE_FAILURES for cause in causes):
        return NotSent(
            f"{request.description}: the TLS connection to {host} failed: {reason}.",
            hint="Set ca_path to the certificate authority's bundle, or check the address.",
            retryable=False,
        )
    if _any_of(causes, requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return NotSent(
            f"{request.description}: the proxy refused to connect to {host}.",
            hint="Check HTTPS_PROXY and NO_PROXY in the environment of the task.",
        )
    if _any_of(
        causes,
        requests.exceptions.ConnectTimeout,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
    ):
        return NotSent(
            f"{request.description}: cannot connect to {host}: {reason}.",
            hint="Check the network, DNS and proxy of the machine that runs the task, and api_url or region.",
        )
    if _any_of(causes, requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader):
        return NotSent(f"{request.description}: invalid request: {reason}.", retryable=False)
    return None


def _timed_out(request: Request, timeout: float) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{request.description}: timed out after {timeout:g} s.",
        hint="Raise timeout if the network is slow. It is safe to run the task again: it reads before it writes.",
        may_still_apply=True,
    )


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
    """Return the operating system's text, without the library's object addresses around it."""
    deepest = causes[-1]
    text = getattr(deepest, "strerror", None) or str(deepest).rsplit(": ", 1)[-1]
    return str(text).strip(" ().\"'")


def _host(request: Request) -> str:
    return request.url.split("/")[2]
