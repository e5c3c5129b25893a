# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulators that hold both sides to PagerDuty's OpenAPI files."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from simulator.client import Client
from simulator.launch import Simulator

OPENAPI = Path(os.environ.get("PAGERDUTY_OPENAPI", Path(__file__).parents[3] / "shared" / "openapi"))


@pytest.fixture(scope="session")
def contract_simulator() -> t.Iterator[Simulator]:
    """A simulator with the contract on."""
    if not (OPENAPI / "rest.json").is_file():
        pytest.skip(f"PagerDuty's OpenAPI files are not at {OPENAPI}; set PAGERDUTY_OPENAPI to their folder")
    with Simulator(contract=OPENAPI) as running:
        yield running


@pytest.fixture(scope="session")
def strictest_simulator() -> t.Iterator[Simulator]:
    """A simulator with the contract on where the OpenAPI files are at hand, else without."""
    with Simulator(contract=OPENAPI if (OPENAPI / "rest.json").is_file() else None) as running:
        yield running


@pytest.fixture
def call(contract_simulator: Simulator) -> Client:
    """Calls the simulator with the contract on."""
    return Client(contract_simulator.url)
