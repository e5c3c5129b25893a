# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner: nothing is written in vain, nothing twice, and nothing is lost in silence."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import NotSent, Refused, Unanswered
from ansible_collections.oncall.pagerduty.plugins.module_utils._plan import Outcome, Plan, Planned, Runner, Write
from hypothesis import given
from hypothesis import strategies as st


class Server:
    """Lamps that can be lit, by name; behaves as told for the next writes."""

    def __init__(self, lit: t.Iterable[str] = (), dark: t.Iterable[str] = ()) -> None:
        self.lamps = dict.fromkeys(lit, True) | dict.fromkeys(dark, False)
        self.writes: list[list[str]] = []
        self.effects: list[str] = []
        self.faults: list[tuple[bool, Exception] | None] = []
        """(whether the effect happens, what the client sees) for each write to come, or None for one that goes well."""
        self.unreadable = False
        self.stuck: set[str] = set()

    def plan(self, targets: t.Iterable[str], most: int = 1) -> list[Planned]:
        if self.unreadable:
            raise NotSent("no way to the server")
        write = Write(self._light, most)
        return [
            Plan(name, {"lit": self.lamps[name]}, {"lit": True}, {"lit": self.lamps[name]}, {"lit": True}, write)
            for name in targets
        ]

    def _light(self, plans: t.Sequence[Plan]) -> list[dict[str, t.Any]]:
        names = [plan.target for plan in plans]
        self.writes.append(names)
        if self.stuck & set(names):
            raise Refused("one of them is stuck", status=400)
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault[0]:
            self.effects += names
            self.lamps.update(dict.fromkeys(names, True))
        if fault is not None:
            raise fault[1]
        return [{"lit": self.lamps[name]} for name in names]


def runner(server: Server, most: int = 1, pauses: int = 5) -> Runner:
    left = iter(range(pauses))
    return Runner(
        server.plan(server.lamps, most),
        lambda targets: server.plan(targets, most),
        lambda _error, _attempt: next(left, None) is not None,
    )


def by_target(outcomes: t.Iterable[Outcome]) -> dict[str, Outcome]:
    return {outcome.target: outcome for outcome in outcomes}


def test_what_is_already_so_is_not_written() -> None:
    server = Server(lit=["a"])
    (outcome,) = runner(server).apply()
    assert (outcome.changed, server.writes) == (False, [])


def test_a_rehearsal_writes_nothing_and_foresees_the_record() -> None:
    server = Server(dark=["a"])
    (outcome,) = runner(server).rehearse()
    assert (outcome.changed, outcome.record, server.writes) == (True, {"lit": True}, [])


def test_plans_that_share_a_write_are_sent_together_up_to_its_limit() -> None:
    server = Server(dark="abcde")
    runner(server, most=2).apply()
    assert server.writes == [["a", "b"], ["c", "d"], ["e"]]


def test_outcomes_keep_the_order_of_the_plans() -> None:
    server = Server(lit="bd", dark="ac")
    assert [outcome.target for outcome in runner(server, most=9).apply()] == ["b", "d", "a", "c"]


def test_a_lost_answer_whose_effect_landed_is_not_sent_again() -> None:
    server = Server(dark=["a"])
    server.faults = [(True, Unanswered("lost"))]
    (outcome,) = runner(server).apply()
    assert (outcome.changed, outcome.error, server.effects) == (True, None, ["a"])


def test_a_lost_answer_without_effect_is_sent_again() -> None:
    server = Server(dark=["a"])
    server.faults = [(False, Unanswered("lost"))]
    (outcome,) = runner(server).apply()
    assert (outcome.changed, outcome.error, server.effects, len(server.writes)) == (True, None, ["a"], 2)


def test_of_a_batch_only_what_did_not_land_is_sent_again() -> None:
    server = Server(dark="ab")
    server.faults = [(False, Unanswered("lost"))]
    run = runner(server, most=2)
    server.lamps["a"] = True
    assert all(outcome.changed for outcome in run.apply())
    assert server.writes == [["a", "b"], ["b"]]


def test_when_patience_ends_it_looks_once_more_and_says_what_it_saw() -> None:
    server = Server(dark=["a"])
    server.faults = [(False, Unanswered("lost"))]
    (outcome,) = runner(server, pauses=0).apply()
    assert not outcome.changed
    assert "does not show it" in str(outcome.error)
    assert len(server.writes) == 1


def test_an_outcome_that_cannot_be_read_back_is_called_unknown() -> None:
    server = Server(dark=["a"])
    server.faults = [(True, Unanswered("lost"))]
    run = runner(server)
    server.unreadable = True
    (outcome,) = run.apply()
    assert outcome.error is not None
    assert outcome.error.outcome == "unknown"
    assert "Whether it was done is not known" in str(outcome.error)


def test_an_answer_that_will_not_get_better_is_not_asked_for_again() -> None:
    server = Server(dark=["a"])
    server.faults = [(False, Unanswered("an HTML page", again=False))]
    (outcome,) = runner(server).apply()
    assert outcome.error is not None
    assert len(server.writes) == 1


def test_one_that_is_refused_does_not_keep_the_rest_of_its_batch_from_being_done() -> None:
    server = Server(dark="abcdefgh")
    server.stuck = {"f"}
    outcomes = by_target(runner(server, most=8).apply())
    assert [name for name, outcome in outcomes.items() if outcome.error] == ["f"]
    assert sorted(server.effects) == list("abcdegh")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(Refused("bad token", status=401), id="bad token"),
        pytest.param(Refused("read-only", status=403, code=2010), id="read-only token"),
        pytest.param(NotSent("no way to the server"), id="unreachable"),
    ],
)
def test_what_would_befall_every_target_is_met_once(error: Exception) -> None:
    server = Server(dark="abc")
    server.faults = [(False, error)]
    outcomes = runner(server).apply()
    assert [outcome.error for outcome in outcomes] == [error] * 3
    assert len(server.writes) == 1


def test_a_target_that_could_not_be_planned_keeps_its_error() -> None:
    error = Refused("no such lamp", status=404)
    (outcome,) = Runner([Outcome("x", error=error)], lambda _targets: [], lambda _error, _attempt: True).apply()
    assert outcome.error is error


def test_a_change_without_a_way_to_write_it_is_a_mistake_of_ours() -> None:
    plan = Plan("a", {"lit": False}, {"lit": True}, {}, {})
    with pytest.raises(ValueError, match="has no write"):
        Runner([plan], lambda _targets: [], lambda _error, _attempt: True).apply()


@given(
    lamps=st.dictionaries(st.sampled_from("abcdefgh"), st.booleans(), min_size=1),
    faults=st.lists(st.sampled_from(["none", "lost before", "lost after"]), max_size=6),
    most=st.integers(1, 4),
)
def test_whatever_gets_lost_each_effect_happens_once(lamps: dict[str, bool], faults: list[str], most: int) -> None:
    server = Server(lit=[n for n in lamps if lamps[n]], dark=[n for n in lamps if not lamps[n]])
    server.faults = [None if fault == "none" else (fault == "lost after", Unanswered(fault)) for fault in faults]
    outcomes = runner(server, most=most, pauses=99).apply()
    assert sorted(server.effects) == sorted(name for name in lamps if not lamps[name])
    assert {outcome.target for outcome in outcomes if outcome.changed} == {name for name in lamps if not lamps[name]}
    assert not any(outcome.error for outcome in outcomes)
