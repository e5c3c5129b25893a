# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the runner does after an error: lost responses, refused batches, conflicts, and changes that were made in part.

After a lost response the targets are read again before anything is decided: what was changed is done, and only what was
not is sent again.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .action import announce, plans
from .change import CAREFULLY, FREELY, NEVER, Change, Outcome
from .errors import OutcomeUnknown, PartlyDone, Refused, TaskError

if t.TYPE_CHECKING:
    from .runner import Batch, Runner

SECOND_READ_DELAY = 2.0
"""Seconds between two reads of a target: the first may be stale."""
MAX_FORBIDDEN = 3
"""After this many refusals for lack of permission with no success, the other targets are tried one by one."""


class Recovery:
    """Handles the errors of one task.

    Args:
        runner: the task's, which sends what is left to send.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._action = runner.action
        self._budget = runner.task.budget
        self._warn = runner.task.warn
        self._outcomes = runner.outcomes
        self._forbidden = 0
        """How many targets were refused for lack of permission before any was changed."""

    def after_error(self, batch: Batch, error: TaskError) -> t.Sequence[Batch]:
        """Handle the error of a batch of which no write was accepted; returns what has to be sent next."""
        if isinstance(error, OutcomeUnknown):
            return self.after_lost_response(batch, error)
        if isinstance(error, Refused) and not error.is_fatal:
            return self._handle_refusal(batch, error)
        self.fail(batch.changes, error)
        return ()

    def after_partial_effect(self, batch: Batch, error: TaskError) -> t.Sequence[Batch]:
        """Read what an error after an accepted write has left undone; returns what may be sent again."""
        missing = self._not_made(batch.changes, error, after_write=True)
        if any(now.before == now.origin.before for now in missing) and self._budget.sleep(SECOND_READ_DELAY):
            missing = self._not_made(missing, error, after_write=True)
        if missing and self._may_repeat(batch, error):
            return self._runner.batches(missing, batch.retries + 1, lost=True)
        for now in missing:
            self._fail_in_part(now, error)
        return ()

    def _may_repeat(self, batch: Batch, error: TaskError) -> bool:
        """Wait, and return whether a batch may be sent again after part of it took effect."""
        return (
            batch.resend == FREELY
            and isinstance(error, OutcomeUnknown)
            and error.retryable
            and not error.may_still_apply
            and self._budget.wait_before_retry(error, batch.retries, self._budget.clock())
        )

    def _handle_refusal(self, batch: Batch, error: Refused) -> t.Sequence[Batch]:
        """Find the targets at fault in a refused batch by halving it; returns what has to be sent next.

        Part of a refused batch may have been changed, so it is read again before any of it is sent again.
        """
        if len(batch.changes) > 1:
            return self._halves(batch, error)
        if batch.lost and self._is_settled(batch.changes[0], error):
            return ()
        if error.is_conflict:
            return self._resolve_conflict(batch, error)
        self.fail(batch.changes, error)
        return ()

    def _halves(self, batch: Batch, error: Refused) -> t.Sequence[Batch]:
        remaining = self._not_made(batch.changes, error)
        if remaining and batch.resend != FREELY and self._budget.sleep(SECOND_READ_DELAY):
            remaining = self._not_made(remaining, error)
        # If nothing is permitted, every half would be refused as well.
        size = 1 if self._forbidden >= MAX_FORBIDDEN else (len(remaining) + 1) // 2
        smaller = self._runner.batches(remaining, batch.retries, lost=batch.lost)
        return [part for each in smaller for part in each.split(size)]

    def _is_settled(self, change: Change, error: Refused) -> bool:
        """Return whether nothing is left to do: an attempt without a response may be why the next one is refused."""
        waited = self._budget.sleep(SECOND_READ_DELAY)
        missing = self._not_made([change], error)
        if missing and not waited:
            self._fail_each(missing, lambda each: _unknown(each, error))
        return not (missing and waited)

    def _resolve_conflict(self, batch: Batch, error: Refused) -> t.Sequence[Batch]:
        """Read a target that somebody else has changed in the meantime; returns what is left to do, if anything."""
        (change,) = batch.changes
        now = self._read_again([change])[change.target]
        if _is_same(now, change) and self._budget.sleep(SECOND_READ_DELAY):
            now = self._read_again([change])[change.target]
        if not isinstance(now, Change) or (now.is_needed and (batch.retries or _is_same(now, change))):
            self.fail([change], error)
            return ()
        # Whatever is left is another change, with a first state, people and warnings of its own.
        now.origin = now
        announce(self._action, now, self._warn)
        return self._runner.batches([now], retries=1)

    def after_lost_response(self, batch: Batch, lost: OutcomeUnknown) -> t.Sequence[Batch]:
        """Read what became of a write without a usable response; returns what was not made and may be sent again.

        If the server may still be processing the call, it is never sent again: it could take effect after the read.
        """
        missing, retries = batch.changes, batch.retries
        while missing:
            waited = self._budget.wait_before_retry(lost, retries, self._budget.clock())
            missing = self._not_made(missing, lost)
            retries += 1
            if not (waited and lost.retryable):
                break
            if not lost.may_still_apply:
                return self._confirmed(batch.resend, missing, lost, retries)
        self._fail_each(missing, lambda change: _unknown(change, lost))
        return ()

    def _confirmed(self, resend: str, missing: list[Change], lost: OutcomeUnknown, retries: int) -> t.Sequence[Batch]:
        """Return what may be sent again; if sending it twice does harm, only after a second read."""
        is_confirmed = resend != NEVER
        if missing and resend == CAREFULLY:
            is_confirmed = self._budget.sleep(SECOND_READ_DELAY)
            missing = self._not_made(missing, lost)
        if is_confirmed:
            return self._runner.batches(missing, retries, lost=True)
        self._fail_each(missing, lambda change: _unknown(change, lost))
        return ()

    def _not_made(self, changes: t.Sequence[Change], cause: TaskError, *, after_write: bool = False) -> list[Change]:
        """Read the targets again; returns fresh changes for those that still need them.

        Args:
            after_write: whether the cause is a call after an accepted write; then what is done has it as a warning.
        """
        missing = []
        found = self._read_again(changes)
        for change in changes:
            now = found[change.target]
            if not isinstance(now, Change):
                # A refused target that can no longer be changed has its own reason.
                is_refused = isinstance(cause, Refused) and not after_write
                error = now.error if is_refused and now.error else _unknown(change, cause, now.error)
                self._outcomes[change.target] = Outcome(change.target, error=error, name=change.name)
            elif now.before == change.after or not now.is_needed:
                self._runner.done(now.origin, now.record, changed=True)
                if after_write:
                    self._warn(f"{change.name}: changed as asked, but a call after that failed: {cause.message}")
            else:
                missing.append(now)
        return missing

    def _read_again(self, changes: t.Sequence[Change]) -> dict[str, Change | Outcome]:
        """Plan again, by target; a target that cannot be read has an outcome with the error."""
        unread: dict[str, Change | Outcome] = {change.target: Outcome(change.target) for change in changes}
        try:
            found = {**unread, **{each.target: each for each in plans(self._action, list(unread))}}
        except TaskError as error:
            return {target: Outcome(target, error=error) for target in unread}
        for change in changes:
            now = found[change.target]
            if isinstance(now, Change):
                now.origin, now.notifies = change.origin, change.notifies
        return found

    def fail(self, changes: t.Sequence[Change], error: TaskError) -> None:
        """Note that changes were not made."""
        if isinstance(error, Refused) and error.is_forbidden:
            self._forbidden += not self._runner.has_permission
        if error.is_fatal:
            self._runner.fatal = error
        self._fail_each(changes, lambda _change: error)

    def _fail_each(self, changes: t.Sequence[Change], error_for: t.Callable[[Change], TaskError]) -> None:
        for change in changes:
            self._outcomes[change.target] = Outcome(change.target, error=error_for(change), name=change.name)

    def _fail_in_part(self, now: Change, error: TaskError) -> None:
        """Report a target that was changed in part, as far as a read shows it."""
        if now.before == now.origin.before:
            self._fail_each([now], lambda each: error if isinstance(error, Refused) else _unknown(each, error))
            return
        self._runner.has_permission = True
        self._outcomes[now.target] = Outcome(
            now.target,
            now.record,
            now.origin.before,
            now.before,
            changed=True,
            error=PartlyDone.because_of(error),
            notifies=now.notifies,
            name=now.name,
        )


def _is_same(now: Change | Outcome, change: Change) -> bool:
    """Return whether a fresh change asks for the write that was refused."""
    return isinstance(now, Change) and now.is_needed and now.body == change.body


def _unknown(change: Change, cause: TaskError, unread: TaskError | None = None) -> OutcomeUnknown:
    """Return the error for a change of which nobody knows whether it was made.

    Args:
        unread: why the target could not be read again; None if it could, and did not show the change.
    """
    because = f": {unread.message}" if unread else "."
    wait = getattr(cause, "may_still_apply", False)
    again = f"{'Wait a few minutes, then run' if wait else 'Run'} the task again: it changes only what is not done yet."
    return OutcomeUnknown(
        f"{cause.message} It is not known whether {change.name} was changed{because}",
        hint=" ".join(filter(None, (cause.hint, change.if_unknown or again))),
        status=cause.status,
        code=cause.code,
        errors=cause.errors,
        request_id=cause.request_id,
    )
