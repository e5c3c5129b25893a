# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts a module: every module imports it first, so it must run on Python 2.7.

Stops with one sentence if Python is too old. In a process of the module's own it also puts off the garbage collection
until everything is imported: nothing of that is garbage, and searching it takes 6 ms.

Private to the collection.
"""

import gc
import json
import platform
import sys

MINIMUM = (3, 9)
MODULES = "ansible_collections.oncall.pagerduty.plugins.modules."

if sys.version_info < MINIMUM:
    message = (
        "oncall.pagerduty requires Python {}.{} or newer, but {} is Python {}. "
        "Set ansible_python_interpreter to a newer one, or delegate the task to localhost."
    ).format(MINIMUM[0], MINIMUM[1], sys.executable, platform.python_version())
    sys.stdout.write(json.dumps({"failed": True, "changed": False, "msg": message}))
    raise SystemExit(1)

program = getattr(sys.modules["__main__"], "__spec__", None)
if program is not None and program.name.startswith(MODULES):
    # This is the module's own process, not Ansible's worker. `Module.main` enables it.
    gc.disable()
