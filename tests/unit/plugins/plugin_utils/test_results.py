# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a result, by the names of each version of ansible-core."""

from __future__ import annotations

import types

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._results import host_of, task_of, values_of

HOST = types.SimpleNamespace(get_name=lambda: "web-1")


@pytest.mark.parametrize("prefix", ["", "_"], ids=["from 2.19 on", "before"])
def test_the_parts_are_found_in_every_version(prefix: str) -> None:
    parts = {"host": HOST, "task": "a task", "result": {"msg": "done"}}
    result = types.SimpleNamespace(**{f"{prefix}{name}": part for name, part in parts.items()})
    assert (host_of(result), task_of(result), values_of(result)) == ("web-1", "a task", {"msg": "done"})
