# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One field that is null, in any answer of PagerDuty: what acts is done all the same, and the rest names the field.

Source: PagerDuty/developer-docs, docs/REST-API/06-Types.md: any field may be null unless its schema requires it.
"""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._incident_report import report
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Place = tuple[t.Any, ...]

TIME, LATER = "2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z"
FIELD = re.compile(r"'[a-z_]+(\[\]|\.[a-z_]+)*'")
"""A field of a response, as messages and warnings name it."""


def reference(kind: str, record_id: str, name: str, **fields: t.Any) -> Record:
    links = {"self": f"https://api.pagerduty.com/{record_id}", "html_url": f"https://x.pagerduty.com/{record_id}"}
    return {"id": record_id, "type": f"{kind}_reference", "summary": name, **links, **fields}


ANN, BOB = reference("user", "PUSER01", "Ann"), reference("user", "PUSER02", "Bob")
WHOLE_ANN = {**ANN, "type": "user", "name": "Ann", "email": "ann@example.com", "time_zone": "UTC", "teams": []}
SERVICE = reference("service", "PSERVC1", "Checkout")
POLICY = reference("escalation_policy", "PPOLCY1", "Web")
TEAM = reference("team", "PTEAM01", "Web")
ITSELF = reference("incident", "Q1", "[#1] Disk full")
RESPONDER = {"state": "pending", "user": BOB, "incident": ITSELF, "message": "Help", "requester": ANN}
CHANNEL = {"type": "auto", "notification": {"type": "sms", "address": "+1 415 555 0100", "status": "success"}}
ENTRY = {"created_at": TIME, "service": SERVICE, "incident": ITSELF, "teams": [TEAM], "contexts": []}
INCIDENT = incident(
    type="incident",
    summary="[#1] Disk full",
    created_at=TIME,
    updated_at=TIME,
    incident_key="disk",
    service=SERVICE,
    escalation_policy=POLICY,
    teams=[TEAM],
    priority=reference("priority", "PPRIOR1", "P1"),
    assignments=[{"at": TIME, "assignee": ANN}],
    acknowledgements=[{"at": TIME, "acknowledger": BOB}],
    last_status_change_at=TIME,
    last_status_change_by=ANN,
    resolved_at=TIME,
    resolve_reason={"type": "merge_resolve_reason", "incident": ITSELF},
    first_trigger_log_entry=reference("trigger_log_entry", "R1", "Triggered"),
    alert_counts={"all": 1, "triggered": 1, "resolved": 0},
    is_mergeable=True,
    incident_type={"name": "incident_default"},
    pending_actions=[{"type": "unacknowledge", "at": LATER}, {"type": "resolve", "at": LATER}],
    conference_bridge={"conference_number": "+1 415 555 0100", "conference_url": "https://meet.example.com/"},
    incidents_responders=[RESPONDER],
    responder_requests=[
        {
            "id": "PREQUS1",
            "incident": ITSELF,
            "requester": ANN,
            "requested_at": TIME,
            "message": "Help",
            "responder_request_targets": [
                {"responder_request_target": {**POLICY, "incidents_responders": [RESPONDER]}},
            ],
        }
    ],
    custom_fields=[{"id": "PFIELD1", "name": "ticket", "display_name": "Ticket", "data_type": "string", "value": "T1"}],
    body={"type": "incident_body", "details": "Full"},
)
WINDOW = {
    "id": "PWINDOW",
    "type": "maintenance_window",
    "summary": "Another",
    "sequence_number": 1,
    "start_time": TIME,
    "end_time": "2099-01-01T00:00:00Z",
    "description": "Another",
    "services": [SERVICE],
    "teams": [TEAM],
    "created_by": ANN,
}
FAR = {"start": TIME, "end": "2099-01-01T00:00:00Z"}
SCHEDULE = {
    **reference("schedule", "PSCHED1", "Web"),
    "type": "schedule",
    "name": "Web",
    "time_zone": "UTC",
    "final_schedule": {"name": "Final Schedule", "rendered_schedule_entries": [{**FAR, "user": BOB}]},
    "schedule_layers": [{"id": "PLAYER1", "rendered_schedule_entries": [{**FAR, "user": BOB}]}],
}
READ: Record = {
    "GET /incidents/Q1": {"incident": INCIDENT},
    "GET /incidents/Q1/alerts": {
        "alerts": [
            {
                "id": "A1",
                "type": "alert",
                "summary": "No space",
                "status": "triggered",
                "severity": "critical",
                "created_at": TIME,
                "alert_key": "disk",
                "service": SERVICE,
                "integration": reference("inbound_integration", "PINTEG1", "Events"),
                "incident": ITSELF,
                "suppressed": False,
                "body": {"type": "alert_body", "contexts": [], "details": {"free": "0 %"}},
            }
        ]
    },
    "GET /incidents/Q1/log_entries": {
        "log_entries": [
            {"id": "R3", "type": "acknowledge_log_entry", "summary": "Acknowledged", "agent": BOB, **ENTRY},
            {"id": "R2", "type": "notify_log_entry", "summary": "Notified", "user": ANN, "channel": CHANNEL, **ENTRY},
            {"id": "R1", "type": "trigger_log_entry", "summary": "Triggered", "channel": {"type": "api"}, **ENTRY},
        ]
    },
    "GET /incidents/Q1/notes": {
        "notes": [{"id": "PNOTE01", "content": "Looking", "created_at": TIME, "user": ANN, "channel": {"summary": "x"}}]
    },
    "GET /incidents/Q1/related_change_events": {
        "change_events": [
            {
                "id": "C1",
                "summary": "Deployed",
                "timestamp": TIME,
                "source": "ci",
                "services": [SERVICE],
                "custom_details": {"version": "1"},
                "links": [{"href": "https://git.example.com/", "text": "Git"}],
            }
        ]
    },
    "GET /oncalls": {
        "oncalls": [
            {
                "escalation_policy": POLICY,
                "escalation_level": level,
                "schedule": reference("schedule", "PSCHED1", "Primary"),
                "user": user,
                "start": TIME,
                "end": LATER,
            }
            for level, user in ((1, ANN), (2, BOB))
        ]
    },
    "GET /escalation_policies/PPOLCY1": {
        "escalation_policy": {**POLICY, "name": "Web", "escalation_rules": [{"id": "R", "targets": [ANN]}] * 2}
    },
    "GET /escalation_policies/PPOLCY2": {
        "escalation_policy": {**POLICY, "id": "PPOLCY2", "name": "Data", "escalation_rules": [{"targets": [BOB]}]}
    },
    "GET /users/PUSER01": {"user": WHOLE_ANN},
    "GET /users/me": {"user": WHOLE_ANN},
    "GET /users": {"users": [{**WHOLE_ANN, "email": "someone@example.com"}]},
    "GET /users/PUSER02": {"user": {**WHOLE_ANN, **BOB, "type": "user", "name": "Bob"}},
    "GET /services/PSERVC1": {"service": {**SERVICE, "name": "Checkout", "status": "active", "teams": [TEAM]}},
    "GET /schedules/PSCHED1": {"schedule": SCHEDULE},
    "GET /schedules/PSCHED1/overrides": {"overrides": [{"id": "POVERR1", **FAR, "user": BOB}]},
    "GET /maintenance_windows": {"maintenance_windows": [WINDOW]},
    "GET /incidents/Q1/status_updates/subscribers": {
        "subscribers": [
            {
                "subscriber_id": "PUSER01",
                "subscriber_type": "user",
                "has_indirect_subscription": False,
                "subscribed_via": None,
            }
        ]
    },
}
WRITTEN: Record = {
    "PUT /incidents": {"incidents": [INCIDENT]},
    "PUT /incidents/Q1": {"incident": INCIDENT},
    "POST /incidents/Q1/snooze": {"incident": INCIDENT},
    "POST /incidents/Q1/notes": {"note": {"id": "PNOTE02", "content": "New", "created_at": TIME, "user": ANN}},
    "POST /incidents/Q1/status_updates": {"status_update": {"id": "U1", "message": "Back", "sender": ANN}},
    "POST /incidents/Q1/status_updates/subscribers": {
        "subscriptions": [{"subscriber_id": "PUSER02", "subscriber_type": "user", "result": "success"}]
    },
    "PUT /incidents/Q1/alerts": {"alerts": [{"id": "A1", "status": "resolved", "alert_key": "disk"}]},
    "POST /maintenance_windows": {"maintenance_window": {**WINDOW, "description": "Upgrade"}},
    "POST /schedules/PSCHED1/overrides": {"overrides": [{"id": "POVERR2", **FAR, "user": ANN}]},
    "POST /incidents/Q1/responder_requests": {"responder_request": INCIDENT["responder_requests"][0]},
}
REQUIRED: t.Mapping[str, t.Collection[str]] = {
    "overrides": ("start", "end", "user"),
    "custom_fields": ("name", "display_name", "data_type", "value"),
    "notes": ("content",),
    "note": ("content",),
    "maintenance_window": ("type", "start_time", "end_time", "services"),
    "maintenance_windows": ("type", "start_time", "end_time", "services"),
    "subscribers": ("subscriber_id", "subscriber_type"),
    "subscriptions": ("subscriber_id", "subscriber_type"),
    "escalation_policy": ("escalation_rules",),
}
"""The fields that PagerDuty's schema requires, beside ids, by the name of what holds them."""


