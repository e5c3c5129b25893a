# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module's documentation names the OAuth scopes of its calls."""

from __future__ import annotations

import importlib
import re

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.scopes import required_scope

from integration.in_process.conftest import ModuleRunner
from modules import MODULES, targeted


@pytest.mark.parametrize("module", MODULES)
def test_the_documentation_names_every_scope_that_a_call_needs(module: str, run_module: ModuleRunner) -> None:
    calls: set[str] = set()
    for case in MODULES[module].cases:
        ids = run_module.simulator.reset(incidents=case.incidents, incident=case.state)["incidents"]
        for name, options in (*case.before, (module, case.options)):
            done = run_module(name, **targeted(name, options, ids))
        calls.update(done.reads, done.writes)
    needed = {required_scope(*call.split()) for call in calls if "enqueue" not in call}
    package = f"ansible_collections.oncall.pagerduty.plugins.modules.{module}"
    documented = re.findall(r"C\(([\w:]+\.(?:read|write))\)", importlib.import_module(package).DOCUMENTATION)
    assert needed <= set(documented)
