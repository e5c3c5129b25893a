# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Integration keys are secrets, wherever they are in a response."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._api.integration_keys import without_keys


def test_the_key_of_an_event_is_left_out() -> None:
    body = {"details": {"__pd_cef_payload": {"dedup_key": "disk", "routing_key": "k" * 32}}}
    change_event = {"summary": "Deployed", "routing_key": "k" * 32}
    assert without_keys([body, change_event]) == [
        {"details": {"__pd_cef_payload": {"dedup_key": "disk"}}},
        {"summary": "Deployed"},
    ]


def test_keys_are_left_out_at_any_depth() -> None:
    channel = {"type": "api", "service_key": "k" * 32}
    response = {"id": "R1", "channel": channel, "integrations": [{"id": "PI", "integration_key": "k" * 32}, None]}
    assert without_keys(response) == {"id": "R1", "channel": {"type": "api"}, "integrations": [{"id": "PI"}, None]}
    assert channel["service_key"] == "k" * 32
