# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_snooze: keeps incidents acknowledged until a time, when PagerDuty triggers them again.

PagerDuty snoozes only acknowledged incidents, so a triggered one is acknowledged first. Private to the collection.
"""

from __future__ import annotations

import math
import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Record, path_of
from .._core.change import Change
from .._core.errors import InvalidOption, Refused
from .._core.time_texts import EARLIEST, iso_8601, now, parse_duration, parse_time, spoken_duration, spoken_time
from .._core.words import ACKNOWLEDGE, SNOOZE, Phrase
from .._incidents.action import IncidentAction
from .._incidents.read import check_open, name_of

MAX_SECONDS = 604_800
"""A week. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/snooze."""
TOLERANCE = timedelta(minutes=1)
"""A snooze that ends so much earlier is long enough: clocks differ, and a playbook may run twice in a row."""


class Snooze(IncidentAction):
    """Snoozes each incident.

    Args:
        options: `incident_id`, and `duration` or `until`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/snooze;
    https://support.pagerduty.com/main/docs/edit-incidents.
    """

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._seconds: int | None = None
        """How long to snooze; None if the end is given."""
        self._start = self._end = EARLIEST

    def check(self) -> None:
        """Check the ids, and when the snooze should end."""
        super().check()
        duration, until = self.options["duration"], self.options["until"]
        if until is not None:
            self._end = parse_time("until", until)
            if not timedelta(0) < self._end - now() <= timedelta(seconds=MAX_SECONDS):
                raise InvalidOption("until", "must be in the future, and at most a week from now", until)
            return
        self._seconds = parse_duration("duration", duration)
        if self._seconds > MAX_SECONDS:
            raise InvalidOption("duration", "must be at most a week", duration)

    def prepare(self) -> None:
        """Turn numbers into ids. From now on the end stays the same."""
        super().prepare()
        self._start = now()
        if self._seconds is not None:
            self._end = self._start + timedelta(seconds=self._seconds)

    def plan(self, target: str, state: Record) -> Change:
        """Plan to snooze the incident, unless it stays acknowledged long enough.

        Raises:
            Refused: it is resolved.
        """
        snoozed_until, name = _snoozed_until(state), name_of(state)
        if snoozed_until and snoozed_until >= self._end - TOLERANCE:
            shown = {"snoozed_until": iso_8601(snoozed_until)}
            says = f"snoozed until {spoken_time(snoozed_until, self._start)} already"
            return Change(target=target, name=name, before=shown, after=shown, says=says, record=state)
        check_open(state, "it cannot be snoozed")
        return Change(
            target=target,
            name=name,
            before={"status": state.get("status"), "snoozed_until": snoozed_until and iso_8601(snoozed_until)},
            after={"status": "acknowledged", "snoozed_until": self._shown_end()},
            says=self._says(state),
            record=state,
            predicted=self._predicted(state),
        )

    def send_one(self, change: Change) -> Record:
        """Acknowledge the incident if need be, then snooze it."""
        if change.before["status"] != "acknowledged":
            self._acknowledge(change.target)
        seconds = min(MAX_SECONDS, max(1, math.ceil((self._end - now()).total_seconds())))
        path = path_of("incidents", change.target, "snooze")
        return self.client.write_and_get("POST", path, {"duration": seconds}, "incident")

    def _shown_end(self) -> str:
        """Return the end for diffs: relative if the user gave a duration, so that it is the same in check mode."""
        return iso_8601(self._end) if self._seconds is None else f"{self.options['duration'].strip()} from now"

    def _says(self, incident: Record) -> list[Phrase]:
        length = [] if self._seconds is None else [f"for {spoken_duration(self._seconds)}"]
        snooze = SNOOZE(*length, f"until {spoken_time(self._end, self._start)}")
        return [snooze] if incident.get("status") == "acknowledged" else [ACKNOWLEDGE(), snooze]

    def _predicted(self, incident: Record) -> Record:
        others = [action for action in incident.get("pending_actions") or () if action.get("type") != "unacknowledge"]
        end = {"type": "unacknowledge", "at": iso_8601(self._end)}
        return {**incident, "status": "acknowledged", "pending_actions": [*others, end]}

    def _acknowledge(self, incident_id: str) -> None:
        body = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
        try:
            self.client.write("PUT", path_of("incidents", incident_id), body)
        except Refused as error:
            # Somebody may have acknowledged it first.
            if not error.is_conflict:
                raise


def _snoozed_until(incident: Record) -> datetime | None:
    """Return when an incident will be triggered again, if that is planned."""
    actions = incident.get("pending_actions") or ()
    times = [str(action.get("at")) for action in actions if action.get("type") == "unacknowledge"]
    try:
        return max((parse_time("at", each) for each in times), default=None)
    except InvalidOption:
        # Treat an unreadable time as no snooze.
        return None
