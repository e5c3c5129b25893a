# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an event is sent, by what can be read of its alert; in any doubt it is."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.event import send_event
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.modules.event import DEFINITION

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
KEY, ROUTING_KEY = "disk", "0" * 32
DEFAULTS = {name: spec.get("default") for name, spec in DEFINITION.options.items()}


def incident(incident_id: str = "Q1", status: str = "triggered", service: str = "PS1", **fields: t.Any) -> Record:
    policy = {"id": "PE1", "summary": "Policy"}
    return {
        "id": incident_id,
        "incident_number": 1,
        "status": status,
        "service": {"id": service},
        "escalation_policy": policy,
        **fields,
    }


def alert(status: str = "triggered", service: str = "PS1", integration: str = "PI1", **fields: t.Any) -> Record:
    content = {"severity": "error", "summary": "Disk full", "body": {"type": "alert_body", "details": {}}}
    references = {"service": {"id": service}, "integration": {"id": integration}}
    return {"id": "QALERT", "status": status, "alert_key": KEY, **references, **content, **fields}


@pytest.fixture
def is_sent(pagerduty: PagerDuty, http: ScriptedHttp) -> t.Callable[..., bool]:
    """Whether an event is sent, given the incidents that its key finds and their alerts."""

    def sent(
        action: str, incidents: t.Sequence[Record], alerts: t.Sequence[Record] = (), status: str = "active"
    ) -> bool:
        own = [{"id": "PI1", "integration_key": ROUTING_KEY}, {"id": "PI9", "integration_key": "9" * 32}]
        other = {"id": "PS2", "status": status, "integrations": [{"id": "PI2", "integration_key": "2" * 32}]}
        http.answers = {
            "GET /incidents": {"incidents": incidents},
            # Only a malformed one is read by itself.
            "GET /incidents/Q1": {"incident": {}},
            "GET /incidents/Q1/alerts": {"alerts": alerts},
            "GET /services/PS1": {"service": {"id": "PS1", "status": status, "integrations": own}},
            "GET /services/PS2": {"service": other},
            "GET /services": {"services": [other]},
        }
        options = {"action": action, "dedup_key": KEY, "routing_key": ROUTING_KEY}
        described = {"summary": "Disk full", "source": "web-1"}
        (plan,) = send_event(pagerduty, {**DEFAULTS, **described, **options})
        return plan.has_changes

    return sent


@pytest.mark.parametrize(("action", "sent"), [("trigger", False), ("acknowledge", True), ("resolve", True)], ids=str)
def test_an_open_alert(action: str, sent: bool, is_sent: t.Callable[..., bool]) -> None:
    assert is_sent(action, [incident()], [alert()]) is sent


@pytest.mark.parametrize(("action", "sent"), [("trigger", False), ("acknowledge", False), ("resolve", True)])
def test_an_open_alert_of_an_acknowledged_incident(action: str, sent: bool, is_sent: t.Callable[..., bool]) -> None:
    assert is_sent(action, [incident(status="acknowledged")], [alert()]) is sent


@pytest.mark.parametrize(("action", "sent"), [("trigger", True), ("acknowledge", False), ("resolve", False)])
@pytest.mark.parametrize("found", [[incident(status="resolved")], [incident()]], ids=["in a resolved one", "grouped"])
def test_a_resolved_alert(found: list[Record], action: str, sent: bool, is_sent: t.Callable[..., bool]) -> None:
    assert is_sent(action, found, [alert("resolved")]) is sent


@pytest.mark.parametrize("action", ["trigger", "acknowledge", "resolve"])
@pytest.mark.parametrize(
    ("found", "alerts"),
    [
        pytest.param([], [], id="no incident"),
        pytest.param([incident(status="resolved", service="PS2")], [], id="resolved on another service"),
        pytest.param([incident(service="PS2")], [alert(service="PS2")], id="open on another service"),
        pytest.param([incident()], [alert(integration="PI9")], id="made by another integration of the service"),
        pytest.param([incident()], [], id="opened by the REST API"),
        pytest.param([incident(), incident("Q2", "resolved")], [], id="opened by the REST API, after an alert"),
        pytest.param(
            [incident(status="resolved", resolve_reason={"type": "merge_resolve_reason"})], [], id="merged away"
        ),
    ],
)
def test_in_doubt_an_event_is_sent(
    found: list[Record], alerts: list[Record], action: str, is_sent: t.Callable[..., bool]
) -> None:
    assert is_sent(action, found, alerts)


