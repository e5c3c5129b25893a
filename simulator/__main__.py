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

from simulator import account, account_file
from simulator.clock import Clock
from simulator.guard import is_loopback
from simulator.server import Server
from simulator.simulation import Simulation

DESCRIPTION = """\
A PagerDuty on this machine, for tests and practice: REST API v2 and Events API v2, accounts, incidents, and who was
woken. It pages nobody."""
USAGE = f"""\
Send your client to the address that it prints, for the REST API and for events alike, with:

  API token    {account.ACCOUNT_KEY}
  From         {account.FROM_EMAIL}
  routing key  {account.ROUTING_KEY}

  curl -H 'Authorization: Token token={account.ACCOUNT_KEY}' http://127.0.0.1:8080/incidents

Open the same address in a browser to see the incidents, who was woken and by which call, and who is on call, and to
acknowledge, resolve, put the clock forward, or start again. Tests do the same, and ask for outages and lost
responses, through its control API: see README.md, beside the code.

Ctrl+C or SIGTERM stops it. Everything is in memory: nothing is left behind.
"""
MAX_PORT = 65_535
GRACE = 0.5
"""Seconds that running requests get when the simulator stops."""


def options(arguments: t.Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line.

    Raises:
        SystemExit: it is invalid.
    """
    parser = argparse.ArgumentParser(
        prog="pagerduty-simulator",
        description=DESCRIPTION,
        epilog=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_places(parser.add_argument_group("where it listens").add_argument)
    _add_account(parser.add_argument_group("what it simulates").add_argument)
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when standard input closes, as when its writer ends"
    )
    given = parser.parse_args(arguments)
    if bool(given.certfile) != bool(given.keyfile):
        parser.error("--certfile and --keyfile go together")
    if given.account and not given.account.is_file():
        parser.error(f"{given.account} is not a file")
    if not 0 <= given.port <= MAX_PORT:
        parser.error(f"--port must be from 0 to {MAX_PORT}")
    if min(given.rest_limit, given.events_limit, given.clock_speed) <= 0:
        parser.error("limits and speed must be above 0")
    return given


def _add_places(add: t.Callable[..., object]) -> None:
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=0, help="port to listen on (default: a free one)")
    add("--certfile", type=Path, metavar="FILE", help="serve https with this certificate")
    add("--keyfile", type=Path, metavar="FILE", help="the certificate's private key")


def _add_account(add: t.Callable[..., object]) -> None:
    add("--account", type=Path, metavar="FILE", help="the account, as 'make snapshot' has written it")
    add("--contract", type=Path, metavar="DIR", help="check all calls against the OpenAPI files here")
    add("--rest-limit", type=int, default=960, metavar="N", help="REST calls a minute (default: 960)")
    add("--events-limit", type=int, default=120, metavar="N", help="events a minute (default: 120)")
    add("--clock-speed", type=float, default=1.0, metavar="F", help="run its clock F times as fast")


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
        try:
            # Only this option needs openapi-core, which takes long to import.
            from simulator.contract import Contract
        except ImportError:
            raise ValueError("--contract needs the package openapi-core; the extra 'contract' installs it.") from None
        contract = Contract(given.contract)
    return Simulation(Clock(given.clock_speed), given.rest_limit, given.events_limit, contract)


def tls_for(given: argparse.Namespace) -> ssl.SSLContext | None:
    """Return what https needs, or None for http.

    Raises:
        ValueError: the certificate or its key cannot be used.
    """
    if not given.certfile:
        return None
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        tls.load_cert_chain(given.certfile, given.keyfile)
    except OSError as error:
        why = "not a PEM certificate and its key" if isinstance(error, ssl.SSLError) else error.strerror
        raise ValueError(f"Cannot use {given.certfile} with {given.keyfile}: {why}.") from None
    return tls


async def serve(given: argparse.Namespace, simulation: Simulation, tls: ssl.SSLContext | None) -> None:
    """Serve until the process is stopped.

    Raises:
        SystemExit: it cannot listen; the message says why.
    """
    stopped = _stopped(until_stdin_closes=given.until_stdin_closes)
    runner = web.AppRunner(
        Server(simulation, only_here=is_loopback(given.host)).application(), access_log=None, shutdown_timeout=GRACE
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, given.host, given.port, ssl_context=tls).start()
    except OSError as error:
        await runner.cleanup()
        sys.exit(_cannot_listen(given, error))
    port = runner.addresses[0][1]
    host = f"[{given.host}]" if ":" in given.host else given.host
    print(f"PagerDuty simulator listening on {'https' if tls else 'http'}://{host}:{port}", flush=True)
    if sys.stdout.isatty():
        print("Open it in a browser. 'pagerduty-simulator --help' says how to call it. Ctrl+C stops it.", flush=True)
    await stopped.wait()
    await runner.cleanup()


def _stopped(*, until_stdin_closes: bool) -> asyncio.Event:
    """Return what is set once the simulator has to stop.

    Raises:
        SystemExit: the standard input is none that could close.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)

    def read_stdin() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin)
            stopped.set()

    if until_stdin_closes:
        try:
            loop.add_reader(sys.stdin, read_stdin)
        except (OSError, ValueError):
            # A file, the null device, or nothing at all.
            sys.exit(
                "--until-stdin-closes needs a pipe or a terminal as standard input. Leave it out to run until stopped."
            )
    return stopped


def _cannot_listen(given: argparse.Namespace, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {given.port} is in use already; choose another with --port, or 0 for a free one."
    why = error.strerror or os.strerror(error.errno or errno.EADDRNOTAVAIL)
    return f"Cannot listen on {given.host}, port {given.port}: {why}."


def main() -> None:
    """Run the simulator.

    Raises:
        SystemExit: it cannot start; the message says why.
    """
    given = options()
    try:
        simulation, tls = simulation_for(given), tls_for(given)
    except OSError as error:
        sys.exit(f"Cannot read {error.filename}: {error.strerror}.")
    except ValueError as error:
        sys.exit(str(error))
    asyncio.run(serve(given, simulation, tls))


if __name__ == "__main__":
    main()
