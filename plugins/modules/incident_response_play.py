#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_response_play
short_description: Run a response play on PagerDuty incidents
version_added: 0.1.0
description:
  - Runs a response play on one or many incidents. It asks the play's responders to join, which pages them,
    subscribes its subscribers, and sets its conference bridge.
  - It is already so when all its responders, subscribers, and its bridge are on the incident. Where any of them is
    missing the whole play is run, which is all that PagerDuty offers.
  - PagerDuty has withdrawn response plays. Accounts that no longer have them get an error that points to Incident
    Workflows.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  response_play:
    description: The response play, by id or name.
    type: str
    required: true
seealso:
  - name: Response plays
    description: PagerDuty's own words on their end.
    link: https://support.pagerduty.com/main/docs/response-plays
  - module: oncall.pagerduty.incident_workflow
  - module: oncall.pagerduty.incident_responders
"""

EXAMPLES = r"""
- name: Run the play for major incidents
  oncall.pagerduty.incident_response_play:
    incident_id: "{{ incident_id }}"
    response_play: Major Incident

- name: See what the play would add
  oncall.pagerduty.incident_response_play:
    incident_id: "{{ incident_id }}"
    response_play: Major Incident
  check_mode: true
  diff: true

- name: Run the play only for incidents of high urgency
  oncall.pagerduty.incident_response_play:
    incident_id: "{{ incident_id }}"
    response_play: Major Incident
  when: urgency == "high"
  vars:
    urgency: high
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
      message: Incident Q1R2DLCB21K7NP (number 42) is resolved; no response play can be run on it.
      hint: Trigger a new incident with the event module.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._module import Action
from ..module_utils._responders import run_response_play


def plan(pagerduty, params, notice):
    return run_response_play(pagerduty, params["incident_id"], params["response_play"])


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "response_play": {"type": "str", "required": True},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
