# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner: writes only what is needed, never twice, and reports every target."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, OutcomeUnknown, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Outcome, Plan, PlanOrOutcome, Write
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.runner import Runner
from hypothesis import given
from hypothesis import strategies as st

Fault = t.Optional[tuple[bool, Exception]]  # noqa: UP045 - ansible-test's pylint takes `|` for an operator
TIMED_OUT = OutcomeUnknown("timed out after 30 s", may_still_apply=True)
CONFLICT = Refused("Incident Already Resolved", status=400, code=1001, is_conflict=True)
FORBIDDEN = Refused("Access Denied", status=403, is_forbidden=True)


class Lamps:
    """A server with lamps that can be switched on, by name.

    Args:
        on: names of the lamps that are on.
        off: names of the lamps that are off.
        batch_size: how many lamps one write can switch on.
        harmful_twice: whether switching a lamp on notifies people.
        can_be_verified: whether a lamp that looks off is certainly off.
    """

    def __init__(
        self,
        on: t.Iterable[str] = (),
        off: t.Iterable[str] = (),
        *,
        batch_size: int = 1,
        harmful_twice: bool = False,
        can_be_verified: bool = True,
    ) -> None:
        self.lamps = dict.fromkeys(on, True) | dict.fromkeys(off, False)
        self.writes: list[list[str]] = []
        self.effects: list[str] = []
        self.reads = 0
        self.faults: list[Fault] = []
        """For each write to come: whether it takes effect and what the client gets, or None for a normal response."""
        self.refused: dict[str, Exception] = {}
        """Lamps that cannot be switched on, with the error."""
        self.unlisted: set[str] = set()
        """Lamps that the next response leaves out."""
        self.unreadable = False
        self.on_read: t.Callable[[int], None] = lambda _reads: None
        self.if_unknown = ""
        self._write = {"batch_size": batch_size, "harmful_twice": harmful_twice, "can_be_verified": can_be_verified}

    def plan(self, targets: t.Iterable[str]) -> list[PlanOrOutcome]:
        self.reads += 1
        self.on_read(self.reads)
        if self.unreadable:
            raise NotSent("cannot connect")
        write = Write(self._switch_on, **self._write)  # type: ignore[arg-type]
        return [
            Plan(
                name,
                {"on": self.lamps[name]},
                {"on": True},
                {"on": self.lamps[name]},
                {"on": True},
                write,
                if_unknown=self.if_unknown,
            )
            for name in targets
        ]

    def _switch_on(self, plans: t.Sequence[Plan]) -> list[dict[str, t.Any] | None]:
        names = [plan.target for plan in plans]
        self.writes.append(names)
        for name in names:
            if name in self.refused:
                raise self.refused[name]
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault[0]:
            self.effects += names
            self.lamps.update(dict.fromkeys(names, True))
        if fault is not None:
            raise fault[1]
        unlisted, self.unlisted = self.unlisted, set()
        return [None if name in unlisted else {"on": self.lamps[name]} for name in names]


def apply(lamps: Lamps, *, retries: int = 5, max_wait: float = 1e9) -> dict[str, Outcome]:
    """Run a task on all lamps without really waiting; returns the outcomes by lamp."""
    waits = iter(range(retries))
    budget = RetryBudget(max_wait, print, print, clock=lambda: 0.0, sleep=lambda _seconds: None)
    planned = lamps.plan(lamps.lamps)
    runner = Runner(lamps.plan, budget)
    original = budget.wait_before_retry
    budget.wait_before_retry = (  # type: ignore[method-assign]
        lambda error, retried, started: next(waits, None) is not None and original(error, retried, started)
    )
    return {outcome.target: outcome for outcome in runner.apply(planned)}


def test_a_target_that_needs_no_change_is_not_written() -> None:
    lamps = Lamps(on=["a"])
    assert (apply(lamps)["a"].changed, lamps.writes) == (False, [])


