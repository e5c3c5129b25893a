# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_snooze: keeps incidents acknowledged until a time, when PagerDuty triggers them again.

PagerDuty snoozes only acknowledged incidents, so a triggered one is acknowledged first, which assigns it to whoever
does so. An acknowledged incident may also be triggered again by its service's acknowledgement timeout. PagerDuty shows
both ends in the same way, so the incident's log tells whether it is snoozed. Private to the collection.
"""

from __future__ import annotations

import math
import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Record, path_of
from .._api.times import Times
from .._core.change import Change
from .._core.errors import InvalidOption, Refused
from .._core.time_texts import parse_duration, parse_time
from .._core.timestamps import EARLIEST, iso_8601, now, spoken_duration, spoken_time, time_of
from .._core.words import ACKNOWLEDGE, SNOOZE, Phrase
from .._incidents.acknowledging import Acknowledger, AssignedByAcknowledging, acknowledger, tell_who_got_it
from .._incidents.action import IncidentAction
from .._incidents.log_entries import ACKNOWLEDGED, SNOOZED
from .._incidents.names import name_of
from .._incidents.read import check_open

MAX_SECONDS = 604_800
"""A week. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/snooze."""
TOLERANCE = timedelta(minutes=1)
"""A snooze that ends so much earlier is long enough: clocks differ, and a playbook may run twice in a row."""


class Acknowledged(t.NamedTuple):
    """An incident, and how long it stays acknowledged.

    Args:
        incident: the incident.
        until: when it is triggered again, if that is planned.
        is_enough: whether that is as the task wants it, or a longer snooze.
    """

    incident: Record
    until: datetime | None
    is_enough: bool


class Snooze(IncidentAction):
    """Snoozes each incident.

    Args:
        options: `incident_id`, `duration` or `until`, and `time_zone`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/snooze;
    https://support.pagerduty.com/main/docs/edit-incidents.
    """

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._times = Times(client, options, "until")
        self._seconds: int | None = None
        """How long to snooze; None if the end is given."""
        self._end = EARLIEST
        self._acknowledger: Acknowledger | None = None
        """Who acknowledges; known once an incident has to be acknowledged."""

    def check(self) -> None:
        """Check the ids, and when the snooze should end."""
        super().check()
        self._times.check()
        if self.options["until"] is None:
            self._seconds = parse_duration("duration", self.options["duration"])
            if self._seconds > MAX_SECONDS:
                raise InvalidOption("duration", "must be at most a week", self.options["duration"])
        elif not self._times.needs_user:
            self._set_end()

    def prepare(self) -> None:
        """Turn numbers into ids. From now on the end stays the same."""
        self._set_end()
        super().prepare()

    def _set_end(self) -> None:
        """Set when the snooze should end.

        Raises:
            TaskError: that is unusable, or the time zone cannot be read.
        """
        self._times.settle()
        self.remark = self._times.remark
        if self._seconds is not None:
            self._end = self._times.present + timedelta(seconds=self._seconds)
            return
        self._end = self._times.next("until")
        if not timedelta(0) < self._end - self._times.present <= timedelta(seconds=MAX_SECONDS):
            raise InvalidOption("until", "must be in the future, and at most a week from now", self.options["until"])

    def state(self, incident: Record) -> Acknowledged:
        """Return the incident, and when it is triggered again.

        Raises:
            TaskError: its log is needed and cannot be read.
        """
        found = self.foretold(incident)
        if not found.is_enough or found.until is None or found.until <= self._end + TOLERANCE:
            return found
        return found._replace(is_enough=self._is_snoozed(incident["id"]))

    def foretold(self, incident: Record) -> Acknowledged:
        """Return the same for an incident that stays acknowledged only because it is snoozed."""
        if incident.get("status") not in ("acknowledged", "resolved"):
            self._acknowledger = self._acknowledger or acknowledger(self.client, ())
        until = _triggered_again_at(incident)
        return Acknowledged(incident, until, is_enough=until is not None and until >= self._end - TOLERANCE)

    def plan(self, target: str, state: Acknowledged) -> Change:
        """Plan to snooze the incident, unless it is snoozed long enough.

        Raises:
            Refused: it is resolved.
        """
        incident, until, is_enough = state
        name = name_of(incident)
        if until and is_enough:
            shown = {"acknowledged_until": iso_8601(until)}
            says = f"snoozed until {self._spoken(until)} already"
            return Change(target=target, name=name, before=shown, after=shown, says=says, record=incident)
        check_open(incident, "it cannot be snoozed")
        taken = self._taking(incident)
        return Change(
            target=target,
            name=name,
            before={
                "status": incident.get("status"),
                **({taken.name: taken.present(incident)} if taken else {}),
                "acknowledged_until": until and iso_8601(until),
            },
            after={
                "status": "acknowledged",
                **({taken.name: taken.shown} if taken else {}),
                "acknowledged_until": self._shown_end(),
            },
            says=self._says(incident),
            record=incident,
            predicted=self._predicted(incident),
        )

    def send_one(self, change: Change) -> Record:
        """Acknowledge the incident if need be, then snooze it."""
        is_held = change.before["status"] == "acknowledged"
        if not is_held:
            self._acknowledge(change.target)
        seconds = min(MAX_SECONDS, max(1, math.ceil((self._end - now()).total_seconds())))
        path = path_of("incidents", change.target, "snooze")
        incident = self.client.write_and_get("POST", path, {"duration": seconds}, "incident")
        if not is_held:
            tell_who_got_it(change, incident)
        return incident

    def _is_snoozed(self, incident_id: str) -> bool:
        """Return whether an acknowledged incident is snoozed: another acknowledgement would have ended that.

        Source: https://support.pagerduty.com/main/docs/edit-incidents.
        """
        for page in self.client.pages(path_of("incidents", incident_id, "log_entries"), "log_entries"):
            # PagerDuty lists the newest first.
            latest = {kind: _latest(page, kind) for kind in (SNOOZED, ACKNOWLEDGED)}
            if any(each is not None for each in latest.values()):
                return (latest[SNOOZED] or EARLIEST) >= (latest[ACKNOWLEDGED] or EARLIEST)
        return False

    def _taking(self, incident: Record) -> AssignedByAcknowledging | None:
        """Return the new assignee, if the incident has to be acknowledged, and that assigns it to somebody else."""
        if incident.get("status") == "acknowledged" or self._acknowledger is None:
            return None
        return self._acknowledger.taking(incident)

    def _shown_end(self) -> str:
        """Return the end for diffs: relative if the user gave a duration, so that it is the same in check mode."""
        if self._seconds is not None:
            return f"{self.options['duration'].strip()} from now"
        is_relative = self._times.given["until"].offset is not None
        return f"{self.options['until'].strip(' +')} from now" if is_relative else iso_8601(self._end)

    def _spoken(self, time: datetime) -> str:
        return spoken_time(time, self._times.present, self._times.spoken_zone)

    def _says(self, incident: Record) -> list[Phrase]:
        length = [] if self._seconds is None else [f"for {spoken_duration(self._seconds)}"]
        snooze = SNOOZE(*length, f"until {self._spoken(self._end)}")
        if incident.get("status") == "acknowledged":
            return [snooze]
        taken = self._taking(incident)
        return [ACKNOWLEDGE(), *(taken.says(incident) if taken else ()), snooze]

    def _predicted(self, incident: Record) -> Record:
        others = [action for action in incident.get("pending_actions") or () if action.get("type") != "unacknowledge"]
        end = {"type": "unacknowledge", "at": iso_8601(self._end)}
        taken = self._taking(incident)
        assignment = taken.record(incident) if taken else {}
        return {**incident, **assignment, "status": "acknowledged", "pending_actions": [*others, end]}

    def _acknowledge(self, incident_id: str) -> None:
        body = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
        try:
            self.client.write("PUT", path_of("incidents", incident_id), body)
        except Refused as error:
            # Somebody may have acknowledged it first.
            if not error.is_conflict:
                raise


def _latest(entries: t.Sequence[Record], kind: str) -> datetime | None:
    """Return the time of the latest log entry of a kind."""
    times = [time_of(entry.get("created_at")) for entry in entries if str(entry.get("type")).startswith(kind)]
    return max(times, default=None)


def _triggered_again_at(incident: Record) -> datetime | None:
    """Return when an incident will be triggered again, if that is planned."""
    actions = incident.get("pending_actions") or ()
    times = [str(action.get("at")) for action in actions if action.get("type") == "unacknowledge"]
    try:
        return max((parse_time("at", each) for each in times), default=None)
    except InvalidOption:
        # Treat an unreadable time as none.
        return None
