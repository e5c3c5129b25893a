# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up users, escalation policies, priorities and other objects by id, name or e-mail address.

Names must match exactly. A name with no match or several is an error that lists the closest ones; one error is about
all such names of a task.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

from .._core.errors import Refused, TaskError
from .._core.words import label
from .client import PagerDuty, Query, Record, path_of

LOOKS_LIKE_ID = r"[P-R][A-Z0-9]{4,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""INFERRED from the ids in PagerDuty's documentation; an id that is not found is tried as a name."""
MAX_CANDIDATES = 5
MAX_UNKNOWN = 3
"""How many unknown names a message explains; it lists the others."""


class Kind(t.NamedTuple):
    """A kind of object that has a name.

    Args:
        title: for messages.
        path: the path of its list.
        key: the key of a single object in the response.
        type: the type of a reference to it.
        names: the fields that identify it.
        by_query: whether the list can be filtered by `query`.
        by_id: whether it can be fetched by its id.
        list_key: the key of the list in the response, if it is not the path.
    """

    title: str
    path: str
    key: str
    type: str
    names: tuple[str, ...] = ("name",)
    by_query: bool = True
    by_id: bool = True
    list_key: str = ""


USER = Kind("user", "users", "user", "user_reference", ("email", "name"))
ESCALATION_POLICY = Kind("escalation policy", "escalation_policies", "escalation_policy", "escalation_policy_reference")
PRIORITY = Kind("priority", "priorities", "priority", "priority_reference", by_query=False, by_id=False)
SCHEDULE = Kind("schedule", "schedules", "schedule", "schedule_reference")
SERVICE = Kind("service", "services", "service", "service_reference")
TEAM = Kind("team", "teams", "team", "team_reference")
INCIDENT_TYPE = Kind(
    "incident type",
    "incidents/types",
    "incident_type",
    "incident_type_reference",
    ("name", "display_name"),
    by_query=False,
    by_id=False,
    list_key="incident_types",
)
RESPONSE_PLAY = Kind("response play", "response_plays", "response_play", "response_play_reference")
INCIDENT_WORKFLOW = Kind("incident workflow", "incident_workflows", "incident_workflow", "incident_workflow_reference")


class Directory:
    """The account's names and ids. Use one for a task: each name is looked up once."""

    def __init__(self, client: PagerDuty) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Record] = {}
        self.unknown: dict[str, TaskError] = {}
        """The names that `find_known` did not find, each with the reason."""

    def find(self, kind: Kind, text: str) -> Record:
        """Return the object with an id, a name or an e-mail address.

        Raises:
            Refused: none matches, or more than one.
        """
        known = kind.path, text
        if known not in self._known:
            self._known[known] = _by_id(self._client, kind, text) or _by_name(self._client, kind, text)
        return self._known[known]

    def find_known(self, kind: Kind, texts: t.Iterable[str] | None) -> dict[str, Record]:
        """Return the objects with these ids, names or e-mail addresses, by id; none for None.

        Why one of them was not found is kept: see `left_out` and `check_known`.

        Raises:
            TaskError: one that every look-up would meet.
        """
        found: dict[str, Record] = {}
        for text in texts or ():
            try:
                record = self.find(kind, text)
            except TaskError as error:
                if error.is_fatal:
                    raise
                self.unknown[text] = error
            else:
                found[record["id"]] = record
        return found

    def find_all(self, kind: Kind, texts: t.Iterable[str] | None) -> dict[str, Record]:
        """Return the same, if all of them were found.

        Raises:
            Refused: some match no object, or more than one.
        """
        found = self.find_known(kind, texts)
        self.check_known()
        return found

    def left_out(self, found: t.Sized) -> TaskError | None:
        """Return one error about the names that a task leaves out, as they were not found; None if there are none.

        Args:
            found: all that was found.

        Raises:
            TaskError: nothing was.
        """
        if not found:
            self.check_known()
        return about_all(self.unknown) if self.unknown else None

    def check_known(self) -> None:
        """Check that all names were found.

        Raises:
            TaskError: some were not.
        """
        if self.unknown:
            raise about_all(self.unknown)


