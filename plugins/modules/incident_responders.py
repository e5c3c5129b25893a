#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_responders
short_description: Ask responders to join PagerDuty incidents
version_added: 0.1.0
description:
  - Asks users, and those on call for escalation policies, to help with one or many incidents. Each request pages them.
  - It is already so when all of them were asked before. Only those who were not are asked, in one call for each
    incident; asked again, nobody is paged again.
  - Those who have declined, or whose request was cancelled, are named in a warning, and asked again only with
    O(renotify=true).
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  users:
    description: Users to ask, by id, e-mail address, or name.
    type: list
    elements: str
  escalation_policies:
    description:
      - Escalation policies to ask, by id or name. At least one of O(users) and O(escalation_policies) is
        required.
    type: list
    elements: str
  responders_message:
    description: What they are told. Where it is not given, it asks for help with the incident and names its title.
    type: str
  requester:
    description:
      - The user in whose name they are asked, by id or e-mail address.
      - Where it is not given, the user of O(from_email), else the user whose API key it is.
    type: str
  renotify:
    description: Ask again those who have declined or whose request was cancelled.
    type: bool
    default: false
seealso:
  - name: Create a responder request
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/5ffe28d4fed57-create-a-responder-request-for-an-incident
"""

EXAMPLES = r"""
- name: Ask the incident commander to join
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users: incident.commander@example.com

- name: Ask a person and whoever is on call for the database
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users:
      - incident.commander@example.com
    escalation_policies:
      - Database
    responders_message: The replicas lag by 20 minutes. Please join the bridge.

- name: Ask again, whoever has declined
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users: incident.commander@example.com
    renotify: true
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
      responder_requests:
        - message: Please join the bridge.
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    responder_requests:
      - message: Please join the bridge.
failures:
  description: The incidents that could not be changed, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: Incident Q1R2DLCB21K7NP (number 42) is resolved; nobody can be asked to respond.
      hint: Trigger a new incident with the event module.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._module import Action
from ..module_utils._responders import request_responders


def plan(pagerduty, params, notice):
    return request_responders(pagerduty, params["incident_id"], params, notice)


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "users": {"type": "list", "elements": "str"},
        "escalation_policies": {"type": "list", "elements": "str"},
        "responders_message": {"type": "str"},
        "requester": {"type": "str"},
        "renotify": {"type": "bool", "default": False},
    },
    required_one_of=[("users", "escalation_policies")],
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
