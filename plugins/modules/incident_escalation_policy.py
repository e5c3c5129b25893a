#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_escalation_policy
short_description: Move PagerDuty incidents to another escalation policy
version_added: 1.0.0
description:
  - Moves one or more incidents to an escalation policy. This pages the people on call at its first level.
  - Does nothing, and pages nobody, when the incident already has the policy.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  escalation_policy:
    description: The escalation policy, by id or name.
    type: str
    required: true
notes:
  - The OAuth scopes needed are C(incidents.read), C(incidents.write), and C(escalation_policies.read). C(oncalls.read)
    is needed only to name whom the change notifies.
seealso:
  - name: Update an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident_escalation
"""

EXAMPLES = r"""
- name: Move an incident to the escalation policy of the database team
  oncall.pagerduty.incident_escalation_policy:
    incident_id: "{{ incident_id }}"
    escalation_policy: Database
  register: moved

- name: Show who it is assigned to
  ansible.builtin.debug:
    msg: "{{ moved.incident.assignments | map(attribute='assignee.id') | join(', ') }}"

- name: Move several incidents in one call
  oncall.pagerduty.incident_escalation_policy:
    incident_id: "{{ incident_ids }}"
    escalation_policy: Database

- name: Show what moving an incident would change
  oncall.pagerduty.incident_escalation_policy:
    incident_id: "{{ incident_id }}"
    escalation_policy: Web Operations
  check_mode: true
  diff: true
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
      why: on call at level 1 of Database (PPOLICY)
      how: page
failures:
  description: The incidents that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "Incident Q1R2DLCB21K7NP (#42) is resolved and cannot be reassigned."
      hint: "Re-open it with the incident module: set status: triggered and escalation_policy."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_escalation_policy import Move
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    Move,
    {
        "escalation_policy": {"type": "str", "required": True},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
