# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: sends one call. Only this file and L(call_failures) import `requests`.

Private to the collection.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import ssl
import typing as t

from . import proxies
from .connection import TlsSocket, ca_variable, start_call, watch
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

USER_AGENT = "ansible-collection-oncall.pagerduty/1.0.0"
"""A test compares the version with that of galaxy.yml, which a module's process does not have."""
MAX_RESPONSE_BYTES = 64 * 1024 * 1024
"""The largest response that is read; a full page of incidents is below 2 MB."""
CHUNK_BYTES = 64 * 1024


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
        timeout: seconds for one call, from the resolution of the name to the last byte read.
        verify: True, False, or the path of a CA bundle. True trusts what `requests` documents: the bundle that
            REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names, else that of `requests`.
    """

    def __init__(self, timeout: float, verify: bool | str) -> None:
        self._timeout = timeout
        self._verify = verify

    def send(self, request: Request) -> Response:
        """Send a call once and read the complete response.

        Raises:
            NotSent: nothing of the call has left this machine.
            OutcomeUnknown: it was sent, but there was no complete response.
        """
        proxy = _proxy(request)
        with start_call(self._timeout) as call:
            try:
                return self._exchange(request, proxy)
            except (OSError, ValueError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
                # Before version 2, urllib3 keeps a connection on which a response has ended early.
                session(request, self._verify).close()
                # Only a failed call needs it.
                from .call_failures import FailedCall

                host = request.url.split("/")[2]
                raise FailedCall(request.description, host, proxy, self._timeout, call).meaning(error) from error

    def _exchange(self, request: Request, proxy: str) -> Response:
        with session(request, self._verify).request(
            request.method,
            request.url,
            params=list(request.query),
            json=request.body,
            headers=dict(request.headers),
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            proxies={"https": proxy} if proxy else {},
        ) as response:
            return Response(response.status_code, response.headers, _read(request, response))


def _read(request: Request, response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > MAX_RESPONSE_BYTES:
            raise OutcomeUnknown(
                f"{request.description}: the response is larger than {MAX_RESPONSE_BYTES // 1024**2} MB.",
                hint="Check api_url or events_url.",
                retryable=False,
            )
    _check_length(response)
    return bytes(content)


def _check_length(response: requests.Response) -> None:
    """Notice a body that ended early; before version 2, urllib3 does not.

    Raises:
        http.client.IncompleteRead: it is shorter than announced.
    """
    announced = response.headers.get("Content-Length", "")
    received = response.raw.tell()
    if announced.isdigit() and "Transfer-Encoding" not in response.headers and received < int(announced):
        raise http.client.IncompleteRead(b"", int(announced) - received)


class _Trust(t.NamedTuple):
    """Which certificates are trusted.

    Args:
        problem: why they cannot be read; empty if they can.
    """

    context: ssl.SSLContext
    problem: str


_trusts: dict[str, _Trust] = {}
"""By the path of the CA bundle, which is empty if certificates are not checked. Forks share them."""


def tls_context(verify: bool | str) -> ssl.SSLContext:
    """Return the context for TLS 1.2 or later, whatever the system's OpenSSL allows.

    Args:
        verify: as for `HttpClient`. Reading the CA certificates takes 16 ms; a worker that is forked afterwards has
            them already. If they cannot be read, each call says so.
    """
    return _trust(_ca_bundle(verify)).context


def _ca_bundle(verify: bool | str) -> str:
    """Return the path of the CA bundle; empty if certificates are not checked."""
    if verify is not True:
        return verify or ""
    return os.environ.get(ca_variable()) or default_bundle()


def default_bundle() -> str:
    """Return the path of the CA bundle that comes with `requests`."""
    # The function is documented by requests, but missing in its stubs.
    return str(requests.certs.where())  # type: ignore[attr-defined]


def unreadable_bundle() -> str:
    """Return why the CA bundle that the environment names cannot be read; empty if it can, or if none is named."""
    bundle = os.environ.get(ca_variable())
    problem = bundle and _trust(bundle).problem
    return f"{ca_variable()}: cannot read {bundle}: {problem}." if problem else ""


def _trust(bundle: str) -> _Trust:
    if bundle not in _trusts:
        context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if bundle else ssl.CERT_NONE)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = TlsSocket
        _trusts[bundle] = _Trust(context, _load(context, bundle) if bundle else "")
    return _trusts[bundle]


def _load(context: ssl.SSLContext, bundle: str) -> str:
    """Load CA certificates from a file or a folder; returns why that failed, or nothing."""
    try:
        context.load_verify_locations(**{"capath" if os.path.isdir(bundle) else "cafile": bundle})
    except ssl.SSLError:
        return "it has no certificates in PEM format"
    except OSError as error:
        return str(error.strerror)
    return ""


if not REQUESTS_IMPORT_ERROR:

    class _Adapter(requests.adapters.HTTPAdapter):
        """Watches its connections, and uses the shared TLS context.

        Args:
            bundle: the path of the CA bundle; empty if certificates are not checked, None for plain HTTP.
        """

        def __init__(self, bundle: str | None) -> None:
            self._bundle = bundle
            super().__init__()

        def init_poolmanager(self, *arguments: t.Any, **keywords: t.Any) -> None:
            """Create the pool for direct connections."""
            if self._bundle is not None:
                keywords["ssl_context"] = _trust(self._bundle).context
            super().init_poolmanager(*arguments, **keywords)
            watch(self.poolmanager)

        def proxy_manager_for(self, proxy: str, **keywords: t.Any) -> t.Any:
            """Create the pool for connections through a proxy."""
            context = _trust(self._bundle or "").context
            # With a given context, urllib3 1.26 does not check the name of a proxy. With its own, it starts TLS through
            # a proxy that is reached over TLS without the deadline: each read may take the whole timeout.
            if proxy.startswith("https:") and context.check_hostname == bool(self._bundle):
                keywords["proxy_ssl_context"] = context
            return watch(super().proxy_manager_for(proxy, ssl_context=context, **keywords))

        def cert_verify(self, conn: t.Any, url: t.Any, verify: t.Any, cert: t.Any) -> None:
            """Require a valid certificate. What the context holds is not read again."""
            if conn.proxy is not None and conn.proxy.scheme == "https":
                super().cert_verify(conn, url, self._bundle or False, cert)
            else:
                conn.cert_reqs = "CERT_REQUIRED" if verify else "CERT_NONE"


_sessions: dict[str | None, requests.Session] = {}
"""The sessions of this process, by what `_Adapter` takes: their connections are reused by the next task."""
# A forked worker must not share its parent's connections.
os.register_at_fork(after_in_child=_sessions.clear)


def session(request: Request, verify: bool | str) -> requests.Session:
    """Return the session for a call. It keeps nothing of a task: credentials go with each call, cookies are refused.

    Raises:
        NotSent: the CA certificates cannot be read.
    """
    # Plain HTTP does not leave this machine.
    bundle = _ca_bundle(verify) if _is_tls(request) else None
    problem = bundle and _trust(bundle).problem
    if problem:
        name = "ca_path" if isinstance(verify, str) else ca_variable()
        raise NotSent(
            f"{request.description}: cannot read the CA bundle {bundle}{f' of {name}' if name else ''}: {problem}.",
            hint="Set ca_path to the certificate authority's bundle.",
            retryable=False,
        )
    if bundle not in _sessions:
        _sessions[bundle] = _new_session(bundle)
    return _sessions[bundle]


def _new_session(bundle: str | None) -> requests.Session:
    created = requests.Session()
    # Otherwise ~/.netrc would replace the token; proxies are read from the environment for each call instead.
    created.trust_env = False
    created.verify = bool(bundle)
    created.mount("http://" if bundle is None else "https://", _Adapter(bundle))
    created.headers["User-Agent"] = USER_AGENT
    created.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return created


def _proxy(request: Request) -> str:
    """Return the address of the proxy for a call, empty for none; plain HTTP must not leave this machine.

    Raises:
        NotSent: the environment has something else in its place.
    """
    if not _is_tls(request):
        return ""
    proxy = requests.utils.select_proxy(request.url, requests.utils.get_environ_proxies(request.url)) or ""
    address = proxies.address_of(proxy)
    if address and not _is_proxy(address):
        raise NotSent(f"{request.description}: {proxies.problem(proxy)}", hint=proxies.HINT, retryable=False)
    return address


def _is_proxy(address: str) -> bool:
    try:
        return proxies.is_proxy(address) and bool(urllib3.util.parse_url(address).host)
    except urllib3.exceptions.LocationParseError:
        return False


def _is_tls(request: Request) -> bool:
    return request.url.startswith("https:")
