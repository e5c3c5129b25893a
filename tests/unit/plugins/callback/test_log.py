# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the callback shows a line, and that it never stops a run."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible.utils.display import Display
from ansible_collections.oncall.pagerduty.plugins.callback import log

OURS = "oncall.pagerduty.incident_note"
NOTIFIES = [{"target": "Q1", "how": "page", "why": "on call", "who": {"id": "P1", "summary": "Ana"}}]
DONE = {"changed": True, "msg": "Added a note; paged Ana.", "incidents": [], "notifies": NOTIFIES}
SAID = "    Added a note; paged Ana."
RECAP = ["PAGERDUTY RECAP", "Paged Ana."]

Lines = list[str]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What is shown; a warning begins with its name."""
    shown: Lines = []
    monkeypatch.setattr(Display, "display", lambda _self, text, *_given, **_more: shown.append(text))
    monkeypatch.setattr(Display, "banner", lambda _self, text, *_given, **_more: shown.append(text))
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_given, **_more: shown.append(f"warning: {text}"))
    return shown


def result(values: t.Any, action: str = OURS, resolved: str | None = None, *, check_mode: bool = False) -> t.Any:
    task = types.SimpleNamespace(action=action, resolved_action=resolved, check_mode=check_mode)
    return types.SimpleNamespace(task=task, result=values)


@pytest.fixture
def callback() -> log.CallbackModule:
    callback = log.CallbackModule()
    callback.v2_playbook_on_start(None)
    return callback


@pytest.mark.parametrize(
    ("event", "given", "shown"),
    [
        ("v2_runner_on_ok", result(DONE), [SAID, *RECAP]),
        ("v2_runner_on_ok", result(DONE, "incident_note", OURS), [SAID, *RECAP]),
        ("v2_runner_on_ok", result(DONE, "ansible.builtin.command"), []),
        ("v2_runner_item_on_ok", result(DONE), [SAID, *RECAP]),
        ("v2_runner_on_ok", result({"changed": True, "msg": "All items completed", "results": [DONE]}), []),
        ("v2_runner_on_failed", result({**DONE, "failed": True}), RECAP),
        ("v2_runner_item_on_failed", result({**DONE, "failed": True}), RECAP),
        ("v2_runner_on_ok", result(DONE, check_mode=True), [SAID, "PAGERDUTY RECAP", "Would page Ana."]),
        ("v2_runner_on_ok", result({"censored": "hidden", "changed": True}), []),
    ],
    ids=["ok", "short name", "somebody else's", "item", "loop", "failed", "item failed", "check mode", "no_log"],
)
def test_a_change_is_shown_once_and_counted(
    event: str, given: t.Any, shown: Lines, callback: log.CallbackModule, lines: Lines
) -> None:
    getattr(callback, event)(given)
    callback.v2_playbook_on_stats(None)
    assert lines == shown


def test_with_v_ansible_shows_the_result_itself(
    callback: log.CallbackModule, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log.display, "verbosity", 1)
    callback.v2_runner_on_ok(result(DONE))
    callback.v2_playbook_on_stats(None)
    assert lines == RECAP


def test_each_playbook_has_its_own_recap(callback: log.CallbackModule, lines: Lines) -> None:
    callback.v2_runner_on_ok(result(DONE))
    callback.v2_playbook_on_start(None)
    callback.v2_playbook_on_stats(None)
    assert lines == [SAID]


@pytest.mark.parametrize(
    "values", [None, {"changed": True, "msg": "x", "notifies": [None]}, {"incidents": [1]}], ids=str
)
def test_whatever_goes_wrong_is_a_warning(values: t.Any, callback: log.CallbackModule, lines: Lines) -> None:
    callback.v2_runner_on_ok(result(values))
    assert [text.partition(":")[0] for text in lines] == ["warning"]
