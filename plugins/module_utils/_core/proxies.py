# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of a proxy, as the environment has it. What is none may hold a password, and is never repeated.

HTTP libraries take such an address apart each in their own way: some call a part of the password the name of the host.

Private to the collection.
"""

from __future__ import annotations

import os
import typing as t
from urllib.parse import urlsplit

VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
"""In the order in which Python reads them. Source: https://docs.python.org/3/library/urllib.request.html."""
HTTP_SCHEMES = ("http", "https")
SCHEMES = (*HTTP_SCHEMES, "socks4", "socks4a", "socks5", "socks5h")
HINT = "In its user name and password, write / as %2F, # as %23, ? as %3F, @ as %40 and : as %3A."
PUNCTUATION = frozenset("_.:%-")
"""What else than letters and digits is in the name or the IP address of a server."""


def address_of(proxy: str) -> str:
    """Return the address of a proxy that may be given without `http://`."""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def is_proxy(address: str, schemes: t.Collection[str] = SCHEMES) -> bool:
    """Return whether an address is that of a proxy; characters of a password end it early unless they are escaped.

    Args:
        schemes: those that are supported.
    """
    try:
        parts = urlsplit(address)
        names_server = _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False
    rest = f"{parts.path.rstrip('/')}{parts.query}{parts.fragment}"
    is_one_word = address.isprintable() and not any(map(str.isspace, address))
    return names_server and parts.scheme in schemes and not rest and is_one_word


def _is_host(name: str) -> bool:
    return bool(name) and all(each.isalnum() or each in PUNCTUATION for each in name)


def problem(proxy: str) -> str:
    """Return a sentence about what is not the address of a proxy.

    Args:
        proxy: as the environment has it.
    """
    name = next((name for name in VARIABLES if os.environ.get(name) == proxy), VARIABLES[1])
    return f"{name} is not the address of a proxy, such as http://proxy.example.com:3128."
