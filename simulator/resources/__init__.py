# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoints of the REST API, one file for each resource, each with its table of routes."""

from __future__ import annotations

from simulator.call import Route
from simulator.resources import (
    alerts,
    change_events,
    custom_fields,
    directory,
    incident_types,
    incident_workflows,
    incidents,
    log_entries,
    maintenance_windows,
    notes,
    overrides,
    responders,
    response_plays,
    services,
    shift_based_schedules,
    similar_incidents,
    stakeholders,
    users,
    webhook_subscriptions,
)

ROUTES: tuple[Route, ...] = (
    *incident_types.ROUTES,
    *incidents.ROUTES,
    *notes.ROUTES,
    *alerts.ROUTES,
    *log_entries.ROUTES,
    *change_events.ROUTES,
    *similar_incidents.ROUTES,
    *responders.ROUTES,
    *stakeholders.ROUTES,
    *custom_fields.ROUTES,
    *response_plays.ROUTES,
    *incident_workflows.ROUTES,
    *directory.ROUTES,
    *services.ROUTES,
    *shift_based_schedules.ROUTES,
    *overrides.ROUTES,
    *maintenance_windows.ROUTES,
    *webhook_subscriptions.ROUTES,
    *users.ROUTES,
)
