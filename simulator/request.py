# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP request."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

READS = ("GET", "HEAD")


@dataclass(frozen=True)
class Request:
    """A request.

    Args:
        path: as sent, percent-encoded.
        query: names and values in their order.
        headers: by their names in lower case.
        base: the address by which the client knows this server.
        connection: the client's port, the same for all calls of one connection.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: t.Mapping[str, str]
    content: bytes
    base: str
    connection: int

    @property
    def writes(self) -> bool:
        """Whether it can change anything."""
        return self.method not in READS

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> t.Any:
        """The body.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.content)
