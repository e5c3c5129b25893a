# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random input from strangers, and from disks: proxies, requests to the webhook source, state files, log entries.

The event sources are known only by what ansible-rulebook knows of them: their file, a queue, and options.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import re
import socket
import tempfile
import time
import typing as t
from pathlib import Path
from unittest import mock

import hypothesis
import trustme
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, NotSent
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import HttpClient, Request
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.connection import Refused, proxy_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from figures.reliability.corrupting_proxy import CorruptingProxy, Corruption
from figures.reliability.fuzz import bodies, corruptions_of_responses, texts, values
from integration.eda.source_runner import Source
from simulator import account
from simulator.launch import Simulator

Survive = t.Callable[[t.Any], None]

SECRET = "pr0xy-s3cret"
URL = "https://127.0.0.1:1/incidents"
PROXY = f"http://someone:{SECRET}@127.0.0.1:1"
VARIABLES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
NOBODY = "http://127.0.0.1:1"
"""Where nobody listens."""
SIGNING_SECRET = "a-signing-secret"
TIME_LIMIT = 20.0
"""Seconds for one answer; far above what any needs."""
ANSWERS = range(200, 500)
"""Statuses that a stranger may get; one of the server's own errors would be a traceback."""
BATCH = 100
"""Inputs between two looks at the clock."""

marks = st.text("/#?@:[]%\\ \tx0\x7f\u00e9.", max_size=3)


def _mutated(text: str) -> st.SearchStrategy[str]:
    """Return texts in which something is put in, left out, or replaced."""
    places = st.integers(0, len(text))
    return st.builds(
        lambda start, end, put: text[: min(start, end)] + put + text[max(start, end) :], places, places, marks
    )


proxies = st.fixed_dictionaries(
    {}, optional={name: _mutated(PROXY) | _mutated(PROXY).flatmap(_mutated) | texts for name in VARIABLES}
)
"""Environments."""


def survive_proxy(environment: dict[str, str]) -> None:
    """Check what a module and an event source say of an environment."""
    usable = {name: value.replace("\0", "").encode("utf-8", "replace").decode() for name, value in environment.items()}
    cleared = {name: value for name, value in os.environ.items() if name.upper() not in VARIABLES}
    said = []
    with mock.patch.dict(os.environ, {**cleared, **usable}, clear=True), mock.patch("socket.getaddrinfo", _resolve):
        try:
            HttpClient(TIME_LIMIT, False).send(Request("GET", URL, "GET /incidents", {}))
        except NotSent as error:
            said.append(str(error))
        with contextlib.suppress(Refused):
            proxy_for("https://api.pagerduty.com")
    assert said
    assert SECRET not in said[0]
    assert "\n" not in said[0]


