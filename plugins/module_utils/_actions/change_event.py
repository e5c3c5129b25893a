# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module change_event: records what was deployed or configured, beside the incidents of a service. Pages nobody.

PagerDuty records every change event that it is sent. So the task keeps a key in the event's details, and finds the
event by it. Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.auth import routing_key
from .._api.client import PagerDuty, Record, path_of
from .._api.directory import SERVICE, Directory
from .._core.action import Action, State, each
from .._core.change import NEVER, Change
from .._core.errors import InvalidOption, TaskError, shorten
from .._core.words import RECORD
from .._event_body import Warn, checked_images, checked_links, checked_payload, cut_to_fit

CHANGE_KEY = "change_key"
"""The key in custom_details that holds the change key."""
MAX_CHANGE_KEY = 255
"""Characters; our own limit, that of a dedup key."""
MAX_TARGET = 80
"""Characters of a summary that stands for the event in messages."""
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
            InvalidOption: an option has an unusable value.
        """
        self._warnings: list[str] = []
        self._event = _build(self.options, self._warnings.append)

    def prepare(self) -> None:
        """Look up the service, if it can show the event.

        Raises:
            TaskError: the name matches no service, or more than one.
        """
        key, service = self.options[CHANGE_KEY], self.options["service"]
        self.targets = [key or shorten(self.options["summary"], MAX_TARGET)]
        self._service_id: str | None = None
        if key and service and self.client.settings.api_token:
            self._service_id = Directory(self.client).find(SERVICE, service)["id"]

    def locks(self) -> t.Sequence[str]:
        """Return the change key: without one, every task sends its event."""
        return [f"change event {key}" for key in [self.options[CHANGE_KEY]] if key]

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the change event with the key."""
        return each(targets, lambda _target: self._service_id and self._find(self._service_id))

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
            if_unknown=IF_UNKNOWN if self._service_id else IF_UNREADABLE,
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

    def _find(self, service_id: str) -> Record | None:
        """Return the service's change event with the key.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /services/{id}/change_events.
        """
        pages = self.client.pages(path_of("services", service_id, "change_events"), "change_events")
        events = (event for page in pages for event in page)
        return next((event for event in events if _key_of(event) == self.options[CHANGE_KEY]), None)


def _build(options: t.Mapping[str, t.Any], warn: Warn) -> Record:
    """Return the body of the event."""
    payload, key = checked_payload(options, PAYLOAD_FIELDS[2:]), options[CHANGE_KEY]
    if key is not None:
        payload["custom_details"] = _details_with_key(payload.get("custom_details") or {}, key)
    event: Record = {"routing_key": routing_key(options), "payload": payload}
    attachments = {"links": checked_links(options["links"]), "images": checked_images(options["images"])}
    event.update({name: value for name, value in attachments.items() if value})
    cut_to_fit(event, warn, protected=(CHANGE_KEY,))
    return event


def _details_with_key(details: Record, key: str) -> Record:
    if not key.strip():
        raise InvalidOption(CHANGE_KEY, "must not be empty", key)
    if len(key) > MAX_CHANGE_KEY:
        raise InvalidOption(CHANGE_KEY, f"must have at most {MAX_CHANGE_KEY} characters, but has {len(key)}")
    if details.get(CHANGE_KEY, key) != key:
        raise InvalidOption("custom_details", f"its {CHANGE_KEY} differs from the option {CHANGE_KEY}")
    return {**details, CHANGE_KEY: key}


def _key_of(event: Record) -> t.Any:
    return (event.get("custom_details") or {}).get(CHANGE_KEY)


def _shown(event: Record) -> Record:
    """Return what a diff shows of an event."""
    return {name: event.get(name) for name in ("summary", "source")}


def _record(event: Record) -> Record:
    return {name: event.get(name) for name in (*PAYLOAD_FIELDS, *ATTACHMENTS)}
