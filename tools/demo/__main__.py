# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole incident on the simulator, through the installed collection and real `ansible-playbook`.

Starts the simulator on a free port, runs `incident.yml`, runs its idempotent part again to show that nothing changes,
and stops the simulator.
"""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

from simulator.launch import Simulator, environment

PLAYBOOK = Path(__file__).resolve().parent / "incident.yml"


def main() -> int:
    """Run the demo; returns the exit code."""
    say("Starting the PagerDuty simulator.")
    with Simulator() as simulator:
        variables = surroundings(simulator)
        say("An incident, from the alarm to the end:")
        play(variables)
        calls = simulator.journal()["writes"]
        say("The same again, but for what belongs to an incident that is going on:")
        play(variables, "--skip-tags", "once")
        writes = simulator.journal()["writes"] - calls
        incident = simulator.state()["incidents"][-1]
        say(f"The second run sent {writes} writes: everything was as it should be.")
        say(f"The incident's page: {simulator.url}/incidents/{incident['id']}")
        if sys.stdin.isatty():
            input("Press Enter to stop the simulator. ")
    say("Stopped the simulator. The incident is over.")
    return 0 if writes == 0 and incident["status"] == "resolved" else 1


def surroundings(simulator: Simulator) -> dict[str, str]:
    """Return the environment of ansible-playbook: our own, the simulator, and a log that says who was paged."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PAGERDUTY_")},
        **environment(simulator.url),
        "ANSIBLE_CALLBACKS_ENABLED": "oncall.pagerduty.log",
    }


def play(variables: dict[str, str], *arguments: str) -> None:
    """Run the playbook with this interpreter.

    Raises:
        SystemExit: when it fails.
    """
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", "localhost,"]
    interpreter = ["--extra-vars", f"ansible_python_interpreter={sys.executable}"]
    done = subprocess.run([*command, *interpreter, *arguments, str(PLAYBOOK)], env=variables, check=False)
    if done.returncode:
        raise SystemExit(f"The playbook failed with exit code {done.returncode}; its last task above says why.")


def say(line: t.Any) -> None:
    """Print a line of the demo itself, in order with the playbook's output."""
    print(f"\n==> {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
