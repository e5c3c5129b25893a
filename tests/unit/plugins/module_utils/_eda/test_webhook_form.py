# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log entries become the events that webhooks report; the same life of an incident is compared in tests/eda."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.confidential import KEYS
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.webhook_form import event_of, meta_of
from hypothesis import given, settings
from hypothesis import strategies as st

Json = dict[str, t.Any]
CREATED, LATER = "2026-11-27T12:00:00Z", "2026-11-27T12:05:00Z"
INCIDENT = {
    "id": "Q1",
    "incident_number": 42,
    "title": "Disk full",
    "created_at": CREATED,
    "first_trigger_log_entry": {"id": "R1"},
    "assignments": [{"assignee": {"id": "PUSER01"}}],
}


def event(kind: str, **fields: t.Any) -> Json:
    entry = {"id": "R1", "type": f"{kind}_log_entry", "created_at": LATER, "incident": INCIDENT, **fields}
    made: Json = event_of(entry)["payload"]
    return made


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("trigger", {}, "incident.triggered"),
        ("trigger", {"id": "R2"}, "log_entry.trigger"),
        ("trigger", {"incident": None}, "incident.triggered"),
        ("assign", {}, "incident.reassigned"),
        ("assign", {"created_at": CREATED}, "log_entry.assign"),
        ("assign", {"incident": {"created_at": "noon"}}, "incident.reassigned"),
        ("annotate", {}, "incident.annotated"),
        ("priority_change", {}, "incident.priority_updated"),
        ("notify", {}, "log_entry.notify"),
        ("something_new", {}, "log_entry.something_new"),
    ],
)
def test_the_type_is_that_of_a_webhook_where_there_is_one(kind: str, fields: Json, expected: str) -> None:
    made = event(kind, **fields)["event"]
    assert (made["event_type"], made["resource_type"]) == (expected, expected.partition(".")[0])


def test_an_incident_has_the_fields_of_a_webhook() -> None:
    data = event("resolve")["event"]["data"]
    assert (data["number"], data["type"], data["assignees"]) == (42, "incident", [{"id": "PUSER01"}])
    assert (data["conference_bridge"], data["reopened_at"], data["resolve_reason"]) == (None, None, None)


def test_a_note_has_its_text_and_its_incident() -> None:
    data = event("annotate", channel={"summary": "Looking."})["event"]["data"]
    assert (data["content"], data["incident"]["id"], data["incident"]["summary"]) == ("Looking.", "Q1", "Disk full")


def test_the_whole_log_entry_comes_along_without_integration_keys() -> None:
    channel = {"type": "api", "service_key": "k" * 32, "details": {"free": "1 %"}}
    incident = {**INCIDENT, "service": {"integrations": [{"id": "PI", "integration_key": "k" * 32}]}}
    made = event("trigger", channel=channel, incident=incident)
    assert made["log_entry"]["channel"] == {"type": "api", "details": {"free": "1 %"}}
    assert made["event"]["data"]["service"] == {"integrations": [{"id": "PI"}]}
    assert "incident" not in made["log_entry"]


@pytest.mark.parametrize("name", sorted(KEYS))
@pytest.mark.parametrize(
    "hide",
    [
        lambda key: {"channel": {"type": "api", **key}},
        lambda key: {"channel": {"cef_details": {"details": {}, **key}}},
        lambda key: {"channel": {"integration": {"id": "PI", **key}}},
        lambda key: {"contexts": [{"type": "link", **key}]},
        lambda key: {"event_details": {"service": key}},
        lambda key: {"incident": {**INCIDENT, "body": {"details": key}}},
        lambda key: {"incident": {**INCIDENT, "service": {"integrations": [key]}}},
        lambda key: {"incident": {**INCIDENT, "first_trigger_log_entry": {"id": "R1", "channel": key}}},
    ],
)
def test_an_integration_key_is_left_out_wherever_it_is(hide: t.Callable[[Json], Json], name: str) -> None:
    made = event("trigger", **hide({name: "k" * 32}))
    assert "k" * 32 not in json.dumps(made)


def test_a_value_that_only_looks_like_a_key_is_the_users_own() -> None:
    details = {"commit": "0" * 32, "note": "routing_key"}
    assert event("trigger", channel={"details": details})["log_entry"]["channel"]["details"] == details


