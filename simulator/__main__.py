# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: `pagerduty-simulator`, or `python -m simulator`."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import signal
import ssl
import sys
import typing as t
from pathlib import Path

from aiohttp import web

from simulator import account_file
from simulator.clock import Clock
from simulator.server import Server
from simulator.simulation import Simulation

GRACE = 0.5
"""Seconds that running requests get when the simulator stops."""


def options(arguments: t.Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line.

    Raises:
        SystemExit: it is invalid.
    """
    parser = argparse.ArgumentParser(prog="pagerduty-simulator", description="A PagerDuty on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--contract", type=Path, metavar="DIR", help="check everything against the OpenAPI files here")
    parser.add_argument("--account", type=Path, metavar="FILE", help="the account, as `make snapshot` has written it")
    parser.add_argument("--rest-limit", type=int, default=960, help="REST calls in a minute (default: %(default)s)")
    parser.add_argument("--events-limit", type=int, default=120, help="events in a minute (default: %(default)s)")
    parser.add_argument("--clock-speed", type=float, default=1.0, help="simulated seconds in a real one (default: 1)")
    parser.add_argument("--certfile", type=Path, help="serve https with this certificate")
    parser.add_argument("--keyfile", type=Path, help="the certificate's private key")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when standard input closes, as when its writer ends"
    )
    given = parser.parse_args(arguments)
    if bool(given.certfile) != bool(given.keyfile):
        parser.error("--certfile and --keyfile go together")
    if given.account and not given.account.is_file():
        parser.error(f"{given.account} does not exist")
    if min(given.rest_limit, given.events_limit, given.clock_speed) <= 0:
        parser.error("limits and speed must be above 0")
    return given


def simulation_for(given: argparse.Namespace) -> Simulation:
    """Return the simulation for a command line.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is not what it should be.
    """
    contract = None
    if given.account:
        account_file.use(given.account)
    if given.contract:
        # Only this option needs openapi-core, which takes long to import.
        from simulator.contract import Contract

        contract = Contract(given.contract)
    return Simulation(Clock(given.clock_speed), given.rest_limit, given.events_limit, contract)


async def serve(given: argparse.Namespace, simulation: Simulation) -> None:
    """Serve until the process is stopped.

    Raises:
        SystemExit: it cannot listen; the message says why.
    """
    stopped = _stopped(until_stdin_closes=given.until_stdin_closes)
    tls = None
    if given.certfile:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(given.certfile, given.keyfile)
    runner = web.AppRunner(Server(simulation).application(), access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        await web.TCPSite(runner, given.host, given.port, ssl_context=tls).start()
    except OSError as error:
        await runner.cleanup()
        sys.exit(_cannot_listen(given, error))
    port = runner.addresses[0][1]
    print(f"PagerDuty simulator listening on {'https' if tls else 'http'}://{given.host}:{port}", flush=True)
    await stopped.wait()
    await runner.cleanup()


def _stopped(*, until_stdin_closes: bool) -> asyncio.Event:
    """Return what is set once the simulator has to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)

    def read_stdin() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin)
            stopped.set()

    if until_stdin_closes:
        loop.add_reader(sys.stdin, read_stdin)
    return stopped


def _cannot_listen(given: argparse.Namespace, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {given.port} is in use already; choose another with --port, or 0 for a free one."
    return f"Cannot listen on {given.host}, port {given.port}: {error.strerror}."


def main() -> None:
    """Run the simulator.

    Raises:
        SystemExit: it cannot start; the message says why.
    """
    given = options()
    try:
        simulation = simulation_for(given)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    asyncio.run(serve(given, simulation))


if __name__ == "__main__":
    main()
