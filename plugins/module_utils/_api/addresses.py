# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where PagerDuty's APIs are: the region's address, or the one that is set.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, urlsplit

from .._core.errors import InvalidOption

API_URLS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
EVENTS_URLS = {"us": "https://events.pagerduty.com", "eu": "https://events.eu.pagerduty.com"}
TOKEN = r"(?=\D*\d)[\w+-]{16,}"
"""What may be a token or a routing key. Source: developer.pagerduty.com, "Authentication"."""


class Api(t.NamedTuple):
    """One of PagerDuty's APIs.

    Args:
        option: which sets its address.
        urls: its address in each region.
        paths: which people copy along with the address, and which a call adds again.
    """

    option: str
    name: str
    urls: t.Mapping[str, str]
    paths: tuple[str, ...]


REST = Api("api_url", "the REST API", API_URLS, ())
EVENTS = Api("events_url", "the Events API", EVENTS_URLS, ("/v2/enqueue", "/v2/change/enqueue"))
"""Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, `servers` and `paths`."""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine. Without a pattern: compiling one takes a millisecond of each task."""
    first, *others = host.split(".")
    is_numeric = len(others) == 3 and all(each.isdecimal() and len(each) <= 3 for each in others)
    return host in ("localhost", "::1") or (first == "127" and is_numeric)


def shown(value: str) -> str | None:
    """Return a value for a message; None if it may be a token in the wrong place, or hold a password."""
    return None if set("@?#").intersection(value) or re.fullmatch(TOKEN, value) else value


def base_url(api: Api, given: str | None, region: str) -> str:
    """Return the address of an API, to which a call adds its path.

    Args:
        given: the option's value; None for the region's address.

    Raises:
        InvalidOption: it is no usable address. A user name, a password, and a query are not repeated.
    """
    if not given:
        return api.urls[region]
    parts = _parts(api, given)
    _check_host(api, parts)
    path = parts.path.rstrip("/")
    for known in api.paths:
        path = path[: -len(known)] if path.endswith(known) else path
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}"


def _parts(api: Api, url: str) -> SplitResult:
    problem = f"must be a URL such as {api.urls['us']}"
    try:
        parts = urlsplit(url)
        if "://" not in url:
            name = urlsplit(f"//{url}").hostname or ""
            # Without a dot it may be a token.
            if is_loopback(name) or "." in name:
                parts = urlsplit(f"{'http' if is_loopback(name) else 'https'}://{url}")
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidOption(api.option, problem, shown(url)) from error
    if parts.username or parts.password:
        raise InvalidOption(api.option, "must not contain a user name or password")
    if parts.query or parts.fragment:
        raise InvalidOption(api.option, "must not contain a query or a fragment")
    if not host or parts.scheme not in ("https", "http"):
        raise InvalidOption(api.option, problem, shown(url))
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidOption(api.option, "http:// is allowed only for localhost; use https://", shown(url))
    return parts


def _check_host(api: Api, parts: SplitResult) -> None:
    """Refuse the address of PagerDuty's other API, and name the right one."""
    other = EVENTS if api is REST else REST
    for region, url in other.urls.items():
        if parts.hostname == urlsplit(url).hostname:
            problem = f"{url} is the address of {other.name}; that of {api.name} is {api.urls[region]}"
            raise InvalidOption(api.option, problem)
