# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source `webhook`: what is signed is handed over once, in order, and answered at once; nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import ssl
import time
import typing as t
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import aiohttp
import pytest
import trustme
import yaml
from aiohttp import web
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import feedback, listener, webhook

from integration.eda.source_runner import Source, event_type

SECRET = "a-signing-secret"
MODULE = Source("webhook")


def body(number: int = 1, event_type: str = "incident.triggered", **fields: t.Any) -> bytes:
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {"id": "Q1", "type": "incident", "title": "Ölpest"}
    event = {"id": f"EVENT{number}", "event_type": event_type, "occurred_at": now, "data": data}
    return json.dumps({"event": {**event, **fields}}, ensure_ascii=False).encode()


def signature(content: bytes, *secrets: str) -> str:
    digests = [hmac.new(secret.encode(), content, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join(f"v1={digest}" for digest in digests)


class Endpoint:
    """A running source, and PagerDuty's side of the conversation."""

    def __init__(self, source: Source, url: str, session: aiohttp.ClientSession) -> None:
        self.source = source
        self.url = url
        self._session = session

    async def send(
        self, content: bytes, *, webhook_id: str = "W1", path: str = "", signed: str | None = "", **options: t.Any
    ) -> int:
        """Deliver a webhook; None for no signature. Returns the status."""
        headers = {"X-Webhook-Id": webhook_id, "X-Webhook-Subscription": "PSUBSCR", "X-Team": "a-custom-secret"}
        if signed is not None:
            headers["X-PagerDuty-Signature"] = signed or signature(content, SECRET)
        async with self._session.post(f"{self.url}/{path}", data=content, headers=headers, **options) as response:
            return response.status


@contextlib.asynccontextmanager
async def endpoint(scheme: str = "http", **args: t.Any) -> t.AsyncIterator[Endpoint]:
    source = Source("webhook")
    wanted = {"host": "127.0.0.1", "port": 0, "secrets": [SECRET], **args}
    async with source.running(**wanted), aiohttp.ClientSession() as session:
        port = await source.line("Listening on port ")
        yield Endpoint(source, f"{scheme}://127.0.0.1:{port}", session)


async def nothing_more(running: Endpoint) -> bool:
    """Whether no event is left: a last one, sent now, is the next to come."""
    assert await running.send(body(9999), webhook_id="LAST") == 202
    (event,) = await running.source.events(1)
    return bool(event["payload"]["event"]["id"] == "EVENT9999")


async def test_a_signed_webhook_has_the_form_of_an_event_stream() -> None:
    async with endpoint() as running:
        assert await running.send(body(), path="pagerduty/hook") == 202
        (event,) = await running.source.events(1)
    assert event["payload"]["event"]["data"]["title"] == "Ölpest"
    headers = {"X-Webhook-Id": "W1", "X-Webhook-Subscription": "PSUBSCR"}
    assert event["meta"] == {"endpoint": "pagerduty/hook", "headers": headers, "uuid": "EVENT1", "incident_id": "Q1"}


@pytest.mark.parametrize(
    ("secrets", "signed_with"),
    [((SECRET,), ("another", SECRET)), (("another", SECRET), (SECRET,)), (("old", SECRET), ("another", SECRET))],
)
async def test_one_right_signature_is_enough(secrets: tuple[str, ...], signed_with: tuple[str, ...]) -> None:
    async with endpoint(secrets=secrets) as running:
        content = body()
        assert await running.send(content, signed=signature(content, *signed_with)) == 202


def no_prefix(content: bytes) -> str:
    return signature(content, SECRET).removeprefix("v1=")


UNSIGNED: dict[str, t.Callable[[bytes], str | None]] = {
    "no signature": lambda _content: None,
    "an empty signature": lambda _content: "v1=",
    "not even text": lambda _content: "v1=\udcff",
    "another secret": lambda content: signature(content, "another"),
    "another body": lambda content: signature(content + b" ", SECRET),
    "another version": lambda content: f"v0={no_prefix(content)}",
    "no version": no_prefix,
}


@pytest.mark.parametrize("case", UNSIGNED)
async def test_what_is_not_signed_can_be_sent_again_and_reaches_no_rule(case: str) -> None:
    content = body()
    async with endpoint() as running:
        assert await running.send(content, signed=UNSIGNED[case](content)) == 503
        assert await nothing_more(running)
        # With the right signature, the same delivery is taken.
        assert await running.send(content) == 202
        assert [event_type(event) for event in await running.source.events(1)] == ["incident.triggered"]


async def test_an_event_that_comes_again_is_accepted_and_handed_over_once() -> None:
    content = body()
    async with endpoint() as running:
        answers = [
            await running.send(content),
            await running.send(content),
            # A replay with another id: the header is not signed, the id of the event is.
            await running.send(content, webhook_id="W2"),
            # The same delivery, even if its event were another.
            await running.send(body(2)),
        ]
        assert answers == [202] * 4
        assert len(await running.source.events(1)) == 1
        assert await nothing_more(running)


async def test_after_a_restart_a_delivery_that_comes_again_is_handed_over_again() -> None:
    """Documentation: guide_eda.rst, "What is not guaranteed". With feedback, the rule engine knows it."""
    content = body()
    for _start in range(2):
        async with endpoint() as running:
            assert await running.send(content) == 202
            assert len(await running.source.events(1)) == 1


async def test_deliveries_at_the_same_moment_are_one_event() -> None:
    content = body()
    async with endpoint() as running:
        assert await asyncio.gather(*(running.send(content) for _unused in range(20))) == [202] * 20
        assert len(await running.source.events(1)) == 1
        assert await nothing_more(running)


async def test_an_event_that_is_too_old_is_left_out() -> None:
    long_ago = (datetime.now(timezone.utc) - timedelta(hours=97)).isoformat()
    not_so_long_ago = (datetime.now(timezone.utc) - timedelta(hours=95)).isoformat()
    async with endpoint() as running:
        assert await running.send(body(1, occurred_at=long_ago), webhook_id="W1") == 202
        assert await running.send(body(2, occurred_at=not_so_long_ago), webhook_id="W2") == 202
        (event,) = await running.source.events(1)
        assert event["payload"]["event"]["id"] == "EVENT2"


async def test_a_full_queue_asks_pagerduty_to_try_again_and_loses_nothing() -> None:
    async with endpoint(queue_size=3) as running:
        started = time.monotonic()
        # One more is in ansible-rulebook's own queue, and one waits to get into it.
        answers = [await running.send(body(number), webhook_id=f"W{number}") for number in range(1, 11)]
        assert time.monotonic() - started < 5
        assert answers == [202] * 5 + [503] * 5
        taken = await running.source.events(5)
        answers = [await running.send(body(number), webhook_id=f"W{number}") for number in range(4, 9)]
        assert answers == [202] * 5
        taken += await running.source.events(3)
        assert await nothing_more(running)
    assert [event["payload"]["event"]["id"] for event in taken] == [f"EVENT{number}" for number in range(1, 9)]


@pytest.mark.parametrize("kind", ["pagey.ping", "incident.something_new", "service.updated"])
async def test_every_type_is_handed_over(kind: str) -> None:
    async with endpoint() as running:
        assert await running.send(body(event_type=kind)) == 202
        assert [event_type(event) for event in await running.source.events(1)] == [kind]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"42", b"not JSON", b"\xff", b"[" * 200_000, b'{"event":' * 20_000 + b"1" + b"}" * 20_000],
    ids=lambda content: content[:12],
)
async def test_a_signed_body_that_cannot_be_read_does_not_count_as_a_drop(content: bytes) -> None:
    async with endpoint() as running:
        assert await running.send(content) == 202
        assert await nothing_more(running)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["", "health", "pagerduty/hook"])
