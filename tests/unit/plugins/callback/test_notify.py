# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events the callback sends for the plays of a run."""

from __future__ import annotations

import types
import typing as t
from unittest import mock

import pytest
from ansible.utils.display import Display
from ansible_collections.oncall.pagerduty.plugins.callback import notify
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller

Event = dict[str, t.Any]
Options = dict[str, t.Any]

OPTIONS = {"routing_key": "R" * 32, "severity": "error", "region": "us", "time_limit": "15"}
DEFAULT_TIME_LIMIT = 15.0
MAX_DEDUP_KEY = 255


class Callback(notify.CallbackModule):
    """The callback without Ansible's configuration."""

    def get_option(self, name: str) -> t.Any:
        """Return an option."""
        return OPTIONS.get(name)


def result(host: str, task: str, action: str, msg: str = "") -> t.Any:
    """A result, with the names that it has from ansible-core 2.19 on."""
    named, of = types.SimpleNamespace(get_name=lambda: host), types.SimpleNamespace(action=action)
    return types.SimpleNamespace(host=named, task=of, task_name=task, result={"msg": msg})


class Run:
    """A run of ansible-playbook, as the callback hears of it.

    Args:
        sent: the events that were sent.
        end: what the callback waits for the end of the process with.
        options: those of the command line.
    """

    def __init__(self, sent: list[Event], end: mock.MagicMock, options: Options) -> None:
        self.sent = sent
        self.options = options
        self._end = end
        self._callback = Callback()
        self._callback.v2_playbook_on_start(None)
        self._failures: set[str] = set()

    def play(self, name: str) -> None:
        self._callback.v2_playbook_on_play_start(types.SimpleNamespace(get_name=lambda: name))

    def match_no_host(self) -> None:
        self._callback.v2_playbook_on_no_hosts_matched()

    def ok(self, host: str = "web-1", action: str = "ansible.builtin.debug") -> None:
        self._callback.v2_runner_on_ok(result(host, "Deploy", action))

    def skip(self, host: str = "web-1") -> None:
        self._callback.v2_runner_on_skipped(result(host, "Deploy", "ansible.builtin.debug"))

    def fail(self, host: str, task: str = "Deploy", *, rescued: bool = False) -> None:
        self._failures |= set() if rescued else {host}
        self._callback.v2_runner_on_failed(result(host, task, "ansible.builtin.fail"))

    def lose(self, host: str, task: str = "Connect") -> None:
        self._failures.add(host)
        self._callback.v2_runner_on_unreachable(result(host, task, "ansible.builtin.ping"))

    def abort(self, host: str, msg: str) -> None:
        self._failures.add(host)
        self._callback.v2_runner_on_failed(result(host, "Continue?", "ansible.builtin.pause", msg))

    def end(self) -> list[Event]:
        def summarize(host: str) -> dict[str, int]:
            return {"failures": int(host in self._failures), "unreachable": 0}

        self._callback.v2_playbook_on_stats(types.SimpleNamespace(summarize=summarize))
        return self.sent

    def die(self, signal: str = "") -> list[Event]:
        """End the process."""
        (tell,) = self._end.call_args.args
        tell(signal)
        return self.sent


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run whose events are kept instead of sent."""
    options: Options = {"tags": ("all",), "skip_tags": (), "subset": None, "start_at_task": None}
    monkeypatch.setattr(notify.context, "CLIARGS", options)
    sent: list[Event] = []

    def keep(options: Event, **_keywords: t.Any) -> Event:
        sent.append(options)
        return {"failed": False, "msg": ""}

    monkeypatch.setattr(_controller.definition("event"), "run", keep)
    end = mock.MagicMock()
    monkeypatch.setattr(notify, "End", end)
    return Run(sent, end, options)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings that are shown."""
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_given, **_more: shown.append(text))
    return shown


def actions(events: list[Event]) -> dict[str, str]:
    """What was sent, by dedup key."""
    return {event["dedup_key"].removeprefix("ansible-playbook "): event["action"] for event in events}


RESOLVED = {"playbook: Web": "resolve", "playbook": "resolve"}


def test_a_play_without_a_failure_is_resolved_and_so_is_the_run(run: Run) -> None:
    run.play("Web")
    run.ok()
    assert actions(run.end()) == RESOLVED


@pytest.mark.parametrize(
    ("given", "resolves"),
    [
        ({}, True),
        ({"tags": ("deploy",)}, False),
        ({"tags": ("deploy", "all")}, True),
        ({"tags": ()}, True),
        ({"skip_tags": ("slow",)}, False),
        ({"subset": "web-1"}, False),
        ({"subset": "all"}, True),
        ({"subset": ""}, True),
        ({"start_at_task": "Deploy"}, False),
        ({"step": True}, False),
    ],
)
def test_only_a_whole_run_resolves_but_any_that_fails_pages(given: Options, resolves: bool, run: Run) -> None:
    run.options.update(given)
    run.play("Web")
    run.ok()
    run.play("Data")
    run.fail("web-1")
    triggered = {"playbook: Data": "trigger"}
    assert actions(run.end()) == ({"playbook: Web": "resolve", **triggered} if resolves else triggered)


