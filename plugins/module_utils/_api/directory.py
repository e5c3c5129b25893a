# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up users, escalation policies, priorities and other objects by id, name or e-mail address.

A name may be in another case, unless it means several then. A name with no match or several is an error that lists the
closest ones; one error is about all such names of a task.

Schedules are of two kinds, each with a list of its own; an upgraded schedule moves to the other list with its id. An
id is read as that of a layer-based schedule first: most still are, and then one call is enough. A name is looked up in
both lists: if it means two schedules, one of them would name the wrong people. A list that cannot be read, because the
account or the token has no access to it, does not keep the other from being used.

Source: PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md.

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
OTHER_KIND = (400, 404)
"""How PagerDuty answers for the id of a schedule of the other kind.

Source: PagerDuty/pd-oncall-chat-topic#48, and as of April 2026 PagerDuty/pagerduty-mcp-server#117.
"""
OF_EVERY_ACCOUNT = ("users", "services", "escalation_policies")
"""Lists that no plan lacks: without them the address is wrong."""
CONFIRMING = 5.0
"""Seconds for reading another list when a name is found already."""


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
        also: the other kinds that are called the same, each with its own list.
        filters: further parameters of the list.
    """

    title: str
    path: str
    key: str
    type: str
    names: tuple[str, ...] = ("name",)
    by_query: bool = True
    by_id: bool = True
    list_key: str = ""
    also: tuple[Kind, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def lists(self) -> tuple[Kind, ...]:
        """The kind and those that are called the same."""
        return (self, *self.also)


USER = Kind("user", "users", "user", "user_reference", ("email", "name"))
ESCALATION_POLICY = Kind("escalation policy", "escalation_policies", "escalation_policy", "escalation_policy_reference")
PRIORITY = Kind("priority", "priorities", "priority", "priority_reference", by_query=False, by_id=False)
SHIFT_BASED_SCHEDULE = Kind("schedule", "v3/schedules", "schedule", "schedule_v3_reference", list_key="schedules")
SCHEDULE = Kind("schedule", "schedules", "schedule", "schedule_reference", also=(SHIFT_BASED_SCHEDULE,))
"""Of either kind."""
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
ANY_INCIDENT_TYPE = INCIDENT_TYPE._replace(filters=(("filter", "all"),))
"""Also one that is disabled: earlier incidents may have it."""
RESPONSE_PLAY = Kind("response play", "response_plays", "response_play", "response_play_reference")
INCIDENT_WORKFLOW = Kind("incident workflow", "incident_workflows", "incident_workflow", "incident_workflow_reference")


class Directory:
    """The account's names and ids. Use one for a task: each name is looked up once."""

    def __init__(self, client: PagerDuty) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Record] = {}
        self._unreadable: dict[str, TaskError] = {}
        """The lists that could not be read, by path: a task does not try them again."""
        self.unknown: dict[str, TaskError] = {}
        """The names that `find_known` did not find, each with the reason."""

    def find(self, kind: Kind, text: str) -> Record:
        """Return the object with an id, a name or an e-mail address.

        Raises:
            Refused: none matches, or more than one.
        """
        text = text.strip()
        known = kind.path, text
        if known not in self._known:
            self._known[known] = _by_id(self._client, kind, text) or self._by_name(kind, text)
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

    def _by_name(self, kind: Kind, text: str) -> Record:
        near: dict[str, list[Record]] = {}
        exact: dict[str, Record] = {}
        alike: dict[str, Record] = {}
        for each in kind.lists:
            near[each.path] = self._read_list(each, text, is_found=bool(exact))
            # What moves while a list is read can be on two of its pages.
            exact |= {record["id"]: record for record in near[each.path] if _is_named(record, each, text)}
            alike |= {record["id"]: record for record in near[each.path] if _is_alike(record, each, text)}
        matches = list((exact or alike).values())
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise _ambiguous(kind, text, matches)
        unreadable = [self._unreadable[each.path] for each in kind.lists if each.path in self._unreadable]
        if len(unreadable) == len(kind.lists):
            raise next((error for error in unreadable if error.status != 404), unreadable[0])
        raise _with_unreadable(kind, _not_found(kind, text, self._candidates(kind, near)), unreadable)

    def _read_list(self, kind: Kind, text: str, *, is_found: bool) -> list[Record]:
        """Return what a list has for a name; nothing if it cannot be read, which `_unreadable` then tells.

        Args:
            is_found: whether another list has the name already.

        Raises:
            TaskError: one that every look-up would meet.
        """
        if kind.path in self._unreadable:
            return []
        client = self._client.quick(CONFIRMING) if is_found else self._client
        try:
            return _listed(client, kind, [*kind.filters, *([("query", text)] if kind.by_query else [])])
        except TaskError as error:
            if error.is_fatal and not is_found:
                raise
            # A quick read that was not answered may go well for the next name.
            if isinstance(error, Refused) or not is_found:
                self._unreadable[kind.path] = error
            return []

    def _candidates(self, kind: Kind, near: t.Mapping[str, list[Record]]) -> list[Record]:
        """Return what may be meant: of each list, what is near, or its first page."""
        candidates: list[Record] = []
        for each in kind.lists:
            found = near[each.path]
            if not found and each.by_query and each.path not in self._unreadable:
                found = next(self._client.pages(f"/{each.path}", each.list_key or each.path), [])
            candidates += found
        return candidates


