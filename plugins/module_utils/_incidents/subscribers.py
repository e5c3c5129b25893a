# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident's subscribers, and whom its status updates therefore notify.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.change import Notification
from .._core.errors import Refused, TaskError
from .._core.words import NOTIFY, label
from .on_call import QUICK_READS, notified

Key = tuple[str, str]
"""The type of a subscriber, `user` or `team`, and the id."""

MAX_SINGLE_READS = 3
"""So many users are read one by one; more are looked for in the list of all users."""
NOT_LISTED = "subscribed in another way that PagerDuty does not list, such as through a business service"
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/{id}/status_updates/subscribers."""


def read_subscribers(client: PagerDuty, incident_id: str) -> dict[Key, Record]:
    """Return the subscribers that were added by the API or in the web interface.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/{id}/status_updates/subscribers.
    """
    path = path_of("incidents", incident_id, "status_updates", "subscribers")
    return {
        (subscriber["subscriber_type"], subscriber["subscriber_id"]): subscriber
        for page in client.pages(path, "subscribers")
        for subscriber in page
    }


class Subscribers:
    """Whom status updates notify. Use one for a task: each user and team is read once.

    This only informs, so a change must neither fail nor wait if it cannot be read.
    """

    def __init__(self, client: PagerDuty) -> None:
        self._client = client
        self._quick: PagerDuty | None = None
        self._users: dict[str, Record] = {}
        self._members: dict[str, list[Notification]] = {}

    def notified_by_update(self, incident_id: str) -> list[Notification]:
        """Return whom a status update notifies: the subscribers, and the members of subscribed teams.

        Source: https://support.pagerduty.com/main/docs/communicate-with-stakeholders.
        """
        self._quick = self._quick or self._client.quick(QUICK_READS)
        try:
            found = self._read(self._quick, incident_id)
        except TaskError as error:
            why = f"subscribed to the incident, whose subscribers could not be read: {error.message.rstrip('.')}"
            return [Notification(None, why, NOTIFY)]
        by_user = {each.who["id"]: each for each in reversed(found) if each.who}
        return [*reversed(list(by_user.values())), Notification(None, NOT_LISTED, NOTIFY)]

    def _read(self, client: PagerDuty, incident_id: str) -> list[Notification]:
        subscribers = read_subscribers(client, incident_id)
        users = [subscriber_id for kind, subscriber_id in subscribers if kind == "user"]
        found = notified(self._read_users(client, users), "subscribed to the incident", NOTIFY)
        for kind, subscriber_id in subscribers:
            if kind == "team":
                found += self._read_members(client, subscriber_id)
        return found

    def _read_users(self, client: PagerDuty, ids: t.Sequence[str]) -> list[Record]:
        """Return users by id, with as few calls as possible; one who cannot be found has no name."""
        missing = {user_id for user_id in ids if user_id not in self._users}
        if len(missing) > MAX_SINGLE_READS:
            for page in client.pages("/users", "users"):
                self._users.update((user["id"], user) for user in page)
                if missing.issubset(self._users):
                    break
        else:
            self._users.update((user_id, _user(client, user_id)) for user_id in missing)
        return [self._users.get(user_id, {"id": user_id}) for user_id in ids]

    def _read_members(self, client: PagerDuty, team_id: str) -> list[Notification]:
        """Return the members of a team.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /teams/{id}/members.
        """
        if team_id not in self._members:
            team = client.get(path_of("teams", team_id), "team")
            pages = client.pages(path_of("teams", team_id, "members"), "members")
            users = [member["user"] for page in pages for member in page]
            why = f"subscribed to the incident as a member of {label(team)}"
            self._members[team_id] = notified(users, why, NOTIFY)
        return self._members[team_id]


def _user(client: PagerDuty, user_id: str) -> Record:
    try:
        return client.get(path_of("users", user_id), "user")
    except Refused:
        return {"id": user_id}
