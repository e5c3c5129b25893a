# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task of a module on a scripted client, step by step or as a whole."""

from __future__ import annotations

import importlib
import typing as t

from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import first_plans
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Change, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.sentences import message
from ansible_collections.oncall.pagerduty.plugins.module_utils._incident_module import IncidentModule
from ansible_collections.oncall.pagerduty.plugins.module_utils._module import Module

MODULES = "ansible_collections.oncall.pagerduty.plugins.modules"
Record = dict[str, t.Any]


class Task:
    """A task; what is not given has its default.

    Args:
        module: the module's name.
        client: usually the fixture `pagerduty`.
        options: the task's options. On incidents, `incident_id` is `["Q1"]` unless it or `dedup_key` is given.
    """

    def __init__(self, module: str, client: PagerDuty, **options: t.Any) -> None:
        self.module: Module = importlib.import_module(f"{MODULES}.{module}").DEFINITION
        specification = self.module.options
        needs_incident = isinstance(self.module, IncidentModule) and "dedup_key" not in options
        required = {"incident_id": ["Q1"]} if needs_incident else {}
        defaults = {name: option.get("default") for name, option in specification.items()}
        self.client = client
        self.options = {**defaults, **required, **options}
        self.action = self.module.action(client, self.options)

    def plans(self) -> list[Change | Outcome]:
        """Check, prepare, read, plan, and ask whom it notifies; an outcome is a target that cannot be planned."""
        self.action.check()
        self.action.wait()
        self.action.prepare()
        return first_plans(self.action, self.client.warn)

    def plan(self) -> Change:
        """Return the change of the only target; raises why there is none."""
        (planned,) = self.plans()
        if isinstance(planned, Outcome):
            assert planned.error is not None
            raise planned.error
        return planned

    def says(self, *, check_mode: bool = False) -> str:
        """Return the sentence for the only target as if its change went well."""
        change = self.plan()
        outcome = Outcome(
            change.target, change.record, change.before, change.after, change.is_needed,
            notifies=change.notifies if change.is_needed else (), name=change.name, says=change.says,
        )  # fmt: skip
        return message(self.action.noun, [outcome], check_mode=check_mode)

    def send(self) -> Record:
        """Plan and send the change of the only target; returns its record."""
        (record,) = self.action.send([self.plan()])
        assert record is not None
        return record

    def run(self, *, check_mode: bool = False, diff_mode: bool = False) -> Record:
        """Return the result of the whole task."""
        return self.module.run_on(self.client, self.options, check_mode=check_mode, diff_mode=diff_mode)
