# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PagerDuty to practice on, until Ctrl+C: `python -m tools.practice [--account FILE] [--port PORT]`."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import typing as t
from pathlib import Path

from simulator.client import Client
from simulator.launch import NotStarted, Simulator, SimulatorError, environment

INCIDENTS = 3


def main() -> int:
    """Run the simulator; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make simulator", description="Practice without waking anybody.")
    parser.add_argument("--account", type=Path, help="an account that make snapshot has written")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: a free one)")
    given = parser.parse_args()
    # SIGTERM ends it as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            practice(given.port, given.account)
    except NotStarted:
        return 1
    except SimulatorError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def practice(port: int, account: Path | None) -> None:
    """Run the simulator until a signal comes.

    Args:
        port: 0 for a free one.
        account: the file of an account; None for the simulator's own, with incidents.

    Raises:
        SimulatorError: it does not start.
        KeyboardInterrupt: the signal has arrived.
    """
    with Simulator(port=port, account=account) as simulator:
        services = Client(simulator.url)("GET", "/services", query=[("include[]", "integrations")]).body["services"]
        if not account:
            simulator.reset(incidents=INCIDENTS)
        show(simulator.url, routing_keys(services))
        signal.pause()


def routing_keys(services: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, str]:
    """Return the routing key of each service that takes events, by the service's name."""
    keys = {service["name"]: each["integration_key"] for service in services for each in service["integrations"]}
    return dict(sorted(keys.items()))


def show(url: str, keys: t.Mapping[str, str]) -> None:
    """Print what a playbook needs."""
    variables = environment(url)
    if variables["PAGERDUTY_ROUTING_KEY"] not in keys.values():
        variables["PAGERDUTY_ROUTING_KEY"] = next(iter(keys.values()), "")
    print("In another terminal, send your playbooks here:\n")
    print("\n".join(f"export {name}={value}" for name, value in variables.items()))
    print("\nEvents go to the service of their routing key:\n")
    print("\n".join(f"{key}  {service}" for service, key in keys.items()))
    print(f"\nOpen {url} to see the incidents. Stop with Ctrl+C.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