def test_plans_that_share_a_write_are_sent_in_batches() -> None:
    lamps = Lamps(off="abcde", batch_size=2)
    apply(lamps)
    assert lamps.writes == [["a", "b"], ["c", "d"], ["e"]]


def test_outcomes_keep_the_order_of_the_plans() -> None:
    assert list(apply(Lamps(on="bd", off="ac", batch_size=9))) == ["b", "d", "a", "c"]


def test_a_lost_response_of_an_applied_write_is_not_sent_again() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(True, OutcomeUnknown("lost"))]
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error, lamps.effects) == (True, None, ["a"])


def test_a_lost_write_is_sent_again_after_one_read() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error, lamps.effects, len(lamps.writes)) == (True, None, ["a"], 2)
    assert lamps.reads == 2


def test_a_lost_write_that_harmful_twice_is_sent_again_only_after_two_reads() -> None:
    lamps = Lamps(off=["a"], harmful_twice=True)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    apply(lamps)
    assert (lamps.reads, len(lamps.writes)) == (3, 2)


def test_a_page_that_only_the_second_read_shows_is_not_sent_again() -> None:
    lamps = Lamps(off=["a"], harmful_twice=True)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    lamps.on_read = lambda reads: lamps.lamps.update(a=reads >= 3)
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error, len(lamps.writes)) == (True, None, 1)


def test_without_time_for_a_second_read_a_page_is_not_sent_again() -> None:
    lamps = Lamps(off=["a"], harmful_twice=True)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    outcome = apply(lamps, max_wait=1)["a"]
    assert outcome.error is not None
    assert len(lamps.writes) == 1


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_write_that_no_read_can_verify_is_never_sent_again(applied: bool) -> None:
    lamps = Lamps(off=["a"], can_be_verified=False)
    lamps.faults = [(applied, OutcomeUnknown("lost"))]
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error is None, len(lamps.writes)) == (applied, applied, 1)


@pytest.mark.parametrize("unreadable", [True, False])
def test_a_plan_says_what_to_do_if_its_outcome_is_unknown(unreadable: bool) -> None:
    lamps = Lamps(off=["a"])
    lamps.if_unknown = "Look at the lamp."
    lamps.faults = [(False, TIMED_OUT)]
    lamps.on_read = lambda reads: setattr(lamps, "unreadable", unreadable and reads >= 2)
    error = apply(lamps)["a"].error
    assert error is not None
    assert error.hint == "Look at the lamp."


def test_only_the_part_of_a_lost_batch_that_was_not_applied_is_sent_again() -> None:
    lamps = Lamps(off="ab", batch_size=2)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    lamps.on_read = lambda reads: lamps.lamps.update(a=reads >= 2)
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b"], ["b"]]


def test_a_target_that_the_response_leaves_out_is_read_before_it_is_sent_again() -> None:
    lamps = Lamps(off="ab", batch_size=2)
    lamps.unlisted = {"b"}
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert (lamps.writes, lamps.reads) == ([["a", "b"]], 2)


def test_when_max_wait_is_used_up_it_reads_once_more_and_reports_what_it_saw() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    outcome = apply(lamps, retries=0)["a"]
    assert outcome.error is not None
    assert (outcome.changed, outcome.error.outcome, len(lamps.writes)) == (False, "unknown", 1)


def test_a_write_that_cannot_be_read_back_has_an_unknown_outcome() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(True, OutcomeUnknown("lost"))]
    lamps.on_read = lambda reads: setattr(lamps, "unreadable", reads >= 2)
    error = apply(lamps)["a"].error
    assert error is not None
    assert error.outcome == "unknown"
    assert "cannot connect" in error.message


def test_a_response_that_no_retry_can_improve_is_not_retried() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, OutcomeUnknown("an HTML page", retryable=False))]
    assert apply(lamps)["a"].error is not None
    assert len(lamps.writes) == 1


def test_a_write_that_may_still_apply_is_read_until_it_shows() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, TIMED_OUT)]
    lamps.on_read = lambda reads: lamps.lamps.update(a=reads >= 4)
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error, len(lamps.writes)) == (True, None, 1)


