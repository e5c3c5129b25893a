# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source `log_entries`: every entry once, in order, in the form of a webhook, whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import json
import logging
import os
import threading
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import VARIABLES
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import log_entries, state_file
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.connection import Refused

from integration.eda.source_runner import Source, event_type
from simulator import account
from simulator.client import Client
from simulator.endpoint import Endpoint
from simulator.launch import Simulator

Json = dict[str, t.Any]

MODULE = Source("log_entries")
LONG_AGO = "2026-01-31T12:00:00Z"
POLL = {"method": "GET", "path": "/log_entries"}


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*itertools.chain(*VARIABLES.values()), "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def call(simulator: Simulator) -> Client:
    return Client(simulator.url)


@contextlib.asynccontextmanager
async def polling(simulator: Simulator, **args: t.Any) -> t.AsyncIterator[Source]:
    """A source that has got its first response, and so knows from when on entries are new."""
    source = Source("log_entries")
    wanted = {"api_token": account.ACCOUNT_KEY, "api_url": simulator.url, "interval": 0.1, **args}
    polled = polls(simulator)
    async with source.running(**wanted) as task:
        await until(lambda: task.done() or polls(simulator) > polled)
        yield source


def polls(simulator: Simulator) -> int:
    """How many polls were answered so far."""
    entries = simulator.journal()["entries"]
    return sum(entry["path"] == "/log_entries" and entry["status"] == 200 for entry in entries)


async def until(condition: t.Callable[[], bool]) -> None:
    """Wait for something that a source does in the background."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(condition):
            pass


async def nothing_more(source: Source, simulator: Simulator) -> bool:
    """Whether two more polls bring no event."""
    polled = polls(simulator)
    await until(lambda: polls(simulator) >= polled + 2)
    return source.queue.empty()


def open_incident(call: Client, title: str = "Disk full") -> str:
    reference = {"id": account.CHECKOUT.id, "type": "service_reference"}
    body = {"incident": {"type": "incident", "title": title, "service": reference}}
    return str(call("POST", "/incidents", body).body["incident"]["id"])


def update(call: Client, incident: str, **change: t.Any) -> None:
    body = {"incident": {"type": "incident_reference", **change}}
    assert call("PUT", f"/incidents/{incident}", body).status == 200


def add_note(call: Client, incident: str, content: str) -> None:
    assert call("POST", f"/incidents/{incident}/notes", {"note": {"content": content}}).status == 200


def live(call: Client, incident: str) -> None:
    """An incident's life, with what webhooks and log entries both report."""
    owner = {"assignee": {"id": account.OWNER.id, "type": "user_reference"}}
    open_incident(call)
    update(call, incident, status="acknowledged")
    update(call, incident, status="triggered")
    add_note(call, incident, "Looking.")
    update(call, incident, escalation_level=2)
    update(call, incident, assignments=[owner])
    update(call, incident, escalation_policy={"id": account.DATABASE_POLICY.id, "type": "escalation_policy_reference"})
    update(call, incident, status="resolved")


LIFE = (
    "triggered",
    "acknowledged",
    "reassigned",
    "unacknowledged",
    "annotated",
    "escalated",
    "reassigned",
    "delegated",
    "resolved",
)


async def test_log_entries_become_the_events_that_webhooks_report(simulator: Simulator, call: Client) -> None:
    endpoint = Endpoint()
    # However busy this machine is, each webhook comes once.
    (incident,) = simulator.reset(incidents=1, incident={"created_at": LONG_AGO}, webhook_timeout=60)["incidents"]
    subscription = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": endpoint.url},
        "events": [f"incident.{name}" for name in sorted(set(LIFE))],
        "filter": {"type": "account_reference"},
    }
    call("POST", "/webhook_subscriptions", {"webhook_subscription": subscription})
    async with polling(simulator) as source:
        live(call, incident)
        await until(lambda: set(endpoint.types) == {f"incident.{name}" for name in LIFE})
        events = []
        while len(events) < len(LIFE):
            events += [event for event in await source.events(1) if event_type(event).startswith("incident.")]
    endpoint.close()
    assert [event_type(event).removeprefix("incident.") for event in events] == list(LIFE)
    by_type = {event["event_type"]: event for event in endpoint.events}
    for event in events:
        polled = event["payload"]["event"]
        reported = by_type[polled["event_type"]]
        assert polled.keys() == reported.keys()
        assert reported["data"].keys() <= polled["data"].keys()
        incidents = [each["data"].get("incident", each["data"])["id"] for each in (polled, reported)]
        assert incidents == [event["meta"]["incident_id"]] * 2
        assert polled["agent"]["id"] == reported["agent"]["id"]
    note = events[4]["payload"]["event"]["data"]
    assert (note["content"], note["type"]) == ("Looking.", "incident_note")


