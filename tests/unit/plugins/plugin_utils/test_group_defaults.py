# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module_defaults of the group may have options that not every module has."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._group_defaults import (
    GROUP,
    without_defaults_for_others,
)

NOTE = "oncall.pagerduty.incident_note"
KEY = {"routing_key": "r" * 32}
Options = dict[str, t.Any]


def left(options: Options, *defaults: t.Any, written: t.Any = None, action: str = NOTE) -> Options:
    """The options that are left of a task.

    Args:
        options: the task's, with the defaults.
        defaults: the module_defaults of each block, the outermost first.
        written: the task in its playbook.
    """
    task = types.SimpleNamespace(action=action, args=options, module_defaults=list(defaults), get_ds=lambda: written)
    return without_defaults_for_others(task, types.SimpleNamespace(template=lambda _text: KEY))


@pytest.mark.parametrize("name", ["routing_key", "integration_key", "time_zone", "escalation_policy", "title"])
def test_an_option_of_another_module_is_dropped(name: str) -> None:
    assert left({"content": "x", name: "y"}, {GROUP: {name: "y"}}) == {"content": "x"}


@pytest.mark.parametrize(
    "defaults",
    [
        [],
        [{GROUP: {}}],
        [{NOTE: KEY}],
        [{GROUP: KEY}, {GROUP: {"region": "eu"}}],
    ],
    ids=str,
)
def test_only_the_defaults_that_ansible_takes_are_meant_for_others(defaults: list[Options]) -> None:
    assert left({"content": "x", **KEY}, *defaults) == {"content": "x", **KEY}


def test_defaults_may_be_a_template_and_stand_in_an_outer_block() -> None:
    assert left(dict(KEY), {GROUP: "{{ pagerduty }}"}, {"ansible.builtin.debug": {}}) == {}


def test_an_option_that_no_module_has_is_kept_so_that_it_is_named() -> None:
    assert left({"api_tokn": "x"}, {GROUP: {"api_tokn": "x"}}) == {"api_tokn": "x"}


def test_an_option_of_the_module_is_kept() -> None:
    assert left(dict(KEY), {GROUP: KEY}, action="oncall.pagerduty.event") == KEY


@pytest.mark.parametrize(
    ("written", "is_kept"),
    [
        ({NOTE: KEY}, True),
        ({"incident_note": KEY}, True),
        ({NOTE: "content=x routing_key=y"}, True),
        ({NOTE: None, "args": KEY}, True),
        ({"action": {"module": NOTE, **KEY}}, True),
        ({"local_action": f"{NOTE} routing_key=y"}, True),
        ({NOTE: {"content": "routing_key"}, "vars": KEY, "module_defaults": {GROUP: KEY}}, False),
        ({NOTE: "content=no_routing_key=y"}, False),
        (None, False),
    ],
    ids=str,
)
def test_what_the_task_itself_has_is_named_although_it_is_a_default_as_well(written: t.Any, is_kept: bool) -> None:
    assert left(dict(KEY), {GROUP: KEY}, written=written) == (KEY if is_kept else {})


BOTH = {"incident_id": "Q1", "dedup_key": "disk"}


@pytest.mark.parametrize(
    ("options", "default", "written", "expected"),
    [
        (BOTH, {"dedup_key": "disk"}, {NOTE: {"incident_id": "Q1"}}, {"incident_id": "Q1"}),
        (BOTH, {"incident_id": "Q1"}, {NOTE: "dedup_key=disk"}, {"dedup_key": "disk"}),
        ({"id": "Q1", "incident_key": "k"}, {"incident_key": "k"}, {NOTE: {"id": "Q1"}}, {"id": "Q1"}),
        # Both are the task's own, or both are defaults: then they are refused.
        (BOTH, {"dedup_key": "disk"}, {NOTE: BOTH}, BOTH),
        (BOTH, BOTH, {NOTE: None}, BOTH),
        (BOTH, {}, {NOTE: BOTH}, BOTH),
        ({"dedup_key": "disk"}, {"dedup_key": "disk"}, {NOTE: None}, {"dedup_key": "disk"}),
    ],
    ids=str,
)
def test_a_default_gives_way_to_an_option_of_the_task_that_it_excludes(
    options: Options, default: Options, written: t.Any, expected: Options
) -> None:
    assert left(options, {GROUP: default}, written=written) == expected
