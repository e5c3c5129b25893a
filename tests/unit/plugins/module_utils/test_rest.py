# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""REST v2: headers, pages, paths that cannot be broken out of, and answers of the wrong shape."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._auth import AUTH, settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import Unanswered
from ansible_collections.oncall.pagerduty.plugins.module_utils._rest import PagerDuty, path_of
from ansible_collections.oncall.pagerduty.plugins.module_utils._transport import Patience
from hypothesis import given
from hypothesis import strategies as st

from simulator import account
from simulator.launch import Simulator


def client(simulator: Simulator, **options: t.Any) -> PagerDuty:
    defaults = {name: spec.get("default") for name, spec in AUTH.items()}
    given_options = {"api_token": account.ACCOUNT_KEY, "api_url": simulator.url, "from_email": account.FROM_EMAIL}
    return PagerDuty(settings({**defaults, **given_options, **options}), Patience(0, print))


def fail(simulator: Simulator, fault: str) -> None:
    simulator.faults([{"method": "*", "path": ".*", "fault": fault}])


@pytest.mark.parametrize("token", [account.ACCOUNT_KEY, account.USER_KEY, account.OAUTH_TOKEN])
def test_every_kind_of_token_is_presented_as_pagerduty_wants_it(token: str, simulator: Simulator) -> None:
    assert client(simulator, api_token=token).get("/users", "users")


def test_a_list_is_read_by_pages_to_its_end(simulator: Simulator) -> None:
    simulator.reset(incidents=230)
    pages = list(client(simulator).pages("/incidents", "incidents"))
    assert [len(page) for page in pages] == [100, 100, 30]


def test_no_page_is_asked_for_beyond_pagerdutys_limit(simulator: Simulator) -> None:
    simulator.reset(incidents=10_050)
    assert sum(len(page) for page in client(simulator).pages("/incidents", "incidents")) == 10_000


def test_a_page_that_nobody_asks_for_is_not_read(simulator: Simulator) -> None:
    simulator.reset(incidents=230)
    next(client(simulator).pages("/incidents", "incidents"))
    assert simulator.journal()["reads"] == 1


def test_an_answer_of_the_wrong_shape_is_none(simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    fail(simulator, "wrong_shape")
    with pytest.raises(Unanswered, match="holds no 'incident' of the shape that PagerDuty documents"):
        client(simulator).get(path_of("incidents", incident), "incident")


@pytest.mark.parametrize(
    "wrong",
    [
        {"assignments": [{"assignee": None}]},
        {"assignments": {}},
        {"escalation_policy": {"id": 7}},
        {"incidents_responders": [{"user": {"id": "PUSER01"}}]},
        {"priority": "P1"},
        {"responder_requests": [{"responder_request_targets": [{"responder_request_target": {}}]}]},
        {"service": []},
        {"title": ["text"]},
    ],
    ids=str,
)
def test_the_shape_is_looked_at_as_deep_as_the_domain_looks(wrong: dict[str, t.Any], simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    path = path_of("incidents", incident)
    body = json.dumps({"incident": {**client(simulator).get(path, "incident"), **wrong}})
    simulator.faults([{"method": "GET", "path": path, "fault": "status_before", "status": 200, "body": body}])
    with pytest.raises(Unanswered, match="holds no 'incident' of the shape that PagerDuty documents"):
        client(simulator).get(path, "incident")


def test_a_write_whose_answer_has_the_wrong_shape_may_have_landed(simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    fail(simulator, "wrong_shape")
    with pytest.raises(Unanswered) as caught:
        client(simulator).write("POST", path_of("incidents", incident, "notes"), {"note": {"content": "text"}}, "note")
    assert caught.value.outcome == "unknown"


@given(segment=st.text(min_size=1))
def test_no_segment_breaks_out_of_its_path(segment: str) -> None:
    path = path_of("incidents", segment, "notes")
    assert path.count("/") == 3
    assert path.isascii()
    assert not set(path) & set("?#;\r\n ")
