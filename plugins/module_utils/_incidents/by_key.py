# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The open incident with a key, the dedup key of its events: PagerDuty opens it shortly after it has accepted them.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Query, Record
from .._core.errors import InvalidOption, Refused
from .._core.words import short_name
from .foretold import NOT_OPENED, NotOpened, id_of, new_incident
from .names import id_and_number
from .read import holds_key, incidents_with_key, known

MAX_DELAY = 5
"""Seconds between two reads."""
OPEN: Query = (("statuses[]", "triggered"), ("statuses[]", "acknowledged"))
"""INFERRED: narrows a query by `incident_key`, as both are filters.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents.
"""
TOO_EARLY = "If its event was just sent, set wait: 30, as PagerDuty opens the incident shortly after that."
IN_VAIN = "Look at the service in PagerDuty: it may be in maintenance, or have suppressed the alert."


class ByKey:
    """The open incident with a key.

    Args:
        key: the dedup key of an event, or the key of an incident.
        service: whose incident is meant, by id or name; None if only one is open.
        wait: how many seconds it may take until PagerDuty has opened it.
    """

    def __init__(self, client: PagerDuty, key: str, service: str | None, wait: int) -> None:
        self.name = id_of(key)
        """What the incident is called until it is found."""
        self._client = client
        self._key = key
        self._service_name = service
        self._service: Record | None = None
        self._wait = wait
        self._found: list[Record] = []

    def check(self) -> None:
        """Check the time to wait.

        Raises:
            InvalidOption: it is negative.
        """
        if self._wait < 0:
            raise InvalidOption("wait", "must be 0 or greater", self._wait)

    def wait(self) -> None:
        """Wait until the incident is open, as long as the task allows."""
        budget = self._client.budget
        for delay in delays(self._wait):
            if self.open():
                return
            budget.progress(f"Waiting for the incident with key {self._key!r}.")
            budget.pause(delay)

    def open(self) -> list[Record]:
        """Return the open incidents: more than one if several services use the key.

        Raises:
            TaskError: the service is unknown, or the incidents cannot be read.
        """
        self._found = self._found or [each for each in self._candidates() if holds_key(self._client, each, self._key)]
        return self._found

    def find(self) -> Record:
        """Return the open incident.

        Raises:
            TaskError: as for `open`; `NotOpened` if none is open, `Refused` if several are.
        """
        found = self.open()
        if not found:
            raise self.not_opened()
        if len(found) > 1:
            raise Refused(
                f"Several open incidents have the key {self._key!r}: {', '.join(map(id_and_number, found))}.",
                hint="Set incident_id instead.",
            )
        return found[0]

    def not_opened(self) -> NotOpened:
        """Return the error for an incident that is not open."""
        within = f" within {self._wait} s" if self._wait else ""
        service = self._service
        of_service = service and {"service": _reference(service), "escalation_policy": service.get("escalation_policy")}
        hint = IN_VAIN if self._wait else TOO_EARLY
        return NotOpened(f"{NOT_OPENED} {self._key!r}{within}.", new_incident(self._key, of_service or {}), hint)

    def _candidates(self) -> t.Iterator[Record]:
        filters = [*OPEN, *([("service_ids[]", self._service_id())] if self._service_name else [])]
        for _id, incident in incidents_with_key(self._client, self._key, filters=filters):
            yield known(incident)

    def _service_id(self) -> str:
        # Most keys are those of one service.
        from .._api.directory import SERVICE, Directory

        self._service = self._service or Directory(self._client).find(SERVICE, str(self._service_name))
        return str(self._service["id"])


def delays(seconds: int) -> t.Iterator[int]:
    """Yield the seconds to wait before each further read: 1, 2, and so on, together as many as given."""
    delay = 0
    while seconds > 0:
        delay = min(delay + 1, MAX_DELAY, seconds)
        seconds -= delay
        yield delay


def _reference(service: Record) -> Record:
    return {"id": service["id"], "type": "service_reference", "summary": short_name(service)}
