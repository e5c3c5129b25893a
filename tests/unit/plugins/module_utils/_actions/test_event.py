# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an event is sent, by what can be read of its alert (in any doubt it is), and what is said of it."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import FREELY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]

KEY, ROUTING_KEY = "dk1", "0" * 32
SERVER_ERROR = (500, {})
DENIED = (403, {"error": {"message": "Access Denied"}})
OWN = named(
    "PS1",
    "Checkout",
    status="active",
    escalation_policy=named("PE1", "Web Operations"),
    integrations=[{"id": "PI1", "integration_key": ROUTING_KEY}, {"id": "PI9", "integration_key": "9" * 32}],
)
OTHER = named("PS2", "Database", status="active", integrations=[{"id": "PI2", "integration_key": "2" * 32}])
ELSEWHERE = {"service": {"id": "PS2"}}
ON_CALL = [
    {"escalation_level": level, "escalation_policy": {"id": "PE1"}, "user": named(f"PU{level}", f"On-call {level}")}
    for level in (3, 2)
]
IN_DOUBT = "on call for the service of the routing key, which could not be read"
ACTIONS = ("trigger", "acknowledge", "resolve")


def alert(status: str = "triggered", service: str = "PS1", integration: str = "PI1", **fields: t.Any) -> Record:
    content = {"severity": "error", "summary": "Disk full", "body": {"type": "alert_body", "details": {}}}
    references = {"service": {"id": service}, "integration": {"id": integration}}
    return {"id": "QALERT", "status": status, "alert_key": KEY, **references, **content, **fields}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task, given the incidents that its key finds, the alerts of Q1, and the services."""

    def make(
        incidents: t.Sequence[Record] = (),
        alerts: t.Sequence[Record] = (),
        *,
        service: Record | None = None,
        services: t.Sequence[Record] = (OTHER,),
        **options: t.Any,
    ) -> Task:
        http.answers = {
            "GET /incidents": {"incidents": incidents},
            # Only a malformed one is read by itself.
            "GET /incidents/Q1": {"incident": {}},
            "GET /incidents/Q1/alerts": {"alerts": alerts},
            "GET /incidents/Q2/alerts": {"alerts": []},
            "GET /services/PS1": {"service": {**OWN, **(service or {})}},
            "GET /services/PS2": {"service": OTHER},
            "GET /services": {"services": services},
            "GET /oncalls": {"oncalls": ON_CALL},
            "POST /v2/enqueue": (202, {"status": "success", "dedup_key": KEY}),
        }
        described = {"summary": "Disk full", "source": "web-1", "dedup_key": KEY, "routing_key": ROUTING_KEY}
        return Task("event", pagerduty, **{**described, **options})

    return make


@pytest.fixture
def without_token(pagerduty: PagerDuty) -> None:
    pagerduty.settings = pagerduty.settings._replace(api_token=None)


OPEN, ACKNOWLEDGED, RESOLVED = incident("Q1"), incident("Q1", "acknowledged"), incident("Q1", "resolved")
KNOWN = [
    pytest.param([OPEN], [alert()], "triggered", id="open"),
    pytest.param([ACKNOWLEDGED], [alert()], "acknowledged", id="acknowledged"),
    pytest.param([RESOLVED], [], "resolved", id="in a resolved incident"),
    pytest.param([OPEN], [alert("resolved")], "resolved", id="grouped, and resolved in an open incident"),
    pytest.param([OPEN], [alert("resolved"), alert()], "triggered", id="resolved and open again"),
    pytest.param([{**RESOLVED, **ELSEWHERE}], [alert()], "resolved", id="merged, and resolved there"),
    pytest.param([{**ACKNOWLEDGED, **ELSEWHERE}], [alert()], "acknowledged", id="merged into one elsewhere"),
    pytest.param([OPEN], [alert(service="PS2", integration="PI2"), alert()], "triggered", id="another service's first"),
    pytest.param([OPEN], [{**alert(), "service": None, "integration": None}], "triggered", id="without references"),
    pytest.param([incident("Q2", "resolved"), OPEN], [alert()], "triggered", id="opened again"),
    pytest.param([OPEN, incident("Q2", "resolved")], [alert(integration="PI9")], "resolved", id="of another key first"),
]
NOBODY_KNOWN = f"whoever is {IN_DOUBT}"
DOUBTFUL = [
    pytest.param([], [], NOBODY_KNOWN, id="no incident"),
    pytest.param([{**RESOLVED, **ELSEWHERE}], [], NOBODY_KNOWN, id="resolved on another service"),
    pytest.param([{**OPEN, **ELSEWHERE}], [alert(service="PS2", integration="PI2")], NOBODY_KNOWN, id="open there"),
    pytest.param([OPEN], [alert(integration="PI9")], NOBODY_KNOWN, id="made by another integration of the service"),
    pytest.param([incident("Q1", "resolved", resolve_reason={"type": "merge"})], [], NOBODY_KNOWN, id="merged away"),
    pytest.param([OPEN], [], "On-call 2", id="opened by the REST API"),
    pytest.param([OPEN, incident("Q2", "resolved")], [], "On-call 2", id="opened by the REST API, after an alert"),
    pytest.param([incident("Q2", "resolved"), OPEN], [], "On-call 2", id="opened by the REST API, before an alert"),
]
SENT = {
    ("trigger", "resolved"): ("triggered", "triggered; paged On-call 2"),
    ("acknowledge", "triggered"): ("acknowledged", "acknowledged"),
    ("resolve", "triggered"): ("resolved", "resolved"),
    ("resolve", "acknowledged"): ("resolved", "resolved"),
}
"""What makes a change: the status after it, and how it is said."""


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("incidents", "alerts", "status"), KNOWN)
def test_an_event_is_sent_unless_it_has_no_effect_on_the_alert(
    incidents: list[Record], alerts: list[Record], status: str, action: str, task: Tasks, http: ScriptedHttp
) -> None:
    after, says = SENT.get((action, status), (status, f"already {status}"))
    result = task(incidents, alerts, action=action).run(diff_mode=True)
    assert (result["status"], result["msg"]) == (after, f"Alert dk1: {says}.")
    is_sent = (action, status) in SENT
    assert (result["changed"], [call for call, _body in http.writes]) == (is_sent, ["POST /v2/enqueue"] * is_sent)
    assert [each["before"] for each in result["diff"]] == [{"dedup_key": KEY, "status": status}] * is_sent


@pytest.mark.parametrize(("incidents", "alerts", "paged"), DOUBTFUL)
def test_in_doubt_an_alert_is_triggered(
    incidents: list[Record], alerts: list[Record], paged: str, task: Tasks, http: ScriptedHttp
) -> None:
    foreseen = task(incidents, alerts).run(check_mode=True)
    assert foreseen["msg"] == f"Alert dk1: would trigger; would page {paged}."
    assert http.writes == []
    result = task(incidents, alerts).run(diff_mode=True)
    assert (result["changed"], result["msg"]) == (True, f"Alert dk1: triggered; paged {paged}.")
    assert result["diff"][0]["before"] == {"dedup_key": KEY, "status": "unknown"}
    assert http.warnings == []


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
@pytest.mark.parametrize(("incidents", "alerts", "_paged"), DOUBTFUL)
def test_in_doubt_the_event_is_sent(
    incidents: list[Record], alerts: list[Record], _paged: str, action: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(incidents, alerts, action=action)
    assert asked.run(check_mode=True)["msg"] == f"Alert dk1: would send the event to {action} it."
    result = asked.run(diff_mode=True)
    assert (result["changed"], result["msg"]) == (True, f"Alert dk1: sent the event to {action} it.")
    assert result["diff"][0]["before"] == {"dedup_key": KEY, "status": "unknown"}
    assert http.warnings == []


@pytest.mark.parametrize(
    ("alert_fields", "before", "after", "says"),
    [
        ({"severity": "warning"}, {"severity": "warning"}, {"severity": "error"}, "severity"),
        ({"summary": "Disk slow"}, {"summary": "Disk slow"}, {"summary": "Disk full"}, "summary"),
        ({"body": {"details": {"free": 0}}}, {"custom_details": {"free": 0}}, {"custom_details": {}}, "custom details"),
        (
            {"severity": "info", "summary": "Disk slow"},
            {"severity": "info", "summary": "Disk slow"},
            {"severity": "error", "summary": "Disk full"},
            "severity, summary",
        ),
    ],
    ids=str,
)
def test_a_trigger_updates_what_differs_of_an_open_alert(
    alert_fields: Record, before: Record, after: Record, says: str, task: Tasks
) -> None:
    asked = task([ACKNOWLEDGED], [alert(**alert_fields)])
    change = asked.plan()
    shared = {"dedup_key": KEY, "status": "acknowledged"}
    assert (change.before, change.after) == ({**shared, **before}, {**shared, **after})
    raised = "; paged whoever is assigned to the incident, if the new severity raises its urgency"
    assert asked.says() == f"Alert dk1: updated {says}{raised if 'severity' in before else ''}."


@pytest.mark.parametrize("body", [None, "text", {"type": "alert_body"}], ids=str)
def test_an_alert_without_details_equals_an_event_without_them(body: t.Any, task: Tasks) -> None:
    assert not task([OPEN], [alert(body=body)]).plan().is_needed


def test_equal_details_are_no_difference(task: Tasks) -> None:
    assert not task([OPEN], [alert(body={"details": {"free": 0}})], custom_details={"free": 0}).plan().is_needed


@pytest.mark.parametrize(
    ("service", "who", "why"),
    [
        pytest.param({}, ["PU2"], "on call at level 2 of Web Operations (PE1)", id="its policy"),
        pytest.param({"integrations": None}, [None], IN_DOUBT, id="not among the services"),
        pytest.param({"escalation_policy": None}, [None], IN_DOUBT, id="without a policy"),
        pytest.param({"status": "maintenance"}, [None], "Checkout (PS1) is in maintenance, so ", id="in maintenance"),
        pytest.param({"status": "disabled"}, [None], "Checkout (PS1) is disabled, so ", id="disabled"),
        pytest.param({"alert_grouping_parameters": {}}, ["PU2"], "on call at level 2", id="not grouping"),
        pytest.param(
            {"alert_grouping_parameters": {"type": None, "config": None}},
            ["PU2"],
            "at level 2",
            id="grouping by nothing",
        ),
        pytest.param(
            {"alert_grouping_parameters": {"type": "time"}},
            [None],
            "on call for the service, unless PagerDuty groups the alert into an open incident",
            id="grouping",
        ),
    ],
)
def test_whom_a_new_alert_notifies(service: Record, who: list[str | None], why: str, task: Tasks) -> None:
    change = task(services=[OTHER, {**OWN, **service}]).plan()
    assert [each.who and each.who["id"] for each in change.notifies] == who
    assert all(why in each.why for each in change.notifies)


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_acknowledging_and_resolving_notify_nobody_and_look_for_no_service(
    action: str, task: Tasks, http: ScriptedHttp
) -> None:
    assert task(action=action).plan().notifies == ()
    assert http.calls == ["GET /incidents"]


def test_the_service_is_looked_for_with_its_integrations_on_one_page(task: Tasks, http: ScriptedHttp) -> None:
    task().plan()
    assert http.requests[-1].query == [("include[]", "integrations"), ("limit", "100")]


def test_if_the_service_cannot_be_read_the_event_is_sent(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    http.answers["GET /services"] = DENIED
    change = asked.plan()
    assert (change.is_needed, [each.why for each in change.notifies], http.warnings) == (True, [IN_DOUBT], [])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("maintenance", "in maintenance, so the event opens no incident and resolves none"),
        ("disabled", "disabled, so the event opens no incident"),
    ],
)
def test_a_service_that_opens_nothing_is_named_in_a_warning(
    status: str, words: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task([RESOLVED], service={"status": status})
    result = asked.run()
    assert result["msg"] == "Alert dk1: sent the event, which opens no incident; paged nobody."
    assert (result["changed"], result["status"]) == (True, "dropped")
    assert http.warnings == [f"This event wakes nobody: the service Checkout (PS1) is {words}."]
    http.warnings.clear()
    task([OPEN], [alert()], service={"status": status}, action="resolve").run()
    assert http.warnings == [f"The service Checkout (PS1) is {words}."]


def test_an_event_that_finds_nobody_on_call_says_so(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(services=[OWN])
    http.answers["GET /oncalls"] = {"oncalls": []}
    foreseen = asked.run(check_mode=True)
    assert foreseen["msg"] == "Alert dk1: would send the event, which opens no incident; would page nobody."
    result = asked.run()
    why = "nobody is on call for Web Operations (PE1), so PagerDuty drops the event"
    nobody = {"id": None, "type": None, "summary": "nobody"}
    assert result["notifies"] == [{"target": KEY, "who": nobody, "why": why, "how": "page"}]
    assert (result["changed"], result["status"], len(http.writes)) == (True, "dropped", 1)
    assert set(http.warnings) == {f"This event wakes nobody: {why}."}


def test_who_is_on_call_does_not_matter_for_an_open_alert(task: Tasks, http: ScriptedHttp) -> None:
    asked = task([OPEN], [alert(severity="info")], services=[OWN])
    http.answers["GET /oncalls"] = {"oncalls": []}
    assert (asked.run()["status"], http.warnings) == ("triggered", [])


@pytest.mark.parametrize(
    ("incidents", "action"),
    [([{**RESOLVED, **ELSEWHERE}], "trigger"), ([RESOLVED], "resolve")],
    ids=["another service's", "nothing is sent"],
)
def test_there_is_no_such_warning_if_it_does_not_matter(
    incidents: list[Record], action: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(incidents, service={"status": "maintenance"}, action=action)
    http.answers["GET /services/PS2"] = {"service": {**OTHER, "status": "maintenance"}}
    asked.plan()
    assert http.warnings == []


def test_acknowledging_a_resolved_alert_is_a_warning(task: Tasks, http: ScriptedHttp) -> None:
    task([RESOLVED], action="acknowledge").plan()
    assert http.warnings == ["The alert dk1 is already resolved, so acknowledging it has no effect."]


def test_what_is_cut_is_a_warning_given_once(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(summary="x" * 1025)
    http.answers["POST /v2/enqueue"] = [SERVER_ERROR, (202, {})]
    asked.run()
    assert [each for each in http.warnings if each.startswith("summary was cut")] == [http.warnings[0]]


@pytest.mark.parametrize(
    ("call", "answer", "problem"),
    [
        ("GET /incidents", (401, {}), "HTTP 401"),
        ("GET /incidents", SERVER_ERROR, "HTTP 500"),
        ("GET /incidents", {"incidents": [{**OPEN, "status": 7}]}, "GET https://api.pagerduty.com/incidents/Q1: "),
        ("GET /services/PS1", DENIED, "HTTP 403"),
    ],
    ids=str,
)
def test_an_alert_that_cannot_be_read_is_a_warning_and_the_event_is_sent(
    call: str, answer: t.Any, problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task([OPEN], [alert()])
    http.answers[call] = answer
    result = asked.run()
    assert (result["changed"], result["status"]) == (True, "triggered")
    (warning,) = http.warnings
    assert warning.startswith("Could not read the alert's state, so the event is sent in any case: ")
    assert problem in warning


def test_all_reads_before_the_event_have_five_seconds_together(
    task: Tasks, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    asked = task([incident(f"Q{number}", service=named(f"PS{number}", "One")) for number in range(1, 100)])

    def slow(_request: t.Any) -> Record:
        clock[0] += 1
        return {"alerts": [], "service": {"id": "PS"}}

    for number in range(1, 100):
        http.answers.update({f"GET /services/PS{number}": slow, f"GET /incidents/Q{number}/alerts": slow})
    result = asked.run()
    assert (result["changed"], clock[0]) == (True, 5)
    assert "would have taken too long" in http.warnings[0]


def test_each_service_is_read_once(task: Tasks, http: ScriptedHttp) -> None:
    task([{**OPEN, **ELSEWHERE}, incident("Q2", **ELSEWHERE)]).plan()
    assert http.calls.count("GET /services/PS2") == 1


def test_no_more_than_the_newest_ten_incidents_are_looked_at(task: Tasks, http: ScriptedHttp) -> None:
    pages = [[incident(f"Q{100 * page + number}", "resolved", **ELSEWHERE) for number in range(100)] for page in (1, 2)]
    asked = task()
    http.answers["GET /incidents"] = [{"incidents": page, "more": True} for page in pages]
    http.answers.update({f"GET /incidents/{each['id']}/alerts": {"alerts": []} for page in pages for each in page})
    asked.plan()
    assert http.calls.count("GET /incidents") == 1
    assert sum(call.endswith("/alerts") for call in http.calls) == 10


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.usefixtures("without_token")
def test_without_a_token_nothing_is_read(action: str, task: Tasks, http: ScriptedHttp) -> None:
    change = task([RESOLVED], action=action).plan()
    assert (change.is_needed, change.before["status"], http.calls) == (True, "unknown", [])
    assert [each.why for each in change.notifies] == [IN_DOUBT] * (action == "trigger")


def test_the_event_is_sent_as_it_was_built(task: Tasks, http: ScriptedHttp) -> None:
    record = task(action="resolve").send()
    body = {"routing_key": ROUTING_KEY, "event_action": "resolve", "dedup_key": KEY}
    assert http.writes == [("POST /v2/enqueue", body)]
    assert record == {"dedup_key": KEY, "status": "resolved", "service": None}


@pytest.mark.parametrize(("answer", "key"), [({"dedup_key": "theirs"}, "theirs"), ({}, KEY)], ids=str)
def test_the_result_has_the_dedup_key_that_pagerduty_returns(
    answer: Record, key: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task()
    http.answers["POST /v2/enqueue"] = (202, answer)
    assert asked.run()["dedup_key"] == key


IF_UNKNOWN = {
    "trigger": "PagerDuty adds an event with the same dedup key to the open alert, and pages nobody.",
    "acknowledge": "Run the task again: acknowledging an alert twice has no effect.",
    "resolve": "Run the task again: resolving an alert twice has no effect.",
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.usefixtures("without_token")
def test_an_event_of_which_nothing_is_known_may_be_sent_again(action: str, task: Tasks, http: ScriptedHttp) -> None:
    asked = task(action=action)
    http.answers["POST /v2/enqueue"] = SERVER_ERROR
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"]) == (False, "unknown")
    assert "HTTP 500). It is not known whether Alert dk1 was changed. " in result["msg"]
    assert result["msg"].endswith(IF_UNKNOWN[action])
    assert not {"dedup_key", "status"} & result.keys()
    assert asked.plan().resend == FREELY


def test_events_run_in_parallel(task: Tasks) -> None:
    asked = task()
    asked.plan()
    assert (asked.action.targets, asked.action.locks()) == ([KEY], ())


def test_an_unusable_option_is_refused_before_any_call(task: Tasks, http: ScriptedHttp) -> None:
    """What is mended is tested in _events/test_body.py."""
    with pytest.raises(InvalidOption, match=r"^routing_key: "):
        task(routing_key="short").action.check()
    assert http.calls == []
