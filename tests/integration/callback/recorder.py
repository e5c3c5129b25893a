# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records each task's result and the calls that it made, for the tests.

After each task it fetches and empties the simulator's journal, so every call belongs to one task.
"""

from __future__ import annotations

import http.client
import json
import os
from urllib.parse import urlsplit

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Record task results and the simulator's journal
description:
  - Appends one JSON line for each task result to the file that E(RECORDER_FILE) names.
  - Resets the simulator before each task that has the variable C(simulator_reset), the body of the reset.
  - Sets faults, and no others, before each task that has the variable C(simulator_faults), a list of faults.
"""


class CallbackModule(CallbackBase):
    """Writes one line of JSON for each result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task, **_keywords):
        """Reset the simulator, or set its faults, if the task asks for it."""
        if "simulator_reset" in task.vars:
            self._call("POST", "reset", task.vars["simulator_reset"])
        if "simulator_faults" in task.vars:
            self._call("DELETE", "faults")
            self._call("POST", "faults", task.vars["simulator_faults"])

    def _call(self, method, name, body=None):
        """Send a call to the simulator's control API."""
        # Not urllib.request: it reads all the certificates of the system, each time.
        connection = http.client.HTTPConnection(urlsplit(os.environ["SIMULATOR_URL"]).netloc)
        try:
            connection.request(method, f"/_simulator/{name}", None if body is None else json.dumps(body))
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def _record(self, outcome, result):
        journal = self._call("DELETE", "journal")["entries"]
        line = {
            "outcome": outcome,
            "task": result.task.get_name() if hasattr(result, "task") else result._task.get_name(),
            "result": result.result if hasattr(result, "result") else result._result,
            "journal": journal,
        }
        with open(os.environ["RECORDER_FILE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        """Record a task that succeeded."""
        self._record("ok", result)

    def v2_runner_on_failed(self, result, **_ignore_errors):
        """Record a task that failed."""
        self._record("failed", result)

    def v2_runner_on_skipped(self, result):
        """Record a task that was skipped."""
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result):
        """Record a task whose host was unreachable."""
        self._record("unreachable", result)
