# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is requested, and who was requested before."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_responders import (
    change_responders,
    states_of_responders,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    InvalidOption,
    OutcomeUnknown,
    Refused,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.plugins.modules.incident_responders import DEFINITION
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

DEFAULTS = {name: spec.get("default") for name, spec in DEFINITION.options.items()}
ANA, BEN = named("PUSER1", "Ana", email="someone@example.com"), named("PUSER2", "Ben")
REQUESTS = "/incidents/Q1/responder_requests"
Planner = t.Callable[..., PlanOrOutcome]
Record = dict[str, t.Any]


def request(*ids: str, **target: t.Any) -> Record:
    targets = [{"responder_request_target": {"id": each, "type": "user_reference", **target}} for each in ids]
    return {"responder_request_targets": targets}


def answered(user: Record, state: str) -> Record:
    return {"user": user, "state": state}


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan a request on an incident."""

    def planned(record: Record, **options: t.Any) -> PlanOrOutcome:
        http.answers = {
            "GET /incidents/Q1": {"incident": record},
            "GET /users": {"users": [ANA, BEN]},
            "GET /users/PUSER2": {"user": BEN},
            "GET /escalation_policies": {"escalation_policies": [named("PE1", "Database")]},
            "GET /oncalls": {"oncalls": []},
        }
        (entry,) = change_responders(pagerduty, {**DEFAULTS, "incident_id": ["Q1"], **options})
        return entry

    return planned


@pytest.mark.parametrize(
    ("record", "states"),
    [
        ({}, {}),
        ({"responder_requests": None, "incidents_responders": None}, {}),
        ({"responder_requests": [request("PUSER1")]}, {"PUSER1": "pending"}),
        ({"responder_requests": [{"responder_request_targets": [{"id": "PUSER1"}]}]}, {"PUSER1": "pending"}),
        ({"incidents_responders": [answered(ANA, "joined")]}, {"PUSER1": "joined"}),
        (
            {"responder_requests": [request("PUSER1")], "incidents_responders": [answered(ANA, "declined")]},
            {"PUSER1": "declined"},
        ),
        (
            {"responder_requests": [request("PE1", incidents_responders=[answered(ANA, "declined")])]},
            {"PE1": "declined"},
        ),
        (
            {
                "responder_requests": [
                    request("PE1", incidents_responders=[answered(ANA, "declined"), answered(BEN, "pending")])
                ]
            },
            {"PE1": "pending"},
        ),
    ],
    ids=str,
)
def test_how_everybody_who_was_requested_has_answered(record: Record, states: dict[str, str]) -> None:
    assert states_of_responders(record) == states


def test_only_those_who_were_not_requested_are(plan: Planner) -> None:
    record = incident(incidents_responders=[answered(ANA, "joined")])
    planned = plan(record, users=["Ana", "Ben", "PUSER2"], escalation_policies=["Database"])
    assert isinstance(planned, Plan)
    targets = [each["responder_request_target"] for each in planned.body["responder_request_targets"]]
    assert targets == [
        {"id": "PUSER2", "type": "user_reference"},
        {"id": "PE1", "type": "escalation_policy_reference"},
    ]
    assert planned.write is not None
    assert planned.write.harmful_twice


@pytest.mark.parametrize("state", ["pending", "joined", "declined", "user_cancelled"])
def test_nobody_is_paged_twice(state: str, plan: Planner, http: ScriptedHttp) -> None:
    planned = plan(incident(incidents_responders=[answered(BEN, state)]), users=["Ben"])
    assert isinstance(planned, Plan)
    assert not planned.has_changes
    assert [f"is {state} and is not requested again" in warning for warning in http.warnings] == [True] * (
        state in ("declined", "user_cancelled")
    )


@pytest.mark.parametrize(
    ("record", "cancelled"),
    [
        (incident(), []),
        (incident(incidents_responders=[answered(BEN, "pending")]), ["PUSER2"]),
        (incident(incidents_responders=[answered(BEN, "joined")]), []),
        (incident(incidents_responders=[answered(BEN, "user_cancelled")]), []),
        (incident(responder_requests=[request("PE1")]), ["PE1"]),
        (
            incident(
                responder_requests=[
                    request("PE1", incidents_responders=[answered(ANA, "joined"), answered(BEN, "pending")])
                ]
            ),
            ["PE1"],
        ),
        (incident(responder_requests=[request("PE1", incidents_responders=[answered(ANA, "joined")])]), []),
        (
            incident(
                responder_requests=[request("PE1", incidents_responders=[answered(ANA, "declined")]), request("PE1")]
            ),
            ["PE1"],
        ),
        (incident(responder_requests=[request("PE1", incidents_responders=[answered(ANA, "declined")])]), []),
    ],
)
def test_what_is_pending_is_cancelled(record: Record, cancelled: list[str], plan: Planner) -> None:
    planned = plan(record, users=["Ben"], escalation_policies=["Database"], state="absent")
    assert isinstance(planned, Plan)
    assert planned.body == cancelled
    assert planned.has_changes is bool(cancelled)


def cancel(plan: Planner, http: ScriptedHttp, *results: str) -> list[t.Any]:
    """Cancel the requests of as many users as there are results."""
    users = [ANA, BEN][: len(results)]
    record = incident(incidents_responders=[answered(user, "pending") for user in users])
    planned = plan(record, users=[user["name"] for user in users], state="absent")
    assert isinstance(planned, Plan)
    assert planned.write is not None
    listed = [{"id": user["id"], "result": result} for user, result in zip(users, results, strict=True)]
    http.answers[f"PUT {REQUESTS}/cancel"] = {"responder_request_targets": listed}
    return list(planned.write.send([planned]))


def test_a_cancellation_names_each_with_its_type_and_reads_the_incident(plan: Planner, http: ScriptedHttp) -> None:
    assert cancel(plan, http, "cancelled", "cancelled")[0]["id"] == "Q1"
    (_call, body) = http.writes[-1]
    assert body["responder_request_targets"][1] == {"type": "user_reference", "id": "PUSER2"}
    assert http.warnings == []


def test_who_has_joined_in_the_meantime_is_named(plan: Planner, http: ScriptedHttp) -> None:
    cancel(plan, http, "cancelled", "joined")
    assert "did not cancel every request (Ben (PUSER2): joined)" in http.warnings[-1]


def test_if_nothing_was_cancelled_the_incident_is_looked_at_again(plan: Planner, http: ScriptedHttp) -> None:
    with pytest.raises(Refused, match="did not cancel") as caught:
        cancel(plan, http, "joined")
    assert caught.value.is_conflict


@pytest.mark.parametrize(("state", "paged"), [("pending", False), ("joined", False), ("declined", True)])
def test_unless_they_declined_and_renotify_is_set(state: str, paged: bool, plan: Planner) -> None:
    planned = plan(incident(incidents_responders=[answered(BEN, state)]), users=["Ben"], renotify=True)
    assert isinstance(planned, Plan)
    assert planned.has_changes is paged


def test_a_resolved_incident_is_refused_but_not_if_there_is_nothing_to_do(plan: Planner) -> None:
    refused = plan(incident(status="resolved"), users=["Ben"])
    assert not isinstance(refused, Plan)
    assert "responders cannot be requested" in str(refused.error)
    requested = incident(status="resolved", incidents_responders=[answered(BEN, "joined")])
    assert isinstance(plan(requested, users=["Ben"]), Plan)


def test_after_a_request_the_incident_is_read_and_a_double_request_is_a_warning(
    plan: Planner, http: ScriptedHttp
) -> None:
    planned = plan(incident(), users=["Ben"])
    assert isinstance(planned, Plan)
    assert planned.write is not None
    after = incident(responder_requests=[request("PUSER2"), request("PUSER2")])
    http.answers = {
        f"POST {REQUESTS}": {"responder_request": request("PUSER2")},
        "GET /incidents/Q1": {"incident": after},
    }
    assert planned.write.send([planned]) == [after]
    assert "another task requested Ben (PUSER2) at the same moment" in http.warnings[0]
    assert http.writes[0][1]["requester_id"] == "PUSER1", "the user of from_email"


def test_if_the_incident_cannot_be_read_again_the_request_may_still_have_been_made(
    plan: Planner, http: ScriptedHttp
) -> None:
    planned = plan(incident(), users=["Ben"])
    assert isinstance(planned, Plan)
    assert planned.write is not None
    http.answers = {f"POST {REQUESTS}": {"responder_request": request("PUSER2")}, "GET /incidents/Q1": (500, {})}
    with pytest.raises(OutcomeUnknown) as caught:
        planned.write.send([planned])
    assert not caught.value.retryable


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"users": []},
        {"users": [" "]},
        {"escalation_policies": [""]},
        {"users": ["Ben"], "responders_message": " "},
        {"users": ["Ben"], "requester": ""},
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(options: Record, plan: Planner, http: ScriptedHttp) -> None:
    with pytest.raises(InvalidOption):
        plan(incident(), **options)
    assert http.calls == []
