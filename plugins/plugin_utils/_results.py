# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of tasks, as callbacks get them from any version of ansible-core.

Private to the collection.
"""

from __future__ import annotations

import typing as t

# Before ansible-core 2.19 a result has no public names for its parts.


def host_of(result: t.Any) -> str:
    """Return the name of a result's host."""
    return str((result.host if hasattr(result, "host") else result._host).get_name())


def task_of(result: t.Any) -> t.Any:
    """Return a result's task."""
    return result.task if hasattr(result, "task") else result._task


def values_of(result: t.Any) -> dict[str, t.Any]:
    """Return what the task returned; with `no_log`, nothing but whether it changed something."""
    return t.cast("dict[str, t.Any]", result.result if hasattr(result, "result") else result._result)
