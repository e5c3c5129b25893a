# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a move; the rest is tested with the update of incidents."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

DATABASE = named("PE2", "Database")
ON_CALL = {"escalation_level": 1, "escalation_policy": DATABASE, "user": named("PU1", "Database First")}
Tasks = t.Callable[..., Task]


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that moves an incident."""

    def make(record: dict[str, t.Any], policy: str = "Database") -> Task:
        http.answers = {
            "GET /incidents/Q1": {"incident": record},
            "GET /escalation_policies": {"escalation_policies": [DATABASE]},
            "GET /oncalls": {"oncalls": [ON_CALL]},
            "PUT /incidents": {"incidents": [incident(escalation_policy=DATABASE)]},
        }
        return Task("incident_escalation_policy", pagerduty, escalation_policy=policy)

    return make


def test_who_is_paged_is_said(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident())
    would = "Incident Q1 (#1): would move to escalation policy Database; would page Database First."
    assert asked.run(check_mode=True)["msg"] == would
    result = asked.run()
    assert result["msg"] == "Incident Q1 (#1): moved to escalation policy Database; paged Database First."
    assert result["notifies"][0]["why"] == "on call at level 1 of Database (PE2)"
    assert len(http.writes) == 1


def test_an_incident_that_has_the_policy_pages_nobody(task: Tasks, http: ScriptedHttp) -> None:
    assert task(incident(escalation_policy=DATABASE)).run()["msg"] == "Incident Q1 (#1): already as wanted."
    assert http.writes == []


@pytest.mark.parametrize(
    ("record", "policy", "message"),
    [
        (
            incident(status="resolved"),
            "Database",
            "Incident Q1 (#1) is resolved and cannot be reassigned. "
            "Re-open it with the incident module: set status: triggered and escalation_policy.",
        ),
        (
            incident(),
            "Databse",
            "No escalation policy is called 'Databse'. Did you mean: Database (PE2)? Use the exact",
        ),
    ],
)
def test_what_cannot_be_moved(record: dict[str, t.Any], policy: str, message: str, task: Tasks) -> None:
    assert task(record, policy).run()["msg"].startswith(message)
