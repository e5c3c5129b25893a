# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updating, escalating, handing over, staffing: what is planned and done, state by state, and the calls it costs."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.launch import Simulator
from unit.plugins.conftest import Actor

Incidents = t.Callable[..., list[str]]
PLAY = account.MAJOR_INCIDENT.name
WORKFLOW = account.DECLARE_MAJOR.name


def assert_settled(act: Actor, module: str, **options: t.Any) -> None:
    """The same again changes nothing, writes nothing and pages nobody."""
    pages = len(act.simulator.state()["pages"])
    again = act(module, **options)
    assert (again["failed"], again["changed"], again.writes) == (False, False, []), again.result
    assert len(act.simulator.state()["pages"]) == pages


def test_all_fields_that_differ_are_sent_in_one_call(act: Actor, incident: str) -> None:
    options: dict[str, t.Any] = {
        "incident_id": incident,
        "title": "Payments are failing",
        "urgency": "low",
        "priority": "P1",
        "assignees": [account.COMMANDER.email, account.OWNER.id],
        "conference_bridge": {"conference_url": "https://meet.example.com/x"},
        "status": "acknowledged",
    }
    done = act("incident", **options)
    assert done.writes == ["PUT /incidents"]
    assert done["diff"][0]["after"] == {
        "status": "acknowledged",
        "title": "Payments are failing",
        "urgency": "low",
        "priority": "P1 (PPRIOR1)",
        "assignees": ["Incident Commander (PUSER05)", "Service Owner (PUSER08)"],
        "conference_bridge": {"conference_url": "https://meet.example.com/x"},
    }
    assert_settled(act, "incident", **options)


def test_only_the_fields_that_differ_are_sent(act: Actor, incident: str, simulator: Simulator) -> None:
    act("incident", incident_id=incident, title="New", urgency="high")
    act("incident", incident_id=incident, title="Newer", urgency="high")
    (put,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "PUT"]
    assert put["body"] == {"incidents": [{"id": incident, "type": "incident_reference", "title": "Newer"}]}


def test_what_is_not_the_status_of_a_resolved_incident_can_still_be_changed(
    act: Actor, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="resolved", resolution="Logs rotated.")
    told = {"status": "resolved", "resolution": "Logs rotated."}
    for options in ({"title": "New"}, {"title": "Newer", **told}):
        assert act("incident", incident_id=incident, **options).writes == ["PUT /incidents"]
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["Logs rotated."]


def test_assignees_are_a_set(act: Actor, incident: str) -> None:
    act("incident", incident_id=incident, assignees=[account.OWNER.email, account.COMMANDER.email])
    assert_settled(
        act, "incident", incident_id=incident, assignees=[account.COMMANDER.id, account.OWNER.name, account.OWNER.id]
    )


def test_a_resolution_that_nobody_noted_is_added_to_a_resolved_incident(
    act: Actor, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="resolved")
    done = act("incident", incident_id=incident, status="resolved", resolution="Failed over.")
    assert done.writes == [f"POST /incidents/{incident}/notes"]
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["Failed over."]
    assert_settled(act, "incident", incident_id=incident, status="resolved", resolution="Failed over.")


def test_a_resolution_it_was_resolved_with_is_not_added_again(act: Actor, incident: str) -> None:
    options = {"incident_id": incident, "status": "resolved", "resolution": "Failed over."}
    assert act("incident", **options).writes == ["PUT /incidents"]
    assert_settled(act, "incident", **options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"status": "acknowledged"}, "is resolved and cannot be acknowledged"),
        ({"assignees": [account.OWNER.id]}, "is resolved and cannot be reassigned"),
        ({"escalation_policy": "Database"}, "is resolved and cannot be reassigned"),
    ],
)
def test_what_a_resolved_incident_does_not_allow_is_said_in_check_mode_too(
    options: dict[str, t.Any], told: str, act: Actor, incidents: Incidents
) -> None:
    (incident,) = incidents(status="resolved")
    for check in (True, False):
        done = act("incident", check=check, incident_id=incident, **options)
        assert (done["failed"], done.writes) == (True, [])
        assert told in done["msg"]


def test_many_incidents_are_updated_by_one_call(act: Actor, incidents: Incidents) -> None:
    done = act("incident", incident_id=incidents(120), priority="P2")
    assert (len(done["incidents"]), done.writes) == (120, ["PUT /incidents"])


