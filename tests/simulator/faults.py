# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on demand: what a network, a proxy or PagerDuty itself can do to a request.

A fault waits for requests whose method and path fit, lets the first `skip` of them pass, and meets the next `times`.
Each is a small coroutine under its name in `FAULTS`; `exchange.effect()` has the request's effect, at once and whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import typing as t
from dataclasses import dataclass

from aiohttp import web

from simulator import problems
from simulator.arrival import Arrival
from simulator.call import Answer
from simulator.checks import Fields
from simulator.journal import Entry

HTML = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Please sign in.</p></body></html>"


@dataclass
class Exchange:
    """A request that meets a fault.

    Args:
        arguments: the fault's own.
        effect: has the request's effect and returns its answer.
    """

    request: web.Request
    arguments: t.Mapping[str, t.Any]
    effect: t.Callable[[], Answer]
    entry: Entry

    def reply(self, answer: Answer) -> web.StreamResponse:
        """Answer, and write it down."""
        return reply(answer, self.entry)

    def hang_up(self) -> web.StreamResponse:
        """Close the connection; what is returned goes nowhere."""
        if self.request.transport:
            self.request.transport.close()
        return web.Response()

    def given_answer(self) -> Answer:
        """The answer that the fault's arguments describe."""
        body = self.arguments.get("body")
        status = int(self.arguments["status"])
        content_type = str(self.arguments.get("content_type", "application/json"))
        default = problems.Problem(status, 2000, "Simulated trouble").body
        return Answer(status, default if body is None else body, self.arguments.get("headers", {}), content_type)


def reply(answer: Answer, entry: Entry) -> web.Response:
    """The response to send for an answer, written down in the journal."""
    text = text_of(answer)
    entry.answered(answer.status, text)
    response = web.Response(status=answer.status, headers=answer.headers, body=text.encode())
    if answer.body is not None:
        response.headers["Content-Type"] = answer.content_type
    return response


def text_of(answer: Answer) -> str:
    """An answer's body as it is sent."""
    if answer.body is None:
        return ""
    return answer.body if isinstance(answer.body, str) else json.dumps(answer.body)


async def drop_before(exchange: Exchange) -> web.StreamResponse:
    """No effect; the connection is closed without an answer."""
    return exchange.hang_up()


async def drop_after(exchange: Exchange) -> web.StreamResponse:
    """The effect; then the connection is closed without an answer."""
    exchange.effect()
    return exchange.hang_up()


async def delay_before(exchange: Exchange) -> web.StreamResponse:
    """Waits `seconds`, then has the effect, even when the client has gone: a late effect."""
    await asyncio.sleep(float(exchange.arguments["seconds"]))
    return exchange.reply(exchange.effect())


async def delay_after(exchange: Exchange) -> web.StreamResponse:
    """The effect at once; the answer after `seconds`."""
    answer = exchange.effect()
    await asyncio.sleep(float(exchange.arguments["seconds"]))
    return exchange.reply(answer)


async def status_before(exchange: Exchange) -> web.StreamResponse:
    """No effect; the answer is `status` with `headers`, `body` and `content_type`."""
    return exchange.reply(exchange.given_answer())


async def status_after(exchange: Exchange) -> web.StreamResponse:
    """The effect; then the same as status_before."""
    exchange.effect()
    return exchange.reply(exchange.given_answer())


async def truncated(exchange: Exchange) -> web.StreamResponse:
    """The effect; then half of the answer under the length of the whole, and the connection is closed."""
    answer = exchange.effect()
    content = text_of(answer).encode()
    response = await _begin(exchange, answer, len(content))
    await response.write(content[: len(content) // 2])
    exchange.hang_up()
    return response


async def trickle(exchange: Exchange) -> web.StreamResponse:
    """The effect; then the answer, one byte every `seconds_per_byte`."""
    answer = exchange.effect()
    content = text_of(answer).encode()
    response = await _begin(exchange, answer, len(content))
    # Whoever reads it may well hang up before the end.
    with contextlib.suppress(ConnectionResetError):
        for byte in content:
            await response.write(bytes([byte]))
            await asyncio.sleep(float(exchange.arguments["seconds_per_byte"]))
    return response


async def wrong_shape(exchange: Exchange) -> web.StreamResponse:
    """The effect; then JSON under the same keys, but with a number where PagerDuty has objects and lists."""
    answer = exchange.effect()
    keys = answer.body if isinstance(answer.body, dict) else {}
    return exchange.reply(Answer(answer.status, dict.fromkeys(keys, 42), answer.headers))


async def html(exchange: Exchange) -> web.StreamResponse:
    """No effect; an HTML page with status 200, as a proxy's sign-in page."""
    return exchange.reply(Answer(200, HTML, content_type="text/html"))


async def redirect(exchange: Exchange) -> web.StreamResponse:
    """No effect; a redirect to `location`, with `status` 302 unless another is given."""
    headers = {"Location": str(exchange.arguments["location"])}
    return exchange.reply(Answer(int(exchange.arguments.get("status", 302)), None, headers))


async def huge(exchange: Exchange) -> web.StreamResponse:
    """The effect; then JSON of at least `bytes` bytes."""
    answer = exchange.effect()
    return exchange.reply(Answer(answer.status, {"padding": "x" * int(exchange.arguments["bytes"])}, answer.headers))


async def _begin(exchange: Exchange, answer: Answer, length: int) -> web.StreamResponse:
    """Send the head of an answer of a given length."""
    exchange.entry.answered(answer.status, text_of(answer))
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type = answer.content_type
    response.content_length = length
    await response.prepare(exchange.request)
    return response


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
}
"""Each fault with the arguments that it cannot do without."""
COMMON = ("method", "path", "times", "skip", "fault")


@dataclass
class Fault:
    """A fault that waits for its requests.

    Args:
        method: `*` for any.
        path: a regular expression for the whole path.
        times: how many requests it still meets.
        skip: how many it still lets pass.
    """

    name: str
    method: str
    path: str
    times: int
    skip: int
    arguments: dict[str, t.Any]

    def fits(self, arrival: Arrival) -> bool:
        """Whether a request is one of those it waits for."""
        return self.method in ("*", arrival.method) and re.fullmatch(self.path, arrival.path) is not None

    def shown(self) -> dict[str, t.Any]:
        """The fault as the control API shows it."""
        common = {"fault": self.name, "method": self.method, "path": self.path, "times": self.times, "skip": self.skip}
        return {**common, **self.arguments}


class Faults:
    """The faults that are left."""

    def __init__(self) -> None:
        self._left: list[Fault] = []

    def add(self, wanted: t.Any) -> None:
        """Add faults, given as a list of objects.

        Raises:
            Problem: when one is unknown or lacks an argument.
        """
        self._left += [_fault_of(item) for item in Fields({"faults": wanted}).items("faults")]

    def clear(self) -> None:
        """Forget them all."""
        self._left.clear()

    def shown(self) -> list[dict[str, t.Any]]:
        """What is left, in the order of adding."""
        return [fault.shown() for fault in self._left]

    def meeting(self, arrival: Arrival) -> Fault | None:
        """The fault that a request meets: the first that fits and lets it not pass."""
        for fault in self._left:
            if not fault.fits(arrival):
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
        raise problems.invalid("times must be at least 1")
    path = item.text("path")
    try:
        re.compile(path)
    except re.error as error:
        raise problems.invalid(f"path is no regular expression: {error}") from None
    return Fault(name, item.text("method"), path, times, item.maybe_integer("skip") or 0, arguments)
