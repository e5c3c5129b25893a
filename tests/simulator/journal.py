# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: every request of both APIs with its answer, and never a secret."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from simulator.account import SECRETS
from simulator.arrival import READS, Arrival

MASK = "***"
SECRET_FIELDS = frozenset(("routing_key", "integration_key", "service_key"))
ANSWER_AT_MOST = 64 * 1024
"""Characters; longer answers are left out."""


@dataclass
class Entry:
    """One request and what became of it.

    Args:
        status: None while there is no answer, or when the connection was dropped.
        answer: the answer's body; None also where it was too long.
        contract: what was off contract; None without a contract.
    """

    n: int
    method: str
    path: str
    query: list[tuple[str, str]]
    body: t.Any
    sender: str | None
    connection: int
    status: int | None = None
    answer: t.Any = None
    fault: str | None = None
    contract: list[str] | None = None

    def answered(self, status: int, text: str) -> None:
        """Write down what was sent back."""
        self.status = status
        self.answer = _masked_text(text) if len(text) <= ANSWER_AT_MOST else None

    def shown(self) -> dict[str, t.Any]:
        """The entry as the control API shows it."""
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
        }


@dataclass
class Journal:
    """All entries since it was last emptied."""

    entries: list[Entry] = field(default_factory=list)
    _written: int = 0

    def begin(self, arrival: Arrival) -> Entry:
        """A new entry for a request; the Authorization header is not among what is kept."""
        self._written += 1
        entry = Entry(
            n=self._written,
            method=arrival.method,
            path=_without_secrets(arrival.path),
            query=[(name, MASK if name in SECRET_FIELDS else _without_secrets(value)) for name, value in arrival.query],
            body=_masked_text(arrival.content.decode(errors="replace")),
            sender=arrival.headers.get("from"),
            connection=arrival.connection,
        )
        self.entries.append(entry)
        return entry

    def shown(self) -> dict[str, t.Any]:
        """The journal as the control API shows it."""
        reads = sum(entry.method in READS for entry in self.entries)
        return {
            "entries": [entry.shown() for entry in self.entries],
            "reads": reads,
            "writes": len(self.entries) - reads,
        }


def _masked_text(text: str) -> t.Any:
    """The JSON value of a text without its secrets; None for a text that is no JSON, whose secrets nobody can find."""
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
