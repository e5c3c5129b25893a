# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner: sends only what is needed, never twice, and reports every target and every effect."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import Action
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import (
    CAREFULLY,
    FREELY,
    NEVER,
    Change,
    Notification,
    Outcome,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TaskError,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.runner import Runner, Task
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import SET
from hypothesis import given
from hypothesis import strategies as st

Fault = t.Optional[tuple[bool, Exception]]  # noqa: UP045 - ansible-test's pylint takes `|` for an operator
Lamp = dict[str, t.Any]
TIMED_OUT = OutcomeUnknown("timed out after 30 s", may_still_apply=True)
CONFLICT = Refused("Incident Already Resolved", status=400, code=1001, is_conflict=True)
FORBIDDEN = Refused("Access Denied", status=403, is_forbidden=True)
SECRETARY = Notification({"id": "PU1", "type": "user_reference", "summary": "Ana"}, "afraid of the dark")


class Lamps(Action[None]):
    """A server with lamps that can be switched on, by name, and the task to do so.

    Args:
        on: names of the lamps that are on.
        off: names of the lamps that are off.
        batch_size: how many lamps one write can switch on.
        resend: whether switching a lamp on twice does harm, and whether a lamp that looks off certainly is.
    """

    noun = "lamp"

    def __init__(
        self, on: t.Iterable[str] = (), off: t.Iterable[str] = (), *, batch_size: int = 1, resend: str = FREELY
    ) -> None:
        super().__init__(None, {})
        self.lamps = dict.fromkeys(on, True) | dict.fromkeys(off, False)
        self.targets = list(self.lamps)
        self.batch_size = batch_size
        self.resend = resend
        self.writes: list[list[str]] = []
        self.effects: list[str] = []
        self.accepted = 0
        self.asked: list[str] = []
        self.reads = 0
        self.faults: list[Fault] = []
        """For each write to come: whether it takes effect and what the client gets, or None for a normal response."""
        self.refused: dict[str, Exception] = {}
        """Lamps that cannot be switched on, with the error."""
        self.unlisted: set[str] = set()
        """Lamps that the next response leaves out."""
        self.broken: dict[str, TaskError] = {}
        """Lamps that cannot be read, with the error."""
        self.unreadable = False
        self.on_read: t.Callable[[int], None] = lambda _reads: None
        self.if_unknown = ""
        self.warnings: list[str] = []

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, bool | TaskError]]:
        self.reads += 1
        self.on_read(self.reads)
        if self.unreadable:
            raise NotSent("cannot connect")
        for name in targets:
            if name in self.broken or name in self.lamps:
                yield name, self.broken.get(name) or self.lamps[name]

    def plan(self, target: str, state: bool) -> Change:
        return Change(
            target=target,
            name=f"Lamp {target}",
            before={"on": state},
            after={"on": True},
            says="on already" if state else [SET("on")],
            record={"on": state},
            predicted={"on": True},
            resend=self.resend,
            if_unknown=self.if_unknown,
            warnings=[f"{target} is hot"],
        )

    def people(self, change: Change) -> list[Notification]:
        self.asked.append(change.target)
        return [SECRETARY]

    def send(self, changes: t.Sequence[Change]) -> list[Lamp | None]:
        names = [change.target for change in changes]
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
        self.accepted += 1
        unlisted, self.unlisted = self.unlisted, set()
        return [None if name in unlisted else {"on": self.lamps[name]} for name in names]


