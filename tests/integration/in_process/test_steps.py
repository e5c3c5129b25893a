# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of every action: checking and planning call nobody, so what is read is read before, and once."""

from __future__ import annotations

import importlib
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget

from integration.in_process.conftest import ModuleRunner
from modules import MODULES, targeted
from modules.rows import Case
from simulator.launch import Simulator

CASES = [pytest.param(module, case, id=f"{module} {case}") for module in MODULES for case in MODULES[module].cases]


@pytest.mark.parametrize(("module", "case"), CASES)
def test_checking_and_planning_call_nobody(module: str, case: Case, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=case.incidents, incident=case.state)["incidents"]
    run_module = ModuleRunner(simulator)
    for another, options in case.before:
        run_module(another, **targeted(another, options, ids))
    action = make_action(run_module, module, targeted(module, case.options, ids))
    simulator.empty_journal()
    action.check()
    assert calls(simulator) == []
    action.prepare()
    states = list(action.read(action.targets))
    simulator.empty_journal()
    for target, state in states:
        if not isinstance(state, TaskError):
            action.plan(target, state)
    assert calls(simulator) == []


def make_action(run_module: ModuleRunner, module: str, options: dict[str, t.Any]) -> t.Any:
    """Return the action of a task."""
    definition = importlib.import_module(f"ansible_collections.oncall.pagerduty.plugins.modules.{module}").DEFINITION
    given = run_module.options_of(definition, options)
    params = ArgumentSpecValidator(definition.options, **definition.rules).validate(given).validated_parameters
    return definition.action(PagerDuty(settings(params), RetryBudget(0, print, print), print), params)


def calls(simulator: Simulator) -> list[str]:
    """Return the calls since the journal was emptied."""
    return [entry["path"] for entry in simulator.journal()["entries"]]
