# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes changes: the one place that handles idempotence.

If nothing differs, nothing is sent. Otherwise the changes are sent, in batches where the server has a bulk call. The
client counts the writes that the server accepted, so an error after one of them is never taken for "nothing happened":
what follows an error is in L(recovery).

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t
from collections import deque

from .action import Action, Log, first_plans, outcome_of
from .change import CAREFULLY, FREELY, NEVER, Change, Outcome, Record
from .errors import OutcomeUnknown, TaskError
from .retry import RetryBudget
from .words import few

if t.TYPE_CHECKING:
    from .recovery import Recovery


class Task(t.NamedTuple):
    """What the runner needs to know of a task.

    Args:
        budget: the time the task may spend on waiting.
        warn: adds a warning to the task's result.
        accepted: returns how many writes the server has accepted so far.
    """

    budget: RetryBudget
    warn: Log
    accepted: t.Callable[[], int]


class Batch(t.NamedTuple):
    """Changes that are sent in one call.

    Args:
        retries: how often these changes were sent before.
        lost: whether the response to an earlier attempt was lost.
    """

    changes: list[Change]
    retries: int = 0
    lost: bool = False

    @property
    def resend(self) -> str:
        """How carefully the batch has to be sent again: as carefully as any of its changes needs."""
        wanted = {change.resend for change in self.changes}
        return next(each for each in (NEVER, CAREFULLY, FREELY) if each in wanted)

    def split(self, size: int) -> list[Batch]:
        """Return batches of at most `size` changes."""
        starts = range(0, len(self.changes), size)
        return [self._replace(changes=self.changes[start : start + size]) for start in starts]


class Runner:
    """Makes the changes of one task."""

    def __init__(self, action: Action[t.Any], task: Task) -> None:
        self.action = action
        self.task = task
        self.outcomes: dict[str, Outcome] = {}
        self.fatal: TaskError | None = None
        """An error that every other target would meet as well."""
        self.has_permission = False
        """Whether anything was changed."""

    def apply(self) -> list[Outcome]:
        """Send what is needed. Every target is tried, whatever happens to the others.

        Raises:
            TaskError: one that every target would meet, before anything was sent.
        """
        planned = first_plans(self.action, self.task.warn)
        targets = [each.target for each in planned]
        queue = deque(self.batches(planned))
        # A change holds everything that was read of its target: thousands of them must not be kept until the end.
        planned.clear()
        while queue:
            queue.extendleft(reversed(self._send(queue.popleft())))
        return [self.outcomes[target] for target in targets]

    def batches(self, planned: t.Iterable[Change | Outcome], retries: int = 0, *, lost: bool = False) -> list[Batch]:
        """Return the changes that are needed, in batches; the other targets are done."""
        together: dict[t.Hashable, list[Change]] = {}
        for each in planned:
            if isinstance(each, Outcome):
                self.outcomes[each.target] = each
            elif each.is_needed:
                together.setdefault(each.batch, []).append(each)
            else:
                self.done(each, each.record)
        size = self.action.batch_size
        return [part for changes in together.values() for part in Batch(changes, retries, lost).split(size)]

    def done(self, change: Change, record: Record, *, changed: bool = False) -> None:
        """Note that a change was made, or was not needed."""
        self.has_permission = self.has_permission or changed
        name = self.action.name(change, record) if changed else change.name
        self.outcomes[change.target] = outcome_of(change.origin, record, changed=changed, name=name)

    def _send(self, batch: Batch) -> t.Sequence[Batch]:
        """Send a batch; returns what has to be sent next."""
        if self.fatal:
            self._recovery.fail(batch.changes, self.fatal)
            return ()
        accepted = self.task.accepted()
        try:
            records = self.action.send(batch.changes)
        except TaskError as error:
            if self.task.accepted() > accepted:
                return self._recovery.after_partial_effect(batch, error)
            return self._recovery.after_error(batch, error)
        left_out = [change for change, record in zip(batch.changes, records) if record is None]
        for change, record in zip(batch.changes, records):
            if record is not None:
                self.done(change, record, changed=True)
        if not left_out:
            return ()
        return self._recovery.after_lost_response(batch._replace(changes=left_out), _left_out(left_out))

    @functools.cached_property
    def _recovery(self) -> Recovery:
        # Most tasks need none.
        from .recovery import Recovery

        return Recovery(self)


def _left_out(changes: t.Sequence[Change]) -> OutcomeUnknown:
    return OutcomeUnknown(f"The response leaves out {few([change.target for change in changes])}.")
