# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task in steps: check, prepare, read, plan, people, send. In check mode nothing is sent; none of these knows.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .change import Change, Notification, Outcome, Record
from .errors import TaskError

Client = t.TypeVar("Client")
Log = t.Callable[[str], None]
State = t.Any
"""What an action has read of one target."""


class Action(t.Generic[Client]):
    """What a task does. Its steps are called in this order; what `check` and `prepare` decide, the others only read.

    Args:
        client: makes the calls.
        options: the task's options, validated.
    """

    noun = "incident"
    """What a target is, for messages about several."""
    batch_size = 1
    """How many changes one call can make."""

    def __init__(self, client: Client, options: dict[str, t.Any]) -> None:
        self.client = client
        self.options = options
        self.targets: list[str] = []
        """What to read; known once the action is prepared."""
        self.left_out: TaskError | None = None
        """About names that match nothing, and are left out: the task does the rest, and then fails with this."""
        self.remark = ""
        """How the options were understood, as a sentence, where they leave a choice."""

    def check(self) -> None:
        """Check the options. Calls nobody.

        Raises:
            InvalidOption: an option has an unusable value, or two cannot be combined.
        """

    def idle(self) -> str:
        """Return why checked options leave nothing to do, as a sentence; empty if there is something. Calls nobody."""
        return ""

    def prepare(self) -> None:
        """Turn names into ids, and times relative to now into times: once in a task. Runs before the lock.

        Raises:
            TaskError: a name matches nothing, or more than one thing.
        """

    def wait(self) -> None:
        """Wait for what other tasks have just started. Runs before `prepare`, but not in check mode: nothing has."""

    def foresee(self) -> None:
        """Let what tasks before would create stand as created: what to read of it is foretold. Only in check mode."""

    def locks(self) -> t.Sequence[str]:
        """Return what other tasks must not change at the same time."""
        return self.targets

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Return the current state of each target, or why it cannot be read.

        Raises:
            TaskError: one that every target would meet.
        """
        raise NotImplementedError

    def plan(self, target: str, state: State) -> Change:
        """Return what the target should become. Calls nobody.

        Raises:
            Refused: it cannot become so.
        """
        raise NotImplementedError

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom a change notifies. Only informs: what it reads must neither fail the task nor delay it."""
        return ()

    def send(self, changes: t.Sequence[Change]) -> t.Sequence[Record | None]:
        """Make changes of one batch; returns the record of each, or None for one that the response leaves out.

        Raises:
            TaskError: not all were made.
        """
        return [self.send_one(change) for change in changes]

    def send_one(self, change: Change) -> Record:
        """Make one change; returns the target's record.

        Raises:
            TaskError: it was not made, or not in full.
        """
        raise NotImplementedError

    def name(self, change: Change, record: Record) -> str:
        """Return the name of a changed target: what is new gets its own only now."""
        return change.name

    def heading(self, outcome: Outcome) -> str:
        """Return how diff mode names a target: the same in check mode."""
        return f"{self.noun} {self.short_name(outcome)}"

    def short_name(self, outcome: Outcome) -> str:
        """Return how diff mode names a target among others."""
        return outcome.target

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return the keys of the task's result that hold the records."""
        raise NotImplementedError


def each(targets: t.Iterable[str], read: t.Callable[[str], State]) -> t.Iterator[tuple[str, State | TaskError]]:
    """Yield the state of each target. An error about one of them does not stop the others.

    Raises:
        TaskError: one that every target would meet.
    """
    for target in targets:
        try:
            yield target, read(target)
        except TaskError as error:
            if error.is_fatal:
                raise
            yield target, error


def plans(action: Action[t.Any], targets: t.Sequence[str]) -> t.Iterator[Change | Outcome]:
    """Yield the change of each target; an outcome, with the error, for one that cannot be planned.

    Raises:
        TaskError: one that every target would meet.
    """
    for target, state in action.read(targets):
        if isinstance(state, TaskError):
            yield Outcome(target, error=state)
            continue
        try:
            yield action.plan(target, state)
        except TaskError as error:
            if error.is_fatal:
                raise
            yield Outcome(target, error=error)


def first_plans(action: Action[t.Any], warn: Log) -> list[Change | Outcome]:
    """Return the changes of all targets, each with whom it notifies; gives their warnings.

    Raises:
        TaskError: one that every target would meet.
    """
    planned = list(plans(action, action.targets))
    for change in planned:
        if isinstance(change, Change):
            announce(action, change, warn)
    return planned


def announce(action: Action[t.Any], change: Change, warn: Log) -> None:
    """Give the warnings of a change, and ask whom it notifies if it is needed."""
    for warning in change.warnings:
        warn(warning)
    if change.is_needed:
        change.notifies = _people(action, change)


def predict(action: Action[t.Any], warn: Log) -> list[Outcome]:
    """Return what would happen. Sends nothing.

    Raises:
        TaskError: one that every target would meet.
    """
    return [
        outcome_of(change, change.predicted, changed=change.is_needed) if isinstance(change, Change) else change
        for change in first_plans(action, warn)
    ]


def outcome_of(change: Change, record: Record, *, changed: bool, name: str = "") -> Outcome:
    """Return the outcome of a change that was made, or was not needed."""
    return Outcome(
        change.target,
        record,
        change.before,
        change.after,
        changed,
        notifies=change.notifies if changed else (),
        name=name or change.name,
        says=change.says,
    )


def _people(action: Action[t.Any], change: Change) -> t.Sequence[Notification]:
    try:
        return action.people(change)
    except TaskError as error:
        # A page must not wait for an answer to whom it wakes.
        return [Notification(None, f"concerned; PagerDuty did not say who: {error.message.rstrip('.')}")]