async def test_a_first_assignment_and_a_further_trigger_are_no_events_of_a_webhook(
    simulator: Simulator, call: Client
) -> None:
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical", "custom_details": {"free": "1 %"}}
    event = {"routing_key": account.ROUTING_KEY, "event_action": "trigger", "dedup_key": "disk", "payload": payload}
    async with polling(simulator) as source:
        for _unused in range(2):
            assert call("POST", "/v2/enqueue", event).status == 202
        events = await source.events(4)
    kinds = ["incident.triggered", "log_entry.assign", "log_entry.notify", "log_entry.trigger"]
    assert [event_type(event) for event in events] == kinds
    assert events[0]["payload"]["log_entry"]["channel"]["details"] == {"free": "1 %"}


async def test_what_was_there_before_the_start_is_not_read(simulator: Simulator) -> None:
    simulator.reset(incidents=1, incident={"created_at": LONG_AGO})
    async with polling(simulator) as source:
        assert await nothing_more(source, simulator)


async def test_it_continues_where_it_stopped(simulator: Simulator, call: Client, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    async with polling(simulator, state_file=state) as source:
        first = open_incident(call)
        events = await source.events(3)
        assert await nothing_more(source, simulator)
    second = open_incident(call)
    async with polling(simulator, state_file=state) as source:
        third = open_incident(call)
        events += await source.events(6)
        assert await nothing_more(source, simulator)
    triggered = [event for event in events if event_type(event) == "incident.triggered"]
    assert [event["payload"]["event"]["data"]["id"] for event in triggered] == [first, second, third]
    assert (tmp_path / "state.json").stat().st_mode & 0o77 == 0


async def test_an_event_that_was_not_handed_over_comes_after_a_restart(
    simulator: Simulator, call: Client, tmp_path: Path
) -> None:
    state = str(tmp_path / "state.json")
    async with polling(simulator, state_file=state) as source:
        open_incident(call)
        # The queue holds one entry; the source waits with the second, and ends.
        await until(source.queue.full)
    events = await source.events(1)
    async with polling(simulator, state_file=state) as source:
        events += await source.events(2)
        assert await nothing_more(source, simulator)
    assert [event_type(event) for event in events] == ["incident.triggered", "log_entry.assign", "log_entry.notify"]


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status_before", "status": 500},
        {"fault": "status_before", "status": 429, "headers": {"ratelimit-reset": "0"}},
        {"fault": "drop_before"},
        {"fault": "truncated"},
        {"fault": "html"},
        {"fault": "wrong_shape"},
    ],
    ids=lambda fault: f"{fault['fault']} {fault.get('status', '')}".strip(),
)
async def test_trouble_loses_nothing_and_doubles_nothing(fault: Json, simulator: Simulator, call: Client) -> None:
    async with polling(simulator) as source:
        # aiohttp itself tries again after a connection that was dropped.
        simulator.faults([{**POLL, **fault, "times": 2 if fault["fault"] == "drop_before" else 1}])
        open_incident(call)
        events = await source.events(3)
        assert await nothing_more(source, simulator)
        assert len(source.log) == 1
    assert len({event["payload"]["event"]["id"] for event in events}) == 3
    assert "next attempt in" in source.log[0]


async def test_a_rate_limit_is_respected(simulator: Simulator) -> None:
    async with polling(simulator) as source:
        headers = {"ratelimit-reset": "17"}
        simulator.faults([{**POLL, "fault": "status_before", "status": 429, "headers": headers}])
        limited = await source.line(f"GET {simulator.url}/log_entries: rate limited")
        assert limited == " (HTTP 429, request id None); next attempt in 17 s"


async def test_an_entry_that_appears_late_is_not_missed(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"created_at": LONG_AGO})["incidents"]
    async with polling(simulator) as source:
        # Reads do not see the note for a second; its log entry is from before that.
        simulator.faults([{"method": "POST", "path": ".*/notes", "fault": "stale", "seconds": 1.5}])
        with pytest.raises(ConnectionError):
            add_note(call, incident, "Looking.")
        polled = polls(simulator)
        assert source.queue.empty()
        (event,) = await source.events(1)
        assert polls(simulator) > polled + 2
        assert await nothing_more(source, simulator)
    assert event["payload"]["event"]["data"]["content"] == "Looking."


async def test_a_refusal_ends_the_source(simulator: Simulator) -> None:
    source = Source("log_entries")
    with pytest.raises(
        Refused, match=f"PagerDuty refused GET {simulator.url}/log_entries .HTTP 401, .* check api_token"
    ):
        await source.names["main"](source.queue, {"api_token": "an-unknown-key", "api_url": simulator.url})


async def test_two_sources_do_not_share_a_state_file(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_file, "LOCK_WAIT", 0.0)
    async with polling(simulator, state_file=str(tmp_path / "state.json")):
        second = Source("log_entries")
        args = {"api_token": account.ACCOUNT_KEY, "state_file": str(tmp_path / "state.json")}
        with pytest.raises(InvalidOption, match="another source already uses"):
            await second.names["main"](second.queue, args)