def _resolve(*_given: t.Any, **_more: t.Any) -> list[t.Any]:
    """Resolve every name to where nobody listens, without asking anybody."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]


header_names = st.sampled_from(
    ("X-PagerDuty-Signature", "X-Webhook-Id", "Content-Length", "Content-Encoding", "Content-Type", "Transfer-Encoding")
) | st.text("aB-: \x00", max_size=6)
header_values = st.text(st.characters(max_codepoint=0x2FF), max_size=20) | st.sampled_from(
    ("v1=", "v1=00", ",,", "gzip", "chunked", "-1", "9" * 30, "application/json; charset=x", "\udcff")
)
fields: dict[str, st.SearchStrategy[t.Any]] = {
    "id": values | st.just("EVENT1"),
    "event_type": values | st.just("incident.triggered"),
    "occurred_at": values | st.just("2026-11-27T22:00:00Z"),
    "data": values | st.fixed_dictionaries({"type": st.just("incident"), "id": values}),
}
events = st.fixed_dictionaries({}, optional={"event": values | st.fixed_dictionaries({}, optional=fields)})
requests = st.fixed_dictionaries(
    {
        "line": st.just("POST /hook HTTP/1.1")
        | st.text(max_size=20)
        | st.sampled_from(("GET / HTTP/1.1", "POST * HTTP/9.9")),
        "headers": st.lists(st.tuples(header_names, header_values), max_size=4),
        "body": bodies | events.map(lambda event: json.dumps(event).encode()),
        "is_signed": st.booleans(),
    }
)


def written(request: dict[str, t.Any]) -> bytes:
    """Return a request as a stranger sends it; a signed one has the headers that make it whole."""
    body, headers = request["body"], list(request["headers"])
    line = request["line"]
    if request["is_signed"]:
        digest = hmac.new(SIGNING_SECRET.encode(), body, hashlib.sha256).hexdigest()
        line, headers = "POST /hook HTTP/1.1", [*headers, ("X-PagerDuty-Signature", f"v1={digest}")]
    own = [("Host", "localhost"), ("Content-Length", str(len(body))), ("Connection", "close")]
    head = "".join(f"{name}: {value}\r\n" for name, value in [*own, *headers])
    return f"{line}\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body


class Webhook:
    """A running webhook source."""

    def __init__(self, runner: asyncio.Runner, stack: contextlib.ExitStack) -> None:
        self._runner = runner
        self._source = Source("webhook")
        self._source.queue = asyncio.Queue()
        running = self._source.running(host="127.0.0.1", port=0, secrets=[SIGNING_SECRET])
        self._task = runner.run(running.__aenter__())
        stack.callback(lambda: runner.run(running.__aexit__(None, None, None)))
        self._port = int(runner.run(self._source.line("Listening on port ")))

    def survive(self, request: dict[str, t.Any]) -> None:
        """Send a request, and check its answer."""
        answer = self._runner.run(self._answer(written(request)))
        assert not self._task.done(), "the source has ended"
        if answer:
            status = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
            assert status, answer
            assert int(status[1]) in {*ANSWERS, 503}, answer
        assert request["is_signed"] or self._source.queue.empty(), "handed over without a signature"
        while not self._source.queue.empty():
            json.dumps(self._source.queue.get_nowait())
        assert not any(SIGNING_SECRET in line for line in self._source.log)
        self._source.log.clear()

    async def _answer(self, content: bytes) -> bytes:
        async with asyncio.timeout(TIME_LIMIT):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            # It may close at once.
            with contextlib.suppress(ConnectionError), contextlib.closing(writer):
                writer.write(content)
                writer.write_eof()
                return await reader.read()
            return b""


state_files = bodies | st.builds(
    lambda place, put: STATE[:place] + put + STATE[place:], st.integers(0, 200), st.binary(max_size=6)
)
"""Contents."""
STATE = json.dumps(
    {
        "until": 1.7e9,
        "polled": 1.7e9,
        "start": 1.7e9,
        "seen": {"R1": 1.7e9},
        "begun": {},
        "since": "2026-01-31T12:00:00Z",
    }
).encode()


class LogEntries:
    """Runs of the source `log_entries`, each until it has polled once, or has said that it cannot."""

    def __init__(self, runner: asyncio.Runner, folder: Path, proxy: CorruptingProxy) -> None:
        self._runner = runner
        self._file = folder / "state.json"
        self._ca_path = folder / "ca.pem"
        # Reading the certificates of the system takes most of the time.
        trustme.CA().cert_pem.write_to_path(str(self._ca_path))
        self._proxy = proxy

    def survive_state(self, content: bytes) -> None:
        """Begin with a state file; it is used, or refused in one sentence."""
        self._file.write_bytes(content)
        refused = ""
        try:
            self._runner.run(self._poll(api_url=NOBODY, state_file=str(self._file)))
        except InvalidOption as error:
            refused = str(error)
        assert not refused or refused.startswith("state_file: ")

    def survive_responses(self, corruptions: list[Corruption]) -> None:
        """Read corrupted log entries; only a refusal ends the source."""
        with contextlib.suppress(Refused):
            self._runner.run(self._poll(api_url=self._proxy.corrupt(corruptions)))

    async def _poll(self, **args: t.Any) -> None:
        source = Source("log_entries")
        source.queue = asyncio.Queue()
        wanted = {"api_token": account.ACCOUNT_KEY, "ca_path": str(self._ca_path), "interval": 0.1, **args}
        async with source.running(**wanted) as task, asyncio.timeout(TIME_LIMIT):
            while not (task.done() or source.log or not source.queue.empty() or len(self._proxy.calls) > 1):
                await asyncio.sleep(0)
        assert not any(account.ACCOUNT_KEY in line or "Traceback" in line for line in source.log)


class Strangers:
    """Tries random input of all kinds."""

    def __enter__(self) -> Strangers:
        self._stack = contextlib.ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        runner = self._stack.enter_context(asyncio.Runner())
        simulator = self._stack.enter_context(Simulator())
        simulator.reset(incidents=2)
        proxy = self._stack.enter_context(CorruptingProxy(simulator.url))
        polls = LogEntries(runner, folder, proxy)
        self.kinds: dict[str, tuple[st.SearchStrategy[t.Any], Survive]] = {
            "proxies": (proxies, survive_proxy),
            "webhooks": (requests, Webhook(runner, self._stack).survive),
            "state files": (state_files, polls.survive_state),
            "log entries": (st.lists(corruptions_of_responses, min_size=1, max_size=3), polls.survive_responses),
        }
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def try_inputs(self, kind: str, count: int, seed: int = 0) -> None:
        """Try a number of inputs of a kind, the same ones for each seed."""
        inputs, survive = self.kinds[kind]
        check = hypothesis.seed(seed)(given(inputs)(lambda drawn: survive(drawn)))
        settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))(check)()

    def try_for(self, kind: str, seconds: float) -> int:
        """Try inputs of a kind for so many seconds; returns how many."""
        end, tried = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            self.try_inputs(kind, BATCH, seed=tried)
            tried += BATCH
        return tried
