# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_merge: merges incidents into another one, which takes over their alerts.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.action import State
from .._core.change import Change, Notification
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.words import MERGE, few
from .._incidents.action import NO_INCIDENTS, IncidentAction
from .._incidents.foretold import is_foretold
from .._incidents.names import id_and_number, name_of
from .._incidents.read import check_open, names_incident, read_incident
from .._incidents.urgency import paged_by_new_alerts

MAX_ALERTS = 1000
"""Of one incident. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/merge."""


class Together(t.NamedTuple):
    """The incident that stays, and those to merge into it."""

    target: Record
    sources: t.Sequence[Record]


class Missing(t.NamedTuple):
    """The ids of the incidents still to merge, and whether one of their alerts goes with high urgency."""

    ids: t.Sequence[str]
    are_severe: bool


class Merge(IncidentAction):
    """Merges incidents into one, all in one call.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/merge.
    """

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._sources: list[str] = []

    def check(self) -> None:
        """Check which incidents are merged into which."""
        super().check()
        sources = self.options["source_incidents"]
        if len(set(self.given)) > 1:
            problem = "must be a single incident, which the others are merged into"
            raise InvalidOption("incident_id", problem, self.given)
        for source in sources:
            if not names_incident(source):
                raise InvalidOption("source_incidents", "must be an incident id or a number", source)
        for target in self.given:
            self._check_sources(target, {source: source for source in self.named(sources)})

    def idle(self) -> str:
        """Return that there is no incident, or none to merge into it."""
        return super().idle() or ("" if self.options["source_incidents"] else NO_INCIDENTS)

    def prepare(self) -> None:
        """Turn the numbers of all incidents into ids."""
        given, sources = self.given[0], self.named(self.options["source_incidents"])
        ids = self.ids_of([given, *sources])
        self._check_sources(ids[given], {source: ids[source] for source in sources})
        self.targets = [ids[given]]
        self._sources = list(dict.fromkeys(ids[source] for source in sources))

    def locks(self) -> t.Sequence[str]:
        """Return all of the incidents."""
        return [*self.targets, *self._sources]

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the incident with those to merge into it; an error for each of those that cannot be read."""
        found = self.read_all([*targets, *self._sources])
        sources = {source: found[source] for source in self._sources}
        readable = [incident for incident in sources.values() if not isinstance(incident, TaskError)]
        for target in targets:
            incident = found[target]
            if isinstance(incident, TaskError):
                yield target, incident
            elif readable:
                yield target, Together(incident, readable)
        yield from ((source, error) for source, error in sources.items() if isinstance(error, TaskError))

    def plan(self, target: str, state: Together) -> Change:
        """Plan to merge those that are not merged yet.

        Raises:
            Refused: PagerDuty would refuse it.
        """
        incident, sources = state
        missing = [source for source in sources if _merged_into(source) != target]
        if missing:
            _check(incident, missing)
        merged = [source for source in sources if source not in missing]
        severe = any(source.get("urgency") == "high" for source in missing)
        phrase = MERGE(f"{few(list(map(_called, missing)))} into it")
        return Change(
            target=target,
            name=name_of(incident),
            before={"merged": [id_and_number(source) for source in merged]},
            after={"merged": [id_and_number(source) for source in sources]},
            says=[phrase] if missing else "all are merged into it already",
            record=incident,
            predicted={**incident, "alert_counts": _alert_counts([incident, *missing])} if missing else incident,
            body=Missing([source["id"] for source in missing], severe),
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom the new alerts of the incident may page."""
        return paged_by_new_alerts(change.record, are_severe=change.body.are_severe)

    def send_one(self, change: Change) -> Record:
        """Merge, then read the incident: the response is only a reference."""
        body = {"source_incidents": [{"id": source, "type": "incident_reference"} for source in change.body.ids]}
        self.client.write("PUT", path_of("incidents", change.target, "merge"), body)
        return read_incident(self.client, change.target)

    def _check_sources(self, target: str, sources: t.Mapping[str, str]) -> None:
        """Check that an incident is not merged into itself.

        Args:
            sources: the ids of those to merge, by what the user gave.
        """
        for given, source in sources.items():
            if source == target:
                raise InvalidOption("source_incidents", "an incident cannot be merged into itself", given)


def _called(source: Record) -> str:
    """Return what an incident to merge is called; one that does not exist yet has no id."""
    return f"{'incident ' if is_foretold(source['id']) else ''}{id_and_number(source)}"


def _merged_into(source: Record) -> str:
    """Return the id of the incident that another one was merged into; empty if it was not."""
    return ((source.get("resolve_reason") or {}).get("incident") or {}).get("id") or ""


def _check(target: Record, missing: t.Sequence[Record]) -> None:
    """Check that incidents can be merged.

    Raises:
        Refused: PagerDuty would refuse it.

    Source: as for `Merge`, and `Incident`, `is_mergeable`. A resolved incident can be merged into an open one:
    https://github.com/giranm/pd-live-react/issues/140.
    """
    check_open(target, "nothing can be merged into it")
    for source in missing:
        other = _merged_into(source)
        if other:
            raise Refused(f"{name_of(source)} is already merged into {other}.", hint=f"Merge {other} instead.")
    for incident in (target, *missing):
        if incident.get("is_mergeable") is False:
            raise Refused(
                f"{name_of(incident)} cannot be merged: it has no alerts, and nobody opened it in PagerDuty's web "
                "interface.",
                hint="Leave it out, and resolve it with incident_status.",
            )
    count = _alert_counts([target, *missing])["all"]
    if count > MAX_ALERTS:
        raise Refused(
            f"{name_of(target)} would have {count} alerts; PagerDuty allows {MAX_ALERTS}.",
            hint="Merge fewer incidents.",
        )


def _alert_counts(incidents: t.Sequence[Record]) -> dict[str, int]:
    """Return how many alerts incidents have together, by status."""
    counts = [incident.get("alert_counts") or {} for incident in incidents]
    return {name: sum(count.get(name) or 0 for count in counts) for name in ("all", "triggered", "resolved")}
