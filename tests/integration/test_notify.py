# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback notify, in real runs of ansible-playbook."""

from __future__ import annotations

import json
import re
import socket
import time
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.callback import notify as notify_plugin

from integration.playbook_runner import PlaybookRunner
from integration.run_endings import (
    BAD,
    ENDINGS,
    FAIL,
    GOOD,
    PASS,
    RESCUED,
    RESOLVE,
    SECRET,
    UNDEFINED_HOSTS,
    UNREACHABLE,
    Notifier,
    kill,
    tasks,
)
from simulator.launch import Simulator

TIME_LIMIT = 2.0
"""Seconds."""
KEY = "site.yml: Web"


@pytest.fixture
def notify(play: PlaybookRunner) -> Notifier:
    """Runs plays with the callback enabled."""
    return Notifier(play)


def one_line(output: str) -> str:
    """Return output as one line: Ansible breaks long ones."""
    return " ".join(output.split())


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_sent_depends_on_how_a_run_ends(ending: str, notify: Notifier) -> None:
    row = ENDINGS[ending]
    sent = notify(row.plays, *row.arguments, **row.environment)
    assert (sent.actions, sent.run.code) == (row.actions, row.code), sent.run.output
    assert "Traceback" not in sent.run.output


def test_a_failed_play_opens_one_alert_and_the_next_good_run_resolves_it(
    notify: Notifier, simulator: Simulator
) -> None:
    failed = notify(BAD)
    again = notify(BAD)
    (event,) = failed.events
    assert event["payload"]["summary"] == "Play 'Web' of site.yml failed on 2 hosts: web-1, web-2"
    assert event["payload"]["custom_details"] == {"web-1": "failed: Deploy", "web-2": "failed: Deploy"}
    assert SECRET not in json.dumps(failed.events)
    assert again.actions == {KEY: "trigger"}
    assert [incident["status"] for incident in simulator.state()["incidents"]] == ["triggered"]
    assert notify(GOOD).actions == RESOLVE
    assert [incident["status"] for incident in simulator.state()["incidents"]] == ["resolved"]


def test_a_run_that_ended_early_opens_one_alert_and_the_next_good_run_resolves_it(
    notify: Notifier, simulator: Simulator
) -> None:
    early = notify({**GOOD, **UNDEFINED_HOSTS})
    (event,) = early.events
    assert event["payload"]["summary"] == "site.yml ended early, in or after play 'Web'"
    (event,) = notify(UNDEFINED_HOSTS).events
    assert event["payload"]["summary"] == "site.yml ended early, before its first play"
    (event,) = notify({"Web": tasks(kill("TERM"))}).events
    assert event["payload"]["summary"] == "site.yml was ended by SIGTERM, in or after play 'Web'"
    assert [incident["status"] for incident in simulator.state()["incidents"]] == ["triggered"]
    # The play ends well, but the run does not.
    notify({**GOOD, "Data": tasks(FAIL)})
    assert simulator.state()["incidents"][0]["status"] == "triggered"
    notify(GOOD)
    assert simulator.state()["incidents"][0]["status"] == "resolved"


def test_each_play_is_judged_by_itself(notify: Notifier) -> None:
    sent = notify({"One": tasks(PASS), "Two": tasks(RESCUED), "Three": tasks(FAIL), "Four": tasks(PASS)})
    assert sent.actions == {"site.yml: One": "resolve", "site.yml: Two": "resolve", "site.yml: Three": "trigger"}


def test_each_playbook_of_a_command_is_judged_by_itself(notify: Notifier) -> None:
    sent = notify.playbooks({"site.yml": GOOD, "data.yml": {"Data": tasks(FAIL)}, "last.yml": GOOD})
    # Ansible runs no further one.
    assert sent.actions == {**RESOLVE, "data.yml: Data": "trigger"}
    sent = notify.playbooks({"site.yml": GOOD, "data.yml": UNDEFINED_HOSTS})
    assert sent.actions == {**RESOLVE, "data.yml": "trigger"}
    assert sent.run.code == 4


def test_a_role_that_is_missing_resolves_nothing(notify: Notifier) -> None:
    sent = notify({"Web": tasks(PASS, {"ansible.builtin.include_role": {"name": "nope"}})})
    assert sent.run.code == 2
    # Before ansible-core 2.19, the callback learns of no failure.
    assert "resolve" not in sent.actions.values()


