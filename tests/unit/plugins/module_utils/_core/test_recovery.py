# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After an error: nothing is sent twice, and every target and every effect is reported."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import (
    CAREFULLY,
    FREELY,
    NEVER,
    Change,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TaskError,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import SET
from ansible_collections.oncall.pagerduty.tests.unit.lamps import (
    CONFLICT,
    FORBIDDEN,
    SECRETARY,
    TIMED_OUT,
    Lamps,
    Script,
    Sockets,
    apply,
)
from hypothesis import given
from hypothesis import strategies as st


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


def test_a_batch_that_is_too_large_for_one_call_is_sent_in_smaller_ones() -> None:
    lamps = Lamps(off="abcd", batch_size=4)
    lamps.faults = [(False, Refused("too large", status=413, is_fatal=True))]
    assert all(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"]]


def test_what_is_too_large_by_itself_ends_the_task() -> None:
    lamps = Lamps(off="abcd", batch_size=2)
    lamps.faults = [(False, Refused("too large", status=413, is_fatal=True))] * 2
    assert not any(outcome.changed for outcome in apply(lamps).values())
    assert lamps.writes == [["a", "b"], ["a"]]


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


@pytest.mark.parametrize("error", [Refused("Access Denied", status=403), TIMED_OUT], ids=["refused", "timed out"])
def test_a_target_that_cannot_be_read_after_an_accepted_write_was_changed_and_the_rest_is_unknown(
    error: TaskError,
) -> None:
    sockets = Sockets(error)
    sockets.read_error = Refused("gone", status=404)
    outcome = Script().run(sockets)["a"]
    assert outcome.error is not None
    assert (outcome.changed, outcome.error.outcome) == (True, "unknown")
    assert "It is not known whether Lamp a was changed in full: gone" in outcome.error.message


PLUGGED = {"plugged": True, "on": False}


@pytest.mark.parametrize(
    ("visible_after", "lands_after", "max_wait", "expected", "after"),
    [
        (0, 0, 100, None, {"plugged": True, "on": True}),
        (0, 4, 100, None, {"plugged": True, "on": True}),
        (None, 4, 0, "unknown", {"plugged": False, "on": False}),
        (0, 4, 1, "unknown", PLUGGED),
        (0, None, 100, "unknown", PLUGGED),
        (2, None, 100, "unknown", PLUGGED),
        (None, None, 100, "unknown", {"plugged": False, "on": False}),
    ],
)
@pytest.mark.parametrize("resend", [FREELY, CAREFULLY, NEVER])
def test_a_write_that_may_still_apply_after_an_accepted_one_is_read_until_it_shows_and_never_sent_again(
    visible_after: int | None,
    lands_after: int | None,
    max_wait: float,
    expected: str | None,
    after: dict[str, bool],
    resend: str,
) -> None:
    sockets, script = Sockets(TIMED_OUT, resend=resend, visible_after=visible_after), Script(max_wait, retries=99)
    sockets.lands_after = lands_after
    outcome = script.run(sockets)["a"]
    assert sockets.writes == ["plug", "switch"]
    assert (outcome.changed, outcome.after) == (True, after)
    assert (outcome.error and outcome.error.outcome) == expected
    if outcome.error:
        assert sum(script.slept) <= max_wait
        assert outcome.error.message.endswith("It is not known whether Lamp a was changed in full.")
        assert outcome.error.hint.startswith("Wait a few minutes, then run the task again")


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
