# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time zones: two by name, whatever the machine knows, and all offsets."""

from __future__ import annotations

import struct
import typing as t
import zoneinfo
from datetime import timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st

RULES = {"Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3", "Asia/Tokyo": "JST-9"}
"""As POSIX writes them."""
OFFSETS = st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))


def only_zones(folder: Path) -> t.Iterator[None]:
    """Let zoneinfo know these two zones and no others.

    Args:
        folder: an empty one.
    """
    for name, rule in RULES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_file(rule))
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(folder)])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


def _file(rule: str) -> bytes:
    """Return a file of a zone that has always had the same rule, as RFC 9636 describes it."""
    part = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb", 0, 0, 0) + b"LMT\0"
    return part + part + f"\n{rule}\n".encode()
