# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_response_play: runs a play on incidents that lack its responders or its conference bridge.

Running a play pages all its responders again. So if only its bridge is missing, the bridge alone is set. Subscribers
that a play adds cannot be read back, so a play without responders and bridge is recorded in a note.

PagerDuty ended response plays in 2024; for accounts without them the error names the module incident_workflow. Private
to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import RESPONSE_PLAY, Directory
from .._core.action import Action, State
from .._core.change import CAREFULLY, Change, Fields, Notification
from .._core.errors import Refused
from .._core.words import NOTIFY, RUN, SET, label, short_name
from .._incidents.action import IncidentAction
from .._incidents.names import name_of
from .._incidents.notes import Notes, read_notes
from .._incidents.on_call import OnCall
from .._incidents.read import check_open, read_incident, well_formed
from .._incidents.responders import notified_responders, shows_responders, states_of_responders
from .._incidents.run_note import IF_UNKNOWN, Run, has_started, start

Options = dict[str, t.Any]

WITHDRAWN = (402, 403, 404, 410)
"""How accounts without response plays answer."""


def incident_response_play(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id` and `response_play`, its id or name.

    Source: PagerDuty/api-schema as of before 2025-09-09, POST /response_plays/{response_play_id}/run.
    """
    return PlayAction(client, options)


class PlayAction(IncidentAction):
    """Runs a play. What is read, planned and sent depends on the play, and is known once it is looked up."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._play: Play

    def prepare(self) -> None:
        """Look up the play.

        Raises:
            Refused: the name matches no play, or more than one, or the account has no response plays.
        """
        super().prepare()
        record = self._find()
        can_be_read = record.get("responders") or bridge_of(record)
        if record.get("responders") is None and not can_be_read:
            self.client.warn(
                f"PagerDuty's response leaves out 'responders' of the response play {label(record)}, so only notes of "
                "this module tell whether it has run."
            )
        self._play = ReadablePlay(self.client, record) if can_be_read else RecordedPlay(self.client, record)
        self.include = ["conference_bridge"] if bridge_of(record) else []

    def state(self, incident: Record) -> State:
        """Return the incident, and what else shows whether the play has run."""
        return self._play.state(incident)

    def foretold(self, incident: Record) -> State:
        """Return the incident, on which no play has run."""
        return self._play.foretold(incident)

    def plan(self, target: str, state: State) -> Change:
        """Plan to run the play, or what is missing of it.

        Raises:
            Refused: something is missing, and the incident is resolved.
            OutcomeUnknown: the play may or may not have run.
        """
        return self._play.plan(target, state)

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom the play notifies; nobody if only its bridge is set."""
        return [] if isinstance(change.body, Bridge) else self._play.people()

    def send(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Run the play, or set its bridge."""
        return [change.body.send(change) for change in changes]

    def _find(self) -> Record:
        try:
            return Directory(self.client).find(RESPONSE_PLAY, self.options["response_play"])
        except Refused as error:
            if error.status in WITHDRAWN:
                error.message += " PagerDuty has withdrawn response plays."
                error.hint = "Use oncall.pagerduty.incident_workflow instead."
            raise


class Play:
    """A response play, and how it is run.

    Args:
        record: the play.
    """

    if_unknown = ""

    def __init__(self, client: PagerDuty, record: Record) -> None:
        self.client = client
        self.record = record
        self._on_call = OnCall(client)

    def state(self, incident: Record) -> State:
        """Return what shows whether the play has run."""
        raise NotImplementedError

    def foretold(self, incident: Record) -> State:
        """Return the same for an incident that does not exist yet."""
        return incident

    def plan(self, target: str, state: State) -> Change:
        """Return what is missing. The change's body has `send`."""
        raise NotImplementedError

    def people(self) -> list[Notification]:
        """Return whom the play notifies: all its responders, also those who were requested before, and subscribers."""
        notifies = notified_responders(self._on_call, self.record.get("responders") or ())
        if self.record.get("subscribers_message"):
            notifies.append(Notification(None, "subscribed to the incident and gets the play's message", NOTIFY))
        return notifies

    def send(self, change: Change) -> Record:
        """Run the play; returns the incident."""
        raise NotImplementedError

    def run(self, incident: Record, before: Fields, after: Fields) -> Change:
        """Return the change that runs the play, if anything differs.

        Raises:
            Refused: something does, and the incident is resolved.
        """
        is_over = before == after
        if not is_over:
            check_open(incident, "a response play cannot be run on it")
        return Change(
            target=incident["id"],
            name=name_of(incident),
            before=before,
            after=after,
            says="the play has run already" if is_over else [RUN(f"response play {short_name(self.record)}")],
            record=incident,
            body=self,
            resend=CAREFULLY,
            if_unknown=self.if_unknown,
        )

    def post(self, incident_id: str) -> None:
        """Run the play."""
        body = {"incident": {"id": incident_id, "type": "incident_reference"}}
        self.client.write("POST", path_of("response_plays", self.record["id"], "run"), body)


class ReadablePlay(Play):
    """A play with responders or a bridge, which an incident shows."""

    def __init__(self, client: PagerDuty, record: Record) -> None:
        super().__init__(client, record)
        self._bridge = Bridge(client, bridge_of(record))

    def state(self, incident: Record) -> Record:
        """Return the incident alone."""
        return incident

    def plan(self, target: str, state: Record) -> Change:
        """Plan to run the play unless all its effects are there; if only the bridge is missing, to set it."""
        before, after = self._effects(state)
        run = self.run(state, before, after)
        if run.is_needed and after["responders"] and not shows_responders(state):
            run.warnings = [
                f"{name_of(state)}: PagerDuty's response has neither 'responder_requests' nor 'incidents_responders', "
                "so the play may have run before, and pages its responders again."
            ]
        only_bridge = run.is_needed and after["responders"] and before["responders"] == after["responders"]
        return self._bridge.instead_of(run) if only_bridge else run

    def send(self, change: Change) -> Record:
        """Run the play, and read its effects: the response is only "ok"."""
        self.post(change.target)
        include = [("include[]", "conference_bridge")] if self._bridge.fields else []
        return read_incident(self.client, change.target, include)

    def _effects(self, incident: Record) -> tuple[Fields, Fields]:
        """Return the effects of the play as they are on the incident, and as they should be."""
        states = states_of_responders(incident)
        responders = [(entry["id"], label(entry)) for entry in self.record.get("responders") or ()]
        before: Fields = {"responders": sorted(shown for target_id, shown in responders if target_id in states)}
        after: Fields = {"responders": sorted(shown for _target_id, shown in responders)}
        if self._bridge.fields:
            now = incident.get("conference_bridge") or {}
            before["conference_bridge"] = {name: now.get(name) for name in self._bridge.fields}
            after["conference_bridge"] = self._bridge.fields
        return before, after


class RecordedPlay(Play):
    """A play of subscribers alone, which no incident shows."""

    if_unknown = IF_UNKNOWN

    def state(self, incident: Record) -> tuple[Record, Notes]:
        """Return the incident and its notes, which record that the play has run."""
        return incident, read_notes(self.client, incident["id"])

    def foretold(self, incident: Record) -> tuple[Record, Notes]:
        """Return the incident without notes."""
        return incident, []

    def plan(self, target: str, state: tuple[Record, Notes]) -> Change:
        """Plan to run the play unless a note records that it has run.

        Raises:
            OutcomeUnknown: it may or may not have run.
        """
        incident, notes = state
        recorded = self._recorded(target)
        before = [recorded.key] if has_started(notes, recorded, name_of(incident)) else []
        return self.run(incident, {"runs": before}, {"runs": [recorded.key]})

    def send(self, change: Change) -> Record:
        """Run the play, and record it in a note."""
        start(self.client, change.target, self._recorded(change.target), lambda: self.post(change.target))
        return change.record

    def _recorded(self, incident_id: str) -> Run:
        return Run(f"Response Play {label(self.record)}", f"{self.record['id']}-{incident_id}")


class Bridge:
    """The conference bridge of a play, set without running the play.

    Args:
        fields: what the play sets of it.
    """

    def __init__(self, client: PagerDuty, fields: Record) -> None:
        self.client = client
        self.fields = fields

    def instead_of(self, run: Change) -> Change:
        """Return the change that sets the bridge alone."""
        return Change(
            target=run.target,
            name=run.name,
            before=run.before,
            after=run.after,
            says=[SET("the conference bridge")],
            record=run.record,
            predicted={**run.record, "conference_bridge": self.fields},
            body=self,
        )

    def send(self, change: Change) -> Record | None:
        """Set the bridge; None if the response leaves the incident out. PagerDuty's response has no bridge."""
        update = {"id": change.target, "type": "incident_reference", "conference_bridge": self.fields}
        listed = well_formed(self.client.write_and_get_list("PUT", "/incidents", {"incidents": [update]}, "incidents"))
        incident = listed.get(change.target)
        return incident and {**incident, "conference_bridge": self.fields}


def bridge_of(play: Record) -> Record:
    """Return what a play sets of the conference bridge."""
    return {name: play[name] for name in ("conference_number", "conference_url") if play.get(name)}
