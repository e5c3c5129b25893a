# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_info: reads incidents, by id, by dedup key or by what they are, with what belongs to them.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._core.action import Action, State
from .._core.change import Change, found
from .._core.errors import InvalidOption, Refused, TaskError
from .._incidents.action import IncidentAction
from .._incidents.foretold import is_foretold
from .._incidents.names import id_and_number
from .._incidents.read import SINGLE_ONLY, IncidentsById, checked_ids, incidents_with_key, known, read_incidents

Options = dict[str, t.Any]

INCLUDED = (
    "acknowledgers",
    "agents",
    "assignees",
    "body",
    "conference_bridge",
    "custom_fields",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
)
"""What PagerDuty includes in an incident.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `include_incident`; for `body`, `Incident`.
"""

READ_SEPARATELY = (
    "alerts",
    "log_entries",
    "notes",
    "outlier_incident",
    "past_incidents",
    "related_change_events",
    "related_incidents",
)
"""What takes a call of its own for each incident."""
PAGED = ("alerts", "log_entries")
SINGLE = ("outlier_incident",)
"""What is an object, not a list."""
LIMITS = {"related_change_events": [("limit", str(PAGE_SIZE))]}
"""Lists that are longer if asked for.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/{id}/related_change_events, limit.
"""
LIST_KEYS = {"related_change_events": "change_events"}
"""Keys of the response that differ from the path."""
OF_SOME_PLANS = ("outlier_incident", "past_incidents", "related_incidents")
"""Parts that PagerDuty has with its AIOps add-on, the older Event Intelligence package, or the plan Digital Operations.

Source: https://support.pagerduty.com/main/docs/outlier-incident; PagerDuty/api-schema, reference/REST/openapiv3.json,
GET /incidents/{id}/past_incidents and related_incidents.
"""
WITHOUT_PLAN = (402, 403, 404)
"""Statuses of a refusal that may be the plan's (INFERRED: the descriptions do not say which)."""


