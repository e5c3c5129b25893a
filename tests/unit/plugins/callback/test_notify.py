# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events the callback sends for the plays of a run."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible.utils.display import Display
from ansible_collections.oncall.pagerduty.plugins.callback import notify
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller

Event = dict[str, t.Any]

OPTIONS = {"routing_key": "R" * 32, "severity": "error", "region": "us", "time_limit": 15.0}
MAX_DEDUP_KEY = 255


class Callback(notify.CallbackModule):
    """The callback without Ansible's configuration."""

    def get_option(self, name: str) -> t.Any:
        """Return an option."""
        return OPTIONS.get(name)


class Run:
    """A run of ansible-playbook, as the callback hears of it."""

    def __init__(self, sent: list[Event]) -> None:
        self.sent = sent
        self._callback = Callback()
        self._callback.v2_playbook_on_start(None)
        self._failures: set[str] = set()

    def play(self, name: str) -> None:
        self._callback.v2_playbook_on_play_start(types.SimpleNamespace(get_name=lambda: name))

    def ok(self) -> None:
        self._callback.v2_runner_on_ok(None)

    def fail(self, host: str, task: str = "Deploy", *, rescued: bool = False) -> None:
        self._failures |= set() if rescued else {host}
        named = types.SimpleNamespace(get_name=lambda: host)
        self._callback.v2_runner_on_failed(types.SimpleNamespace(host=named, task_name=task))

    def end(self) -> list[Event]:
        def summarize(host: str) -> dict[str, int]:
            return {"failures": int(host in self._failures), "unreachable": 0}

        self._callback.v2_playbook_on_stats(types.SimpleNamespace(summarize=summarize))
        return self.sent


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run whose events are kept instead of sent."""
    sent: list[Event] = []

    def keep(options: Event, **_keywords: t.Any) -> Event:
        sent.append(options)
        return {"failed": False, "msg": ""}

    monkeypatch.setattr(_controller.definition("event"), "run", keep)
    return Run(sent)


def test_a_play_without_a_failure_is_resolved(run: Run) -> None:
    run.play("Web")
    run.ok()
    (event,) = run.end()
    assert (event["action"], event["dedup_key"]) == ("resolve", "ansible-playbook playbook: Web")


def test_a_play_that_ran_no_task_sends_nothing(run: Run) -> None:
    run.play("Web")
    assert run.end() == []


def test_a_rescued_failure_is_none(run: Run) -> None:
    run.play("Web")
    run.fail("web-1", rescued=True)
    assert [event["action"] for event in run.end()] == ["resolve"]


def test_a_host_failed_in_the_last_play_in_which_it_did(run: Run) -> None:
    run.play("Web")
    run.fail("web-1", rescued=True)
    run.play("Data")
    run.fail("web-1", "Migrate")
    web, data = run.end()
    assert (web["action"], data["action"]) == ("resolve", "trigger")
    assert data["custom_details"] == {"web-1": "failed: Migrate"}


def test_plays_of_the_same_name_are_one(run: Run) -> None:
    run.play("Web")
    run.fail("web-1")
    run.play("Web")
    run.ok()
    assert [event["action"] for event in run.end()] == ["trigger"]


def test_a_long_name_makes_a_key_that_pagerduty_takes(run: Run) -> None:
    for letter in "ab":
        run.play("Web" * 100 + letter)
        run.ok()
    keys = {event["dedup_key"] for event in run.end()}
    assert len(keys) == 2
    assert all(len(key) <= MAX_DEDUP_KEY for key in keys)


def test_no_token_is_used_as_reading_takes_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_API_TOKEN", "a-token")
    run.play("Web")
    run.ok()
    (event,) = run.end()
    assert not event["api_token"]


def test_the_environment_overrides_ansible_cfg_unless_it_is_empty(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SEVERITY": "critical", "NAME": "nightly.yml", "TIME_LIMIT": " "}.items():
        monkeypatch.setenv(f"PAGERDUTY_NOTIFY_{name}", value)
    run.play("Web")
    run.fail("web-1")
    (event,) = run.end()
    assert (event["severity"], event["component"], event["timeout"]) == ("critical", "nightly.yml", 15.0)


def test_an_error_of_its_own_is_a_warning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_given, **_more: warnings.append(text))
    monkeypatch.setitem(OPTIONS, "time_limit", "soon")
    run.play("Web")
    run.ok()
    assert run.end() == []
    assert warnings
