# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Default summary and source of an event: they describe the run, by its Rundeck job, its AWX job or its play.

Private to the collection.
"""

from __future__ import annotations

import os
import platform
import typing as t

from ..module_utils._api.auth import is_unset

NAMES = {"text": "summary"}
"""Options by their other names."""
LOCALHOST = ("localhost", "127.0.0.1", "::1")


def with_defaults(options: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options of `event` or `change_event` with a summary and a source.

    Args:
        options: as given in the task.
        variables: the task's Ansible variables.
    """
    defaults = {"summary": summary(variables), "source": source(variables)}
    given = {NAMES.get(name, name) for name, value in options.items() if not is_unset(value)}
    return {**options, **{name: text for name, text in defaults.items() if name not in given}}


def summary(variables: t.Mapping[str, t.Any]) -> str:
    """Return the name of the run: its Rundeck or AWX job, and its play.

    Source: https://docs.rundeck.com/docs/manual/job-workflows.html#context-variables; AWX's extra variables `awx_*`.
    """
    play = variables.get("ansible_play_name") or "ad hoc"
    if os.environ.get("RD_JOB_NAME"):
        group, name, project = (os.environ.get(f"RD_JOB_{part}", "") for part in ("GROUP", "NAME", "PROJECT"))
        return f"Rundeck job {'/'.join(filter(None, (group, name)))} of project {project}: play {play}"
    job = variables.get("awx_job_template_name") or variables.get("tower_job_template_name")
    if job:
        return f"AWX job template {job}: play {play}"
    return f"Ansible play {play}"


def source(variables: t.Mapping[str, t.Any]) -> str:
    """Return the task's host; this machine's name for localhost."""
    host = str(variables.get("inventory_hostname") or "")
    return platform.node() if host in ("", *LOCALHOST) else host
