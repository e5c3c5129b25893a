# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snoozing, and the acknowledgement timeout of a service."""

from __future__ import annotations

from datetime import datetime, timedelta

from beliefs.about.status import V2_WEBHOOKS, log
from beliefs.account import Json, Response
from beliefs.belief import INFERRED, SCHEMA, belief
from beliefs.own_service import OwnService, in_hours, time_of

SNOOZE = f"{SCHEMA}, POST /incidents/{{id}}/snooze"
SUPPORT = "https://support.pagerduty.com/main/docs/edit-incidents"
HOUR = 3600
CLOSE = timedelta(minutes=1)
"""Clocks differ, and a call takes time."""


@belief([True], source=f"{V2_WEBHOOKS}, the example of incident.acknowledge")
def an_acknowledgement_timeout_is_a_pending_action(own: OwnService) -> object:
    """Where the service has an acknowledgement timeout, an acknowledged incident has an action `unacknowledge` then."""
    own.set_acknowledgement_timeout(24 * HOUR)
    return [is_in(24, end) for end in ends(acknowledged(own))]


@belief((201, [True]), source=SNOOZE)
def a_snooze_is_a_pending_action(own: OwnService) -> object:
    """Snoozing an acknowledged incident is answered with 201, and is an action `unacknowledge` at its end."""
    own.set_acknowledgement_timeout(None)
    response = snooze(own, acknowledged(own))
    return response.status, [is_in(1, end) for end in ends(response.body["incident"])]


@belief(
    ("acknowledged", [True]), source=f"{INFERRED} from the page of the acknowledgement timeout, which is quieted by it"
)
def a_snooze_replaces_a_later_acknowledgement_timeout(own: OwnService) -> object:
    """A snooze that is shorter than the acknowledgement timeout replaces it."""
    own.set_acknowledgement_timeout(24 * HOUR)
    incident = acknowledged(own)
    snooze(own, incident)
    read = own.read(incident["id"])
    return read["status"], [is_in(1, end) for end in ends(read)]


@belief((1, [True]), source=f"{SCHEMA}, SnoozeLogEntry, changed_actions")
def a_snooze_is_in_the_log(own: OwnService) -> object:
    """A snooze is a `snooze_log_entry`, whose `changed_actions` have the time at which it ends."""
    incident = acknowledged(own)
    snooze(own, incident)
    entries = [each for each in log(own, incident["id"]) if each["type"].startswith("snooze_log_entry")]
    return len(entries), [
        is_in(1, end) for each in entries for end in ends({"pending_actions": each["changed_actions"]})
    ]


@belief((400, 2001), source=f"{INFERRED} from https://github.com/mbovo/pdh/pull/14, and from {SUPPORT}")
def a_triggered_incident_is_not_snoozed(own: OwnService) -> object:
    """Snoozing a triggered incident is refused."""
    return snooze(own, own.open_incident()).status_and_code


@belief((400, 1001), (400, 2001), source=f"{INFERRED} from {SUPPORT}")
def a_resolved_incident_is_not_snoozed(own: OwnService) -> object:
    """Snoozing a resolved incident is refused."""
    return snooze(own, own.updated(own.open_incident()["id"], status="resolved")).status_and_code


@belief([True], source=f"{INFERRED}: no document says that a second snooze is refused")
def a_second_snooze_replaces_the_first(own: OwnService) -> object:
    """A second snooze replaces the first one."""
    incident = acknowledged(own)
    snooze(own, incident, hours=6)
    return [is_in(1, end) for end in ends(snooze(own, incident).body["incident"])]


@belief([], source=f"{INFERRED} from {SUPPORT}, which speaks of an acknowledgement by another user")
def acknowledging_again_ends_a_snooze(own: OwnService) -> object:
    """Acknowledging a snoozed incident again ends the snooze."""
    own.set_acknowledgement_timeout(None)
    incident = acknowledged(own)
    snooze(own, incident)
    return ends(own.updated(incident["id"], status="acknowledged"))


def acknowledged(own: OwnService) -> Json:
    """Return an acknowledged incident."""
    return own.updated(own.open_incident()["id"], status="acknowledged")


def snooze(own: OwnService, incident: Json, hours: int = 1) -> Response:
    """Snooze an incident, whatever becomes of it."""
    return own.account.call("POST", f"/incidents/{incident['id']}/snooze", {"duration": hours * HOUR})


def ends(incident: Json) -> list[datetime]:
    """Return when an incident is triggered again."""
    return [time_of(each["at"]) for each in incident["pending_actions"] if each["type"] == "unacknowledge"]


def is_in(hours: float, time: datetime) -> bool:
    """Return whether a time is some hours from now."""
    return abs(time - time_of(in_hours(hours))) < CLOSE
