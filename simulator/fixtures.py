# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for tests: one simulator for the session, reset for each test."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from simulator.launch import Simulator

ROOT = Path(__file__).resolve().parents[1]


def openapi_folder() -> Path | None:
    """Return the folder with PagerDuty's OpenAPI files, from the environment or beside the project."""
    folder = Path(os.environ.get("PAGERDUTY_OPENAPI", ROOT.parent / "shared" / "openapi"))
    return folder if (folder / "rest.json").is_file() else None


@pytest.fixture(scope="session")
def running_simulator() -> t.Iterator[Simulator]:
    """A simulator that checks every call against PagerDuty's OpenAPI files, if they are there."""
    with Simulator(contract=openapi_folder()) as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """The session's simulator, reset."""
    running_simulator.reset()
    return running_simulator
