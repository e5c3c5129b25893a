# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module and writes the largest memory that the process had, in KiB, as the last line of its error output.

A program of its own: the kernel counts what a process held before it became this one for `getrusage`, not for VmHWM.
"""

from __future__ import annotations

import atexit
import re
import runpy
import sys
from pathlib import Path


def tell() -> None:
    """Write the process's high-water mark."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(peak, file=sys.stderr)


if __name__ == "__main__":
    atexit.register(tell)
    module = sys.argv.pop(1)
    sys.path.pop(0)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
