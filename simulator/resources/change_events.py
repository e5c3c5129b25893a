# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change events of the account, of a service, and those that may have caused an incident; newest first.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the path that each function names.
"""

from __future__ import annotations

import typing as t

from simulator.call import Call, Response, Route
from simulator.clock import time_of
from simulator.serializers import Json


def list_change_events(call: Call) -> Response:
    """GET /change_events."""
    return listed(call, call.state.change_events)


def get_change_event(call: Call) -> Response:
    """GET /change_events/{id}."""
    change = call.find({change["id"]: change for change in call.state.change_events})
    return Response(body={"change_event": call.serializer().change_event(change)})


def list_service_change_events(call: Call) -> Response:
    """GET /services/{id}/change_events."""
    return listed(call, of_service(call, call.find(call.state.services).id))


def list_related_change_events(call: Call) -> Response:
    """GET /incidents/{id}/related_change_events: INFERRED, all of the incident's service, as its most recent ones."""
    show = call.serializer().change_event
    reason = {"correlation_reason": {"reason": "most_recent"}}
    related = of_service(call, call.incident.service.id)[::-1]
    return call.listing("change_events", related, lambda change: {**show(change), **reason})


def of_service(call: Call, service_id: str) -> list[Json]:
    """Return the change events of a service."""
    return [change for change in call.state.change_events if change["service"] == service_id]


def listed(call: Call, changes: t.Sequence[Json]) -> Response:
    """Return a page of the change events for a query."""
    since = call.query.utc_time("since") or 0.0
    until = call.query.utc_time("until") or float("inf")
    teams = call.query.all("team_ids[]")
    integrations = call.query.all("integration_ids[]")
    found = [
        change
        for change in reversed(changes)
        if since <= time_of(change["timestamp"]) <= until
        and (not integrations or change["integration"] in integrations)
        and (not teams or any(team.id in teams for team in call.state.services[change["service"]].teams))
    ]
    return call.listing("change_events", found, call.serializer().change_event)


ROUTES = (
    Route("GET", "/change_events", list_change_events),
    Route("GET", "/change_events/{id}", get_change_event),
    Route("GET", "/services/{id}/change_events", list_service_change_events),
    Route("GET", "/incidents/{id}/related_change_events", list_related_change_events),
)