@pytest.mark.parametrize(
    ("module", "options", "told"),
    [
        ("incident", {"priority": "P9"}, "No priority is called 'P9'"),
        (
            "incident",
            {"assignees": ["commander@example.com"]},
            "incident.commander@example.com (PUSER05). Give the email or name",
        ),
        ("incident_escalation_policy", {"escalation_policy": "Databse"}, "Near matches: Database (PPOLCY2)"),
        (
            "incident_escalation_policy",
            {"escalation_policy": "Duplicate Name"},
            "More than one escalation policy is called 'Duplicate Name': "
            "Duplicate Name (PPOLCY4), Duplicate Name (PPOLCY5). Give the id",
        ),
        ("incident_responders", {"users": ["Commander"]}, "No user is called 'Commander'"),
        ("incident_responders", {"users": [account.OWNER.id], "requester": "nobody"}, "No user is called 'nobody'"),
        ("incident_response_play", {"response_play": "Minor"}, "No response play is called 'Minor'"),
        ("incident_workflow", {"incident_workflow": "Minor"}, "No incident workflow is called 'Minor'"),
        ("incident_workflow", {"incident_workflow": account.RETIRED.name}, "is switched off"),
    ],
)
def test_a_name_that_stands_for_nothing_or_for_too_much_is_told_with_what_comes_near(
    module: str, options: dict[str, t.Any], told: str, act: Actor, incident: str
) -> None:
    done = act(module, incident_id=incident, **options)
    assert told in done["msg"]
    assert done.writes == []


def test_a_name_that_is_part_of_another_is_matched_exactly(act: Actor, incident: str) -> None:
    done = act("incident", incident_id=incident, assignees=[account.COMMANDER.name])
    assert done["diff"][0]["after"]["assignees"] == ["Incident Commander (PUSER05)"]


def test_a_name_is_looked_up_once_for_many_incidents(act: Actor, incidents: Incidents) -> None:
    done = act("incident_responders", incident_id=incidents(3), users=[account.OWNER.email, account.OWNER.email])
    assert done.reads.count("GET /users") == 2, "the responder and the requester"


def test_escalating_pages_those_on_call_at_the_level(act: Actor, incident: str, simulator: Simulator) -> None:
    done = act("incident_escalation", incident_id=incident, level=2)
    assert done["diff"][0]["after"]["assignees"] == ["Secondary On-call (PUSER02)"]
    assert done.writes == ["PUT /incidents"]
    assert simulator.state()["pages"][-1]["user"] == account.SECONDARY.id
    assert_settled(act, "incident_escalation", incident_id=incident, level=2)


def test_an_incident_starts_at_the_first_level(act: Actor, incident: str) -> None:
    assert_settled(act, "incident_escalation", incident_id=incident, level=1)


def test_who_acknowledged_it_at_that_level_is_not_paged_again(act: Actor, incident: str) -> None:
    act("incident_escalation", incident_id=incident, level=2)
    act("incident_status", incident_id=incident, status="acknowledged")
    assert_settled(act, "incident_escalation", incident_id=incident, level=2)


@pytest.mark.parametrize(
    "reassigning",
    [{"escalation_policy": "Database"}, {"assignees": ["Service Owner"]}],
    ids=lambda wish: next(iter(wish)),
)
def test_the_diff_says_that_whoever_is_assigned_anew_has_not_acknowledged(
    reassigning: dict[str, t.Any], act: Actor, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="acknowledged")
    done = act("incident", incident_id=incident, **reassigning)
    assert (done["diff"][0]["before"]["status"], done["diff"][0]["after"]["status"]) == ("acknowledged", "triggered")
    assert simulator.state()["incidents"][0]["status"] == "triggered"


def test_an_incident_can_be_assigned_anew_and_stay_acknowledged(
    act: Actor, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="acknowledged")
    act("incident", incident_id=incident, assignees=["Service Owner"], status="acknowledged")
    assert simulator.state()["incidents"][0]["status"] == "acknowledged"


def test_the_diff_says_that_an_acknowledged_incident_is_triggered_again(act: Actor, incidents: Incidents) -> None:
    (incident,) = incidents(status="acknowledged")
    done = act("incident_escalation", incident_id=incident, level=3)
    assert (done["diff"][0]["before"]["status"], done["diff"][0]["after"]["status"]) == ("acknowledged", "triggered")
    assert done["incident"]["status"] == "triggered"


def test_an_incident_that_a_person_assigned_is_not_at_the_level(act: Actor, incident: str) -> None:
    act("incident", incident_id=incident, assignees=[account.SECONDARY.id])
    assert act("incident_escalation", incident_id=incident, level=2)["changed"]


