# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which status update is sent, and that it is never sent twice blindly."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_status_update import (
    IF_UNKNOWN,
    send_status_update,
    status_updates_result,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.subscribers import NOT_LISTED
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

SUBSCRIBERS = "GET /incidents/Q1/status_updates/subscribers"
DEFAULTS = {"incident_id": ["Q1"], "subject": None, "html_message": None, "allow_duplicate": False}
Record = dict[str, t.Any]
Planner = t.Callable[..., PlanOrOutcome]


def entry(message: str, second: int = 0, kind: str = "status_update", **more: t.Any) -> Record:
    return {"type": f"{kind}_log_entry", "message": message, "created_at": f"2026-01-31T12:00:{second:02}Z", **more}


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp) -> Planner:
    """Plan a status update, given the log entries as PagerDuty lists them."""

    def planned(message: str, *entries: Record, **options: t.Any) -> PlanOrOutcome:
        http.answers = {
            "GET /incidents/Q1/log_entries": {"log_entries": list(entries)},
            SUBSCRIBERS: {"subscribers": []},
        }
        (entry,) = send_status_update(pagerduty, {**DEFAULTS, "update_message": message, **options})
        return entry

    return planned


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
        ([entry("It spreads."), entry("It is out.", created_at="2026-01-31T12:30:00+01:00")], False),
        ([{"type": "status_update_log_entry"}], True),
    ],
    ids=str,
)
def test_an_update_is_sent_unless_it_is_the_latest(entries: list[Record], is_sent: bool, plan: Planner) -> None:
    planned = plan("It spreads.", *entries)
    assert isinstance(planned, Plan)
    assert planned.has_changes is is_sent


def test_a_repeated_update_is_sent_on_request_and_then_found(plan: Planner) -> None:
    planned = plan("It spreads.", entry("It spreads."), allow_duplicate=True)
    assert isinstance(planned, Plan)
    assert planned.has_changes
    again = plan("It spreads.", entry("It spreads.", 2), entry("It spreads.", 1), allow_duplicate=True)
    assert isinstance(again, Plan)
    assert again.before == planned.after


def test_an_update_notifies_the_subscribers_and_one_that_was_sent_notifies_nobody(
    plan: Planner, http: ScriptedHttp
) -> None:
    assert plan("It spreads.", entry("It spreads.")).notifies == ()
    assert SUBSCRIBERS not in http.calls
    assert [each.why for each in plan("It spreads.").notifies] == [NOT_LISTED]


def test_the_update_that_was_sent_is_shown(plan: Planner) -> None:
    ben = {"id": "PU2", "type": "user_reference"}
    planned = plan("It spreads.", entry("It spreads.", agent=ben))
    assert isinstance(planned, Plan)
    assert planned.record["status_update"] == {
        "id": None,
        "message": "It spreads.",
        "sender": ben,
        "created_at": "2026-01-31T12:00:00Z",
    }


def test_an_update_is_never_sent_again_only_because_it_is_not_seen(plan: Planner) -> None:
    planned = plan("It spreads.")
    assert isinstance(planned, Plan)
    assert planned.write is not None
    assert (planned.write.harmful_twice, planned.write.can_be_verified) == (True, False)
    assert planned.if_unknown == IF_UNKNOWN


def test_an_email_of_its_own_is_sent_with_it(plan: Planner, http: ScriptedHttp) -> None:
    planned = plan("It spreads.", subject="Fire", html_message="<h1>Fire</h1>")
    assert isinstance(planned, Plan)
    assert planned.write is not None
    http.answers["POST /incidents/Q1/status_updates"] = {"status_update": {"id": "PU1", "message": "It spreads."}}
    (record,) = planned.write.send([planned])
    body = {"message": "It spreads.", "subject": "Fire", "html_message": "<h1>Fire</h1>"}
    assert http.writes == [("POST /incidents/Q1/status_updates", body)]
    assert record == {"id": "Q1", "status_update": {"id": "PU1", "message": "It spreads."}}


@pytest.mark.parametrize(
    "options", [{"update_message": " "}, {"subject": "", "html_message": "x"}, {"html_message": " "}]
)
def test_an_empty_text_is_refused(options: Record, pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match="must not be empty"):
        send_status_update(pagerduty, {**DEFAULTS, "update_message": "It spreads.", **options})


def test_the_result_has_the_status_update_of_a_single_incident() -> None:
    records = [{"id": "Q1", "status_update": {"id": "PU1"}}, {"id": "Q2", "status_update": {"id": "PU2"}}]
    assert status_updates_result(records[:1])["status_update"] == {"id": "PU1"}
    assert "status_update" not in status_updates_result(records)
