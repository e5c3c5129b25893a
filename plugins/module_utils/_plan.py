# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan, then apply: the one place that knows check mode, idempotence and lost answers.

A module's `plan` only reads, and says for each target what is and what shall be. The runner here does the rest: where
both are equal, or in check mode, nothing is written; otherwise the writes are sent, batched where PagerDuty has a bulk
call. When the answer to a write is lost, the runner plans again before it decides: what has landed is done, and only
what has not is sent again. So no action happens twice, and none needs a rule of its own against it.

Knows neither Ansible nor HTTP. Private to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ._errors import PagerDutyError, Refused, Unanswered

Fields = dict[str, t.Any]
Record = dict[str, t.Any]


@dataclass(frozen=True)
class Write:
    """A kind of write.

    Args:
        send: carries out plans of this kind in one go; returns each one's record as the server answered, in order.
        most: how many plans one call can take.
    """

    send: t.Callable[[t.Sequence[Plan]], t.Sequence[Record]]
    most: int = 1


@dataclass(frozen=True)
class Plan:
    """What one target is and what it shall be.

    Args:
        target: what the user calls it; unique in a task.
        before: the fields that the task manages, as they are.
        after: the same fields, as they shall be; equal to `before` when there is nothing to do.
        record: all that was read of the target.
        expected: what `record` will be afterwards; the result in check mode.
        write: how to get there; plans that share one object are sent together.
        body: what `write` needs to know of this plan.
    """

    target: str
    before: Fields
    after: Fields
    record: Record
    expected: Record
    write: Write | None = None
    body: t.Any = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after


@dataclass(frozen=True)
class Outcome:
    """How it went for one target: a record, or the error that kept it from its plan."""

    target: str
    record: Record | None = None
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)
    changed: bool = False
    error: PagerDutyError | None = None


Planned = t.Union[Plan, Outcome]
"""A plan, or the outcome of a target that could not be planned."""


def reading(target: str, record: Record) -> Plan:
    """The plan of a task that only reads."""
    return Plan(target, {}, {}, record, record)


