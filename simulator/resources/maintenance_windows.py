# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/maintenance_windows.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /maintenance_windows.
"""

from __future__ import annotations

import typing as t

from simulator import errors
from simulator.account import Service
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.maintenance import FILTERS, MaintenanceWindow, check_times

EXPANDABLE = ("teams", "services", "users")
TYPES = (MaintenanceWindow.kind,)


def list_windows(call: Call) -> Response:
    """GET /maintenance_windows; the newest first."""
    states = call.query.all("filter", FILTERS) or ["all"]
    text = (call.query.one("query") or "").lower()
    services, teams = call.query.all("service_ids[]"), call.query.all("team_ids[]")
    now = call.state.clock.now()
    found = [
        window
        for window in reversed(call.state.maintenance_windows.values())
        if FILTERS[states[-1]](window, now)
        and text in window.description.lower()
        and (not services or any(service.id in services for service in window.services))
        and (not teams or any(team.id in teams for service in window.services for team in service.teams))
    ]
    return call.listing("maintenance_windows", found, call.serializer(*EXPANDABLE).maintenance_window)


def get_window(call: Call) -> Response:
    """GET /maintenance_windows/{id}."""
    return _shown(call, _window(call))


def create_window(call: Call) -> Response:
    """POST /maintenance_windows: a start in the past becomes now."""
    fields = _fields(call)
    now = call.state.clock.now()
    start, end = max(fields.time("start_time"), now), fields.time("end_time")
    check_times(start, end, now)
    windows = call.state.maintenance_windows
    window = MaintenanceWindow(
        call.state.ids.short(),
        max((each.number for each in windows.values()), default=0) + 1,
        fields.maybe_text("description", empty=True) or "",
        _services(call, fields),
        start,
        end,
        call.user,
    )
    windows[window.id] = window
    return _shown(call, window, 201)


def update_window(call: Call) -> Response:
    """PUT /maintenance_windows/{id}: what has begun keeps its start, and what has ended stays as it is."""
    window, fields, now = _window(call), _fields(call), call.state.clock.now()
    start, end, services = fields.time("start_time"), fields.time("end_time"), _services(call, fields)
    window.check_change(start, end, now)
    if window.start > now:
        window.start = max(start, now)
    window.end, window.services = end, services
    window.description = fields.maybe_text("description", empty=True) or window.description
    return _shown(call, window)


def delete_window(call: Call) -> Response:
    """DELETE /maintenance_windows/{id}: a future one is deleted, an ongoing one ends, a past one is refused."""
    window, now = _window(call), call.state.clock.now()
    if window.end <= now:
        raise errors.past_maintenance_window()
    if window.is_ongoing(now):
        window.end = now
    else:
        del call.state.maintenance_windows[window.id]
    return Response(204)


def _window(call: Call) -> MaintenanceWindow:
    windows = call.state.maintenance_windows
    if call.names["id"] not in windows:
        raise errors.maintenance_window_not_found()
    return windows[call.names["id"]]


def _fields(call: Call) -> Fields:
    fields = call.body.object("maintenance_window")
    fields.choice("type", TYPES)
    return fields


def _services(call: Call, fields: Fields) -> tuple[Service, ...]:
    ids = [service.text("id") for service in fields.items("services")]
    unknown = [service_id for service_id in ids if service_id not in call.state.services]
    if unknown:
        raise errors.invalid(f"Services not found: {', '.join(unknown)}")
    return tuple(call.state.services[service_id] for service_id in dict.fromkeys(ids))


def _shown(call: Call, window: MaintenanceWindow, status: int = 200) -> Response:
    expandable: t.Sequence[str] = EXPANDABLE if call.values is None else ()
    return Response(status, {"maintenance_window": call.serializer(*expandable).maintenance_window(window)})


ROUTES = (
    Route("GET", "/maintenance_windows", list_windows),
    Route("POST", "/maintenance_windows", create_window, needs_requester=True),
    Route("GET", "/maintenance_windows/{id}", get_window),
    Route("PUT", "/maintenance_windows/{id}", update_window),
    Route("DELETE", "/maintenance_windows/{id}", delete_window),
)
