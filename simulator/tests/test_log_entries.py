# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the log of an incident tells of notifications, and of people who were deleted since."""

from __future__ import annotations

import typing as t

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

GONE = account.COMMUNICATIONS


def log(call: Client, incident: str, kind: str) -> list[dict[str, t.Any]]:
    entries = call("GET", f"/incidents/{incident}/log_entries").body["log_entries"]
    return [entry for entry in entries if entry["type"] == f"{kind}_log_entry"]


def test_a_notification_has_its_user_and_channel_and_no_agent(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (entry,) = log(call, incident, "notify")
    assert (entry["summary"], entry["user"]["id"]) == ("Notified Primary On-call by email", account.PRIMARY.id)
    notification = {"type": "email", "address": account.PRIMARY.email, "status": "success"}
    assert entry["channel"] == {"type": "auto", "notification": notification}
    assert "agent" not in entry


def test_a_status_update_notifies_without_an_entry_for_it(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"subscribers": [account.OWNER.id]})["incidents"]
    before = len(log(call, incident, "notify"))
    call("POST", f"/incidents/{incident}/status_updates", {"message": "The shop is back."})
    page = simulator.state()["pages"][-1]
    assert (page["user"], page["incident"], page["reason"]) == (account.OWNER.id, incident, "status_update")
    assert (len(log(call, incident, "notify")), len(log(call, incident, "status_update"))) == (before, 1)


def test_a_deleted_user_stays_a_reference_also_where_users_are_included(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"responders": {GONE.id: "joined"}})["incidents"]
    assert call("DELETE", f"/users/{GONE.id}").status == 204
    notified = [entry["user"] for entry in log(call, incident, "notify") if entry["user"]["id"] == GONE.id]
    span = [("since", "2020-01-01T00:00:00Z"), ("until", "2020-01-02T00:00:00Z"), ("include[]", "users")]
    shifts = call("GET", "/oncalls", query=[*span, ("schedule_ids[]", account.WEB_SECONDARY.id)]).body["oncalls"]
    for user in (*notified, shifts[0]["user"]):
        assert (user["type"], user["summary"], user["self"]) == ("user_reference", GONE.name, None)
        assert user["deleted_at"]
        assert "email" not in user
