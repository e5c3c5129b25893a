# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for real runs of ansible-playbook."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import trustme

from integration.playbook_runner import PlaybookRunner
from simulator.fixtures import running_simulator, simulator
from simulator.launch import Simulator

__all__ = ["running_simulator", "simulator"]


@pytest.fixture
def play(simulator: Simulator, tmp_path: Path) -> PlaybookRunner:
    """Runs tasks with ansible-playbook, in Ansible's worker."""
    return PlaybookRunner(simulator, tmp_path, in_worker=True)


@pytest.fixture(params=["in the worker", "in a process"])
def play_both_ways(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> PlaybookRunner:
    """Runs tasks with ansible-playbook, once in the worker and once as separate processes."""
    return PlaybookRunner(simulator, tmp_path, in_worker=request.param == "in the worker")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """An unknown certificate authority: paths of its certificate, and of a server's certificate and key."""
    folder = tmp_path_factory.mktemp("authority")
    ca = trustme.CA()
    server = ca.issue_cert("127.0.0.1", "localhost")
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    server.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    return folder / "ca.pem", folder / "server.pem", folder / "server.key"


@pytest.fixture(scope="session")
def ca_path(authority: tuple[Path, Path, Path]) -> str:
    """The certificate authority of `tls_simulator`."""
    return str(authority[0])


@pytest.fixture(scope="session")
def tls_simulator(authority: tuple[Path, Path, Path]) -> t.Iterator[Simulator]:
    """A simulator behind TLS."""
    _ca, certificate, key = authority
    with Simulator(certfile=certificate, keyfile=key) as simulator:
        yield simulator
