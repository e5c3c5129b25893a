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

ANA, BOT = named("PU1", "Ana"), named("PU9", "Bot", email="someone@example.com")
ON_CALL = {"escalation_level": 1, "escalation_policy": named("PE1", "Web Operations"), "user": ANA}


@pytest.mark.parametrize(
    ("present", "options", "would", "done"),
    [
        (
            "triggered",
            {"status": "acknowledged"},
            "would acknowledge, assign to Bot",
            "acknowledged, assigned to Bot",
        ),
        ("acknowledged", {"status": "resolved", "resolution": "Done."}, "would resolve", "resolved"),
        ("resolved", {"status": "triggered"}, "would re-open; would page Ana", "re-opened; paged Ana"),
        ("acknowledged", {"status": "triggered"}, "would trigger again; would page Ana", "triggered again; paged Ana"),
        (
            "resolved",
            {"status": "acknowledged", "reopen": True},
            "would re-open, acknowledge, assign to Bot",
            "re-opened, acknowledged, assigned to Bot",
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
        "GET /users": {"users": [BOT]},
        "PUT /incidents": {"incidents": [{**record, "assignments": assigned_to(BOT)}]},
    }
    task = Task("incident_status", pagerduty, **options)
    assert task.run(check_mode=True)["msg"] == f"Incident Q1 (#1): {would}."
    result = task.run()
    assert (result["changed"], result["msg"]) == (would != done, f"Incident Q1 (#1): {done}.")


def test_who_gets_the_incident_is_foretold(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    record = incident(assignments=assigned_to(ANA))
    http.answers = {"GET /incidents/Q1": {"incident": record}, "GET /users": {"users": [BOT]}}
    result = Task("incident_status", pagerduty, status="acknowledged").run(check_mode=True, diff_mode=True)
    assert result["diff"][0]["before"] == {"status": "triggered", "assignees": ["Ana (PU1)"]}
    assert result["diff"][0]["after"] == {"status": "acknowledged", "assignees": ["Bot (PU9)"]}
    assert [each["assignee"]["id"] for each in result["incident"]["assignments"]] == ["PU9"]
    assert result["notifies"] == []


def test_if_somebody_else_gets_it_the_result_says_so(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    """As with the token of a user whose address is not the one in from_email."""
    acknowledged = incident(status="acknowledged", assignments=assigned_to(ANA))
    http.answers = {
        "GET /incidents/Q1": {"incident": incident()},
        "GET /users": {"users": [BOT]},
        "PUT /incidents": {"incidents": [acknowledged]},
    }
    result = Task("incident_status", pagerduty, status="acknowledged").run(diff_mode=True)
    assert result["msg"] == "Incident Q1 (#1): acknowledged, assigned to Ana."
    assert result["diff"][0]["after"]["assignees"] == ["Ana (PU1)"]


def test_an_acknowledged_incident_stays_with_whom_it_is(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    record = incident(status="acknowledged", assignments=assigned_to(ANA))
    http.answers = {"GET /incidents/Q1": {"incident": record}}
    assert not Task("incident_status", pagerduty, status="acknowledged").run()["changed"]
    assert http.calls == ["GET /incidents/Q1"]


def test_a_resolved_incident_is_re_opened_only_on_request(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /incidents/Q1": {"incident": incident(status="resolved")}}
    assert Task("incident_status", pagerduty, status="acknowledged").run()["msg"] == (
        "Incident Q1 (#1) is resolved, and acknowledging it would re-open it. Set reopen: true to do so."
    )
