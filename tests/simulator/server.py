# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP server: every request comes through `Server.handle`, where faults may meet it."""

from __future__ import annotations

import functools

from aiohttp import web

from simulator.arrival import Arrival
from simulator.control import PREFIX as CONTROL
from simulator.control import answer_control
from simulator.faults import FAULTS, Exchange, reply, text_of
from simulator.pages import answer_page
from simulator.simulation import Simulation

REQUEST_AT_MOST = 64 * 1024**2
"""Bytes; far above what either API takes, so that they can refuse it themselves."""


class Server:
    """Serves a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def application(self) -> web.Application:
        """The application that aiohttp runs."""
        application = web.Application(client_max_size=REQUEST_AT_MOST)
        application.router.add_route("*", "/{path:.*}", self.handle)
        return application

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request: of the control API, of a browser, or of PagerDuty's APIs."""
        arrival = await arrival_of(request)
        if arrival.path.startswith(CONTROL):
            answer = answer_control(arrival, self.simulation)
        else:
            page = answer_page(arrival, self.simulation.state)
            if page is None:
                return await self._answer_api(request, arrival)
            answer = page
        headers = {**answer.headers, "Content-Type": answer.content_type}
        return web.Response(status=answer.status, body=text_of(answer).encode(), headers=headers)

    async def _answer_api(self, request: web.Request, arrival: Arrival) -> web.StreamResponse:
        entry = self.simulation.journal.begin(arrival)
        effect = functools.partial(self.simulation.answer, arrival, entry)
        fault = self.simulation.faults.meeting(arrival)
        if fault is None:
            return reply(effect(), entry)
        entry.fault = fault.name
        play, _arguments = FAULTS[fault.name]
        return await play(Exchange(request, fault.arguments, effect, entry))


async def arrival_of(request: web.Request) -> Arrival:
    """The request, read to its end."""
    return Arrival(
        method=request.method,
        path=request.rel_url.raw_path,
        query=tuple(request.query.items()),
        headers={name.lower(): value for name, value in request.headers.items()},
        content=await request.read(),
        base=str(request.url.origin()),
        connection=request.get_extra_info("peername")[1],
    )
