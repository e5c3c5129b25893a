# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module on incidents takes and refuses, whatever else it does."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.oncall.pagerduty.plugins.module_utils._incident_module import IncidentModule
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.action import IncidentAction

MODULE = IncidentModule(
    IncidentAction, {"users": {"type": "list"}, "teams": {"type": "list"}}, required_one_of=[("users", "teams")]
)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"incident_id": "Q1", "users": []}, ""),
        ({"dedup_key": "disk", "teams": []}, ""),
        ({"incident_key": "disk", "service": "Checkout", "wait": "30", "teams": []}, ""),
        ({"users": []}, "one of the following is required: incident_id, dedup_key"),
        ({"incident_id": "Q1"}, "one of the following is required: users, teams"),
        (
            {"incident_id": "Q1", "dedup_key": "disk", "users": []},
            "parameters are mutually exclusive: incident_id|dedup_key",
        ),
    ],
    ids=str,
)
def test_incidents_are_given_by_id_or_by_key(options: dict[str, t.Any], error: str) -> None:
    validated = ArgumentSpecValidator(MODULE.options, **MODULE.rules).validate(options)
    assert validated.error_messages == ([error] if error else [])
