# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of all modules for the tests: one file for each module, found by its name."""

from __future__ import annotations

import importlib
import pkgutil
import typing as t
from pathlib import Path

from modules.rows import SETTING, ModuleTests, Options

__all__ = ["SETTING"]

_FOLDER = Path(__file__).resolve().parent
_NAMES = {file.stem for file in (_FOLDER.parents[1] / "plugins" / "modules").glob("*.py")}

MODULES: dict[str, ModuleTests] = {
    name: importlib.import_module(f"modules.{name}").TESTS
    for _finder, name, _is_package in pkgutil.iter_modules([str(_FOLDER)])
    if name in _NAMES
}
ON_INCIDENTS = tuple(name for name, tests in MODULES.items() if tests.on_incidents)
WRITING = tuple(name for name in ON_INCIDENTS if MODULES[name].writes)
NEEDING_FROM = tuple(name for name in WRITING if MODULES[name].needs_from)


def targeted(module: str, options: Options, incident_id: t.Any) -> Options:
    """Return options with the incidents to work on, if the module takes any; one that is None is left out."""
    targets = {"incident_id": incident_id} if module in ON_INCIDENTS else {}
    return {name: value for name, value in {**targets, **options}.items() if value is not None}


def step(module: str, incident_id: t.Any, /, **options: t.Any) -> dict[str, t.Any]:
    """Return a module's simplest task with more options; an option that is None is left out."""
    return {f"oncall.pagerduty.{module}": targeted(module, {**MODULES[module].simplest, **options}, incident_id)}


def bare(module: str, options: Options, ids: list[str]) -> dict[str, t.Any]:
    """Return a module's task with these options and no others, on all of the incidents."""
    return {f"oncall.pagerduty.{module}": targeted(module, options, ids)}
