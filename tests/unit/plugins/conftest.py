# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module's action in this process against the simulator: its arguments, plan and writes, without Ansible."""

from __future__ import annotations

import importlib
import typing as t
from dataclasses import dataclass

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from simulator import account
from simulator.launch import Simulator


@dataclass(frozen=True)
class Acted:
    """What an action returned, and the calls it made."""

    result: dict[str, t.Any]
    notices: list[str]
    reads: list[str]
    writes: list[str]

    def __getitem__(self, key: str) -> t.Any:
        return self.result[key]


class Actor:
    """Runs actions.

    Args:
        simulator: where they go.
        defaults: options for all of them.
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

    def __call__(self, module: str, *, check: bool = False, **options: t.Any) -> Acted:
        """Run an action as Ansible would, in check mode or for real, with a diff."""
        action = importlib.import_module(f"ansible_collections.oncall.pagerduty.plugins.modules.{module}").ACTION
        own = {"routing_key": account.ROUTING_KEY} if "routing_key" in action.options else {}
        given = {**self.defaults, **own, **options}
        validated = ArgumentSpecValidator(action.options, **action.rules).validate(given)
        assert not validated.error_messages, validated.error_messages
        notices: list[str] = []
        self.simulator.empty_journal()
        result = action.run(validated.validated_parameters, check=check, diff=True, notice=notices.append)
        calls = [(entry["method"], entry["path"]) for entry in self.simulator.journal()["entries"]]
        reads = [f"{method} {path}" for method, path in calls if method == "GET"]
        return Acted(result, notices, reads, [f"{method} {path}" for method, path in calls if method != "GET"])


@pytest.fixture
def act(simulator: Simulator) -> Actor:
    """Runs actions against the simulator."""
    return Actor(simulator)


@pytest.fixture
def incidents(simulator: Simulator) -> t.Callable[..., list[str]]:
    """Starts the simulator anew with so many incidents in a state; returns their ids."""

    def opened(count: int = 1, **state: t.Any) -> list[str]:
        ids: list[str] = simulator.reset(incidents=count, incident=state)["incidents"]
        return ids

    return opened


@pytest.fixture
def incident(incidents: t.Callable[..., list[str]]) -> str:
    """The id of a triggered incident, the only one."""
    (incident_id,) = incidents()
    return incident_id