def about_all(unknown: t.Mapping[str, TaskError]) -> TaskError:
    """Return one error about several names.

    Args:
        unknown: at least one name, each with why it was not found.
    """
    errors = list(unknown.values())
    if len(errors) == 1:
        return errors[0]
    sentences = [error.message for error in errors[:MAX_UNKNOWN]]
    others = list(map(repr, list(unknown)[MAX_UNKNOWN:]))
    return Refused(
        " ".join([*sentences, *([f"Not found either: {', '.join(others)}."] if others else [])]),
        hint=" ".join(dict.fromkeys(error.hint for error in errors if error.hint)),
        errors=[error.message for error in errors],
    )


def reference(kind: Kind, record: Record) -> dict[str, str]:
    """Return a reference to a record, for a request body."""
    return {"id": record["id"], "type": kind.type}


def full_reference(kind: Kind, record: Record) -> Record:
    """Return a reference to a record, as PagerDuty returns it; fields that the record lacks are None."""
    return {
        **reference(kind, record),
        "summary": record.get("summary") or record.get("name"),
        "self": record.get("self"),
        "html_url": record.get("html_url"),
    }


def _by_id(client: PagerDuty, kind: Kind, text: str) -> Record | None:
    if not (kind.by_id and re.fullmatch(LOOKS_LIKE_ID, text)):
        return None
    try:
        return client.get(path_of(kind.path, text), kind.key)
    except Refused as error:
        if error.status != 404:
            raise
        return None


def _by_name(client: PagerDuty, kind: Kind, text: str) -> Record:
    listed = _listed(client, kind, [("query", text)] if kind.by_query else [])
    matches = [record for record in listed if record["id"] == text or _is_named(record, kind, text)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise _ambiguous(kind, text, matches)
    raise _not_found(client, kind, text, listed)


def _listed(client: PagerDuty, kind: Kind, query: Query) -> list[Record]:
    try:
        pages = client.pages(f"/{kind.path}", kind.list_key or kind.path, query)
        return [record for page in pages for record in page]
    except Refused as error:
        # Source, for priorities: https://github.com/martindstone/pagerduty-cli/pull/2.
        if error.status == 404:
            kinds = (kind.list_key or kind.path).replace("_", " ")
            error.message = f"This account has no {kinds}. {error.message}"
            error.hint = "They may have to be switched on in its settings, or be part of another plan."
        raise


def _is_named(record: Record, kind: Kind, text: str) -> bool:
    return any(_comparable(name, record.get(name)) == _comparable(name, text) for name in kind.names)


def _comparable(field: str, value: t.Any) -> t.Any:
    # PagerDuty keeps e-mail addresses as typed, but they are the same in any case.
    return value.casefold() if field == "email" and isinstance(value, str) else value


def _ambiguous(kind: Kind, text: str, matches: t.Sequence[Record]) -> TaskError:
    return Refused(
        f"More than one {kind.title} is called {text!r}: {', '.join(map(label, matches[:MAX_CANDIDATES]))}.",
        hint="Use the id instead of the name.",
    )


def _not_found(client: PagerDuty, kind: Kind, text: str, near: t.Sequence[Record]) -> TaskError:
    candidates = list(near)
    if not candidates and kind.by_query:
        candidates = next(client.pages(f"/{kind.path}", kind.path), [])
    unnamed = [record for record in candidates if not any(record.get(name) for name in kind.names)]
    named = {str(record.get(name)): record for record in candidates for name in kind.names if record.get(name)}
    # Only a failing task needs it.
    import difflib

    closest = [name for name in named if text.casefold() in name.casefold()]
    closest += [name for name in difflib.get_close_matches(text, named, MAX_CANDIDATES) if name not in closest]
    listed = ", ".join(f"{name} ({named[name]['id']})" for name in closest[:MAX_CANDIDATES])
    if unnamed:
        return Refused(
            f"No {kind.title} is called {text!r}, but PagerDuty's response leaves out {kind.names[-1]!r} of "
            f"{', '.join(record['id'] for record in unnamed[:MAX_CANDIDATES])}.",
            hint="Use the id instead of the name.",
        )
    return Refused(
        f"No {kind.title} is called {text!r}.{f' Did you mean: {listed}?' if listed else ''}",
        hint=f"Use the exact {' or '.join(kind.names)} that PagerDuty shows, or the id.",
    )
