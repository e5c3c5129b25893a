# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task changes about one target, whom that notifies, and what came of it.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .errors import TaskError
from .words import PAGE, Phrase, Verb, label, short_name

Fields = dict[str, t.Any]
Record = dict[str, t.Any]
Says = t.Union[str, t.Sequence[Phrase]]
"""What is done, in phrases; or a text that says why there is nothing to do."""

NO_FIELDS: Fields = {}
FOUND = ""
"""What a task that only reads says of a target."""
FREELY, CAREFULLY, NEVER = "freely", "carefully", "never"
"""Whether a change is sent again after its response was lost and a read does not show it.

`CAREFULLY`: only after a second read, because sending it twice pages people or adds something. `NEVER`: no read can
show for certain that it was not made.
"""


class Notification(t.NamedTuple):
    """Somebody whom a change notifies.

    Args:
        who: a reference with `id`, `type` and `summary`; None if PagerDuty does not say who. The id of somebody who
            does not exist yet is None.
        why: the reason; continues "whoever is" where nobody can be named.
        how: PAGE, NOTIFY or INVITE.
    """

    who: Record | None
    why: str
    how: Verb = PAGE

    @property
    def name(self) -> str:
        """Who it is, for sentences."""
        return short_name(self.who) if self.who else f"whoever is {self.why}"

    @property
    def shown(self) -> str:
        """Who it is and why, for diffs."""
        return f"{label(self.who)}: {self.why}" if self.who else self.name


# Plain classes and named tuples: a data class takes up to thirty times as long to define, in every run of a module.
class Change:
    """What one target is, what it should be, and how that is said. No change is needed if `before` equals `after`.

    Args:
        target: the target's id, or another name that is unique in a task.
        name: the target in sentences, such as `Incident Q1 (#42)`.
        before: the fields that the task manages, as they are.
        after: the same fields, as wanted.
        says: what is done, or why nothing is.
        record: everything that was read of the target.
        predicted: what `record` will be afterwards, the result in check mode; by default `record`.
        body: what sending the change needs to know.
        batch: changes with equal values may be sent in one call.
        resend: FREELY, CAREFULLY or NEVER.
        if_unknown: what to do next if it is not known whether the change was made; by default to run the task again.
        warnings: what the user should know in any case.
    """

    __slots__ = (
        "_origin",
        "after",
        "batch",
        "before",
        "body",
        "if_unknown",
        "name",
        "notifies",
        "predicted",
        "record",
        "resend",
        "says",
        "target",
        "warnings",
    )

    def __init__(
        self,
        *,
        target: str,
        name: str,
        before: Fields,
        after: Fields,
        says: Says,
        record: Record,
        predicted: Record | None = None,
        body: t.Any = None,
        batch: t.Hashable = None,
        resend: str = FREELY,
        if_unknown: str = "",
        warnings: t.Sequence[str] = (),
    ) -> None:
        self.target = target
        self.name = name
        self.before = before
        self.after = after
        self.says = says
        self.record = record
        self.predicted = record if predicted is None else predicted
        self.body = body
        self.batch = batch
        self.resend = resend
        self.if_unknown = if_unknown
        self.warnings = warnings
        self.notifies: t.Sequence[Notification] = ()
        """Whom the change notifies; the runner asks once."""
        self._origin: Change | None = None

    @property
    def origin(self) -> Change:
        """The change as first planned; another one if this was planned again."""
        # A reference to itself would keep all that was read until the end.
        return self._origin or self

    @origin.setter
    def origin(self, first: Change) -> None:
        self._origin = None if first is self else first

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to change."""
        return self.before != self.after


class Outcome(t.NamedTuple):
    """What happened to one target. A target that was changed in part has a record of changes and an error."""

    target: str
    record: Record | None = None
    before: Fields = NO_FIELDS
    after: Fields = NO_FIELDS
    changed: bool = False
    error: TaskError | None = None
    notifies: t.Sequence[Notification] = ()
    name: str = ""
    says: Says = FOUND


def found(target: str, name: str, record: Record) -> Change:
    """Return the change of a task that only reads, which is none.

    Args:
        name: continues "Found", such as `incident Q1 (#42): triggered`.
    """
    return Change(target=target, name=name, before=NO_FIELDS, after=NO_FIELDS, says=FOUND, record=record)
