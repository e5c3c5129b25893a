# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stops a module with one sentence if Python is too old. Every module imports it first, so it must run on Python 2.7.

Private to the collection.
"""

import json
import platform
import sys

MINIMUM = (3, 9)

if sys.version_info < MINIMUM:
    message = (
        "oncall.pagerduty requires Python {}.{} or newer, but {} is Python {}. "
        "Set ansible_python_interpreter to a newer one, or delegate the task to localhost."
    ).format(MINIMUM[0], MINIMUM[1], sys.executable, platform.python_version())
    sys.stdout.write(json.dumps({"failed": True, "changed": False, "msg": message}))
    raise SystemExit(1)