class Runner:
    """Carries out plans.

    Args:
        planned: the task's plans.
        again: plans anew for some of the targets, by fresh reads.
        pause: waits before another try (error, attempts so far); False when patience has run out.
    """

    def __init__(
        self,
        planned: t.Iterable[Planned],
        again: t.Callable[[list[str]], t.Iterable[Planned]],
        pause: t.Callable[[Unanswered, int], bool],
    ) -> None:
        self._planned = list(planned)
        self._again = again
        self._pause = pause
        self._ended: PagerDutyError | None = None

    def rehearse(self) -> list[Outcome]:
        """What would happen; sends nothing."""
        return [
            _done(entry, entry.expected, changed=entry.changes) if isinstance(entry, Plan) else entry
            for entry in self._planned
        ]

    def apply(self) -> list[Outcome]:
        """Send what is needed; every target is tried, whatever happens to the others."""
        targets = [entry.target for entry in self._planned]
        # What is done is let go, batch by batch: a plan holds all that was read.
        planned, self._planned = iter(self._planned), []
        done = {outcome.target: outcome for outcome in self._carry_out(planned, attempt=0)}
        return [done[target] for target in targets]

    def _carry_out(self, planned: t.Iterable[Planned], attempt: int) -> t.Iterator[Outcome]:
        groups: dict[int, tuple[Write, list[Plan]]] = {}
        for entry in planned:
            if isinstance(entry, Outcome):
                yield entry
            elif not entry.changes:
                yield _done(entry, entry.record)
            elif entry.write is None:
                raise ValueError(f"the plan for {entry.target} changes something but has no write")
            else:
                groups.setdefault(id(entry.write), (entry.write, []))[1].append(entry)
        for write, plans in groups.values():
            while plans:
                batch, plans[: write.most] = plans[: write.most], []
                yield from self._send(write, batch, attempt)

    def _send(self, write: Write, plans: list[Plan], attempt: int) -> t.Iterator[Outcome]:
        if self._ended:
            yield from self._failed(plans, self._ended)
            return
        try:
            records = write.send(plans)
        except Refused as error:
            yield from self._refused(write, plans, error, attempt)
        except Unanswered as error:
            yield from self._look_again(plans, error, attempt)
        except PagerDutyError as error:
            yield from self._failed(plans, error)
        else:
            for plan, record in zip(plans, records):
                yield _done(plan, record, changed=True)

    def _refused(self, write: Write, plans: list[Plan], error: Refused, attempt: int) -> t.Iterator[Outcome]:
        """PagerDuty refuses a batch as a whole: halve it until the ones that cannot be done stand alone."""
        if len(plans) == 1 and error.may_be_so_already:
            yield self._overtaken(plans[0], error)
            return
        if len(plans) == 1 or error.ends_task:
            yield from self._failed(plans, error)
            return
        middle = len(plans) // 2
        yield from self._send(write, plans[:middle], attempt)
        yield from self._send(write, plans[middle:], attempt)

    def _overtaken(self, plan: Plan, error: Refused) -> Outcome:
        """Somebody else was faster: where that has brought about what was asked for, there is nothing left to do."""
        try:
            (now,) = self._again([plan.target])
        except PagerDutyError:
            return Outcome(plan.target, error=error)
        if isinstance(now, Plan) and not now.changes:
            return _done(now, now.record)
        return Outcome(plan.target, error=error)

    def _failed(self, plans: list[Plan], error: PagerDutyError) -> t.Iterator[Outcome]:
        if error.ends_task:
            self._ended = error
        return (Outcome(plan.target, error=error) for plan in plans)

    def _look_again(self, plans: list[Plan], lost: Unanswered, attempt: int) -> t.Iterator[Outcome]:
        """No usable answer: read what became of it, and send again only what has not landed.

        What PagerDuty may still be at is looked for as long as patience lasts, and never sent again: it could land
        after the look, and then happen twice.
        """
        may_repeat = self._pause(lost, attempt) and lost.again
        try:
            found = {entry.target: entry for entry in self._again([plan.target for plan in plans])}
        except PagerDutyError as error:
            found = {plan.target: Outcome(plan.target, error=error) for plan in plans}
        missing = []
        for plan in plans:
            now = found.get(plan.target)
            if not isinstance(now, Plan):
                yield Outcome(plan.target, error=_unknown(plan, lost, now.error if now else None))
            elif now.before == plan.after or not now.changes:
                yield _done(plan, now.record, changed=True)
            elif may_repeat:
                missing.append(now)
            else:
                yield Outcome(plan.target, error=_not_seen(plan, lost))
        if missing and lost.under_way:
            yield from self._look_again(missing, lost, attempt + 1)
        else:
            yield from self._carry_out(missing, attempt + 1)


def _done(plan: Plan, record: Record, *, changed: bool = False) -> Outcome:
    """The outcome of a plan; it does not hold the plan, of which there may be thousands with all that was read."""
    return Outcome(plan.target, record, plan.before, plan.after, changed)


def _unknown(plan: Plan, lost: Unanswered, error: PagerDutyError | None) -> PagerDutyError:
    because = f" Looking afterwards failed too: {error.message}" if error else ""
    return Unanswered(
        f"{lost.message} Whether it was done is not known.{because}",
        hint=f"Look at {plan.target} in PagerDuty, or run the task again: it looks before it writes.",
        status=lost.status,
        request_id=lost.request_id,
    )


def _not_seen(plan: Plan, lost: Unanswered) -> PagerDutyError:
    return Unanswered(
        f"{lost.message} PagerDuty does not show it on {plan.target} so far, and max_wait is used up.",
        hint="Wait until PagerDuty has surely ended the call, then run the task again: it looks before it writes."
        if lost.under_way
        else "Run the task again: it looks before it writes.",
        status=lost.status,
        request_id=lost.request_id,
    )