class Sockets(Action[None]):
    """A task that takes two writes: it plugs a lamp in, then switches it on.

    Args:
        error: what the second write meets.
        resend: as of a change.
        is_visible: whether a read shows the plug from now on, from the next read on (1), and so on; None for never.
    """

    noun = "lamp"

    def __init__(self, error: Exception, *, resend: str = CAREFULLY, visible_after: int | None = 0) -> None:
        super().__init__(None, {})
        self.targets = ["a"]
        self.error: Exception | None = error
        self.resend = resend
        self.visible_after = visible_after
        self.is_plugged = False
        self.is_on = False
        self.accepted = 0
        self.writes: list[str] = []
        self.reads_after_write = -1
        self.on_error: t.Callable[[], None] = lambda: None
        self.read_error: TaskError | None = None

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, Lamp | TaskError]]:
        if self.writes:
            self.reads_after_write += 1
        is_shown = self.visible_after is not None and self.reads_after_write >= self.visible_after
        state = {"plugged": self.is_plugged and is_shown, "on": self.is_on}
        yield "a", (self.read_error if self.writes and self.read_error else state)

    def plan(self, target: str, state: Lamp) -> Change:
        return Change(
            target=target,
            name="Lamp a",
            before=state,
            after={"plugged": True, "on": True},
            says="on already" if all(state.values()) else [SET("on")],
            record=state,
            resend=self.resend,
        )

    def people(self, change: Change) -> list[Notification]:
        return [SECRETARY]

    def send_one(self, change: Change) -> Lamp:
        if not change.before["plugged"]:
            self.writes.append("plug")
            self.is_plugged = True
            self.accepted += 1
        self.writes.append("switch")
        error, self.error = self.error, None
        if error:
            self.on_error()
            raise error
        self.is_on = True
        self.accepted += 1
        return {"plugged": True, "on": True}


class Script:
    """What a task has: a budget that never really waits, and a list of warnings."""

    def __init__(self, max_wait: float = 1e9, retries: int = 5) -> None:
        self.warnings: list[str] = []
        self.slept: list[float] = []
        waits = iter(range(retries))
        self.budget = RetryBudget(max_wait, print, print, clock=lambda: 0.0, sleep=self.slept.append)
        original = self.budget.wait_before_retry
        self.budget.wait_before_retry = (  # type: ignore[method-assign]
            lambda error, retried, started: next(waits, None) is not None and original(error, retried, started)
        )

    def run(self, action: Lamps | Sockets) -> dict[str, Outcome]:
        """Run a task; returns the outcomes by target."""
        task = Task(self.budget, self.warnings.append, lambda: action.accepted)
        return {outcome.target: outcome for outcome in Runner(action, task).apply()}


def apply(lamps: Lamps, *, retries: int = 5, max_wait: float = 1e9) -> dict[str, Outcome]:
    """Run a task on all lamps without really waiting; returns the outcomes by lamp."""
    return Script(max_wait, retries).run(lamps)


def test_a_target_that_needs_no_change_is_not_written() -> None:
    lamps = Lamps(on=["a"])
    assert (apply(lamps)["a"].changed, lamps.writes) == (False, [])


def test_changes_are_sent_in_batches() -> None:
    lamps = Lamps(off="abcde", batch_size=2)
    apply(lamps)
    assert lamps.writes == [["a", "b"], ["c", "d"], ["e"]]


def test_outcomes_keep_the_order_of_the_targets() -> None:
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


def test_a_lost_write_that_does_harm_twice_is_sent_again_only_after_two_reads() -> None:
    lamps = Lamps(off=["a"], resend=CAREFULLY)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    apply(lamps)
    assert (lamps.reads, len(lamps.writes)) == (3, 2)


def test_a_page_that_only_the_second_read_shows_is_not_sent_again() -> None:
    lamps = Lamps(off=["a"], resend=CAREFULLY)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    lamps.on_read = lambda reads: lamps.lamps.update(a=reads >= 3)
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error, len(lamps.writes)) == (True, None, 1)


def test_without_time_for_a_second_read_a_page_is_not_sent_again() -> None:
    lamps = Lamps(off=["a"], resend=CAREFULLY)
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    outcome = apply(lamps, max_wait=1)["a"]
    assert outcome.error is not None
    assert len(lamps.writes) == 1


@pytest.mark.parametrize("applied", [True, False])
def test_a_lost_write_that_no_read_can_verify_is_never_sent_again(applied: bool) -> None:
    lamps = Lamps(off=["a"], resend=NEVER)
    lamps.faults = [(applied, OutcomeUnknown("lost"))]
    outcome = apply(lamps)["a"]
    assert (outcome.changed, outcome.error is None, len(lamps.writes)) == (applied, applied, 1)


@pytest.mark.parametrize("unreadable", [True, False])
def test_a_change_says_what_to_do_if_its_outcome_is_unknown(unreadable: bool) -> None:
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
    lamps = Lamps(off="abcd", batch_size=4, resend=CAREFULLY)
    lamps.faults = [(False, Refused("one of them is stuck", status=400))]
    lamps.on_read = lambda reads: lamps.lamps.update(dict.fromkeys("ab", True)) if reads == 2 else None
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b", "c", "d"], ["c"], ["d"]]


