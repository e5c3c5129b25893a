# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of ansible-core and Python that the collection is tested with. The hosted workflow uses the same."""

from __future__ import annotations

CONTROLLERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "2.16": ("2.16.19", ("3.10",)),
    "2.17": ("2.17.14", ("3.10",)),
    "2.18": ("2.18.19", ("3.11",)),
    "2.19": ("2.19.14", ("3.11",)),
    "2.20": ("2.20.10", ("3.12",)),
    "2.21": ("2.21.5", ("3.13",)),
    "devel": ("2.22.0rc1", ("3.14", "3.13")),
}
"""By version: the release of ansible-core, and the Pythons that run it, the best first. `devel` is a pre-release."""

CLIENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "pdh": ("0.8.1", ("3.13", "3.12", "3.11")),
    "pagerduty-mcp": ("1.1.0", ("3.12",)),
}
"""Clients of PagerDuty, which the simulator must satisfy: the release, and the Pythons that run it, the best first."""

AWX_PYTHON = "3.12"
"""Runs AWX's own code, which needs 3.11 or later."""

TARGETS = ("2.7", "3.6", "3.8", "3.9")
"""Pythons of target hosts: the oldest that the modules support, and older ones that they must refuse."""
OLDEST_TARGET = "3.9"

OLDEST_HTTP = {"requests": "2.28.2", "urllib3": "1.26.20"}
"""The oldest releases of the HTTP libraries that connections are tested with: urllib3 before version 2."""
