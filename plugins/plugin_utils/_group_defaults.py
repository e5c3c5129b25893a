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

from ..module_utils._options import CONNECTION
from ._controller import definition
from ._given import option_names
from ._unknown_options import unknown_options

GROUP = "group/oncall.pagerduty.pagerduty"
FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "modules")

Options = dict[str, t.Any]


def without_defaults_for_others(task: t.Any, templar: t.Any) -> Options:
    """Return the options of a task without those that its module lacks, and the group's defaults have for others.

    An option that no module has is kept, so that it is named; and so is one that the task itself has.

    Args:
        task: Ansible's, with its options as they are for its module.
        templar: Ansible's.
    """
    options: Options = task.args
    unknown = unknown_options(definition(task.action.rpartition(".")[2]), options)
    defaults = _defaults(task, templar) if unknown else ()
    dropped = [name for name in unknown if name in defaults and _is_known(name) and not _is_written(task, name)]
    return {name: value for name, value in options.items() if name not in dropped}


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
