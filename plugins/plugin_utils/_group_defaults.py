# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options from the module_defaults of the action group, which are for all modules, but not every module has them.

Private to the collection.
"""

from __future__ import annotations

import os
import pkgutil
import re
import typing as t
from collections.abc import Mapping

from ..module_utils._module import Module
from ..module_utils._options import CONNECTION
from ._controller import definition
from ._given import option_names
from ._unknown_options import unknown_options

GROUP = "group/oncall.pagerduty.pagerduty"
FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "modules")

Options = dict[str, t.Any]


def without_defaults_for_others(task: t.Any, templar: t.Any) -> Options:
    """Return the options of a task without those that the group's defaults have for other tasks.

    These are options that the module lacks, and such as exclude one that the task itself has. An option that no module
    has is kept, so that it is named; and so is one that the task itself has.

    Args:
        task: Ansible's, with its options as they are for its module.
        templar: Ansible's.
    """
    options: Options = task.args
    module = definition(task.action.rpartition(".")[2])
    unknown, excluding = unknown_options(module, options), _excluding(module, options)
    defaults = _defaults(task, templar) if unknown or excluding else ()
    given = {name for name in defaults if not _is_written(task, name)}
    dropped = {name for name in unknown if name in given and _is_known(name)}
    dropped |= {name for name, other in excluding if name in given and other not in given}
    return {name: value for name, value in options.items() if name not in dropped}


def _excluding(module: Module, options: Options) -> list[tuple[str, str]]:
    """Return the options that exclude each other, as pairs in both orders, by the names that they are given."""
    names = option_names(module.options)
    given = {names[name]: name for name in options if name in names and options[name] is not None}
    pairs = [pair for pair in module.rules.get("mutually_exclusive", ()) if all(each in given for each in pair)]
    return [(given[one], given[other]) for pair in pairs for one, other in (pair, pair[::-1])]


def _defaults(task: t.Any, templar: t.Any) -> t.Collection[str]:
    """Return the names that the group's defaults have: those of the innermost block that sets any."""
    found = [each[GROUP] for each in task.module_defaults or () if GROUP in each]
    innermost = found[-1] if found else {}
    value = templar.template(innermost) if isinstance(innermost, str) else innermost
    return value.keys() if isinstance(value, Mapping) else ()


def _is_known(name: str) -> bool:
    """Return whether some module has an option."""
    if name in option_names(CONNECTION):
        return True
    modules = (found.name for found in pkgutil.iter_modules([FOLDER]))
    return any(name in option_names(definition(module).options) for module in modules)


def _is_written(task: t.Any, name: str) -> bool:
    """Return whether the task itself has an option, in any of the forms of a task."""
    written = task.get_ds() or {}
    module = task.action.rpartition(".")[2]
    own = [value for key, value in written.items() if key in ("args", "action", "local_action") or _names(key, module)]
    return any(
        name in each if isinstance(each, Mapping) else re.search(rf"(^|\s){re.escape(name)}=", str(each))
        for each in own
    )


def _names(key: t.Any, module: str) -> bool:
    return str(key).rpartition(".")[2] == module