def about_all(unknown: t.Mapping[str, TaskError]) -> TaskError:
    """Return one error about several names.

    Args:
        unknown: at least one name, each with why it was not found.
    """
    errors = list(unknown.values())
    if len(errors) == 1:
        return errors[0]
    sentences = list(dict.fromkeys(error.message for error in errors[:MAX_UNKNOWN]))
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
    refusals: list[Refused] = []
    for each in kind.lists:
        try:
            found = client.get(f"/{each.path}{path_of(text)}", each.key)
            # The list that has it tells its kind as well as its type does.
            return {**found, "type": found.get("type") or each.type} if kind.also else found
        except Refused as error:
            if error.is_fatal:
                raise
            refusals.append(error)
    not_there = OTHER_KIND if kind.also else (404,)
    for refusal in refusals:
        if refusal.status not in not_there:
            raise refusal
    return None


def _listed(client: PagerDuty, kind: Kind, query: Query) -> list[Record]:
    try:
        pages = client.pages(f"/{kind.path}", kind.list_key or kind.path, query)
        return [record for page in pages for record in page]
    except Refused as error:
        # Source, for priorities: https://github.com/martindstone/pagerduty-cli/pull/2.
        if error.status == 404 and kind.path in OF_EVERY_ACCOUNT:
            error.hint = "Check that api_url is the address of PagerDuty's REST API."
        elif error.status == 404:
            kinds = (kind.list_key or kind.path).replace("_", " ")
            error.message = f"This account has no {kinds}. {error.message}"
            error.hint = "They may have to be switched on in its settings, or be part of another plan."
        raise


def _is_named(record: Record, kind: Kind, text: str) -> bool:
    named = (_comparable(name, _value(record, name)) == _comparable(name, text) for name in kind.names)
    return record["id"] == text or any(named)


def _is_alike(record: Record, kind: Kind, text: str) -> bool:
    """Return whether a name is the same but for capitals and white space."""
    return any(_words(_value(record, name)) == _words(text) for name in kind.names)


def _words(text: t.Any) -> list[str]:
    return str(text or "").casefold().split()


def _value(record: Record, field: str) -> t.Any:
    # A list of references has names only as summaries.
    return record.get(field) or (record.get("summary") if field == "name" else None)


def _comparable(field: str, value: t.Any) -> t.Any:
    # PagerDuty keeps e-mail addresses as typed, but they are the same in any case.
    return value.casefold() if field == "email" and isinstance(value, str) else value


def _ambiguous(kind: Kind, text: str, matches: t.Sequence[Record]) -> TaskError:
    return Refused(
        f"More than one {kind.title} is called {text!r}: {', '.join(map(label, matches[:MAX_CANDIDATES]))}.",
        hint="Use the id instead of the name.",
    )


def _with_unreadable(kind: Kind, error: Refused, unreadable: t.Iterable[TaskError]) -> Refused:
    """Return an error about a name that says which lists could not be read; one that is not there is none."""
    for each in unreadable:
        if each.status != 404:
            error.message += f" Not all {kind.title}s could be read: {each.message}"
            error.hint = f"{error.hint} {each.hint}".rstrip()
    return error


def _not_found(kind: Kind, text: str, candidates: t.Sequence[Record]) -> Refused:
    unnamed = [record for record in candidates if not any(_value(record, name) for name in kind.names)]
    named = {str(_value(record, name)): record for record in candidates for name in kind.names if _value(record, name)}
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
