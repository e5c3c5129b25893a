#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_status
short_description: Acknowledge, resolve, or re-open PagerDuty incidents
version_added: 1.0.0
description:
  - Sets the status of one or more incidents.
  - Acknowledging an incident stops its escalation, and PagerDuty assigns it to whoever acknowledges it - the user of
    the token, or of O(from_email) if the token is not a user's - and to nobody else. Nobody is paged. To acknowledge it
    for somebody who should keep it, use M(oncall.pagerduty.incident) with
    O(oncall.pagerduty.incident#module:assignees).
  - Resolving an incident ends it. Setting it back to V(triggered) takes an acknowledgement back or re-opens a resolved
    incident, and pages people.
  - Does nothing when the incident already has the status.
  - Up to 250 incidents are changed by one call.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  status:
    description:
      - The status that the incidents should have.
      - With V(triggered), a resolved incident is re-opened and assigned by its current escalation policy.
      - With V(acknowledged), a resolved incident is an error unless O(reopen=true).
    type: str
    choices: [triggered, acknowledged, resolved]
    required: true
  resolution:
    description:
      - How the incident was resolved. Requires O(status=resolved).
      - PagerDuty keeps it in the incident's timeline, where the API returns it with the log entry of the resolution.
        Neither the notes nor the web interface show it. For text that everybody should see, use
        M(oncall.pagerduty.incident_note).
      - The resolution of an incident that is already resolved cannot be changed; a different one is a warning.
    type: str
  reopen:
    description: Whether O(status=acknowledged) may re-open a resolved incident.
    type: bool
    default: false
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write). C(oncalls.read) is needed only to name whom
    the change notifies, and C(users.read) only to name who gets an incident by acknowledging it.
seealso:
  - name: Update an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident
  - module: oncall.pagerduty.incident_note
"""

EXAMPLES = r"""
- name: Acknowledge an incident
  oncall.pagerduty.incident_status:
    incident_id: "{{ incident_id }}"
    status: acknowledged

- name: Resolve several incidents with a resolution
  oncall.pagerduty.incident_status:
    incident_id: "{{ incident_ids }}"
    status: resolved
    resolution: Failed over to the standby database.

- name: Re-open an incident that was resolved too early
  oncall.pagerduty.incident_status:
    incident_id: "{{ incident_id }}"
    status: triggered
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
      status: acknowledged
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: acknowledged
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - Where PagerDuty does not say who it is, C(who) has no C(id), and its C(summary) says what they are.
  returned: success
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      who:
        id: PUSER01
        type: user_reference
        summary: Primary On Call
      why: assigned to the incident, which is triggered again
      how: page
failures:
  description: The incidents that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "Incident Q1R2DLCB21K7NP (#42) is resolved, and acknowledging it would re-open it."
      hint: "Set reopen: true to do so."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_status import StatusUpdate
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    StatusUpdate,
    {
        "status": {"type": "str", "choices": ["triggered", "acknowledged", "resolved"], "required": True},
        "resolution": {"type": "str"},
        "reopen": {"type": "bool", "default": False},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