def test_a_write_that_may_still_apply_is_never_sent_again() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, TIMED_OUT)]
    error = apply(lamps)["a"].error
    assert error is not None
    assert (error.outcome, len(lamps.writes)) == ("unknown", 1)
    assert "wait a few minutes" in error.hint.lower()


@pytest.mark.parametrize("landed", [True, False])
def test_a_refusal_after_a_lost_response_may_be_its_consequence(landed: bool) -> None:
    """The first read after the loss is stale; the attempt that follows is refused because the first one landed."""
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, OutcomeUnknown("connection closed")), (False, Refused("a is on already", status=400))]

    def show_late(reads: int) -> None:
        if landed and reads == 3:
            lamps.lamps["a"] = True

    lamps.on_read = show_late
    outcome = apply(lamps)["a"]
    assert len(lamps.writes) == 2
    assert outcome.changed is landed
    assert (outcome.error is None) is landed
    assert landed or isinstance(outcome.error, Refused)


def test_a_refusal_after_a_lost_response_is_unknown_without_time_to_read_again() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, OutcomeUnknown("connection closed")), (False, Refused("a is on already", status=400))]
    outcome = apply(lamps, max_wait=1.5)["a"]
    assert isinstance(outcome.error, OutcomeUnknown)


def test_a_refused_target_does_not_stop_the_rest_of_its_batch() -> None:
    lamps = Lamps(off="abcdefgh", batch_size=8)
    lamps.refused = {"f": Refused("stuck", status=400)}
    outcomes = apply(lamps)
    assert [name for name, outcome in outcomes.items() if outcome.error] == ["f"]
    assert sorted(lamps.effects) == list("abcdegh")


def test_a_refused_batch_is_read_before_any_part_of_it_is_sent_again() -> None:
    """Part of it may have been applied, and must not be applied twice."""
    lamps = Lamps(off="abcd", batch_size=4, harmful_twice=True)
    lamps.faults = [(False, Refused("one of them is stuck", status=400))]
    lamps.on_read = lambda reads: lamps.lamps.update(dict.fromkeys("ab", True)) if reads == 2 else None
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b", "c", "d"], ["c"], ["d"]]


def test_a_part_of_a_refused_batch_that_only_the_second_read_shows_is_not_sent_again() -> None:
    lamps = Lamps(off="abcd", batch_size=4, harmful_twice=True)
    lamps.faults = [(False, Refused("one of them is stuck", status=400))]
    lamps.on_read = lambda reads: lamps.lamps.update(dict.fromkeys("ab", True)) if reads == 3 else None
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b", "c", "d"], ["c"], ["d"]]


def test_without_time_for_a_second_read_the_others_of_a_refused_batch_are_still_done() -> None:
    lamps = Lamps(off="abcd", batch_size=4, harmful_twice=True)
    lamps.refused = {"b": FORBIDDEN}
    outcomes = apply(lamps, max_wait=0)
    assert [name for name, outcome in outcomes.items() if outcome.error] == ["b"]


def test_a_forbidden_target_does_not_stop_the_others() -> None:
    lamps = Lamps(off="abcdefgh", batch_size=8)
    lamps.refused = {"c": FORBIDDEN}
    outcomes = apply(lamps)
    assert [name for name, outcome in outcomes.items() if outcome.error] == ["c"]


def test_however_many_targets_are_forbidden_the_others_are_done() -> None:
    lamps = Lamps(off="abcdefgh", batch_size=8)
    lamps.refused = dict.fromkeys("abcdefg", FORBIDDEN)
    outcomes = apply(lamps)
    assert [name for name, outcome in outcomes.items() if not outcome.error] == ["h"]
    assert lamps.effects == ["h"]


