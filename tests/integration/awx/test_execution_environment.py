# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution environment, as far as ansible-builder makes it without a container engine.

`make execution-environment` builds and runs it, where there is one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tools.execution_environment import prepare

BIN = Path(sys.executable).parent


def builder(*arguments: str, folder: Path) -> str:
    """Run ansible-builder; returns its output."""
    done = subprocess.run(
        [BIN / "ansible-builder", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_build_context_has_the_collection(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    prepare(folder)
    builder("create", "--output-filename", "Containerfile", folder=folder)
    context = folder / "context"
    requirements = yaml.safe_load((context / "_build" / "requirements.yml").read_text())
    assert requirements == {"collections": [{"name": "oncall-pagerduty.tar.gz", "type": "file"}]}
    assert (context / "_build" / "collections" / "oncall-pagerduty.tar.gz").is_file()
    lines = (context / "Containerfile").read_text().splitlines()
    copied = lines.index("COPY _build/collections/oncall-pagerduty.tar.gz oncall-pagerduty.tar.gz")
    installed = next(number for number, line in enumerate(lines) if "ansible-galaxy collection install" in line)
    assert copied < installed


def test_the_collection_brings_what_its_modules_need(tmp_path: Path) -> None:
    """Where ansible-builder finds it: an execution environment with this collection has what the modules need."""
    tree = os.environ["ANSIBLE_COLLECTIONS_PATH"]
    found = yaml.safe_load(builder("introspect", tree, folder=tmp_path))
    needed = ("requests", "tzdata")
    assert [line.split() for line in found["python"]] == [
        [name, "#", "from", "collection", "oncall.pagerduty"] for name in needed
    ]