def test_a_notification_comes_along_without_the_phone_number() -> None:
    channel = {"type": "auto", "notification": {"type": "sms", "address": "+1 415 555 0100", "status": "success"}}
    made = event("notify", channel=channel)
    assert made["log_entry"]["channel"]["notification"] == {"type": "sms", "status": "success"}


FIELDS = sorted(
    (
        *KEYS,
        "agent",
        "assignee",
        "assignments",
        "channel",
        "contexts",
        "created_at",
        "first_trigger_log_entry",
        "id",
        "incident",
        "summary",
    )
)
ROLE = "incident_role_assignment"
REFERENCE = {"id": "Q1", "type": "incident_reference", "summary": "Disk full"}


@pytest.mark.parametrize(
    ("data", "meta"),
    [
        ({"id": "Q1", "type": "incident", "title": "Disk full"}, {"incident_id": "Q1"}),
        ({"id": "PNOTE01", "type": "incident_note", "incident": REFERENCE}, {"incident_id": "Q1"}),
        ({"type": "incident_responder", "incident": REFERENCE, "user": {"id": "PUSER01"}}, {"incident_id": "Q1"}),
        ({"id": "PRUN001", "type": "incident_workflow_instance", "incident": REFERENCE}, {"incident_id": "Q1"}),
        ({"id": "PRUN001", "type": "incident_workflow_instance"}, {}),
        ({"type": "incident_field_values", "incident": REFERENCE, "custom_fields": []}, {"incident_id": "Q1"}),
        ({"id": "PTASK01", "type": "incident_task", "incident": REFERENCE}, {"incident_id": "Q1"}),
        ({"id": "01CELD", "type": "incident_action_invocation", "incident": REFERENCE}, {"incident_id": "Q1"}),
        ({"type": ROLE, "incident_role_assignments": [{"incident": REFERENCE}]}, {"incident_id": "Q1"}),
        ({"type": ROLE, "incident_role_assignments": []}, {}),
        ({"type": ROLE, "incident_role_assignments": ["Q1"]}, {}),
        ({"id": "PSVC001", "type": "service"}, {}),
        ({"type": "ping", "message": "Hello from your friend Pagey!"}, {}),
        ({"id": None, "type": "incident"}, {}),
        ({"type": "incident_note", "incident": "Q1"}, {}),
        ([], {}),
        (None, {}),
    ],
)
def test_the_meta_has_the_id_of_the_incident_wherever_it_is(data: t.Any, meta: Json) -> None:
    assert meta_of({"data": data}) == meta
    assert meta_of({}) == {}


@pytest.mark.parametrize(
    ("event_id", "meta"),
    [
        ("01EVENT", {"uuid": "01EVENT"}),
        ("x" * 255, {"uuid": "x" * 255}),
        ("x" * 256, {}),
        ("", {}),
        (42, {}),
        (["01EVENT"], {}),
        (None, {}),
    ],
)
def test_the_meta_has_the_id_of_the_event_if_the_rule_engine_can_keep_it(event_id: t.Any, meta: Json) -> None:
    assert meta_of({"id": event_id}) == meta


@pytest.mark.parametrize("kind", ["trigger", "annotate", "notify"])
def test_each_log_entry_has_the_id_of_its_incident(kind: str) -> None:
    entry = {"id": "R1", "type": f"{kind}_log_entry", "created_at": LATER}
    assert event_of({**entry, "incident": INCIDENT})["meta"] == {"uuid": entry["id"], "incident_id": "Q1"}
    assert event_of(entry)["meta"] == {"uuid": entry["id"]}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(FIELDS), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(FIELDS), VALUES),
    st.sampled_from(["trigger_log_entry", "assign_log_entry", "annotate_log_entry", "", "something_else"]),
)
def test_whatever_a_log_entry_has_it_becomes_an_event(fields: Json, kind: str) -> None:
    made = event_of({**fields, "id": "R1", "type": kind, "created_at": LATER})
    assert made["meta"]["uuid"] == "R1"
    assert made["payload"]["event"]["event_type"]
    assert not any(f'"{name}": ' in json.dumps(made, ensure_ascii=False) for name in KEYS)