def test_an_unreachable_host_counts_as_failed(notify: Notifier) -> None:
    sent = notify({"Web": tasks(PASS, {**UNREACHABLE, "when": "inventory_hostname == 'web-2'"})})
    (event,) = sent.events
    assert event["payload"]["custom_details"] == {"web-2": "unreachable: Reach"}


def test_nothing_is_sent_unless_enabled(notify: Notifier) -> None:
    assert notify(BAD, ANSIBLE_CALLBACKS_ENABLED=None).events == []


def test_options_come_from_ansible_cfg_unless_the_environment_has_them(notify: Notifier, tmp_path: Path) -> None:
    config = tmp_path / "ansible.cfg"
    config.write_text(
        "[defaults]\ncallbacks_enabled = oncall.pagerduty.notify\n"
        "[pagerduty_notify]\nname = site.yml in production\nseverity = critical\n"
    )
    empty = dict.fromkeys(("PAGERDUTY_NOTIFY_SEVERITY", "PAGERDUTY_NOTIFY_NAME", "PAGERDUTY_REGION"), "")
    sent = notify(BAD, ANSIBLE_CONFIG=str(config), **empty)
    assert sent.events[0]["payload"]["severity"] == "critical"
    assert sent.actions == {"site.yml in production: Web": "trigger"}


def test_empty_and_wrong_options_in_ansible_cfg_stop_no_page(notify: Notifier, tmp_path: Path) -> None:
    options = yaml.safe_load(notify_plugin.DOCUMENTATION)["options"]
    config = tmp_path / "ansible.cfg"
    config.write_text("\n".join(["[pagerduty_notify]", *(f"{name} =" for name in options)]))
    sent = notify(BAD, ANSIBLE_CONFIG=str(config), PAGERDUTY_NOTIFY_TIME_LIMIT=None)
    assert sent.events[0]["payload"]["severity"] == options["severity"]["default"]
    config.write_text("[pagerduty_notify]\ntime_limit = soon\nresolve_after_limit = perhaps\n")
    sent = notify(BAD, ANSIBLE_CONFIG=str(config), PAGERDUTY_NOTIFY_TIME_LIMIT=None)
    assert sent.actions == {KEY: "trigger"}
    assert "time_limit must be a number of seconds up to 3600; 15 is used." in one_line(sent.run.output)


@pytest.mark.parametrize(
    ("ending", "fault"),
    [
        ("ok", {"fault": "status_before", "status": 500}),
        ("ok", {"fault": "html"}),
        ("undefined hosts of the second play", {"fault": "drop_before"}),
    ],
    ids=str,
)
def test_a_pagerduty_that_is_down_changes_no_exit_code(
    ending: str, fault: dict[str, t.Any], notify: Notifier, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST", "path": "/v2/enqueue", "times": 20, **fault}])
    sent = notify(ENDINGS[ending].plays, PAGERDUTY_NOTIFY_TIME_LIMIT=str(TIME_LIMIT))
    assert sent.run.code == ENDINGS[ending].code
    warning = r"\[WARNING\]: PagerDuty (was not notified of ansible-playbook site.yml|did not answer)"
    assert re.search(warning, one_line(sent.run.output))
    assert "Traceback" not in sent.run.output


@pytest.mark.parametrize("ending", ["ok", "undefined hosts of the second play", "SIGTERM"])
def test_a_silent_pagerduty_delays_an_end_by_the_time_limit_at_most(ending: str, notify: Notifier) -> None:
    row = ENDINGS[ending]
    started = time.monotonic()
    notify(row.plays)
    without = time.monotonic() - started
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        sent = notify(row.plays, PAGERDUTY_EVENTS_URL=url, PAGERDUTY_NOTIFY_TIME_LIMIT=str(TIME_LIMIT))
        with_silence = time.monotonic() - started
    assert sent.run.code == row.code
    if ending != "SIGTERM":
        # On a busy machine, the process may have been ended before it says so.
        warning = f"PagerDuty did not answer within {TIME_LIMIT:g} s. An alert may be missing."
        assert warning in one_line(sent.run.output)
    # A run itself takes about a second; the margin is for a busy machine.
    assert with_silence < without * 2 + TIME_LIMIT + 10


def test_a_missing_routing_key_is_a_warning(notify: Notifier) -> None:
    sent = notify(GOOD, PAGERDUTY_ROUTING_KEY="")
    assert sent.run.code == 0
    assert "routing_key" in sent.run.output
