# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoints of the REST API, one file for each resource, each with its table of routes."""

from __future__ import annotations

from simulator.call import Route
from simulator.resources import (
    alerts,
    custom_fields,
    directory,
    incident_workflows,
    incidents,
    log_entries,
    notes,
    responders,
    response_plays,
    stakeholders,
)

ROUTES: tuple[Route, ...] = (
    *incidents.ROUTES,
    *notes.ROUTES,
    *alerts.ROUTES,
    *log_entries.ROUTES,
    *responders.ROUTES,
    *stakeholders.ROUTES,
    *custom_fields.ROUTES,
    *response_plays.ROUTES,
    *incident_workflows.ROUTES,
    *directory.ROUTES,
)
