# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An unknown option is named with the one that was meant."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._controller import definition
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._unknown_options import did_you_mean, unknown_options


@pytest.mark.parametrize(
    ("module", "unknown", "meant"),
    [
        ("incident_note", ["incident"], "Did you mean incident_id?"),
        ("incident_note", ["Incident-ID"], "Did you mean incident_id?"),
        ("incident_note", ["incident_nr", "contnt"], "Did you mean incident_id and content?"),
        ("incident_note", ["incident", "incidents"], "Did you mean incident_id and incident_ids?"),
        ("incident_escalation", ["next_level"], "Did you mean level?"),
        ("incident_escalation_policy", ["policy"], "Did you mean escalation_policy?"),
        ("incident_snooze", ["snooze_until"], "Did you mean until?"),
        ("incident_note", ["colour", "routing_key"], ""),
        ("incident_note", ["message"], "Did you mean text?"),
        ("incident_status_update", ["message"], "Did you mean text?"),
        ("event", ["msg"], "Did you mean text?"),
    ],
)
def test_the_option_that_was_meant_is_told(module: str, unknown: list[str], meant: str) -> None:
    assert did_you_mean(definition(module), unknown) == meant


def test_a_module_knows_its_options_by_all_their_names() -> None:
    options = ["id", "content", "token", "colour", "api_key", "Content"]
    assert unknown_options(definition("incident_note"), options) == ["Content", "colour"]


def test_what_ansible_adds_for_a_process_is_no_option_of_the_task() -> None:
    assert unknown_options(definition("incident_note"), ["content", "_ansible_check_mode"]) == []
