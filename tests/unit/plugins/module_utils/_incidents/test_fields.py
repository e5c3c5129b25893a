# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an incident: what is compared, sent, foretold and said, and whom each notifies."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.directory import Directory
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import (
    ACKNOWLEDGE,
    ASSIGN,
    MOVE,
    RE_OPEN,
    RESOLVE,
    SET,
    TRIGGER_AGAIN,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.fields import (
    FIELDS,
    DesiredField,
    TriggeredByReassigning,
    assignees_of,
    check_fields,
    desired_fields,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.on_call import OnCall
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Fields = t.Callable[[str, t.Any], DesiredField]
ANA, BEN = named("PU1", "Ana"), named("PU2", "Ben")
NUMBER, URL = "+1-415-555-0100", "https://meet.example.com/a"
BRIDGE = {"conference_number": NUMBER, "conference_url": URL}
DATABASE = {"id": "PE2", "type": "escalation_policy_reference"}
STORAGE = {"id": "PS2", "type": "service_reference"}
REOPENED: Record = {"acknowledgements": [], "resolved_at": None, "resolve_reason": None, "assignments": None}


def full(reference: Record, name: str) -> Record:
    return {**reference, "summary": name, "self": None, "html_url": None}


@pytest.fixture
def field(pagerduty: PagerDuty, http: ScriptedHttp) -> Fields:
    """Make a field that should get a value."""
    people = {"PE1": ANA, "PE2": BEN}
    http.answers = {
        "GET /users": {"users": [ANA, BEN]},
        "GET /priorities": {"priorities": [named("PP1", "P1")]},
        "GET /escalation_policies": {"escalation_policies": [named("PE2", "Database")]},
        "GET /services": {"services": [named("PS2", "Storage")]},
        "GET /incidents/types": {"incident_types": [{**named("PT1", "major_incident"), "display_name": "Major"}]},
        "GET /oncalls": lambda request: {"oncalls": on_call(dict(request.query)["escalation_policy_ids[]"])},
    }

    def on_call(policy: str) -> list[Record]:
        return [{"escalation_level": 1, "escalation_policy": {"id": policy}, "user": people[policy]}]

    def make(name: str, given: t.Any) -> DesiredField:
        (wanted,) = desired_fields(Directory(pagerduty), {name: given, "unknown": "x"}).values()
        return wanted

    return make


@pytest.mark.parametrize(
    ("name", "given", "record", "present"),
    [
        ("title", "New", incident(), "Disk full"),
        ("urgency", "low", incident(), "high"),
        ("status", "resolved", incident(), "triggered"),
        ("priority", "P1", incident(), None),
        ("priority", "P1", incident(priority=named("PP2", "P2")), "P2 (PP2)"),
        ("priority", "P1", incident(priority={"id": "PP1", "summary": None}), "P1 (PP1)"),
        ("escalation_policy", "Database", incident(), "Web Operations (PE1)"),
        ("service", "Storage", incident(), "Checkout (PS1)"),
        ("incident_type", "Major", incident(), None),
        ("incident_type", "Major", incident(incident_type={"name": "base"}), "base"),
        ("assignees", ["Ana"], incident(), []),
        ("assignees", ["Ana"], incident(assignments=None), None),
        ("assignees", ["Ana"], incident(assignments=[{"at": "2026-01-31T12:00:00Z", "assignee": None}]), []),
        ("assignees", ["Ana"], incident(assignments=assigned_to(BEN, {"id": "PU1"})), ["Ana (PU1)", "Ben (PU2)"]),
        ("conference_bridge", {"conference_url": URL}, incident(), {"conference_url": None}),
        ("conference_bridge", {"conference_url": URL}, incident(conference_bridge=BRIDGE), {"conference_url": URL}),
    ],
)
def test_the_present_value_is_compared(name: str, given: t.Any, record: Record, present: t.Any, field: Fields) -> None:
    assert field(name, given).present(record) == present


@pytest.mark.parametrize(
    ("name", "given", "shown", "body", "record"),
    [
        ("title", "New", "New", {"title": "New"}, {"title": "New"}),
        ("urgency", "low", "low", {"urgency": "low"}, {"urgency": "low"}),
        ("status", "acknowledged", "acknowledged", {"status": "acknowledged"}, {"status": "acknowledged"}),
        ("status", "resolved", "resolved", {"status": "resolved"}, {"status": "resolved", "assignments": []}),
        (
            "priority",
            "P1",
            "P1 (PP1)",
            {"priority": {"id": "PP1", "type": "priority_reference"}},
            {"priority": full({"id": "PP1", "type": "priority_reference"}, "P1")},
        ),
        ("service", "Storage", "Storage (PS2)", {"service": STORAGE}, {"service": full(STORAGE, "Storage")}),
        (
            "escalation_policy",
            "Database",
            "Database (PE2)",
            {"escalation_policy": DATABASE},
            {
                "escalation_policy": full(DATABASE, "Database"),
                "assignments": None,
                "assigned_via": "escalation_policy",
            },
        ),
        (
            "incident_type",
            "Major",
            "major_incident",
            {"incident_type": {"name": "major_incident"}},
            {"incident_type": {"name": "major_incident"}},
        ),
        (
            "assignees",
            ["Ben", "Ana", "Ben"],
            ["Ana (PU1)", "Ben (PU2)"],
            {"assignments": [{"assignee": {"id": user, "type": "user_reference"}} for user in ("PU2", "PU1")]},
            {
                "assignments": [
                    {"at": None, "assignee": full({"id": user["id"], "type": "user_reference"}, user["name"])}
                    for user in (BEN, ANA)
                ],
                "assigned_via": "direct_assignment",
            },
        ),
        (
            "conference_bridge",
            {"conference_number": 4155550100, "conference_url": None},
            {"conference_number": "4155550100"},
            {"conference_bridge": {"conference_number": "4155550100"}},
            {"conference_bridge": {"conference_number": "4155550100", "conference_url": None}},
        ),
    ],
)
def test_what_is_sent_is_what_the_incident_will_hold(
    name: str, given: t.Any, shown: t.Any, body: Record, record: Record, field: Fields
) -> None:
    wanted = field(name, given)
    assert (wanted.shown, wanted.body(incident()), wanted.record(incident())) == (shown, body, record)


def test_the_other_half_of_a_bridge_is_sent_again(field: Fields) -> None:
    wanted = field("conference_bridge", {"conference_url": "https://meet.example.com/b"})
    whole = {"conference_bridge": {"conference_number": NUMBER, "conference_url": "https://meet.example.com/b"}}
    present = incident(conference_bridge=BRIDGE)
    assert (wanted.body(present), wanted.record(present)) == (whole, whole)


@pytest.mark.parametrize("status", ["triggered", "acknowledged"])
def test_a_re_opened_incident_holds_nothing_of_its_end(status: str, field: Fields) -> None:
    assert field("status", status).record(incident(status="resolved")) == {**REOPENED, "status": status}


def test_reassigning_takes_an_acknowledgement_back_by_itself() -> None:
    status, present = TriggeredByReassigning(), incident(status="acknowledged")
    assert (status.present(present), status.shown) == ("acknowledged", "triggered")
    assert (status.body(present), list(status.says(present))) == ({}, [])
    assert status.record(present) == {"status": "triggered", "acknowledgements": []}


@pytest.mark.parametrize(
    ("name", "given", "status", "says"),
    [
        ("title", "New", "triggered", [SET("title to New")]),
        ("urgency", "low", "triggered", [SET("urgency to low")]),
        ("priority", "P1", "triggered", [SET("priority to P1")]),
        ("incident_type", "Major", "triggered", [SET("incident type to major_incident")]),
        ("conference_bridge", BRIDGE, "triggered", [SET("the conference bridge")]),
        ("assignees", ["Ben", "Ana"], "triggered", [ASSIGN("Ben", "Ana")]),
        ("service", "Storage", "triggered", [MOVE("to service Storage")]),
        ("escalation_policy", "Database", "triggered", [MOVE("to escalation policy Database")]),
        ("status", "acknowledged", "triggered", [ACKNOWLEDGE()]),
        ("status", "acknowledged", "acknowledged", []),
        ("status", "acknowledged", "resolved", [RE_OPEN(), ACKNOWLEDGE()]),
        ("status", "resolved", "acknowledged", [RESOLVE()]),
        ("status", "triggered", "acknowledged", [TRIGGER_AGAIN()]),
        ("status", "triggered", "resolved", [RE_OPEN()]),
    ],
)
def test_what_is_said(name: str, given: t.Any, status: str, says: list[t.Any], field: Fields) -> None:
    assert list(field(name, given).says(incident(status=status))) == says


AGAIN, RAISED = (
    "assigned to the incident, which is triggered again",
    "assigned to the incident, which gets high urgency",
)


@pytest.mark.parametrize(
    ("name", "given", "status", "people"),
    [
        ("title", "New", "triggered", []),
        ("status", "acknowledged", "triggered", []),
        ("status", "acknowledged", "resolved", []),
        ("status", "resolved", "triggered", []),
        ("status", "triggered", "acknowledged", [("Ben", AGAIN)]),
        ("status", "triggered", "resolved", [("Ana", "on call at level 1 of Web Operations (PE1)")]),
        ("urgency", "high", "triggered", [("Ben", RAISED)]),
        ("urgency", "low", "triggered", []),
        ("urgency", "high", "acknowledged", []),
        ("assignees", ["Ana", "Ben"], "triggered", [("Ana", "assigned to the incident")]),
        ("assignees", ["Ben"], "triggered", []),
        ("service", "Storage", "acknowledged", []),
        ("escalation_policy", "Database", "triggered", [("Ben", "on call at level 1 of Database (PE2)")]),
    ],
)
def test_whom_a_field_notifies(
    name: str, given: t.Any, status: str, people: list[tuple[str, str]], field: Fields, pagerduty: PagerDuty
) -> None:
    """The incident is assigned to Ben; Ana is on call for it."""
    present = incident(status=status, assignments=assigned_to(BEN))
    found = field(name, given).notifies(present, OnCall(pagerduty))
    assert [(each.name, each.why) for each in found] == people


@pytest.mark.parametrize(
    ("name", "given", "status", "who"),
    [
        ("status", "triggered", "acknowledged", "assigned to the incident, which is triggered again"),
        ("status", "triggered", "resolved", "on call for its escalation policy, which PagerDuty does not name"),
        ("urgency", "high", "triggered", "assigned to the incident, which gets high urgency"),
        ("urgency", "high", None, "assigned to the incident, which gets high urgency"),
    ],
)
def test_somebody_is_notified_whom_pagerduty_does_not_name(
    name: str, given: str, status: str | None, who: str, field: Fields, pagerduty: PagerDuty
) -> None:
    present = {"id": "Q1", "status": status}
    assert [each.name for each in field(name, given).notifies(present, OnCall(pagerduty))] == [f"whoever is {who}"]


def test_a_new_incident_notifies_its_assignee(field: Fields, pagerduty: PagerDuty) -> None:
    assert [each.name for each in field("assignees", ["Ana"]).notifies({}, OnCall(pagerduty))] == ["Ana"]


@pytest.mark.usefixtures("field")
def test_fields_are_told_in_a_fixed_order(pagerduty: PagerDuty) -> None:
    given = {"assignees": ["Ana"], "title": "New", "urgency": None, "status": "triggered"}
    assert list(desired_fields(Directory(pagerduty), given)) == ["status", "title", "assignees"]
    assert all(name == each.name for name, each in FIELDS.items())


def test_who_is_assigned() -> None:
    assert assignees_of(incident(assignments=assigned_to(ANA, BEN))) == [ANA, BEN]
    assert assignees_of({"assignments": None}) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resolution": "Done."}, "resolution: requires status=resolved"),
        ({"status": "triggered", "resolution": "Done."}, "resolution: requires status=resolved"),
        ({"assignees": []}, "assignees: must be users"),
        ({"status": "resolved", "assignees": ["Ana"]}, "assignees: cannot be combined with status=resolved"),
        ({"conference_bridge": {}}, "conference_bridge: must have"),
        ({"conference_bridge": {"conference_url": None}}, "conference_bridge: must have"),
        ({"conference_bridge": {"room": "7"}}, "conference_bridge: must have"),
        ({"conference_bridge": {**BRIDGE, "room": "7"}}, "conference_bridge: must have"),
        ({"conference_bridge": {"conference_url": [URL]}}, "conference_bridge: must have"),
    ],
    ids=str,
)
def test_an_unusable_value_is_refused(options: Record, message: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{message}"):
        check_fields(options)


@pytest.mark.parametrize(
    "options",
    [
        {"status": "resolved", "resolution": "Done."},
        {"status": "triggered", "assignees": ["Ana"], "title": None},
        {"status": "resolved", "title": "New"},
        {"conference_bridge": {"conference_number": 4155550100, "conference_url": None}},
    ],
    ids=str,
)
def test_a_usable_value_is_not_refused(options: Record) -> None:
    check_fields(options)
