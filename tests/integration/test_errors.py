# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors are one clear sentence with the next step, and never a traceback."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import ssl
import threading
import typing as t
import warnings
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.errors import HINTS_BY_CODE

from integration.playbook_runner import PlaybookRunner, TaskResult
from modules import NEEDING_FROM, ON_INCIDENTS, SETTING, WRITING, step
from simulator import account
from simulator.launch import Simulator

UNKNOWN = "Q9999999999999"
ANY = ("incident_info", "incident_note")
"""A module that reads and one that writes, for errors that all modules meet in the same place."""


def unused_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tasks(incident_id: str, modules: t.Iterable[str] = ON_INCIDENTS, **options: t.Any) -> list[dict[str, t.Any]]:
    """Return the simplest task of each module, with the same options."""
    return [step(module, incident_id, **options) for module in modules]


def assert_clear(done: TaskResult, *words: str) -> None:
    """Check that the task failed with one short sentence and no traceback."""
    assert done.outcome == "failed"
    for each in words:
        assert each in done.msg, done.msg
    assert "Traceback" not in str(done.result)
    assert "\n" not in done.msg
    assert len(done.msg) < 500


def test_a_missing_from_address_is_reported(play: PlaybookRunner, simulator: Simulator) -> None:
    incident = simulator.reset(**SETTING)["incidents"][0]
    played = play(*tasks(incident, NEEDING_FROM), environment={"PAGERDUTY_FROM_EMAIL": None})
    for done in played.tasks:
        assert_clear(done, "from_email")


def test_a_certificate_of_a_given_authority_is_accepted(
    play: PlaybookRunner, tls_simulator: Simulator, ca_path: str
) -> None:
    incident = tls_simulator.reset(**SETTING)["incidents"][0]
    played = play(*tasks(incident, ANY, api_url=tls_simulator.url, ca_path=ca_path))
    assert [done.outcome for done in played.tasks] == ["ok", "ok"]


def test_a_server_with_old_tls_only_is_refused(
    play: PlaybookRunner, authority: tuple[Path, Path, Path], ca_path: str
) -> None:
    with OldServer(*authority[1:]) as server:
        address = f"https://127.0.0.1:{server.port}"
        done = play(step("incident_info", UNKNOWN, api_url=address, ca_path=ca_path)).only
    assert_clear(done, "TLS connection")
    assert server.failures
    assert not server.handshakes