def incident_info(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id`, `dedup_key` or filters, `include`, and `wait_for_acknowledgement`.
    """
    if options["wait_for_acknowledgement"] is not None:
        return Awaited(client, options)
    if options["incident_id"] is not None:
        return ById(client, options)
    return Filtered(client, options) if options["dedup_key"] is None else ByDedupKey(client, options)


class Reading(IncidentAction):
    """What the three have in common."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self.include = [name for name in INCLUDED if name in options["include"]]

    def prepare(self) -> None:
        """Leave numbers as they are: what is only read needs no lock."""
        self.ids_of([name for name in self.given if is_foretold(name)])

    def foretold(self, incident: Record) -> Record:
        """Return an incident that does not exist yet, with nothing that would belong to it."""
        names = [name for name in READ_SEPARATELY if name in self.options["include"]]
        parts: Record = {name: None if name in SINGLE else [] for name in names}
        notified: Record = {"notified": []} if "log_entries" in parts else {}
        return {**dict.fromkeys(self.include), **parts, **notified, **incident}

    def find(self) -> IncidentsById:
        """Return the incidents that are asked for."""
        raise NotImplementedError

    def read(self, _targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Find the incidents and read what belongs to each; one that is given by id and number is read once."""
        by_id = {
            given if isinstance(incident, TaskError) else incident["id"]: incident
            for given, incident in self.find().items()
        }
        return self.each(by_id, lambda incident_id: self.state(known(by_id[incident_id])))

    def state(self, incident: Record) -> Record:
        """Return an incident with the parts that take a call of their own."""
        path = path_of("incidents", incident["id"])
        names = [name for name in READ_SEPARATELY if name in self.options["include"]]
        parts: Record = {name: self._part(f"{path}/{name}", name) for name in names}
        if "log_entries" in parts:
            # Most tasks read no log, and do without it.
            from .._incidents.notify_entries import people_notified

            parts["notified"] = people_notified(parts["log_entries"])
        return {**incident, **parts}

    def plan(self, target: str, state: Record) -> Change:
        """Return what was read."""
        name = ": ".join(filter(None, (f"incident {id_and_number(state)}", state.get("status"))))
        return found(target, name, state)

    def _part(self, path: str, name: str) -> list[Record] | Record | None:
        """Return a part of an incident; None, with a warning, if the account's plan lacks it."""
        if name in PAGED:
            return [entry for page in self.client.pages(path, name) for entry in page]
        try:
            if name in SINGLE:
                return self.client.get(path, name)
            return self.client.get_list(path, LIST_KEYS.get(name, name), LIMITS.get(name, ()))
        except Refused as error:
            if name not in OF_SOME_PLANS or error.status not in WITHOUT_PLAN:
                raise
            self.client.warn(
                f"{name} could not be read, and is null (HTTP {error.status}). PagerDuty has it only with its AIOps "
                "add-on, the Event Intelligence package, or the plan Digital Operations. Otherwise leave it out of "
                "include."
            )
            return None


class ById(Reading):
    """Reads incidents by id or number."""

    def find(self) -> IncidentsById:
        """Read them with as few calls as possible."""
        return self.read_all(list(dict.fromkeys(self.given)))


class ByDedupKey(Reading):
    """Reads the incidents that events with a dedup key have opened."""

    def check(self) -> None:
        """Check what is to be included."""
        super().check()
        _check_include(self.include)

    def prepare(self) -> None:
        """See whether the incident is open that the task has waited for."""
        if self.by_key and self.options["wait"] and not self.by_key.open():
            self.unknown[self.by_key.name] = self.by_key.not_opened()

    def find(self) -> IncidentsById:
        """Find them, newest first."""
        awaited = self.read_all(())
        return awaited or dict(incidents_with_key(self.client, self.options["dedup_key"], self.include))


class Awaited(Reading):
    """Reads incidents by id or key once somebody has acknowledged or resolved one of them, or the time is over."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        # Most tasks do not wait, and do without it.
        from .._incidents.awaiting import Awaiting

        self._awaiting = Awaiting(client, options)
        self._ids: list[str] = []

    def check(self) -> None:
        """Check the ids, what is to be included, and until when to wait."""
        super().check()
        if self.by_key:
            _check_include(self.include)
        self._awaiting.check()

    def wait(self) -> None:
        """Wait until the incident of an event is open, and then until somebody has it."""
        self._awaiting.wait(self._read)

    def prepare(self) -> None:
        """Turn keys and numbers into ids, unless that was done while waiting."""
        if not self._awaiting.is_over:
            self._awaiting.settle()
            self._ids = self._named_ids()
        self.remark = self._awaiting.remark

    def find(self) -> IncidentsById:
        """Return the incidents as they were read last."""
        if not self._awaiting.is_over:
            return self.read_all(self._ids)
        return self._awaiting.found or {name: self._awaiting.error for name in self.given if self._awaiting.error}

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return the incidents, and who has acknowledged or resolved one of them."""
        return {**super().result(records), "acknowledged_by": self._awaiting.who}

    def _read(self, reader: PagerDuty) -> IncidentsById:
        """Read the incidents once; the first time, find out which they are.

        Raises:
            TaskError: they cannot be read.
        """
        if not self._ids or self.unknown:
            super().wait()
            self._ids = self._named_ids()
        known_ids = [each for each in self._ids if each not in self.unknown]
        return {**self.unknown, **read_incidents(reader, known_ids, self.include)}

    def _named_ids(self) -> list[str]:
        self.unknown.clear()
        return list(dict.fromkeys(self.ids_of(checked_ids(self.given)).values()))


class Filtered(Reading):
    """Reads the incidents that fit filters."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        # Most tasks read by id, and do without it.
        from .._incidents.search import Searching

        self._searching = Searching(client, options)

    def check(self) -> None:
        """Check the filters, and what is to be included."""
        _check_include(self.include)
        self._searching.check()

    def prepare(self) -> None:
        """Look up what the filters name."""
        self._searching.prepare()
        self.remark = self._searching.remark

    def find(self) -> IncidentsById:
        """Find them, in the order that is asked for."""
        return self._searching.find(self.include)


def _check_include(include: t.Sequence[str]) -> None:
    if SINGLE_ONLY in include:
        raise InvalidOption("include", f"{SINGLE_ONLY} requires incident_id")
