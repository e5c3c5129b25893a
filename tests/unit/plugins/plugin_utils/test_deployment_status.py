# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a deployment says of its window and its change, however their tasks ended."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import REQUIRED_KEY
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._deployment_status import status

Result = dict[str, t.Any]

WINDOW = {"id": "PW1", "end_time": "2026-01-31T12:00:00Z"}
FAILURES = {"changed": False, "failures": [{"outcome": "not_done"}]}
OPENED = {"changed": True, "msg": "Window: opened.", "maintenance_window": WINDOW}
OPEN_ALREADY = {**OPENED, "changed": False, "msg": "Window: open already."}
PARTLY = {**OPENED, "msg": "Window: opened. No service Chekout.", "failures": [{"outcome": "partly_done"}]}
NOT_OPENED = {**FAILURES, "msg": "Access Denied."}
NO_ANSWER = {"maintenance_window": None, "msg": "Timed out.", "failures": [{"outcome": "unknown"}]}
NOT_TEMPLATED = {"failed": True, "msg": "'x' is undefined"}
RECORDED = {"changed": True, "msg": "Change: recorded.", "change_event": {"summary": "shop"}}
NOT_RECORDED = {**FAILURES, "msg": "Bad key.", "change_event": None}
NO_KEY = {**FAILURES, "msg": f"routing_key: {REQUIRED_KEY}."}
ENDED = {"changed": True, "msg": "Window: ended.", "maintenance_window": None}
NOT_ENDED = {**FAILURES, "msg": "Cannot connect."}

NO_WINDOW = "No maintenance window was opened, so alerts page people: Access Denied."
STAYS = "The maintenance window was not ended, and lasts until 2026-01-31T12:00:00Z: Cannot connect."


@pytest.mark.parametrize(
    ("opening", "change", "ending", "facts", "problems"),
    [
        (OPENED, RECORDED, {}, "opened recorded", []),
        (OPENED, RECORDED, ENDED, "opened recorded ended", []),
        (OPEN_ALREADY, RECORDED, ENDED, "opened recorded ended", []),
        (OPENED, NO_KEY, ENDED, "opened ended", []),
        (OPENED, NOT_RECORDED, ENDED, "opened ended", ["The change event was not recorded: Bad key."]),
        (PARTLY, RECORDED, ENDED, "opened recorded ended", ["Window: opened. No service Chekout."]),
        (NOT_OPENED, RECORDED, ENDED, "recorded ended", [NO_WINDOW]),
        (NOT_OPENED, {"skipped": True}, NOT_ENDED, "", [NO_WINDOW]),
        (OPENED, RECORDED, NOT_ENDED, "opened recorded", [STAYS]),
        (
            NO_ANSWER,
            RECORDED,
            NOT_ENDED,
            "recorded",
            [NO_WINDOW.replace("Access Denied", "Timed out"), "The maintenance window was not ended: Cannot connect."],
        ),
        (NOT_TEMPLATED, {}, {}, "", [NO_WINDOW.replace("Access Denied.", "'x' is undefined")]),
        ({"changed": False}, {}, {}, "", [NO_WINDOW.replace("Access Denied.", "unknown")]),
        (
            OPENED,
            {"changed": False, "msg": "No requests."},
            {},
            "opened",
            ["The change event was not recorded: No requests."],
        ),
        (OPENED, {**RECORDED, "failed": True}, {}, "opened", ["The change event was not recorded: Change: recorded."]),
    ],
)
def test_what_was_done_and_what_was_not(
    opening: Result, change: Result, ending: Result, facts: str, problems: list[str]
) -> None:
    said = status(opening, change, ending)
    done = {name.rpartition("_")[2] for name, value in said.items() if value is True}
    assert done == set(facts.split())
    assert said["problems"] == problems
    assert said["maintenance_window"] == opening.get("maintenance_window")


def test_one_line_says_all_of_it() -> None:
    said = status(OPENED, NO_KEY, NOT_ENDED)["msg"]
    assert said == f"Window: opened. No change event was recorded, as there is no routing key. {STAYS}"
    assert status(NOT_OPENED, RECORDED, {})["msg"] == f"Change: recorded. {NO_WINDOW}"
