# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module change_event: records what was deployed or configured, beside the incidents of a service. Pages nobody.

PagerDuty records every change event that it is sent. So the task keeps a key in the event's details, and finds the
event by it. Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from .._api.client import PagerDuty, Query, Record, path_of
from .._api.directory import SERVICE, Directory
from .._core.action import Action, State
from .._core.change import NEVER, Change
from .._core.errors import TaskError, shorten
from .._core.timestamps import iso_8601, time_of
from .._core.words import RECORD
from .._events.body import CHANGE_KEY, build_change_event
from .._events.limits import READS_BEFORE_EVENT

MAX_TARGET = 80
"""Characters of a summary that stands for the event in messages."""
MARGIN = timedelta(days=1)
"""How far from its time a change event is looked for.

Each run of a task should give one change one time. A day covers a wrong clock, a mistaken time zone, and a time that is
that of the run.
"""
IF_UNKNOWN = "Wait a few minutes, then run the task again: it sends the event unless the service shows it by then."
IF_UNREADABLE = "Look at the recent changes of the service: another run sends the event again."
PAYLOAD_FIELDS = ("summary", "source", "timestamp", "custom_details")
ATTACHMENTS = ("links", "images")


class ChangeEvent(Action[PagerDuty]):
    """Sends a change event, unless the service has one with its change key.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, POST /change/enqueue.
    """

    noun = "change event"

    def check(self) -> None:
        """Build the event.

        Raises:
            InvalidOption: see `build_change_event`.
        """
        self._warnings: list[str] = []
        self._event = build_change_event(self.options, self._warnings.append)
        self._key = _key_of(self._event["payload"])

    def prepare(self) -> None:
        """Name the event: by its change key, or by what it says."""
        self.targets = [self._key or shorten(self._event["payload"]["summary"], MAX_TARGET)]

    def locks(self) -> t.Sequence[str]:
        """Return the change key: without one, every task sends its event."""
        return [f"change event {self._key}"] if self._key else []

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the change event with the key, if the service can show it."""
        state = None
        self._can_read = bool(self._key and self.options["service"] and self.client.settings.api_token)
        if self._can_read:
            try:
                state = self._find(self.client.quick(READS_BEFORE_EVENT))
            except TaskError as error:
                self._can_read = False
                self._warnings.append(f"Could not read the service's change events, so one is sent: {error}")
        return [(target, state) for target in targets]

    def plan(self, target: str, state: Record | None) -> Change:
        """Plan to send the event if there is none.

        PagerDuty shows a change event some time after it has accepted it. So it is never sent again unasked.
        """
        wanted = {**self._event["payload"], **self._event}
        return Change(
            target=target,
            name=f"Change {target}",
            before=_shown(state or {}),
            after=_shown(state or wanted),
            says="recorded already" if state else [RECORD()],
            record=_record(state) if state else {},
            predicted=_record(state or wanted),
            resend=NEVER,
            if_unknown=IF_UNKNOWN if self._can_read else IF_UNREADABLE,
            warnings=self._warnings,
        )

    def send_one(self, change: Change) -> Record:
        """Send the event."""
        self.client.send_event("/v2/change/enqueue", self._event)
        return change.predicted

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `change_event`, and `change_key`."""
        record = records[0] if records else {}
        return {"change_event": record or None, CHANGE_KEY: _key_of(record)}

    def _find(self, client: PagerDuty) -> Record | None:
        """Return the service's change event with the key, of the event's own time if it has one.

        Raises:
            TaskError: the service cannot be found, or its change events cannot be read.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /services/{id}/change_events.
        """
        service = Directory(client).find(SERVICE, self.options["service"])
        span = _around(self._event["payload"].get("timestamp"))
        pages = client.pages(path_of("services", service["id"], "change_events"), "change_events", span)
        return next((event for page in pages for event in page if _key_of(event) == self._key), None)


def _around(timestamp: str | None) -> Query:
    """Return the parameters for the time around that of an event; none if it has none, as it may be of any time."""
    if timestamp is None:
        return []
    time = time_of(timestamp)
    try:
        return [("since", iso_8601(time - MARGIN)), ("until", iso_8601(time + MARGIN))]
    except OverflowError:
        return []


def _key_of(event: Record) -> t.Any:
    return (event.get("custom_details") or {}).get(CHANGE_KEY)


def _shown(event: Record) -> Record:
    """Return what a diff shows of an event."""
    return {name: event.get(name) for name in ("summary", "source")}


def _record(event: Record) -> Record:
    return {name: event.get(name) for name in (*PAYLOAD_FIELDS, *ATTACHMENTS)}