class OldServer:
    """Speaks TLS 1.1 and nothing later; a context manager."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.handshakes = 0
        self.failures = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers("ALL:@SECLEVEL=0")
        self._context.load_cert_chain(certificate, key)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._context.minimum_version = ssl.TLSVersion.TLSv1
            self._context.maximum_version = ssl.TLSVersion.TLSv1_1
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> OldServer:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _address = self._socket.accept()
                try:
                    self._context.wrap_socket(accepted, server_side=True).close()
                    self.handshakes += 1
                except OSError:
                    self.failures += 1


Row = tuple[list[dict[str, t.Any]], tuple[str, ...]]
"""Tasks that must fail, and words of their messages."""


UNUSABLE: tuple[tuple[dict[str, t.Any], str], ...] = (
    ({"fault": "html"}, "is an HTML page"),
    ({"fault": "truncated"}, "closed before the response was complete"),
    ({"fault": "wrong_shape"}, "is missing or malformed in the response"),
    ({"fault": "drop_before"}, "the connection to"),
    ({"fault": "redirect", "location": "https://example.com/"}, "redirected to https://example.com/"),
    ({"fault": "status_before", "status": 500}, "server error (HTTP 500)"),
    (
        {"fault": "status_before", "status": 502, "body": "<html>Bad Gateway</html>", "content_type": "text/html"},
        "server error (HTTP 502)",
    ),
    ({"fault": "status_before", "status": 429, "headers": {"ratelimit-reset": "17"}}, "asked to wait 17 s"),
)


def refused(incident: str) -> list[Row]:
    """Return what PagerDuty refuses."""
    return [
        (tasks(UNKNOWN), (UNKNOWN, "404")),
        (tasks(incident, ANY, api_token="no-such-token"), ("401", "Check api_token and region")),
        (tasks(incident, WRITING, api_token=account.READ_ONLY_KEY), ("403", "it may be read-only")),
        (tasks(incident, ANY[1:], from_email="stranger@example.com"), ("from_email",)),
        (tasks(incident, ANY[1:], note_id="PNONOTE"), (f"Incident {incident} has no note PNONOTE",)),
        ([step("event", None, routing_key="0" * 32)], ("POST http://", "/v2/enqueue: ", "HTTP 400")),
    ]


def impossible(incident: str) -> list[Row]:
    """Return what the module itself refuses, from what it has read."""
    acknowledge = {"oncall.pagerduty.incident_status": {"incident_id": incident, "status": "acknowledged"}}
    resolved = {"simulator_reset": {"incidents": 1, "incident": {"status": "resolved"}}}
    return [([{**acknowledge, "vars": resolved}], (incident, "is resolved", "reopen: true"))]


def out_of_reach(over_tls: str) -> list[Row]:
    """Return calls that reach no PagerDuty: nothing listens, an unknown certificate authority, no TLS."""

    def at(address: str) -> list[dict[str, t.Any]]:
        return [*tasks(UNKNOWN, ANY, api_url=address), step("event", None, api_url=address, events_url=address)]

    nobody = f"127.0.0.1:{unused_port()}"
    return [
        (at(f"http://{nobody}"), (f"cannot connect to {nobody}: Connection refused", "Check the network")),
        (at(over_tls), ("TLS connection", "Set ca_path")),
    ]


def unusable(incident: str, plain: str) -> list[Row]:
    """Return calls with unusable responses."""
    every_read = {"method": "GET", "path": ".*", "times": 99}
    rows = [
        ([{**task, "vars": {"simulator_faults": [{**every_read, **fault}]}} for task in tasks(incident, ANY)], (words,))
        for fault, words in UNUSABLE
    ]
    no_tls = tasks(incident, ANY, api_url=plain.replace("http://", "https://"))
    return [*rows, ([{**task, "vars": {"simulator_faults": []}} for task in no_tls], ("TLS connection",))]


def test_an_error_is_one_sentence_with_the_next_step_and_nothing_is_written(
    play: PlaybookRunner, simulator: Simulator, tls_simulator: Simulator, subtests: pytest.Subtests
) -> None:
    incident = simulator.reset(**SETTING)["incidents"][0]
    tried = refused(incident)
    not_tried = [*impossible(incident), *out_of_reach(tls_simulator.url), *unusable(incident, simulator.url)]
    rows = [*tried, *not_tried]
    tasks_done = play(*[task for each, _words in rows for task in each]).tasks
    assert len(tasks_done) == sum(len(each) for each, _words in rows)
    done = iter(tasks_done)
    for row in rows:
        each, words = row
        for task in itertools.islice(done, len(each)):
            with subtests.test(f"{task.task}: {words[0]}"):
                assert_clear(task, *words)
                written = [entry for entry in task.journal if entry["method"] != "GET"]
                assert [entry for entry in written if row in not_tried or entry["status"] < 400] == []


def test_every_error_code_has_its_next_step(play: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    simulator.faults([refusal(code) for code in HINTS_BY_CODE])
    played = play(*tasks(incident, ["incident"] * len(HINTS_BY_CODE)))
    for code, done in zip(HINTS_BY_CODE, played.tasks, strict=True):
        assert_clear(done, f"code {code}", HINTS_BY_CODE[code])
        (failure,) = done.result["failures"]
        assert (failure["outcome"], failure["status"]) == ("not_done", 400)
        assert done.writes == ["PUT /incidents"]


def refusal(code: int) -> dict[str, t.Any]:
    """Return a fault that refuses the next PUT with an error code."""
    body = {"error": {"code": code, "message": "Refused", "errors": ["Because"]}}
    return {"method": "PUT", "path": "/incidents", "fault": "status_before", "status": 400, "body": json.dumps(body)}


def test_what_the_server_says_is_never_templated(play: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    said = {"error": {"message": "{{ 6 * 7 }}", "code": 2001, "errors": ["{% if true %}run{% endif %}"]}}
    simulator.faults(
        [{"method": "GET", "path": ".*", "times": 9, "fault": "status_before", "status": 400, "body": json.dumps(said)}]
    )
    failed, shown = play(
        {**step("incident_info", incident), "register": "read"},
        {"ansible.builtin.debug": {"msg": "{{ read.msg }}"}},
    ).tasks
    assert_clear(failed, "{{ 6 * 7 }}: {% if true %}run{% endif %}")
    assert shown.msg == failed.msg


def test_every_incident_of_a_list_is_tried(play: PlaybookRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=4)["incidents"]
    options = {"incident_id": [*ids[:2], UNKNOWN, *ids[2:]], "status": "acknowledged"}
    done = play({"oncall.pagerduty.incident_status": options}).only
    assert_clear(done, "5 incidents: 4 changed (acknowledged, assigned to Automation), 1 failed", UNKNOWN)
    assert done.changed
    assert [failure["target"] for failure in done.result["failures"]] == [UNKNOWN]
    assert [incident["id"] for incident in done.result["incidents"]] == ids
    assert {incident["status"] for incident in simulator.state()["incidents"]} == {"acknowledged"}


def test_an_event_is_sent_even_if_its_state_cannot_be_read(play: PlaybookRunner) -> None:
    done = play({"oncall.pagerduty.event": {"dedup_key": "key", "api_token": "no-such-token"}}).only
    assert done.changed
    assert done.writes == ["POST /v2/enqueue"]
    assert "so the event is sent in any case" in done.result["warnings"][0]
