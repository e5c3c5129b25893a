# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action's steps: in order, each target by itself, and nothing sent in check mode."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import Action, each, first_plans, predict
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Change, Notification, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import SET

ANA = Notification({"id": "PU1", "type": "user_reference", "summary": "Ana"}, "afraid of the dark")
STUCK = Refused("the lamp is stuck")
BAD_TOKEN = Refused("bad token", is_fatal=True)


class Lamps(Action[None]):
    """Lamps by name: on, off, or an error when one is read or planned."""

    def __init__(self, **lamps: bool | TaskError) -> None:
        super().__init__(None, {})
        self.lamps = lamps
        self.targets = list(lamps)
        self.asked: list[str] = []
        self.people_error: TaskError | None = None

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, t.Any]]:
        return each(targets, lambda name: self.lamps[name])

    def plan(self, target: str, state: bool) -> Change:
        if target.startswith("stuck"):
            raise BAD_TOKEN if target.endswith("fatal") else STUCK
        return Change(
            target=target, name=f"Lamp {target}", before={"on": state}, after={"on": True},
            says="on already" if state else [SET("on")], record={"on": state}, predicted={"on": True},
            warnings=[f"{target} is hot"],
        )  # fmt: skip

    def people(self, change: Change) -> t.Sequence[Notification]:
        self.asked.append(change.target)
        if self.people_error:
            raise self.people_error
        return [ANA]


def test_check_mode_predicts_without_sending() -> None:
    lamps, warnings = Lamps(a=False, b=True, c=STUCK), list[str]()
    changed, unchanged, failed = predict(lamps, warnings.append)
    assert changed == Outcome(
        "a", {"on": True}, {"on": False}, {"on": True}, changed=True, notifies=[ANA], name="Lamp a", says=[SET("on")]
    )
    assert unchanged == Outcome("b", {"on": True}, {"on": True}, {"on": True}, name="Lamp b", says="on already")
    assert failed == Outcome("c", error=STUCK)
    assert warnings == ["a is hot", "b is hot"]


def test_only_changes_that_are_needed_notify_anybody() -> None:
    lamps = Lamps(a=False, b=True)
    first_plans(lamps, print)
    assert lamps.asked == ["a"]


def test_a_target_that_cannot_be_planned_does_not_stop_the_others() -> None:
    stuck, planned = first_plans(Lamps(stuck=False, a=False), print)
    assert isinstance(stuck, Outcome)
    assert (stuck.target, stuck.error, planned.target) == ("stuck", STUCK, "a")


def test_an_error_that_every_target_would_meet_stops_the_task() -> None:
    with pytest.raises(Refused, match="bad token"):
        first_plans(Lamps(a=False, stuck_fatal=False), print)


def test_a_failure_to_say_who_is_told_fails_nothing() -> None:
    lamps = Lamps(a=False)
    lamps.people_error = Refused("GET /oncalls: Access Denied")
    (change,) = first_plans(lamps, print)
    assert [(each.who, each.name) for each in change.notifies] == [
        (None, "whoever is concerned; PagerDuty did not say who: GET /oncalls: Access Denied")
    ]


def test_each_target_is_read_by_itself() -> None:
    def read(name: str) -> bool:
        if name == "stuck":
            raise STUCK
        if name == "fatal":
            raise BAD_TOKEN
        return True

    assert list(each(["a", "stuck", "b"], read)) == [("a", True), ("stuck", STUCK), ("b", True)]
    with pytest.raises(Refused, match="bad token"):
        list(each(["a", "fatal"], read))


def test_an_action_locks_its_targets_and_calls_its_changes_as_they_call_themselves() -> None:
    lamps = Lamps(a=False)
    (change,) = first_plans(lamps, print)
    assert isinstance(change, Change)
    assert (lamps.locks(), lamps.name(change, {})) == (["a"], "Lamp a")


def test_several_changes_of_a_batch_are_sent_one_by_one_unless_the_server_has_a_bulk_call() -> None:
    class Sending(Lamps):
        def send_one(self, change: Change) -> dict[str, t.Any]:
            return {"id": change.target}

    lamps = Sending(a=False, b=False)
    changes = [change for change in first_plans(lamps, print) if isinstance(change, Change)]
    assert lamps.send(changes) == [{"id": "a"}, {"id": "b"}]
