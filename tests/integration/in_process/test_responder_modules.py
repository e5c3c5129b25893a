# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates, escalations, responders, response plays and workflows: what is planned and written in each state."""

from __future__ import annotations

import json
import typing as t

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.launch import Simulator

Incidents = t.Callable[..., list[str]]
PLAY = account.MAJOR_INCIDENT.name
WORKFLOW = account.DECLARE_MAJOR.name


def assert_settled(run_module: ModuleRunner, module: str, **options: t.Any) -> None:
    """Check that another run changes nothing, writes nothing and pages nobody."""
    pages = len(run_module.simulator.state()["pages"])
    again = run_module(module, **options)
    assert (again["failed"], again["changed"], again.writes) == (False, False, []), again.result
    assert len(run_module.simulator.state()["pages"]) == pages


def test_all_fields_that_differ_are_sent_in_one_call(run_module: ModuleRunner, incident: str) -> None:
    options: dict[str, t.Any] = {
        "incident_id": incident,
        "title": "Payments are failing",
        "urgency": "low",
        "priority": "P1",
        "assignees": [account.COMMANDER.email],
        "conference_bridge": {"conference_url": "https://meet.example.com/x"},
        "status": "acknowledged",
    }
    done = run_module("incident", **options)
    assert done.writes == ["PUT /incidents"]
    assert done["diff"][0]["after"] == {
        "status": "acknowledged",
        "title": "Payments are failing",
        "urgency": "low",
        "priority": "P1 (PPRIOR1)",
        "assignees": ["Incident Commander (PUSER05)"],
        "conference_bridge": {"conference_url": "https://meet.example.com/x"},
    }
    assert_settled(run_module, "incident", **options)


def test_only_the_fields_that_differ_are_sent(run_module: ModuleRunner, incident: str, simulator: Simulator) -> None:
    run_module("incident", incident_id=incident, title="New", urgency="high")
    run_module("incident", incident_id=incident, title="Newer", urgency="high")
    (put,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "PUT"]
    assert put["body"] == {"incidents": [{"id": incident, "type": "incident_reference", "title": "Newer"}]}


def test_other_fields_of_a_resolved_incident_can_still_be_changed(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="resolved", resolution="Logs rotated.")
    resolved = {"status": "resolved", "resolution": "Logs rotated."}
    for options in ({"title": "New"}, {"title": "Newer", **resolved}):
        assert run_module("incident", incident_id=incident, **options).writes == ["PUT /incidents"]
    assert simulator.state()["incidents"][0]["notes"] == []


def test_the_other_half_of_a_conference_bridge_stays_whatever_pagerduty_does_with_it(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    number, url = {"conference_number": "+1-415-555-0100"}, {"conference_url": "https://meet.example.com/x"}
    run_module("incident", incident_id=incident, conference_bridge=number)
    check, done = (run_module("incident", incident_id=incident, conference_bridge=url, check=c) for c in (True, False))
    (put,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "PUT"]
    assert put["body"]["incidents"][0]["conference_bridge"] == {**number, **url}
    assert check["incident"]["conference_bridge"] == done["incident"]["conference_bridge"] == {**number, **url}


def test_assignees_are_a_set(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident", incident_id=incident, assignees=[account.OWNER.email, account.COMMANDER.email])
    assert_settled(
        run_module,
        "incident",
        incident_id=incident,
        assignees=[account.COMMANDER.id, account.OWNER.name, account.OWNER.id],
    )


def test_the_resolution_of_a_resolved_incident_is_not_sent_again(run_module: ModuleRunner, incident: str) -> None:
    options = {"incident_id": incident, "status": "resolved", "resolution": "Failed over."}
    assert run_module("incident", **options).writes == ["PUT /incidents"]
    assert_settled(run_module, "incident", **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"status": "acknowledged"}, "reopen: true"),
        ({"assignees": [account.OWNER.id]}, "is resolved and cannot be reassigned"),
        ({"escalation_policy": "Database"}, "is resolved and cannot be reassigned"),
    ],
)
def test_a_change_that_a_resolved_incident_does_not_allow_fails_in_check_mode_too(
    options: dict[str, t.Any], words: str, run_module: ModuleRunner, incidents: Incidents
) -> None:
    (incident,) = incidents(status="resolved")
    for check in (True, False):
        done = run_module("incident", check=check, incident_id=incident, **options)
        assert (done["failed"], done.writes) == (True, [])
        assert words in done["msg"]


