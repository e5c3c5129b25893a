# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which status update is sent, and that it is never sent twice blindly."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import NEVER
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import NOTIFY
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.subscribers import NOT_LISTED
from ansible_collections.oncall.pagerduty.tests.unit.records import named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

LOG = "GET /incidents/Q1/log_entries"
SUBSCRIBERS = "GET /incidents/Q1/status_updates/subscribers"
POST = "POST /incidents/Q1/status_updates"
SENT = {"id": "PU1", "message": "It spreads.", "sender": None, "created_at": "2026-01-31T12:00:00Z"}
Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]


def entry(message: str, second: int = 0, kind: str = "status_update", **more: t.Any) -> Record:
    return {"type": f"{kind}_log_entry", "message": message, "created_at": f"2026-01-31T12:00:{second:02}Z", **more}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that sends `It spreads.`, given the log entries as PagerDuty lists them."""

    def make(*entries: Record, **options: t.Any) -> Task:
        http.answers = {
            LOG: {"log_entries": list(entries)},
            SUBSCRIBERS: {"subscribers": [{"subscriber_type": "user", "subscriber_id": "PUSER1"}]},
            "GET /users/PUSER1": {"user": named("PUSER1", "Ana")},
            POST: {"status_update": SENT},
        }
        return Task("incident_status_update", pagerduty, **{"update_message": "It spreads.", **options})

    return make


@pytest.mark.parametrize(
    ("entries", "is_sent"),
    [
        ([], True),
        ([entry("It spreads.")], False),
        ([entry("It spreads.", kind="annotate")], True),
        ([entry("It is out.", 2), entry("It spreads.", 1)], True),
        ([entry("It spreads.", 1), entry("It is out.", 2)], True),
        ([entry(" It spreads.\n", 2), entry("It is out.", 1)], False),
        ([entry("It spreads."), entry("It is out.")], False),
        ([entry("It is out."), entry("It spreads.")], True),
        ([entry("It spreads."), entry("It is out.", created_at="2026-01-31T12:30:00+01:00")], False),
        ([{"type": "status_update_log_entry"}], True),
    ],
    ids=str,
)
def test_an_update_is_sent_unless_it_is_the_latest(entries: list[Record], is_sent: bool, task: Tasks) -> None:
    assert task(*entries).plan().is_needed is is_sent


@pytest.mark.parametrize("latest", [{"message": None}, {}], ids=["null", "left out"])
def test_an_update_that_may_be_the_same_is_sent_with_a_warning(latest: Record, task: Tasks, http: ScriptedHttp) -> None:
    asked = task({"type": "status_update_log_entry", **latest})
    assert asked.run()["changed"]
    assert http.warnings == [
        "Incident Q1: PagerDuty's response leaves out 'message' of the latest status update, so the same may be sent "
        "again."
    ]


def test_white_space_around_the_message_makes_no_other_update(task: Tasks) -> None:
    assert not task(entry("It spreads."), update_message=" It spreads.\n").plan().is_needed


def test_the_update_may_be_on_any_page_of_the_log(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    pages = [{"log_entries": [entry("", kind="annotate")], "more": True}, {"log_entries": [entry("It spreads.")]}]
    http.answers[LOG] = pages
    assert not asked.plan().is_needed


def test_what_is_said(task: Tasks) -> None:
    others = f"whoever is {NOT_LISTED}"
    assert task().says(check_mode=True) == f"Incident Q1: would send the status update; would notify Ana, {others}."
    assert task().says() == f"Incident Q1: sent the status update; notified Ana, {others}."
    assert task(entry("It spreads.")).says() == "Incident Q1: the latest update says so already."


def test_a_repeated_update_is_sent_on_request_and_then_found(task: Tasks) -> None:
    change = task(entry("It spreads."), allow_duplicate=True).plan()
    assert change.is_needed
    again = task(entry("It spreads.", 2), entry("It spreads.", 1), allow_duplicate=True).plan()
    assert again.before == change.after == {"status_updates": ["It spreads.", "It spreads."]}


def test_an_update_notifies_the_subscribers_and_one_that_was_sent_notifies_nobody(
    task: Tasks, http: ScriptedHttp
) -> None:
    assert task(entry("It spreads.")).plan().notifies == ()
    assert SUBSCRIBERS not in http.calls
    notifies = task().plan().notifies
    assert [(each.name, each.how) for each in notifies] == [("Ana", NOTIFY), (f"whoever is {NOT_LISTED}", NOTIFY)]


def test_the_update_that_was_sent_is_shown(task: Tasks) -> None:
    ben = {"id": "PU2", "type": "user_reference"}
    result = task(entry("It is out.", 1), entry("It spreads.", 2, agent=ben)).run()
    found = {"id": None, "message": "It spreads.", "sender": ben, "created_at": "2026-01-31T12:00:02Z"}
    assert (result["changed"], result["status_update"]) == (False, found)
    assert result["incident"] == {"id": "Q1", "status_update": found}


def test_check_mode_shows_the_update_that_would_be_sent(task: Tasks, http: ScriptedHttp) -> None:
    email = {"subject": "Fire", "html_message": "<h1>Fire</h1>"}
    shown = task(**email).run(check_mode=True)["status_update"]
    assert shown == {"id": None, "message": "It spreads.", "sender": None, "created_at": None, **email}
    assert http.writes == []


def test_an_update_is_never_sent_again_only_because_it_is_not_seen(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    assert asked.plan().resend == NEVER
    http.answers[POST] = (500, {})
    result = asked.run()
    assert (result["failed"], result["changed"], result["failures"][0]["outcome"]) == (True, False, "unknown")
    assert "It is not known whether Incident Q1 was changed." in result["msg"]
    assert result["msg"].endswith(
        "Check in PagerDuty whether the incident has this status update. Run the task again only if it does not: it "
        "would notify the subscribers again."
    )
    assert len(http.writes) == 1


def test_an_update_whose_response_was_lost_may_be_in_the_log(task: Tasks, http: ScriptedHttp) -> None:
    asked = task()
    http.answers[LOG] = [{"log_entries": []}, {"log_entries": [entry("It spreads.")]}]
    http.answers[POST] = (500, {})
    result = asked.run()
    assert (result["failed"], result["changed"], result["status_update"]["message"]) == (False, True, "It spreads.")


def test_an_email_of_its_own_is_sent_with_it(task: Tasks, http: ScriptedHttp) -> None:
    result = task(subject="Fire", html_message="<h1>Fire</h1>").run()
    assert http.writes == [(POST, {"message": "It spreads.", "subject": "Fire", "html_message": "<h1>Fire</h1>"})]
    assert (result["changed"], result["status_update"]) == (True, SENT)
    assert result["incident"] == {"id": "Q1", "status_update": SENT}


def test_without_an_email_of_its_own_pagerduty_writes_it(task: Tasks, http: ScriptedHttp) -> None:
    task().run()
    assert http.writes == [(POST, {"message": "It spreads."})]


def test_the_result_of_several_incidents_has_no_single_status_update(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(entry("It spreads."), incident_id=["Q1", "Q2"])
    http.answers["GET /incidents/Q2/log_entries"] = {"log_entries": []}
    http.answers["GET /incidents/Q2/status_updates/subscribers"] = {"subscribers": []}
    http.answers["POST /incidents/Q2/status_updates"] = {"status_update": SENT}
    result = asked.run()
    assert result["msg"] == (
        f"2 incidents: 1 changed (sent the status update), 1 unchanged; notified whoever is {NOT_LISTED}."
    )
    assert [each["id"] for each in result["incidents"]] == ["Q1", "Q2"]
    assert not {"incident", "status_update"} & result.keys()


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"incident_id": [""]}, "incident_id"),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, option: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: must "):
        task(**options).action.check()
    assert http.calls == []