@pytest.mark.parametrize(("value", "resolves"), [("yes", True), (" ", False), ("no", False), ("perhaps", False)])
def test_a_limit_can_be_allowed(value: str, resolves: bool, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_NOTIFY_RESOLVE_AFTER_LIMIT", value)
    run.options["subset"] = "web-1"
    run.play("Web")
    run.ok()
    assert actions(run.end()) == (RESOLVED if resolves else {})


@pytest.mark.parametrize("action", ["gather_facts", "setup", "ansible.builtin.setup", "ansible.legacy.gather_facts"])
def test_facts_alone_resolve_nothing(action: str, run: Run) -> None:
    run.play("Web")
    run.ok(action=action)
    assert run.end() == []


def test_a_host_at_a_role_that_may_be_missing_resolves_nothing(run: Run) -> None:
    for play in ("Web", "Data", "Logs"):
        run.play(play)
        run.ok()
        run.ok(action="ansible.builtin.include_role")
        if play == "Data":
            run.ok()
        if play == "Logs":
            run.skip()
    assert set(actions(run.end())) == {"playbook: Data", "playbook: Logs"}


@pytest.mark.parametrize(
    ("value", "limit", "pages"), [("", None, False), ("true", None, True), ("true", "web-1", False)]
)
def test_a_play_without_hosts_is_a_failure_if_asked_for(
    value: str, limit: str | None, pages: bool, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGERDUTY_NOTIFY_NO_HOSTS_IS_FAILURE", value)
    run.options["subset"] = limit
    run.play("Web")
    run.match_no_host()
    assert [event["summary"] for event in run.end()] == ["Play 'Web' of playbook matched no host"] * pages


def test_the_alerts_are_sent_first(run: Run) -> None:
    run.play("Web")
    run.ok()
    run.play("Data")
    run.fail("web-1")
    assert [event["action"] for event in run.end()] == ["trigger", "resolve"]


@pytest.mark.parametrize(
    ("signal", "plays", "summary"),
    [
        ("", (), "playbook ended early, before its first play"),
        ("", ("Web", "Data"), "playbook ended early, in or after play 'Data'"),
        ("SIGTERM", ("Web",), "playbook was ended by SIGTERM, in or after play 'Web'"),
    ],
)
def test_a_run_without_statistics_pages_once(signal: str, plays: tuple[str, ...], summary: str, run: Run) -> None:
    for play in plays:
        run.play(play)
        run.ok()
    run.die(signal)
    (event,) = run.die()
    assert (event["action"], event["dedup_key"], event["summary"]) == ("trigger", "ansible-playbook playbook", summary)


def test_nothing_more_is_sent_after_the_statistics(run: Run) -> None:
    run.play("Web")
    run.fail("web-1")
    (event,) = run.end()
    assert run.die() == [event]


def test_a_play_that_ran_no_task_sends_nothing(run: Run) -> None:
    run.play("Web")
    assert run.end() == []


@pytest.mark.parametrize("msg", ["user requested abort!", "Task failed: user requested abort!"])
def test_whoever_aborts_at_a_pause_pages_nobody(msg: str, run: Run) -> None:
    run.play("Web")
    run.ok()
    run.abort("web-1", msg)
    assert run.end() == []


def test_a_host_that_was_reached_again_has_failed(run: Run) -> None:
    run.play("Web")
    run.lose("web-1")
    run.lose("web-2")
    run.fail("web-1")
    assert run.end()[0]["custom_details"] == {"web-1": "failed: Deploy", "web-2": "unreachable: Connect"}


def test_a_rescued_failure_is_none(run: Run) -> None:
    run.play("Web")
    run.fail("web-1", rescued=True)
    assert actions(run.end()) == RESOLVED


def test_a_host_failed_in_the_last_play_in_which_it_did(run: Run) -> None:
    run.play("Web")
    run.fail("web-1", rescued=True)
    run.play("Data")
    run.fail("web-1", "Migrate")
    data, web = run.end()
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
    # Two plays, and the run.
    assert len(keys) == 3
    assert all(len(key) <= MAX_DEDUP_KEY for key in keys)


def test_no_token_is_used_as_reading_takes_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_API_TOKEN", "a-token")
    run.play("Web")
    run.fail("web-1")
    (event,) = run.end()
    assert not event["api_token"]


def test_the_environment_overrides_ansible_cfg_unless_it_is_empty(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SEVERITY": "critical", "NAME": "nightly.yml", "TIME_LIMIT": " "}.items():
        monkeypatch.setenv(f"PAGERDUTY_NOTIFY_{name}", value)
    run.play("Web")
    run.fail("web-1")
    (event,) = run.end()
    assert (event["severity"], event["component"], event["timeout"]) == ("critical", "nightly.yml", DEFAULT_TIME_LIMIT)


@pytest.mark.parametrize("value", ["soon", "nan", "0", "-1", "1e9"])
def test_a_time_limit_that_is_none_is_replaced(value: str, run: Run, warnings: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OPTIONS, "time_limit", value)
        run.play("Web")
        run.fail("web-1")
        (event,) = run.end()
    assert event["timeout"] == DEFAULT_TIME_LIMIT
    assert warnings == ["time_limit must be a number of seconds up to 3600; 15 is used."]


def test_an_event_that_cannot_be_sent_is_a_warning(
    run: Run, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_controller, "run", mock.Mock(side_effect=OSError("the disk is full")))
    run.play("Web")
    run.fail("web-1")
    run.end()
    assert warnings == ["PagerDuty was not notified of ansible-playbook playbook: Web: the disk is full"]


def test_an_error_of_its_own_is_a_warning(run: Run, warnings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.platform, "node", mock.Mock(side_effect=OSError("no name")))
    run.play("Web")
    run.fail("web-1")
    assert run.end() == []
    assert warnings == ["PagerDuty was not notified: no name"]


def test_what_is_no_playbook_sends_nothing(run: Run) -> None:
    """The command `ansible` has plays and statistics, too."""
    callback = Callback()
    callback.v2_playbook_on_play_start(types.SimpleNamespace(get_name=lambda: "Ansible Ad-Hoc"))
    callback.v2_runner_on_ok(result("web-1", "ping", "ping"))
    callback.v2_playbook_on_stats(None)
    assert run.sent == []