def test_a_part_of_a_refused_batch_that_only_the_second_read_shows_is_not_sent_again() -> None:
    lamps = Lamps(off="abcd", batch_size=4, resend=CAREFULLY)
    lamps.faults = [(False, Refused("one of them is stuck", status=400))]
    lamps.on_read = lambda reads: lamps.lamps.update(dict.fromkeys("ab", True)) if reads == 3 else None
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b", "c", "d"], ["c"], ["d"]]


def test_without_time_for_a_second_read_the_others_of_a_refused_batch_are_still_done() -> None:
    lamps = Lamps(off="abcd", batch_size=4, resend=CAREFULLY)
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

    class Counting(Lamps):
        def plan(self, target: str, state: bool) -> Change:
            change = super().plan(target, state)
            change.body = min(self.reads, 2)
            return change

    lamps = Counting(off=["a"])
    lamps.refused = {"a": CONFLICT}
    assert apply(lamps)["a"].error is CONFLICT
    assert len(lamps.writes) == 2


def test_what_is_left_after_somebody_elses_change_has_its_own_first_state_people_and_warnings() -> None:
    class Dimmed(Lamps):
        def plan(self, target: str, state: bool) -> Change:
            change = super().plan(target, state)
            if self.reads > 1:
                change.before, change.body, change.warnings = {"on": "dimmed"}, "brighter", ["a is warm"]
            return change

    lamps, script = Dimmed(off=["a"]), Script()
    lamps.faults = [(False, CONFLICT)]
    outcome = script.run(lamps)["a"]
    assert (outcome.changed, outcome.before, outcome.notifies) == (True, {"on": "dimmed"}, [SECRETARY])
    assert (lamps.asked, script.warnings) == (["a", "a"], ["a is hot", "a is warm"])


def test_another_refusal_costs_no_read() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, Refused("no such lamp", status=404))]
    assert apply(lamps)["a"].error is not None
    assert lamps.reads == 1


def test_a_target_that_cannot_be_read_keeps_its_error() -> None:
    lamps = Lamps(off="ab")
    lamps.broken = {"a": Refused("no such lamp", status=404)}
    outcomes = apply(lamps)
    assert outcomes["a"].error is lamps.broken["a"]
    assert outcomes["b"].changed


def test_a_target_that_is_gone_after_a_refused_batch_is_not_taken_for_done() -> None:
    lamps = Lamps(off="ab", batch_size=2)
    lamps.faults = [(False, Refused("one of them is stuck", status=400))]
    lamps.on_read = lambda reads: lamps.lamps.pop("a", None) if reads == 2 else None  # type: ignore[func-returns-value]
    error = apply(lamps)["a"].error
    assert error is not None
    assert error.outcome == "unknown"


def test_who_is_notified_is_asked_once_and_only_for_what_is_needed() -> None:
    lamps = Lamps(on=["a"], off=["b"])
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    outcomes = apply(lamps)
    assert lamps.asked == ["b"]
    assert (outcomes["a"].notifies, outcomes["b"].notifies) == ((), [SECRETARY])


def test_warnings_of_a_change_are_given_once() -> None:
    lamps, script = Lamps(off=["a"]), Script()
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    script.run(lamps)
    assert script.warnings == ["a is hot"]


def test_a_change_that_was_planned_again_is_told_from_its_first_state() -> None:
    lamps = Lamps(off=["a"])
    lamps.faults = [(False, OutcomeUnknown("lost"))]
    outcome = apply(lamps)["a"]
    assert (outcome.before, outcome.after, outcome.says) == ({"on": False}, {"on": True}, [SET("on")])


def test_an_error_after_an_accepted_write_is_done_in_part_if_a_read_shows_it() -> None:
    sockets = Sockets(Refused("Access Denied", status=403, code=2010, request_id="r1"))
    outcome = Script().run(sockets)["a"]
    assert outcome.changed
    assert outcome.error is not None
    assert outcome.error.as_result() == {
        "message": "Access Denied",
        "hint": "",
        "outcome": "partly_done",
        "status": 403,
        "code": 2010,
        "errors": [],
        "request_id": "r1",
    }
    assert (outcome.before, outcome.after) == ({"plugged": False, "on": False}, {"plugged": True, "on": False})
    assert (outcome.name, outcome.notifies) == ("Lamp a", [SECRETARY])


