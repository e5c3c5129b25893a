# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules read, plan and write in each state, and how many calls that takes."""

from __future__ import annotations

import json
import typing as t

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

Incidents = t.Callable[..., list[str]]
KEY = "checkout-disk"


def test_one_incident_is_read_by_one_call(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident_info", incident_id=incident)
    assert (done["incident"]["id"], done.reads) == (incident, [f"GET /incidents/{incident}"])


def test_an_incident_is_found_by_its_number_too(run_module: ModuleRunner, incident: str) -> None:
    assert run_module("incident_info", incident_id="1")["incident"]["id"] == incident


def test_an_incident_given_twice_is_read_and_changed_once(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident_note", incident_id=[incident, "1", incident], content="text")
    assert done.writes == [f"POST /incidents/{incident}/notes"]


def test_many_incidents_are_read_by_pages(run_module: ModuleRunner, incidents: Incidents) -> None:
    ids = incidents(250)
    done = run_module("incident_info", incident_id=ids)
    assert [incident["id"] for incident in done["incidents"]] == ids
    assert done.reads == ["GET /incidents"] * 3


def test_resolved_incidents_are_read_by_pages_too(run_module: ModuleRunner, incidents: Incidents) -> None:
    ids = incidents(150, status="resolved")
    assert len(run_module("incident_info", incident_id=ids).reads) <= 4


def test_a_few_among_many_are_read_one_by_one_when_pages_cost_more(
    run_module: ModuleRunner, incidents: Incidents
) -> None:
    ids = incidents(1000)
    done = run_module("incident_info", incident_id=ids[::250])
    assert len(done["incidents"]) == 4
    assert len(done.reads) <= 6


@pytest.mark.parametrize("end", ["\n", " ", "\r\n"])
@pytest.mark.parametrize(
    ("module", "key", "options"),
    [
        ("event", "dedup_key", {}),
        ("event", "incident_key", {}),
        ("incident", "incident_key", {"service": account.CHECKOUT.id, "title": "Disk full"}),
    ],
)
def test_a_key_with_white_space_at_its_end_is_the_same_key(
    module: str, key: str, options: dict[str, str], end: str, run_module: ModuleRunner, simulator: Simulator
) -> None:
    for given in (KEY, KEY + end):
        run_module(module, **{key: given}, **options)
    (opened,) = simulator.state()["incidents"]
    assert run_module("incident_info", dedup_key=f"{KEY}{end}")["incident"]["id"] == opened["id"]


def test_a_module_that_sends_no_event_does_without_the_address_for_events(
    run_module: ModuleRunner, incident: str
) -> None:
    assert run_module("incident_info", incident_id=incident, events_url="ftp://x")["incident"]["id"] == incident


def test_incidents_are_found_by_their_dedup_key_newest_first(run_module: ModuleRunner) -> None:
    for action in ("trigger", "resolve", "trigger"):
        run_module("event", dedup_key=KEY, action=action)
    done = run_module("incident_info", dedup_key=KEY)
    assert [incident["status"] for incident in done["incidents"]] == ["triggered", "resolved"]
    assert done.reads == ["GET /incidents"]


def test_a_dedup_key_that_nobody_used_finds_nothing_and_is_no_failure(run_module: ModuleRunner) -> None:
    done = run_module("incident_info", dedup_key="never-used")
    assert (done["incidents"], done["failed"]) == ([], False)


def test_notes_alerts_and_log_entries_are_read_if_they_are_included(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_note", incident_id=incident, content="text")
    read = run_module("incident_info", incident_id=incident, include=["notes", "alerts", "log_entries"])["incident"]
    assert [note["content"] for note in read["notes"]] == ["text"]
    assert {"alerts", "log_entries"} <= read.keys()


def test_references_are_expanded_by_pagerduty(run_module: ModuleRunner, incident: str) -> None:
    read = run_module("incident_info", incident_id=incident, include=["services", "custom_fields"])["incident"]
    assert read["service"]["name"] == account.CHECKOUT.name


def test_acknowledging_costs_a_read_of_the_incident_and_of_who_gets_it(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident_status", incident_id=incident, status="acknowledged")
    assert (done["incident"]["status"], done.reads) == (
        "acknowledged", [f"GET /incidents/{incident}", "GET /users/me", "GET /users"],
    )  # fmt: skip
    assert done.writes == ["PUT /incidents"]


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("incident_status", {"status": "acknowledged"}),
        ("incident_snooze", {"duration": 3600}),
        ("incident", {"status": "acknowledged"}),
        ("incident_responders", {"users": [account.SECONDARY.email]}),
        ("incident", {"service": account.CHECKOUT.id, "incident_key": "k", "assignees": [account.COMMANDER.id]}),
    ],
)
def test_with_a_key_of_a_user_check_mode_names_that_user_whatever_from_email_says(
    module: str, options: dict[str, t.Any], run_module: ModuleRunner, incident: str
) -> None:
    target = {"title": "Disk full"} if "service" in options else {"incident_id": incident}
    asked = {"api_token": account.USER_KEY, "from_email": account.FROM_EMAIL, **target, **options}
    foretold, done = run_module(module, check=True, **asked), run_module(module, **asked)
    assert (foretold["failed"], done["failed"]) == (False, False)
    assert (foretold["notifies"], foretold["diff"]) == (done["notifies"], done["diff"])
    assert foretold["incident"]["status"] == done["incident"]["status"]


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_an_unchanged_status_costs_one_read(status: str, run_module: ModuleRunner, incidents: Incidents) -> None:
    (incident,) = incidents(status=status)
    done = run_module("incident_status", incident_id=incident, status=status)
    assert (done["changed"], len(done.reads), done.writes) == (False, 1, [])


def test_250_incidents_are_acknowledged_by_one_write(run_module: ModuleRunner, incidents: Incidents) -> None:
    done = run_module("incident_status", incident_id=incidents(250), status="acknowledged")
    assert (len(done.reads) <= 5, done.writes) == (True, ["PUT /incidents"])


def test_a_resolution_is_sent_with_the_status(run_module: ModuleRunner, incident: str, simulator: Simulator) -> None:
    run = run_module("incident_status", incident_id=incident, status="resolved", resolution="Rotated the logs.")
    assert run["diff"][0]["after"] == {"status": "resolved", "resolution": "Rotated the logs."}
    (put,) = [entry for entry in simulator.journal()["entries"] if entry["method"] == "PUT"]
    assert put["body"]["incidents"][0]["resolution"] == "Rotated the logs."


def test_the_same_resolution_again_is_no_change_and_no_warning(run_module: ModuleRunner, incident: str) -> None:
    first, second = (
        run_module("incident_status", incident_id=incident, status="resolved", resolution="Done.") for _time in range(2)
    )
    assert (first["changed"], second["changed"], second.writes, second.warnings) == (True, False, [], [])


def test_another_resolution_of_a_resolved_incident_is_a_warning(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_status", incident_id=incident, status="resolved", resolution="Done.")
    run = run_module("incident_status", incident_id=incident, status="resolved", resolution="Really done.")
    assert (run["changed"], run.writes) == (False, [])
    assert "incident_note" in run.warnings[0]


@pytest.mark.parametrize(("status", "reopen"), [("triggered", False), ("acknowledged", True)])
def test_a_resolved_incident_is_reopened(
    status: str, reopen: bool, run_module: ModuleRunner, incidents: Incidents
) -> None:
    (incident,) = incidents(status="resolved")
    run = run_module("incident_status", incident_id=incident, status=status, reopen=reopen)
    assert (run["changed"], run["incident"]["status"]) == (True, status)


def test_a_resolved_incident_is_acknowledged_only_with_reopen(run_module: ModuleRunner, incidents: Incidents) -> None:
    (incident,) = incidents(status="resolved")
    for check in (True, False):
        run = run_module("incident_status", incident_id=incident, status="acknowledged", check=check)
        assert (run["failed"], run.writes) == (True, [])
        assert "reopen: true" in run["msg"]


def test_an_acknowledgement_is_taken_back(run_module: ModuleRunner, incidents: Incidents) -> None:
    (incident,) = incidents(status="acknowledged")
    run = run_module("incident_status", incident_id=incident, status="triggered")
    assert (run["changed"], run["incident"]["acknowledgements"]) == (True, [])


def test_a_forbidden_incident_does_not_stop_the_others(run_module: ModuleRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=9, forbidden=[4])["incidents"]
    run = run_module("incident_status", incident_id=ids, status="acknowledged")
    assert [failure["target"] for failure in run["failures"]] == [ids[4]]
    assert [incident["status"] for incident in simulator.state()["incidents"]].count("acknowledged") == 8


def test_a_refused_batch_that_was_half_applied_pages_nobody_twice(
    run_module: ModuleRunner, simulator: Simulator
) -> None:
    ids = simulator.reset(incidents=8)["incidents"]
    simulator.faults([{"method": "PUT", "path": "/incidents", "fault": "half", "status": 400}])
    run = run_module("incident", incident_id=ids, assignees=[account.OWNER.id])
    assert (run["failed"], run["changed"]) == (False, True)
    pages = [page["incident"] for page in simulator.state()["pages"] if page["reason"] == "reassigned"]
    assert sorted(pages) == sorted(ids)


def test_a_response_that_lists_fewer_incidents_is_no_failure(run_module: ModuleRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=8)["incidents"]
    simulator.faults([{"method": "PUT", "path": "/incidents", "fault": "fewer"}])
    run = run_module("incident_status", incident_id=ids, status="acknowledged")
    assert (run["failed"], len(run["incidents"]), run.writes) == (False, 8, ["PUT /incidents"])


def test_one_malformed_incident_fails_alone(run_module: ModuleRunner, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=4)["incidents"]
    listed = run_module("incident_info", incident_id=ids)["incidents"]
    body = json.dumps({"incidents": [*listed[:3], {**listed[3], "status": 7}], "more": False})
    single = json.dumps({"incident": {**listed[3], "status": 7}})
    answer = {"method": "GET", "fault": "status_before", "status": 200, "times": 9}
    simulator.faults(
        [{**answer, "path": "/incidents", "body": body}, {**answer, "path": f"/incidents/{ids[3]}", "body": single}]
    )
    run = run_module("incident_info", incident_id=ids)
    assert [failure["target"] for failure in run["failures"]] == [ids[3]]
    assert len(run["incidents"]) == 3


def test_the_note_that_was_written_or_found_is_in_the_result(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_note", incident_id=incident, content="first")
    written = run_module("incident_note", incident_id=incident, content="second")
    found = run_module("incident_note", incident_id=incident, content="first")
    assert [written["note"]["content"], found["note"]["content"]] == ["second", "first"]
    assert {note["content"] for note in found["incident"]["notes"]} == {"first", "second"}


def test_of_two_grouped_alerts_resolving_one_again_changes_nothing(run_module: ModuleRunner) -> None:
    grouped = {"routing_key": account.GROUPING_ROUTING_KEY}
    for key in ("disk", "cpu"):
        run_module("event", dedup_key=key, **grouped)
    run_module("event", dedup_key="cpu", action="resolve", **grouped)
    again = run_module("event", dedup_key="cpu", action="resolve", **grouped)
    assert (again["changed"], again["status"]) == (False, "resolved")
    triggered = run_module("event", dedup_key="cpu", **grouped)
    assert (triggered["changed"], triggered.writes) == (True, ["POST /v2/enqueue"])


def test_the_alert_of_a_merged_incident_is_judged_by_the_incident_that_holds_it_now(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    """The other incident may be one of a service that does not own the routing key."""
    (target,) = incidents(service=account.DATABASE.id)
    run_module("event", dedup_key=KEY)
    source = simulator.state()["incidents"][1]["id"]
    sources = [{"id": source, "type": "incident_reference"}]
    Client(simulator.url)("PUT", f"/incidents/{target}/merge", {"source_incidents": sources})
    for action, status in (("acknowledge", "acknowledged"), ("resolve", "resolved")):
        done, again = (run_module("event", dedup_key=KEY, action=action) for _time in range(2))
        assert (done["changed"], done.writes) == (True, ["POST /v2/enqueue"])
        assert (again["changed"], again["status"], again.writes) == (False, status, [])


@pytest.mark.parametrize("body", ["", "<html></html>", "[]"])
def test_any_body_will_do_for_an_accepted_event(body: str, run_module: ModuleRunner, simulator: Simulator) -> None:
    simulator.faults([{"method": "POST", "path": ".*", "fault": "status_after", "status": 202, "body": body}])
    run = run_module("event", dedup_key=KEY)
    assert (run["failed"], run["changed"], len(run.writes)) == (False, True, 1)


def test_an_event_for_a_service_in_maintenance_is_sent_with_a_warning(
    run_module: ModuleRunner, incidents: Incidents
) -> None:
    incidents(service=account.BILLING.id, incident_key=KEY)
    run = run_module("event", dedup_key=KEY, routing_key=account.MAINTENANCE_ROUTING_KEY)
    assert run["changed"]
    assert "maintenance" in run.warnings[0]


@pytest.mark.parametrize("include", [["services"], ["log_entries"], ["first_trigger_log_entries"]], ids=str)
def test_integration_keys_are_not_in_results(
    include: list[str], run_module: ModuleRunner, simulator: Simulator
) -> None:
    run_module("event", dedup_key=KEY)
    incident = simulator.state()["incidents"][0]["id"]
    shown = Client(simulator.url)("GET", f"/incidents/{incident}/log_entries").body
    assert account.ROUTING_KEY in str(shown)
    run = run_module("incident_info", incident_id=incident, include=include)
    assert not run["failed"]
    assert account.ROUTING_KEY not in str(run.result)


def test_an_unknown_incident_does_not_keep_the_others_from_being_acknowledged(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    ids = incidents(9)
    done = run_module("incident_status", incident_id=[*ids, "Q0NOSUCHONE"], status="acknowledged")
    assert done["msg"].startswith(
        "10 incidents: 9 changed (acknowledged, assigned to Automation), 1 failed. "
        f"GET {simulator.url}/incidents/Q0NOSUCHONE: "
    )
    assert {incident["status"] for incident in simulator.state()["incidents"]} == {"acknowledged"}


def test_a_note_is_added_once_and_the_notes_are_read_afterwards(run_module: ModuleRunner, incident: str) -> None:
    first, second = (run_module("incident_note", incident_id=incident, content="text") for _time in range(2))
    assert (len(first.reads), first.writes) == (2, [f"POST /incidents/{incident}/notes"])
    assert (second["changed"], len(second.reads), second.writes) == (False, 1, [])


@pytest.mark.parametrize("again", ["text", "text\n", "  text", "text \r\n"])
def test_white_space_does_not_make_another_note(again: str, run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_note", incident_id=incident, content="text")
    assert not run_module("incident_note", incident_id=incident, content=again)["changed"]


def test_invalid_unicode_is_refused_before_any_call(run_module: ModuleRunner, incident: str) -> None:
    done = run_module("incident_note", incident_id=incident, content="half a smile: \ud83d")
    assert done["msg"].startswith("content: contains invalid Unicode")
    assert done.reads + done.writes == []


def test_a_duplicate_is_added_with_allow_duplicate(run_module: ModuleRunner, incident: str) -> None:
    run_module("incident_note", incident_id=incident, content="text")
    done = run_module("incident_note", incident_id=incident, content="text", allow_duplicate=True)
    assert done["diff"][0]["after"] == {"notes": ["text", "text"]}


def test_every_note_with_the_content_is_removed(run_module: ModuleRunner, incident: str) -> None:
    for _time in range(2):
        run_module("incident_note", incident_id=incident, content="text", allow_duplicate=True)
    run_module("incident_note", incident_id=incident, content="other")
    done = run_module("incident_note", incident_id=incident, content="text", state="absent")
    assert [note["content"] for note in done["incident"]["notes"]] == ["other"]
    assert len(done.writes) == 2


def test_a_note_is_updated_by_its_id(run_module: ModuleRunner, incident: str) -> None:
    (note,) = run_module("incident_note", incident_id=incident, content="old")["incident"]["notes"]
    done, again = (
        run_module("incident_note", incident_id=incident, content="new", note_id=note["id"]) for _time in range(2)
    )
    assert done["diff"][0]["before"] == {"notes": ["old"]}
    assert [(left["id"], left["content"]) for left in done["incident"]["notes"]] == [(note["id"], "new")]
    assert (again["changed"], again.writes) == (False, [])


def test_a_note_is_removed_by_its_id(run_module: ModuleRunner, incident: str) -> None:
    (note,) = run_module("incident_note", incident_id=incident, content="text")["incident"]["notes"]
    done, again = (
        run_module("incident_note", incident_id=incident, note_id=note["id"], state="absent") for _time in range(2)
    )
    assert (done["changed"], done["incident"]["notes"]) == (True, [])
    assert (again["changed"], again["failed"]) == (False, False)


def test_without_a_token_an_event_is_one_call(run_module: ModuleRunner) -> None:
    done = run_module("event", dedup_key=KEY, api_token=None)
    assert (done["changed"], done.reads, done.writes) == (True, [], ["POST /v2/enqueue"])


def test_with_a_token_an_alert_that_is_open_is_not_triggered_again(run_module: ModuleRunner) -> None:
    first, second = (run_module("event", dedup_key=KEY) for _time in range(2))
    assert (first["status"], len(first.reads), first.writes) == ("triggered", 3, ["POST /v2/enqueue"])
    assert (second["status"], second["changed"], len(second.reads), second.writes) == ("triggered", False, 3, [])


@pytest.mark.parametrize(
    "change", [{"severity": "critical"}, {"summary": "It got worse"}, {"custom_details": {"free": 0}}], ids=str
)
def test_an_open_alert_is_triggered_again_if_its_content_differs(
    change: dict[str, t.Any], run_module: ModuleRunner
) -> None:
    run_module("event", dedup_key=KEY, severity="warning")
    run = run_module("event", dedup_key=KEY, **{"severity": "warning", **change})
    assert (run["changed"], run.writes) == (True, ["POST /v2/enqueue"])
    assert change.items() <= run["diff"][0]["after"].items()


def test_an_acknowledged_alert_is_open_and_stays_acknowledged(run_module: ModuleRunner) -> None:
    run_module("event", dedup_key=KEY)
    run_module("event", dedup_key=KEY, action="acknowledge")
    done = run_module("event", dedup_key=KEY)
    assert (done["status"], done["changed"]) == ("acknowledged", False)


def test_acknowledging_a_resolved_alert_is_a_warning(run_module: ModuleRunner) -> None:
    run_module("event", dedup_key=KEY)
    run_module("event", dedup_key=KEY, action="resolve")
    done = run_module("event", dedup_key=KEY, action="acknowledge")
    assert (done["changed"], done.writes) == (False, [])
    (warning,) = done.warnings
    assert KEY in warning
    assert "already resolved" in warning


def test_the_same_key_on_another_service_does_not_keep_a_page_from_being_sent(
    run_module: ModuleRunner, simulator: Simulator
) -> None:
    run_module("event", dedup_key=KEY)
    done = run_module("event", dedup_key=KEY, routing_key=account.SECOND_ROUTING_KEY)
    assert done.writes == ["POST /v2/enqueue"]
    assert len(simulator.state()["incidents"]) == 2


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_event_is_sent_if_no_alert_is_found(action: str, run_module: ModuleRunner) -> None:
    assert run_module("event", dedup_key="grouped-elsewhere", action=action).writes == ["POST /v2/enqueue"]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_an_event_whose_response_is_lost_is_sent_again_under_the_same_key(
    fault: str, run_module: ModuleRunner, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST", "path": "/v2/enqueue", "fault": fault}])
    done = run_module("event", max_wait=60)
    assert done["changed"]
    assert len(simulator.state()["incidents"]) == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "truncated", "wrong_shape"])
def test_a_lost_response_leads_to_one_note(
    fault: str, run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST", "path": "/incidents/.*/notes", "fault": fault}])
    run = run_module("incident_note", incident_id=incident, max_wait=60, content="text")
    assert (run["failed"], run["changed"]) == (False, True)
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["text"]
