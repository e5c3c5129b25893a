# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sparse responses keep what identifies an object and what PagerDuty's schema requires, and nothing else."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator, SimulatorError

Json = dict[str, t.Any]


@pytest.fixture
def incident(simulator: Simulator) -> str:
    (incident_id,) = simulator.reset(incidents=1, incident={"alerts": 1, "notes": ["text"]})["incidents"]
    return str(incident_id)


def test_what_may_be_left_out_is_left_out(simulator: Simulator, call: Client, incident: str) -> None:
    simulator.optional_keys("omitted")
    assert call("GET", "/incidents").body == {"incidents": [{"id": incident}]}
    (note,) = call("GET", f"/incidents/{incident}/notes").body["notes"]
    assert note.keys() == {"id", "content"}
    user = call("GET", f"/users/{account.PRIMARY.id}").body["user"]
    assert user.keys() == {"id", "type", "name", "email"}


def test_references_keep_their_id_and_type(simulator: Simulator, call: Client) -> None:
    simulator.optional_keys("omitted")
    service = call("GET", f"/services/{account.CHECKOUT.id}").body["service"]
    policy = {"id": account.WEB_OPERATIONS.id, "type": "escalation_policy_reference"}
    assert service == {"id": account.CHECKOUT.id, "type": "service", "escalation_policy": policy}


def test_what_may_be_null_is_null(simulator: Simulator, call: Client, incident: str) -> None:
    whole = call("GET", f"/incidents/{incident}").body["incident"]
    simulator.optional_keys("null")
    assert call("GET", f"/incidents/{incident}").body == {"incident": {**dict.fromkeys(whole), "id": incident}}


def test_the_effects_of_writes_and_the_answers_to_wrong_calls_are_whole(
    simulator: Simulator, call: Client, incident: str
) -> None:
    simulator.optional_keys("omitted")
    body = {"incident": {"type": "incident_reference", "status": "resolved"}}
    assert call("PUT", f"/incidents/{incident}", body).body == {"incident": {"id": incident}}
    assert simulator.state()["incidents"][0]["status"] == "resolved"
    assert call("GET", "/incidents/QNONE").body["error"]["code"] == 2100


@pytest.mark.parametrize("end", ["present", "a reset"])
def test_it_lasts_until_it_is_ended_or_the_simulator_is_reset(end: str, simulator: Simulator, call: Client) -> None:
    simulator.optional_keys("omitted")
    if end == "present":
        simulator.optional_keys(end)
    else:
        simulator.reset()
    assert call("GET", f"/users/{account.PRIMARY.id}").body["user"]["role"] == "limited_user"


def test_another_wish_is_refused(simulator: Simulator) -> None:
    with pytest.raises(SimulatorError):
        simulator.optional_keys("some")
