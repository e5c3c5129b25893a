# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/alerts. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the same path."""

from __future__ import annotations

from simulator import errors
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.incident import Alert, Incident

EXPANDABLE = ("services", "first_trigger_log_entries", "incidents")
STATUSES = ("triggered", "resolved")
MAX_IN_ONE_UPDATE = 250
SORT_ORDERS = ("created_at", "created_at:asc", "created_at:desc", "resolved_at", "resolved_at:asc", "resolved_at:desc")


def list_alerts(call: Call) -> Response:
    """GET …/alerts."""
    statuses = call.query.all("statuses[]", STATUSES)
    key = call.query.one("alert_key")
    descending = any(order.endswith(":desc") for order in call.query.all("sort_by", SORT_ORDERS))
    found = [
        alert
        for alert in call.incident.alerts
        if (not statuses or alert.status in statuses) and key in (None, alert.alert_key)
    ]
    return call.listing("alerts", found[::-1] if descending else found, call.serializer(*EXPANDABLE).alert)


def get_alert(call: Call) -> Response:
    """GET …/alerts/{alert_id}."""
    return Response(body={"alert": call.serializer().alert(call.find(alerts_of(call.incident), "alert_id"))})


def update_alerts(call: Call) -> Response:
    """PUT …/alerts: all changes, or none if one is invalid."""
    incident = call.incident
    items = call.body.items("alerts")
    if len(items) > MAX_IN_ONE_UPDATE:
        raise errors.too_many("alerts")
    changes = [checked_change(call, incident, item) for item in items]
    for alert, status, target in changes:
        change_alert(call, alert, status, target)
    return call.listing("alerts", [change[0] for change in changes], call.serializer().alert)


def update_alert(call: Call) -> Response:
    """PUT …/alerts/{alert_id}."""
    alert = call.find(alerts_of(call.incident), "alert_id")
    change_alert(call, alert, *change_of(call, call.body.object("alert")))
    return Response(body={"alert": call.serializer().alert(alert)})


def alerts_of(incident: Incident) -> dict[str, Alert]:
    """Return an incident's alerts by id."""
    return {alert.id: alert for alert in incident.alerts}


def checked_change(call: Call, incident: Incident, item: Fields) -> tuple[Alert, str | None, Incident | None]:
    """Return an alert of an update with its new status and incident.

    Raises:
        ApiError: the alert, status or incident does not exist.
    """
    alert_id = item.text("id")
    item.choice("type", ("alert",))
    if alert_id not in alerts_of(incident):
        raise errors.invalid(f"Alert {alert_id} not found")
    return alerts_of(incident)[alert_id], *change_of(call, item)


def change_of(call: Call, item: Fields) -> tuple[str | None, Incident | None]:
    """Return the new status and the incident to move to.

    Raises:
        ApiError: the status or incident does not exist, or the incident is resolved.
    """
    status = item.maybe_choice("status", STATUSES)
    target = call.state.incident(item.object("incident").text("id")) if "incident" in item else None
    if target and not target.is_open:
        raise errors.already_resolved()
    return status, target


def change_alert(call: Call, alert: Alert, status: str | None, target: Incident | None) -> None:
    """Move an alert and set its status."""
    if target:
        alert.incident.alerts.remove(alert)
        target.alerts.append(alert)
        call.state.index_by_key(alert.alert_key, target)
        alert.incident = target
    if status == "resolved":
        alert.resolve(call.actor)
    elif status:
        alert.status = status


ROUTES = (
    Route("GET", "/incidents/{id}/alerts", list_alerts),
    Route("PUT", "/incidents/{id}/alerts", update_alerts, needs_requester=True),
    Route("GET", "/incidents/{id}/alerts/{alert_id}", get_alert),
    Route("PUT", "/incidents/{id}/alerts/{alert_id}", update_alert, needs_requester=True),
)
