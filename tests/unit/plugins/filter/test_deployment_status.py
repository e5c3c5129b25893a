# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the filter takes the results of a deployment's tasks."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.filter.deployment_status import FilterModule

OPENED = {"msg": "Window: opened.", "maintenance_window": {"id": "PW1"}}
status = FilterModule().filters()["deployment_status"]


def test_the_window_is_enough() -> None:
    assert status(OPENED)["msg"] == "Window: opened."
    assert status(OPENED)["window_opened"] is True


def test_tasks_that_have_run_since_are_added() -> None:
    said = status(OPENED, {"msg": "Recorded.", "change_event": {}}, {"msg": "Down.", "failures": [{}]})
    assert said["msg"] == "Window: opened. Recorded. The maintenance window was not ended: Down."
