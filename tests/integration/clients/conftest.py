# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients that others have written for PagerDuty, each in an environment of its own, against the simulator.

The environment variable PAGERDUTY_CLIENTS has the folder of each client's programs, as JSON.
"""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from simulator.client import Client
from simulator.fixtures import running_simulator
from simulator.launch import Simulator
from tools.versions import CLIENTS

__all__ = ["running_simulator"]
FOLDERS: dict[str, str] | None = json.loads(os.environ.get("PAGERDUTY_CLIENTS", "null"))


@pytest.fixture(scope="session")
def programs() -> t.Callable[[str], Path]:
    """Return the folder of a client's programs; skips the test where there is none."""

    def programs_of(client: str) -> Path:
        release, pythons = CLIENTS[client]
        if FOLDERS is None:
            pytest.skip(f"'make test CHECK=clients' creates the environment of {client}")
        if client not in FOLDERS:
            pytest.skip(f"{client} {release} needs Python {' or '.join(pythons)}, which was not found")
        return Path(FOLDERS[client])

    return programs_of


@pytest.fixture
def simulator(running_simulator: Simulator) -> t.Iterator[Simulator]:
    """The session's simulator, reset; at the end, every request must have kept PagerDuty's contract."""
    running_simulator.reset()
    yield running_simulator
    entries = running_simulator.journal()["entries"]
    assert [entry["contract"] for entry in entries if entry["contract"]] == []


@pytest.fixture
def call(simulator: Simulator) -> Client:
    """Calls the simulator, to prepare what the client then finds."""
    return Client(simulator.url)
