# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the simulator and writes its address and keys to a file for integration targets.

`python -m tools.simulator_settings FILE` runs until its standard input is closed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from simulator import account
from simulator.launch import Simulator


def main() -> None:
    """Start the simulator, write the file, and wait."""
    with Simulator() as simulator:
        settings = {
            "simulator_defaults": {
                "api_token": account.ACCOUNT_KEY,
                "api_url": simulator.url,
                "events_url": simulator.url,
                "from_email": account.FROM_EMAIL,
            },
            "simulator_routing_key": account.ROUTING_KEY,
        }
        # JSON is YAML.
        Path(sys.argv[1]).write_text(json.dumps(settings), encoding="utf-8")
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
