# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the simulator starts, and what is installed by `pip install ./simulator`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
import zipfile
from pathlib import Path

import pytest

from simulator.client import Client
from simulator.launch import FOLDER, Simulator

PACKAGE = FOLDER / "simulator"
NOTHING = ("teams", "users", "schedules", "escalation_policies", "services", "priorities", "incident_workflows")
TIME_LIMIT = 60


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the file of an account that has one team."""
    content = {**{name: [] for name in NOTHING}, "teams": [{"id": "PTEAM1", "name": "Night Shift"}]}
    (tmp_path / "account.json").write_text(json.dumps(content))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def teams(url: str) -> list[str]:
    return [team["name"] for team in Client(url)("GET", "/teams").body["teams"]]


@pytest.mark.usefixtures("folder")
def test_a_relative_path_is_seen_from_the_folder_of_the_caller() -> None:
    with Simulator(account=Path("account.json")) as simulator:
        assert teams(simulator.url) == ["Night Shift"]


@pytest.fixture
def installed(folder: Path) -> Path:
    """A folder with the package as pip installs it, from a source folder in which an account lies about."""
    source = folder / "source"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(folder / "account.json", source)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def test_what_is_installed_is_the_code_with_its_pages(installed: Path) -> None:
    files = [path for path in (installed / "simulator").rglob("*") if path.is_file()]
    wanted = [*PACKAGE.glob("*.py"), *PACKAGE.glob("resources/*.py"), *PACKAGE.glob("templates/*")]
    assert {path.relative_to(installed) for path in files} == {path.relative_to(FOLDER) for path in wanted}
    (commands,) = installed.glob("*.dist-info/entry_points.txt")
    assert "pagerduty-simulator = simulator.__main__:main" in commands.read_text()


def test_what_is_installed_runs_in_any_folder(installed: Path) -> None:
    command = [sys.executable, "-m", "simulator", "--account", "account.json"]
    variables = {**os.environ, "PYTHONPATH": str(installed)}
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as process:
        url = t.cast("t.IO[str]", process.stdout).readline().split()[-1]
        assert teams(url) == ["Night Shift"]
        process.terminate()
        assert process.wait(TIME_LIMIT) == 0
