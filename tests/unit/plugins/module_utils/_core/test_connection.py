# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a call knows, on a connection to nobody. Real connections are tested in test_connections.py."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import typing as t

import pytest
import urllib3
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.connection import (
    Call,
    TlsSocket,
    start_call,
    watch,
)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that calls read."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


class ToNobody(http.client.HTTPConnection):
    """A connection class as urllib3 has them, to a peer in this process, perhaps through a proxy."""

    through_proxy = False

    def connect(self) -> None:
        self.sock, self.peer = socket.socketpair()
        self.given = self.timeout
        if self.through_proxy:
            self.send(b"CONNECT")


class Pool:
    ConnectionCls = ToNobody


class Manager:
    def __init__(self) -> None:
        self.pool_classes_by_scheme: dict[str, t.Any] = {"https": Pool}


@pytest.fixture
def connection() -> t.Iterator[t.Any]:
    """A watched connection."""
    connection = watch(Manager()).pool_classes_by_scheme["https"].ConnectionCls("127.0.0.1", 443)
    yield connection
    connection.close()
    if hasattr(connection, "peer"):
        connection.peer.close()


def test_a_call_has_less_and_less_time_and_then_none(clock: Clock) -> None:
    call = Call(30)
    clock.now += 10
    assert call.remaining() == 20
    clock.now += 20
    with pytest.raises(TimeoutError):
        call.remaining()


def test_only_the_request_is_what_was_sent(connection: t.Any) -> None:
    with start_call(30) as call:
        connection.connect()
        assert not call.sent
        connection.send(b"GET")
        assert call.sent
    assert not call.asked_proxy
    assert connection.peer.recv(99) == b"GET"


def test_what_a_proxy_is_asked_is_not_a_part_of_the_request(connection: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToNobody, "through_proxy", True)
    with start_call(30) as call:
        connection.connect()
        assert (call.asked_proxy, call.sent) == (True, False)
        connection.send(b"GET")
        assert call.sent


def test_a_request_is_not_sent_if_there_is_no_time_left(connection: t.Any, clock: Clock) -> None:
    with start_call(30) as call:
        connection.connect()
        clock.now += 30
        with pytest.raises(TimeoutError):
            connection.send(b"GET")
    assert not call.sent


def test_a_request_connects_first(connection: t.Any) -> None:
    with start_call(30) as call:
        connection.send(b"GET")
    assert call.sent
    assert connection.peer.recv(99) == b"GET"


def test_the_addresses_of_a_host_share_the_time(
    connection: t.Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_given: t.Any, **_more: t.Any) -> list[str]:
        clock.now += 6
        return ["address"] * 4

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with start_call(30):
        connection.connect()
    assert connection.given == 6


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("error", [socket.gaierror("unknown"), UnicodeError("label too long")], ids=repr)
def test_a_name_that_cannot_be_resolved_is_left_to_urllib3(
    error: Exception, connection: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: t.Any, **_more: t.Any) -> t.NoReturn:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with start_call(30):
        connection.connect()
    assert connection.given == 30


def test_a_response_is_read_until_the_deadline_of_the_call_that_reads_it(connection: t.Any, clock: Clock) -> None:
    with start_call(30):
        connection.request("GET", "/")
        connection.peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
        response = connection.getresponse()
        clock.now += 20
        assert response.read(1) == b"{"
        clock.now += 10
        with pytest.raises(TimeoutError):
            response.read(1)
    response.close()


def test_a_closed_connection_is_still_read_to_its_end(connection: t.Any) -> None:
    with start_call(30):
        connection.request("GET", "/")
        connection.peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}")
        connection.peer.shutdown(socket.SHUT_WR)
        response = connection.getresponse()
        assert connection.sock is None
        assert response.read() == b"{}"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "manager",
    [urllib3.PoolManager(), urllib3.ProxyManager("http://proxy.example.com:3128")],
    ids=lambda manager: type(manager).__name__,
)
def test_all_connections_of_a_manager_are_watched_once(manager: t.Any, scheme: str) -> None:
    watched = watch(manager).pool_classes_by_scheme
    assert watch(manager).pool_classes_by_scheme == watched
    kind = manager.connection_from_host("api.example.com", 443, scheme).ConnectionCls
    assert issubclass(kind, getattr(urllib3.connection, f"{scheme.upper()}Connection"))
    # The first class that connects is ours.
    assert kind.connect.__module__ == watch.__module__


def test_tls_waits_until_the_deadline(clock: Clock) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = TlsSocket
    here, there = socket.socketpair()
    here.settimeout(900)
    with there, start_call(30):
        clock.now += 30
        with pytest.raises(TimeoutError):
            context.wrap_socket(here, server_hostname="api.example.com")
