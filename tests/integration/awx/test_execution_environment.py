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

import pytest
import yaml

from integration.test_documentation import BLOCKS
from tools.execution_environment import prepare

BIN = Path(sys.executable).parent
SHOWN = [block for block in BLOCKS if block.page == "guide_install.rst"]
REQUIREMENTS = next(block for block in SHOWN if block.text.startswith("collections:"))
DEFINITIONS = [block for block in SHOWN if block.text.startswith("version: 3")]


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


@pytest.mark.parametrize("place", range(len(DEFINITIONS)))
def test_the_environments_of_the_installation_guide_install_the_collection(place: int, tmp_path: Path) -> None:
    (tmp_path / "requirements.yml").write_text(REQUIREMENTS.text)
    (tmp_path / "execution-environment.yml").write_text(DEFINITIONS[place].text)
    builder("create", "--output-filename", "Containerfile", folder=tmp_path)
    wanted = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text())
    assert wanted == yaml.safe_load(REQUIREMENTS.text)
    lines = (tmp_path / "context" / "Containerfile").read_text().splitlines()
    installs = next(number for number, line in enumerate(lines) if "ansible-galaxy collection install" in line)
    git = [number for number, line in enumerate(lines) if "git-core" in line and line.startswith("RUN")]
    assert all(number < installs for number in git)