def test_a_malformed_incident_leaves_the_state_in_doubt(is_sent: t.Callable[..., bool], http: ScriptedHttp) -> None:
    assert is_sent("trigger", [incident(status=7)], [alert()])
    assert "Could not read the alert's state" in http.warnings[0]


@pytest.mark.parametrize(
    "differing", [{"severity": "warning"}, {"summary": "Disk nearly full"}, {"body": {"details": {"free": 0}}}], ids=str
)
def test_a_trigger_with_another_severity_summary_or_details_is_sent(
    differing: Record, is_sent: t.Callable[..., bool]
) -> None:
    assert is_sent("trigger", [incident()], [alert(**differing)])


@pytest.mark.parametrize(("status", "words"), [("maintenance", "is in maintenance"), ("disabled", "is disabled")])
def test_a_service_that_opens_nothing_is_named_in_a_warning(
    status: str, words: str, is_sent: t.Callable[..., bool], http: ScriptedHttp
) -> None:
    assert is_sent("trigger", [incident(status="resolved")], status=status)
    assert words in http.warnings[0]


def test_the_state_of_a_service_that_does_not_own_the_routing_key_is_not_a_warning(
    is_sent: t.Callable[..., bool], http: ScriptedHttp
) -> None:
    assert is_sent("trigger", [incident(status="resolved", service="PS2")], status="maintenance")
    assert http.warnings == []


OWN = {
    "id": "PS1",
    "summary": "Checkout",
    "status": "active",
    "escalation_policy": {"id": "PE1", "summary": "Policy"},
    "integrations": [{"id": "PI1", "integration_key": ROUTING_KEY}],
}
ON_CALL = [
    {"escalation_level": level, "escalation_policy": {"id": "PE1"}, "user": {"id": f"PU{level}", "summary": "Ana"}}
    for level in (2, 3)
]


@pytest.mark.parametrize(
    ("services", "who", "why"),
    [
        pytest.param([OWN], ["PU2"], "on call at level 2 of Policy (PE1)", id="its policy"),
        pytest.param([], [None], "could not be read", id="not in the list"),
        pytest.param([{**OWN, "status": "maintenance"}], [], "", id="in maintenance"),
        pytest.param([{**OWN, "alert_grouping_parameters": {}}], ["PU2"], "on call at level 2", id="not grouping"),
        pytest.param([{**OWN, "alert_grouping_parameters": {"type": "time"}}], [None], "groups", id="grouping"),
    ],
)
def test_whom_a_new_alert_notifies(
    services: list[Record], who: list[str | None], why: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {
        "GET /incidents": {"incidents": []},
        "GET /services": {"services": services},
        "GET /oncalls": {"oncalls": ON_CALL},
    }
    options = {"action": "trigger", "routing_key": ROUTING_KEY, "summary": "Disk full", "source": "web-1"}
    (plan,) = send_event(pagerduty, {**DEFAULTS, **options})
    assert [each.who and each.who["id"] for each in plan.notifies] == who
    assert all(why in each.why for each in plan.notifies)


def test_if_the_service_cannot_be_read_the_event_is_sent(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        "GET /incidents": {"incidents": []},
        "GET /services": (403, {"error": {"message": "Access Denied"}}),
    }
    options = {"action": "trigger", "routing_key": ROUTING_KEY, "summary": "Disk full", "source": "web-1"}
    (plan,) = send_event(pagerduty, {**DEFAULTS, **options})
    assert (plan.has_changes, [each.who for each in plan.notifies], http.warnings) == (True, [None], [])


def test_without_a_token_nothing_is_read(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    without = PagerDuty(pagerduty.settings._replace(api_token=None), pagerduty.budget, pagerduty.warn)
    options = {"action": "trigger", "routing_key": ROUTING_KEY, "summary": "Disk full", "source": "web-1"}
    (plan,) = send_event(without, {**DEFAULTS, **options})
    assert (plan.has_changes, http.calls) == (True, [])