def places(value: t.Any, before: Place = ()) -> t.Iterator[Place]:
    """Yield the places of all fields that may be null."""
    holder = next((key for key in reversed(before) if isinstance(key, str)), "")
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        if isinstance(key, str) and key not in ("id", *REQUIRED.get(holder, ())):
            yield (*before, key)
        yield from places(each, (*before, key))


def with_null(value: t.Any, place: Place) -> t.Any:
    """Return a copy of a value with null in a place."""
    copy = json.loads(json.dumps(value))
    holder = copy
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = None
    return copy


class Job(t.NamedTuple):
    """A task, and the state of the incident that it meets.

    Args:
        is_done: whether it must be done whatever field is null.
    """

    module: str
    options: Record
    status: str = "triggered"
    is_done: bool = True


JOBS = (
    Job("incident_status", {"status": "acknowledged"}),
    Job("incident_status", {"status": "resolved", "resolution": "Restarted."}, "acknowledged"),
    Job("incident_status", {"status": "triggered"}, "acknowledged"),
    Job("incident_status", {"status": "triggered"}, "resolved"),
    Job("incident", {"status": "acknowledged", "title": "Worse"}),
    Job("incident", {"status": "resolved"}),
    Job("incident", {"assignees": ["PUSER01"], "title": "Worse"}),
    Job("incident", {"urgency": "low"}),
    Job("incident_note", {"content": "New"}),
    Job("incident_snooze", {"duration": "2h"}),
    Job("incident_status_update", {"update_message": "Back"}),
    Job("incident_escalation_policy", {"escalation_policy": "PPOLCY2"}),
    Job("incident_responders", {"users": ["PUSER01"]}),
    Job("incident_subscribers", {"users": ["PUSER02"]}),
    Job("incident_alerts", {"alerts": ["A1"], "status": "resolved"}),
    Job("maintenance_window", {"description": "Upgrade", "services": ["PSERVC1"], "duration": "8h"}),
    Job("schedule_override", {"schedule": "PSCHED1", "user": "PUSER01", "duration": "8h"}),
    Job("incident_escalation", {"level": "2"}, is_done=False),
    Job("incident_escalation", {"level": "next"}, is_done=False),
)


