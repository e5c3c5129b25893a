# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules in this process against the simulator: real HTTP, but no ansible-playbook."""

from __future__ import annotations

import importlib
import typing as t
from dataclasses import dataclass

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from simulator import account
from simulator.launch import Simulator


@dataclass(frozen=True)
class ModuleRun:
    """What a module returned, and the calls it made."""

    result: dict[str, t.Any]
    warnings: list[str]
    reads: list[str]
    writes: list[str]

    def __getitem__(self, key: str) -> t.Any:
        return self.result[key]

    @property
    def diff(self) -> list[dict[str, t.Any]]:
        """The diff; empty if the task failed before it had a plan."""
        shown: list[dict[str, t.Any]] = self.result.get("diff", [])
        return shown


class ModuleRunner:
    """Runs modules.

    Args:
        simulator: the server they call.
        defaults: options for every run.
    """

    def __init__(self, simulator: Simulator, **defaults: t.Any) -> None:
        self.simulator = simulator
        self.defaults = {
            "api_token": account.ACCOUNT_KEY,
            "api_url": simulator.url,
            "events_url": simulator.url,
            "from_email": account.FROM_EMAIL,
            "max_wait": 0,
            **defaults,
        }

    def options_of(self, definition: t.Any, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the options of a task with those that every run has."""
        own = {"routing_key": account.ROUTING_KEY} if "routing_key" in definition.options else {}
        # In a playbook the action sets these two.
        described = {"summary": "A test", "source": "tests"} if "routing_key" in definition.options else {}
        return {**self.defaults, **own, **described, **options}

    def __call__(self, module: str, *, check: bool = False, **options: t.Any) -> ModuleRun:
        """Run a module with a diff, in check mode or for real."""
        definition = importlib.import_module(
            f"ansible_collections.oncall.pagerduty.plugins.modules.{module}"
        ).DEFINITION
        given = self.options_of(definition, options)
        validated = ArgumentSpecValidator(definition.options, **definition.rules).validate(given)
        assert not validated.error_messages, validated.error_messages
        warnings: list[str] = []
        self.simulator.empty_journal()
        result = definition.run(validated.validated_parameters, check_mode=check, diff_mode=True, warn=warnings.append)
        calls = [(entry["method"], entry["path"]) for entry in self.simulator.journal()["entries"]]
        reads = [f"{method} {path}" for method, path in calls if method == "GET"]
        return ModuleRun(result, warnings, reads, [f"{method} {path}" for method, path in calls if method != "GET"])


@pytest.fixture
def run_module(simulator: Simulator) -> ModuleRunner:
    """Runs modules against the simulator."""
    return ModuleRunner(simulator)


@pytest.fixture
def incidents(simulator: Simulator) -> t.Callable[..., list[str]]:
    """Resets the simulator to a number of incidents in a state, and returns their ids."""

    def opened(count: int = 1, **state: t.Any) -> list[str]:
        ids: list[str] = simulator.reset(incidents=count, incident=state)["incidents"]
        return ids

    return opened


@pytest.fixture
def incident(incidents: t.Callable[..., list[str]]) -> str:
    """The id of the only incident, which is triggered."""
    (incident_id,) = incidents()
    return incident_id
