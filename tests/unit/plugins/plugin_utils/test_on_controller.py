# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that another plugin runs."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.modules.oncall_info import DEFINITION
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _on_controller

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
    assert not _on_controller.run(DEFINITION, {"users": ["Ana"], "levels": ["2"], "timeout": None})["failed"]
    assert (ran[0]["users"], ran[0]["levels"], ran[0]["timeout"]) == (["Ana"], [2], 30.0)


def test_wrong_options_and_a_missing_library_are_its_result(
    ran: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = _on_controller.run(DEFINITION, {"region": "asia"})
    assert (refused["failed"], "asia" in refused["msg"]) == (True, True)
    monkeypatch.setattr(_on_controller, "REQUESTS_IMPORT_ERROR", "No module named 'requests'")
    missing = _on_controller.run(DEFINITION, {})
    assert (missing["failed"], "requests" in missing["msg"]) == (True, True)
    assert ran == []