async def test_a_load_balancer_learns_that_the_source_listens(method: str, path: str) -> None:
    async with endpoint() as running, aiohttp.ClientSession() as session:
        async with session.request(method, f"{running.url}/{path}") as response:
            assert (response.status, await response.text()) == (200, "Listening." if method == "GET" else "")
        assert await nothing_more(running)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"event": 42}',
        b'{"event": {"id": 42, "occurred_at": 42}}',
        b'{"event": {"id": ["a"], "data": [], "occurred_at": "noon"}}',
        b'{"event": {"data": {"incident": {"id": null}}, "occurred_at": "0001-01-01T00:00:00+23:59 "}}',
        b'{"event": {"data": null, "note": "\\ud800", "number": 1e999}}',
        b'\xef\xbb\xbf{"event": {}}',
    ],
)
async def test_a_signed_object_of_another_form_is_handed_over(content: bytes) -> None:
    async with endpoint() as running:
        assert await running.send(content) == 202
        (event,) = await running.source.events(1)
        assert event["payload"] == json.loads(content)


async def test_integration_keys_reach_no_rule() -> None:
    service = {"id": "PSVC", "integrations": [{"id": "PI", "integration_key": "k" * 32}]}
    data = {"id": "Q1", "type": "incident", "service": service, "body": {"details": {"service_key": "k" * 32, "a": 1}}}
    event = {"id": "EVENT1", "event_type": "incident.triggered", "data": data, "routing_key": "k" * 32}
    async with endpoint() as running:
        assert await running.send(json.dumps({"event": event}).encode()) == 202
        (handed_over,) = await running.source.events(1)
    kept = handed_over["payload"]["event"]["data"]
    assert (kept["service"]["integrations"], kept["body"]["details"]) == ([{"id": "PI"}], {"a": 1})
    assert "k" * 32 not in json.dumps(handed_over)


