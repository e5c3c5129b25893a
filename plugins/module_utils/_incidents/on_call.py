# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call for an escalation policy, and whom a change therefore notifies.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record
from .._api.directory import USER, full_reference, reference
from .._core.change import Notification
from .._core.errors import TaskError
from .._core.words import PAGE, Verb, label

QUICK_READS = 5.0
"""Seconds for all reads of a task that only say whom a change notifies."""
UsersByLevel = dict[int, dict[str, Record]]
"""The users on call, by level and id."""


class OnCall:
    """Who is on call now; read once for each escalation policy.

    What decides about a change must be read with a new object each time that the change is planned.
    """

    def __init__(self, client: PagerDuty) -> None:
        self._client = client
        self._quick: PagerDuty | None = None
        self._levels: dict[str, UsersByLevel] = {}
        self._notified: dict[str, list[Notification]] = {}

    def levels(self, policy_id: str) -> UsersByLevel:
        """Return the users on call, for each level of an escalation policy that has somebody.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls.
        """
        if policy_id not in self._levels:
            self._levels[policy_id] = _read_levels(self._client, policy_id)
        return self._levels[policy_id]

    def notified_by(self, policy: Record | None) -> list[Notification]:
        """Return whom an incident notifies when an escalation policy assigns it.

        This only informs, so a change must neither fail nor wait if it cannot be read.

        Args:
            policy: a reference to the escalation policy, or None if PagerDuty does not say which it is. Its first level
                that has somebody on call is notified.

        Source: https://support.pagerduty.com/main/docs/escalation-policies.
        """
        if policy is None:
            return [Notification(None, "on call for its escalation policy, which PagerDuty does not name")]
        policy_id = policy["id"]
        if policy_id not in self._notified:
            self._notified[policy_id] = self._read_notified(policy)
        return self._notified[policy_id]

    def _read_notified(self, policy: Record) -> list[Notification]:
        self._quick = self._quick or self._client.quick(QUICK_READS)
        try:
            levels = _read_levels(self._quick, policy["id"])
        except TaskError as error:
            return [
                Notification(None, f"on call for {label(policy)}, which could not be read: {error.message.rstrip('.')}")
            ]
        if not levels:
            return []
        return notified(levels[min(levels)].values(), f"on call at level {min(levels)} of {label(policy)}")


def _read_levels(client: PagerDuty, policy_id: str) -> UsersByLevel:
    levels: UsersByLevel = {}
    for page in client.pages("/oncalls", "oncalls", [("escalation_policy_ids[]", policy_id)]):
        for entry in page:
            levels.setdefault(entry["escalation_level"], {})[entry["user"]["id"]] = entry["user"]
    return levels


def notified(users: t.Iterable[Record], why: str, how: Verb = PAGE) -> list[Notification]:
    """Return notifications of users, all for the same reason.

    Args:
        users: users or references to them.
        why: a phrase.
    """
    return [
        Notification({**reference(USER, user), "summary": user.get("summary") or user.get("name")}, why, how)
        for user in users
    ]


def assigned(users: t.Iterable[Record]) -> list[Record]:
    """Return an incident's assignments as PagerDuty will return them; only PagerDuty knows their times."""
    return [{"at": None, "assignee": full_reference(USER, user)} for user in users]
