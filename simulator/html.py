# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages for a browser: the list of incidents, and each incident."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from simulator.call import Response
from simulator.clock import iso
from simulator.errors import ApiError
from simulator.request import Request
from simulator.state import State

MAX_LISTED = 200
"""Incidents in the list, the newest first."""
INCIDENT_PATH = re.compile(r"/incidents/(?P<id>[^/]+)")

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True)
TEMPLATES.filters["iso"] = iso


def answer_page(request: Request, state: State) -> Response | None:
    """Return the page for a browser, or None for a request of an API."""
    if request.method != "GET":
        return None
    state.settle()
    if request.path == "/":
        return _page("incidents.html", incidents=list(state.incidents.values())[: -MAX_LISTED - 1 : -1])
    found = INCIDENT_PATH.fullmatch(request.path)
    if not found or "text/html" not in request.headers.get("accept", ""):
        return None
    try:
        return _page("incident.html", incident=state.incident(found["id"]))
    except ApiError:
        return _page("missing.html", status=404, incident_id=found["id"])


def _page(template: str, status: int = 200, **values: object) -> Response:
    return Response(status, TEMPLATES.get_template(template).render(**values), content_type="text/html; charset=utf-8")
