# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways from a module to a simulator: directly, and over TLS through a proxy.

A proxy makes a difference to what the HTTP library says of a lost response, and must make none to what a task does.
"""

from __future__ import annotations

import contextlib
import tempfile
import typing as t
from pathlib import Path

import trustme

from figures.reliability.processes import Route
from figures.reliability.scenario_runner import ScenarioRunner
from simulator.connect_proxy import ConnectProxy
from simulator.launch import Simulator


@contextlib.contextmanager
def direct_runner() -> t.Iterator[ScenarioRunner]:
    """Run scenarios on a simulator of their own."""
    with Simulator() as simulator:
        yield ScenarioRunner(simulator)


@contextlib.contextmanager
def proxied_runner() -> t.Iterator[ScenarioRunner]:
    """Run scenarios on a simulator of their own, which is behind TLS and a proxy."""
    with tempfile.TemporaryDirectory() as folder:
        authority, certificate, key = _certificates(Path(folder))
        with (
            Simulator(certfile=certificate, keyfile=key) as simulator,
            ConnectProxy(int(simulator.url.rpartition(":")[2])) as proxy,
        ):
            yield ScenarioRunner(simulator, Route(f"http://127.0.0.1:{proxy.port}", str(authority)))


def _certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Write the certificate of an authority, and the certificate and key of a server; returns their paths."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    paths = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    authority.cert_pem.write_to_path(str(paths[0]))
    server.cert_chain_pems[0].write_to_path(str(paths[1]))
    server.private_key_pem.write_to_path(str(paths[2]))
    return paths
