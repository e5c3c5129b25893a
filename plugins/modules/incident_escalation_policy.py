#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_escalation_policy
short_description: Hand PagerDuty incidents over to an escalation policy
version_added: 0.1.0
description:
  - Moves one or many incidents to an escalation policy, which pages those on call at its first level.
  - It is already so when the incident has that policy; then nobody is paged again.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  escalation_policy:
    description: The escalation policy, by id or name. Where more than one has the name, the error lists them.
    type: str
    required: true
seealso:
  - name: Update incidents
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident_escalation
"""

EXAMPLES = r"""
- name: Hand the incident over to the database team
  oncall.pagerduty.incident_escalation_policy:
    incident_id: "{{ incident_id }}"
    escalation_policy: Database
  register: handed_over

- name: Say who has it now
  ansible.builtin.debug:
    msg: "{{ handed_over.incident.assignments | map(attribute='assignee.id') | join(', ') }}"

- name: Hand all that came in over, by one call
  oncall.pagerduty.incident_escalation_policy:
    incident_id: "{{ incident_ids }}"
    escalation_policy: Database

- name: See what a hand-over would change
  oncall.pagerduty.incident_escalation_policy:
    incident_id: "{{ incident_id }}"
    escalation_policy: Web Operations
  check_mode: true
  diff: true
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
      escalation_policy:
        id: PT20YPA
        summary: Database
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    escalation_policy:
      id: PT20YPA
      summary: Database
failures:
  description: The incidents that could not be changed, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: Incident Q1R2DLCB21K7NP (number 42) is resolved and cannot be reassigned.
      hint: Nothing re-opens a resolved incident; trigger a new one with the event module.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._module import Action
from ..module_utils._updates import change_incidents


def plan(pagerduty, params, notice):
    return change_incidents(pagerduty, params["incident_id"], {"escalation_policy": params["escalation_policy"]})


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "escalation_policy": {"type": "str", "required": True},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
