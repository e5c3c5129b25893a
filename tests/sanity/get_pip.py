# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the bootstrap script that ansible-test fetches: uv installs pip, and what is asked for, from PyPI."""

import os
import subprocess
import sys

packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
command = ["uv", "pip", "install", "--quiet", "--python", sys.executable, "pip", *packages]
sys.exit(subprocess.run(command, env={**os.environ, "UV_SYSTEM_CERTS": "1"}, check=False).returncode)