def test_a_level_that_does_not_exist_is_told_with_those_that_do(act: Actor, incident: str) -> None:
    done = act("incident_escalation", check=True, incident_id=incident, level=7)
    assert (
        "level 7 of escalation policy Web Operations (PPOLCY1) does not exist. Levels: 1: Primary On-call (PUSER01); "
        "2: Secondary On-call (PUSER02); 3: " in done["msg"]
    )


def test_a_level_with_nobody_on_call_is_said_to_have_nobody(act: Actor, incident: str) -> None:
    act("incident_escalation_policy", incident_id=incident, escalation_policy=account.NOBODY_HOME.name)
    done = act("incident_escalation", incident_id=incident, level=2)
    assert "level 2 of escalation policy Nobody Home (PPOLCY3) has nobody on call" in done["msg"]
    assert "Nobody is on call at that level" in done["msg"]


def test_an_escalation_policy_takes_over_and_is_not_asked_twice(
    act: Actor, incident: str, simulator: Simulator
) -> None:
    done = act("incident_escalation_policy", incident_id=incident, escalation_policy="Database")
    assert done["diff"][0]["before"] == {"escalation_policy": "Web Operations (PPOLCY1)", "status": "triggered"}
    assert simulator.state()["pages"][-1]["user"] == account.DATABASE_FIRST.id
    assert_settled(
        act, "incident_escalation_policy", incident_id=incident, escalation_policy=account.DATABASE_POLICY.id
    )


def test_only_the_responders_that_are_missing_are_asked(act: Actor, incident: str, simulator: Simulator) -> None:
    act("incident_responders", incident_id=incident, users=[account.OWNER.email])
    done = act("incident_responders", incident_id=incident, users=[account.OWNER.email, account.COMMANDER.email])
    assert done["diff"][0]["before"] == {
        "responders": {"Service Owner (PUSER08)": "pending", "Incident Commander (PUSER05)": "not asked"}
    }
    (post,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "POST"]
    targets = post["body"]["responder_request_targets"]
    assert [target["responder_request_target"]["id"] for target in targets] == [account.COMMANDER.id]


def test_an_escalation_policy_can_be_asked_to_respond(act: Actor, incident: str) -> None:
    options = {"incident_id": incident, "escalation_policies": ["Database"], "responders_message": "Please join."}
    assert act("incident_responders", **options)["changed"]
    assert_settled(act, "incident_responders", **options)


@pytest.mark.parametrize("state", ["declined", "user_cancelled"])
def test_who_has_turned_down_is_named_and_asked_again_only_on_request(
    state: str, act: Actor, incidents: Incidents
) -> None:
    (incident,) = incidents(responders={account.OWNER.id: state})
    done = act("incident_responders", incident_id=incident, users=[account.OWNER.email])
    assert (done["changed"], done.writes) == (False, [])
    assert f"Service Owner (PUSER08) is {state} and is not asked again" in done.notices[0]
    again = act("incident_responders", incident_id=incident, users=[account.OWNER.email], renotify=True)
    assert again["diff"][0]["after"] == {"responders": {"Service Owner (PUSER08)": "pending"}}
    assert_settled(act, "incident_responders", incident_id=incident, users=[account.OWNER.email], renotify=True)


@pytest.mark.parametrize(
    ("options", "requester"),
    [
        ({}, account.AUTOMATION),
        ({"requester": account.OWNER.email}, account.OWNER),
        ({"api_token": account.USER_KEY, "from_email": None}, account.COMMANDER),
    ],
)
def test_help_is_asked_for_in_the_name_of(
    options: dict[str, t.Any], requester: account.User, act: Actor, incident: str, simulator: Simulator
) -> None:
    act("incident_responders", incident_id=incident, users=[account.NIGHT_SHIFT.email], **options)
    (post,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "POST"]
    assert post["body"]["requester_id"] == requester.id


def test_without_any_requester_it_says_what_to_set(act: Actor, incident: str) -> None:
    done = act("incident_responders", incident_id=incident, users=[account.OWNER.id], from_email=None)
    assert "Set requester or from_email" in done["msg"]


def test_an_account_without_responders_says_so(act: Actor, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1, without=["coordinated_responding"])["incidents"]
    done = act("incident_responders", incident_id=incident, users=[account.OWNER.id])
    assert "The PagerDuty account's plan does not include this ability" in done["msg"]


