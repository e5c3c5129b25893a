# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and e-mail addresses to references: users, escalation policies, priorities, and whatever else has a name.

Matching is exact. What is not found, and what fits more than one, is an error that lists what comes near. Each
look-up is made once in a task.

Private to the collection.
"""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass

from ._errors import PagerDutyError, Refused
from ._rest import PagerDuty, Record, path_of

LOOKS_LIKE_ID = re.compile(r"[P-R][A-Z0-9]{4,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""INFERRED from the ids in PagerDuty's documentation; what is not found as an id is tried as a name."""
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Kind:
    """Something with a name.

    Args:
        noun: for messages.
        path: where PagerDuty lists it.
        key: what the answer to a single look-up holds it under; a list's key is `path`.
        type: of a reference to it.
        names: the fields by which it is known, each of which must match as a whole.
        by_query: whether the list can be narrowed by `query`.
        by_id: whether it can be looked up by its id.
    """

    noun: str
    path: str
    key: str
    type: str
    names: tuple[str, ...] = ("name",)
    by_query: bool = True
    by_id: bool = True


USER = Kind("user", "users", "user", "user_reference", ("email", "name"))
ESCALATION_POLICY = Kind("escalation policy", "escalation_policies", "escalation_policy", "escalation_policy_reference")
PRIORITY = Kind("priority", "priorities", "priority", "priority_reference", by_query=False, by_id=False)
RESPONSE_PLAY = Kind("response play", "response_plays", "response_play", "response_play_reference")
INCIDENT_WORKFLOW = Kind("incident workflow", "incident_workflows", "incident_workflow", "incident_workflow_reference")


def look_up(pagerduty: PagerDuty, kind: Kind, text: str) -> Record:
    """What an id, a name or an e-mail address stands for.

    Raises:
        Refused: when nothing, or more than one thing, fits exactly.
    """
    known = pagerduty.known.setdefault(kind.path, {})
    if text not in known:
        known[text] = _by_id(pagerduty, kind, text) or _by_name(pagerduty, kind, text)
    found: Record = known[text]
    return found


def reference(kind: Kind, record: Record) -> dict[str, str]:
    """A reference to a record, as PagerDuty takes it in a body."""
    return {"id": record["id"], "type": kind.type}


def shown_reference(kind: Kind, record: Record) -> Record:
    """A reference to a record, as PagerDuty shows it in its answers; what a record lacks is None."""
    return {
        **reference(kind, record),
        "summary": record.get("summary") or record.get("name"),
        "self": record.get("self"),
        "html_url": record.get("html_url"),
    }


def label(record: Record) -> str:
    """A record or reference for people: its name and id."""
    name = record.get("summary") or record.get("name")
    return f"{name} ({record['id']})" if name else str(record["id"])


def _by_id(pagerduty: PagerDuty, kind: Kind, text: str) -> Record | None:
    if not (kind.by_id and LOOKS_LIKE_ID.fullmatch(text)):
        return None
    try:
        found: Record = pagerduty.get(path_of(kind.path, text), kind.key)
    except Refused as error:
        if error.status != 404:
            raise
        return None
    return found


def _by_name(pagerduty: PagerDuty, kind: Kind, text: str) -> Record:
    query = [("query", text)] if kind.by_query else []
    listed = [record for page in pagerduty.pages(f"/{kind.path}", kind.path, query) for record in page]
    matches = [record for record in listed if record["id"] == text or _is_named(record, kind, text)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise _ambiguous(kind, text, matches)
    raise _not_found(pagerduty, kind, text, listed)


def _is_named(record: Record, kind: Kind, text: str) -> bool:
    return any(_comparable(name, record.get(name)) == _comparable(name, text) for name in kind.names)


def _comparable(field: str, value: t.Any) -> t.Any:
    # PagerDuty keeps an e-mail address as it was typed, and mail does not care about case.
    return value.casefold() if field == "email" and isinstance(value, str) else value


def _ambiguous(kind: Kind, text: str, matches: t.Sequence[Record]) -> PagerDutyError:
    return Refused(
        f"More than one {kind.noun} is called {text!r}: {', '.join(map(label, matches[:MOST_CANDIDATES]))}.",
        hint="Give the id of the one that is meant.",
    )


def _not_found(pagerduty: PagerDuty, kind: Kind, text: str, near: t.Sequence[Record]) -> PagerDutyError:
    candidates = list(near)
    if not candidates and kind.by_query:
        candidates = next(pagerduty.pages(f"/{kind.path}", kind.path), [])
    named = {str(record.get(name)): record for record in candidates for name in kind.names if record.get(name)}
    # What contains the text is near, and so is what differs by a slip of the finger.
    closest = [name for name in named if text.casefold() in name.casefold()]
    closest += [name for name in difflib.get_close_matches(text, named, MOST_CANDIDATES) if name not in closest]
    told = ", ".join(f"{name} ({named[name]['id']})" for name in closest[:MOST_CANDIDATES])
    return Refused(
        f"No {kind.noun} is called {text!r}.{f' Near matches: {told}.' if told else ''}",
        hint=f"Give the {' or '.join(kind.names)} exactly as PagerDuty shows it, or the id.",
    )
