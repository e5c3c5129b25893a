#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_workflow
short_description: Start an Incident Workflow on PagerDuty incidents
version_added: 0.1.0
description:
  - Starts an Incident Workflow on one or many incidents, once for each O(run_key).
  - PagerDuty lists no runs. So the module writes a note on the incident, first that the workflow is about to start,
    and then that it has started. It is already so when a note says that it has started under this O(run_key).
  - Where the answer to the start is lost, and the incident's timeline does not name the run, nobody can know whether
    it has started. The module then fails with C(outcome=unknown), and does not start it again until the note is
    removed.
  - What it cannot promise - two runs at the very same moment may both find no note, and whoever removes the note or
    starts the workflow in another way is not seen.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  incident_workflow:
    description: The Incident Workflow, by id or name.
    type: str
    required: true
  run_key:
    description:
      - Your name for this run, up to 200 characters. Another key starts the workflow another time.
      - It is joined to the workflow's and the incident's id, so one key is good for many incidents. Without it,
        these two make the key, and each workflow is started once on each incident.
    type: str
seealso:
  - name: Start an Incident Workflow instance
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/0ba7e24fa7b50-create-an-incident-workflow-instance
  - module: oncall.pagerduty.incident_response_play
"""

EXAMPLES = r"""
- name: Start the workflow for major incidents
  oncall.pagerduty.incident_workflow:
    incident_id: "{{ incident_id }}"
    incident_workflow: Declare Major Incident

- name: Send the hourly update, once an hour
  oncall.pagerduty.incident_workflow:
    incident_id: "{{ incident_id }}"
    incident_workflow: Declare Major Incident
    run_key: "update {{ now(utc=true).strftime('%Y-%m-%d %H') }}"

- name: See whether it has been started
  oncall.pagerduty.incident_workflow:
    incident_id: "{{ incident_id }}"
    incident_workflow: Declare Major Incident
  check_mode: true
"""

RETURN = r"""
incidents:
  description: The incidents as PagerDuty holds them now; in check mode, as it would hold them.
  returned: when they could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: triggered
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
failures:
  description: The incidents that could not be changed, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: Incident Q1R2DLCB21K7NP (number 42) is resolved; no workflow is started on it.
      hint: Trigger a new incident with the event module.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._module import Action
from ..module_utils._workflows import start_workflow


def plan(pagerduty, params, notice):
    return start_workflow(pagerduty, params["incident_id"], params["incident_workflow"], params["run_key"])


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "incident_workflow": {"type": "str", "required": True},
        "run_key": {"type": "str", "no_log": False},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
