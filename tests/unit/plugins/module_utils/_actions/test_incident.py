# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an incident: what is compared, what is sent, and what a resolved incident allows."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident import update_incidents
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA, BEN = named("PU1", "Ana"), named("PU2", "Ben")
BRIDGE = {"conference_number": "+1-415-555-0100", "conference_url": "https://meet.example.com/a"}
Planner = t.Callable[..., PlanOrOutcome]


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan an update of an incident."""

    def planned(record: dict[str, t.Any], **options: t.Any) -> PlanOrOutcome:
        http.answers = {
            "GET /incidents/Q1": {"incident": record},
            "GET /users": {"users": [ANA, BEN]},
            "GET /priorities": {"priorities": [named("PP1", "P1")]},
            "GET /escalation_policies": {"escalation_policies": [named("PE2", "Database")]},
            "GET /oncalls": {"oncalls": []},
            **http.answers,
        }
        (entry,) = update_incidents(pagerduty, {"incident_id": ["Q1"], **options})
        return entry

    return planned


@pytest.mark.parametrize(
    ("record", "options"),
    [
        (incident(title="New"), {"title": "New"}),
        (incident(urgency="low"), {"urgency": "low"}),
        (incident(status="acknowledged"), {"status": "acknowledged"}),
        (incident(status="resolved"), {"status": "resolved"}),
        (incident(priority=named("PP1", "P1")), {"priority": "P1"}),
        (incident(escalation_policy=named("PE2", "Database")), {"escalation_policy": "Database"}),
        (incident(assignments=assigned_to(BEN, ANA)), {"assignees": ["Ana", "Ben", "Ana"]}),
        (incident(conference_bridge=BRIDGE), {"conference_bridge": {"conference_url": "https://meet.example.com/a"}}),
        (incident(conference_bridge=BRIDGE), {"conference_bridge": BRIDGE}),
    ],
    ids=lambda value: next(iter(value)) if len(value) == 1 else "",
)
def test_a_field_that_has_its_value_is_no_change(record: t.Any, options: dict[str, t.Any], plan: Planner) -> None:
    planned = plan(record, **options)
    assert isinstance(planned, Plan)
    assert not planned.has_changes


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"title": "New", "urgency": "high"}, {"title": "New"}),
        ({"priority": "P1"}, {"priority": {"id": "PP1", "type": "priority_reference"}}),
        (
            {"escalation_policy": "Database"},
            {"escalation_policy": {"id": "PE2", "type": "escalation_policy_reference"}},
        ),
        ({"assignees": ["Ana"]}, {"assignments": [{"assignee": {"id": "PU1", "type": "user_reference"}}]}),
        ({"status": "resolved", "resolution": "Done."}, {"status": "resolved", "resolution": "Done."}),
    ],
    ids=str,
)
def test_only_what_differs_is_sent(options: dict[str, t.Any], body: dict[str, t.Any], plan: Planner) -> None:
    planned = plan(incident(), **options)
    assert isinstance(planned, Plan)
    assert planned.body == body


def test_the_bridge_is_asked_for_and_its_other_half_is_sent_again(plan: Planner, http: ScriptedHttp) -> None:
    url = "https://meet.example.com/b"
    planned = plan(incident(conference_bridge=BRIDGE), conference_bridge={"conference_url": url})
    assert isinstance(planned, Plan)
    assert ("include[]", "conference_bridge") in http.requests[0].query
    assert planned.body == {"conference_bridge": {**BRIDGE, "conference_url": url}}
    assert planned.predicted["conference_bridge"] == {**BRIDGE, "conference_url": url}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"status": "acknowledged"}, "acknowledging it would re-open it"),
        ({"assignees": ["Ana"]}, "cannot be reassigned"),
        ({"escalation_policy": "Database"}, "cannot be reassigned"),
        ({"status": "acknowledged", "reopen": True, "assignees": ["Ana"]}, "cannot be reassigned"),
    ],
    ids=str,
)
def test_a_resolved_incident_is_not_reopened_by_the_way(options: dict[str, t.Any], words: str, plan: Planner) -> None:
    refused = plan(incident(status="resolved"), **options)
    assert not isinstance(refused, Plan)
    assert words in str(refused.error)


@pytest.mark.parametrize(
    "options",
    [
        {"status": "acknowledged", "reopen": True},
        {"status": "triggered"},
        {"status": "triggered", "assignees": ["Ana"]},
        {"title": "New"},
    ],
    ids=str,
)
def test_a_resolved_incident_is_changed_on_request(options: dict[str, t.Any], plan: Planner) -> None:
    planned = plan(incident(status="resolved"), **options)
    assert isinstance(planned, Plan)
    assert planned.has_changes


@pytest.mark.parametrize("options", [{"assignees": ["Ana"]}, {"escalation_policy": "Database"}], ids=str)
def test_reassigning_takes_an_acknowledgement_back(options: dict[str, t.Any], plan: Planner) -> None:
    planned = plan(incident(status="acknowledged"), **options)
    assert isinstance(planned, Plan)
    assert planned.after["status"] == planned.predicted["status"] == "triggered"
    assert "status" not in planned.body


@pytest.mark.parametrize(
    ("options", "harmful"),
    [
        ({"title": "New"}, False),
        ({"status": "triggered"}, True),
        ({"assignees": ["Ana"]}, True),
        ({"escalation_policy": "Database"}, True),
    ],
    ids=str,
)
def test_a_write_that_can_page_is_marked(options: dict[str, t.Any], harmful: bool, plan: Planner) -> None:
    planned = plan(incident(), **options)
    assert isinstance(planned, Plan)
    assert planned.write is not None
    assert planned.write.harmful_twice is harmful


@pytest.mark.parametrize(
    ("notes", "warns"),
    [
        ([("2026-01-31T12:00:00Z", "Done.")], False),
        ([("2026-01-31T12:00:00Z", "Other."), ("2026-01-31T13:00:00Z", "Done.")], False),
        ([("2026-01-31T13:00:00Z", "Other."), ("2026-01-31T12:00:00Z", "Done.")], True),
        ([("2026-01-31T12:00:00Z", None)], True),
        ([], True),
    ],
    ids=["the same", "the same at last", "another at last", "none", "no log entry"],
)
def test_the_resolution_of_a_resolved_incident_is_the_note_of_its_last_resolve_log_entry(
    notes: list[tuple[str, str | None]], warns: bool, plan: Planner, http: ScriptedHttp
) -> None:
    entries = [{"type": "resolve_log_entry", "created_at": at, "note": note} for at, note in notes]
    http.answers["GET /incidents/Q1/log_entries"] = {"log_entries": [{"type": "notify_log_entry"}, *entries]}
    planned = plan(incident(status="resolved"), status="resolved", resolution="Done.")
    assert isinstance(planned, Plan)
    assert not planned.has_changes
    assert [("incident_note" in warning) for warning in http.warnings] == [True] * warns


@pytest.mark.parametrize(
    "options",
    [
        {"resolution": "Done."},
        {"status": "triggered", "resolution": "Done."},
        {"status": "resolved", "resolution": " "},
        {"title": " "},
        {"assignees": []},
        {"assignees": ["Ana", ""]},
        {"status": "resolved", "assignees": ["Ana"]},
        {"conference_bridge": {}},
        {"conference_bridge": {"room": "7"}},
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: dict[str, t.Any], plan: Planner, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption):
        plan(incident(), **options)
    assert http.calls == []
