# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module in a process of Ansible's own: what its worker, the lookup and the callback have in common.

Uses only public interfaces of ansible-core. Private to the collection.
"""

from __future__ import annotations

import datetime
import importlib
import json
import typing as t
from collections.abc import Mapping, Sequence

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.utils.display import Display

from ..module_utils._api.auth import first_set
from ..module_utils._core.http_client import REQUESTS_IMPORT_ERROR
from ..module_utils._core.json_values import encodable
from ..module_utils._core.retry import Log
from ..module_utils._event_module import EventModule
from ..module_utils._module import MALFORMED, Module, invalid_options
from ._given import given_to, option_names
from ._unknown_options import did_you_mean, unknown_options

MODULES = "ansible_collections.oncall.pagerduty.plugins.modules"

Options = dict[str, t.Any]
Result = dict[str, t.Any]

display = Display()


def definition(module: str) -> Module:
    """Return the definition of a module, by its name; the first time imports it."""
    found: Module = importlib.import_module(f"{MODULES}.{module}").DEFINITION
    return found


def run(
    module: str, options: t.Mapping[str, t.Any], *, check_mode: bool = False, without: t.Sequence[str] = ()
) -> Result:
    """Return the result of a module; `failed` and `msg` say why it could not run, too.

    Args:
        options: as in a task.
        without: options that are not used, whatever the environment has for them.
    """
    if REQUESTS_IMPORT_ERROR:
        return {"failed": True, "msg": f"{missing_required_lib('requests')} ({REQUESTS_IMPORT_ERROR})"}
    defined = definition(module)
    usable = usable_options(defined, given_to(defined, plain(options)), display.warning)
    validated, error = validate(defined, module, usable)
    if error:
        return {"failed": True, "msg": error}
    return defined.run(
        {**validated, **dict.fromkeys(without)},
        check_mode=check_mode,
        diff_mode=False,
        warn=display.warning,
        progress=display.v,
    )


def plain(options: t.Mapping[str, t.Any]) -> Options:
    """Return options as they arrive in a separate process.

    From ansible-core 2.19 on, a list in the call of a lookup knows all variables of the run, and validation copies
    what it gets.
    """
    copied: Options = json.loads(json.dumps(options, default=_plain))
    return copied


def _plain(value: t.Any) -> t.Any:
    """Return a value that JSON lacks in another form."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    # Before ansible-core 2.19 a vaulted value is a sequence, but not a string.
    if isinstance(value, (set, Sequence)) and not hasattr(value, "data"):
        return list(value)
    return str(value)


def usable_options(module: Module, options: Options, warn: Log) -> Options:
    """Return the options of a task without those for which ansible-core would refuse it, if the module must not be.

    Args:
        options: plain ones.
        warn: is called for each option that is left out.
    """
    if not isinstance(module, EventModule):
        return options
    names = option_names(module.options)
    usable: Options = {}
    for name, value in encodable(options).items():
        option = names.get(name)
        may_refuse = option in module.refuses_only or (option is None and _asks_for_another_action(module, value))
        problem = "" if may_refuse else _problem(module, option, name, value)
        if problem:
            warn(f"Ignored {problem}")
        else:
            usable[name] = value
    return {**_defaults_of_unusable_variables(module, {names.get(name) for name in usable}, warn), **usable}


def _asks_for_another_action(module: EventModule, value: t.Any) -> bool:
    """Return whether the value of an unknown option, such as `state: resolved`, means an action but the default one.

    Without it, a task that is to resolve an alert would trigger one.
    """
    specs = [module.options[option] for option in module.refuses_only]
    others = [choice for spec in specs for choice in spec.get("choices", ()) if choice != spec.get("default")]
    return str(value).strip().lower() in [word for choice in others for word in (choice, f"{choice}d")]


def _problem(module: Module, option: str | None, name: str, value: t.Any) -> str:
    """Return why ansible-core would refuse an option; empty if it would not.

    Args:
        option: None if the module does not have it.
        name: as it was given.
    """
    if option is None:
        return f"{name}: the module has no such option. {did_you_mean(module, [name])}".rstrip()
    spec = module.options[option]
    alone = {name: {key: spec[key] for key in ("type", "choices", "elements", "no_log") if key in spec}}
    try:
        problems = ArgumentSpecValidator(alone).validate({name: value}).error_messages
    except MALFORMED as error:
        problems = [str(error)]
    return f"{name}: {problems[0]}." if problems else ""


def _defaults_of_unusable_variables(module: Module, given: t.Container[str | None], warn: Log) -> Options:
    """Return what stands for each option whose environment variable is unusable: its default, or its first choice.

    Args:
        given: the options that the task has.
    """
    defaults = {}
    for name, spec in module.options.items():
        of_environment, variables = spec.get("fallback", (None, ()))
        value = first_set(variables) and of_environment(*variables)
        problem = "" if name in given or value is None else _problem(module, name, name, value)
        if problem:
            warn(f"Ignored {' or '.join(variables)} in the environment: {problem}")
            # None is no choice.
            defaults[name] = spec.get("default", next(iter(spec.get("choices", ())), None))
    return defaults


def validate(module: Module, name: str, options: Options) -> tuple[Options, str]:
    """Return validated options, and the error that `AnsibleModule` would report: an unknown option first.

    With an option that was misspelt, a required one is often missing.

    Args:
        name: the module's, as the task has it.
        options: plain ones.
    """
    try:
        validated = ArgumentSpecValidator(module.options, **module.rules).validate(options)
    except MALFORMED as error:
        return {}, invalid_options(error)
    parameters = validated.validated_parameters
    if not validated.error_messages:
        return parameters, ""
    unsupported = next((error for error in validated.errors.errors if isinstance(error, UnsupportedError)), None)
    if unsupported is None:
        return parameters, str(validated.errors.msg)
    names, _separator, supported = str(unsupported.msg).partition(". ")
    meant = did_you_mean(module, unknown_options(module, options))
    sentences = filter(None, (f"Unsupported parameters for ({name}) module: {names}.", meant, supported))
    return parameters, " ".join(sentences)
