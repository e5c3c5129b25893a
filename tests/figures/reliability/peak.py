# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module and writes the largest memory that the process had, in KiB, as the last line of its error output.

It reads VmHWM, because `getrusage` also counts what the process held before it started this program.
"""

from __future__ import annotations

import atexit
import re
import runpy
import sys
from pathlib import Path


def print_peak() -> None:
    """Print the process's largest memory, in KiB."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(peak, file=sys.stderr)


if __name__ == "__main__":
    atexit.register(print_peak)
    module = sys.argv.pop(1)
    sys.path.pop(0)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
