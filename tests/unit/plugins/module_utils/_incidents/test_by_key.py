# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the open incident with a key is found, and how long it is waited for."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.by_key import ByKey, delays
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.foretold import NotOpened
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

FIND = "GET /incidents"
ALERTS = "GET /incidents/Q1/alerts"
KEY = "disk"
NONE: dict[str, t.Any] = {"incidents": []}
OWN_KEY = {"incidents": [incident(incident_key=KEY)]}
BY_ALERT = {"incidents": [incident(incident_key=None)]}


def alerts(*statuses: str) -> dict[str, t.Any]:
    return {"alerts": [{"id": f"A{number}", "status": status} for number, status in enumerate(statuses)]}


def by_key(client: PagerDuty, service: str | None = None, wait: int = 0) -> ByKey:
    return ByKey(client, KEY, service, wait)


@pytest.mark.parametrize(
    ("listed", "held", "is_found"),
    [
        (NONE, None, False),
        (OWN_KEY, None, True),
        (BY_ALERT, alerts("triggered"), True),
        (BY_ALERT, alerts("resolved", "triggered"), True),
        (BY_ALERT, alerts("resolved"), False),
        (BY_ALERT, alerts(), True),
    ],
)
def test_an_incident_has_the_key_itself_or_by_an_open_alert(
    listed: dict[str, t.Any], held: dict[str, t.Any] | None, is_found: bool, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {FIND: listed, ALERTS: held}
    assert [each["id"] for each in by_key(pagerduty).open()] == (["Q1"] if is_found else [])
    assert http.requests[0].query[:1] == [("incident_key", KEY)]
    assert ("statuses[]", "resolved") not in http.requests[0].query


def test_only_the_incident_of_the_service_counts(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    service = {"id": "PSERVC1", "name": "Checkout", "escalation_policy": {"id": "PPOLCY1"}}
    http.answers = {FIND: NONE, "GET /services": {"services": [service]}, "GET /services/PSERVC1": {"service": service}}
    with pytest.raises(NotOpened) as caught:
        by_key(pagerduty, "Checkout").find()
    assert ("service_ids[]", "PSERVC1") in http.requests[-1].query
    foretold = caught.value.incident
    assert (foretold["service"]["summary"], foretold["escalation_policy"]["id"]) == ("Checkout", "PPOLCY1")


def test_several_incidents_with_the_key_are_named(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    both = [incident(incident_id, incident_key=KEY) for incident_id in ("Q1", "Q2")]
    http.answers = {FIND: {"incidents": both}}
    with pytest.raises(Refused, match=r"Several open incidents have the key 'disk': Q1 \(#1\), Q2 \(#2\)\."):
        by_key(pagerduty).find()


@pytest.mark.parametrize(("seconds", "waits"), [(0, []), (1, [1]), (5, [1, 2, 2]), (30, [1, 2, 3, 4, 5, 5, 5, 5])])
def test_the_reads_become_fewer(seconds: int, waits: list[int]) -> None:
    assert list(delays(seconds)) == waits


def test_it_waits_until_the_incident_is_open(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    slept: list[float] = []
    pagerduty.budget = RetryBudget(0, http.warnings.append, lambda _line: None, sleep=slept.append)
    http.answers = {FIND: [NONE, NONE, OWN_KEY]}
    awaited = by_key(pagerduty, wait=30)
    awaited.wait()
    assert (awaited.find()["id"], slept, len(http.calls)) == ("Q1", [1, 2], 3)


@pytest.mark.parametrize(
    ("wait", "message", "hint"),
    [
        (0, "No open incident has the key 'disk'.", "set wait: 30"),
        (3, "No open incident has the key 'disk' within 3 s.", "it may be in maintenance"),
    ],
)
def test_what_is_not_opened_is_an_error(
    wait: int, message: str, hint: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {FIND: NONE}
    awaited = by_key(pagerduty, wait=wait)
    awaited.wait()
    with pytest.raises(NotOpened) as caught:
        awaited.find()
    assert caught.value.message == message
    assert hint in caught.value.hint


def test_a_time_before_now_is_refused(pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match=r"^wait: must be 0 or greater, got -1"):
        by_key(pagerduty, wait=-1).check()