async def test_a_body_above_the_limit_is_refused() -> None:
    largest = body(1, padding="x" * (262_144 - len(body(1, padding=""))))
    async with endpoint() as running:
        assert await running.send(largest) == 202
        assert await running.send(largest + b"  ", webhook_id="W2") == 413
        assert len(await running.source.events(1)) == 1
        assert await nothing_more(running)


async def test_a_body_that_does_not_arrive_in_time_can_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly() -> t.AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    async with endpoint() as running:
        monkeypatch.setattr(webhook, "TIME_LIMIT", 0.1)
        assert await running.send(t.cast("bytes", slowly()), signed="v1=") == 503


async def test_events_that_come_at_the_end_can_be_sent_again() -> None:
    settings = webhook.settings_of({"port": 0, "secrets": [SECRET]})
    receiver = webhook.Receiver(settings, webhook.Handover(asyncio.Queue(), {}), lambda _transport: None)
    task = asyncio.create_task(receiver.hand_over())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    runner = web.AppRunner(receiver.application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as session:
        port = runner.addresses[0][1]
        assert await Endpoint(MODULE, f"http://127.0.0.1:{port}", session).send(body()) == 503
    await runner.cleanup()


class Engine:
    """A rule engine that answers for each event that it takes, or fails and goes on."""

    def __init__(self, running: Endpoint, answers: asyncio.Queue[t.Any]) -> None:
        self._queue = running.source.queue
        self._answers = answers

    async def take(self, *, fails: bool = False) -> str:
        """Take an event; returns its uuid."""
        event = await asyncio.wait_for(self._queue.get(), 20)
        if not fails:
            await self._answers.put(event)
        return str(event["meta"]["uuid"])


@contextlib.asynccontextmanager
async def with_feedback(**args: t.Any) -> t.AsyncIterator[tuple[Endpoint, Engine]]:
    answers: asyncio.Queue[t.Any] = asyncio.Queue(1)
    async with endpoint(feedback=True, eda_feedback_queue=answers, **args) as running:
        yield running, Engine(running, answers)


async def test_with_feedback_a_delivery_is_answered_when_the_engine_has_the_event() -> None:
    async with with_feedback() as (running, engine):
        first, same = (asyncio.create_task(running.send(body())) for _unused in range(2))
        assert await engine.take() == "EVENT1"
        assert (await first, await same, await running.send(body())) == (202, 202, 202)
        assert running.source.queue.empty()


async def test_an_engine_that_does_not_answer_in_time_gets_the_event_again_and_handles_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "TIME_LIMIT", 0.05)
    async with with_feedback() as (running, engine):
        assert [await running.send(body()) for _attempt in range(2)] == [503, 503]
        # It was only slow: it answers, and the next attempt is one of an event that it has.
        assert await engine.take() == "EVENT1"
        assert await running.send(body()) == 202
        assert running.source.queue.empty()


async def test_an_event_on_which_the_engine_fails_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "PATIENCE", 0.05)
    async with with_feedback() as (running, engine):
        failed, taken = (asyncio.create_task(running.send(body(number), webhook_id=f"W{number}")) for number in (1, 2))
        uuids = [await engine.take(fails=True), await engine.take()]
        answers = {"EVENT1": await failed, "EVENT2": await taken}
        assert [answers[uuid] for uuid in uuids] == [503, 202]
        number = int(uuids[0].removeprefix("EVENT"))
        again = asyncio.create_task(running.send(body(number), webhook_id=f"W{number}"))
        assert (await engine.take(), await again) == (uuids[0], 202)


