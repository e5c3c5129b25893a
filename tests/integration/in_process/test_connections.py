# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each way to connect, with each failure on it: whether a call was sent is known, and it ends in time.

The checks run these tests a second time, with the oldest `requests` and `urllib3` that are supported.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, OutcomeUnknown, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import HttpClient, Request, Response

from integration.in_process.failing_server import (
    CUT,
    OK,
    FailingServer,
    after_hello,
    break_tls,
    close,
    end_early,
    reset,
    respond,
    succeed,
    trickle,
    wait,
)
from simulator.connect_proxy import ConnectProxy, Handler, Listener

SHORT, MEDIUM, LONG = 0.3, 1.5, 10.0
"""Seconds: the timeout of a call that ends with it before it has connected, or after that, and of any other."""
TOLERANCE = 1.0
"""Seconds by which a call may exceed its timeout; other checks run at the same time."""
USER, PASSWORD = "someone", "pr0xy-s3cret"
CREDENTIALS = base64.b64encode(f"{USER}:{PASSWORD}".encode())

Certificates = tuple[Path, Path, Path]


@dataclass(frozen=True)
class Way:
    """A way to connect.

    Args:
        proxy: the scheme of the proxy, or empty.
    """

    name: str
    tls: bool = True
    proxy: str = ""
    password: bool = False


@dataclass(frozen=True)
class Failure:
    """What goes wrong, and what it means for a call over TLS.

    Args:
        on: `proxy`, `tls`, or empty if it can happen on every connection.
        before: what the server does instead of reading the request.
        after: what it does when it has read the request.
        proxy: what the proxy does when it has read CONNECT.
        plain: what it means for a call over plain HTTP, if that is something else.
        slow: whether only the timeout ends the call.
    """

    name: str
    outcome: type[TaskError | Response]
    on: str = ""
    before: Handler | None = None
    after: Handler = succeed
    proxy: Handler | None = None
    plain: type[TaskError] | None = None
    slow: bool = False

    @property
    def timeout(self) -> float:
        """Seconds, for the call."""
        if not self.slow:
            return LONG
        # On a busy machine it takes a while to agree on TLS, twice with a proxy over TLS.
        return MEDIUM if self.outcome is OutcomeUnknown else SHORT

    def expected(self, way: Way) -> type[TaskError | Response]:
        """Return what it means on a way to connect."""
        return self.outcome if way.tls or not self.plain else self.plain


