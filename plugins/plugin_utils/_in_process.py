# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module inside Ansible's worker when its host is this machine: the same code, without a process of its own.

The module is run by its own `main`, so that options, plan, result and messages are those of the module; only the way in
and out is shorter. Whatever could make a difference (another user, interpreter or environment, async) has the module
run in a process of its own, as ever.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import pkgutil
import sys
import typing as t

from ansible import constants
from ansible.module_utils import basic
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as InItsOwnProcess
from ansible.utils.display import Display
from ansible.vars.clean import remove_internal_keys

from ..module_utils._module import Action
from ..module_utils._transport import REQUESTS_MISSING
from ._run import with_defaults

try:
    from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
except ImportError:
    # Before 2.19, ansible-core had another way to hand over arguments.
    get_module_encoder = None

SWITCH = "pagerduty_in_process"
"""A variable, and in capitals an environment variable: false has every module run in a process of its own."""
MODULES = "ansible_collections.oncall.pagerduty.plugins.modules"
PROFILE = "legacy"
"""How Ansible and the modules of collections write down arguments and results."""
DISCOVERED = ("auto", "auto_legacy", "auto_silent", "auto_legacy_silent", "", None)
"""Interpreter settings that leave the choice to Ansible."""

Variables = dict[str, t.Any]
Result = dict[str, t.Any]

display = Display()


def _modules() -> dict[str, Action]:
    """The actions of all modules, by name.

    They are imported in the process that all workers are forked from, once and not in each, with all that they import.
    """
    package = importlib.import_module(MODULES)
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    return {name: importlib.import_module(f"{MODULES}.{name}").ACTION for name in names}


ACTIONS = _modules()
if get_module_encoder:
    # And so are the ways to write down options and results, which Ansible imports when they are asked for.
    for direction in Direction:
        get_module_encoder(PROFILE, direction)
        get_module_decoder(PROFILE, direction)


class ActionModule(InItsOwnProcess):
    """The action of every module of the collection."""

    def run(self, tmp: None = None, task_vars: Variables | None = None) -> Result:
        """Run the task's module, here if that is the same as running it in a process of its own."""
        variables = task_vars or {}
        if self._module_name == "event":
            self._task.args = with_defaults(self._task.args, variables)
        obstacle = self._obstacle(variables)
        if obstacle:
            display.vvv(f"{self._task.action} runs in a process of its own: {obstacle}.")
            return super().run(tmp, task_vars)
        return {**ActionBase.run(self, tmp, task_vars), **self._run_here(variables)}

    @property
    def _module_name(self) -> str:
        return str(self._task.resolved_action).rpartition(".")[2]

    def _obstacle(self, variables: Variables) -> str | None:
        """Why the module has to run in a process of its own."""
        environment: Variables = {}
        self._compute_environment_string(environment)
        obstacles = {
            "this ansible-core hands over arguments in another way": get_module_encoder is None,
            f"requests is missing here ({REQUESTS_MISSING})": bool(REQUESTS_MISSING),
            f"{SWITCH} is false": not self._is_switched_on(variables),
            "its connection is not local": self._connection.transport not in ("local", "ansible.builtin.local"),
            "it becomes another user": bool(self._connection.become),
            "it is asynchronous": bool(self._task.async_val),
            "the task has an environment": bool(environment),
            "another interpreter is set": not _is_this_one(self._interpreter(variables)),
        }
        return next((words for words, applies in obstacles.items() if applies), None)

    def _is_switched_on(self, variables: Variables) -> bool:
        wanted = variables.get(SWITCH, os.environ.get(SWITCH.upper(), True))
        return boolean(self._templar.template(wanted), strict=False)

    def _interpreter(self, variables: Variables) -> str | None:
        """The interpreter that the user, or Ansible for the implicit localhost, has set."""
        delegated = variables.get("ansible_delegated_vars") or {}
        host = delegated.get(self._task.delegate_to) if self._task.delegate_to else None
        setting = constants.config.get_config_value("INTERPRETER_PYTHON", variables=host or variables)
        return t.cast("str | None", self._templar.template(setting))

    def _run_here(self, variables: Variables) -> Result:
        options = dict(self._task.args)
        self._update_module_args(self._task.action, options, variables)
        printed = io.StringIO()
        code: t.Any = 0
        # As a process of its own it would start where the playbook is, and print its result.
        with _options(options), _directory(self._loader.get_basedir()), contextlib.redirect_stdout(printed):
            try:
                ACTIONS[self._module_name].main(lambda line: display.v(line, host=variables.get("inventory_hostname")))
            except SystemExit as end:
                code = end.code
        result: Result = self._parse_returned_data({"stdout": printed.getvalue(), "stderr": "", "rc": code}, PROFILE)
        remove_internal_keys(result)
        return result


def _is_this_one(interpreter: str | None) -> bool:
    """Whether a module would meet this interpreter, in this environment, under whatever name."""
    if interpreter in DISCOVERED:
        return True
    paths = [str(interpreter), sys.executable]
    places = {(os.path.realpath(os.path.dirname(path)), os.path.realpath(path)) for path in paths}
    return len(places) == 1


@contextlib.contextmanager
def _options(options: Variables) -> t.Iterator[None]:
    """Hand options to the next AnsibleModule, in the form in which a module would find them."""
    encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    before = basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}, cls=encoder).encode()
    basic._ANSIBLE_PROFILE = PROFILE
    try:
        yield
    finally:
        basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = before


@contextlib.contextmanager
def _directory(path: str) -> t.Iterator[None]:
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)
