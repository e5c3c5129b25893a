# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads users: some by id, e-mail address or name, or those of teams, or those whose name or address contains a text.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record
from .._api.directory import TEAM, USER, label, look_up
from .._core.errors import InvalidOption, TaskError
from .._core.plan import Outcome, PlanOrOutcome, read_only_plan
from .user import without_calendars


def read_users(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Return read-only plans.

    Args:
        params: `users`, or `teams` and `query`; none of them for all users.

    Raises:
        InvalidOption: an option has an unusable value.
        Refused: a name matches no team, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /users and GET /users/{id}.
    """
    for option in ("users", "teams"):
        names = params[option]
        if names is not None and not (names and all(name.strip() for name in names)):
            raise InvalidOption(option, "must have at least one name, and no empty one", names)
    if params["query"] is not None and not params["query"].strip():
        raise InvalidOption("query", "must not be empty", params["query"])
    if params["users"] is not None:
        found = [_read_one(pagerduty, name) for name in params["users"]]
        # The same user may be given by name and by address.
        return list({entry.target: entry for entry in found}.values())
    query = [("team_ids[]", look_up(pagerduty, TEAM, name)["id"]) for name in params["teams"] or ()]
    if params["query"] is not None:
        query.append(("query", params["query"]))
    return [_plan(user) for page in pagerduty.pages("/users", "users", query) for user in page]


def users_result(records: t.Sequence[Record]) -> Record:
    """Return `users`, and `user` if there is one."""
    return {"users": list(records), **({"user": records[0]} if len(records) == 1 else {})}


def _read_one(pagerduty: PagerDuty, name: str) -> PlanOrOutcome:
    try:
        return _plan(look_up(pagerduty, USER, name))
    except TaskError as error:
        if error.is_fatal:
            raise
        return Outcome(name, error=error)


def _plan(user: Record) -> PlanOrOutcome:
    return read_only_plan(label(user), without_calendars(user))
