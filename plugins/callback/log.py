# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says in the log who was paged: a line below each task that changed something, and a recap at the end.

A module cannot do that: of a task that went well, Ansible shows nothing of the result, or with `-v` all of it. A second
callback works beside Ansible's own, and beside that of AWX.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: log
type: aggregate
short_description: Say in the log who was paged
version_added: 1.0.0
author:
  - oncall.pagerduty contributors (!UNKNOWN)
description:
  - Below each task of this collection that changed something, shows in one line what it did and whom it paged, which is
    C(msg) of its result. In check mode, it shows what the task would do.
  - Ends the run with a recap of who was paged and how often, and of the incidents of these tasks, with number, title,
    status, and address. Of more than ten incidents, it shows the first ten. In check mode, the status is left out, as a
    task does not see what the one before it would have changed.
  - It works beside the callback that shows the run, whether that is Ansible's own or that of AWX.
  - Ansible shows the whole result of a task that failed, and with C(-v) that of every task. Then the line is left out.
  - Nothing is shown of tasks with C(no_log).
  - Nothing that happens here fails a run or changes its exit code.
requirements:
  - "The line C(callbacks_enabled = oncall.pagerduty.log) in ansible.cfg, or
    C(ANSIBLE_CALLBACKS_ENABLED=oncall.pagerduty.log) in the environment."
notes:
  - Do not enable it where a program reads the output, as with the callback C(ansible.posix.json).
seealso:
  - plugin: oncall.pagerduty.notify
    plugin_type: callback
"""

import contextlib
import typing as t

from ansible.plugins.callback import CallbackBase
from ansible.utils.display import Display

from ..plugin_utils._recap import Recap, line
from ..plugin_utils._results import task_of, values_of

COLLECTION = "oncall.pagerduty."
INDENT = "    "

display = Display()


class CallbackModule(CallbackBase):
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "oncall.pagerduty.log"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._recap = Recap()

    def v2_playbook_on_start(self, _playbook: t.Any) -> None:
        """Begin a playbook."""
        self._recap = Recap()

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Show what a task did."""
        self._note(result, says=True)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        """Show what a task did for one item of a loop."""
        self._note(result, says=True)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Keep what a task did before it failed."""
        self._note(result)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        """Keep what a task did for one item of a loop before it failed."""
        self._note(result)

    def v2_playbook_on_stats(self, _stats: t.Any) -> None:
        """Show the recap."""
        with _only_warning():
            lines = self._recap.lines()
            if lines:
                display.banner("PAGERDUTY RECAP")
            for each in lines:
                display.display(each)

    def _note(self, result: t.Any, *, says: bool = False) -> None:
        with _only_warning():
            task, values = task_of(result), values_of(result)
            # A loop has told of each item.
            if not str(task.resolved_action or task.action).startswith(COLLECTION) or "results" in values:
                return
            self._recap.add(values, bool(task.check_mode))
            said = line(values)
            # With -v, Ansible has shown it already.
            if says and said and not display.verbosity:
                display.display(f"{INDENT}{said}")


@contextlib.contextmanager
def _only_warning() -> t.Iterator[None]:
    """Turn any error into a warning: it must not fail the run."""
    try:
        yield
    except Exception as error:
        display.warning(f"oncall.pagerduty.log could not show everything: {type(error).__name__}: {error}")
