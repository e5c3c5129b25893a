# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds an execution environment as the guide to AWX says, and reads from the simulator with it.

`python -m tools.execution_environment` needs podman or docker.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from simulator.launch import Simulator, environment
from tools.release import ROOT, build

DEFINITION = ROOT / "content" / "awx" / "execution-environment.yml"
FOLDER = ROOT / ".cache" / "execution-environment"
TAG = "oncall-pagerduty-ee"
PLAYBOOK = "oncall.pagerduty.oncall_info"


def main() -> str | int:
    """Return what is missing, in a sentence, or the exit code of the program that failed, which has said why."""
    engine = next(filter(shutil.which, ("podman", "docker")), "")
    if not engine:
        return "An execution environment is a container: install podman or docker."
    prepare(FOLDER)
    builder = Path(sys.executable).with_name("ansible-builder")
    command = [str(builder), "build", "--container-runtime", engine, "--tag", TAG]
    built = subprocess.run(command, cwd=FOLDER, check=False)
    if built.returncode:
        return built.returncode
    with Simulator() as simulator:
        return subprocess.run(run_command(engine, simulator.url), check=False).returncode


def prepare(folder: Path) -> None:
    """Put the collection beside the definition of the execution environment, in a new folder.

    Raises:
        CalledProcessError: ansible-galaxy refuses; it says why.
    """
    build(ROOT, folder).rename(folder / "oncall-pagerduty.tar.gz")
    shutil.copy(DEFINITION, folder)


def run_command(engine: str, url: str) -> list[str]:
    """Return the command that runs a ready playbook in the container, against the simulator at this address."""
    variables = [f"--env={name}={value}" for name, value in environment(url).items()]
    # The simulator listens on this machine's own loopback address.
    return [engine, "run", "--rm", "--network=host", *variables, TAG, "ansible-playbook", PLAYBOOK]


if __name__ == "__main__":
    sys.exit(main())
