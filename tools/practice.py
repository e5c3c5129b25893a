# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PagerDuty to practice on, until Ctrl+C: `python -m tools.practice FILE [--account FILE] [--port PORT]`.

Writes a file for a shell to source: then `ansible-playbook` and the collection are there, and send everything here.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import typing as t
from pathlib import Path

from simulator.client import Client
from simulator.launch import NotStarted, Simulator, SimulatorError, environment

INCIDENTS = 3
SHELL_FILE = """\
# Written by `make simulator`, which removes it when it ends. Open a new terminal to be without it.
{exports}
export NO_PROXY="{host}${{NO_PROXY:+,$NO_PROXY}}" no_proxy="{host}${{no_proxy:+,$no_proxy}}"
export PATH={programs}:"$PATH"
export ANSIBLE_COLLECTIONS_PATH={collections}:"${{ANSIBLE_COLLECTIONS_PATH:-$HOME/.ansible/collections}}"
export ANSIBLE_CALLBACKS_ENABLED="oncall.pagerduty.log${{ANSIBLE_CALLBACKS_ENABLED:+,$ANSIBLE_CALLBACKS_ENABLED}}"
"""
NEXT = """\
A PagerDuty to practice on listens on {url}. It wakes nobody.

1. In another terminal, send your playbooks here:
     . {file}
2. See whom a page would wake. Without --check, it pages:
     ansible-playbook oncall.pagerduty.event --check -e '{{"pagerduty_summary": "Disk full"}}'
3. See who was woken, by which call, and who is on call:
     {url}/woken

Ctrl+C stops it and removes the file."""


def main() -> int:
    """Run the simulator; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make simulator", description="Practice without waking anybody.")
    parser.add_argument("file", type=Path, help="the file to write, which a shell can source")
    parser.add_argument("--account", type=Path, help="an account that make snapshot has written")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (default: a free one)")
    given = parser.parse_args()
    # The end of the terminal, or of the machine, ends it as Ctrl+C does, which a shell lets its background jobs ignore.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        practice(given.port, given.account, given.file)
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    except NotStarted:
        return 1
    except (OSError, SimulatorError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def practice(port: int, account: Path | None, file: Path) -> None:
    """Run the simulator until a signal comes.

    Args:
        port: 0 for a free one.
        account: the file of an account; None for the simulator's own, with incidents.
        file: the file that a shell can source, while the simulator runs.

    Raises:
        SimulatorError: it does not start.
        OSError: the file cannot be written.
        KeyboardInterrupt: the signal has arrived.
    """
    with Simulator(port=port, account=account) as simulator:
        if not account:
            simulator.reset(incidents=INCIDENTS)
        with written(file, shell_file(simulator.url, routing_keys(simulator.url))):
            print(NEXT.format(url=simulator.url, file=shlex.quote(str(file))), flush=True)
            signal.pause()


def routing_keys(url: str) -> list[str]:
    """Return the routing keys of the services that take events, in the order of the services' names."""
    services = Client(url)("GET", "/services", query=[("include[]", "integrations")]).body["services"]
    return [each["integration_key"] for service in services for each in service["integrations"]]


def shell_file(url: str, keys: t.Sequence[str]) -> str:
    """Return what a shell sources to send playbooks to a simulator.

    Args:
        keys: the routing keys of its account.
    """
    variables = environment(url)
    if variables["PAGERDUTY_ROUTING_KEY"] not in keys:
        variables["PAGERDUTY_ROUTING_KEY"] = next(iter(keys), "")
    return SHELL_FILE.format(
        exports="\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
        host="127.0.0.1",
        programs=shlex.quote(str(Path(sys.executable).parent)),
        collections=shlex.quote(os.environ["ANSIBLE_COLLECTIONS_PATH"]),
    )


@contextlib.contextmanager
def written(file: Path, content: str) -> t.Iterator[None]:
    """Keep a file while something goes on; another simulator may have replaced it meanwhile.

    Raises:
        OSError: it cannot be written.
    """
    file.write_text(content, encoding="utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            if file.read_text(encoding="utf-8") == content:
                file.unlink()


if __name__ == "__main__":
    sys.exit(main())
