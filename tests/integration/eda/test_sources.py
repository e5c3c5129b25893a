# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event sources and the filter find their code beside them, and need no ansible-core."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COLLECTION = Path("ansible_collections", "oncall", "pagerduty")
LOAD = """
import runpy, sys

for name in ("ansible", "requests", "urllib3"):
    sys.modules[name] = None
main = runpy.run_path(sys.argv[1])["main"]
print(sys.modules[main.__module__].__file__)
"""
"""Loads a source as ansible-rulebook does, on a machine without the packages that only modules need."""


PLUGINS = [("event_filter", "note_commands"), ("event_source", "log_entries"), ("event_source", "webhook")]


@pytest.mark.parametrize(("kind", "name"), PLUGINS)
def test_it_needs_nothing_but_aiohttp_and_its_collection(kind: str, name: str) -> None:
    installed = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"], COLLECTION)
    source = installed / "extensions" / "eda" / "plugins" / kind / f"{name}.py"
    environment = {variable: value for variable, value in os.environ.items() if variable != "PYTHONPATH"}
    command = [sys.executable, "-c", LOAD, str(source)]
    loaded = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)
    assert loaded.stdout.strip() == str(installed / "plugins" / "module_utils" / "_eda" / f"{name}.py"), loaded.stderr
