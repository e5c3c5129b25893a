# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/types. Source: PagerDuty/api-schema, reference/REST/openapiv3.json."""

from __future__ import annotations

from simulator import account, errors
from simulator.account import IncidentType
from simulator.call import Call, Response, Route
from simulator.serializers import SINCE_WHEN, Json

STATUSES = ("disabled", "enabled")
FILTERS = (*STATUSES, "all")


def list_incident_types(call: Call) -> Response:
    """GET /incidents/types: not in pages; the enabled ones unless others are asked for."""
    (wanted,) = call.query.all("filter", FILTERS)[-1:] or ("enabled",)
    found = [each for each in account.INCIDENT_TYPES.values() if wanted in ("all", STATUSES[each.is_enabled])]
    return Response(body={"incident_types": [show(each) for each in found]})


def get_incident_type(call: Call) -> Response:
    """GET /incidents/types/{type_id_or_name}."""
    wanted = call.names["type_id_or_name"]
    for each in account.INCIDENT_TYPES.values():
        if wanted in (each.id, each.name):
            return Response(body={"incident_type": show(each)})
    raise errors.not_found(wanted)


def show(incident_type: IncidentType) -> Json:
    """`IncidentType`."""
    return {
        "id": incident_type.id,
        "type": "incident_type",
        "name": incident_type.name,
        "display_name": incident_type.display_name,
        "description": incident_type.display_name,
        "enabled": incident_type.is_enabled,
        "created_at": SINCE_WHEN,
        "updated_at": SINCE_WHEN,
    }


ROUTES = (
    Route("GET", "/incidents/types", list_incident_types),
    Route("GET", "/incidents/types/{type_id_or_name}", get_incident_type),
)
