# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP server: every request goes through `Server.handle`, where faults can hit it."""

from __future__ import annotations

import functools
from http import HTTPStatus

from aiohttp import web

from simulator.buttons import PREFIX as BUTTONS
from simulator.call import Response
from simulator.control import PREFIX as CONTROL
from simulator.control import answer_control
from simulator.faults import FAULTS, Exchange, reply, text_of
from simulator.guard import CROSS_ORIGIN, REBOUND, is_cross_origin, is_rebound
from simulator.html import answer_page
from simulator.request import Request
from simulator.simulation import Simulation
from simulator.webhooks import Webhooks

NO_HOST = "The Host header of this request is no address.\n"
MAX_REQUEST = 64 * 1024**2
"""Bytes; far above the limits of both APIs, which refuse larger requests themselves."""


class Server:
    """Serves a simulation.

    Args:
        only_here: whether it listens on this machine only.
    """

    def __init__(self, simulation: Simulation, *, only_here: bool = True) -> None:
        self.simulation = simulation
        self._only_here = only_here
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
        response = self._answer_here(request)
        if response is None:
            return await self._answer_api(web_request, request)
        headers = {**response.headers, "Content-Type": response.content_type}
        return web.Response(status=response.status, body=text_of(response).encode(), headers=headers)

    def _answer_here(self, request: Request) -> Response | None:
        """Return the response of the control API or a page, or None for a call of PagerDuty's APIs."""
        if self._only_here and is_rebound(request):
            return refusal(HTTPStatus.MISDIRECTED_REQUEST, REBOUND.format(host=request.headers["host"]))
        is_own = request.path.startswith((CONTROL, BUTTONS))
        if is_own and is_cross_origin(request):
            return refusal(HTTPStatus.FORBIDDEN, CROSS_ORIGIN)
        if request.path.startswith(CONTROL):
            return answer_control(request, self.simulation)
        return answer_page(request, self.simulation)

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


def refusal(status: HTTPStatus, text: str) -> Response:
    """Return a response that says in a sentence why there is no other."""
    return Response(status, text, content_type="text/plain; charset=utf-8")


async def read_request(web_request: web.Request) -> Request:
    """Return the complete request.

    Raises:
        HTTPBadRequest: its Host header is no address.
    """
    try:
        base = str(web_request.url.origin())
    except ValueError:
        raise web.HTTPBadRequest(text=NO_HOST) from None
    return Request(
        method=web_request.method,
        path=web_request.rel_url.raw_path,
        query=tuple(web_request.query.items()),
        headers={name.lower(): value for name, value in web_request.headers.items()},
        content=await web_request.read(),
        base=base,
        connection=web_request.get_extra_info("peername")[1],
    )
