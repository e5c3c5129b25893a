# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module user_info: reads users by id, e-mail address or name, or lists those of teams or who match a text.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Query, Record
from .._api.directory import TEAM, USER, Directory
from .._core.action import Action, State, each
from .._core.change import Change, found
from .._core.errors import InvalidOption, TaskError
from .._core.words import label
from .._users import without_calendars

Options = dict[str, t.Any]


def user_info(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `users`, or `teams` and `query`; none of them for all users.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /users and GET /users/{id}.
    """
    return Listed(client, options) if options["users"] is None else Named(client, options)


class Reading(Action[PagerDuty]):
    """What both have in common."""

    noun = "user"

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._directory = Directory(client)

    def check(self) -> None:
        """Check the names and the text."""
        for option in ("users", "teams"):
            if self.options[option] is not None and not self.options[option]:
                raise InvalidOption(option, "must be a list of non-empty names", self.options[option])
        if self.options["query"] is not None and not self.options["query"].strip():
            raise InvalidOption("query", "must not be empty", self.options["query"])

    def plan(self, target: str, state: Record) -> Change:
        """Return what was read, without secrets."""
        return found(target, f"user {label(state)}", without_calendars(state))

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `users`, and `user` if there is one."""
        return {"users": list(records), **({"user": records[0]} if len(records) == 1 else {})}


class Named(Reading):
    """Reads users by id, e-mail address or name."""

    def prepare(self) -> None:
        """Take the names as targets: an unknown one does not stop the others."""
        self.targets = list(dict.fromkeys(self.options["users"]))

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Yield each user once, by id; an error for a name that nobody has."""
        users = each(targets, lambda name: self._directory.find(USER, name))
        return {name if isinstance(read, TaskError) else read["id"]: read for name, read in users}.items()


class Listed(Reading):
    """Lists the users of teams, or those who match a text, or all."""

    _query: Query
    """Known once it is prepared."""

    def prepare(self) -> None:
        """Look up the teams."""
        query = [("team_ids[]", team_id) for team_id in self._directory.find_all(TEAM, self.options["teams"])]
        if self.options["query"] is not None:
            query.append(("query", self.options["query"]))
        self._query = query

    def read(self, _targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Yield the users page by page."""
        return ((user["id"], user) for page in self.client.pages("/users", "users", self._query) for user in page)