def test_many_incidents_are_updated_by_one_call(run_module: ModuleRunner, incidents: Incidents) -> None:
    done = run_module("incident", incident_id=incidents(120), priority="P2")
    assert (len(done["incidents"]), done.writes) == (120, ["PUT /incidents"])


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        ("incident", {"priority": "P9"}, "No priority is called 'P9'"),
        (
            "incident",
            {"assignees": ["commander@example.com"]},
            "incident.commander@example.com (PUSER05)?",
        ),
        ("incident_escalation_policy", {"escalation_policy": "Databse"}, "Did you mean: Database (PPOLCY2)"),
        (
            "incident_escalation_policy",
            {"escalation_policy": "Duplicate Name"},
            "More than one escalation policy is called 'Duplicate Name': "
            "Duplicate Name (PPOLCY4), Duplicate Name (PPOLCY5)",
        ),
        ("incident_responders", {"users": ["Commander"]}, "No user is called 'Commander'"),
        ("incident_response_play", {"response_play": "Minor"}, "No response play is called 'Minor'"),
        ("incident_workflow", {"incident_workflow": "Minor"}, "No incident workflow is called 'Minor'"),
        ("incident_workflow", {"incident_workflow": account.RETIRED.name}, "is disabled"),
    ],
)
def test_a_name_without_a_single_match_is_refused_with_the_closest_ones(
    module: str, options: dict[str, t.Any], words: str, run_module: ModuleRunner, incident: str
) -> None:
    done = run_module(module, incident_id=incident, **options)
    assert words in done["msg"]
    assert done.writes == []


@pytest.mark.parametrize(
    ("module", "option", "reason"),
    [("incident_responders", "users", "responder_requested"), ("incident", "assignees", "reassigned")],
)
def test_who_is_known_is_paged_and_then_all_unknown_ones_are_named(
    module: str, option: str, reason: str, run_module: ModuleRunner, incident: str
) -> None:
    done = run_module(module, incident_id=incident, **{option: ["Comander", account.OWNER.id, "nobody"]})
    pages = [page for page in run_module.simulator.state()["pages"] if page["user"] == account.OWNER.id]
    assert (done["failed"], done["changed"]) == (True, True)
    assert [page["reason"] for page in pages].count(reason) == 1
    assert "No user is called 'Comander'. Did you mean: " in done["msg"]
    assert "No user is called 'nobody'." in done["msg"]
    assert [failure["outcome"] for failure in done["failures"]] == ["partly_done"]


