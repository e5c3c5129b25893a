# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an event source calls PagerDuty's REST API: tokens, regions and addresses are those of the modules.

Private to the collection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import time
import typing as t
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from .._api.addresses import is_loopback
from .._api.auth import DEFAULTS, VARIABLES, Settings, first_set, settings
from .._core import proxies
from .._core.connection import ca_variable
from .options import Args, text

with contextlib.suppress(ImportError):
    # ansible-rulebook needs it, too; ansible-test imports this file without it.
    import aiohttp

OPTIONS = ("api_token", "auth_type", "region", "api_url", "ca_path")
"""The options of a connection that an event source has."""
TIMEOUT = 30.0
"""Seconds for one call."""
MAX_WAIT = 60.0
"""The most seconds between two attempts, whatever a response asks for, and those after a 429 without ratelimit-reset.

PagerDuty counts the calls of a minute. Source: https://developer.pagerduty.com/docs/rest-api-rate-limits.
"""

Json = dict[str, t.Any]
Query = t.Sequence[tuple[str, str]]


class Refused(Exception):
    """PagerDuty itself refuses the token or the request, or the environment names no usable proxy."""


class Delayed(Exception):
    """Retrying may help.

    Args:
        seconds: how long PagerDuty asks to wait; None if it does not say.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


def connection(args: Args) -> Settings:
    """Check the options of the connection, and what the environment has for those that are not set.

    Raises:
        TaskError: there is no token, or an option has an unusable value.
    """
    given = {name: text(args, name) or first_set(VARIABLES.get(name, ())) for name in OPTIONS}
    given["ca_path"] = given["ca_path"] or os.environ.get(ca_variable())
    if given["ca_path"]:
        given["ca_path"] = os.path.expanduser(given["ca_path"])
    checked = settings({**DEFAULTS, **given})
    # Raises if there is no token.
    str(checked.authorization)
    return checked


def proxy_for(url: str) -> str | None:
    """Return the environment's proxy for a URL; none for this machine, nor for plain HTTP, which must not leave it.

    Raises:
        Refused: the environment has something else in its place.
    """
    parts = urlsplit(url)
    is_here = is_loopback(parts.hostname or "")
    # With the port, too: NO_PROXY may name it.
    if parts.scheme != "https" or is_here or proxy_bypass(parts.netloc):
        return None
    proxy = getproxies().get("https")
    address = proxies.address_of(proxy or "")
    if address and not proxies.is_proxy(address, proxies.HTTP_SCHEMES):
        raise Refused(f"{proxies.problem(proxy or '')} {proxies.HINT}")
    return address or None


def tls_context(verify: bool | str) -> ssl.SSLContext:
    """Return the context for TLS 1.2 or later.

    Args:
        verify: the file or folder of the CA certificates; True for those of the system.
    """
    path = verify if isinstance(verify, str) else None
    place = {"capath": path} if path and os.path.isdir(path) else {"cafile": path}
    context = ssl.create_default_context(**place)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class RestApi:
    """Reads from PagerDuty's REST API, and knows what time it is there.

    Between two responses, time passes as the event loop measures it: steps of this machine's clock do not matter.
    """

    def __init__(self, session: aiohttp.ClientSession, checked: Settings) -> None:
        self._session = session
        self._settings = checked
        self._tls = tls_context(checked.verify)
        # For a PagerDuty whose responses have no date, which HTTP does not allow: RFC 9110, section 6.6.1.
        self._clock_offset = time.time() - _monotonic()
        """Seconds by which PagerDuty's clock was ahead of the event loop's in the latest response."""

    def now(self) -> float:
        """Return the time on PagerDuty's clock."""
        return _monotonic() + self._clock_offset

    async def get(self, path: str, query: Query) -> Json:
        """Return the response to a GET.

        Raises:
            Refused: retrying will not help.
            Delayed: retrying may help.
        """
        url = f"{self._settings.api_url}{path}"
        try:
            # With its option trust_env, aiohttp would find the proxy itself, and let ~/.netrc replace the token.
            async with self._session.get(
                url,
                params=query,
                headers=self._headers(),
                proxy=proxy_for(url),
                ssl=self._tls,
                allow_redirects=False,
            ) as response:
                content = await response.read()
        except aiohttp.InvalidURL as error:
            # The address can hold a password.
            raise Refused("HTTPS_PROXY is not the address of a proxy, such as http://proxy.example.com:3128") from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise Delayed(f"GET {url}: {_reason(error)}") from error
        body = _checked(f"GET {url}", response, content)
        # What answers in PagerDuty's place has a clock of its own.
        self._set_clock(response.headers.get("Date"))
        return body

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self._settings.authorization, "Accept": "application/vnd.pagerduty+json;version=2"}

    def _set_clock(self, date: str | None) -> None:
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            self._clock_offset = parsedate_to_datetime(date or "").timestamp() - _monotonic()


def _monotonic() -> float:
    """Return seconds that no step of the clock changes."""
    return asyncio.get_running_loop().time()


def _reason(error: Exception) -> str:
    """Return why a call failed, without the address of a proxy, which can hold a password."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy answered HTTP {error.status}"
    return str(error) or "timed out"


def _checked(call: str, response: aiohttp.ClientResponse, content: bytes) -> Json:
    """Return the body of a response, or raise what it means.

    Only PagerDuty's own answer refuses a call. A proxy or a firewall can answer instead with any status, and may do so
    only for a while.

    Source: https://developer.pagerduty.com/docs/errors and https://developer.pagerduty.com/docs/rest-api-rate-limits.

    Raises:
        Refused: PagerDuty refuses the token or the request.
        Delayed: anything else that is not what was asked for.
    """
    status, body = response.status, _object(content)
    request = f"HTTP {status}, request id {response.headers.get('x-request-id')}"
    if status == 429:
        raise Delayed(f"{call}: rate limited ({request})", _seconds(response.headers.get("ratelimit-reset", "")))
    if status == 408 or status >= 500:
        raise Delayed(f"{call}: server error ({request})")
    if status >= 400 and isinstance(body.get("error"), dict):
        said = body["error"].get("message")
        raise Refused(f"PagerDuty refused {call} ({request}): {said}; check api_token, region and team_ids")
    if status != 200 or not body:
        raise Delayed(f"{call}: not an answer of PagerDuty ({request}); check what is between it and this machine")
    return body


def _seconds(reset: str) -> float:
    """Return how long to wait by the header ratelimit-reset."""
    return min(float(reset), MAX_WAIT) if reset.isdecimal() else MAX_WAIT


def _object(content: bytes) -> Json:
    """Return the JSON object of a body; an empty one if there is none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
