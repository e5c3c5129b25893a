# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets fields of incidents. Only those that differ are sent, all in one PUT.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import Directory
from .._core.change import CAREFULLY, FREELY, Change, Notification
from .._core.errors import Refused, TaskError
from .._core.timestamps import time_of
from .._core.words import Phrase, Verb
from .acknowledging import Acknowledger, acknowledger, is_acknowledging, tell_who_got_it
from .action import IncidentPut
from .fields import DETAILS, REASSIGNING, Assignees, Desired, TriggeredByReassigning, check_fields, desired_fields
from .names import name_of
from .on_call import QUICK_READS, OnCall

NOTIFYING = (*REASSIGNING, "status", "urgency")
"""Fields that notify people. If several are set, the first one says whom."""


class IncidentState(t.NamedTuple):
    """What was read of an incident.

    Args:
        incident: the incident.
        warnings: what the user should know of it.
    """

    incident: Record
    warnings: t.Sequence[str] = ()


class IncidentUpdate(IncidentPut):
    """Makes the given fields of each incident equal to the given values.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents.
    """

    already = "already as wanted"
    """What is said if there is nothing to do."""
    reassigning_hint = "Set status: triggered to re-open it and assign it to them."

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self.desired: Desired = {}
        self.dispensable: t.Collection[str] = DETAILS
        """The fields without which the others are set, if a name in them is unknown."""
        self.on_call = OnCall(client)
        self._acknowledger: Acknowledger | None = None
        """Who acknowledges; known once an incident has to be acknowledged."""

    def check(self) -> None:
        """Check the ids and the fields."""
        super().check()
        check_fields(self.options)

    def prepare(self) -> None:
        """Turn numbers and names into ids."""
        super().prepare()
        self.look_up_fields()

    def look_up_fields(self) -> None:
        """Turn the names in fields into ids."""
        directory = Directory(self.client)
        self.desired = desired_fields(directory, self.options, self.dispensable)
        self.left_out = directory.left_out(self.desired)
        # PagerDuty returns the bridge only if it is asked for.
        self.include = ["conference_bridge"] if "conference_bridge" in self.desired else []

    def state(self, incident: Record) -> IncidentState:
        """Return the incident, with a warning if it was resolved with another resolution, or is not acknowledged."""
        resolution = self.options.get("resolution")
        if resolution is None or incident.get("status") != "resolved":
            return self.foretold(incident)
        return IncidentState(incident, self._resolution_warnings(incident, resolution))

    def foretold(self, incident: Record) -> IncidentState:
        """Return the incident, with a warning if it is not acknowledged."""
        self._find_acknowledger(incident)
        if self._acknowledger and self._acknowledger.left_to and incident.get("status") != "acknowledged":
            return IncidentState(incident, [self._acknowledger.why_left(name_of(incident))])
        return IncidentState(incident)

    def plan(self, target: str, state: IncidentState) -> Change:
        """Plan to set the fields that differ.

        Raises:
            Refused: a resolved incident would have to be re-opened, which was not asked for.
        """
        incident = state.incident
        differing = self._differing(incident)
        self._check_resolved(incident, differing)
        managed = {**self.desired, **differing}
        resolution = self._new_resolution(incident)
        return Change(
            target=target,
            name=name_of(incident),
            before={**{name: want.present(incident) for name, want in managed.items()}, **dict.fromkeys(resolution)},
            after={**{name: want.shown for name, want in managed.items()}, **resolution},
            says=_phrases(incident, differing) or self.already,
            record=incident,
            predicted=_merged([incident, *(want.record(incident) for want in differing.values())]),
            body=_merged([*(want.body(incident) for want in differing.values()), resolution]),
            resend=CAREFULLY if any(name in self.desired for name in ("status", *REASSIGNING)) else FREELY,
            batch=self._acknowledger.email if self._acknowledger and self._acknowledges(differing) else None,
            warnings=state.warnings,
        )

    def send(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Update incidents in one call; tell who has got those that were acknowledged."""
        email = self._acknowledger.email if self._acknowledger and is_acknowledging(changes[0]) else None
        with self.client.acting_for(email):
            records = self.put(changes)
        for change, record in zip(changes, records):
            if record and is_acknowledging(change):
                tell_who_got_it(change, record)
        return records

    def put(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Make the calls for changes that belong together."""
        return super().send(changes)

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom the update notifies."""
        differing = self._differing(change.record)
        for name in NOTIFYING:
            if name in differing:
                return differing[name].notifies(change.record, self.on_call)
        return ()

    def _differing(self, incident: Record) -> Desired:
        """Return the fields to set."""
        differing = {name: want for name, want in self.desired.items() if want.present(incident) != want.shown}
        if incident.get("status") != "resolved" and any(name in differing for name in REASSIGNING):
            differing["status"] = self.desired.get("status") or TriggeredByReassigning()
        taken = self._acknowledger and self._acknowledges(differing) and self._acknowledger.taking(incident)
        return {**differing, taken.name: taken} if taken else differing

    @staticmethod
    def _acknowledges(differing: Desired) -> bool:
        return "status" in differing and differing["status"].shown == "acknowledged"

    def _find_acknowledger(self, incident: Record) -> None:
        """Find out who acknowledges, once and only if an incident has to be acknowledged."""
        if self._acknowledger or not self._acknowledges(self._differing(incident)):
            return
        wanted = self.desired.get("assignees")
        if incident.get("status") == "resolved" and (wanted or not self.options.get("reopen")):
            # It is refused.
            return
        users = list(wanted.users.values()) if isinstance(wanted, Assignees) else []
        self._acknowledger = acknowledger(self.client, users)
        if self._acknowledger.left_to:
            del self.desired["status"]

    def _new_resolution(self, incident: Record) -> Record:
        resolution = self.options.get("resolution")
        return {} if resolution is None or incident.get("status") == "resolved" else {"resolution": resolution}

    def _check_resolved(self, incident: Record, differing: Desired) -> None:
        """Check that a resolved incident is re-opened only on request.

        Raises:
            Refused: the change would re-open it, or PagerDuty would refuse it.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `status`; for reassigning
        https://developer.pagerduty.com/docs/errors, code 1011.
        """
        if incident.get("status") != "resolved":
            return
        status = differing["status"].shown if "status" in differing else None
        if status == "acknowledged" and not self.options.get("reopen"):
            raise Refused(
                f"{name_of(incident)} is resolved, and acknowledging it would re-open it.",
                hint="Set reopen: true to do so.",
            )
        if status != "triggered" and any(name in differing and name in self.desired for name in REASSIGNING):
            # Acknowledging a resolved incident assigns it to whoever acknowledges it.
            raise Refused(f"{name_of(incident)} is resolved and cannot be reassigned.", hint=self.reassigning_hint)

    def _resolution_warnings(self, incident: Record, resolution: str) -> t.Sequence[str]:
        """Return a warning if an incident was resolved with another resolution: PagerDuty cannot change it afterwards.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `resolution`.
        """
        path = path_of("incidents", incident["id"], "log_entries")
        try:
            entries = [entry for page in self.client.quick(QUICK_READS).pages(path, "log_entries") for entry in page]
        except TaskError as error:
            return [
                f"{name_of(incident)} was already resolved. Whether with this resolution is not known, as its log "
                f"cannot be read: {error.message}"
            ]
        resolved = [entry for entry in entries if str(entry.get("type")).startswith("resolve_log_entry")]
        latest = max(resolved, key=lambda entry: time_of(entry.get("created_at")), default={})
        if latest.get("note") == resolution:
            return ()
        return [
            f"{name_of(incident)} was already resolved, so its resolution is not changed. "
            "Use incident_note to add a note."
        ]


def _phrases(incident: Record, differing: Desired) -> list[Phrase]:
    """Return what is done; what has the same verb in one phrase."""
    about: dict[Verb, list[str]] = {}
    for want in differing.values():
        for verb, texts in want.says(incident):
            about.setdefault(verb, []).extend(texts)
    return [verb(*texts) for verb, texts in about.items()]


def _merged(records: t.Iterable[Record]) -> Record:
    return {key: value for record in records for key, value in record.items()}