def test_a_name_that_is_part_of_another_is_matched_exactly(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident", incident_id=incident, assignees=[account.COMMANDER.name])
    assert done["diff"][0]["after"]["assignees"] == ["Incident Commander (PUSER05)"]


def test_a_name_is_looked_up_once_for_many_incidents(run_module: ModuleRunner, incidents: Incidents) -> None:
    done = run_module("incident_responders", incident_id=incidents(3), users=[account.OWNER.email, account.OWNER.email])
    assert done.reads.count("GET /users") == 2, "the responder and the requester"


def test_escalating_pages_those_on_call_at_the_level(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    done = run_module("incident_escalation", incident_id=incident, level=2)
    assert done["diff"][0]["after"]["assignees"] == ["Secondary On-call (PUSER02)"]
    assert done.writes == ["PUT /incidents"]
    assert simulator.state()["pages"][-1]["user"] == account.SECONDARY.id
    assert_settled(run_module, "incident_escalation", incident_id=incident, level=2)


def test_an_incident_starts_at_the_first_level(run_module: ModuleRunner, incident: str) -> None:
    assert_settled(run_module, "incident_escalation", incident_id=incident, level=1)


def test_who_acknowledged_it_at_that_level_is_not_paged_again(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_escalation", incident_id=incident, level=2)
    run_module("incident_status", incident_id=incident, status="acknowledged")
    assert_settled(run_module, "incident_escalation", incident_id=incident, level=2)


@pytest.mark.parametrize(
    "reassigning",
    [{"escalation_policy": "Database"}, {"assignees": ["Service Owner"]}],
    ids=lambda options: next(iter(options)),
)
def test_the_diff_shows_that_reassigning_takes_an_acknowledgement_back(
    reassigning: dict[str, t.Any], run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="acknowledged")
    done = run_module("incident", incident_id=incident, **reassigning)
    assert (done["diff"][0]["before"]["status"], done["diff"][0]["after"]["status"]) == ("acknowledged", "triggered")
    assert simulator.state()["incidents"][0]["status"] == "triggered"


def test_an_incident_can_be_reassigned_and_stay_acknowledged(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="acknowledged")
    done = run_module("incident", incident_id=incident, assignees=["Service Owner"], status="acknowledged")
    assert done["msg"] == f"Incident {incident} (#1): assigned to Service Owner."
    (state,) = simulator.state()["incidents"]
    assert (state["status"], state["assignees"]) == ("acknowledged", [account.OWNER.id])
    assert state["acknowledged_by"] == [account.AUTOMATION.id, account.OWNER.id]
    assert_settled(run_module, "incident", incident_id=incident, assignees=["Service Owner"], status="acknowledged")


def test_who_acknowledges_is_foretold_and_gets_the_incident(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    check, real = (
        run_module("incident_status", incident_id=incident, status="acknowledged", check=each) for each in (True, False)
    )
    assert check.diff == real.diff
    assert real.diff[0]["after"] == {"status": "acknowledged", "assignees": ["Automation (PUSER10)"]}
    assert check["incident"]["assignments"][0]["assignee"] == real["incident"]["assignments"][0]["assignee"]
    assert simulator.state()["incidents"][0]["assignees"] == [account.AUTOMATION.id]


def test_an_assignee_keeps_an_incident_that_a_task_acknowledges_in_their_name(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    options = {"incident_id": incident, "status": "acknowledged", "assignees": [account.PRIMARY.id]}
    before = simulator.state()["pages"]
    done = run_module("incident", **options)
    assert (done["msg"], done["notifies"]) == (f"Incident {incident} (#1): acknowledged.", [])
    (state,) = simulator.state()["incidents"]
    assert (state["assignees"], state["acknowledged_by"]) == ([account.PRIMARY.id], [account.PRIMARY.id])
    assert (state["assigned_via"], simulator.state()["pages"]) == ("escalation_policy", before)
    assert_settled(run_module, "incident", **options)


def test_the_token_of_a_user_leaves_acknowledging_to_the_assignee(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    options = {"incident_id": incident, "status": "acknowledged", "assignees": ["Service Owner"]}
    done = run_module("incident", api_token=account.USER_KEY, **options)
    assert done["msg"] == f"Incident {incident} (#1): assigned to and paged Service Owner."
    assert (
        "the token acknowledges for Incident Commander, so acknowledging is left to Service Owner" in done.warnings[0]
    )
    assert simulator.state()["incidents"][0]["assignees"] == [account.OWNER.id]
    assert_settled(run_module, "incident", api_token=account.USER_KEY, **options)


def test_the_next_level_is_known_after_a_bot_has_acknowledged(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    run_module("incident_status", incident_id=incident, status="acknowledged")
    assert run_module("incident_escalation", incident_id=incident, level="next")["changed"]
    assert simulator.state()["incidents"][0]["escalation_level"] == 2


def test_a_snooze_counts_and_an_acknowledgement_timeout_does_not(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(status="acknowledged", acknowledgement_timeout=86_400)
    snooze = {"incident_id": incident, "duration": "1h"}
    assert run_module("incident_snooze", **snooze).writes == [f"POST /incidents/{incident}/snooze"]
    assert simulator.state()["incidents"][0]["snoozed_until"]
    assert_settled(run_module, "incident_snooze", **snooze)
    assert_settled(run_module, "incident_snooze", incident_id=incident, duration="5m")


def test_an_incident_that_is_acknowledged_to_snooze_it_is_taken(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    done = run_module("incident_snooze", incident_id=incident, duration="1h")
    assert done["msg"].startswith(
        f"Incident {incident} (#1): acknowledged, assigned to Automation, snoozed for 1h, until"
    )
    assert simulator.state()["incidents"][0]["assignees"] == [account.AUTOMATION.id]


def test_a_window_that_pagerduty_calls_over_although_it_goes_on_is_a_failure(
    run_module: ModuleRunner, simulator: Simulator
) -> None:
    window = {"description": "Upgrade", "state": "absent"}
    run_module("maintenance_window", description="Upgrade", services=["Checkout"], duration="1h")
    refusal = {"error": {"message": "Cannot cancel a maintenance window from the past", "code": 5003}}
    path = "/maintenance_windows/.*"
    simulator.faults(
        [{"method": "DELETE", "path": path, "fault": "status_before", "status": 405, "body": json.dumps(refusal)}]
    )
    done = run_module("maintenance_window", **window)
    assert (done["failed"], done["changed"]) == (True, False)
    assert done["msg"].startswith("The window for Checkout is still open, until ")
    assert run_module("maintenance_window", **window)["changed"]


def test_the_diff_shows_that_escalating_takes_an_acknowledgement_back(
    run_module: ModuleRunner, incidents: Incidents
) -> None:
    (incident,) = incidents(status="acknowledged")
    done = run_module("incident_escalation", incident_id=incident, level=3)
    assert (done["diff"][0]["before"]["status"], done["diff"][0]["after"]["status"]) == ("acknowledged", "triggered")
    assert done["incident"]["status"] == "triggered"


def test_an_incident_that_a_person_assigned_is_not_at_the_level(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident", incident_id=incident, assignees=[account.SECONDARY.id])
    assert run_module("incident_escalation", incident_id=incident, level=2)["changed"]


def test_the_error_for_an_unknown_level_lists_the_levels(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident_escalation", check=True, incident_id=incident, level=7)
    assert "level 7 of escalation policy Web Operations does not exist. Levels: 1: Primary On-call; 2: " in done["msg"]


def test_a_level_with_nobody_on_call_is_an_error(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_escalation_policy", incident_id=incident, escalation_policy=account.NOBODY_HOME.name)
    done = run_module("incident_escalation", incident_id=incident, level=2)
    assert "level 2 of escalation policy Nobody Home has nobody on call" in done["msg"]
    assert "Fill its schedule, or choose another level." in done["msg"]


def test_moving_to_an_escalation_policy_pages_its_first_level_once(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    done = run_module("incident_escalation_policy", incident_id=incident, escalation_policy="Database")
    assert done["diff"][0]["before"] == {"escalation_policy": "Web Operations (PPOLCY1)", "status": "triggered"}
    assert simulator.state()["pages"][-1]["user"] == account.DATABASE_FIRST.id
    assert_settled(
        run_module, "incident_escalation_policy", incident_id=incident, escalation_policy=account.DATABASE_POLICY.id
    )


def test_only_missing_responders_are_requested(run_module: ModuleRunner, incident: str, simulator: Simulator) -> None:
    run_module("incident_responders", incident_id=incident, users=[account.OWNER.email])
    done = run_module("incident_responders", incident_id=incident, users=[account.OWNER.email, account.COMMANDER.email])
    assert done["diff"][0]["before"] == {
        "responders": {"Service Owner (PUSER08)": "pending", "Incident Commander (PUSER05)": "not requested"}
    }
    (post,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "POST"]
    targets = post["body"]["responder_request_targets"]
    assert [target["responder_request_target"]["id"] for target in targets] == [account.COMMANDER.id]


def test_an_escalation_policy_can_be_requested(run_module: ModuleRunner, incident: str) -> None:
    options = {"incident_id": incident, "escalation_policies": ["Database"], "responders_message": "Please join."}
    assert run_module("incident_responders", **options)["changed"]
    assert_settled(run_module, "incident_responders", **options)


def test_responders_who_declined_are_named_and_requested_again_only_with_renotify(
    run_module: ModuleRunner, incidents: Incidents
) -> None:
    (incident,) = incidents(responders={account.OWNER.id: "declined"})
    done = run_module("incident_responders", incident_id=incident, users=[account.OWNER.email])
    assert (done["changed"], done.writes) == (False, [])
    assert "Service Owner (PUSER08) declined; not requested again. Set renotify: true" in done.warnings[0]
    again = run_module("incident_responders", incident_id=incident, users=[account.OWNER.email], renotify=True)
    assert again["diff"][0]["after"] == {
        "responders": {"Service Owner (PUSER08)": "pending"},
        "notifies": ["Service Owner (PUSER08): requested as a responder"],
    }
    assert_settled(run_module, "incident_responders", incident_id=incident, users=[account.OWNER.email], renotify=True)


def test_responders_whose_request_was_cancelled_are_requested_again(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    options = {"incident_id": incident, "users": [account.OWNER.email]}
    for state in ("present", "absent", "present"):
        assert run_module("incident_responders", **options, state=state)["changed"]
    assert sum(page["reason"] == "responder_requested" for page in simulator.state()["pages"]) == 2
    assert_settled(run_module, "incident_responders", **options)


@pytest.mark.parametrize(
    ("options", "requester"),
    [
        ({}, account.AUTOMATION),
        ({"requester": account.OWNER.email}, account.OWNER),
        ({"api_token": account.USER_KEY, "from_email": None}, account.COMMANDER),
    ],
)
def test_the_requester_is_the_user_of_the_option_of_from_or_of_the_token(
    options: dict[str, t.Any], requester: account.User, run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    run_module("incident_responders", incident_id=incident, users=[account.NIGHT_SHIFT.email], **options)
    (post,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "POST"]
    assert post["body"]["requester_id"] == requester.id


def test_the_error_for_a_missing_requester_says_what_to_set(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident_responders", incident_id=incident, users=[account.OWNER.id], from_email=None)
    assert "Set requester or from_email" in done["msg"]


def test_an_account_without_responder_requests_is_an_error(run_module: ModuleRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1, without=["coordinated_responding"])["incidents"]
    done = run_module("incident_responders", incident_id=incident, users=[account.OWNER.id])
    assert "plan does not include this feature" in done["msg"]


def test_a_response_play_is_run_once(run_module: ModuleRunner, incident: str, simulator: Simulator) -> None:
    done = run_module("incident_response_play", incident_id=incident, response_play=PLAY)
    assert done["diff"][0]["after"].keys() == {"responders", "conference_bridge", "notifies"}
    assert done.writes == [f"POST /response_plays/{account.MAJOR_INCIDENT.id}/run"]
    assert simulator.state()["pages"]
    assert_settled(run_module, "incident_response_play", incident_id=incident, response_play=account.MAJOR_INCIDENT.id)


def test_if_only_the_bridge_of_a_play_is_missing_it_is_set_and_nobody_is_paged(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    options = {"incident_id": incident, "response_play": PLAY}
    run_module("incident_response_play", **options)
    run_module("incident", incident_id=incident, conference_bridge={"conference_url": "https://meet.example.com/x"})
    pages = simulator.state()["pages"]
    check, done = (run_module("incident_response_play", **options, check=check) for check in (True, False))
    assert done["incident"]["conference_bridge"] == check["incident"]["conference_bridge"]
    assert (done["changed"], done.writes) == (True, ["PUT /incidents"])
    assert simulator.state()["pages"] == pages
    assert_settled(run_module, "incident_response_play", **options)


def test_an_account_without_response_plays_is_pointed_to_workflows(
    run_module: ModuleRunner, simulator: Simulator
) -> None:
    (incident,) = simulator.reset(incidents=1, without=["response_plays"])["incidents"]
    done = run_module("incident_response_play", incident_id=incident, response_play=PLAY)
    assert "oncall.pagerduty.incident_workflow" in done["msg"]


def test_a_workflow_is_started_once_for_each_run_key(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    options = {"incident_id": incident, "incident_workflow": WORKFLOW}
    assert len(run_module("incident_workflow", **options).writes) == 3
    assert_settled(run_module, "incident_workflow", **options)
    assert run_module("incident_workflow", **options, run_key="once more")["changed"]
    assert len(simulator.state()["workflow_instances"]) == 2
    (note, _other) = simulator.state()["incidents"][0]["notes"]
    assert note["content"].startswith("Incident Workflow Declare Major Incident (PWRKFL1) has started (run key ")


def test_one_run_key_can_be_used_on_many_incidents(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    options = {"incident_id": incidents(2), "incident_workflow": WORKFLOW, "run_key": "drill"}
    assert run_module("incident_workflow", **options)["msg"].startswith("2 incidents: 2 changed")
    assert len(simulator.state()["workflow_instances"]) == 2
    assert_settled(run_module, "incident_workflow", **options)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_workflow_whose_start_has_no_response_is_neither_started_again_nor_reported_as_started(
    fault: str, run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST", "path": "/incident_workflows/.*", "fault": fault}])
    options = {"incident_id": incident, "incident_workflow": WORKFLOW}
    for _time in range(2):
        assert run_module("incident_workflow", **options)["failures"][0]["outcome"] == "unknown"
    assert len(simulator.state()["workflow_instances"]) == (fault == "drop_after")


def test_the_id_of_a_workflow_instance_is_short_and_plain(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    run_module("incident_workflow", incident_id=incident, incident_workflow=WORKFLOW, run_key="a long key: ünïcode")
    (post,) = [entry for entry in simulator.journal()["entries"] if entry["path"].endswith("/instances")]
    instance_id = post["body"]["incident_workflow_instance"]["id"]
    assert instance_id.isascii()
    assert instance_id.isalnum()
    assert len(instance_id) <= 20


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["/incidents/.*/notes", "/incidents/.*/notes/.*", "/incident_workflows/.*/instances"])
def test_a_workflow_is_never_started_twice_whatever_is_lost(
    path: str, fault: str, run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST|PUT", "path": path, "fault": fault}])
    options = {"incident_id": incident, "incident_workflow": WORKFLOW}
    first = run_module("incident_workflow", **options, max_wait=60)
    second = run_module("incident_workflow", **options)
    started = len(simulator.state()["workflow_instances"])
    assert started <= 1
    for done in (first, second):
        if done["failed"]:
            assert done["failures"][0]["outcome"] == "unknown"
        else:
            assert started == 1


def test_a_workflow_that_pagerduty_refuses_leaves_no_note(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST", "path": "/incident_workflows/.*", "fault": "status_before", "status": 400}])
    done = run_module("incident_workflow", incident_id=incident, incident_workflow=WORKFLOW)
    assert done["failed"]
    assert simulator.state()["incidents"][0]["notes"] == []


def test_a_note_that_cannot_be_removed_does_not_hide_the_refusal(
    run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    refused = {"fault": "status_before", "status": 400}
    simulator.faults(
        [
            {"method": "POST", "path": "/incident_workflows/.*", **refused},
            {"method": "DELETE", "path": ".*", **refused},
        ]
    )
    done = run_module("incident_workflow", incident_id=incident, incident_workflow=WORKFLOW)
    assert (done["failures"][0]["outcome"], "/instances" in done["msg"]) == ("not_done", True)
    assert "has not started, but its note could not be removed" in done.warnings[0]


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
def test_a_lost_response_pages_nobody_twice(
    module: str, options: dict[str, t.Any], fault: str, run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST|PUT", "path": ".*", "fault": fault}])
    done = run_module(module, incident_id=incident, max_wait=60, **options)
    assert (done["failed"], done["changed"]) == (False, True), done["msg"]
    paged = [(page["user"], page["reason"]) for page in simulator.state()["pages"]]
    assert len(paged) == len(set(paged))