NOT_ON_INCIDENTS = {"maintenance_window", "maintenance_window_info", "oncall_info", "schedule_override"}


@pytest.mark.parametrize("job", JOBS, ids=lambda job: f"{job.module} {job.options} {job.status}")
def test_what_acts_is_done_or_names_the_field(job: Job, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    world = json.loads(json.dumps({**READ, **WRITTEN}))
    world["GET /incidents/Q1"]["incident"]["status"] = job.status
    if job.status != "resolved":
        world["GET /incidents/Q1"]["incident"]["resolve_reason"] = None
    wrong = []
    for call, place in every_place(world, job, pagerduty, http):
        http.answers = {**world, call: with_null(world[call], place)}
        http.requests.clear()
        result = task(job, pagerduty).run()
        is_told = bool(FIELD.search(result["msg"])) and "api_url" not in str(result)
        if not (http.writes and not result["failed"]) and (job.is_done or not is_told):
            wrong.append((call, place, result["msg"]))
    assert wrong == []


def task(job: Job, pagerduty: PagerDuty) -> Task:
    own = {} if job.module in NOT_ON_INCIDENTS else {"incident_id": ["Q1"]}
    return Task(job.module, pagerduty, **own, **job.options)


def every_place(world: Record, job: Job, pagerduty: PagerDuty, http: ScriptedHttp) -> list[tuple[str, Place]]:
    """Return the places of every answer that the task gets."""
    http.answers = world
    http.requests.clear()
    result = task(job, pagerduty).run()
    assert (result["failed"], result["changed"]) == (False, True), result["msg"]
    return [(call, place) for call in dict.fromkeys(http.calls) for place in places(world[call]) if len(place) > 1]


READING = (
    Job("maintenance_window_info", {}),
    Job("oncall_info", {"escalation_policies": ["PPOLCY1"]}, is_done=False),
)


@pytest.mark.parametrize("job", READING, ids=lambda job: job.module)
def test_what_reads_returns_the_rest_or_names_the_field(job: Job, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = dict(READ)
    assert not task(job, pagerduty).run()["failed"]
    wrong = []
    all_places = [(call, place) for call in dict.fromkeys(http.calls) for place in places(READ[call])]
    for call, place in all_places:
        http.answers = {**READ, call: with_null(READ[call], place)}
        result = task(job, pagerduty).run()
        if len(place) > 1 and result["failed"] and (job.is_done or not FIELD.search(result["msg"])):
            wrong.append((call, place, result["msg"]))
    assert wrong == []


PARTS = ["alerts", "body", "conference_bridge", "custom_fields", "log_entries", "notes", "related_change_events"]


def test_what_is_read_is_returned_and_reported(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    wrong = []
    for call, answer in READ.items():
        for place in places(answer):
            if len(place) == 1 or not call.startswith("GET /incidents/Q1") or "subscribers" in call:
                continue
            http.answers = {**READ, call: with_null(answer, place)}
            result = Task("incident_info", pagerduty, incident_id=["Q1"], include=PARTS).run()
            if result["failed"]:
                wrong.append((call, place, result["msg"]))
            elif not report(result["incident"], {}).startswith("# Incident "):
                wrong.append((call, place, "no report"))
    assert wrong == []
