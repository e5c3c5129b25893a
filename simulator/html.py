# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages for a browser: the incidents, who was woken, who is on call, and the calls. They work without JavaScript."""

from __future__ import annotations

import json
import re
import secrets
import typing as t
from datetime import datetime, timezone
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from simulator import account, buttons
from simulator.call import Response
from simulator.clock import DAY, iso
from simulator.errors import ApiError
from simulator.journal import Entry
from simulator.on_call import on_calls
from simulator.request import READS, Request
from simulator.simulation import Simulation

MAX_LISTED = 200
"""Entries of a list, the newest first."""
INCIDENT_PATH = re.compile(r"/incidents/(?P<id>[^/]+)")
CALL_PATH = re.compile(r"/calls/(?P<n>\d{1,9})")
ACCOUNT_PATH = re.compile(r"/(users|schedules|escalation_policies|services)/(?P<id>\w+)")
"""Where PagerDuty's own pages of these are; here they are parts of one page."""
UNITS = ((DAY, "d"), (3600.0, "h"), (60.0, "min"))
Values = dict[str, t.Any]


def answer_page(request: Request, simulation: Simulation) -> Response | None:
    """Return the page for a browser, or None for a request of an API."""
    if request.path.startswith(buttons.PREFIX):
        return _pressed(request, simulation)
    if request.method not in READS:
        return None
    simulation.state.settle()
    if request.path in PAGES:
        template, values_of = PAGES[request.path]
        return _page(simulation, request, template, **values_of(simulation, request))
    if found := CALL_PATH.fullmatch(request.path):
        return _call(request, simulation, int(found["n"]))
    return _page_for_browser(request, simulation) if "text/html" in request.headers.get("accept", "") else None


def _pressed(request: Request, simulation: Simulation) -> Response:
    try:
        return buttons.press(request, simulation)
    except ApiError as error:
        return _page(
            simulation,
            request,
            "message.html",
            error.status,
            heading="That did not work",
            text=error.errors or [error.message],
        )


def _page_for_browser(request: Request, simulation: Simulation) -> Response:
    """Return a page at an address where programs get JSON."""
    if found := INCIDENT_PATH.fullmatch(request.path):
        return _incident(request, simulation, found["id"])
    if found := ACCOUNT_PATH.fullmatch(request.path):
        return Response(HTTPStatus.FOUND, headers={"Location": f"/on-call#{found['id']}"})
    return _page(simulation, request, "api.html", HTTPStatus.NOT_FOUND, token=account.ACCOUNT_KEY)


def _incident(request: Request, simulation: Simulation, incident_id: str) -> Response:
    state = simulation.state
    try:
        incident = state.incident(incident_id)
    except ApiError:
        text = [f"There is no incident {incident_id}."]
        return _page(simulation, request, "message.html", HTTPStatus.NOT_FOUND, heading="No such incident", text=text)
    pages = [page for page in state.pages if page.incident_id == incident.id][::-1]
    values: Values = {"incident": incident, "pages": pages, "calls": _calls_by_page(simulation)}
    return _page(simulation, request, "incident.html", users=list(state.users.values()), **values)


def _call(request: Request, simulation: Simulation, n: int) -> Response:
    entry = next((entry for entry in simulation.journal.entries if entry.n == n), None)
    if entry is None:
        text = [f"There is no call {n}: the journal has been emptied since, or it has not been made yet."]
        return _page(simulation, request, "message.html", HTTPStatus.NOT_FOUND, heading="No such call", text=text)
    return _page(simulation, request, "call.html", entry=entry)


def _incidents(simulation: Simulation, _request: Request) -> Values:
    incidents = list(simulation.state.incidents.values())[::-1]
    numbers = {status: sum(each.status == status for each in incidents) for status in ("triggered", "acknowledged")}
    return {"incidents": incidents[:MAX_LISTED], "total": len(incidents), "numbers": numbers}


def _woken(simulation: Simulation, _request: Request) -> Values:
    pages = simulation.state.pages
    people = list(dict.fromkeys(page.user.name for page in reversed(pages)))
    shown = pages[: -MAX_LISTED - 1 : -1]
    return {"pages": shown, "total": len(pages), "people": people, "calls": _calls_by_page(simulation)}


def _on_call(simulation: Simulation, _request: Request) -> Values:
    state, now = simulation.state, simulation.clock.now()
    policies = list(state.escalation_policies.values())
    levels: dict[tuple[str, int], list[t.Any]] = {}
    for each in on_calls(policies, lambda schedule: state.turns(schedule, now, now)):
        levels.setdefault((each.policy.id, each.level), []).append(each)
    turns = {each.id: state.turns(each, now, now) for each in state.schedules.values()}
    users = [state.current(user) for user in state.users.values()]
    return {"policies": policies, "levels": levels, "schedules": list(state.schedules.values()), "turns": turns,
            "users": users, "services": list(state.services.values())}  # fmt: skip


def _calls(simulation: Simulation, request: Request) -> Values:
    only_writes = ("show", "writes") in request.query
    entries = [each for each in reversed(simulation.journal.entries) if not only_writes or each.method not in READS]
    writes = sum(each.method not in READS for each in simulation.journal.entries)
    return {"entries": entries[:MAX_LISTED], "total": len(simulation.journal.entries), "writes": writes,
            "only_writes": only_writes}  # fmt: skip


def _calls_by_page(simulation: Simulation) -> t.Mapping[int, Entry]:
    """Return the call that has led to a page, by the identity of the page."""
    return {id(page): entry for entry in simulation.journal.entries for page in entry.pages}


PAGES: t.Mapping[str, tuple[str, t.Callable[[Simulation, Request], Values]]] = {
    "/": ("incidents.html", _incidents),
    "/woken": ("woken.html", _woken),
    "/on-call": ("on_call.html", _on_call),
    "/calls": ("calls.html", _calls),
}


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


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
TEMPLATES.filters.update(iso=iso, age=age, time_text=time_text, pretty=pretty, ident=id)


def _page(simulation: Simulation, request: Request, template: str, status: int = 200, **values: t.Any) -> Response:
    nonce = secrets.token_urlsafe()
    given = {"now": simulation.clock.now(), "path": request.path, "state": simulation.state, "nonce": nonce, **values}
    return Response(
        status,
        TEMPLATES.get_template(template).render(**given),
        headers={
            "Content-Security-Policy": f"default-src 'none'; connect-src 'self'; img-src data:; form-action 'self'; "
            f"frame-ancestors 'none'; base-uri 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
        content_type="text/html; charset=utf-8",
    )
