# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: every request of both APIs with its response, without secrets."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from simulator.account import SECRETS
from simulator.clock import Clock, iso
from simulator.incident import Page
from simulator.request import READS, Request

MASK = "***"
SECRET_FIELDS = frozenset(("routing_key", "integration_key", "secret", "service_key"))
MAX_ANSWER = 64 * 1024
"""Characters; longer responses are left out."""


@dataclass
class Entry:
    """A request and its response.

    Args:
        status: None if there is no response, or not yet.
        answer: the body of the response; None also if it is too long.
        contract: what is off contract; None without a contract.
        pages: those that it led to.
        at: seconds since 1970 of the simulator's clock.
    """

    n: int
    method: str
    path: str
    query: list[tuple[str, str]]
    body: t.Any
    sender: str | None
    connection: int
    at: float
    status: int | None = None
    answer: t.Any = None
    fault: str | None = None
    contract: list[str] | None = None
    pages: list[Page] = field(default_factory=list)

    def answered(self, status: int, text: str) -> None:
        """Record the response."""
        self.status = status
        self.answer = _masked_text(text) if len(text) <= MAX_ANSWER else None

    def shown(self) -> dict[str, t.Any]:
        """Return the entry as the control API shows it."""
        return {
            "n": self.n,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.body,
            "status": self.status,
            "from": self.sender,
            "connection": self.connection,
            "answer": self.answer,
            "fault": self.fault,
            "contract": self.contract,
            "pages": [page.user.id for page in self.pages],
            "at": iso(self.at),
        }


@dataclass
class Journal:
    """All entries since it was emptied."""

    clock: Clock
    entries: list[Entry] = field(default_factory=list)
    _written: int = 0

    def begin(self, request: Request) -> Entry:
        """Add an entry for a request, without the Authorization header."""
        self._written += 1
        entry = Entry(
            n=self._written,
            method=request.method,
            path=_without_secrets(request.path),
            query=[(name, MASK if name in SECRET_FIELDS else _without_secrets(value)) for name, value in request.query],
            body=_masked_text(request.content.decode(errors="replace")),
            sender=request.headers.get("from"),
            connection=request.connection,
            at=self.clock.now(),
        )
        self.entries.append(entry)
        return entry

    def shown(self) -> dict[str, t.Any]:
        """Return the journal as the control API shows it."""
        reads = sum(entry.method in READS for entry in self.entries)
        return {
            "entries": [entry.shown() for entry in self.entries],
            "reads": reads,
            "writes": len(self.entries) - reads,
        }


def _masked_text(text: str) -> t.Any:
    """Return the JSON value of a text without its secrets; None if it is not JSON, whose secrets cannot be found."""
    try:
        return _masked(json.loads(_without_secrets(text)))
    except ValueError:
        return None


def _without_secrets(text: str) -> str:
    for secret in SECRETS:
        text = text.replace(secret, MASK)
    return text


def _masked(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: MASK if name in SECRET_FIELDS else _masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value
