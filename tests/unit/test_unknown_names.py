# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of names: what is found is done, and then the task fails and names all that is unknown.

A filter is different: without one of its names it would find something else, so nothing is read.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Options = dict[str, t.Any]

ANA, WEB = named("PUSER1", "Ana", email="someone@example.com"), named("P1", "Web")
LISTS = {
    "escalation_policies": WEB,
    "priorities": WEB,
    "schedules": WEB,
    "services": WEB,
    "teams": WEB,
    "users": ANA,
}
UNKNOWN = ["Anna", "Wep"]
WINDOW = {
    "id": "PW1",
    "description": "shop 1.2",
    "start_time": "2030-01-31T20:00:00Z",
    "end_time": "2030-01-31T22:00:00Z",
    "services": [{"id": "P1"}],
}
REQUEST = {"responder_requests": [{"responder_request_targets": [{"id": "PUSER1", "type": "user_reference"}]}]}
SUBSCRIBED = {"subscriber_id": "PUSER1", "subscriber_type": "user"}
WRITES = {
    "request": "POST /incidents/Q1/responder_requests",
    "cancel": "PUT /incidents/Q1/responder_requests/cancel",
    "subscribe": "POST /incidents/Q1/status_updates/subscribers",
    "unsubscribe": "POST /incidents/Q1/status_updates/unsubscribe",
    "open a window": "POST /maintenance_windows",
    "put": "PUT /incidents",
    "open": "POST /incidents",
}
OPENING = {"incident_id": None, "service": "Web", "incident_key": "k", "title": "t"}
LASTING = {"description": "shop 1.2", "duration": "2h"}
DONE = [
    ("request", "incident_responders", {"users": ["Anna", "Ana", "Wep"]}),
    ("request", "incident_responders", {"users": UNKNOWN, "escalation_policies": ["Web"]}),
    ("request", "incident_responders", {"users": ["Ana", "Anna"], "escalation_policies": ["Wep"]}),
    ("cancel", "incident_responders", {"users": ["Ana", *UNKNOWN], "state": "absent"}),
    ("subscribe", "incident_subscribers", {"users": ["Ana", "Anna"], "teams": ["Wep"]}),
    ("subscribe", "incident_subscribers", {"users": UNKNOWN, "teams": ["Web"]}),
    ("unsubscribe", "incident_subscribers", {"users": [*UNKNOWN, "Ana"], "state": "absent"}),
    ("open a window", "maintenance_window", {**LASTING, "services": ["Anna", "Web", "Wep"]}),
    ("put", "incident", {"incident_id": ["Q1"], "assignees": ["Anna", "Ana", "Wep"]}),
    ("put", "incident", {"incident_id": ["Q1"], "assignees": ["Anna", "Ana"], "priority": "Wep"}),
    ("open", "incident", {**OPENING, "assignees": ["Anna"], "priority": "Wep"}),
    ("open", "incident", {**OPENING, "assignees": ["Anna"], "escalation_policy": "Wep"}),
]
NOBODY = [
    ("incident_responders", {"users": ["Anna"], "escalation_policies": ["Wep"]}),
    ("incident_responders", {"users": UNKNOWN, "state": "absent"}),
    ("incident_subscribers", {"users": ["Anna"], "teams": ["Wep"]}),
    ("maintenance_window", {**LASTING, "services": UNKNOWN}),
    ("incident", {"incident_id": ["Q1"], "assignees": UNKNOWN, "urgency": "low"}),
    ("incident", {"incident_id": ["Q1"], "escalation_policy": "Wep", "urgency": "low"}),
    ("incident", {"incident_id": ["Q1"], "assignees": UNKNOWN, "status": "acknowledged"}),
    ("incident", {"incident_id": ["Q1"], "priority": "Wep"}),
]
FILTERS = [
    ("incident_info", {"incident_id": None, "services": ["Web", "Anna"], "teams": ["Wep"]}),
    ("incident_info", {"incident_id": None, "assignees": ["Ana", "Anna"], "priorities": ["Web", "Wep"]}),
    ("oncall_info", {"escalation_policies": ["Web", "Anna"], "schedules": ["Wep"]}),
    ("oncall_info", {"users": ["Ana", "Anna"], "schedules": ["Web", "Wep"]}),
    ("maintenance_window_info", {"services": ["Anna", "Web"], "teams": ["Wep"]}),
    ("user_info", {"teams": ["Web", *UNKNOWN]}),
]


