# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Past, related and outlier incidents. PagerDuty finds them by machine learning; here, the same title is similar.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the path that each function names; docs/CONCEPTS.md there.
"""

from __future__ import annotations

import typing as t

from simulator.call import Call, Response, Route
from simulator.clock import DAY, iso
from simulator.incident import Incident
from simulator.serializers import Json

DEFAULT_PAST = 5
MAX_PAST = 999
PAST_RANGE = 183 * DAY
"""Six months."""
MAX_RELATED = 20
OUTLIER_RANGE = 30 * DAY
FREQUENT = 0.2
RARE = 0.05
"""Shares of the incidents of the last 30 days. Source: docs/CONCEPTS.md, "Outlier Incident"."""
SIMILAR: Json = {
    "type": "machine_learning_inferred",
    "metadata": {
        "grouping_classification": "similar_contents",
        "user_feedback": {"positive_feedback_count": 0, "negative_feedback_count": 0},
    },
}


def list_past_incidents(call: Call) -> Response:
    """GET /incidents/{id}/past_incidents: earlier ones of its service, the most similar first."""
    incident = call.incident
    limit = call.query.integer("limit", DEFAULT_PAST, minimum=1, maximum=MAX_PAST)
    past = earlier(call, incident, PAST_RANGE)[::-1]
    past.sort(key=lambda each: score(each, incident), reverse=True)
    shown = [{"incident": brief(call, each), "score": score(each, incident)} for each in past[:limit]]
    return Response(
        body={"past_incidents": shown, "total": len(past) if call.query.flag("total") else None, "limit": limit}
    )


def list_related_incidents(call: Call) -> Response:
    """GET /incidents/{id}/related_incidents: similar ones that are open on other services, the newest first."""
    incident = call.incident
    whole = call.query.all("additional_details[]", ("incident",))
    show = call.serializer().incident
    related = [
        each
        for each in reversed(call.state.incidents.values())
        if each.is_open and each.service.id != incident.service.id and is_similar(each, incident)
    ]
    shown = [show(each) if whole else brief(call, each) for each in related[:MAX_RELATED]]
    return Response(body={"related_incidents": [{"incident": each, "relationships": [SIMILAR]} for each in shown]})


def get_outlier_incident(call: Call) -> Response:
    """GET /incidents/{id}/outlier_incident: how often such incidents occur on its service."""
    incident = call.incident
    since = call.query.time("since") or incident.created_at - OUTLIER_RANGE
    before = earlier(call, incident, incident.created_at - since)
    count = sum(is_similar(each, incident) for each in before)
    frequency = count / len(before) if before else 0.0
    occurrence = {
        "count": count,
        "frequency": frequency,
        "category": category(frequency),
        "since": iso(since),
        "until": iso(call.state.clock.now()),
    }
    template = {"id": "PTEMPL1", "cluster_id": "PCLUST1", "mined_text": incident.title}
    shown = {"incident": {**brief(call, incident), "occurrence": occurrence}, "incident_template": template}
    return Response(body={"outlier_incident": shown})


def earlier(call: Call, incident: Incident, seconds: float) -> list[Incident]:
    """Return the incidents of its service in a number of seconds before it."""
    return [
        each
        for each in call.state.incidents.values()
        if each.service.id == incident.service.id and 0 < incident.created_at - each.created_at <= seconds
    ]


def is_similar(one: Incident, other: Incident) -> bool:
    """Return whether two incidents have the same title."""
    return one.title == other.title


def score(one: Incident, other: Incident) -> float:
    """Return how similar two incidents are."""
    return 100.0 if is_similar(one, other) else 0.0


def category(frequency: float) -> str:
    """The label of incidents with a frequency (INFERRED: `normal` for those that PagerDuty gives none)."""
    if not frequency:
        return "anomalous"
    if frequency <= RARE:
        return "rare"
    return "frequent" if frequency >= FREQUENT else "normal"


def brief(call: Call, incident: Incident) -> Json:
    """An incident as the examples show it here."""
    whole = call.serializer().incident(incident)
    return {name: whole[name] for name in ("id", "created_at", "self", "title")}


ROUTES: t.Sequence[Route] = (
    Route("GET", "/incidents/{id}/past_incidents", list_past_incidents),
    Route("GET", "/incidents/{id}/related_incidents", list_related_incidents),
    Route("GET", "/incidents/{id}/outlier_incident", get_outlier_incident),
)
