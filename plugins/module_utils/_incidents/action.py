# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks on incidents have in common: which incidents, how they are read, and how many change in one call.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record
from .._core.action import Action, State, each
from .._core.change import Change, Outcome
from .._core.errors import Refused, TaskError
from .foretold import NotOpened, from_text, is_foretold, never_opened
from .names import id_and_number, name_of, title_of
from .read import IncidentsById, checked_ids, known, read_incidents, well_formed

if t.TYPE_CHECKING:
    from .by_key import ByKey

MAX_PUT = 250
"""Incidents in one call. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents."""
STATUS_BY_CODE = {1001: "resolved", 1002: "acknowledged"}
"""What a refusal tells of an incident. Source: https://developer.pagerduty.com/docs/errors."""

NO_INCIDENTS = "No incidents given."


class IncidentAction(Action[PagerDuty]):
    """A task on the incidents of the option `incident_id`, or on the one of `dedup_key`."""

    include: t.Sequence[str] = ()
    """What PagerDuty should include in each incident."""
    service_of_key = "service"
    """The option that says whose incident a key means."""

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._names: dict[str, str] = {}
        self.unknown: dict[str, TaskError] = {}
        """Incidents that cannot be read, by what they are called."""
        self._told: dict[str, str] = {}
        """The statuses that PagerDuty has told by a refusal, by id."""
        self._passed_on: dict[str, Record] = {}
        """Incidents that tasks before have returned in check mode, by id."""
        self.foreseen: dict[str, Record] = {}
        """Incidents that tasks before would open, by id."""
        self.by_key = self._by_key(options)
        self.given = [self.by_key.name] if self.by_key else self.named(options.get("incident_id") or ())
        """The incidents, as the task names them."""

    def check(self) -> None:
        """Check the ids.

        Raises:
            InvalidOption: one is neither an id nor a number.
        """
        checked_ids(self.given)
        if self.by_key:
            self.by_key.check()

    def idle(self) -> str:
        """Return that the list of incidents is empty: a task before may have found none."""
        return NO_INCIDENTS if self.options.get("incident_id") == [] else ""

    def wait(self) -> None:
        """Wait for the incident of an event that was just sent."""
        if self.by_key:
            self.by_key.wait()

    def prepare(self) -> None:
        """Turn numbers into ids, so that one incident is one target, and one lock, whatever it is called."""
        self.targets = list(dict.fromkeys(self.ids_of(checked_ids(self.given)).values()))

    def foresee(self) -> None:
        """Let incidents that tasks before would open stand as opened."""
        for name, error in list(self.unknown.items()):
            if isinstance(error, NotOpened):
                self.foreseen[name] = error.incident
                del self.unknown[name]

    def named(self, given: t.Sequence[str]) -> list[str]:
        """Return the ids and numbers of incidents; one that does not exist yet may be given with its fields."""
        names = []
        for name in given:
            incident = from_text(name)
            if incident:
                self._passed_on[incident["id"]] = incident
            names.append(incident["id"] if incident else name)
        return names

    def ids_of(self, given: t.Sequence[str]) -> dict[str, str]:
        """Return the ids of incidents that are given by id or number; a number that cannot be read stands for itself.

        Args:
            given: checked by `checked_ids`.
        """
        ids = {name: name for name in given}
        found = read_incidents(self.client, [name for name in ids if name.isdecimal()])
        found.update((name, self._opened(name)) for name in ids if is_foretold(name))
        for name, incident in found.items():
            if isinstance(incident, TaskError):
                self.unknown[name] = incident
            else:
                ids[name] = incident["id"]
                self._names[incident["id"]] = name_of(incident)
        return ids

    def known_ids_of(self, given: t.Sequence[str]) -> dict[str, str]:
        """Return the ids of incidents that the task needs all of.

        Raises:
            TaskError: a number cannot be read.
        """
        ids = self.ids_of(given)
        for error in self.unknown.values():
            if not isinstance(error, NotOpened):
                raise error
        return ids

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the incidents with as few calls as possible."""
        found = self.read_all(targets)
        return self.each(targets, lambda target: self.state(self._complete(known(found[target]))))

    def read_all(self, ids: t.Sequence[str]) -> IncidentsById:
        """Return incidents by what `ids_of` returned for them, or why one cannot be read."""
        others: IncidentsById = {**self.unknown, **self.foreseen}
        readable = [incident_id for incident_id in ids if incident_id not in others]
        return {**others, **read_incidents(self.client, readable, self.include)}

    def each(
        self, targets: t.Iterable[str], read: t.Callable[[str], State]
    ) -> t.Iterator[tuple[str, State | TaskError]]:
        """Yield the state of each incident, read by its id."""

        def read_known(target: str) -> State:
            if target in self.unknown:
                raise self.unknown[target]
            return self.foretold(self.foreseen[target]) if target in self.foreseen else read(target)

        return each(targets, read_known)

    def state(self, incident: Record) -> State:
        """Return what to plan with. Override it to read more of one incident."""
        return incident

    def foretold(self, incident: Record) -> State:
        """Return what to plan with for an incident that does not exist yet: what `state` or `read` would, unread."""
        return incident

    def incident_name(self, incident_id: str) -> str:
        """Return the name of an incident of which nothing but the id may be known."""
        return self._names.get(incident_id) or name_of({"id": incident_id})

    def heading(self, outcome: Outcome) -> str:
        """Return number, title and id, as far as they were read."""
        incident = _numbered(outcome)
        return title_of(incident) if incident else super().heading(outcome)

    def short_name(self, outcome: Outcome) -> str:
        """Return the number if it was read, or the key of an incident that does not exist yet."""
        incident = _numbered(outcome)
        return f"#{incident['incident_number']}" if incident else id_and_number({"id": outcome.target})

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `incidents`, and `incident` if one was asked for."""
        is_one = len(records) == 1 and len(self.targets) <= 1
        return {"incidents": list(records), **({"incident": records[0]} if is_one else {})}

    def learn(self, incident_id: str, error: Refused) -> None:
        """Keep the status that a refusal tells, for an incident that PagerDuty returns without it."""
        # Only a refused task needs it.
        from .._api.errors import reason_of

        code = reason_of(error)
        if code in STATUS_BY_CODE:
            self._told[incident_id] = STATUS_BY_CODE[code]

    def _by_key(self, options: dict[str, t.Any]) -> ByKey | None:
        if options.get("dedup_key") is None:
            return None
        # Most tasks are given an id.
        from .by_key import ByKey

        return ByKey(self.client, options["dedup_key"], options.get(self.service_of_key), options["wait"])

    def _opened(self, name: str) -> Record | TaskError:
        """Return the incident with the task's key; an error for one that does not exist."""
        if not (self.by_key and self.by_key.name == name):
            return never_opened(self._passed_on[name])
        try:
            return self.by_key.find()
        except NotOpened as error:
            return error

    def _complete(self, incident: Record) -> Record:
        told = self._told.get(incident["id"])
        return {**incident, "status": told} if told and incident.get("status") is None else incident