WAYS = (
    Way("plain HTTP", tls=False),
    Way("TLS"),
    Way("TLS through a proxy", proxy="http"),
    Way("TLS through a proxy over TLS", proxy="https"),
    Way("TLS through a proxy with a password", proxy="http", password=True),
)
HANDSHAKE = b"\x16\x03\x03\x40\x00"
"""The start of a TLS record of 16 KB."""
FAILURES = (
    Failure("none", Response),
    Failure("a redirect", Response, after=respond(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")),
    Failure("closed before the request", NotSent, before=close, plain=OutcomeUnknown),
    Failure("reset before the request", NotSent, before=reset, on="tls"),
    Failure("text in place of TLS", NotSent, before=after_hello(respond(b"HTTP/1.1 400 No\r\n\r\n")), on="tls"),
    Failure("silent before the request", NotSent, before=wait, plain=OutcomeUnknown, slow=True),
    Failure("handshake that trickles", NotSent, before=after_hello(trickle(HANDSHAKE, b"\0")), on="tls", slow=True),
    Failure("closed after the request", OutcomeUnknown, after=close),
    Failure("reset after the request", OutcomeUnknown, after=reset),
    Failure("text in place of TLS after the request", OutcomeUnknown, after=break_tls, on="tls"),
    Failure("not HTTP", OutcomeUnknown, after=respond(b"garbage\r\n\r\n")),
    Failure("silent after the request", OutcomeUnknown, after=wait, slow=True),
    Failure("headers that trickle", OutcomeUnknown, after=trickle(b"HTTP/1.1 200 OK\r\nX: ", b"a"), slow=True),
    Failure(
        "body that trickles",
        OutcomeUnknown,
        after=trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" "),
        slow=True,
    ),
    Failure("truncated body", OutcomeUnknown, after=respond(CUT)),
    Failure("the proxy wants another password", NotSent, on="proxy", proxy=respond(b"HTTP/1.1 407 No\r\n\r\n")),
    Failure("the proxy cannot connect", NotSent, on="proxy", proxy=respond(b"HTTP/1.1 502 No\r\n\r\n")),
    Failure("the proxy closes", NotSent, on="proxy", proxy=close),
    Failure("the proxy resets", NotSent, on="proxy", proxy=reset),
    Failure("the proxy does not speak HTTP", NotSent, on="proxy", proxy=respond(b"garbage\r\n\r\n")),
    Failure("the proxy is silent", NotSent, on="proxy", proxy=wait, slow=True),
    Failure("the proxy trickles", NotSent, on="proxy", proxy=trickle(b"HTTP/1.1 200 OK\r\nX: ", b"a"), slow=True),
)
WITHOUT_DEADLINE = ("TLS through a proxy over TLS", "handshake that trickles")
"""With urllib3 1.26, a handshake inside another TLS connection may take the whole timeout for each read."""


def cases() -> t.Iterator[t.Any]:
    for way in WAYS:
        for failure in FAILURES:
            is_possible = {"proxy": bool(way.proxy), "tls": way.tls, "": True}[failure.on]
            is_known = urllib3.__version__.startswith("1.") and (way.name, failure.name) == WITHOUT_DEADLINE
            if is_possible and not is_known:
                yield pytest.param(way, failure, id=f"{way.name}: {failure.name}")


@pytest.fixture(scope="session")
def tls(authority: Certificates) -> ssl.SSLContext:
    """Serves with the certificate of `authority`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority[1:])
    return context


@contextlib.contextmanager
def proxied(way: Way, failure: Failure, port: int, tls: ssl.SSLContext) -> t.Iterator[ConnectProxy | None]:
    """Start the proxy of a way to connect, and name it in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        if not way.proxy:
            yield None
            return
        credentials = f"{USER}:{PASSWORD}@" if way.password else ""
        with ConnectProxy(port, tls=tls if way.proxy == "https" else None, answer=failure.proxy) as proxy:
            patch.setenv("HTTPS_PROXY", f"{way.proxy}://{credentials}localhost:{proxy.port}")
            yield proxy


def send(way: Way, port: int, ca_path: str, timeout: float = LONG) -> Response | TaskError:
    """Send a call, which must end in time."""
    url = f"{'https' if way.tls else 'http'}://127.0.0.1:{port}/notes"
    started = time.monotonic()
    try:
        result: Response | TaskError = HttpClient(timeout, ca_path).send(
            Request("POST", url, "POST /notes", {}, body={})
        )
    except TaskError as error:
        result = error
    assert time.monotonic() - started < timeout + TOLERANCE, result
    return result


@pytest.mark.parametrize(("way", "failure"), list(cases()))
def test_what_is_known_of_a_call_that_fails(way: Way, failure: Failure, ca_path: str, tls: ssl.SSLContext) -> None:
    with (
        FailingServer(
            tls=tls if way.tls else None, before_request=failure.before, after_request=failure.after
        ) as server,
        proxied(way, failure, server.port, tls) as proxy,
    ):
        result = send(way, server.port, ca_path, failure.timeout)
    assert isinstance(result, failure.expected(way)), result
    assert server.requests == (failure.proxy is None and failure.before is None)
    if proxy:
        assert (CREDENTIALS in proxy.received) == way.password
        assert PASSWORD not in str(result)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_port_on_which_nothing_listens(way: Way, ca_path: str, tls: ssl.SSLContext) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with proxied(way, FAILURES[0], port, tls):
            result = send(way, port, ca_path)
    words = "did not connect to 127.0.0.1" if way.proxy else "cannot connect to 127.0.0.1"
    assert isinstance(result, NotSent)
    assert words in result.message
    assert result.retryable


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_several_addresses_that_do_not_answer_take_no_longer_than_one(
    way: Way, ca_path: str, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_port() as port, proxied(way, FAILURES[0], port, tls) as proxy:
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in (1, 2, 3)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: addresses)
        result = send(way, port, ca_path, SHORT)
    assert isinstance(result, NotSent)
    assert f"timed out after {SHORT:g} s" in result.message
    assert not (proxy and proxy.received)


@contextlib.contextmanager
def silent_port() -> t.Iterator[int]:
    """A port on all addresses of this machine that answers no further connection, as its queue is full."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("0.0.0.0", 0))
        server.listen(0)
        port: int = server.getsockname()[1]
        for _place in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_an_idle_connection_that_the_server_closed_is_replaced(way: Way, ca_path: str, tls: ssl.SSLContext) -> None:
    with (
        FailingServer(tls=tls if way.tls else None, after_request=succeed) as server,
        proxied(way, FAILURES[0], server.port, tls) as proxy,
    ):
        for _call in range(3):
            assert isinstance(send(way, server.port, ca_path), Response)
            assert (proxy or server).closed.acquire(timeout=LONG)
    assert server.requests == 3


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_kept_connection_that_closes_on_the_next_request_leaves_it_unknown(
    way: Way, ca_path: str, tls: ssl.SSLContext
) -> None:
    def answer_once(connection: socket.socket) -> None:
        connection.sendall(OK)
        connection.recv(1)

    with (
        FailingServer(tls=tls if way.tls else None, after_request=answer_once) as server,
        proxied(way, FAILURES[0], server.port, tls),
    ):
        results = [send(way, server.port, ca_path) for _call in range(2)]
    assert [type(result) for result in results] == [Response, OutcomeUnknown]


@pytest.mark.parametrize("way", [way for way in WAYS if way.tls], ids=lambda way: way.name)
def test_a_connection_on_which_a_response_ended_early_is_replaced(way: Way, ca_path: str, tls: ssl.SSLContext) -> None:
    """Before version 2, urllib3 keeps it. Over plain HTTP nothing can end but the connection."""
    answers = iter((end_early, succeed))
    with (
        FailingServer(tls=tls, after_request=lambda connection: next(answers)(connection)) as server,
        proxied(way, FAILURES[0], server.port, tls),
    ):
        results = [send(way, server.port, ca_path) for _call in range(2)]
    assert [type(result) for result in results] == [OutcomeUnknown, Response]


@pytest.mark.parametrize("way", [way for way in WAYS if way.proxy], ids=lambda way: way.name)
def test_a_proxy_that_cannot_be_reached(way: Way, ca_path: str, tls: ssl.SSLContext) -> None:
    with (
        Listener(close) as broken,
        proxied(way, FAILURES[0], broken.port, tls),
        # Undone before what it replaces, unlike the fixture.
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("HTTPS_PROXY", f"{way.proxy}://{USER}:{PASSWORD}@localhost:1")
        result = send(way, broken.port, ca_path)
    assert isinstance(result, NotSent)
    assert "cannot connect to the proxy localhost:1" in result.message
