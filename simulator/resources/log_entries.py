# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log entries of an incident and of the account, newest first.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /log_entries.
"""

from __future__ import annotations

import typing as t

from simulator.call import Call, Response, Route
from simulator.incident import LogEntry

EXPANDABLE = ("incidents", "services", "channels", "teams")
OVERVIEW = frozenset(
    (
        "trigger",
        "acknowledge",
        "unacknowledge",
        "assign",
        "delegate",
        "escalate",
        "resolve",
        "annotate",
        "snooze",
        "status_update",
    )
)
"""The kinds that change an incident; notifications are left out of an overview (INFERRED)."""


def list_incident_log_entries(call: Call) -> Response:
    """GET /incidents/{id}/log_entries."""
    return listed(call, reversed(call.incident.log))


def list_log_entries(call: Call) -> Response:
    """GET /log_entries."""
    teams = call.query.all("team_ids[]")
    entries = call.state.log_entries()
    return listed(
        call,
        (entry for entry in entries if not teams or any(team.id in teams for team in entry.incident.service.teams)),
    )


def get_log_entry(call: Call) -> Response:
    """GET /log_entries/{id}."""
    entry = call.find({entry.id: entry for entry in call.state.log_entries()})
    return Response(body={"log_entry": call.serializer(*EXPANDABLE).log_entry(entry)})


def listed(call: Call, entries: t.Iterable[LogEntry]) -> Response:
    """Return a page of the entries for a query."""
    since = call.query.time("since") or 0.0
    until = call.query.time("until") or float("inf")
    overview = call.query.flag("is_overview")
    wanted = [entry for entry in entries if since <= entry.at <= until and (not overview or entry.kind in OVERVIEW)]
    return call.listing("log_entries", wanted, call.serializer(*EXPANDABLE).log_entry)


ROUTES = (
    Route("GET", "/incidents/{id}/log_entries", list_incident_log_entries),
    Route("GET", "/log_entries", list_log_entries),
    Route("GET", "/log_entries/{id}", get_log_entry),
)
