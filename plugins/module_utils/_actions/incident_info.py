# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads incidents, by id, by dedup key or by what they are, with what belongs to them.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PAGE_SIZE, PagerDuty, Record, path_of
from .._core.errors import InvalidOption, Refused
from .._core.plan import Plan, PlanOrOutcome, read_only_plan
from .incident_search import search_incidents
from .incidents import SINGLE_ONLY, IncidentsById, checked_ids, find_incidents, plan_each, read_incidents

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
    "past_incidents",
    "related_change_events",
    "related_incidents",
)
"""What takes a call of its own for each incident."""
PAGED = ("alerts", "log_entries")
LIMITS = {"related_change_events": [("limit", str(PAGE_SIZE))]}
"""Lists that are longer if asked for (INFERRED: as long as a page)."""
LIST_KEYS = {"related_change_events": "change_events"}
"""Keys of the response that differ from the path."""
PLANS = dict.fromkeys(
    ("past_incidents", "related_incidents"), "with the Event Intelligence package or the Digital Operations plan"
)
"""With which plans PagerDuty has a part.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/{id}/past_incidents and related_incidents.
"""
WITHOUT_PLAN = (402, 403, 404)
"""Statuses of a refusal that may be the plan's (INFERRED: the descriptions do not say which)."""

KEYS = frozenset(("integration_key", "service_key"))
"""Names of integration keys. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /services/{id}, `Channel`."""


def read(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Return read-only plans.

    Args:
        params: `incident_id`, `dedup_key` or filters, and `include`.

    Raises:
        InvalidOption: an option has an unusable value.
    """
    included = [name for name in INCLUDED if name in params["include"]]
    separate = [name for name in READ_SEPARATELY if name in params["include"]]

    def plan(incident: Record) -> Plan:
        record: Record = _without_keys({**incident, **_read_parts(pagerduty, incident, separate)})
        return read_only_plan(incident["id"], record)

    return plan_each(_find(pagerduty, params, included), plan)


def _find(pagerduty: PagerDuty, params: t.Mapping[str, t.Any], included: t.Sequence[str]) -> IncidentsById:
    if params["incident_id"] is not None:
        return read_incidents(pagerduty, checked_ids(params["incident_id"]), included)
    if SINGLE_ONLY in included:
        raise InvalidOption("include", f"{SINGLE_ONLY} requires incident_id")
    if params["dedup_key"] is None:
        return search_incidents(pagerduty, params, included)
    if not params["dedup_key"].strip():
        raise InvalidOption("dedup_key", "must not be empty", params["dedup_key"])
    return dict(find_incidents(pagerduty, params["dedup_key"], included))


def _without_keys(value: t.Any) -> t.Any:
    """Return a part of a response without the integration keys, which are secrets, of services and log entries."""
    if isinstance(value, dict):
        return {name: _without_keys(each) for name, each in value.items() if name not in KEYS}
    return [_without_keys(each) for each in value] if isinstance(value, list) else value


def _read_parts(pagerduty: PagerDuty, incident: Record, names: t.Iterable[str]) -> Record:
    return {name: _read_part(pagerduty, path_of("incidents", incident["id"], name), name) for name in names}


def _read_part(pagerduty: PagerDuty, path: str, name: str) -> list[Record]:
    if name in PAGED:
        return [entry for page in pagerduty.pages(path, name) for entry in page]
    try:
        part: list[Record] = pagerduty.get(path, LIST_KEYS.get(name, name), LIMITS.get(name, ()))
    except Refused as error:
        if name in PLANS and error.status in WITHOUT_PLAN:
            error.hint = f"PagerDuty has {name} only {PLANS[name]}. Leave it out of include. {error.hint}".rstrip()
        raise
    return part
