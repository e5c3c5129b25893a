# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module inside Ansible's worker when its host is this machine: the same definition, without a new process.

Whatever could make a difference (another user, interpreter or environment, async) is left to a separate process.
Uses only public interfaces of ansible-core.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import typing as t
from dataclasses import dataclass, field

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils._api.auth import first_set
from ..module_utils._core import abandoned
from ..module_utils._core.http_client import REQUESTS_IMPORT_ERROR, tls_context
from ..module_utils._module import Module
from ._controller import Result, definition, plain, validate

SWITCH = "pagerduty_in_process"
"""A variable, and in capitals an environment variable: false runs every module as a separate process."""
MODULE_UTILS = "ansible_collections.oncall.pagerduty.plugins.module_utils"
IMPORTED_LATE = (
    "_api.directory",
    "_api.errors",
    "_api.failed_responses",
    "_api.scopes",
    "_core.call_failures",
    "_core.differences",
    "_core.locks",
    "_core.recovery",
    "_core.runner",
    "_core.summary",
    "_incidents.awaiting",
    "_incidents.by_key",
    "_incidents.notify_entries",
    "_incidents.search",
)
"""What a module imports only to write, wait, search, read a log, show a diff, find a key, or tell of an error."""
DISCOVERED = ("auto", "auto_legacy", "auto_silent", "auto_legacy_silent", "", None)
"""Interpreter settings that leave the choice to Ansible."""

MASKED, MASKED_PART = (
    ("$REDACTED$", "$REDACTED$")
    if importlib.util.find_spec("ansible.module_utils.secrets")
    else ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********")
)
"""What stands in a result in place of a secret, and of a secret inside a text: ansible-core 2.22 uses a new mark."""

Variables = t.Mapping[str, t.Any]

display = Display()

# Ansible forks its workers afterwards: they need not import anything, nor read the CA certificates.
for _name in IMPORTED_LATE:
    importlib.import_module(f"{MODULE_UTILS}.{_name}")
if not REQUESTS_IMPORT_ERROR:
    tls_context(verify=True)


def subprocess_reason(task: t.Any, connection: t.Any, templar: t.Any, variables: Variables) -> str:
    """Return why a task needs a separate process; empty if it does not."""
    reasons = {
        f"requests is missing here ({REQUESTS_IMPORT_ERROR})": bool(REQUESTS_IMPORT_ERROR),
        f"{SWITCH} is false": not boolean(templar.template(_switch(variables)), strict=False),
        "the connection is not local": connection.transport not in ("local", "ansible.builtin.local"),
        "become is set": bool(connection.become),
        "async is set": bool(task.async_val),
        "environment is set": _has_environment(task, templar),
        "another Python interpreter is set": not _is_this_interpreter(templar.template(_interpreter(task, variables))),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


@dataclass
class PreparedTask:
    """A task with validated options, ready to run.

    Args:
        module: its definition.
        options: validated; empty if that was not possible.
        folder: where a separate process would start: relative paths in options count from there.
        shows_options: whether the result holds the options, as `invocation`.
        error: why the options are refused; empty if they are not.
    """

    module: Module
    options: dict[str, t.Any]
    check_mode: bool
    diff_mode: bool
    folder: str
    host: str
    shows_options: bool
    error: str = ""
    warnings: list[str] = field(default_factory=list)

    def run(self) -> Result:
        """Return the result that the module returns as a separate process."""
        with _working_folder(self.folder):
            result = {"failed": True, "msg": self.error} if self.error else self._run()
        if self.warnings:
            result["warnings"] = self.warnings
        if self.options and self.shows_options:
            result["invocation"] = {"module_args": self.options}
        secrets = [str(self.options[name]) for name in _secret_options(self.module) if self.options.get(name)]
        return {key: mask(each, secrets) for key, each in result.items()}

    def _run(self) -> Result:
        abandoned.watch_parent()
        return self.module.run(
            self.options,
            check_mode=self.check_mode,
            diff_mode=self.diff_mode,
            warn=self.warnings.append,
            progress=lambda line: display.v(line, host=self.host),
        )


def prepare(task: t.Any, loader: t.Any, variables: Variables) -> PreparedTask:
    """Validate a task's options; sends nothing."""
    module = definition(task.action.rpartition(".")[2])
    args = plain(task.args)
    options, error = validate(module, task.action, args)
    return PreparedTask(
        module,
        options,
        check_mode=bool(task.check_mode),
        diff_mode=bool(task.diff),
        folder=loader.get_basedir(),
        host=str(variables.get("inventory_hostname")),
        shows_options=_shows_options(variables),
        error=error,
        warnings=list(_alias_warnings(module, args)),
    )


def _alias_warnings(module: Module, args: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Yield the warnings of AnsibleModule for options that are given twice, under two names or by the environment."""
    for name, option in module.options.items():
        _fallback, variables = option.get("fallback", (None, []))
        is_given = name in args or first_set(variables) is not None
        for alias in option.get("aliases", ()):
            if alias in args and is_given:
                yield f"Both option {name} and its alias {alias} are set."
            is_given = is_given or alias in args


def mask(value: t.Any, secrets: t.Sequence[str]) -> t.Any:
    """Return a result without secrets, as AnsibleModule does for options with `no_log`.

    Of our own, since ansible-core 2.22 deprecates its function for this.
    """
    if isinstance(value, dict):
        return {key: mask(each, secrets) for key, each in value.items()}
    if isinstance(value, list):
        return [mask(each, secrets) for each in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return MASKED if any(secret in str(value) for secret in secrets) else value
    if not isinstance(value, str):
        return value
    if value in secrets:
        return MASKED
    for secret in secrets:
        value = value.replace(secret, MASKED_PART)
    return value


def _shows_options(variables: Variables) -> bool:
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=variables))
    except AnsibleError:
        # Before ansible-core 2.21 there was no such setting, and results always held them.
        return True


def _secret_options(module: Module) -> t.Iterator[str]:
    for name, option in module.options.items():
        if option.get("no_log"):
            yield from (name, *option.get("aliases", ()))


def _switch(variables: Variables) -> t.Any:
    """Return whether tasks may run here, as it is set: it may be a template."""
    return variables.get(SWITCH, os.environ.get(SWITCH.upper(), True))


def _has_environment(task: t.Any, templar: t.Any) -> bool:
    environments = task.environment if isinstance(task.environment, list) else [task.environment]
    return any(templar.template(environment) for environment in environments if environment)


def _interpreter(task: t.Any, variables: Variables) -> t.Any:
    """Return the interpreter that the user, or Ansible for the implicit localhost, has set: it may be a template."""
    delegated = variables.get("ansible_delegated_vars") or {}
    host = delegated.get(task.delegate_to) if task.delegate_to else None
    return constants.config.get_config_value("INTERPRETER_PYTHON", variables=host or variables)


def _is_this_interpreter(interpreter: str | None) -> bool:
    """Return whether a module would run with this interpreter and its packages, under whatever name."""
    if interpreter in DISCOVERED:
        return True
    paths = [str(interpreter), sys.executable]
    places = {(os.path.realpath(os.path.dirname(path)), os.path.realpath(path)) for path in paths}
    return len(places) == 1


@contextlib.contextmanager
def _working_folder(path: str) -> t.Iterator[None]:
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)
