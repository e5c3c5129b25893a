# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps web pages of others away from the simulator: a browser on the same machine reaches it as well.

Source: https://github.com/golang/go, src/net/http/csrf.go, for the rules of `is_cross_origin`; RFC 9110, 7.4, for 421.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from simulator.request import READS, Request

LOCAL = "localhost"
REBOUND = "The simulator listens on this machine only, and answers to localhost and to IP addresses, not to {host}.\n"
CROSS_ORIGIN = "Another web site has sent this request, so the simulator has done nothing.\n"


def is_loopback(host: str) -> bool:
    """Return whether an address to listen on is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return _is_local_name(host)


def is_rebound(request: Request) -> bool:
    """Return whether a request has come here by a name that anybody can point to this machine."""
    try:
        name = urlsplit(f"//{request.headers.get('host', LOCAL)}").hostname or ""
    except ValueError:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return not _is_local_name(name)
    return False


def is_cross_origin(request: Request) -> bool:
    """Return whether a page of another site would change something; what is no browser sends neither header."""
    if request.method in READS:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and origin.rpartition("//")[2] != request.headers.get("host")


def _is_local_name(name: str) -> bool:
    return name == LOCAL or name.endswith(f".{LOCAL}")
