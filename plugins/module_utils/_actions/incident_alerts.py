# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolves alerts of an incident, or moves them to another one.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.plan import Notification, Outcome, Plan, PlanOrOutcome, Write
from .incident_merge import MAY_RAISE_URGENCY
from .incidents import check_open, checked_ids, is_id, read_incident, resolve_numbers

REFERENCE_FIELDS = ("id", "summary", "self", "html_url")
HIGH_URGENCY_SEVERITIES = ("critical", "error")
"""Source: https://support.pagerduty.com/main/docs/dynamic-notifications."""


class Wanted(t.NamedTuple):
    """What should become of the alerts.

    Args:
        status: their status; None leaves it as it is.
        incident: the incident that should hold them; None leaves them where they are.
    """

    status: str | None
    incident: Record | None


def change_alerts(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Resolve or move alerts.

    Args:
        params: `incident_id`, `alerts` (ids or keys), `status` and `move_to`.

    Raises:
        InvalidOption: an option has an unusable value.
        TaskError: one of the incidents cannot be read.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/alerts.
    """
    _check(params)
    (source,) = resolve_numbers(pagerduty, checked_ids(params["incident_id"])).values()
    if isinstance(source, TaskError):
        raise source
    wanted = Wanted(params["status"], read_incident(pagerduty, params["move_to"]) if params["move_to"] else None)
    if wanted.incident and wanted.incident["id"] == source["id"]:
        raise InvalidOption("move_to", "must be another incident", params["move_to"])
    names = list(dict.fromkeys(params["alerts"]))
    planned: dict[str, PlanOrOutcome] = {name: _not_found(name, source["id"], wanted) for name in names}
    for incident_id, alerts in _read_alerts(pagerduty, source["id"], wanted, names).items():
        # One update changes alerts of one incident.
        write = Write(functools.partial(_send, pagerduty, incident_id), batch_size=PAGE_SIZE)
        for name in names:
            for alert in _named(alerts, name):
                planned.pop(name, None)
                planned[alert["id"]] = _plan(wanted, write, incident_id, alert)
    return list(planned.values())


def _check(params: t.Mapping[str, t.Any]) -> None:
    ids, move_to = checked_ids(params["incident_id"]), params["move_to"]
    if len(ids) > 1:
        raise InvalidOption("incident_id", "must be a single incident, because an alert belongs to one", ids)
    if not params["alerts"]:
        raise InvalidOption("alerts", "must have at least one alert id or key", params["alerts"])
    for name in params["alerts"]:
        if not name.strip():
            raise InvalidOption("alerts", "must not contain an empty id or key", name)
    if move_to is not None and not is_id(move_to):
        raise InvalidOption("move_to", "must be an incident id or a number", move_to)
    if move_to in ids:
        raise InvalidOption("move_to", "must be another incident", move_to)


def _read_alerts(
    pagerduty: PagerDuty, source_id: str, wanted: Wanted, names: t.Sequence[str]
) -> dict[str, list[Record]]:
    """Return the alerts of an incident; if some of those named are missing, also those of the incident to move to."""
    alerts = {source_id: _alerts_of(pagerduty, source_id)}
    if wanted.incident and not all(_named(alerts[source_id], name) for name in names):
        alerts[wanted.incident["id"]] = _alerts_of(pagerduty, wanted.incident["id"])
    return alerts


def _alerts_of(pagerduty: PagerDuty, incident_id: str) -> list[Record]:
    return [alert for page in pagerduty.pages(path_of("incidents", incident_id, "alerts"), "alerts") for alert in page]


def _named(alerts: t.Sequence[Record], name: str) -> list[Record]:
    return [alert for alert in alerts if name in (alert["id"], alert.get("alert_key"))]


def _plan(wanted: Wanted, write: Write, incident_id: str, alert: Record) -> PlanOrOutcome:
    before: Record = {}
    after: Record = {}
    body: Record = {}
    predicted: Record = {}
    if wanted.status:
        before["status"], after["status"] = alert["status"], wanted.status
        body["status"] = predicted["status"] = wanted.status
    if wanted.incident:
        before["incident"], after["incident"] = incident_id, wanted.incident["id"]
        body["incident"] = {"id": wanted.incident["id"], "type": "incident_reference"}
        predicted["incident"] = {
            **{name: wanted.incident.get(name) for name in REFERENCE_FIELDS},
            "type": "incident_reference",
        }
        if before["incident"] != after["incident"]:
            try:
                check_open(wanted.incident, "no alert can be moved to it")
            except Refused as error:
                return Outcome(alert["id"], error=error)
    changed = [name for name in after if before[name] != after[name]]
    return Plan(
        alert["id"],
        before,
        after,
        alert,
        {**alert, **{name: predicted[name] for name in changed}},
        write,
        {name: body[name] for name in changed},
        _notifies(wanted, alert) if "incident" in changed else [],
    )


def _notifies(wanted: Wanted, alert: Record) -> list[Notification]:
    """Return whom a new alert of an incident notifies."""
    has_low_urgency = wanted.incident is not None and wanted.incident.get("urgency") == "low"
    is_severe = alert.get("severity") in HIGH_URGENCY_SEVERITIES and alert["status"] == "triggered"
    return [Notification(None, MAY_RAISE_URGENCY)] if has_low_urgency and is_severe else []


def _not_found(name: str, source_id: str, wanted: Wanted) -> Outcome:
    places = " or ".join([source_id, *([wanted.incident["id"]] if wanted.incident else [])])
    error = Refused(
        f"No alert of incident {places} has the id or key {name!r}.",
        hint="See the alerts with incident_info and include: [alerts].",
    )
    return Outcome(name, error=error)


def _send(pagerduty: PagerDuty, incident_id: str, plans: t.Sequence[Plan]) -> list[Record | None]:
    body = {"alerts": [{"id": plan.target, "type": "alert", **plan.body} for plan in plans]}
    path = path_of("incidents", incident_id, "alerts")
    # The response is a page: it lists as many alerts as are asked for.
    listed = pagerduty.write_and_get("PUT", path, body, "alerts", [("limit", str(PAGE_SIZE))])
    by_id = {alert["id"]: alert for alert in listed}
    return [by_id.get(plan.target) for plan in plans]
