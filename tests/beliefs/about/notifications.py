# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom PagerDuty notifies, as the log of an incident tells it, and status updates in the log.

What check mode foretells as `notifies` rests on these. Only the user of the checks is notified, and needs a
notification rule without a delay. An acknowledged or resolved incident notifies nobody by itself, so what is new comes
from the act.
"""

from __future__ import annotations

import typing as t

from beliefs.about.responders import request
from beliefs.account import Json
from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

CHANNELS = ("email", "sms", "phone", "push")
REPORT = "PagerDuty/public-support-scripts, notifications_team_report"
CLIENT = "filetrust/jira-pagerduty-integration, jpi/handlers/log_entries.py"
LIVE = "PagerDuty/pd-live-react, src/util/pd-api-wrapper.js"
POLICIES = "https://support.pagerduty.com/main/docs/escalation-policies"
REASSIGN = "https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents"
EDIT = "https://support.pagerduty.com/main/docs/edit-incidents"
ADD_RESPONDERS = "https://support.pagerduty.com/main/docs/add-responders"
URGENCY = "https://support.pagerduty.com/main/docs/dynamic-notifications"
ONLY_THE_USER = (True, 0)
"""Whether the user of the checks was notified, and how many others."""


def log(own: OwnService, incident_id: str, kind: str) -> list[Json]:
    """Return the log entries of a kind, in PagerDuty's order."""
    entries = own.account.get(f"/incidents/{incident_id}/log_entries", "log_entries", [("limit", "100")])
    return [entry for entry in entries if entry["type"] == f"{kind}_log_entry"]


def notified(own: OwnService, incident_id: str, **change: t.Any) -> tuple[bool, int]:
    """Update an incident, and return whether the log tells that this notified the user, and how many others."""
    before = ids(own, incident_id)
    own.updated(incident_id, **change)
    return seen(own, incident_id, before)


def ids(own: OwnService, incident_id: str) -> set[str]:
    """Return the ids of the notifications in the log."""
    return {entry["id"] for entry in log(own, incident_id, "notify")}


def seen(own: OwnService, incident_id: str, before: t.Collection[str] = ()) -> tuple[bool, int]:
    """Return whether the user was notified, and how many others, by entries that were not there before.

    Raises:
        NotTried: PagerDuty has not notified anybody of the incident, by now or before.
    """

    def new() -> list[Json]:
        return [entry for entry in log(own, incident_id, "notify") if entry["id"] not in before]

    people = {entry["user"]["id"] for entry in own.eventually(new, bool)}
    if not people and not before:
        raise NotTried("nobody was notified: the user needs a notification rule without a delay")
    return own.user["id"] in people, len(people - {own.user["id"]})


def acknowledged(own: OwnService) -> str:
    """Open an incident and acknowledge it; returns its id."""
    incident_id = str(own.open_incident(urgency="high")["id"])
    own.updated(incident_id, status="acknowledged")
    return incident_id


@belief((True, True), source=f"{INFERRED} from {REPORT}; {SCHEMA}, NotifyLogEntry and Notification, has other words")
def a_notification_tells_its_channel(own: OwnService) -> object:
    """A `notify_log_entry` has the `user`; its `channel.notification.type`, without include[], names the channel."""
    incident_id = own.open_incident(urgency="high")["id"]
    entries = own.eventually(lambda: log(own, incident_id, "notify"), bool)
    types = [entry["channel"]["notification"]["type"] for entry in entries]
    return bool(types), all(any(channel in each for channel in CHANNELS) for each in types)


@belief(ONLY_THE_USER, source=POLICIES)
def a_new_incident_notifies_its_first_level(own: OwnService) -> object:
    """A new incident notifies whoever is on call at the first level of its escalation policy."""
    return seen(own, own.open_incident(urgency="high")["id"])


@belief(ONLY_THE_USER, source=POLICIES)
def a_triggered_event_notifies_the_first_level(own: OwnService) -> object:
    """An event that opens an incident notifies whoever is on call at the first level."""
    return seen(own, own.trigger(own.new_key(), severity="critical")["id"])


@belief(ONLY_THE_USER, source=f"{INFERRED} from {EDIT}")
def triggering_again_notifies_the_assignees(own: OwnService) -> object:
    """Taking an acknowledgement back notifies the assignees."""
    return notified(own, acknowledged(own), status="triggered")


@belief(ONLY_THE_USER, source=f"{INFERRED} from {SCHEMA}, PUT /incidents/{{id}}, status: it is assigned again")
def reopening_notifies_the_first_level(own: OwnService) -> object:
    """Re-opening a resolved incident notifies whoever is on call at the first level."""
    incident_id = acknowledged(own)
    own.updated(incident_id, status="resolved")
    return notified(own, incident_id, status="triggered")


@belief(ONLY_THE_USER, source=REASSIGN)
def escalating_notifies_the_level(own: OwnService) -> object:
    """Escalating to a level notifies whoever is on call there."""
    return notified(own, acknowledged(own), escalation_level=2)


@belief(ONLY_THE_USER, source=f"{INFERRED} from {URGENCY}")
def raising_the_urgency_notifies_the_assignees(own: OwnService) -> object:
    """Raising the urgency of a triggered incident to high notifies the assignees."""
    incident_id = own.open_incident()["id"]
    # Notifications of low urgency must not be taken for those of high urgency.
    own.eventually(lambda: ids(own, incident_id), bool)
    return notified(own, incident_id, urgency="high")


@belief(ONLY_THE_USER, source=ADD_RESPONDERS)
def requesting_a_responder_notifies_the_responder(own: OwnService) -> object:
    """A responder request notifies the responder, and the log of the incident tells it."""
    incident_id = acknowledged(own)
    before = ids(own, incident_id)
    request(own, incident_id, own.reference("user"))
    return seen(own, incident_id, before)


def send_update(own: OwnService, incident_id: str, message: str) -> None:
    """Send a status update.

    Raises:
        NotTried: the account's plan does not include it.
    """
    response = own.account.call("POST", f"/incidents/{incident_id}/status_updates", {"message": message})
    if response.status in (402, 403):
        raise NotTried("the account's plan has no status updates")


@belief(["second", "first"], source=f"{INFERRED} from {CLIENT}, and for the order from {LIVE}")
def status_updates_are_in_the_log_with_the_newest_first(own: OwnService) -> object:
    """A status update is a `status_update_log_entry` with its `message`, and log entries come newest first."""
    incident_id = own.open_incident()["id"]
    for message in ("first", "second"):
        send_update(own, incident_id, message)
    entries = own.eventually(lambda: log(own, incident_id, "status_update"), lambda found: len(found) > 1)
    return [entry.get("message") for entry in entries]


@belief(0, source=f"{INFERRED}: no document tells of it")
def a_status_update_is_no_notification_in_the_log(own: OwnService) -> object:
    """A status update to a subscriber writes no `notify_log_entry`."""
    incident_id = acknowledged(own)
    subscriber = {"subscriber_id": own.user["id"], "subscriber_type": "user"}
    own.account.call("POST", f"/incidents/{incident_id}/status_updates/subscribers", {"subscribers": [subscriber]})
    own.let_events_settle()
    before = ids(own, incident_id)
    send_update(own, incident_id, "The shop is back.")
    own.let_events_settle()
    return len(ids(own, incident_id) - before)