class IncidentPut(IncidentAction):
    """A task that updates incidents. A change's `body` holds the fields to send.

    If PagerDuty refuses a call, none of its incidents should be changed, but that is not relied on.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents; PagerDuty/developer-docs,
    docs/REST-API/05-Endpoints.md.
    """

    batch_size = MAX_PUT

    def send(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Update incidents in one call."""
        body = [{"id": change.target, "type": "incident_reference", **change.body} for change in changes]
        try:
            listed = well_formed(self.client.write_and_get_list("PUT", "/incidents", {"incidents": body}, "incidents"))
        except Refused as error:
            if len(changes) == 1:
                self.learn(changes[0].target, error)
            raise
        return [with_bridge(change, listed.get(sent["id"])) for change, sent in zip(changes, body)]


def _numbered(outcome: Outcome) -> Record | None:
    """Return the incident if it was there before and its number is known: check mode names it in the same way."""
    record = outcome.record or {}
    return record if record.get("id") == outcome.target and record.get("incident_number") is not None else None


def with_bridge(change: Change, incident: Record | None) -> Record | None:
    """Return an updated incident with the conference bridge, which PagerDuty leaves out of its response."""
    if incident is None or "conference_bridge" not in change.body:
        return incident
    return {**incident, "conference_bridge": change.predicted["conference_bridge"]}
