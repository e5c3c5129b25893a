#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_escalation
short_description: Escalate PagerDuty incidents to a level
version_added: 0.1.0
description:
  - Brings one or many incidents to a level of their escalation policy, which pages those on call there.
  - PagerDuty does not say at which level an incident is. It is already so when its assignees are those on call at
    that level and the policy, not a person, has assigned them; then nobody is paged again.
  - An acknowledged incident that is escalated is triggered again; the diff says so.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
attributes:
  idempotent:
    support: partial
    details:
      - At a level that hands incidents round (round robin), PagerDuty assigns only some of those on call, so that
        each run escalates again.
options:
  level:
    description: The level, counted from 1. It must exist in the incident's policy, and somebody must be on call there.
    type: int
    required: true
    aliases: [escalation_level]
seealso:
  - name: Update incidents
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident_escalation_policy
"""

EXAMPLES = r"""
- name: Wake the second level
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_id }}"
    level: 2

- name: Who would be woken at the third level
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_id }}"
    level: 3
  check_mode: true
  diff: true

- name: Escalate all incidents of an alert storm
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ storm }}"
    level: 2
  vars:
    storm:
      - "{{ incident_id }}"
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
      assigned_via: escalation_policy
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    assigned_via: escalation_policy
failures:
  description: The incidents that could not be changed, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: >-
        Incident Q1R2DLCB21K7NP (number 42): level 7 of escalation policy Web Operations (PT20YPA) does not exist.
        Levels: 1: Primary On-call (PT23IWX).
      hint: Choose one of these levels.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._levels import escalate
from ..module_utils._module import Action


def plan(pagerduty, params, notice):
    return escalate(pagerduty, params["incident_id"], params["level"])


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "level": {"type": "int", "required": True, "aliases": ["escalation_level"]},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
