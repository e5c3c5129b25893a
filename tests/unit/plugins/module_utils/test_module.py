# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a module definition runs for Ansible: check mode, diff, messages and failures."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Outcome, Plan, PlanOrOutcome, Write
from ansible_collections.oncall.pagerduty.plugins.module_utils._module import ModuleDefinition, invalid_options
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH

OFF, ON = {"on": False}, {"on": True}
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in AUTH.items()}


class Lamps:
    """A module that switches lamps on, by name."""

    def __init__(self, **lamps: bool) -> None:
        self.lamps = lamps
        self.writes: list[str] = []
        self.definition = ModuleDefinition(plan=self.plan, options={}, target_type="lamp")

    def plan(self, _pagerduty: t.Any, params: dict[str, t.Any]) -> list[PlanOrOutcome]:
        return [self._planned(name) for name in params.get("incident_id") or self.lamps]

    def _planned(self, name: str) -> PlanOrOutcome:
        if name not in self.lamps:
            return Outcome(name, error=Refused(f"There is no lamp {name}.", hint="Buy one."))
        now = {"on": self.lamps[name]}
        return Plan(name, now, ON, {"id": name, **now}, {"id": name, **ON}, Write(self._send))

    def _send(self, plans: t.Sequence[Plan]) -> list[dict[str, t.Any]]:
        self.writes += [plan.target for plan in plans]
        return [{"id": plan.target, **ON} for plan in plans]

    def run(self, *, check: bool = False, diff: bool = True, **options: t.Any) -> dict[str, t.Any]:
        params = {**DEFAULTS, "api_token": "a-token", **options}
        return self.definition.run(params, check_mode=check, diff_mode=diff, warn=print)


def test_in_check_mode_nothing_is_written_and_the_result_is_the_same() -> None:
    lamps = Lamps(a=False)
    predicted = lamps.run(check=True)
    assert lamps.writes == []
    done = lamps.run()
    assert lamps.writes == ["a"]
    assert {**predicted, "msg": ""} == {**done, "msg": ""}
    assert predicted["msg"] == "lamp a: would change on false → true."
    assert done["msg"] == "lamp a: changed on false → true."


def test_without_a_change_the_message_says_so_and_there_is_no_diff() -> None:
    done = Lamps(a=True).run()
    assert (done["changed"], done["msg"], done["diff"]) == (False, "lamp a: no change needed.", [])


def test_the_diff_is_left_out_unless_it_is_asked_for() -> None:
    assert "diff" not in Lamps(a=False).run(diff=False)


def test_the_message_counts_several_targets_and_names_those_that_failed() -> None:
    done = Lamps(a=False, b=True, c=False).run(incident_id=["a", "b", "c", "x"])
    assert done["msg"] == ("4 lamps: 2 changed, 1 no change needed, 1 failed. lamp x: There is no lamp x. Buy one.")
    assert (done["failed"], done["changed"]) == (True, True)
    (failure,) = done["failures"]
    assert (failure["target"], failure["outcome"], failure["hint"]) == ("x", "not_done", "Buy one.")
    assert [record["id"] for record in done["incidents"]] == ["a", "b", "c"]


def test_nothing_found_is_no_failure() -> None:
    done = Lamps().run()
    assert (done["failed"], done["msg"]) == (False, "No lamp found.")


def test_an_error_that_stops_the_task_has_no_target() -> None:
    def fail(_pagerduty: t.Any, _params: t.Any) -> list[PlanOrOutcome]:
        raise NotSent("cannot connect", hint="Check the network.")

    done = ModuleDefinition(plan=fail, options={}).run(
        {**DEFAULTS, "api_token": "a-token"}, check_mode=False, diff_mode=True, warn=print
    )
    assert (done["failed"], done["changed"], done["msg"]) == (True, False, "cannot connect Check the network.")
    assert done["failures"][0]["target"] is None


def test_each_warning_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    def warn_twice(pagerduty: t.Any, _params: t.Any) -> list[PlanOrOutcome]:
        for text in ("cut", "cut", "disabled"):
            pagerduty.warn(text)
        return []

    params = {**DEFAULTS, "api_token": "a-token"}
    ModuleDefinition(plan=warn_twice, options={}).run(params, check_mode=True, diff_mode=False, warn=print)
    assert capsys.readouterr().out == "cut\ndisabled\n"


def test_a_module_that_only_reads_never_writes() -> None:
    lamps = Lamps(a=False)
    lamps.definition = ModuleDefinition(plan=lamps.plan, options={}, writes=False)
    lamps.run()
    assert lamps.writes == []


@pytest.mark.parametrize("value", ["half a smile: \ud83d", float("nan"), {"deep": [float("inf")]}], ids=repr)
def test_what_cannot_be_sent_is_refused_and_not_repeated(value: t.Any) -> None:
    done = Lamps(a=False).run(title=value)
    assert done["msg"] == "title: contains invalid Unicode (a lone surrogate), NaN or Infinity."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TypeError("argument of type 'int' is not iterable"), "The options are malformed: argument of type"),
        (UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"), "contain invalid Unicode"),
    ],
    ids=["type", "unicode"],
)
def test_options_on_which_ansible_core_fails_have_a_message(error: Exception, words: str) -> None:
    assert words in invalid_options(error)


def test_a_change_is_cut_in_the_message() -> None:
    plan = Plan("a", {"text": ""}, {"text": "x" * 1000}, {}, {}, Write(lambda _plans: [{}]))
    definition = ModuleDefinition(plan=lambda _pagerduty, _params: [plan], options={})
    params = {**DEFAULTS, "api_token": "a-token"}
    done = definition.run(params, check_mode=True, diff_mode=False, warn=print)
    assert len(done["msg"]) < 400
