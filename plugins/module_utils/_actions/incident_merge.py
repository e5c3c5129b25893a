# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Merges incidents into another one, which takes over their alerts.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import label
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.plan import Notification, Plan, PlanOrOutcome, Write
from .incident_responders import read_after_write
from .incidents import check_open, checked_ids, is_id, name_of, plan_each, read_incidents

MAX_ALERTS = 1000
"""Of one incident. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/merge."""
MAY_RAISE_URGENCY = "assigned to the incident, if the severity of a new alert raises its urgency"
"""Source: https://support.pagerduty.com/main/docs/dynamic-notifications."""


def merge(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Merge incidents into one.

    Args:
        params: `incident_id`, the one that stays, and `source_incidents`.

    Raises:
        InvalidOption: an option has an unusable value.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}/merge.
    """
    target_ids = checked_ids(params["incident_id"])
    if len(target_ids) > 1:
        raise InvalidOption("incident_id", "must be a single incident, which the others are merged into", target_ids)
    source_ids = _checked_sources(params["source_incidents"], target_ids)
    found = read_incidents(pagerduty, [*target_ids, *source_ids])
    sources = [found[source_id] for source_id in source_ids]
    plan = functools.partial(_plan, sources, Write(functools.partial(_send, pagerduty)))
    return plan_each({target_id: found[target_id] for target_id in target_ids}, plan)


def _checked_sources(given: t.Sequence[str], target_ids: t.Sequence[str]) -> list[str]:
    if not given:
        raise InvalidOption("source_incidents", "must have at least one incident id or number", given)
    for source_id in given:
        if not is_id(source_id):
            raise InvalidOption("source_incidents", "must be an incident id or a number", source_id)
        if source_id in target_ids:
            raise InvalidOption("source_incidents", "an incident cannot be merged into itself", source_id)
    return list(dict.fromkeys(given))


def _plan(sources: t.Sequence[Record | TaskError], write: Write, target: Record) -> Plan:
    known: dict[str, Record] = {}
    for source in sources:
        if isinstance(source, TaskError):
            raise source
        known[source["id"]] = source
    missing = [source for source in known.values() if _merged_into(source).get("id") != target["id"]]
    _check(target, missing)
    predicted = {**target, "alert_counts": _alert_counts([target, *missing])} if missing else target
    return Plan(
        target["id"],
        {"merged": [name_of(source) for source in known.values() if source not in missing]},
        {"merged": [name_of(source) for source in known.values()]},
        target,
        predicted,
        write,
        [source["id"] for source in missing],
        _notifies(target, missing),
    )


def _merged_into(source: Record) -> Record:
    """Return a reference to the incident that another one was merged into; empty if it was not."""
    return (source.get("resolve_reason") or {}).get("incident") or {}


def _check(target: Record, missing: t.Sequence[Record]) -> None:
    """Check that incidents can be merged.

    Raises:
        Refused: PagerDuty would refuse it.

    Source: as `merge`, and `Incident`, `is_mergeable`. A resolved incident can be merged into an open one:
    https://github.com/giranm/pd-live-react/issues/140.
    """
    if not missing:
        return
    check_open(target, "nothing can be merged into it")
    for source in missing:
        if source["id"] == target["id"]:
            raise Refused(f"Incident {name_of(source)} cannot be merged into itself.", hint="Check source_incidents.")
        if _merged_into(source):
            other = label(_merged_into(source))
            raise Refused(f"Incident {name_of(source)} was merged into {other} before.", hint=f"Merge {other} instead.")
    for incident in (target, *missing):
        if incident.get("is_mergeable") is False:
            raise Refused(
                f"Incident {name_of(incident)} cannot be merged: it has no alerts, and nobody opened it in PagerDuty's "
                "web interface.",
                hint="Leave it out, and resolve it with incident_status.",
            )
    count = _alert_counts([target, *missing])["all"]
    if count > MAX_ALERTS:
        raise Refused(
            f"Incident {name_of(target)} would have {count} alerts; PagerDuty allows {MAX_ALERTS}.",
            hint="Merge fewer incidents.",
        )


def _alert_counts(incidents: t.Sequence[Record]) -> dict[str, int]:
    """Return how many alerts incidents have together, by status."""
    counts = [incident.get("alert_counts") or {} for incident in incidents]
    return {name: sum(each.get(name) or 0 for each in counts) for name in ("all", "triggered", "resolved")}


def _notifies(target: Record, missing: t.Sequence[Record]) -> list[Notification]:
    may_raise = target.get("urgency") == "low" and any(source.get("urgency") == "high" for source in missing)
    return [Notification(None, MAY_RAISE_URGENCY)] if may_raise else []


def _send(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    body = {"source_incidents": [{"id": source_id, "type": "incident_reference"} for source_id in plan.body]}
    pagerduty.write("PUT", path_of("incidents", plan.target, "merge"), body)
    # The response is only a reference.
    return [read_after_write(pagerduty, plan.target)]
