# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call of the REST API, as endpoints see it, and their responses."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from simulator import errors
from simulator.account import AUTOMATION, Credential, User
from simulator.checks import Fields, Query
from simulator.incident import Actor, Incident
from simulator.serializers import Json, Serializer
from simulator.state import State

Item = t.TypeVar("Item")


@dataclass(frozen=True)
class Response:
    """A response.

    Args:
        body: a JSON object or list, or a text such as an HTML page, or None for no body.
    """

    status: int = 200
    body: Json | list[Json] | str | None = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Call:
    """A call that has passed the middleware.

    Args:
        names: the named parts of the path.
        values: the JSON body, or None.
        requester: the user who makes the call; None if PagerDuty does not require one.
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
        """The requester, or the automation user if PagerDuty requires none."""
        return self.requester or AUTOMATION

    @property
    def actor(self) -> Actor:
        """The requester as the actor, now."""
        return self.state.actor(self.user)

    @property
    def incident(self) -> Incident:
        """The incident that the path names by `id`.

        Raises:
            ApiError: there is none.
        """
        incident = self.state.incident(self.names["id"])
        if self.values is not None:
            self.state.check_access(incident)
        return incident

    def serializer(self, *expandable: str) -> Serializer:
        """Return the serializer for the query's `include[]`.

        Raises:
            ApiError: it includes anything else.
        """
        return Serializer(self.base, self.state, self.query.include(expandable))

    def find(self, things: t.Mapping[str, Item], name: str = "id") -> Item:
        """Return the item that the path names.

        Raises:
            ApiError: there is none.
        """
        thing_id = self.names[name]
        if thing_id not in things:
            raise errors.not_found(thing_id)
        return things[thing_id]

    def listing(self, key: str, items: t.Sequence[Item], show: t.Callable[[Item], Json], **more: str) -> Response:
        """Return a page of a list, in PagerDuty's classic pagination, with further fields of the response.

        Raises:
            ApiError: the query's limit or offset is invalid.
        """
        limit, offset = self.query.page()
        total = len(items) if self.query.flag("total") else None
        page = {"limit": limit, "offset": offset, "more": offset + limit < len(items), "total": total}
        return Response(body={key: [show(item) for item in items[offset : offset + limit]], **page, **more})


Endpoint = t.Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """The route of an endpoint.

    Args:
        path: as in the OpenAPI file, with `{names}`.
        needs_requester: whether PagerDuty requires a user.
        needs_body: whether a POST needs a JSON object.
        ability: what the account must have.
    """

    method: str
    path: str
    endpoint: Endpoint
    needs_requester: bool = False
    needs_body: bool = True
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)))