async def test_a_full_disk_ends_nothing(
    simulator: Simulator,
    call: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(_descriptor: int) -> t.NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with polling(simulator, state_file=str(tmp_path / "state.json")) as source:
        with monkeypatch.context() as disk:
            disk.setattr(state_file.os, "fsync", full)
            open_incident(call)
            await source.events(3)
            assert await nothing_more(source, simulator)
        assert [line for line in caplog.messages if "No space left on device" in line] == caplog.messages
        await until(lambda: len(caplog.messages) == 2)
    assert {file.name for file in tmp_path.iterdir()} == {"state.json", "state.json.lock"}


async def test_with_feedback_the_position_moves_when_the_engine_has_the_event(
    simulator: Simulator, call: Client, tmp_path: Path
) -> None:
    args = {"state_file": str(tmp_path / "state.json"), "feedback": True}
    answers: asyncio.Queue[Json] = asyncio.Queue(1)
    async with polling(simulator, eda_feedback_queue=answers, **args) as source:
        open_incident(call)
        (first,) = await source.events(1)
        await answers.put(first)
        # The engine has the second one, and ends before it says so.
        (second,) = await source.events(1)
    answers = asyncio.Queue(1)
    async with polling(simulator, eda_feedback_queue=answers, **args) as source:
        (again,) = await source.events(1)
    assert [event["meta"]["uuid"] for event in (second, again)] == [second["payload"]["log_entry"]["id"]] * 2
    assert second["meta"]["uuid"] != first["meta"]["uuid"]


async def test_the_query_has_what_was_asked_for(simulator: Simulator) -> None:
    async with polling(simulator, team_ids=["PTEAM01", "PTEAM02"], is_overview="true"):
        pass
    query = simulator.journal()["entries"][-1]["query"]
    assert [value for name, value in query if name == "team_ids[]"] == ["PTEAM01", "PTEAM02"]
    assert {"is_overview": "true", "time_zone": "UTC"}.items() <= dict(query).items()


async def test_netrc_never_replaces_the_token(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login somebody password else\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    async with polling(simulator):
        pass
    assert {entry["status"] for entry in simulator.journal()["entries"]} == {200}


def test_the_documentation_names_each_option_with_its_default() -> None:
    options = yaml.safe_load(MODULE.names["DOCUMENTATION"])["options"]
    assert set(options) == log_entries.OPTIONS
    settings = log_entries.settings_of({"api_token": "a-token"})
    numbers = ("interval", "overlap", "max_age")
    assert {name: options[name]["default"] for name in numbers} == {name: getattr(settings, name) for name in numbers}
    for example in yaml.safe_load(MODULE.names["EXAMPLES"]):
        assert set(example["oncall.pagerduty.log_entries"]) <= set(options)


async def test_the_token_goes_to_no_proxy_on_this_machine(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    async with polling(simulator) as source:
        assert await nothing_more(source, simulator)


async def test_no_secret_reaches_a_rule_the_log_or_the_state_file(
    simulator: Simulator, call: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "oncall.pagerduty")
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical"}
    event = {"routing_key": account.ROUTING_KEY, "event_action": "trigger", "dedup_key": "disk", "payload": payload}
    async with polling(simulator, state_file=str(tmp_path / "state.json")) as source:
        simulator.faults([{**POLL, "fault": "status_before", "status": 500}])
        assert call("POST", "/v2/enqueue", event).status == 202
        events = await source.events(3)
        await until((tmp_path / "state.json").exists)
    with pytest.raises(Refused) as refused:
        await source.names["main"](source.queue, {"api_token": "an-unknown-key", "api_url": simulator.url})
    assert account.ROUTING_KEY in json.dumps(call("GET", "/log_entries", query=[("include[]", "channels")]).body)
    shown = [json.dumps(events), caplog.text, (tmp_path / "state.json").read_text(), str(refused.value)]
    secrets = (account.ROUTING_KEY, account.ACCOUNT_KEY, "an-unknown-key")
    assert [secret for secret in secrets if secret in "".join(shown)] == []
    assert "next attempt in" in caplog.text


async def test_the_position_is_written_once_for_each_poll(
    simulator: Simulator, call: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[None] = []
    written: list[threading.Thread] = []
    poll = log_entries.Poller.poll

    async def counted(poller: log_entries.Poller) -> None:
        begun.append(None)
        await poll(poller)

    monkeypatch.setattr(log_entries.Poller, "poll", counted)
    monkeypatch.setattr(log_entries.Position, "save", lambda _position: written.append(threading.current_thread()))
    async with polling(simulator, state_file=str(tmp_path / "state.json")) as source:
        open_incident(call)
        await source.events(3)
        assert await nothing_more(source, simulator)
    # The last poll may have been cancelled while it was about to write.
    assert len(written) in (len(begun) - 1, len(begun))
    # The disk may be slow, and other sources run in the main thread.
    assert threading.main_thread() not in written
