# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the runner does after an error: lost responses, refused batches, conflicts, and changes that were made in part.

After a lost response the targets are read again before anything is decided: what was changed is done, and only what was
not is sent again. If one write of several was accepted, the target counts as changed, whatever became of the others.

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
TOO_LARGE = 413
"""The HTTP status for more than PagerDuty, or a gateway before it, takes in one call."""
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
        # What is too much for one call, of which the user knows nothing, can be sent in smaller ones.
        is_too_large = error.status == TOO_LARGE and len(batch.changes) > 1
        if isinstance(error, Refused) and (is_too_large or not error.is_fatal):
            return self._handle_refusal(batch, error)
        self.fail(batch.changes, error)
        return ()

    def after_partial_effect(self, batch: Batch, error: TaskError) -> t.Sequence[Batch]:
        """Read what an error after an accepted write has left undone; returns what may be sent again."""
        if _may_still_apply(error):
            for now in self._read_until_shown(batch, error, after_write=True):
                self._fail_in_part(now, _unknown(now, error, after_write=True))
            return ()
        missing = self._not_made(batch.changes, error, after_write=True)
        if any(map(_shows_nothing, missing)) and self._budget.sleep(SECOND_READ_DELAY):
            missing = self._not_made(missing, error, after_write=True)
        if missing and self._may_repeat(batch, error):
            return self._runner.batches(missing, batch.retries + 1, lost=True)
        for now in missing:
            if _shows_nothing(now):
                self._fail_each([now], lambda each: error if isinstance(error, Refused) else _unknown(each, error))
            else:
                self._fail_in_part(now, PartlyDone.because_of(error))
        return ()

    def _may_repeat(self, batch: Batch, error: TaskError) -> bool:
        """Wait, and return whether a batch may be sent again after part of it took effect."""
        return (
            batch.resend == FREELY
            and isinstance(error, OutcomeUnknown)
            and error.retryable
            and self._budget.wait_before_retry(error, batch.retries, self._budget.clock())
        )

    def _handle_refusal(self, batch: Batch, error: Refused) -> t.Sequence[Batch]:
        """Find the targets at fault in a refused batch by halving it; returns what has to be sent next.

        A refused batch should have changed nothing. It is read again all the same before any of it is sent again: an
        earlier attempt, whose response was lost, may have changed part of it, and so may somebody else.
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
        """Read what became of a write without a usable response; returns what was not made and may be sent again."""
        if lost.may_still_apply:
            missing = self._read_until_shown(batch, lost)
        else:
            waited = self._budget.wait_before_retry(lost, batch.retries, self._budget.clock())
            missing = self._not_made(batch.changes, lost)
            if waited and lost.retryable:
                return self._confirmed(batch.resend, missing, lost, batch.retries + 1)
        self._fail_each(missing, lambda change: _unknown(change, lost))
        return ()

    def _read_until_shown(self, batch: Batch, lost: OutcomeUnknown, *, after_write: bool = False) -> list[Change]:
        """Read until a write shows that the server may still be processing, or the time is over.

        It is never sent again: it could take effect after any read.

        Returns:
            The changes that do not show.
        """
        missing, retries, waited = batch.changes, batch.retries, True
        while missing and waited:
            waited = self._budget.wait_before_retry(lost, retries, self._budget.clock())
            missing = self._not_made(missing, lost, after_write=after_write)
            retries += 1
        return missing

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
                unknown = _unknown(change, cause, now.error, after_write=after_write)
                error = now.error if is_refused and now.error else unknown
                self._outcomes[change.target] = Outcome(
                    change.target, changed=after_write, error=error, name=change.name
                )
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
        """Report a target of which at least one write was accepted, as far as a read shows it."""
        self._runner.has_permission = True
        self._outcomes[now.target] = Outcome(
            now.target,
            now.record,
            now.origin.before,
            now.before,
            changed=True,
            error=error,
            notifies=now.notifies,
            name=now.name,
        )


def _may_still_apply(error: TaskError) -> t.TypeGuard[OutcomeUnknown]:
    return isinstance(error, OutcomeUnknown) and error.may_still_apply


def _shows_nothing(now: Change) -> bool:
    """Return whether a fresh read shows the target as it was first."""
    return now.before == now.origin.before


def _is_same(now: Change | Outcome, change: Change) -> bool:
    """Return whether a fresh change asks for the write that was refused."""
    return isinstance(now, Change) and now.is_needed and now.body == change.body


def _unknown(
    change: Change, cause: TaskError, unread: TaskError | None = None, *, after_write: bool = False
) -> OutcomeUnknown:
    """Return the error for a change of which nobody knows whether it was made.

    Args:
        unread: why the target could not be read again; None if it could, and did not show the change.
        after_write: whether part of it was made.
    """
    what = f"{change.name} was changed{' in full' if after_write else ''}"
    because = f": {unread.message}" if unread else "."
    again = f"{'Wait a few minutes, then run' if _may_still_apply(cause) else 'Run'} the task again"
    return OutcomeUnknown(
        f"{cause.message} It is not known whether {what}{because}",
        hint=" ".join(
            filter(None, (cause.hint, change.if_unknown or f"{again}: it changes only what is not done yet."))
        ),
        status=cause.status,
        code=cause.code,
        errors=cause.errors,
        request_id=cause.request_id,
    )
