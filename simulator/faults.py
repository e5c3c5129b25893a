# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on demand: what a network, a proxy or PagerDuty can do to a request.

A fault applies to requests with its method and path: it lets the first `skip` of them pass, and hits the next `times`.
Each is a coroutine in `FAULTS`; `exchange.effect()` applies the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import typing as t
from dataclasses import dataclass

from aiohttp import web

from simulator import errors
from simulator.call import Response
from simulator.checks import Fields
from simulator.journal import Entry
from simulator.request import Request

HTML = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Please sign in.</p></body></html>"


@dataclass
class Exchange:
    """A request that is hit by a fault.

    Args:
        arguments: those of the fault.
        effect: applies the request and returns its response.
        effect_of: the same, with another body.
        hold_reads: lets reads see the current state for a number of seconds.
        delay: waits for a number of seconds, or until the faults are cleared.
        meanwhile: lets time pass, and somebody acknowledge what is triggered.
    """

    web_request: web.Request
    arguments: t.Mapping[str, t.Any]
    effect: t.Callable[[], Response]
    effect_of: t.Callable[[t.Any], Response]
    hold_reads: t.Callable[[float], None]
    delay: t.Callable[[float], t.Awaitable[None]]
    request: Request
    entry: Entry
    meanwhile: t.Callable[[float, str | None], None]

    def reply(self, response: Response) -> web.StreamResponse:
        """Respond, and record it in the journal."""
        return reply(response, self.entry)

    def hang_up(self) -> web.StreamResponse:
        """Close the connection; the returned response is not sent."""
        if self.web_request.transport:
            self.web_request.transport.close()
        return web.Response()

    def given_response(self) -> Response:
        """The response that the fault's arguments describe."""
        body = self.arguments.get("body")
        status = int(self.arguments["status"])
        content_type = str(self.arguments.get("content_type", "application/json"))
        default = errors.trouble(status).body
        return Response(status, default if body is None else body, self.arguments.get("headers", {}), content_type)


def reply(response: Response, entry: Entry) -> web.Response:
    """Return the response for aiohttp, and record it in the journal."""
    text = text_of(response)
    entry.answered(response.status, text)
    web_response = web.Response(status=response.status, headers=response.headers, body=text.encode())
    if response.body is not None:
        web_response.headers["Content-Type"] = response.content_type
    return web_response


def text_of(response: Response) -> str:
    """Return a response's body as it is sent."""
    if response.body is None:
        return ""
    return response.body if isinstance(response.body, str) else json.dumps(response.body)


async def drop_before(exchange: Exchange) -> web.StreamResponse:
    """No effect; the connection is closed without a response."""
    return exchange.hang_up()


async def drop_after(exchange: Exchange) -> web.StreamResponse:
    """The effect; then the connection is closed without a response."""
    exchange.effect()
    return exchange.hang_up()


async def delay_before(exchange: Exchange) -> web.StreamResponse:
    """Waits `seconds`, then has the effect, even when the client has gone: a late effect."""
    await exchange.delay(float(exchange.arguments["seconds"]))
    return exchange.reply(exchange.effect())


async def delay_after(exchange: Exchange) -> web.StreamResponse:
    """The effect at once; the response after `seconds`."""
    response = exchange.effect()
    await exchange.delay(float(exchange.arguments["seconds"]))
    return exchange.reply(response)


async def status_before(exchange: Exchange) -> web.StreamResponse:
    """No effect; the response is `status` with `headers`, `body` and `content_type`."""
    return exchange.reply(exchange.given_response())


async def status_after(exchange: Exchange) -> web.StreamResponse:
    """The effect; then the same as status_before."""
    exchange.effect()
    return exchange.reply(exchange.given_response())