@pytest.fixture
def account(http: ScriptedHttp) -> None:
    """An account with one object of each kind."""
    http.answers = {
        **{f"GET /{kind}": {kind: [record]} for kind, record in LISTS.items()},
        "GET /v3/schedules": {"schedules": []},
        "GET /incidents/Q1": {"incident": incident(**REQUEST)},
        "GET /incidents/Q1/status_updates/subscribers": {"subscribers": []},
        "GET /maintenance_windows": {"maintenance_windows": []},
        "GET /oncalls": {"oncalls": []},
        WRITES["request"]: {"responder_request": {"responder_request_targets": []}},
        WRITES["cancel"]: {"responder_request_targets": [{"id": "PUSER1", "result": "cancelled"}]},
        WRITES["subscribe"]: {"subscriptions": []},
        WRITES["unsubscribe"]: {"deleted_count": 1, "unauthorized_count": 0},
        WRITES["open a window"]: {"maintenance_window": WINDOW},
        "GET /incidents": {"incidents": []},
        WRITES["open"]: {"incident": incident()},
        WRITES["put"]: {"incidents": [incident(assignments=assigned_to(ANA))]},
    }


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("write", "module", "options"), DONE)
def test_those_who_are_found_are_done_and_then_all_unknown_ones_are_named(
    write: str, module: str, options: Options, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    if write in ("request", "unsubscribe"):
        http.answers["GET /incidents/Q1"] = {"incident": incident()}
        http.answers["GET /incidents/Q1/status_updates/subscribers"] = {"subscribers": [SUBSCRIBED]}
    planned = Task(module, pagerduty, **options).run(check_mode=True)
    assert http.writes == []
    result = Task(module, pagerduty, **options).run()
    assert [call for call, _body in http.writes] == [WRITES[write]]
    for outcome, effect in ((planned, "not_done"), (result, "partly_done")):
        assert (outcome["changed"], outcome["failed"]) == (True, True)
        (failure,) = outcome["failures"]
        assert (failure["target"], failure["outcome"]) == (None, effect)
        for name in UNKNOWN:
            assert f"is called {name!r}." in failure["message"]
        assert outcome["msg"].endswith(f". {failure['message']} {failure['hint']}")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("module", "options"), NOBODY)
def test_if_nobody_is_found_nothing_is_done(
    module: str, options: Options, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    result = Task(module, pagerduty, **options).run()
    assert (result["changed"], result["failed"], http.writes) == (False, True, [])
    assert [failure["outcome"] for failure in result["failures"]] == ["not_done"]
    named_by_task = [name for name in UNKNOWN if name in str(options)]
    assert all(f"is called {name!r}" in result["msg"] for name in named_by_task)


@pytest.mark.usefixtures("account")
def test_a_second_run_does_nothing_and_still_fails(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    result = Task("incident_responders", pagerduty, users=["Ana", *UNKNOWN]).run()
    assert (result["changed"], result["failed"], http.writes) == (False, True, [])
    assert [failure["outcome"] for failure in result["failures"]] == ["not_done"]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("module", "options"), FILTERS)
def test_a_filter_with_unknown_names_finds_nothing_and_all_are_named(
    module: str, options: Options, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    result = Task(module, pagerduty, **options).run()
    assert result["failed"]
    assert all(f"is called {name!r}" in result["msg"] for name in UNKNOWN)
    assert {call.removeprefix("GET /") for call in http.calls} <= {*LISTS, "v3/schedules"}
