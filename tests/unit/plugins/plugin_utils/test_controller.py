# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that another plugin runs."""

from __future__ import annotations

import datetime
import types
import typing as t
from collections import UserString, deque

import pytest
from ansible_collections.oncall.pagerduty.plugins.modules.event import DEFINITION as EVENT
from ansible_collections.oncall.pagerduty.plugins.modules.oncall_info import DEFINITION
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller

Options = dict[str, t.Any]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """The options of each run of the module, which succeeds."""
    runs: list[Options] = []

    def run(options: Options, **_keywords: t.Any) -> Options:
        runs.append(options)
        return {"failed": False, "users": []}

    monkeypatch.setattr(DEFINITION, "run", run)
    return runs


def test_the_module_gets_validated_options_and_what_is_not_set_keeps_its_default(ran: list[Options]) -> None:
    assert not _controller.run("oncall_info", {"users": ["Ana"], "levels": ["2"], "timeout": None})["failed"]
    assert (ran[0]["users"], ran[0]["levels"], ran[0]["timeout"]) == (["Ana"], [2], 30.0)


def test_wrong_options_and_a_missing_library_are_its_result(
    ran: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = _controller.run("oncall_info", {"region": "asia"})
    assert (refused["failed"], "asia" in refused["msg"]) == (True, True)
    monkeypatch.setattr(_controller, "REQUESTS_IMPORT_ERROR", "No module named 'requests'")
    missing = _controller.run("oncall_info", {})
    assert (missing["failed"], "requests" in missing["msg"]) == (True, True)
    assert ran == []


def test_an_option_can_be_left_out_whatever_the_environment_has(
    ran: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGERDUTY_API_TOKEN", "a-token")
    _controller.run("oncall_info", {"users": ["Ana"]}, without=["api_token"])
    assert (ran[0]["users"], ran[0]["api_token"]) == (["Ana"], None)


class LazyList(list[t.Any]):
    """A list of Ansible's, which knows all variables: a copy of it copies them."""

    def __deepcopy__(self, _memo: t.Any) -> t.NoReturn:
        raise AssertionError("it was copied")


def test_a_list_of_ansibles_own_is_not_copied_with_all_that_it_knows(ran: list[Options]) -> None:
    _controller.run("oncall_info", {"users": LazyList(["Ana"])})
    assert ran[0]["users"] == ["Ana"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.timezone.utc), "2026-11-27T12:00:00+00:00"),
        (datetime.date(2026, 11, 27), "2026-11-27"),
        (types.MappingProxyType({"a": {1}}), {"a": [1]}),
        (("a", 1), ["a", 1]),
        (deque(["a"]), ["a"]),
        (UserString("text"), "text"),
    ],
    ids=repr,
)
def test_options_become_what_a_process_of_its_own_gets(value: t.Any, expected: t.Any) -> None:
    assert _controller.plain({"option": value}) == {"option": expected}


@pytest.mark.parametrize(
    ("options", "usable", "warning"),
    [
        ({"sumary": "x"}, {}, "Ignored sumary: the module has no such option. Did you mean summary?"),
        ({"timeout": "soon"}, {}, "Ignored timeout: "),
        ({"region": "asia"}, {}, "Ignored region: value of region must be one of: us, eu, got: asia."),
        ({"token": "a-token", "summary": "caf\ud800"}, {"token": "a-token", "summary": "caf\ufffd"}, ""),
        ({"action": "open", "routing_key": {}}, {"action": "open", "routing_key": {}}, ""),
        ({"event_action": "open", "integration_key": {}}, {"event_action": "open", "integration_key": {}}, ""),
        # They may be meant as the action, and must not become a trigger.
        ({"state": "resolved", "actoin": "Acknowledge"}, {"state": "resolved", "actoin": "Acknowledge"}, ""),
        ({"state": "triggered"}, {}, "Ignored state: the module has no such option."),
    ],
    ids=str,
)
def test_what_would_stop_an_event_is_left_out_with_a_warning(options: Options, usable: Options, warning: str) -> None:
    warnings: list[str] = []
    assert _controller.usable_options(EVENT, options, warnings.append) == usable
    assert [each[: len(warning)] for each in warnings] == [warning] * bool(warning)


@pytest.mark.parametrize(
    ("variable", "option", "instead"),
    [("PAGERDUTY_TIMEOUT", "timeout", 30), ("PAGERDUTY_REGION", "region", "us")],
)
def test_an_unusable_variable_counts_as_not_set(
    variable: str, option: str, instead: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setenv(variable, "soon")
    assert _controller.usable_options(EVENT, {}, warnings.append) == {option: instead}
    assert warnings[0].startswith(f"Ignored {variable} in the environment: {option}: ")
    # What the task says counts.
    assert _controller.usable_options(EVENT, {option: instead}, warnings.append) == {option: instead}
    assert len(warnings) == 1


def test_a_variable_is_usable_if_it_is_for_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_REGION", " EU")
    assert _controller.usable_options(EVENT, {}, pytest.fail) == {}


def test_other_modules_keep_their_options_and_refuse_the_task() -> None:
    options = {"colour": "red", "timeout": "soon"}
    assert _controller.usable_options(DEFINITION, options, pytest.fail) is options


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            {"incident": 42, "content": "x"},
            "module: incident. Did you mean incident_id? Supported",
        ),
        (
            {"incident": 42, "state": "none"},
            "module: incident. Did you mean incident_id? Supported",
        ),
        ({"content": "x", "colour": 1}, "module: colour. Supported parameters include: "),
        ({"content": "x"}, "one of the following is required: incident_id, dedup_key"),
    ],
    ids=str,
)
def test_an_unknown_option_is_named_before_a_missing_one(options: Options, error: str) -> None:
    note = _controller.definition("incident_note")
    assert error in _controller.validate(note, "oncall.pagerduty.incident_note", options)[1]


@pytest.mark.parametrize(
    ("module", "option"),
    [
        ("incident_note", "content"),
        ("incident_responders", "responders_message"),
        ("incident_status_update", "update_message"),
        ("event", "summary"),
        ("change_event", "summary"),
    ],
)
def test_a_text_for_people_has_one_name_everywhere(module: str, option: str) -> None:
    options, _error = _controller.validate(_controller.definition(module), module, {"text": "Disk full"})
    assert options[option] == "Disk full"
