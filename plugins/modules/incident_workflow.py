#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_workflow
short_description: Start an Incident Workflow on PagerDuty incidents
version_added: 1.0.0
description:
  - Starts an Incident Workflow on one or more incidents, once for each O(run_key).
  - PagerDuty has no list of runs. So the module records each run in a note on the incident; first that it is about to
    start, then that it has started. Does nothing when a note says that it has started under this O(run_key).
  - If the response to the start is lost, nobody can know whether the workflow started. The task then fails with
    C(outcome=unknown), and does not start it again until you remove the note.
  - Limitations - two runs at the same moment on different machines may both start the workflow. Runs that were
    started in another way are not detected.
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
      - Your name for this run, up to 200 characters. Another key starts the workflow again.
      - If not set, the workflow is started once on each incident.
    type: str
notes:
  - The OAuth scopes needed are C(incidents.read), C(incidents.write), C(incident_workflows.read), and
    C(incident_workflows:instances.write).
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

- name: Start a workflow once an hour
  oncall.pagerduty.incident_workflow:
    incident_id: "{{ incident_id }}"
    incident_workflow: Declare Major Incident
    run_key: "update {{ now(utc=true).strftime('%Y-%m-%d %H') }}"

- name: Show whether it was started
  oncall.pagerduty.incident_workflow:
    incident_id: "{{ incident_id }}"
    incident_workflow: Declare Major Incident
  check_mode: true
"""

RETURN = r"""
incidents:
  description: The incidents as they are in PagerDuty after the task; in check mode, as they would be.
  returned: when the incidents could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: triggered
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - If PagerDuty does not say who will be notified, C(summary) begins with C(whoever is), and C(id) is null.
  returned: success
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      who:
        id:
        type:
        summary: whoever is named by its steps
      why: named by its steps
      how: page
failures:
  description: The incidents that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "Incident Q1R2DLCB21K7NP (#42) is resolved; a workflow cannot be started on it."
      hint: "Re-open it with incident_status (status: triggered), or trigger a new one with the event module."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_workflow import incident_workflow
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    incident_workflow,
    {
        "incident_workflow": {"type": "str", "required": True},
        "run_key": {"type": "str", "no_log": False},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
