#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_info
short_description: Read PagerDuty incidents
version_added: 0.1.0
description:
  - Reads incidents by id or number, or finds those that an alert's events have opened by their dedup key.
  - Reads only; nobody is paged.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.info_module
  - oncall.pagerduty.attributes.action_group
options:
  incident_id:
    description:
      - The incidents, by id (such as V(Q1R2DLCB21K7NP)) or number. One can be given as a plain string.
      - Each one is tried. When some fail, the task fails, and RV(failures) lists those while RV(incidents) holds the
        others.
      - Exactly one of O(incident_id) and O(dedup_key) is required.
    type: list
    elements: str
    aliases: [incident_ids, id]
  dedup_key:
    description:
      - Find the incidents that events with this dedup key have opened, the newest first.
      - PagerDuty handles events shortly after it has accepted them; use C(until) to wait for the incident.
      - Finding none is no failure.
    type: str
  include:
    description:
      - What to read besides.
      - V(alerts), V(log_entries), and V(notes) are added to each incident under their name, by a call of their own.
      - The others expand what is only a reference otherwise. V(custom_fields) goes with O(incident_id) only.
    type: list
    elements: str
    default: []
    choices:
      - acknowledgers
      - agents
      - alerts
      - assignees
      - conference_bridge
      - custom_fields
      - escalation_policies
      - first_trigger_log_entries
      - log_entries
      - notes
      - priorities
      - services
      - teams
      - users
seealso:
  - name: Get an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/005299ec38a91-get-an-incident
"""

EXAMPLES = r"""
- name: Read an incident
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
  register: read

- name: Read an incident with its notes and timeline
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
    include: [notes, log_entries]

- name: Wait for the incident of an alert
  oncall.pagerduty.incident_info:
    dedup_key: checkout-disk-full
  register: found
  until: found.incidents | length > 0
  retries: 10
  delay: 3

- name: Say who has it
  ansible.builtin.debug:
    msg: "{{ found.incidents[0].assignments | map(attribute='assignee.summary') | join(', ') }}"
"""

RETURN = r"""
incidents:
  description: The incidents as PagerDuty holds them.
  returned: when they could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: triggered
      title: Disk full on checkout-1
      urgency: high
incident:
  description: The same, where there is exactly one.
  returned: when there is exactly one
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    title: Disk full on checkout-1
    urgency: high
failures:
  description: The incidents that could not be read, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "GET /incidents/Q1R2DLCB21K7NP: PagerDuty said: Not Found (status 404, code 2100)."
      hint: Check the id, and that the token belongs to the same account and region.
      outcome: not_done
      status: 404
      code: 2100
      errors: []
      request_id:
"""

from ..module_utils._incidents import EXPANDED, INCIDENT_ID, READ_BESIDE, info
from ..module_utils._module import Action


def plan(pagerduty, params, notice):
    return info(pagerduty, params["incident_id"], params["dedup_key"], params["include"])


ACTION = Action(
    plan,
    {
        "incident_id": {**INCIDENT_ID["incident_id"], "required": False},
        "dedup_key": {"type": "str", "no_log": False},
        "include": {"type": "list", "elements": "str", "default": [], "choices": sorted({*EXPANDED, *READ_BESIDE})},
    },
    writes=False,
    required_one_of=[("incident_id", "dedup_key")],
    mutually_exclusive=[("incident_id", "dedup_key")],
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
