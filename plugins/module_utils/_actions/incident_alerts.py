# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_alerts: resolves alerts of an incident, or moves them to another one.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._core.action import State
from .._core.change import Change, Notification
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.words import MOVE, RESOLVE, Phrase, short_name
from .._incidents.action import IncidentAction
from .._incidents.names import id_and_number
from .._incidents.read import check_open, known, names_incident
from .._incidents.urgency import paged_by_new_alerts

REFERENCE_FIELDS = ("id", "summary", "self", "html_url")
HIGH_URGENCY_SEVERITIES = ("critical", "error")
"""Source: https://support.pagerduty.com/main/docs/dynamic-notifications."""


class Placed(t.NamedTuple):
    """An alert and where it belongs.

    Args:
        alert: as PagerDuty returns it.
        holder: the id of the incident that holds it.
        destination: the incident to move it to; None leaves it where it is.
    """

    alert: Record
    holder: str
    destination: Record | None


class Update(t.NamedTuple):
    """The fields of an alert to send, and the incident that it moves to; None if it stays."""

    fields: Record
    destination: Record | None


class Alerts(IncidentAction):
    """Gives alerts a status, another incident, or both. A target is an alert: by id or key at first, then by id.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/alerts.
    """

    noun = "alert"
    batch_size = PAGE_SIZE

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._source = ""
        self._destination = ""
        given = options["move_to"]
        self._move_to: str | None = None if given is None else self.named([given])[0]

    def check(self) -> None:
        """Check the ids, keys and incidents."""
        super().check()
        alerts, move_to = self.options["alerts"], self._move_to
        if len(set(self.given)) > 1:
            problem = "must be a single incident, because an alert belongs to one"
            raise InvalidOption("incident_id", problem, self.given)
        if not alerts:
            raise InvalidOption("alerts", "must be a list of non-empty ids or keys", alerts)
        if move_to is not None and not names_incident(move_to):
            raise InvalidOption("move_to", "must be an incident id or a number", move_to)
        for source in self.given:
            self._check_destination(source, move_to)

    def prepare(self) -> None:
        """Turn the numbers of the incidents into ids."""
        given, move_to = self.given[0], self._move_to
        ids = self.known_ids_of([given, *([move_to] if move_to else [])])
        self._source, self._destination = ids[given], ids[move_to] if move_to else ""
        self._check_destination(self._source, self._destination)
        self.targets = list(dict.fromkeys(self.options["alerts"]))

    def locks(self) -> t.Sequence[str]:
        """Return the incidents: an alert is changed through the one that holds it."""
        return [self._source, *filter(None, [self._destination])]

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Yield each alert once, by its id; an error for a name that no alert has."""
        destination = self._read_destination()
        by_holder = self._read_alerts(targets)
        found: dict[str, Placed | TaskError] = {}
        for name in targets:
            placed = {
                alert["id"]: Placed(alert, holder, destination)
                for holder, alerts in by_holder.items()
                for alert in _named(alerts, name) or self._foretold_alerts(holder, name)
            }
            if placed:
                found.update(placed)
            else:
                found[name] = self._not_found(name, [alert for alerts in by_holder.values() for alert in alerts])
        return found.items()

    def plan(self, target: str, state: Placed) -> Change:
        """Plan what differs.

        Raises:
            Refused: the alert cannot be moved, because the other incident is resolved.
        """
        alert, holder, destination = state
        says: list[Phrase] = []
        fields: Record = {}
        before, after = self._fields(state)
        if before.get("status") != after.get("status"):
            fields["status"] = after["status"]
            says.append(RESOLVE())
        predicted = {**alert, **fields}
        if destination and holder != destination["id"]:
            check_open(destination, "no alert can be moved to it")
            fields["incident"] = {"id": destination["id"], "type": "incident_reference"}
            predicted["incident"] = {**{name: destination.get(name) for name in REFERENCE_FIELDS}, **fields["incident"]}
            says.append(MOVE(f"to incident {id_and_number(destination)}"))
        return Change(
            target=target,
            name=f"Alert {alert.get('alert_key') or short_name(alert)}",
            before=before,
            after=after,
            says=says or _nothing_to_do(after, destination),
            record=alert,
            predicted=predicted,
            body=Update(fields, destination if "incident" in fields else None),
            batch=holder,
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom a new alert of the other incident may page."""
        destination = change.body.destination
        return _notifies(change.record, destination) if destination else ()

    def send(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Change alerts of one incident."""
        body = {"alerts": [{"id": change.target, "type": "alert", **change.body.fields} for change in changes]}
        path = path_of("incidents", str(changes[0].batch), "alerts")
        # The response is a page: it lists as many alerts as are asked for.
        listed = self.client.write_and_get_list("PUT", path, body, "alerts", [("limit", str(PAGE_SIZE))])
        by_id = {alert["id"]: alert for alert in listed}
        return [by_id.get(change.target) for change in changes]

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `alerts`."""
        return {"alerts": list(records)}

    def _check_destination(self, source: str, destination: str | None) -> None:
        if source == destination:
            raise InvalidOption("move_to", "must be another incident", self.options["move_to"])

    def _read_alerts(self, names: t.Sequence[str]) -> dict[str, list[Record]]:
        """Return the alerts of the incident; if some of those named are missing, also those of the one to move to."""
        alerts = {self._source: self._alerts_of(self._source)}
        if self._destination and not all(_named(alerts[self._source], name) for name in names):
            alerts[self._destination] = self._alerts_of(self._destination)
        return alerts

    def _read_destination(self) -> Record | None:
        return known(self.read_all([self._destination])[self._destination]) if self._destination else None

    def _foretold_alerts(self, holder: str, name: str) -> list[Record]:
        """Return the alert that an incident would have that does not exist yet."""
        is_there = holder == self._source and holder in self.foreseen
        return [{"id": name, "alert_key": name, "status": "triggered"}] if is_there else []

    def _alerts_of(self, incident_id: str) -> list[Record]:
        if incident_id in self.unknown:
            raise self.unknown[incident_id]
        if incident_id in self.foreseen:
            return []
        pages = self.client.pages(path_of("incidents", incident_id, "alerts"), "alerts")
        return [alert for page in pages for alert in page]

    def _fields(self, state: Placed) -> tuple[Record, Record]:
        """Return the fields that the task manages, as they are and as wanted."""
        before: Record = {}
        after: Record = {}
        if self.options["status"]:
            before["status"], after["status"] = state.alert.get("status"), self.options["status"]
        if state.destination:
            before["incident"], after["incident"] = state.holder, state.destination["id"]
        return before, after

    def _not_found(self, name: str, alerts: t.Sequence[Record]) -> Refused:
        places = " or ".join(filter(None, [self._source, self._destination]))
        if any(alert.get("alert_key") is None for alert in alerts):
            return Refused(
                f"No alert of incident {places} has the id or key {name!r}, but PagerDuty's response leaves out "
                "'alert_key' of some.",
                hint="Use the id of the alert.",
            )
        return Refused(
            f"No alert of incident {places} has the id or key {name!r}.",
            hint="See the alerts with incident_info and include: [alerts].",
        )


def _named(alerts: t.Sequence[Record], name: str) -> list[Record]:
    return [alert for alert in alerts if name in (alert["id"], alert.get("alert_key"))]


def _nothing_to_do(after: Record, destination: Record | None) -> str:
    states = [*(["resolved"] if "status" in after else [])]
    states += [f"in incident {id_and_number(destination)}"] if destination else []
    return f"already {' and '.join(states)}"


def _notifies(alert: Record, destination: Record) -> list[Notification]:
    is_severe = alert.get("severity") in HIGH_URGENCY_SEVERITIES and alert.get("status") == "triggered"
    return paged_by_new_alerts(destination, are_severe=is_severe)
