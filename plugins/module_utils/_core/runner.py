# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applies plans: the one place that handles idempotence and lost responses.

If nothing differs, nothing is written. Otherwise the writes are sent, in batches where the server has a bulk call. If
the response to a write is lost, the runner plans again before it decides: a change that was applied is done, and only
one that was not is sent again.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from collections import deque

from .errors import OutcomeUnknown, Refused, TaskError
from .plan import Outcome, Plan, PlanOrOutcome, Record, Write, outcome_of
from .retry import RetryBudget

Replan = t.Callable[[t.Sequence[str]], t.Iterable[PlanOrOutcome]]

SECOND_READ_DELAY = 2.0
"""Seconds between the two reads before a write that must not be applied twice is sent again: a read may be stale."""
MAX_FORBIDDEN = 3
"""After so many targets are refused for lack of permission, and none was done, the others are tried one by one."""


class Batch(t.NamedTuple):
    """Plans that are sent in one call.

    Args:
        retries: how often these plans were sent before.
        lost: whether the response to an earlier attempt was lost.
    """

    write: Write
    plans: list[Plan]
    retries: int = 0
    lost: bool = False

    def split(self, size: int) -> list[Batch]:
        """Return smaller batches of at most so many plans."""
        starts = range(0, len(self.plans), size)
        return [self._replace(plans=self.plans[start : start + size]) for start in starts]


