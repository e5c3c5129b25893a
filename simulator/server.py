# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP server: every request goes through `Server.handle`, where faults can hit it."""

from __future__ import annotations

import functools

from aiohttp import web

from simulator.control import PREFIX as CONTROL
from simulator.control import answer_control
from simulator.faults import FAULTS, Exchange, reply, text_of
from simulator.html import answer_page
from simulator.request import Request
from simulator.simulation import Simulation
from simulator.webhooks import Webhooks

MAX_REQUEST = 64 * 1024**2
"""Bytes; far above the limits of both APIs, which refuse larger requests themselves."""


class Server:
    """Serves a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self._webhooks = Webhooks(simulation)

    def application(self) -> web.Application:
        """The application that aiohttp runs."""
        application = web.Application(client_max_size=MAX_REQUEST)
        application.router.add_route("*", "/{path:.*}", self.handle)
        application.cleanup_ctx.append(self._webhooks.lifespan)
        return application

    async def handle(self, web_request: web.Request) -> web.StreamResponse:
        """Answer a request of the control API, a browser, or one of PagerDuty's APIs."""
        request = await read_request(web_request)
        if request.path.startswith(CONTROL):
            response = answer_control(request, self.simulation)
        else:
            page = answer_page(request, self.simulation.state)
            if page is None:
                return await self._answer_api(web_request, request)
            response = page
        headers = {**response.headers, "Content-Type": response.content_type}
        return web.Response(status=response.status, body=text_of(response).encode(), headers=headers)

    async def _answer_api(self, web_request: web.Request, request: Request) -> web.StreamResponse:
        entry = self.simulation.journal.begin(request)
        effect = functools.partial(self.simulation.answer, request, entry)
        fault = self.simulation.faults.meeting(request)
        if fault is None:
            return reply(effect(), entry)
        entry.fault = fault.name
        play, _arguments = FAULTS[fault.name]
        effect_of = functools.partial(self.simulation.answer_with, request, entry)
        hold_reads, delay, meanwhile = (
            self.simulation.hold_reads,
            self.simulation.faults.delay,
            self.simulation.meanwhile,
        )
        return await play(
            Exchange(web_request, fault.arguments, effect, effect_of, hold_reads, delay, request, entry, meanwhile)
        )


async def read_request(web_request: web.Request) -> Request:
    """Return the complete request."""
    return Request(
        method=web_request.method,
        path=web_request.rel_url.raw_path,
        query=tuple(web_request.query.items()),
        headers={name.lower(): value for name, value in web_request.headers.items()},
        content=await web_request.read(),
        base=str(web_request.url.origin()),
        connection=web_request.get_extra_info("peername")[1],
    )
