# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_status_update: sends a status update, which notifies the subscribers of an incident.

PagerDuty has no list of status updates. Other clients read them from the incident's log entries, which the schema does
not mention. So an update that the log shows is not sent again, but one that it does not show may have been sent: after
a lost response it is never sent a second time. Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.action import Action, State
from .._core.change import NEVER, Change, Notification
from .._core.errors import TaskError
from .._core.timestamps import time_of
from .._core.words import NOTIFY, SEND
from .._incidents.action import IncidentAction
from .._incidents.subscribers import Subscribers

Options = dict[str, t.Any]
Entries = list[Record]
"""Log entries of status updates, oldest first."""

LOG_ENTRY = "status_update_log_entry"
"""INFERRED from a client that reads them: filetrust/jira-pagerduty-integration, jpi/handlers/log_entries.py."""
UPDATE_FIELDS = ("id", "message", "sender", "created_at")
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `StatusUpdate`."""
EMAIL_FIELDS = ("subject", "html_message")
UNCLEAR = "PagerDuty's response leaves out 'message' of the latest status update, so the same may be sent again."
IF_UNKNOWN = (
    "Check in PagerDuty whether the incident has this status update. Run the task again only if it does not: it would "
    "notify the subscribers again."
)


def incident_status_update(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id`, `update_message`, `subject`, `html_message` and `allow_duplicate`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/status_updates.
    """
    return StatusUpdate(client, options)


class StatusUpdate(IncidentAction):
    """Sends a status update on each incident whose latest one has another message."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._subscribers = Subscribers(client)

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the status updates of each incident; of the incident itself nothing is needed."""
        return self.each(targets, self._read_updates)

    def foretold(self, incident: Record) -> Entries:
        """Return no status update."""
        return []

    def plan(self, target: str, state: Entries) -> Change:
        """Plan to send the update unless it is the latest one already."""
        sent = [str(entry.get("message") or "") for entry in state]
        message = self.options["update_message"]
        if sent and sent[-1].strip() == message.strip() and not self.options["allow_duplicate"]:
            return self._found(target, sent, state[-1])
        is_unclear = bool(state) and state[-1].get("message") is None
        body = {name: self.options[name] for name in EMAIL_FIELDS if self.options[name] is not None}
        body["message"] = message
        return Change(
            target=target,
            name=self.incident_name(target),
            before={"status_updates": sent},
            after={"status_updates": [*sent, message]},
            says=[SEND("the status update")],
            record=_record(target, None),
            predicted=_record(target, body),
            body=body,
            resend=NEVER,
            if_unknown=IF_UNKNOWN,
            warnings=[f"{self.incident_name(target)}: {UNCLEAR}"] if is_unclear else (),
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return the subscribers."""
        if change.target in self.foreseen:
            return [Notification(None, "subscribed to the incident by then", NOTIFY)]
        return self._subscribers.notified_by_update(change.target)

    def send_one(self, change: Change) -> Record:
        """Send the update."""
        path = path_of("incidents", change.target, "status_updates")
        update = self.client.write_and_get("POST", path, change.body, "status_update")
        return {"id": change.target, "status_update": update}

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `incidents`, and for a single one `incident` and `status_update`."""
        own = {"status_update": records[0]["status_update"]} if len(records) == 1 else {}
        return {**super().result(records), **own}

    def _read_updates(self, incident_id: str) -> Entries:
        pages = self.client.pages(path_of("incidents", incident_id, "log_entries"), "log_entries")
        entries = [entry for page in pages for entry in page if entry.get("type") == LOG_ENTRY]
        # The newest come first (INFERRED), and may be of the same second.
        entries.reverse()
        return sorted(entries, key=lambda entry: time_of(entry.get("created_at")))

    def _found(self, incident_id: str, sent: list[str], latest: Record) -> Change:
        """Return that there is nothing to do: the latest update says so already."""
        update = {"message": sent[-1], "sender": latest.get("agent"), "created_at": latest.get("created_at")}
        return Change(
            target=incident_id,
            name=self.incident_name(incident_id),
            before={"status_updates": sent},
            after={"status_updates": sent},
            says="the latest update says so already",
            record=_record(incident_id, update),
        )


def _record(incident_id: str, update: Record | None) -> Record:
    """Return what a task returns for an incident; fields of its status update that are not known are None."""
    return {"id": incident_id, "status_update": update and {**dict.fromkeys(UPDATE_FIELDS), **update}}
