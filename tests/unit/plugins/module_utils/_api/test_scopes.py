# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth scope that a call needs, as PagerDuty's schema names it for each operation."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.scopes import required_scope


@pytest.mark.parametrize(
    ("call", "scope"),
    [
        ("GET /incidents", "incidents.read"),
        ("PUT /incidents", "incidents.write"),
        ("GET /incidents/Q1", "incidents.read"),
        ("GET /incidents/Q1/alerts", "incidents.read"),
        ("GET /incidents/Q1/log_entries", "incidents.read"),
        ("GET /incidents/Q1/notes", "incidents.read"),
        ("POST /incidents/Q1/notes", "incidents.write"),
        ("DELETE /incidents/Q1/notes/P1", "incidents.write"),
        ("POST /incidents/Q1/responder_requests", "incidents.write"),
        ("POST /incidents/Q1/status_updates", "incidents.write"),
        ("GET /incidents/Q1/status_updates/subscribers", "subscribers.read"),
        ("POST /incidents/Q1/status_updates/subscribers", "subscribers.write"),
        ("POST /incidents/Q1/status_updates/unsubscribe", "subscribers.write"),
        ("GET /incidents/types", "incident_types.read"),
        ("GET /incidents/types/PTYPE1", "incident_types.read"),
        ("GET /incidents/types/PTYPE1/custom_fields", "custom_fields.read"),
        ("PUT /incidents/Q1/custom_fields/values", "incidents.write"),
        ("GET /oncalls", "oncalls.read"),
        ("GET /users", "users.read"),
        ("GET /priorities", "priorities.read"),
        ("GET /escalation_policies/P1", "escalation_policies.read"),
        ("GET /services/P1", "services.read"),
        ("GET /services/P1/change_events", "services.read"),
        ("GET /schedules/P1", "schedules.read"),
        ("GET /v3/schedules", "schedules.read"),
        ("GET /v3/schedules/P1", "schedules.read"),
        ("POST /schedules/P1/overrides", "schedules.write"),
        ("POST /v3/schedules/P1/custom_shifts", "schedules.write"),
        ("DELETE /v3/schedules/P1/overrides/AG1", "schedules.write"),
        ("GET /maintenance_windows", "services.read"),
        ("DELETE /maintenance_windows/P1", "services.write"),
        ("GET /incident_workflows", "incident_workflows.read"),
        ("POST /incident_workflows/P1/instances", "incident_workflows:instances.write"),
        ("GET /response_plays", "response_plays.read"),
        ("POST /response_plays/P1/run", "response_plays.write"),
    ],
)
def test_a_call_needs_its_scope(call: str, scope: str) -> None:
    """Source: PagerDuty/api-schema, reference/REST/openapiv3.json; response plays as of before 2025-09-09."""
    assert required_scope(*call.split()) == scope
