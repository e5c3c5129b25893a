#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_status
short_description: Acknowledge or resolve PagerDuty incidents
version_added: 0.1.0
description:
  - Acknowledges or resolves one or many incidents. Acknowledging stops the escalation; resolving ends the incident.
  - It is already so when the incident has that status. Nothing re-opens a resolved incident, so acknowledging one is
    an error.
  - Many incidents are read by pages and changed by up to 250 in one call.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  status:
    description: The status that the incidents shall have.
    type: str
    choices: [acknowledged, resolved]
    required: true
  resolution:
    description:
      - How it was resolved. PagerDuty keeps it as a note on the incident.
      - Goes with O(status=resolved) only, and is not added to an incident that is already resolved.
    type: str
seealso:
  - name: Update incidents
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident_note
"""

EXAMPLES = r"""
- name: Acknowledge an incident
  oncall.pagerduty.incident_status:
    incident_id: "{{ incident_id }}"
    status: acknowledged

- name: Resolve an incident, saying how
  oncall.pagerduty.incident_status:
    incident_id: "{{ incident_id }}"
    status: resolved
    resolution: Replaced the disk.

- name: Find the incident of an alert
  oncall.pagerduty.incident_info:
    dedup_key: checkout-disk-full
  register: found

- name: Acknowledge what was found
  oncall.pagerduty.incident_status:
    incident_id: "{{ found.incidents | map(attribute='id') }}"
    status: acknowledged
  when: found.incidents | length > 0
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
      status: acknowledged
      title: Disk full on checkout-1
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: acknowledged
    title: Disk full on checkout-1
failures:
  description: The incidents that could not be changed, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: Incident Q1R2DLCB21K7NP (number 42) is resolved and cannot be acknowledged.
      hint: Nothing re-opens a resolved incident; trigger a new one with the event module.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._module import Action
from ..module_utils._updates import change_status


def plan(pagerduty, params, notice):
    return change_status(pagerduty, params["incident_id"], params["status"], params["resolution"])


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "status": {"type": "str", "choices": ["acknowledged", "resolved"], "required": True},
        "resolution": {"type": "str"},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
