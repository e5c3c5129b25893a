# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback notify, in real runs of ansible-playbook."""

from __future__ import annotations

import json
import socket
import time
import typing as t
from pathlib import Path

import pytest

from integration.playbook_runner import PlaybookResult, PlaybookRunner
from simulator.launch import Simulator

SECRET = "hunter2-8a1f"
FAIL = {"name": "Deploy", "ansible.builtin.fail": {"msg": f"the password is {SECRET}"}}
PASS = {"name": "Deploy", "ansible.builtin.debug": {"msg": "well"}}
RESCUED = {"name": "Try", "block": [FAIL], "rescue": [PASS]}
UNREACHABLE = {"name": "Reach", "ansible.builtin.ping": {}, "vars": {"ansible_connection": "ssh", "ansible_port": 1}}
TIME_LIMIT = 2.0
"""Seconds."""


class Notified(t.NamedTuple):
    """A run with the callback, and the events that it sent."""

    run: PlaybookResult
    events: list[dict[str, t.Any]]

    @property
    def actions(self) -> dict[str, str]:
        """What was sent for each dedup key."""
        return {event["dedup_key"]: event["event_action"] for event in self.events}


Notify = t.Callable[..., Notified]


@pytest.fixture
def notify(play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> Notify:
    """Runs plays, each a list of tasks by the play's name, with the callback enabled."""

    def run(plays: dict[str, list[dict[str, t.Any]]], *arguments: str, **environment: str | None) -> Notified:
        content = [
            {"name": name, "hosts": "all", "connection": "local", "gather_facts": False, "tasks": tasks}
            for name, tasks in plays.items()
        ]
        file = tmp_path / "site.yml"
        file.write_text(json.dumps(content))
        simulator.empty_journal()
        done = play.playbook(
            str(file),
            ["-i", "web-1,web-2,", *arguments],
            {"ANSIBLE_CALLBACKS_ENABLED": "oncall.pagerduty.notify", **environment},
        )
        return Notified(done, [entry["body"] for entry in simulator.journal()["entries"]])

    return run


def test_a_failed_play_opens_one_alert_and_the_next_good_run_resolves_it(notify: Notify, simulator: Simulator) -> None:
    key = "ansible-playbook site.yml: Web"
    failed = notify({"Web": [FAIL]})
    again = notify({"Web": [FAIL]})
    (event,) = failed.events
    assert event["payload"]["summary"] == "Play 'Web' of site.yml failed on 2 hosts: web-1, web-2"
    assert event["payload"]["custom_details"] == {"web-1": "failed: Deploy", "web-2": "failed: Deploy"}
    assert SECRET not in json.dumps(failed.events)
    assert again.actions == {key: "trigger"}
    assert [incident["status"] for incident in simulator.state()["incidents"]] == ["triggered"]
    assert notify({"Web": [PASS]}).actions == {key: "resolve"}
    assert [incident["status"] for incident in simulator.state()["incidents"]] == ["resolved"]


def test_each_play_is_judged_by_itself(notify: Notify) -> None:
    sent = notify({"One": [PASS], "Two": [RESCUED], "Three": [FAIL], "Four": [PASS]})
    assert sent.actions == {
        "ansible-playbook site.yml: One": "resolve",
        "ansible-playbook site.yml: Two": "resolve",
        "ansible-playbook site.yml: Three": "trigger",
    }
    ignored = notify({"One": [{**FAIL, "ignore_errors": True}], "Two": [{**PASS, "when": "false"}]})
    assert ignored.actions == {"ansible-playbook site.yml: One": "resolve"}


def test_an_unreachable_host_counts_as_failed(notify: Notify) -> None:
    sent = notify({"Web": [PASS, {**UNREACHABLE, "when": "inventory_hostname == 'web-2'"}]})
    (event,) = sent.events
    assert event["event_action"] == "trigger"
    assert event["payload"]["custom_details"] == {"web-2": "unreachable: Reach"}


def test_nothing_is_sent_in_check_mode_or_unless_enabled(notify: Notify) -> None:
    assert notify({"Web": [FAIL]}, "--check").events == []
    assert notify({"Web": [FAIL]}, ANSIBLE_CALLBACKS_ENABLED=None).events == []


def test_options_come_from_ansible_cfg_unless_the_environment_has_them(notify: Notify, tmp_path: Path) -> None:
    config = tmp_path / "ansible.cfg"
    config.write_text(
        "[defaults]\ncallbacks_enabled = oncall.pagerduty.notify\n"
        "[pagerduty_notify]\nname = site.yml in production\nseverity = critical\n"
    )
    empty = dict.fromkeys(("PAGERDUTY_NOTIFY_SEVERITY", "PAGERDUTY_NOTIFY_NAME", "PAGERDUTY_REGION"), "")
    sent = notify({"Web": [FAIL]}, ANSIBLE_CONFIG=str(config), **empty)
    assert sent.events[0]["payload"]["severity"] == "critical"
    assert sent.actions == {"ansible-playbook site.yml in production: Web": "trigger"}


@pytest.mark.parametrize(
    "fault",
    [{"fault": "status_before", "status": 500}, {"fault": "html"}, {"fault": "drop_before"}],
    ids=lambda f: f["fault"],
)
def test_a_pagerduty_that_is_down_fails_no_run(fault: dict[str, t.Any], notify: Notify, simulator: Simulator) -> None:
    simulator.faults([{"method": "POST", "path": "/v2/enqueue", "times": 10, **fault}])
    sent = notify({"Web": [PASS]}, PAGERDUTY_NOTIFY_TIME_LIMIT=str(TIME_LIMIT))
    assert sent.run.code == 0
    assert "PagerDuty" in sent.run.output
    assert "Traceback" not in sent.run.output


def test_a_silent_pagerduty_delays_a_run_by_the_time_limit_at_most(notify: Notify) -> None:
    without = _seconds(notify, {"Web": [PASS], "Data": [PASS]}, PAGERDUTY_NOTIFY_TIME_LIMIT=str(TIME_LIMIT))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with_silence = _seconds(
            notify,
            {"Web": [PASS], "Data": [PASS]},
            PAGERDUTY_EVENTS_URL=url,
            PAGERDUTY_NOTIFY_TIME_LIMIT=str(TIME_LIMIT),
        )
    # A run itself takes about a second; the margin is for a busy machine.
    assert with_silence < without * 2 + TIME_LIMIT + 2


def _seconds(notify: Notify, plays: dict[str, t.Any], **environment: str | None) -> float:
    started = time.monotonic()
    assert notify(plays, **environment).run.code == 0
    return time.monotonic() - started


def test_a_missing_routing_key_is_a_warning(notify: Notify) -> None:
    sent = notify({"Web": [PASS]}, PAGERDUTY_ROUTING_KEY="")
    assert sent.run.code == 0
    assert "routing_key" in sent.run.output