def test_a_response_play_is_run_until_its_effects_are_there(act: Actor, incident: str, simulator: Simulator) -> None:
    done = act("incident_response_play", incident_id=incident, response_play=PLAY)
    assert done["diff"][0]["after"].keys() == {"responders", "subscribers", "conference_bridge"}
    assert done.writes == [f"POST /response_plays/{account.MAJOR_INCIDENT.id}/run"]
    assert simulator.state()["pages"]
    assert_settled(act, "incident_response_play", incident_id=incident, response_play=account.MAJOR_INCIDENT.id)


def test_an_account_without_response_plays_is_pointed_to_workflows(act: Actor, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1, without=["response_plays"])["incidents"]
    done = act("incident_response_play", incident_id=incident, response_play=PLAY)
    assert "Use an Incident Workflow instead: oncall.pagerduty.incident_workflow" in done["msg"]


def test_a_workflow_is_started_once_for_each_run_key(act: Actor, incident: str, simulator: Simulator) -> None:
    options = {"incident_id": incident, "incident_workflow": WORKFLOW}
    assert len(act("incident_workflow", **options).writes) == 3
    assert_settled(act, "incident_workflow", **options)
    assert act("incident_workflow", **options, run_key="once more")["changed"]
    assert len(simulator.state()["workflow_instances"]) == 2
    (note, _other) = simulator.state()["incidents"][0]["notes"]
    assert note["content"].startswith("Incident Workflow Declare Major Incident (PWRKFL1) has started (run key ")


def test_one_run_key_is_good_for_many_incidents_and_workflows(
    act: Actor, incidents: Incidents, simulator: Simulator
) -> None:
    options = {"incident_id": incidents(2), "incident_workflow": WORKFLOW, "run_key": "drill"}
    assert act("incident_workflow", **options)["msg"].startswith("2 incidents: 2 changed")
    assert len(simulator.state()["workflow_instances"]) == 2
    assert_settled(act, "incident_workflow", **options)


def test_a_start_whose_answer_is_lost_is_found_in_the_timeline(act: Actor, incident: str, simulator: Simulator) -> None:
    simulator.faults([{"method": "POST", "path": "/incident_workflows/.*", "fault": "drop_after"}])
    done = act("incident_workflow", incident_id=incident, incident_workflow=WORKFLOW)
    assert (done["failed"], done["changed"]) == (False, True), done["msg"]


def test_the_trace_of_a_run_is_not_taken_for_that_of_another(act: Actor, incident: str, simulator: Simulator) -> None:
    options = {"incident_id": incident, "incident_workflow": WORKFLOW}
    act("incident_workflow", **options, run_key="drill-10")
    simulator.faults([{"method": "POST", "path": "/incident_workflows/.*", "fault": "drop_before"}])
    done = act("incident_workflow", **options, run_key="drill-1")
    assert done["failures"][0]["outcome"] == "unknown"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["/incidents/.*/notes", "/incidents/.*/notes/.*", "/incident_workflows/.*/instances"])
def test_a_workflow_is_never_started_twice_whatever_gets_lost(
    path: str, fault: str, act: Actor, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST|PUT", "path": path, "fault": fault}])
    options = {"incident_id": incident, "incident_workflow": WORKFLOW}
    first = act("incident_workflow", **options, max_wait=60)
    second = act("incident_workflow", **options)
    started = len(simulator.state()["workflow_instances"])
    assert started <= 1
    for done in (first, second):
        if done["failed"]:
            assert done["failures"][0]["outcome"] == "unknown"
        else:
            assert started == 1


def test_a_workflow_that_pagerduty_refuses_leaves_no_note(act: Actor, incident: str, simulator: Simulator) -> None:
    simulator.faults([{"method": "POST", "path": "/incident_workflows/.*", "fault": "status_before", "status": 400}])
    done = act("incident_workflow", incident_id=incident, incident_workflow=WORKFLOW)
    assert done["failed"]
    assert simulator.state()["incidents"][0]["notes"] == []


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("incident", {"title": "New"}),
        ("incident_escalation", {"level": 2}),
        ("incident_escalation_policy", {"escalation_policy": "Database"}),
        ("incident_responders", {"users": [account.OWNER.id]}),
        ("incident_response_play", {"response_play": PLAY}),
    ],
)
@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "truncated", "wrong_shape"])
def test_a_lost_answer_pages_nobody_twice(
    module: str, options: dict[str, t.Any], fault: str, act: Actor, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST|PUT", "path": ".*", "fault": fault}])
    done = act(module, incident_id=incident, max_wait=60, **options)
    assert (done["failed"], done["changed"]) == (False, True), done["msg"]
    paged = [(page["user"], page["reason"]) for page in simulator.state()["pages"]]
    assert len(paged) == len(set(paged))
