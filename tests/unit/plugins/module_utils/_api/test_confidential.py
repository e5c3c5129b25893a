# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Integration keys and phone numbers are left out, wherever they are in a response."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.confidential import without_confidential


def test_the_key_of_an_event_is_left_out() -> None:
    body = {"details": {"__pd_cef_payload": {"dedup_key": "disk", "routing_key": "k" * 32}}}
    change_event = {"summary": "Deployed", "routing_key": "k" * 32}
    assert without_confidential([body, change_event]) == [
        {"details": {"__pd_cef_payload": {"dedup_key": "disk"}}},
        {"summary": "Deployed"},
    ]


def test_keys_are_left_out_at_any_depth() -> None:
    channel = {"type": "api", "service_key": "k" * 32}
    response = {"id": "R1", "channel": channel, "integrations": [{"id": "PI", "integration_key": "k" * 32}, None]}
    expected = {"id": "R1", "channel": {"type": "api"}, "integrations": [{"id": "PI"}, None]}
    assert without_confidential(response) == expected
    assert channel["service_key"] == "k" * 32


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+1 415 555 0100", {}),
        ("4155550100", {}),
        ("a device", {}),
        (None, {}),
        ("ann@example.com", {"address": "ann@example.com"}),
    ],
)
def test_a_notification_shows_no_address_but_an_e_mail_address(address: str | None, shown: dict[str, str]) -> None:
    channel = {"type": "auto", "notification": {"type": "sms", "address": address, "status": "success"}}
    expected = {"type": "auto", "notification": {"type": "sms", "status": "success", **shown}}
    assert without_confidential([{"channel": channel, "address": "Harbour 1"}]) == [
        {"channel": expected, "address": "Harbour 1"}
    ]
