# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans: what a target is, what it should become, and how to get there. Check mode is a plan that is not applied.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .errors import TaskError

Fields = dict[str, t.Any]
Record = dict[str, t.Any]

NO_FIELDS: Fields = {}


class Write:
    """A kind of write. Plans that share one object are sent together.

    Args:
        send: applies plans of this kind in one call; returns the server's record of each, in order, or None for a
            target that the response does not list.
        batch_size: how many plans one call can take.
        harmful_twice: whether applying the write twice does harm: it pages people, or adds something.
        can_be_verified: whether a read shows for certain that the write was not applied. If not, it is never sent again
            after its response was lost.
    """

    def __init__(
        self,
        send: t.Callable[[t.Sequence[Plan]], t.Sequence[Record | None]],
        *,
        batch_size: int = 1,
        harmful_twice: bool = False,
        can_be_verified: bool = True,
    ) -> None:
        self.send = send
        self.batch_size = batch_size
        self.harmful_twice = harmful_twice
        self.can_be_verified = can_be_verified


class Notification(t.NamedTuple):
    """Somebody whom a change notifies.

    Args:
        who: a reference with `id`, `type` and `summary`; None if nobody can know it beforehand. The id of somebody who
            does not exist yet is None.
        why: why they are notified, or why they are not known; a phrase.
    """

    who: Record | None
    why: str


# Named tuples here and elsewhere: a data class takes eight times as long to define, in every run of a module.
class Plan(t.NamedTuple):
    """What one target is and what it should become.

    Args:
        target: the target's name, unique in a task.
        before: the fields that the task manages, as they are.
        after: the same fields, as they should be; equal to `before` if no change is needed.
        record: everything that was read of the target.
        predicted: what `record` will be afterwards; the result in check mode.
        write: how to make the change; required if there is one.
        body: what `write` needs to know about this plan.
        notifies: whom the change notifies.
        if_unknown: what to do next if it is not known whether the change was made; empty if running the task again is
            right.
    """

    target: str
    before: Fields
    after: Fields
    record: Record
    predicted: Record
    write: Write | None = None
    body: t.Any = None
    notifies: t.Sequence[Notification] = ()
    if_unknown: str = ""

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to change."""
        return self.before != self.after


class Outcome(t.NamedTuple):
    """What happened to one target: its record, or the error that stopped it."""

    target: str
    record: Record | None = None
    before: Fields = NO_FIELDS
    after: Fields = NO_FIELDS
    changed: bool = False
    error: TaskError | None = None
    notifies: t.Sequence[Notification] = ()


PlanOrOutcome = t.Union[Plan, Outcome]
"""A plan, or the outcome of a target that could not be planned."""


def read_only_plan(target: str, record: Record) -> Plan:
    """Return the plan of a task that only reads."""
    return Plan(target, {}, {}, record, record)


def outcome_of(plan: Plan, record: Record, *, changed: bool) -> Outcome:
    """Return the outcome of a plan that was carried out, or did not have to be."""
    notifies = plan.notifies if changed else ()
    return Outcome(plan.target, record, plan.before, plan.after, changed, notifies=notifies)


def predict(planned: t.Iterable[PlanOrOutcome]) -> list[Outcome]:
    """Return the outcomes of check mode: what would happen. Sends nothing."""
    return [
        outcome_of(entry, entry.predicted, changed=entry.has_changes) if isinstance(entry, Plan) else entry
        for entry in planned
    ]
