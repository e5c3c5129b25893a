# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the buttons on the pages do. Like the control API, they never appear in the journal."""

from __future__ import annotations

import typing as t
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from simulator.account import User
from simulator.call import Response
from simulator.clock import DAY
from simulator.errors import ApiError, invalid
from simulator.incident import Change
from simulator.request import Request
from simulator.simulation import Simulation

PREFIX = "/_pages/"
MAX_INCIDENTS = 1000
"""For one reset."""
MAX_ADVANCE = 366 * int(DAY)
"""Seconds, for one press of the button."""
Form = t.Mapping[str, str]


def press(request: Request, simulation: Simulation) -> Response:
    """Do what a button says, and return to the page on which it is.

    Raises:
        ApiError: there is no such button, or its form has an unusable value.
    """
    button = BUTTONS.get(request.path.removeprefix(PREFIX)) if request.method == "POST" else None
    if button is None:
        raise ApiError(404, 2100, "Not Found", ["There is no such button."])
    sent = parse_qs(request.content.decode(errors="replace"))
    form = {name: values[-1] for name, values in sent.items()}
    simulation.state.base = request.base
    page = button(simulation, form) or _path_of(request.headers.get("referer", ""))
    simulation.settle()
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": page})


def acknowledge(simulation: Simulation, form: Form) -> None:
    """Acknowledge an incident as one of the users."""
    _set_status(simulation, form, "acknowledged")


def resolve(simulation: Simulation, form: Form) -> None:
    """Resolve an incident as one of the users."""
    _set_status(simulation, form, "resolved")


def advance(simulation: Simulation, form: Form) -> None:
    """Put the clock forward: snoozes, acknowledgements, maintenance windows and turns end."""
    simulation.clock.advance(_number(form, "seconds", MAX_ADVANCE))


def reset(simulation: Simulation, form: Form) -> str:
    """Start again; returns the first page, as that of an incident is gone."""
    simulation.reset({"incidents": _number(form, "incidents", MAX_INCIDENTS)})
    return "/"


BUTTONS: t.Mapping[str, t.Callable[[Simulation, Form], str | None]] = {
    "acknowledge": acknowledge,
    "resolve": resolve,
    "advance": advance,
    "reset": reset,
}


def _set_status(simulation: Simulation, form: Form, status: str) -> None:
    state = simulation.state
    incident = state.incident(form.get("incident", ""))
    change = Change(status=status)
    incident.check(change)
    incident.apply(change, state.actor(_user(simulation, form)))
    state.watch(incident)


def _user(simulation: Simulation, form: Form) -> User:
    user = simulation.state.users.get(form.get("user", ""))
    if user is None:
        raise invalid("There is no such user.")
    return user


def _number(form: Form, name: str, maximum: int) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdecimal()) or int(text) > maximum:
        raise invalid(f"{name} must be a whole number from 0 to {maximum}.")
    return int(text)


def _path_of(address: str) -> str:
    """Return the path of one of our own pages; never the address of another site."""
    parts = urlsplit(address)
    return parts._replace(scheme="", netloc="").geturl() if parts.path.startswith("/") else "/"
