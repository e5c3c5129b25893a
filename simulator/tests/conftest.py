# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator without the contract, to test its own refusals."""

from __future__ import annotations

import typing as t

import pytest

from simulator.client import Client
from simulator.endpoint import Endpoint
from simulator.launch import Simulator


@pytest.fixture(scope="session")
def loose_simulator() -> t.Iterator[Simulator]:
    """A simulator that checks no contract."""
    with Simulator() as running:
        yield running


@pytest.fixture
def simulator(loose_simulator: Simulator) -> Simulator:
    """The same, reset."""
    loose_simulator.reset()
    return loose_simulator


@pytest.fixture
def call(simulator: Simulator) -> Client:
    """Calls the simulator."""
    return Client(simulator.url)


@pytest.fixture
def endpoint() -> t.Iterator[Endpoint]:
    """Where webhooks are sent."""
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()
