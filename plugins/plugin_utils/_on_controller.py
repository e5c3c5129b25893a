# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module for another plugin, in Ansible's own process on the controller.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.display import Display

from ..module_utils._core.http_client import REQUESTS_IMPORT_ERROR
from ..module_utils._module import Module, Result

display = Display()


def run(definition: Module, options: t.Mapping[str, t.Any], *, check_mode: bool = False) -> Result:
    """Return the result of a module; `failed` and `msg` say why it could not run, too.

    Args:
        options: as in a task; one that is None is not set.
    """
    if REQUESTS_IMPORT_ERROR:
        return {"failed": True, "msg": f"{missing_required_lib('requests')} ({REQUESTS_IMPORT_ERROR})"}
    given = {name: value for name, value in options.items() if value is not None}
    validated = ArgumentSpecValidator(definition.options, **definition.rules).validate(given)
    if validated.error_messages:
        return {"failed": True, "msg": "; ".join(validated.error_messages)}
    return definition.run(
        validated.validated_parameters,
        check_mode=check_mode,
        diff_mode=False,
        warn=display.warning,
        progress=display.v,
    )
