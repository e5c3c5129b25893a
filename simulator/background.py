# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts and stops a simulator that outlives the command: `python -m simulator.background start|stop FILE`.

FILE holds the process id, and the environment variables that point the modules to the simulator.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from simulator.launch import environment

FOLDER = Path(__file__).resolve().parents[1]


def start(file: Path) -> None:
    """Start a simulator, and write its address to a file once it listens."""
    # If it inherited our output, whoever reads that to its end would wait for the simulator.
    log = file.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator"],
            cwd=FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        sys.exit(f"The simulator did not start: {log.read_text()}")
    file.write_text(json.dumps({"pid": process.pid, "environment": environment(line.split()[-1])}))


def stop(file: Path) -> None:
    """Stop the simulator whose process id is in a file."""
    os.kill(json.loads(file.read_text())["pid"], signal.SIGTERM)
    file.unlink()


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](Path(sys.argv[2]))
