# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each module plans and does, state by state, with the calls it costs."""

from __future__ import annotations

import typing as t

import pytest

from simulator import account
from simulator.launch import Simulator
from unit.plugins.conftest import Actor

Incidents = t.Callable[..., list[str]]
KEY = "checkout-disk"


def test_one_incident_is_read_by_one_call(act: Actor, incident: str) -> None:
    done = act("incident_info", incident_id=incident)
    assert (done["incident"]["id"], done.reads) == (incident, [f"GET /incidents/{incident}"])


def test_an_incident_is_known_by_its_number_too(act: Actor, incident: str) -> None:
    assert act("incident_info", incident_id="1")["incident"]["id"] == incident


def test_an_incident_named_twice_is_read_and_changed_once(act: Actor, incident: str) -> None:
    done = act("incident_note", incident_id=[incident, "1", incident], content="text")
    assert done.writes == [f"POST /incidents/{incident}/notes"]


def test_many_incidents_are_read_by_pages(act: Actor, incidents: Incidents) -> None:
    ids = incidents(250)
    done = act("incident_info", incident_id=ids)
    assert [incident["id"] for incident in done["incidents"]] == ids
    assert done.reads == ["GET /incidents"] * 3


def test_resolved_incidents_are_read_by_pages_too(act: Actor, incidents: Incidents) -> None:
    ids = incidents(150, status="resolved")
    assert len(act("incident_info", incident_id=ids).reads) <= 4


def test_a_few_among_many_are_read_one_by_one_once_pages_do_not_pay(act: Actor, incidents: Incidents) -> None:
    ids = incidents(1000)
    done = act("incident_info", incident_id=ids[::250])
    assert len(done["incidents"]) == 4
    assert len(done.reads) <= 6


def test_incidents_are_found_by_their_dedup_key_newest_first(act: Actor) -> None:
    for action in ("trigger", "resolve", "trigger"):
        act("event", dedup_key=KEY, action=action)
    done = act("incident_info", dedup_key=KEY)
    assert [incident["status"] for incident in done["incidents"]] == ["triggered", "resolved"]
    assert done.reads == ["GET /incidents"]


def test_a_dedup_key_that_nobody_used_finds_nothing_and_is_no_failure(act: Actor) -> None:
    done = act("incident_info", dedup_key="never-used")
    assert (done["incidents"], done["failed"]) == ([], False)


def test_what_is_beside_an_incident_is_read_when_asked_for(act: Actor, incident: str) -> None:
    act("incident_note", incident_id=incident, content="text")
    read = act("incident_info", incident_id=incident, include=["notes", "alerts", "log_entries"])["incident"]
    assert [note["content"] for note in read["notes"]] == ["text"]
    assert {"alerts", "log_entries"} <= read.keys()


def test_references_are_expanded_by_pagerduty(act: Actor, incident: str) -> None:
    read = act("incident_info", incident_id=incident, include=["services", "custom_fields"])["incident"]
    assert read["service"]["name"] == account.CHECKOUT.name


def test_acknowledging_costs_one_read_and_one_write(act: Actor, incident: str) -> None:
    done = act("incident_status", incident_id=incident, status="acknowledged")
    assert (done["incident"]["status"], len(done.reads), done.writes) == ("acknowledged", 1, ["PUT /incidents"])


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
def test_the_status_it_has_costs_one_read(status: str, act: Actor, incidents: Incidents) -> None:
    (incident,) = incidents(status=status)
    done = act(
        "incident_status", incident_id=incident, status=status, **({"resolution": "x"} if status == "resolved" else {})
    )
    assert (done["changed"], len(done.reads), done.writes) == (False, 1, [])


def test_250_incidents_are_acknowledged_by_one_write(act: Actor, incidents: Incidents) -> None:
    done = act("incident_status", incident_id=incidents(250), status="acknowledged")
    assert (len(done.reads) <= 4, done.writes) == (True, ["PUT /incidents"])


def test_a_resolution_is_kept_as_a_note(act: Actor, incident: str, simulator: Simulator) -> None:
    done = act("incident_status", incident_id=incident, status="resolved", resolution="Rotated the logs.")
    assert done["diff"][0]["after"] == {"status": "resolved", "resolution": "Rotated the logs."}
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["Rotated the logs."]


def test_one_resolved_in_the_meantime_does_not_keep_the_others_from_being_acknowledged(
    act: Actor, incidents: Incidents, simulator: Simulator
) -> None:
    ids = incidents(9)
    done = act("incident_status", incident_id=[*ids, "Q0NOSUCHONE"], status="acknowledged")
    assert done["msg"].startswith("10 incidents: 9 changed, 1 failed. incident Q0NOSUCHONE: ")
    assert {incident["status"] for incident in simulator.state()["incidents"]} == {"acknowledged"}


def test_a_note_is_added_once(act: Actor, incident: str) -> None:
    first, second = (act("incident_note", incident_id=incident, content="text") for _time in range(2))
    assert (len(first.reads), first.writes) == (1, [f"POST /incidents/{incident}/notes"])
    assert (second["changed"], len(second.reads), second.writes) == (False, 1, [])


@pytest.mark.parametrize("again", ["text", "text\n", "  text", "text \r\n"])
def test_white_space_does_not_make_another_note(again: str, act: Actor, incident: str) -> None:
    act("incident_note", incident_id=incident, content="text")
    assert not act("incident_note", incident_id=incident, content=again)["changed"]


