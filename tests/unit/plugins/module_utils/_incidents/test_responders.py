# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How responders have answered, and whom a request notifies."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import PAGE
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.on_call import OnCall
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.responders import (
    notified_responders,
    states_of_responders,
    targets_of,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA, BEN = named("PUSER1", "Ana", type="user_reference"), named("PUSER2", "Ben", type="user_reference")
DATABASE = named("PE1", "Database", type="escalation_policy_reference")
WEB = named("PE2", "Web", type="escalation_policy")
Record = dict[str, t.Any]


def request(*ids: str, **target: t.Any) -> Record:
    targets = [{"responder_request_target": {"id": each, "type": "user_reference", **target}} for each in ids]
    return {"responder_request_targets": targets}


def answered(user: Record, state: str) -> Record:
    return {"user": user, "state": state}


def policy(*states: str) -> Record:
    """Return an incident on which a policy was requested, with the answers of those whom it reached."""
    reached = [answered(named(f"PUSER{place}", "Somebody"), state) for place, state in enumerate(states)]
    return {"responder_requests": [request("PE1", incidents_responders=reached)]}


@pytest.mark.parametrize(
    ("incident", "states"),
    [
        ({}, {}),
        ({"responder_requests": None, "incidents_responders": None}, {}),
        ({"responder_requests": [{"responder_request_targets": None}]}, {}),
        ({"responder_requests": [request("PUSER1", "PUSER2")]}, {"PUSER1": "pending", "PUSER2": "pending"}),
        ({"responder_requests": [{"responder_request_targets": [{"id": "PUSER1"}]}]}, {"PUSER1": "pending"}),
        ({"incidents_responders": [answered(ANA, "joined")]}, {"PUSER1": "joined"}),
        (
            {"responder_requests": [request("PUSER1")], "incidents_responders": [answered(ANA, "declined")]},
            {"PUSER1": "declined"},
        ),
        (policy(), {"PE1": "pending"}),
        (policy("declined"), {"PE1": "declined"}),
        (policy("declined", "pending"), {"PE1": "pending"}),
        (policy("user_cancelled", "joined"), {"PE1": "pending"}),
        (policy("user_cancelled"), {"PE1": "user_cancelled"}),
        (policy("cancelled", "cancelled"), {"PE1": "cancelled"}),
        (policy("user_cancelled", "declined"), {"PE1": "declined"}),
    ],
    ids=str,
)
def test_how_everybody_who_was_requested_has_answered(incident: Record, states: dict[str, str]) -> None:
    assert states_of_responders(incident) == states


def test_the_latest_request_of_a_policy_counts() -> None:
    twice = {"responder_requests": [*policy("declined")["responder_requests"], request("PE1")]}
    assert states_of_responders(twice) == {"PE1": "pending"}


def test_a_target_is_found_on_both_levels() -> None:
    target = {"id": "PUSER1"}
    entries = [{"responder_request_target": target}, target]
    assert targets_of({"responder_request_targets": entries}) == [target, target]


def test_a_request_pages_users_and_those_on_call_for_policies_nobody_twice(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    on_call = [{"escalation_level": 1, "user": user, "escalation_policy": DATABASE} for user in (ANA, BEN)]
    http.answers["GET /oncalls"] = {"oncalls": on_call}
    notifies = notified_responders(OnCall(pagerduty), [ANA, DATABASE])
    assert [(each.name, each.why, each.how) for each in notifies] == [
        ("Ana", "requested as a responder", PAGE),
        ("Ben", "on call at level 1 of Database (PE1)", PAGE),
    ]


def test_each_policy_that_cannot_be_read_is_named(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers["GET /oncalls"] = (403, {})
    names = [each.name for each in notified_responders(OnCall(pagerduty), [DATABASE, WEB])]
    assert [name[: name.index(",")] for name in names] == [
        "whoever is on call for Database (PE1)",
        "whoever is on call for Web (PE2)",
    ]
