# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a module runs for Ansible: its steps, check mode, diff and failures."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import Action, each
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Change, Notification
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, NotSent, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import SET
from ansible_collections.oncall.pagerduty.plugins.module_utils._module import Module, invalid_options
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH

OFF, ON = {"on": False}, {"on": True}
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in AUTH.items()}
WHOEVER = Notification(None, "afraid of the dark")


class Lamps(Action[PagerDuty]):
    """Switches lamps on, by name."""

    noun = "lamp"
    lamps: t.ClassVar[dict[str, bool]] = {}
    writes: t.ClassVar[list[str]] = []

    def check(self) -> None:
        if self.options.get("lamps") == []:
            raise InvalidOption("lamps", "must have at least one lamp")

    def prepare(self) -> None:
        if self.options.get("unreachable"):
            raise NotSent("cannot connect", hint="Check the network.")
        self.targets = self.options.get("lamps") or list(self.lamps)

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, t.Any]]:
        return each(targets, self._read)

    def _read(self, name: str) -> bool:
        if name not in self.lamps:
            raise Refused(f"There is no lamp {name}.", hint="Buy one.")
        return self.lamps[name]

    def plan(self, target: str, state: bool) -> Change:
        return Change(
            target=target, name=f"Lamp {target}", before={"on": state}, after=ON,
            says="on already" if state else [SET("on")],
            record={"id": target, "on": state}, predicted={"id": target, **ON}, warnings=["Hot."],
        )  # fmt: skip

    def people(self, change: Change) -> list[Notification]:
        return [WHOEVER]

    def send_one(self, change: Change) -> dict[str, t.Any]:
        self.writes.append(change.target)
        return {"id": change.target, **ON}

    def result(self, records: t.Sequence[dict[str, t.Any]]) -> dict[str, t.Any]:
        return {"lamps": list(records)}


Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the module on lamps; the calls are in `Lamps.writes`, the warnings in `result["warnings"]`."""
    monkeypatch.setattr(locks, "TEMPORARY", str(tmp_path))
    monkeypatch.setattr(Lamps, "writes", [])

    def run_module(
        present: dict[str, bool],
        *,
        check: bool = False,
        diff: bool = True,
        module: Module | None = None,
        **options: t.Any,
    ) -> dict[str, t.Any]:
        monkeypatch.setattr(Lamps, "lamps", present)
        warnings: list[str] = []
        params = {**DEFAULTS, "api_token": "a-token", **options}
        asked = module or Module(Lamps, {})
        return {**asked.run(params, check_mode=check, diff_mode=diff, warn=warnings.append), "warnings": warnings}

    return run_module


def test_in_check_mode_nothing_is_sent_and_the_result_is_the_same(run: Run) -> None:
    predicted = run({"a": False}, check=True)
    assert Lamps.writes == []
    done = run({"a": False})
    assert Lamps.writes == ["a"]
    assert {**predicted, "msg": ""} == {**done, "msg": ""}
    assert predicted["msg"] == "Lamp a: would set on; would page whoever is afraid of the dark."
    assert done["msg"] == "Lamp a: set on; paged whoever is afraid of the dark."


def test_whom_a_change_notifies_always_has_a_name_that_can_be_printed(run: Run) -> None:
    assert run({"a": False})["notifies"] == [
        {
            "target": "a",
            "who": {"id": None, "type": None, "summary": "whoever is afraid of the dark"},
            "why": "afraid of the dark",
            "how": "page",
        }
    ]


def test_without_a_change_the_message_says_so_and_there_is_no_diff(run: Run) -> None:
    done = run({"a": True})
    assert (done["changed"], done["msg"], done["diff"]) == (False, "Lamp a: on already.", [])


def test_the_diff_has_what_changed_and_is_left_out_unless_it_is_asked_for(run: Run) -> None:
    (diff,) = run({"a": False, "b": True})["diff"]
    assert (diff["before"], diff["after"]["on"]) == (OFF, True)
    assert "diff" not in run({"a": False}, diff=False)


def test_every_target_is_in_the_result_or_among_the_failures(run: Run) -> None:
    done = run({"a": False, "b": True, "c": False}, lamps=["a", "b", "c", "x"])
    assert done["msg"] == (
        "4 lamps: 2 changed (set on), 1 unchanged, 1 failed; paged whoever is afraid of the dark (2 times). "
        "There is no lamp x. Buy one."
    )
    assert (done["failed"], done["changed"]) == (True, True)
    (failure,) = done["failures"]
    assert (failure["target"], failure["outcome"], failure["hint"]) == ("x", "not_done", "Buy one.")
    assert [record["id"] for record in done["lamps"]] == ["a", "b", "c"]


def test_nothing_found_is_no_failure(run: Run) -> None:
    done = run({})
    assert (done["failed"], done["msg"]) == (False, "No lamp found.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lamps": []}, "lamps: must have at least one lamp."),
        ({"unreachable": True}, "cannot connect Check the network."),
        ({"timeout": 0}, "timeout: must be greater than 0 and at most 86400 seconds, got 0."),
        ({"title": "half a smile: \ud83d"}, "title: contains invalid Unicode (a lone surrogate), NaN or Infinity."),
        ({"title": float("nan")}, "title: contains invalid Unicode (a lone surrogate), NaN or Infinity."),
        ({"title": {"deep": [float("inf")]}}, "title: contains invalid Unicode (a lone surrogate), NaN or Infinity."),
    ],
    ids=repr,
)
@pytest.mark.parametrize("check", [True, False])
def test_an_error_that_stops_the_task_has_no_target(
    options: dict[str, t.Any], message: str, check: bool, run: Run
) -> None:
    done = run({"a": False}, check=check, **options)
    assert (done["failed"], done["changed"], done["msg"]) == (True, False, message)
    assert (done["failures"][0]["target"], Lamps.writes) == (None, [])


def test_each_warning_is_given_once(run: Run) -> None:
    assert run({"a": False, "b": False})["warnings"] == ["Hot."]


def test_what_is_confidential_is_in_no_result(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def send_one(_lamps: Lamps, change: Change) -> dict[str, t.Any]:
        return {"id": change.target, "details": {"routing_key": "k" * 32, "service_key": "k" * 32}}

    monkeypatch.setattr(Lamps, "send_one", send_one)
    assert run({"a": False})["lamps"] == [{"id": "a", "details": {}}]


def test_a_module_that_only_reads_never_writes(run: Run) -> None:
    done = run({"a": False}, module=Module(Lamps, {}, writes=False))
    assert Lamps.writes == []
    assert "notifies" not in done


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TypeError("argument of type 'int' is not iterable"), "The options are malformed: argument of type"),
        (OverflowError("Python int too large to convert to C ssize_t"), "The options are malformed: Python int"),
        (UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"), "contain invalid Unicode"),
    ],
    ids=["type", "number", "unicode"],
)
def test_options_on_which_ansible_core_fails_have_a_message(error: Exception, words: str) -> None:
    assert words in invalid_options(error)