def test_half_a_character_is_refused_before_any_call(act: Actor, incident: str) -> None:
    done = act("incident_note", incident_id=incident, content="half a smile: \ud83d")
    assert "content is not valid: neither half a character nor" in done["msg"]
    assert done.reads + done.writes == []


def test_a_duplicate_is_added_when_it_is_asked_for(act: Actor, incident: str) -> None:
    act("incident_note", incident_id=incident, content="text")
    done = act("incident_note", incident_id=incident, content="text", allow_duplicate=True)
    assert done["diff"][0]["after"] == {"notes": ["text", "text"]}


def test_every_note_with_the_content_is_removed(act: Actor, incident: str) -> None:
    for _time in range(2):
        act("incident_note", incident_id=incident, content="text", allow_duplicate=True)
    act("incident_note", incident_id=incident, content="other")
    done = act("incident_note", incident_id=incident, content="text", state="absent")
    assert [note["content"] for note in done["incident"]["notes"]] == ["other"]
    assert len(done.writes) == 2


def test_a_note_is_rewritten_by_its_id(act: Actor, incident: str) -> None:
    (note,) = act("incident_note", incident_id=incident, content="old")["incident"]["notes"]
    done, again = (act("incident_note", incident_id=incident, content="new", note_id=note["id"]) for _time in range(2))
    assert done["diff"][0]["before"] == {"notes": ["old"]}
    assert [(left["id"], left["content"]) for left in done["incident"]["notes"]] == [(note["id"], "new")]
    assert (again["changed"], again.writes) == (False, [])


def test_a_note_is_removed_by_its_id(act: Actor, incident: str) -> None:
    (note,) = act("incident_note", incident_id=incident, content="text")["incident"]["notes"]
    done, again = (act("incident_note", incident_id=incident, note_id=note["id"], state="absent") for _time in range(2))
    assert (done["changed"], done["incident"]["notes"]) == (True, [])
    assert (again["changed"], again["failed"]) == (False, False)


def test_without_a_token_an_event_is_one_call(act: Actor) -> None:
    done = act("event", dedup_key=KEY, api_token=None)
    assert (done["changed"], done.reads, done.writes) == (True, [], ["POST /v2/enqueue"])


def test_with_a_token_an_alert_that_is_open_is_not_triggered_again(act: Actor) -> None:
    first, second = (act("event", dedup_key=KEY) for _time in range(2))
    assert (first["status"], len(first.reads), first.writes) == ("triggered", 1, ["POST /v2/enqueue"])
    assert (second["status"], second["changed"], second.writes) == ("triggered", False, [])


def test_an_acknowledged_alert_is_open_and_stays_acknowledged(act: Actor) -> None:
    act("event", dedup_key=KEY)
    act("event", dedup_key=KEY, action="acknowledge")
    done = act("event", dedup_key=KEY)
    assert (done["status"], done["changed"]) == ("acknowledged", False)


def test_a_resolved_alert_is_not_acknowledged_and_that_is_said(act: Actor) -> None:
    act("event", dedup_key=KEY)
    act("event", dedup_key=KEY, action="resolve")
    done = act("event", dedup_key=KEY, action="acknowledge")
    assert (done["changed"], done.writes) == (False, [])
    assert done.notices == [f"The alert {KEY} is resolved: there is nothing to acknowledge."]


def test_the_same_key_on_another_service_does_not_keep_a_page_from_being_sent(act: Actor, simulator: Simulator) -> None:
    act("event", dedup_key=KEY)
    done = act("event", dedup_key=KEY, routing_key=account.SECOND_ROUTING_KEY)
    assert done.writes == ["POST /v2/enqueue"]
    assert len(simulator.state()["incidents"]) == 2


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_alert_that_cannot_be_seen_is_acted_on_nevertheless(action: str, act: Actor) -> None:
    assert act("event", dedup_key="grouped-elsewhere", action=action).writes == ["POST /v2/enqueue"]


def test_an_event_is_sent_where_its_state_cannot_be_read(act: Actor, simulator: Simulator) -> None:
    simulator.faults([{"method": "GET", "path": ".*", "fault": "status_before", "status": 500, "times": 9}])
    done = act("event", dedup_key=KEY, max_wait=60)
    assert (done["changed"], len(done.reads), done.writes) == (True, 1, ["POST /v2/enqueue"])
    assert "sent without a look at the alert's state" in done.notices[0]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_an_event_whose_answer_is_lost_is_sent_again_under_the_same_key(
    fault: str, act: Actor, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST", "path": "/v2/enqueue", "fault": fault}])
    done = act("event", max_wait=60)
    assert done["changed"]
    assert len(simulator.state()["incidents"]) == 1


@pytest.mark.parametrize(
    ("module", "options", "path"),
    [
        ("incident_note", {"content": "text"}, "/incidents/.*/notes"),
        ("incident_status", {"status": "resolved", "resolution": "text"}, "/incidents"),
    ],
)
@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "truncated", "wrong_shape"])
def test_a_lost_answer_leads_to_one_effect(
    module: str, options: dict[str, str], path: str, fault: str, act: Actor, incident: str, simulator: Simulator
) -> None:
    simulator.faults([{"method": "POST|PUT", "path": path, "fault": fault}])
    done = act(module, incident_id=incident, max_wait=60, **options)
    assert (done["failed"], done["changed"]) == (False, True)
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["text"]
