# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulators that check requests and responses against PagerDuty's OpenAPI files."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
import trustme

from simulator.client import Client
from simulator.fixtures import running_simulator, simulator
from simulator.launch import Simulator

__all__ = ["running_simulator", "simulator"]
OPENAPI = Path(os.environ.get("PAGERDUTY_OPENAPI", Path(__file__).parents[4] / "shared" / "openapi"))


@pytest.fixture(scope="session")
def contract_simulator() -> t.Iterator[Simulator]:
    """A simulator with the contract on."""
    if not (OPENAPI / "rest.json").is_file():
        pytest.skip(f"PagerDuty's OpenAPI files are not at {OPENAPI}; set PAGERDUTY_OPENAPI to their folder")
    with Simulator(contract=OPENAPI) as running:
        yield running


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority for this session."""
    return trustme.CA()


@pytest.fixture(scope="session")
def tls_simulator(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Simulator]:
    """A simulator behind TLS, which PagerDuty's own client requires; with the contract if the files are there."""
    folder = tmp_path_factory.mktemp("tls")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
    contract = OPENAPI if (OPENAPI / "rest.json").is_file() else None
    with Simulator(contract=contract, certfile=folder / "certificate.pem", keyfile=folder / "key.pem") as running:
        yield running


@pytest.fixture
def call(contract_simulator: Simulator) -> Client:
    """Calls the simulator with the contract on."""
    return Client(contract_simulator.url)
