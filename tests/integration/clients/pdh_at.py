# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of pdh at another address, for which it has no option: `python pdh_at.py URL ARGUMENT...`."""

from __future__ import annotations

import sys

from pagerduty import RestApiV2Client
from pdh.main import main

if __name__ == "__main__":
    RestApiV2Client.url = sys.argv.pop(1)
    main(prog_name="pdh")
