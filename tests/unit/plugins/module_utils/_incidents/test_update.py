# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting fields of incidents: what differs, what a resolved incident allows, and what is said."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY, FREELY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]
PUT = "PUT /incidents"
LOG = "GET /incidents/Q1/log_entries"
ANA, BEN = named("PU1", "Ana", email="ana@example.com"), named("PU2", "Ben")
ME, NO_USER = "GET /users/me", (400, {"error": {"message": "Account-level token", "code": 2001}})
URL = "https://meet.example.com/a"
RESOLVED = incident(status="resolved")
HELD = incident(status="acknowledged", assignments=assigned_to(BEN))


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on an incident; Ana is on call for both policies."""
    policies = {"PE1": "Web Operations", "PE2": "Database"}
    http.answers = {
        "GET /users": {"users": [ANA, BEN]},
        "GET /priorities": {"priorities": [named("PP1", "P1")]},
        "GET /escalation_policies": {"escalation_policies": [named("PE2", "Database")]},
        "GET /oncalls": {
            "oncalls": [{"escalation_level": 1, "escalation_policy": named("PE1", policies["PE1"]), "user": ANA}]
        },
        LOG: {"log_entries": []},
    }

    def make(record: Record, **options: t.Any) -> Task:
        http.answers.setdefault("GET /incidents/Q1", {"incident": record})
        return Task("incident", pagerduty, **{"incident_id": ["Q1"], **options})

    return make


@pytest.mark.parametrize(
    ("record", "options"),
    [
        (incident(title="New"), {"title": "New"}),
        (incident(urgency="low"), {"urgency": "low"}),
        (incident(status="acknowledged"), {"status": "acknowledged"}),
        (RESOLVED, {"status": "resolved"}),
        (incident(priority=named("PP1", "P1")), {"priority": "P1"}),
        (incident(escalation_policy=named("PE2", "Database")), {"escalation_policy": "Database"}),
        (incident(assignments=assigned_to(BEN, ANA)), {"assignees": ["Ana", "Ben", "Ana"]}),
        (incident(conference_bridge={"conference_url": URL}), {"conference_bridge": {"conference_url": URL}}),
    ],
    ids=lambda value: next(iter(value)) if len(value) == 1 else "",
)
def test_a_field_that_has_its_value_is_no_change(
    record: Record, options: Record, task: Tasks, http: ScriptedHttp
) -> None:
    result = task(record, **options).run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): already as wanted.")
    assert http.writes == []


@pytest.mark.parametrize(
    ("record", "options", "would", "done"),
    [
        (
            incident(),
            {"title": "Full", "assignees": ["Ana"]},
            "would set title to Full, assign to and page Ana",
            "set title to Full, assigned to and paged Ana",
        ),
        (
            incident(assignments=assigned_to(BEN)),
            {"priority": "P1", "urgency": "low", "assignees": ["Ana", "Ben"]},
            "would set urgency to low, priority to P1, assign to Ana, Ben; would page Ana",
            "set urgency to low, priority to P1, assigned to Ana, Ben; paged Ana",
        ),
        (
            HELD,
            {"escalation_policy": "Database"},
            "would move to escalation policy Database; would page Ana",
            "moved to escalation policy Database; paged Ana",
        ),
        (
            RESOLVED,
            {"status": "triggered", "assignees": ["Ben"]},
            "would re-open, assign to and page Ben",
            "re-opened, assigned to and paged Ben",
        ),
        (RESOLVED, {"status": "triggered"}, "would re-open; would page Ana", "re-opened; paged Ana"),
        (RESOLVED, {"title": "Full"}, "would set title to Full", "set title to Full"),
        (RESOLVED, {"status": "acknowledged", "reopen": True}, "would re-open, acknowledge", "re-opened, acknowledged"),
        (HELD, {"status": "triggered"}, "would trigger again; would page Ben", "triggered again; paged Ben"),
        (
            HELD,
            {"status": "triggered", "urgency": "high", "title": "Full"},
            "would trigger again, set title to Full; would page Ben",
            "triggered again, set title to Full; paged Ben",
        ),
        (
            incident(urgency="low", assignments=assigned_to(BEN)),
            {"urgency": "high"},
            "would set urgency to high; would page Ben",
            "set urgency to high; paged Ben",
        ),
        (
            incident(urgency="low", assignments=assigned_to(BEN)),
            {"urgency": "high", "status": "acknowledged"},
            "would acknowledge, set urgency to high",
            "acknowledged, set urgency to high",
        ),
    ],
)
def test_what_is_done_is_said(
    record: Record, options: Record, would: str, done: str, task: Tasks, http: ScriptedHttp
) -> None:
    http.answers[PUT] = {"incidents": [record]}
    asked = task(record, **options)
    assert asked.run(check_mode=True)["msg"] == f"Incident Q1 (#1): {would}."
    assert http.writes == []
    result = asked.run()
    assert (result["changed"], result["msg"]) == (True, f"Incident Q1 (#1): {done}.")


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"title": "New", "urgency": "high"}, {"title": "New"}),
        ({"assignees": ["Ana"]}, {"assignments": [{"assignee": {"id": "PU1", "type": "user_reference"}}]}),
        ({"status": "resolved", "resolution": "Done."}, {"status": "resolved", "resolution": "Done."}),
        (
            {"status": "triggered", "assignees": ["Ana"]},
            {"status": "triggered", "assignments": [{"assignee": {"id": "PU1", "type": "user_reference"}}]},
        ),
    ],
    ids=str,
)
def test_only_what_differs_is_sent(options: Record, body: Record, task: Tasks) -> None:
    assert task(incident(), **options).plan().body == body


def test_the_diff_shows_all_given_fields(task: Tasks) -> None:
    change = task(incident(), title="New", urgency="high").plan()
    assert change.before == {"title": "Disk full", "urgency": "high"}
    assert change.after == {"title": "New", "urgency": "high"}
    assert change.predicted == {**incident(), "title": "New"}


def test_the_diff_shows_a_new_resolution(task: Tasks) -> None:
    change = task(incident(), status="resolved", resolution="Done.").plan()
    assert change.before == {"status": "triggered", "resolution": None}
    assert change.after == {"status": "resolved", "resolution": "Done."}


def test_the_bridge_is_asked_for_only_if_it_is_given(task: Tasks, http: ScriptedHttp) -> None:
    change = task(incident(), conference_bridge={"conference_url": URL}).plan()
    assert ("include[]", "conference_bridge") in http.requests[-1].query
    assert change.predicted["conference_bridge"] == {"conference_number": None, "conference_url": URL}
    task(incident(), title="New").plan()
    assert http.requests[-1].query == []


@pytest.mark.parametrize(
    ("options", "words", "hint"),
    [
        ({"status": "acknowledged"}, "resolved, and acknowledging it would re-open it.", "Set reopen: true to do so."),
        ({"assignees": ["Ana"]}, "resolved and cannot be reassigned.", "to re-open it and assign it to them."),
        ({"escalation_policy": "Database"}, "resolved and cannot be reassigned.", "Set status: triggered"),
        ({"status": "acknowledged", "reopen": True, "assignees": ["Ana"]}, "cannot be reassigned.", "Set status"),
    ],
    ids=str,
)
def test_a_resolved_incident_is_not_reopened_by_the_way(options: Record, words: str, hint: str, task: Tasks) -> None:
    with pytest.raises(Refused, match=r"^Incident Q1 \(#1\) is resolved") as caught:
        task(RESOLVED, **options).plan()
    assert caught.value.message.endswith(words)
    assert hint in caught.value.hint


@pytest.mark.parametrize("options", [{"assignees": ["Ana"]}, {"escalation_policy": "Database"}], ids=str)
def test_reassigning_takes_an_acknowledgement_back(options: Record, task: Tasks) -> None:
    change = task(HELD, **options).plan()
    assert (change.before["status"], change.after["status"], change.predicted["status"]) == (
        "acknowledged", "triggered", "triggered",
    )  # fmt: skip
    assert "status" not in change.body


@pytest.mark.parametrize("record", [incident(assignments=assigned_to(BEN)), HELD], ids=["triggered", "acknowledged"])
def test_an_assignee_acknowledges_in_their_own_name_and_the_next_run_changes_nothing(
    record: Record, task: Tasks, http: ScriptedHttp
) -> None:
    http.answers[ME] = NO_USER
    http.answers["GET /incidents/Q1"] = [{"incident": record}, {"incident": {**HELD, "assignments": assigned_to(ANA)}}]
    http.answers[PUT] = {"incidents": [{**HELD, "assignments": assigned_to(ANA)}]}
    asked = task(record, status="acknowledged", assignees=["Ana"])
    result = asked.run()
    acknowledges = "acknowledged, " if record["status"] == "triggered" else ""
    assert (result["msg"], result["notifies"]) == (f"Incident Q1 (#1): {acknowledges}assigned to Ana.", [])
    assert http.writes[0][1]["incidents"] == [{"id": "Q1", "type": "incident_reference", "status": "acknowledged"}]
    assert [request.headers["From"] for request in http.requests if request.method == "PUT"] == ["ana@example.com"]
    again = task(record, status="acknowledged", assignees=["Ana"]).run()
    assert (again["changed"], len(http.writes)) == (False, 1)


def test_with_the_token_of_another_user_acknowledging_is_left_to_the_assignee(task: Tasks, http: ScriptedHttp) -> None:
    given = incident(assignments=assigned_to(ANA))
    http.answers[ME] = {"user": BEN}
    http.answers["GET /incidents/Q1"] = [{"incident": HELD}, {"incident": given}]
    http.answers[PUT] = {"incidents": [given]}
    result = task(HELD, status="acknowledged", assignees=["Ana"]).run()
    assert (result["changed"], result["msg"]) == (True, "Incident Q1 (#1): assigned to and paged Ana.")
    assert "status" not in http.writes[0][1]["incidents"][0]
    again = task(HELD, status="acknowledged", assignees=["Ana"]).run()
    assert (again["changed"], len(http.writes)) == (False, 1)
    assert "the token acknowledges for Ben, so acknowledging is left to Ana." in http.warnings[-1]


@pytest.mark.parametrize(
    "record",
    [incident(assignments=assigned_to({"id": "PU9"})), {**HELD, "assignments": assigned_to({"id": "PU9"})}],
    ids=["triggered", "acknowledged by somebody else"],
)
def test_of_several_assignees_one_acknowledges_and_keeps_the_incident(
    record: Record, task: Tasks, http: ScriptedHttp
) -> None:
    given = incident(assignments=assigned_to(ANA, BEN))
    taken = {**HELD, "assignments": assigned_to(BEN)}
    http.answers["GET /incidents/Q1"] = [{"incident": each} for each in (record, given, taken)]
    http.answers[PUT] = {"incidents": [given]}
    wanted = {"status": "acknowledged", "assignees": ["Ana", "Ben"]}
    result = task(record, **wanted).run()
    assert result["msg"] == "Incident Q1 (#1): assigned to and paged Ana, Ben."
    assert "status" not in http.writes[0][1]["incidents"][0]
    for _one_more in range(2):
        again = task(record, **wanted).run()
        assert (again["changed"], len(http.writes)) == (False, 1)


def test_a_reopened_incident_is_foretold_without_its_end(task: Tasks) -> None:
    change = task(incident(status="resolved", resolved_at="2026-01-31T12:00:00Z"), status="triggered").plan()
    assert change.predicted["resolved_at"] is change.predicted["assignments"] is None
    change = task(RESOLVED, status="triggered", assignees=["Ana"]).plan()
    assert change.predicted["assignments"][0]["assignee"]["id"] == "PU1"


@pytest.mark.parametrize(
    ("options", "resend"),
    [
        ({"title": "New", "urgency": "low"}, FREELY),
        ({"status": "acknowledged"}, CAREFULLY),
        ({"assignees": ["Ana"], "title": "New"}, CAREFULLY),
        ({"escalation_policy": "Database"}, CAREFULLY),
    ],
    ids=str,
)
def test_what_can_page_is_sent_again_carefully(options: Record, resend: str, task: Tasks) -> None:
    assert task(incident(), **options).plan().resend == resend


@pytest.mark.parametrize(
    ("notes", "warns"),
    [
        ([("2026-01-31T12:00:00Z", "Done.")], False),
        ([("2026-01-31T12:00:00Z", "Other."), ("2026-01-31T13:00:00Z", "Done.")], False),
        ([("2026-01-31T13:00:00Z", "Other."), ("2026-01-31T12:00:00Z", "Done.")], True),
        ([("2026-01-31T12:00:00Z", None)], True),
        ([], True),
    ],
    ids=["the same", "the same at last", "another at last", "none", "no log entry"],
)
def test_the_resolution_of_a_resolved_incident_is_the_note_of_its_last_resolve_log_entry(
    notes: list[tuple[str, str | None]], warns: bool, task: Tasks, http: ScriptedHttp
) -> None:
    entries = [{"type": "resolve_log_entry", "created_at": at, "note": note} for at, note in notes]
    other = {"type": "notify_log_entry", "created_at": "2026-01-31T14:00:00Z", "note": "Else."}
    http.answers[LOG] = {"log_entries": [other, *entries]}
    change = task(RESOLVED, status="resolved", resolution="Done.").plan()
    assert not change.is_needed
    assert (
        http.warnings
        == ["Incident Q1 (#1) was already resolved, so its resolution is not changed. Use incident_note to add a note."]
        * warns
    )


@pytest.mark.parametrize("answer", [(500, {}), (403, {"error": {"message": "Access Denied"}})])
def test_a_log_that_cannot_be_read_fails_no_resolution(answer: t.Any, task: Tasks, http: ScriptedHttp) -> None:
    http.answers[LOG] = answer
    assert not task(RESOLVED, status="resolved", resolution="Done.").plan().is_needed
    (warning,) = http.warnings
    assert warning.startswith(
        "Incident Q1 (#1) was already resolved. Whether with this resolution is not known, as its log cannot be read: "
    )


@pytest.mark.parametrize(
    ("record", "options"), [(RESOLVED, {"status": "resolved"}), (HELD, {"status": "resolved", "resolution": "Done."})]
)
def test_the_log_is_read_only_for_the_resolution_of_a_resolved_incident(
    record: Record, options: Record, task: Tasks, http: ScriptedHttp
) -> None:
    task(record, **options).plan()
    assert LOG not in http.calls


def test_whoever_resolves_it_first_keeps_his_resolution_and_a_warning_says_so(task: Tasks, http: ScriptedHttp) -> None:
    entry = {"type": "resolve_log_entry", "created_at": "2026-01-31T12:00:00Z", "note": "Other."}
    http.answers |= {
        "GET /incidents/Q1": [{"incident": incident()}, {"incident": RESOLVED}],
        PUT: (400, {"error": {"code": 1001, "message": "Incident Already Resolved"}}),
        LOG: {"log_entries": [entry]},
    }
    result = task(incident(), status="resolved", resolution="Done.").run()
    assert (result["changed"], result["failed"]) == (False, False)
    assert "its resolution is not changed" in http.warnings[0]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"status": "triggered", "resolution": "Done."}, "resolution"),
        ({"incident_id": ["?"], "title": "New"}, "incident_id"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, option: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: "):
        task(incident(), **options).action.check()
    assert http.calls == []


def test_a_number_and_an_id_are_one_incident(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/1"] = {"incident": incident()}
    http.answers[PUT] = {"incidents": [incident(title="New")]}
    assert task(incident(), incident_id=["1", "Q1"], title="New").run()["incident"]["title"] == "New"
    assert [incident["id"] for incident in http.writes[0][1]["incidents"]] == ["Q1"]


def test_several_incidents_are_told_together(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/Q2"] = {"incident": incident("Q2", status="resolved")}
    http.answers[PUT] = {"incidents": [incident(assignments=assigned_to(ANA))]}
    result = task(incident(), incident_id=["Q1", "Q2"], assignees=["Ana"]).run()
    assert result["msg"] == (
        "2 incidents: 1 changed (assigned to Ana), 1 failed; paged Ana. Incident Q2 (#2) is resolved and cannot be "
        "reassigned. Set status: triggered to re-open it and assign it to them."
    )