async def truncated(exchange: Exchange) -> web.StreamResponse:
    """The effect; then half of the response, with the length of all of it, and the connection is closed."""
    response = exchange.effect()
    content = text_of(response).encode()
    web_response = await _begin(exchange, response, len(content))
    await web_response.write(content[: len(content) // 2])
    exchange.hang_up()
    return web_response


async def trickle(exchange: Exchange) -> web.StreamResponse:
    """The effect; then the response, one byte every `seconds_per_byte`."""
    response = exchange.effect()
    content = text_of(response).encode()
    web_response = await _begin(exchange, response, len(content))
    # The client may close the connection before the end.
    with contextlib.suppress(ConnectionResetError):
        for byte in content:
            await web_response.write(bytes([byte]))
            await asyncio.sleep(float(exchange.arguments["seconds_per_byte"]))
    return web_response


async def wrong_shape(exchange: Exchange) -> web.StreamResponse:
    """The effect; then JSON under the same keys, but with a number where PagerDuty has objects and lists."""
    response = exchange.effect()
    keys = response.body if isinstance(response.body, dict) else {}
    return exchange.reply(Response(response.status, dict.fromkeys(keys, 42), response.headers))


async def html(exchange: Exchange) -> web.StreamResponse:
    """No effect; an HTML page with status 200, as a proxy's sign-in page."""
    return exchange.reply(Response(200, HTML, content_type="text/html"))


async def redirect(exchange: Exchange) -> web.StreamResponse:
    """No effect; a redirect to `location`, with `status` 302 unless another is given."""
    headers = {"Location": str(exchange.arguments["location"])}
    return exchange.reply(Response(int(exchange.arguments.get("status", 302)), None, headers))


async def half(exchange: Exchange) -> web.StreamResponse:
    """The effect on the first half of the incidents of a bulk update; then the response of status_before."""
    body = exchange.request.json()
    exchange.effect_of({"incidents": body["incidents"][: len(body["incidents"]) // 2]})
    return exchange.reply(exchange.given_response())


async def fewer(exchange: Exchange) -> web.StreamResponse:
    """The effect; then a response that lists only the first half."""
    response = exchange.effect()
    body = response.body if isinstance(response.body, dict) else {}
    listed = {name: value[: len(value) // 2] if isinstance(value, list) else value for name, value in body.items()}
    return exchange.reply(Response(response.status, listed, response.headers))


async def stale(exchange: Exchange) -> web.StreamResponse:
    """The effect, and no response; reads see the state before it for `seconds`."""
    exchange.hold_reads(float(exchange.arguments["seconds"]))
    exchange.effect()
    return exchange.hang_up()


async def meanwhile(exchange: Exchange) -> web.StreamResponse:
    """First `seconds` pass, and then the user `acknowledged_by` acknowledges what is triggered; then as usual."""
    exchange.meanwhile(float(exchange.arguments["seconds"]), exchange.arguments.get("acknowledged_by"))
    return exchange.reply(exchange.effect())


async def huge(exchange: Exchange) -> web.StreamResponse:
    """The effect; then JSON of at least `bytes` bytes."""
    response = exchange.effect()
    padding = {"padding": "x" * int(exchange.arguments["bytes"])}
    return exchange.reply(Response(response.status, padding, response.headers))


async def _begin(exchange: Exchange, response: Response, length: int) -> web.StreamResponse:
    """Send the status line and headers of a response of a given length."""
    exchange.entry.answered(response.status, text_of(response))
    web_response = web.StreamResponse(status=response.status, headers=response.headers)
    web_response.content_type = response.content_type
    web_response.content_length = length
    await web_response.prepare(exchange.web_request)
    return web_response


Play = t.Callable[[Exchange], t.Awaitable[web.StreamResponse]]
FAULTS: t.Mapping[str, tuple[Play, tuple[str, ...]]] = {
    "drop_before": (drop_before, ()),
    "drop_after": (drop_after, ()),
    "delay_before": (delay_before, ("seconds",)),
    "delay_after": (delay_after, ("seconds",)),
    "status_before": (status_before, ("status",)),
    "status_after": (status_after, ("status",)),
    "truncated": (truncated, ()),
    "trickle": (trickle, ("seconds_per_byte",)),
    "wrong_shape": (wrong_shape, ()),
    "html": (html, ()),
    "redirect": (redirect, ("location",)),
    "huge": (huge, ("bytes",)),
    "half": (half, ("status",)),
    "fewer": (fewer, ()),
    "stale": (stale, ("seconds",)),
    "meanwhile": (meanwhile, ("seconds",)),
}
"""Each fault with its required arguments."""
COMMON = ("method", "path", "times", "skip", "fault")


@dataclass
class Fault:
    """A fault that is set.

    Args:
        method: `*` for any.
        path: a regular expression for the whole path.
        times: how many requests it still hits.
        skip: how many requests it still lets pass.
    """

    name: str
    method: str
    path: str
    times: int
    skip: int
    arguments: dict[str, t.Any]

    def fits(self, request: Request) -> bool:
        """Return whether it applies to a request."""
        return self.method in ("*", request.method) and re.fullmatch(self.path, request.path) is not None

    def shown(self) -> dict[str, t.Any]:
        """Return the fault as the control API shows it."""
        common = {"fault": self.name, "method": self.method, "path": self.path, "times": self.times, "skip": self.skip}
        return {**common, **self.arguments}


class Faults:
    """The faults that are left."""

    def __init__(self) -> None:
        self._left: list[Fault] = []
        self._cleared = asyncio.Event()

    def add(self, wanted: t.Any) -> None:
        """Add faults, given as a list of objects.

        Raises:
            ApiError: one is unknown or lacks an argument.
        """
        self._left += [_fault_of(item) for item in Fields({"faults": wanted}).items("faults")]

    def clear(self) -> None:
        """Remove all faults, and end all delays."""
        self._left.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def delay(self, seconds: float) -> None:
        """Wait for a number of seconds, or until the faults are cleared."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._cleared.wait(), seconds)

    def shown(self) -> list[dict[str, t.Any]]:
        """Return the faults that are left, in the order in which they were added."""
        return [fault.shown() for fault in self._left]

    def meeting(self, request: Request) -> Fault | None:
        """Return the fault that hits a request: the first that applies and does not skip it."""
        for fault in self._left:
            if not fault.fits(request):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self._left.remove(fault)
            return fault
        return None


def _fault_of(item: Fields) -> Fault:
    name = item.choice("fault", FAULTS)
    arguments = {key: value for key, value in item.values.items() if key not in COMMON}
    for needed in FAULTS[name][1]:
        item.need(needed)
    times = 1 if item.maybe_integer("times") is None else item.integer("times")
    if times < 1:
        raise errors.invalid("times must be at least 1")
    path = item.text("path")
    try:
        re.compile(path)
    except re.error as error:
        raise errors.invalid(f"path is no regular expression: {error}") from None
    return Fault(name, item.text("method"), path, times, item.maybe_integer("skip") or 0, arguments)
