# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of Ansible is called, for events whose author says no more: by Rundeck, by AWX, or by the play.

Private to the collection.
"""

from __future__ import annotations

import os
import platform
import typing as t

LOCALHOST = ("localhost", "127.0.0.1", "::1")
MOST = 1024
"""Characters of a summary. Source: https://developer.pagerduty.com/docs/send-alert-event."""


def with_defaults(options: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options of `event`, with a summary and a source where they give none.

    Args:
        options: as the task gives them.
        variables: Ansible's variables of the task.
    """
    described = {"summary": summary(variables)[:MOST], "source": source(variables)}
    missing = {name: text for name, text in described.items() if options.get(name) is None}
    return {**options, **missing}


def summary(variables: t.Mapping[str, t.Any]) -> str:
    """The run in words: the job that Rundeck or AWX has started, else the play.

    Source: Rundeck's job context variables; AWX's extra variables and environment.
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
    """The host that the task is about; this machine's name for localhost."""
    host = str(variables.get("inventory_hostname") or "")
    return platform.node() if host in ("", *LOCALHOST) else host