def test_after_some_forbidden_targets_and_no_success_the_others_are_tried_one_by_one() -> None:
    lamps = Lamps(off="abcdefghijklmnop", batch_size=16)
    lamps.refused = dict.fromkeys(lamps.lamps, FORBIDDEN)
    assert [outcome.error for outcome in apply(lamps).values()] == [FORBIDDEN] * 16
    sizes = [len(names) for names in lamps.writes]
    assert sizes == [16, 8, 4, 2, 1, 1, 2, 1, 1, 4, 1, 1, 1, 1, 8, 1, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(Refused("bad token", status=401, is_fatal=True), id="bad token"),
        pytest.param(NotSent("cannot connect"), id="unreachable"),
    ],
)
def test_a_fatal_error_is_met_once(error: Exception) -> None:
    lamps = Lamps(off="abc")
    lamps.faults = [(False, error)]
    assert [outcome.error for outcome in apply(lamps).values()] == [error] * 3
    assert len(lamps.writes) == 1


def test_a_change_that_somebody_else_made_first_is_neither_a_failure_nor_a_change() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, CONFLICT)]
    lamps.on_read = lambda reads: lamps.lamps.update(a=reads >= 2)
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error, outcome.record) == (False, None, {"on": True})


def test_a_conflict_that_a_read_does_not_confirm_is_a_failure() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, CONFLICT)]
    assert apply(lamps)["a"].error is CONFLICT


def test_a_conflict_that_only_the_second_read_explains_is_no_failure() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, CONFLICT)]
    lamps.on_read = lambda reads: lamps.lamps.update(a=reads >= 3)
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error) == (False, None)


def test_after_a_conflict_another_change_is_made_once() -> None:
    """Somebody else has made a part of the change, or put the target into a state that needs another one."""
    refused, writes = [CONFLICT, CONFLICT], []

    def send(plans: t.Sequence[Plan]) -> list[dict[str, t.Any] | None]:
        writes.extend(plan.body for plan in plans)
        raise refused.pop()

    def plan(body: str) -> list[PlanOrOutcome]:
        return [Plan("a", {"on": False}, {"on": True}, {}, {}, Write(send), body)]

    runner = Runner(lambda _targets: plan("the rest"), RetryBudget(0, print, print))
    (outcome,) = runner.apply(plan("all"))
    assert (outcome.error, writes) == (CONFLICT, ["all", "the rest"])


def test_another_refusal_costs_no_read() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, Refused("no such lamp", status=404))]
    assert apply(lamps)["a"].error is not None
    assert lamps.reads == 1


def test_a_target_that_could_not_be_planned_keeps_its_error() -> None:
    error = Refused("no such lamp", status=404)
    (outcome,) = Runner(lambda _targets: [], RetryBudget(0, print, print)).apply([Outcome("x", error=error)])
    assert outcome.error is error


def test_a_change_without_a_write_is_a_programming_error() -> None:
    plan = Plan("a", {"on": False}, {"on": True}, {}, {})
    with pytest.raises(ValueError, match="has no write"):
        Runner(lambda _targets: [], RetryBudget(0, print, print)).apply([plan])


@given(
    lamps=st.dictionaries(st.sampled_from("abcdefgh"), st.booleans(), min_size=1),
    faults=st.lists(st.sampled_from(["none", "lost before", "lost after"]), max_size=6),
    batch_size=st.integers(1, 4),
    harmful_twice=st.booleans(),
)
def test_whatever_is_lost_each_change_is_applied_once(
    lamps: dict[str, bool], faults: list[str], batch_size: int, harmful_twice: bool
) -> None:
    names = {state: [name for name in lamps if lamps[name] is state] for state in (True, False)}
    server = Lamps(on=names[True], off=names[False], batch_size=batch_size, harmful_twice=harmful_twice)
    server.faults = [None if fault == "none" else (fault == "lost after", OutcomeUnknown(fault)) for fault in faults]
    outcomes = apply(server, retries=99)
    assert sorted(server.effects) == sorted(names[False])
    assert {name for name, outcome in outcomes.items() if outcome.changed} == set(names[False])
    assert not any(outcome.error for outcome in outcomes.values())
