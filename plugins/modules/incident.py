#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident
short_description: Update PagerDuty incidents
version_added: 0.1.0
description:
  - Makes fields of one or many incidents equal to what is asked for. Only the fields that differ are sent, all in
    one call.
  - It is already so when every given field is equal. Assignees are compared as a set.
  - New assignees are paged, and so are those on call at the first level of a new escalation policy.
  - Nothing re-opens a resolved incident, and nobody can be assigned to one; asking for that is an error.
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
  resolution:
    description:
      - How it was resolved; goes with O(status=resolved) only. PagerDuty keeps it as a note on the incident.
      - Where the incident is resolved already and no note says it, it is added as a note.
    type: str
  assignees:
    description:
      - The users who shall have the incident, by id, e-mail address, or name; all others lose it.
      - Does not go with O(escalation_policy), which chooses the assignees itself.
    type: list
    elements: str
  title:
    description: The title.
    type: str
  urgency:
    description: The urgency.
    type: str
    choices: [high, low]
  priority:
    description: The priority, by id or name, such as V(P1).
    type: str
  escalation_policy:
    description: The escalation policy that shall have the incident, by id or name.
    type: str
  conference_bridge:
    description: Where the responders meet. What is not given is left as it is.
    type: dict
    suboptions:
      conference_number:
        description: A telephone number.
        type: str
      conference_url:
        description: An address for the browser.
        type: str
seealso:
  - name: Update incidents
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident_status
  - module: oncall.pagerduty.incident_escalation_policy
"""

EXAMPLES = r"""
- name: Say what it is really about, and how bad
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    title: Payments are failing for all customers
    priority: P1
    urgency: high

- name: Give it to two people
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    assignees:
      - incident.commander@example.com
      - database.second@example.com

- name: Say where to meet
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    conference_bridge:
      conference_url: https://meet.example.com/payments

- name: Resolve it, saying how
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    status: resolved
    resolution: Failed over to the second payment provider.
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
      title: Payments are failing for all customers
      urgency: high
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: acknowledged
    title: Payments are failing for all customers
    urgency: high
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
    return change_incidents(pagerduty, params["incident_id"], params)


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "status": {"type": "str", "choices": ["acknowledged", "resolved"]},
        "resolution": {"type": "str"},
        "assignees": {"type": "list", "elements": "str"},
        "title": {"type": "str"},
        "urgency": {"type": "str", "choices": ["high", "low"]},
        "priority": {"type": "str"},
        "escalation_policy": {"type": "str"},
        "conference_bridge": {"type": "dict"},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
