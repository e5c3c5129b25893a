# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person sees in a browser: the list of incidents, and each incident's page."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from simulator.arrival import Arrival
from simulator.call import Answer
from simulator.clock import iso
from simulator.problems import Problem
from simulator.state import State

LISTED_AT_MOST = 200
"""Incidents in the list, the newest first."""
INCIDENT_PATH = re.compile(r"/incidents/(?P<id>[^/]+)")

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True)
TEMPLATES.filters["iso"] = iso


def answer_page(arrival: Arrival, state: State) -> Answer | None:
    """The page that a browser asks for; None when the request is one of the API's."""
    if arrival.method != "GET":
        return None
    state.settle()
    if arrival.path == "/":
        return _page("incidents.html", incidents=list(state.incidents.values())[: -LISTED_AT_MOST - 1 : -1])
    found = INCIDENT_PATH.fullmatch(arrival.path)
    if not found or "text/html" not in arrival.headers.get("accept", ""):
        return None
    try:
        return _page("incident.html", incident=state.incident(found["id"]))
    except Problem:
        return _page("missing.html", status=404, incident_id=found["id"])


def _page(template: str, status: int = 200, **values: object) -> Answer:
    return Answer(status, TEMPLATES.get_template(template).render(**values), content_type="text/html; charset=utf-8")