class Runner:
    """Applies plans. Use it for one task.

    Args:
        replan: plans some of the targets again, from fresh reads.
        budget: the time the task may spend on waiting.
    """

    def __init__(self, replan: Replan, budget: RetryBudget) -> None:
        self._replan = replan
        self._budget = budget
        self._outcomes: dict[str, Outcome] = {}
        self._fatal: TaskError | None = None
        self._forbidden = 0
        """How many targets were refused for lack of permission before any was done."""
        self._has_permission = False

    def apply(self, planned: list[PlanOrOutcome]) -> list[Outcome]:
        """Send what is needed. Every target is tried, whatever happens to the others."""
        targets = [entry.target for entry in planned]
        queue = self._batches(planned, retries=0)
        # A plan holds everything that was read of its target: thousands of them must not be kept until the end.
        planned.clear()
        while queue:
            queue.extendleft(reversed(self._send(queue.popleft())))
        return [self._outcomes[target] for target in targets]

    def _batches(self, planned: t.Iterable[PlanOrOutcome], retries: int, *, lost: bool = False) -> deque[Batch]:
        """Return the plans that change something, by the call that sends them; the others are done."""
        by_write: dict[Write, list[Plan]] = {}
        for entry in planned:
            if isinstance(entry, Outcome):
                self._outcomes[entry.target] = entry
            elif not entry.has_changes:
                self._done(entry, entry.record)
            elif entry.write is None:
                raise ValueError(f"the plan for {entry.target} changes something but has no write")
            else:
                by_write.setdefault(entry.write, []).append(entry)
        return deque(
            batch
            for write, plans in by_write.items()
            for batch in Batch(write, plans, retries, lost).split(write.batch_size)
        )

    def _send(self, batch: Batch) -> t.Sequence[Batch]:
        """Send a batch; returns what has to be sent next."""
        if self._fatal:
            self._fail(batch.plans, self._fatal)
            return ()
        try:
            records = batch.write.send(batch.plans)
        except Refused as error:
            return self._handle_refusal(batch, error)
        except OutcomeUnknown as error:
            return self._handle_lost_response(batch, error)
        except TaskError as error:
            self._fail(batch.plans, error)
            return ()
        unlisted = [plan for plan, record in zip(batch.plans, records) if record is None]
        for plan, record in zip(batch.plans, records):
            if record is not None:
                self._done(plan, record, changed=True)
        if unlisted:
            return self._handle_lost_response(Batch(batch.write, unlisted, batch.retries), _unlisted(unlisted))
        return ()

    def _handle_refusal(self, batch: Batch, error: Refused) -> t.Sequence[Batch]:
        """Find the targets at fault in a refused batch by halving it; returns what has to be sent next.

        Part of a refused batch may have been applied, so it is read again before any of it is sent again.
        """
        if batch.lost and len(batch.plans) == 1 and not error.is_fatal and self._is_settled(batch.plans[0], error):
            return ()
        if len(batch.plans) == 1 and error.is_conflict:
            return self._resolve_conflict(batch, error)
        if len(batch.plans) == 1 or error.is_fatal:
            self._fail(batch.plans, error)
        else:
            remaining = self._not_applied(batch.plans, error)
            if remaining and batch.write.harmful_twice and self._budget.sleep(SECOND_READ_DELAY):
                remaining = self._not_applied(remaining, error)
            # If nothing is permitted, every half would be refused as well.
            size = 1 if self._forbidden >= MAX_FORBIDDEN else (len(remaining) + 1) // 2
            smaller = self._batches(remaining, batch.retries, lost=batch.lost)
            return [part for each in smaller for part in each.split(size)]
        return ()

    def _is_settled(self, plan: Plan, error: Refused) -> bool:
        """Return whether nothing is left to do: an attempt without a response may be why the next one is refused."""
        waited = self._budget.sleep(SECOND_READ_DELAY)
        missing = self._not_applied([plan], error)
        if missing and not waited:
            self._fail_each(missing, lambda each: _not_visible(each, OutcomeUnknown.after_write(error)))
        return not (missing and waited)

    def _resolve_conflict(self, batch: Batch, error: Refused) -> t.Sequence[Batch]:
        """Read a target that somebody else has changed in the meantime; returns what is left to do, if anything."""
        (plan,) = batch.plans
        now = self._read_again([plan])[plan.target]
        if _is_same(now, plan) and self._budget.sleep(SECOND_READ_DELAY):
            now = self._read_again([plan])[plan.target]
        if isinstance(now, Plan) and not now.has_changes:
            self._done(now, now.record)
        elif isinstance(now, Plan) and not _is_same(now, plan) and not batch.retries:
            return list(self._batches([now], retries=1))
        else:
            self._fail([plan], error)
        return ()

    def _handle_lost_response(self, batch: Batch, lost: OutcomeUnknown) -> t.Sequence[Batch]:
        """Read what became of a write without a usable response; returns what was not applied and may be sent again.

        If the server may still be processing the call, it is never sent again: it could be applied after the read.
        """
        missing, retries = batch.plans, batch.retries
        while missing:
            waited = self._budget.wait_before_retry(lost, retries, self._budget.clock())
            missing = self._not_applied(missing, lost)
            retries += 1
            if not (waited and lost.retryable):
                break
            if not lost.may_still_apply:
                return self._confirmed(batch.write, missing, lost, retries)
        self._fail_each(missing, lambda plan: _not_visible(plan, lost))
        return ()

    def _confirmed(self, write: Write, missing: list[Plan], lost: OutcomeUnknown, retries: int) -> t.Sequence[Batch]:
        """Return what may be sent again; if applying it twice does harm, only after a second read."""
        if not write.can_be_verified:
            self._fail_each(missing, lambda plan: _not_visible(plan, lost))
            return ()
        if missing and write.harmful_twice:
            waited = self._budget.sleep(SECOND_READ_DELAY)
            missing = self._not_applied(missing, lost)
            if not waited:
                self._fail_each(missing, lambda plan: _not_visible(plan, lost))
                return ()
        return list(self._batches(missing, retries, lost=True))

    def _not_applied(self, plans: t.Sequence[Plan], cause: TaskError) -> list[Plan]:
        """Read the targets again; returns fresh plans for those that still need their change."""
        missing = []
        found = self._read_again(plans)
        for plan in plans:
            now = found[plan.target]
            if not isinstance(now, Plan):
                # A refused target that can no longer be changed has its own reason.
                error = now.error if isinstance(cause, Refused) else _unreadable(plan, cause, now.error)
                self._outcomes[plan.target] = Outcome(plan.target, error=error)
            elif now.before == plan.after or not now.has_changes:
                self._done(plan, now.record, changed=True)
            else:
                missing.append(now)
        return missing

    def _read_again(self, plans: t.Sequence[Plan]) -> dict[str, PlanOrOutcome]:
        """Plan again, by target; a target that cannot be read has an outcome with the error."""
        unread: dict[str, PlanOrOutcome] = {plan.target: Outcome(plan.target) for plan in plans}
        try:
            return {**unread, **{entry.target: entry for entry in self._replan(list(unread))}}
        except TaskError as error:
            return {target: Outcome(target, error=error) for target in unread}

    def _fail(self, plans: t.Sequence[Plan], error: TaskError) -> None:
        if isinstance(error, Refused) and error.is_forbidden:
            self._forbidden += not self._has_permission
        if error.is_fatal:
            self._fatal = error
        self._fail_each(plans, lambda _plan: error)

    def _fail_each(self, plans: t.Sequence[Plan], error_for: t.Callable[[Plan], TaskError]) -> None:
        for plan in plans:
            self._outcomes[plan.target] = Outcome(plan.target, error=error_for(plan))

    def _done(self, plan: Plan, record: Record, *, changed: bool = False) -> None:
        self._has_permission = self._has_permission or changed
        self._outcomes[plan.target] = outcome_of(plan, record, changed=changed)


def _is_same(now: PlanOrOutcome, plan: Plan) -> bool:
    """Return whether a fresh plan asks for the write that was refused."""
    return isinstance(now, Plan) and now.has_changes and now.body == plan.body


def _unlisted(plans: t.Sequence[Plan]) -> OutcomeUnknown:
    return OutcomeUnknown(f"The response does not list {', '.join(plan.target for plan in plans)}.")


def _unreadable(plan: Plan, cause: TaskError, error: TaskError | None) -> TaskError:
    because = f" Reading {plan.target} again failed: {error.message}" if error else ""
    return OutcomeUnknown(
        f"{cause.message} The change may or may not have been applied.{because}",
        hint=plan.if_unknown or f"Check {plan.target}, or run the task again: it reads before it writes.",
        status=cause.status,
        request_id=cause.request_id,
    )


def _not_visible(plan: Plan, lost: OutcomeUnknown) -> TaskError:
    wait = "Wait a few minutes, then run" if lost.may_still_apply else "Run"
    return OutcomeUnknown(
        f"{lost.message} The change is not visible on {plan.target}.",
        hint=plan.if_unknown or f"{wait} the task again: it reads before it writes.",
        status=lost.status,
        request_id=lost.request_id,
    )