async def test_no_more_events_wait_for_the_engine_than_the_queue_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIME_LIMIT", 0.2)
    async with with_feedback(queue_size=2) as (running, engine):
        sending = (running.send(body(number), webhook_id=f"W{number}") for number in range(1, 5))
        assert await asyncio.gather(*sending) == [503] * 4
        assert await running.source.line("The queue is full")
        # The others did not have their turn in time, and come again.
        await engine.take()
        assert running.source.queue.empty()


async def test_an_event_without_an_id_has_a_uuid_that_stays_the_same() -> None:
    async with endpoint() as running:
        for webhook_id in ("W1", "W2"):
            assert await running.send(b'{"event": {}}', webhook_id=webhook_id) == 202
        first, second = await running.source.events(2)
        assert first["meta"]["uuid"] == second["meta"]["uuid"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip"])
async def test_a_packed_body_is_refused_unread(encoding: str) -> None:
    async with endpoint() as running:
        content = zlib.compress(b" " * 5_000_000, wbits=31)
        headers = {"Content-Encoding": encoding, "X-PagerDuty-Signature": signature(content, SECRET)}
        async with (
            aiohttp.ClientSession() as session,
            session.post(running.url, data=content, headers=headers) as answer,
        ):
            assert answer.status == 415
        assert await nothing_more(running)


STRANGE: dict[str, bytes] = {
    "half a header": b"POST / HTTP/1.1\r\nHost: x\r\nX-A: ",
    "no end of a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    "broken chunks": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "more than a line may hold": b"POST /" + b"a" * 100_000,
    "more signatures than PagerDuty has secrets": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
    + b"X-PagerDuty-Signature: "
    + b"v1=," * 1000
    + b"\r\n\r\n",
}


@pytest.mark.parametrize("case", STRANGE)
async def test_a_stranger_is_cut_off_and_writes_no_more_than_a_line(
    case: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "MAX_DURATION", 0.1)
    async with endpoint() as running:
        port = int(running.url.rpartition(":")[2])
        for _unused in range(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(STRANGE[case])
            with contextlib.suppress(ConnectionError):
                assert b" 202 " not in await asyncio.wait_for(reader.read(), 20)
            writer.close()
        assert await running.send(body()) == 202
        assert len(await running.source.events(1)) == 1
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) <= 1


async def test_who_begins_no_tls_handshake_is_cut_off(
    certificates: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "MAX_DURATION", 0.1)
    async with endpoint("https", certfile=str(certificates["server"])) as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rpartition(":")[2]))
        assert await asyncio.wait_for(reader.read(), 20) == b""
        writer.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A server's certificate, one of PagerDuty's clients and one of another, all of one authority."""
    folder = tmp_path_factory.mktemp("certificates")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    names = {"server": "127.0.0.1", "pagerduty": "webhooks.pagerduty.com", "other": "example.com"}
    for file, name in names.items():
        ca.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(folder / f"{file}.pem"))
    return {file: folder / f"{file}.pem" for file in ("ca", *names)}


@pytest.mark.parametrize(("client", "expected"), [("pagerduty", 202), ("other", 503)])
async def test_only_pagerdutys_client_certificate_is_accepted(
    client: str, expected: int, certificates: dict[str, Path]
) -> None:
    context = ssl.create_default_context(cafile=str(certificates["ca"]))
    # PagerDuty speaks no other version.
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificates[client])
    files = {"certfile": str(certificates["server"]), "cafile": str(certificates["ca"])}
    async with endpoint("https", **files) as running:
        assert await running.send(body(), ssl=context) == expected


async def test_a_client_without_a_certificate_is_refused(certificates: dict[str, Path]) -> None:
    context = ssl.create_default_context(cafile=str(certificates["ca"]))
    files = {"certfile": str(certificates["server"]), "cafile": str(certificates["ca"])}
    async with endpoint("https", **files) as running:
        with pytest.raises(aiohttp.ClientError):
            await running.send(body(), ssl=context)


def test_the_documentation_names_each_option_with_its_default() -> None:
    options = yaml.safe_load(MODULE.names["DOCUMENTATION"])["options"]
    assert set(options) == webhook.OPTIONS
    settings = webhook.settings_of({"port": 0, "secrets": [SECRET]})
    numbers = ("host", "queue_size", "remember", "max_age", "max_size")
    assert {name: options[name]["default"] for name in numbers} == {name: getattr(settings, name) for name in numbers}
    assert tuple(options["client_names"]["default"]) == webhook.CLIENT_NAMES
    for example in yaml.safe_load(MODULE.names["EXAMPLES"]):
        assert set(example["oncall.pagerduty.webhook"]) <= set(options)
