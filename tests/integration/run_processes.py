# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes that a run of ansible-playbook has started."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path


def processes_of(folder: Path) -> t.Iterator[bytes]:
    """Yield the command line and the environment of every process that a run in this folder has started."""
    for process in Path("/proc").glob("[0-9]*"):
        # Processes end while we look.
        with contextlib.suppress(OSError):
            environment = (process / "environ").read_bytes()
            if str(folder).encode() in environment:
                yield (process / "cmdline").read_bytes() + environment