def test_an_error_after_an_accepted_write_is_a_warning_if_nothing_is_left_to_do() -> None:
    sockets, script = Sockets(OutcomeUnknown("GET /lamps/a: timed out after 30 s.", may_still_apply=True)), Script()
    sockets.on_error = lambda: setattr(sockets, "is_on", True)
    outcome = script.run(sockets)["a"]
    assert (outcome.changed, outcome.error, sockets.writes) == (True, None, ["plug", "switch"])
    (warning,) = script.warnings
    assert warning.startswith("Lamp a: changed as asked, but a call after that failed: GET /lamps/a")


@pytest.mark.parametrize(("visible_after", "parts"), [(0, True), (1, True), (None, False)])
def test_a_read_that_shows_no_part_may_be_stale_and_is_repeated_once(visible_after: int | None, parts: bool) -> None:
    sockets, script = Sockets(Refused("Access Denied", status=403), visible_after=visible_after), Script()
    outcome = script.run(sockets)["a"]
    assert (outcome.changed, outcome.error is None) == (parts, False)
    assert script.slept == ([] if visible_after == 0 else [2.0])


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(Refused("no"), "not_done"), (OutcomeUnknown("lost"), "unknown"), (NotSent("cannot connect"), "unknown")],
    ids=["refused", "lost", "not sent"],
)
def test_an_accepted_write_that_no_read_shows_is_denied_only_if_pagerduty_does(error: TaskError, outcome: str) -> None:
    found = Script().run(Sockets(error, visible_after=None))["a"]
    assert found.error is not None
    assert (found.changed, found.error.outcome) == (False, outcome)


def test_an_accepted_write_that_cannot_be_read_back_has_an_unknown_outcome() -> None:
    sockets = Sockets(Refused("Access Denied", status=403))
    sockets.read_error = Refused("gone", status=404)
    outcome = Script().run(sockets)["a"]
    assert outcome.error is not None
    assert (outcome.changed, outcome.error.outcome) == (False, "unknown")
    assert "gone" in outcome.error.message


@pytest.mark.parametrize(
    ("resend", "error", "writes"),
    [
        (FREELY, OutcomeUnknown("lost"), ["plug", "switch", "switch"]),
        (CAREFULLY, OutcomeUnknown("lost"), ["plug", "switch"]),
        (NEVER, OutcomeUnknown("lost"), ["plug", "switch"]),
        (FREELY, TIMED_OUT, ["plug", "switch"]),
        (FREELY, OutcomeUnknown("an HTML page", retryable=False), ["plug", "switch"]),
        (FREELY, Refused("no"), ["plug", "switch"]),
    ],
    ids=str,
)
def test_after_an_accepted_write_only_what_may_be_repeated_freely_is_sent_again(
    resend: str, error: TaskError, writes: list[str]
) -> None:
    sockets = Sockets(error, resend=resend)
    Script().run(sockets)
    assert sockets.writes == writes


@given(
    lamps=st.dictionaries(st.sampled_from("abcdefgh"), st.booleans(), min_size=1),
    faults=st.lists(st.sampled_from(["none", "lost before", "lost after"]), max_size=6),
    batch_size=st.integers(1, 4),
    resend=st.sampled_from([FREELY, CAREFULLY]),
)
def test_whatever_is_lost_each_change_is_applied_once(
    lamps: dict[str, bool], faults: list[str], batch_size: int, resend: str
) -> None:
    names = {state: [name for name in lamps if lamps[name] is state] for state in (True, False)}
    server = Lamps(on=names[True], off=names[False], batch_size=batch_size, resend=resend)
    server.faults = [None if fault == "none" else (fault == "lost after", OutcomeUnknown(fault)) for fault in faults]
    outcomes = apply(server, retries=99)
    assert sorted(server.effects) == sorted(names[False])
    assert {name for name, outcome in outcomes.items() if outcome.changed} == set(names[False])
    assert not any(outcome.error for outcome in outcomes.values())
