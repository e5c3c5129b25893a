# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call of the REST API, as the endpoints see it, and their answers."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from simulator import problems
from simulator.account import AUTOMATION, Credential, User
from simulator.checks import Fields, Query
from simulator.incident import Act, Incident
from simulator.state import State
from simulator.views import Json, Views

Item = t.TypeVar("Item")


@dataclass(frozen=True)
class Answer:
    """What is sent back.

    Args:
        body: a JSON object, or a text such as an HTML page, or None for no body.
    """

    status: int = 200
    body: Json | str | None = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Call:
    """A call that has passed the gate.

    Args:
        names: the named parts of the path.
        values: the JSON body, or None.
        requester: the user in whose name it comes; None where PagerDuty asks for none.
        base: this server's address.
    """

    state: State
    credential: Credential
    query: Query
    names: t.Mapping[str, str]
    values: t.Any
    requester: User | None
    base: str

    @property
    def body(self) -> Fields:
        """The body's fields."""
        return Fields(self.values)

    @property
    def user(self) -> User:
        """The requester; where PagerDuty asks for none, the automation does it."""
        return self.requester or AUTOMATION

    @property
    def act(self) -> Act:
        """Something the requester does now."""
        return self.state.act(self.user)

    @property
    def incident(self) -> Incident:
        """The incident that the path names by `id`.

        Raises:
            Problem: when there is none.
        """
        return self.state.incident(self.names["id"])

    def views(self, *expandable: str) -> Views:
        """Shows things, with what the query wants expanded.

        Raises:
            Problem: when it wants anything else.
        """
        return Views(self.base, self.state.clock.now(), self.query.include(expandable))

    def find(self, things: t.Mapping[str, Item], name: str = "id") -> Item:
        """The thing that the path names.

        Raises:
            Problem: when there is none.
        """
        thing_id = self.names[name]
        if thing_id not in things:
            raise problems.not_found(thing_id)
        return things[thing_id]

    def listing(self, key: str, items: t.Sequence[Item], show: t.Callable[[Item], Json], **more: str) -> Answer:
        """A page of a list, in PagerDuty's classic pagination, with what else the answer holds.

        Raises:
            Problem: when the query's limit or offset is wrong.
        """
        limit, offset = self.query.page()
        total = len(items) if self.query.flag("total") else None
        page = {"limit": limit, "offset": offset, "more": offset + limit < len(items), "total": total}
        return Answer(body={key: [show(item) for item in items[offset : offset + limit]], **page, **more})


Endpoint = t.Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """Where an endpoint is found.

    Args:
        path: as in the OpenAPI file, with `{names}`.
        needs_requester: whether PagerDuty wants to know in whose name it comes.
        ability: what the account must have.
    """

    method: str
    path: str
    endpoint: Endpoint
    needs_requester: bool = False
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)))
