# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a status; the rest is tested with the update of incidents."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA = named("PU1", "Ana")
ON_CALL = {"escalation_level": 1, "escalation_policy": named("PE1", "Web Operations"), "user": ANA}


@pytest.mark.parametrize(
    ("present", "options", "would", "done"),
    [
        ("triggered", {"status": "acknowledged"}, "would acknowledge", "acknowledged"),
        ("acknowledged", {"status": "resolved", "resolution": "Done."}, "would resolve", "resolved"),
        ("resolved", {"status": "triggered"}, "would re-open; would page Ana", "re-opened; paged Ana"),
        ("acknowledged", {"status": "triggered"}, "would trigger again; would page Ana", "triggered again; paged Ana"),
        (
            "resolved",
            {"status": "acknowledged", "reopen": True},
            "would re-open, acknowledge",
            "re-opened, acknowledged",
        ),
        ("acknowledged", {"status": "acknowledged"}, "already acknowledged", "already acknowledged"),
        ("triggered", {"status": "triggered"}, "already triggered", "already triggered"),
        ("resolved", {"status": "resolved"}, "already resolved", "already resolved"),
    ],
)
def test_what_is_done_is_said(
    present: str, options: dict[str, t.Any], would: str, done: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    record = incident(status=present, assignments=assigned_to(ANA))
    http.answers = {
        "GET /incidents/Q1": {"incident": record},
        "GET /oncalls": {"oncalls": [ON_CALL]},
        "PUT /incidents": {"incidents": [record]},
    }
    task = Task("incident_status", pagerduty, **options)
    assert task.run(check_mode=True)["msg"] == f"Incident Q1 (#1): {would}."
    result = task.run()
    assert (result["changed"], result["msg"]) == (would != done, f"Incident Q1 (#1): {done}.")


def test_a_resolved_incident_is_re_opened_only_on_request(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": {"incident": incident(status="resolved")}}
    assert Task("incident_status", pagerduty, status="acknowledged").run()["msg"] == (
        "Incident Q1 (#1) is resolved, and acknowledging it would re-open it. Set reopen: true to do so."
    )
