# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes down each task's result together with the calls it made, for the tests to read.

After each task the simulator's journal is fetched and emptied, so that every call belongs to the task that made it.
"""

from __future__ import annotations

import json
import os
import urllib.request

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Record task results and the simulator's journal
description: Appends one JSON line for each task result to the file that E(RECORDER_FILE) names.
"""


class CallbackModule(CallbackBase):
    """One JSON line for each result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, outcome, result):
        # A proxy in the environment is there for the modules, not for us.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        address = f"{os.environ['SIMULATOR_URL']}/_simulator/journal"
        with opener.open(address) as answer:
            journal = json.load(answer)["entries"]
        opener.open(urllib.request.Request(address, method="DELETE")).close()
        line = {
            "outcome": outcome,
            "task": result.task.get_name() if hasattr(result, "task") else result._task.get_name(),
            "result": result.result if hasattr(result, "result") else result._result,
            "journal": journal,
        }
        with open(os.environ["RECORDER_FILE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        """A task that went well."""
        self._record("ok", result)

    def v2_runner_on_failed(self, result, **_ignore_errors):
        """A task that failed."""
        self._record("failed", result)

    def v2_runner_on_skipped(self, result):
        """A task whose condition did not hold."""
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result):
        """A task whose host was out of reach."""
        self._record("unreachable", result)
