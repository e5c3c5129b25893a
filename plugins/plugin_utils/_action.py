# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs every module of the collection: in Ansible's worker if the result is the same, else as a separate process.

Ansible loads the file of a module in plugins/action, and with it this one and the module, before it forks its workers.
Private to the collection.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible.plugins.action.normal import ActionModule as NormalActionModule
from ansible.utils.display import Display

from ..module_utils._core.abandoned import RUN_VARIABLE
from ..module_utils._options import CONNECTION
from ._event_defaults import with_defaults
from ._given import given, given_to

try:
    from . import _controller, _group_defaults, _in_process, _next_level, _unknown_options

    LOAD_ERROR = ""
except Exception as error:
    # An ansible-core that lacks something must not stop the module from running as a process.
    LOAD_ERROR = f"{type(error).__name__}: {error}"

display = Display()
LOCAL = ("local", "ansible.builtin.local")
DESCRIBED = ("change_event", "event")
"""The modules whose events describe the run unless the task says otherwise."""


def load(name: str) -> t.Callable[[], None]:
    """Import the module of an action; returns the function by which a linter checks the module's options.

    The function is called `main` in the action's file: ansible-lint looks for it there, not in the module. It sends
    nothing, whoever calls it.

    Args:
        name: that of the action's file for Python.
    """
    module = name.rpartition(".")[2]
    # If that fails, the reason shows when the module runs.
    with contextlib.suppress(Exception):
        _controller.definition(module)

    def validate() -> None:
        _controller.definition(module).ansible_module()

    return validate


def _given(task: t.Any) -> dict[str, t.Any]:
    """Return the options of a task that are set, as its module takes them."""
    if not LOAD_ERROR:
        # If the module cannot be loaded, the reason shows when it runs.
        with contextlib.suppress(ImportError):
            return given_to(_controller.definition(task.action.rpartition(".")[2]), task.args)
    return given(task.args, CONNECTION)


class ActionModule(NormalActionModule):
    """The action of every module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task's module."""
        variables = task_vars or {}
        warnings: list[str] = []
        self._task.args = self._without_defaults_for_others()
        self._task.args = _given(self._task)
        self._task.args = {**self._defaults_of_unset(), **self._task.args}
        if self._task.action.rpartition(".")[2] in DESCRIBED:
            self._task.args = with_defaults(self._usable_options(warnings.append), variables)
        climbing = self._climbing_task(variables)
        if climbing and self._task.async_val:
            self._task.async_val = 0
            warnings.append(_next_level.ASYNC_IGNORED)
        result = self._climb(climbing, tmp, variables) if climbing else self._run(tmp, variables)
        if warnings:
            result["warnings"] = [*warnings, *result.get("warnings", ())]
        return result

    def _climbing_task(self, variables: dict[str, t.Any]) -> _next_level.Task | None:
        """Return the task if it must escalate an incident only once."""
        # Whatever is wrong with the task, its module says so.
        with contextlib.suppress(Exception):
            return _next_level.climbing_task(self._task, str(variables.get("inventory_hostname")))
        return None

    def _climb(self, climbing: _next_level.Task, tmp: str | None, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        args = self._task.args

        def run(incidents: t.Sequence[str], level: str) -> dict[str, t.Any]:
            self._task.args = _next_level.with_level(args, incidents, level)
            return self._run(tmp, variables)

        try:
            return _next_level.climb_once(climbing, run)
        finally:
            # Ansible runs the same task for the next attempt.
            self._task.args = args

    def _run(self, tmp: str | None, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module with the task's arguments."""
        prepared = self._prepare(variables)
        if isinstance(prepared, str):
            display.vvv(f"{self._task.action} runs as a separate process, because {prepared}.")
            with self._known_run():
                result: dict[str, t.Any] = super().run(tmp, variables)
            return result
        return prepared.run()

    @contextlib.contextmanager
    def _known_run(self) -> t.Iterator[None]:
        """Tell a module on this machine which run it belongs to. An async one outlives it, and is told nothing."""
        given: t.Any = self._task.environment
        if self._connection.transport in LOCAL and not self._task.async_val:
            environments = given if isinstance(given, list) else [given]
            self._task.environment = [*filter(None, environments), {RUN_VARIABLE: str(os.getppid())}]
        try:
            yield
        finally:
            # Ansible runs the same task for the next item of a loop.
            self._task.environment = given

    def _without_defaults_for_others(self) -> dict[str, t.Any]:
        args: dict[str, t.Any] = self._task.args
        # Without this, the module names an option that it does not have.
        with contextlib.suppress(Exception):
            return _group_defaults.without_defaults_for_others(self._task, self._templar)
        return args

    def _defaults_of_unset(self) -> dict[str, t.Any]:
        # Without this, the module says which option it needs.
        with contextlib.suppress(Exception):
            return _group_defaults.defaults_of_unset(self._task, self._templar)
        return {}

    def _usable_options(self, warn: t.Callable[[str], None]) -> dict[str, t.Any]:
        """Return the task's options without those for which ansible-core would refuse an event."""
        args: dict[str, t.Any] = self._task.args
        # What fails here must not stop the event either.
        with contextlib.suppress(Exception):
            module = _controller.definition(self._task.action.rpartition(".")[2])
            return _controller.usable_options(module, _controller.plain(args), warn)
        return args

    def _unknown_options(self) -> list[str]:
        return _unknown_options.unknown_options(
            _controller.definition(self._task.action.rpartition(".")[2]), self._task.args
        )

    def _prepare(self, variables: dict[str, t.Any]) -> _in_process.PreparedTask | str:
        """Return the task, ready to run in this worker, or why it cannot run here. Sends nothing."""
        if LOAD_ERROR:
            return LOAD_ERROR
        try:
            reason = _in_process.subprocess_reason(self._task, self._connection, self._templar, variables)
            # With an unknown option the module runs nowhere, and a process would not say which one was meant.
            if reason and not self._unknown_options():
                return reason
            return _in_process.prepare(self._task, self._loader, variables)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
