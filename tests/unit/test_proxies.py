# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever stands in the place of a proxy, there is one sentence, and no secret, wherever a call is made."""

from __future__ import annotations

import types
import typing as t
from unittest import mock

import pytest
from ansible.errors import AnsibleLookupError
from ansible.utils.display import Display
from ansible_collections.oncall.pagerduty.plugins.callback import notify
from ansible_collections.oncall.pagerduty.plugins.lookup.oncall import LookupModule
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import proxies
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.connection import Refused, proxy_for
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller
from ansible_collections.oncall.pagerduty.tests.unit.proxies import NO_PROXIES, SECRET

SENTENCE = "HTTPS_PROXY is not the address of a proxy, such as http://proxy.example.com:3128."
KEY = "R" * 32
NAMES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Ansible shows. No proxy is set yet, and there are credentials."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("PAGERDUTY_API_TOKEN", "a-token")
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_given, **_more: shown.append(text))
    return shown


def module(name: str, options: dict[str, t.Any]) -> t.Callable[[list[str]], str]:
    """Return a task; it returns its whole result, as text."""
    return lambda _warnings: str(_controller.run(name, {**options, "max_wait": 0}))


def lookup(_warnings: list[str]) -> str:
    with pytest.raises(AnsibleLookupError) as caught:
        LookupModule().run(["Web"], {}, max_wait=0)
    return str(caught.value)


class Callback(notify.CallbackModule):
    """The callback without Ansible's configuration."""

    def get_option(self, name: str) -> t.Any:
        """Return an option."""
        return {"routing_key": KEY, "time_limit": "15"}.get(name)


def callback(warnings: list[str]) -> str:
    with mock.patch.object(notify, "End"), mock.patch.object(notify.context, "CLIARGS", {}):
        failing = Callback()
        failing.v2_playbook_on_start(None)
        failing.v2_playbook_on_play_start(types.SimpleNamespace(get_name=lambda: "Web"))
        named = types.SimpleNamespace(get_name=lambda: "web-1")
        task = types.SimpleNamespace(action="ansible.builtin.fail")
        failing.v2_runner_on_failed(types.SimpleNamespace(host=named, task=task, task_name="Deploy", result={}))
        stats = types.SimpleNamespace(summarize=lambda _host: {"failures": 1, "unreachable": 0})
        failing.v2_playbook_on_stats(stats)
    return warnings[0]


def source(_warnings: list[str]) -> str:
    with pytest.raises(Refused) as caught:
        proxy_for("https://api.pagerduty.com")
    return str(caught.value)


CALLERS: dict[str, t.Callable[[list[str]], str]] = {
    "a module that reads": module("oncall_info", {"users": ["ann@example.com"]}),
    "a module that writes": module("incident_note", {"incident_id": "Q1", "content": "Looking"}),
    "an event": module("event", {"dedup_key": "disk", "routing_key": KEY}),
    "the lookup": lookup,
    "the callback": callback,
    "the event source": source,
}


@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_no_proxy_is_told_in_one_sentence_without_a_secret(
    caller: str, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for proxy in NO_PROXIES:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        warnings.clear()
        said = CALLERS[caller](warnings)
        assert SENTENCE in said, proxy
        assert proxies.HINT in said, proxy
        assert not any(SECRET in each for each in [said, *warnings]), proxy


@pytest.mark.parametrize("proxy", ["socks5://someone:s3cret@proxy.example.com", "http://proxy.example.com:3128"])
def test_the_event_source_takes_no_proxy_but_one_of_http(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    if proxy.startswith("http:"):
        assert proxy_for("https://api.pagerduty.com") == proxy
    else:
        assert SENTENCE in source([])
