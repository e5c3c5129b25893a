# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a result: what was done, to whom, in the form that fits a sentence.

Private to the collection.
"""

from __future__ import annotations

import typing as t

MAX_NAMES = 10
"""How many names a sentence has."""


class Verb:
    """What can be done, such as `add`.

    Args:
        base: the form after "would", such as `add`.
        past: the form for what was done; by default the regular one.
    """

    __slots__ = ("base", "past")

    def __init__(self, base: str, past: str = "") -> None:
        self.base = base
        self.past = past or f"{base.removesuffix('e')}ed"

    def __call__(self, *about: str) -> Phrase:
        """Return a phrase, such as `ADD("a note")`."""
        return Phrase(self, about)

    def form(self, check_mode: bool) -> str:
        """Return the form for what would be done, or was."""
        return self.base if check_mode else self.past


class Phrase(t.NamedTuple):
    """A verb and what it is about. Several things follow one verb: `SET("title to Disk full", "urgency to high")`."""

    verb: Verb
    about: tuple[str, ...]


ACKNOWLEDGE = Verb("acknowledge")
ADD = Verb("add")
ASSIGN = Verb("assign to", "assigned to")
CANCEL = Verb("cancel", "cancelled")
CLEAR = Verb("clear")
CREATE = Verb("create")
DELETE = Verb("delete")
END = Verb("end")
ESCALATE = Verb("escalate")
EXTEND = Verb("extend")
INVITE = Verb("invite")
MERGE = Verb("merge")
MOVE = Verb("move")
NOTIFY = Verb("notify", "notified")
OPEN = Verb("open")
PAGE = Verb("page")
PUT = Verb("put", "put")
RE_OPEN = Verb("re-open")
RECORD = Verb("record")
REMOVE = Verb("remove")
REQUEST = Verb("request")
RESOLVE = Verb("resolve")
RUN = Verb("run", "ran")
SEND = Verb("send", "sent")
SET = Verb("set", "set")
SNOOZE = Verb("snooze")
START = Verb("start")
SUBSCRIBE = Verb("subscribe")
TRIGGER = Verb("trigger")
TRIGGER_AGAIN = Verb("trigger again", "triggered again")
UNSUBSCRIBE = Verb("unsubscribe")
UPDATE = Verb("update")


def counted(times: t.Mapping[str, int]) -> list[str]:
    """Return names, each with how many times it is meant, such as `Ana (3 times)`."""
    return [name if count == 1 else f"{name} ({count} times)" for name, count in times.items()]


def one_line(text: str) -> str:
    """Return a text of unknown origin in one line, without the characters by which it could change how a log looks."""
    return " ".join("".join(each for each in text if each.isprintable() or each.isspace()).split())


def few(names: t.Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - MAX_NAMES
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:MAX_NAMES])}, and {more} more"


def short_name(record: t.Mapping[str, t.Any]) -> str:
    """Return a record's name, for sentences; its id if it has none."""
    return str(record.get("summary") or record.get("name") or record["id"])


def label(record: t.Mapping[str, t.Any]) -> str:
    """Return a record's name and id, for diffs and errors; what does not exist yet has no id."""
    name, record_id = record.get("summary") or record.get("name"), record["id"]
    return f"{name} ({record_id})" if name and record_id else str(name or record_id)
