# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages for a browser: the incidents, who was woken, who is on call, and the calls. They work without JavaScript."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from simulator import buttons
from simulator.call import Response
from simulator.clock import DAY, iso
from simulator.errors import ApiError
from simulator.journal import Entry
from simulator.on_call import on_calls
from simulator.request import READS, Request
from simulator.simulation import Simulation
from simulator.state import State

MAX_LISTED = 200
"""Entries of a list, the newest first."""
INCIDENT_PATH = re.compile(r"/incidents/(?P<id>[^/]+)")
CALL_PATH = re.compile(r"/calls/(?P<n>\d{1,9})")
ACCOUNT_PATH = re.compile(r"/(users|schedules|escalation_policies|services)/(?P<id>\w+)")
"""Where PagerDuty's own pages of these are; here they are parts of one page."""
UNITS = ((DAY, "d"), (3600.0, "h"), (60.0, "min"))
Values = dict[str, t.Any]


def age(at: float, now: float) -> str:
    """Return how long ago a time is, in its largest unit."""
    for seconds, unit in UNITS:
        if now - at >= seconds:
            return f"{int((now - at) // seconds)} {unit} ago"
    return "just now"


def time_text(at: float, now: float) -> str:
    """Return a time of day in UTC, with the date unless it is today."""
    time, today = (datetime.fromtimestamp(each, timezone.utc) for each in (at, now))
    return time.strftime("%H:%M:%S" if time.date() == today.date() else "%d %b %H:%M")


def pretty(value: t.Any) -> str:
    """Return a JSON value as a person reads it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _hash(text: str) -> str:
    """Return how a Content-Security-Policy names a style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


FOLDER = Path(__file__).parent / "templates"
STYLE, SCRIPT = ((FOLDER / name).read_text(encoding="utf-8") for name in ("style.css", "live.js"))
TEMPLATES = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
TEMPLATES.filters.update(iso=iso, age=age, time_text=time_text, pretty=pretty, ident=id)
TEMPLATES.globals.update(style=STYLE, script=SCRIPT)
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {_hash(STYLE)}",
        f"script-src {_hash(SCRIPT)}",
        "connect-src 'self'",
        "img-src data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Visit:
    """A request of a browser, and what it looks at."""

    simulation: Simulation
    request: Request

    @property
    def state(self) -> State:
        """The account with its incidents."""
        return self.simulation.state

    def page(self, template: str, status: int = HTTPStatus.OK, **values: t.Any) -> Response:
        """Return a page."""
        given = {"now": self.simulation.clock.now(), "path": self.request.path, "state": self.state, **values}
        text = TEMPLATES.get_template(template).render(**given)
        return Response(status, text, headers=HEADERS, content_type="text/html; charset=utf-8")

    def message(self, heading: str, text: str, status: int = HTTPStatus.NOT_FOUND) -> Response:
        """Return a page that says what is not there, or did not work."""
        return self.page("message.html", status, heading=heading, text=text)


def answer_page(request: Request, simulation: Simulation) -> Response | None:
    """Return the page for a browser, or None for a request of an API."""
    visit = Visit(simulation, request)
    if request.path.startswith(buttons.PREFIX):
        return _pressed(visit)
    if request.method not in READS:
        return None
    simulation.state.settle()
    if request.path in PAGES:
        template, values_of = PAGES[request.path]
        return visit.page(template, **values_of(visit))
    if found := CALL_PATH.fullmatch(request.path):
        return _call(visit, int(found["n"]))
    return _page_for_browser(visit) if "text/html" in request.headers.get("accept", "") else None


def _pressed(visit: Visit) -> Response:
    try:
        return buttons.press(visit.request, visit.simulation)
    except ApiError as error:
        return visit.message("That did not work", " ".join(error.errors or [error.message]), error.status)


def _page_for_browser(visit: Visit) -> Response:
    """Return a page at an address where programs get JSON."""
    if found := INCIDENT_PATH.fullmatch(visit.request.path):
        return _incident(visit, found["id"])
    if found := ACCOUNT_PATH.fullmatch(visit.request.path):
        return Response(HTTPStatus.FOUND, headers={"Location": f"/on-call#{found['id']}"})
    return visit.page("api.html", HTTPStatus.NOT_FOUND)


def _incident(visit: Visit, incident_id: str) -> Response:
    try:
        incident = visit.state.incident(incident_id)
    except ApiError:
        return visit.message("No such incident", f"There is no incident {incident_id}.")
    pages = [page for page in visit.state.pages if page.incident_id == incident.id][::-1]
    users = list(visit.state.users.values())
    return visit.page("incident.html", incident=incident, pages=pages, calls=_calls_by_page(visit), users=users)


def _call(visit: Visit, n: int) -> Response:
    entry = next((entry for entry in visit.simulation.journal.entries if entry.n == n), None)
    if entry is None:
        text = f"There is no call {n}: the journal has been emptied since, or it has not been made yet."
        return visit.message("No such call", text)
    return visit.page("call.html", entry=entry)


def _incidents(visit: Visit) -> Values:
    incidents = list(visit.state.incidents.values())[::-1]
    numbers = {status: sum(each.status == status for each in incidents) for status in ("triggered", "acknowledged")}
    return {"incidents": incidents[:MAX_LISTED], "total": len(incidents), "numbers": numbers}


def _woken(visit: Visit) -> Values:
    pages = visit.state.pages
    people = list(dict.fromkeys(page.user.name for page in reversed(pages)))
    shown = pages[: -MAX_LISTED - 1 : -1]
    return {"pages": shown, "total": len(pages), "people": people, "calls": _calls_by_page(visit)}


def _on_call(visit: Visit) -> Values:
    state, now = visit.state, visit.simulation.clock.now()
    policies = list(state.escalation_policies.values())
    levels: dict[tuple[str, int], list[t.Any]] = {}
    for each in on_calls(policies, lambda schedule: state.turns(schedule, now, now)):
        levels.setdefault((each.policy.id, each.level), []).append(each)
    turns = {each.id: state.turns(each, now, now) for each in state.schedules.values()}
    users = [state.current(user) for user in state.users.values()]
    return {"policies": policies, "levels": levels, "schedules": list(state.schedules.values()), "turns": turns,
            "users": users, "services": list(state.services.values())}  # fmt: skip


def _calls(visit: Visit) -> Values:
    only_writes = ("show", "writes") in visit.request.query
    entries = [
        each for each in reversed(visit.simulation.journal.entries) if not only_writes or each.method not in READS
    ]
    writes = sum(each.method not in READS for each in visit.simulation.journal.entries)
    return {"entries": entries[:MAX_LISTED], "matching": len(entries), "total": len(visit.simulation.journal.entries),
            "writes": writes, "only_writes": only_writes}  # fmt: skip


def _calls_by_page(visit: Visit) -> t.Mapping[int, Entry]:
    """Return the call that has led to a page, by the identity of the page."""
    return {id(page): entry for entry in visit.simulation.journal.entries for page in entry.pages}


PAGES: t.Mapping[str, tuple[str, t.Callable[[Visit], Values]]] = {
    "/": ("incidents.html", _incidents),
    "/woken": ("woken.html", _woken),
    "/on-call": ("on_call.html", _on_call),
    "/calls": ("calls.html", _calls),
}
