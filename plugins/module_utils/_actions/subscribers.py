# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident's subscribers, and whom its status updates therefore notify.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import TEAM, label, look_up
from .._core.errors import Refused, TaskError
from .._core.plan import Notification
from .on_call import READ_TIMEOUT, notified

Key = tuple[str, str]
"""The type of a subscriber, `user` or `team`, and the id."""

MAX_SINGLE_READS = 3
"""So many users are read one by one; more are looked for in the list of all users."""
NOT_LISTED = "subscribed in another way, such as through a business service; PagerDuty does not list them"
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/{id}/status_updates/subscribers."""


def read_subscribers(pagerduty: PagerDuty, incident_id: str) -> dict[Key, Record]:
    """Return the subscribers that were added by the API or in the web interface.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents/{id}/status_updates/subscribers.
    """
    path = path_of("incidents", incident_id, "status_updates", "subscribers")
    return {
        (subscriber["subscriber_type"], subscriber["subscriber_id"]): subscriber
        for page in pagerduty.pages(path, "subscribers")
        for subscriber in page
    }


def notified_by_update(pagerduty: PagerDuty, incident_id: str) -> list[Notification]:
    """Return whom a status update notifies: the subscribers, and the members of subscribed teams.

    This only informs, so a change must neither fail nor wait if it cannot be read.

    Source: https://support.pagerduty.com/main/docs/communicate-with-stakeholders.
    """
    once = pagerduty.without_retries(READ_TIMEOUT)
    try:
        subscribers = read_subscribers(once, incident_id)
        users = [subscriber_id for kind, subscriber_id in subscribers if kind == "user"]
        found = notified(_users(once, users), "subscribed to the incident")
        for kind, subscriber_id in subscribers:
            if kind == "team":
                found += _members(once, subscriber_id)
    except TaskError as error:
        return [Notification(None, f"subscribed to the incident; the subscribers could not be read: {error.message}")]
    by_user = {each.who["id"]: each for each in reversed(found) if each.who}
    return [*reversed(list(by_user.values())), Notification(None, NOT_LISTED)]


def _users(pagerduty: PagerDuty, ids: t.Sequence[str]) -> list[Record]:
    """Return users by id, with as few calls as possible; one who cannot be found has no name."""
    known: dict[str, Record] = pagerduty.lookups.setdefault("subscribed users", {})
    missing = {user_id for user_id in ids if user_id not in known}
    if len(missing) > MAX_SINGLE_READS:
        for page in pagerduty.pages("/users", "users"):
            known.update((user["id"], user) for user in page)
            if missing.issubset(known):
                break
    else:
        known.update((user_id, _user(pagerduty, user_id)) for user_id in missing)
    return [known.get(user_id, {"id": user_id}) for user_id in ids]


def _user(pagerduty: PagerDuty, user_id: str) -> Record:
    try:
        user: Record = pagerduty.get(path_of("users", user_id), "user")
    except Refused:
        return {"id": user_id}
    return user


def _members(pagerduty: PagerDuty, team_id: str) -> list[Notification]:
    """Return the members of a team. Source: PagerDuty/api-schema, as above, GET /teams/{id}/members."""
    team = look_up(pagerduty, TEAM, team_id)
    pages = pagerduty.pages(path_of("teams", team_id, "members"), "members")
    users = [member["user"] for page in pages for member in page]
    return notified(users, f"subscribed to the incident as a member of {label(team)}")
