#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_response_play
short_description: Run a response play on PagerDuty incidents
version_added: 1.0.0
description:
  - Runs a response play on one or more incidents. It requests the play's responders, which pages them, notifies its
    subscribers, and sets its conference bridge.
  - Does nothing when all its responders were requested and its bridge is set. If only the bridge is missing, it is set,
    and nobody is paged.
  - PagerDuty does not return the subscribers that a play adds. A play without responders and bridge is recorded in a
    note on the incident, and not run again while that note is there.
  - PagerDuty ended response plays in 2024 and took them out of its API reference on 2025-09-09. Incident workflows have
    replaced them, so use M(oncall.pagerduty.incident_workflow) for anything new. For accounts without response plays,
    the task fails and names that module.
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
notes:
  - If a responder is missing, the whole play is run, which pages all its responders.
  - The OAuth scopes needed are C(incidents.read), C(incidents.write), C(response_plays.read), and
    C(response_plays.write). C(oncalls.read) is needed only to name whom the change notifies.
seealso:
  - name: Response plays
    description: PagerDuty's page on their end.
    link: https://support.pagerduty.com/main/docs/response-plays
  - module: oncall.pagerduty.incident_workflow
  - module: oncall.pagerduty.incident_responders
"""

EXAMPLES = r"""
- name: Run the play for major incidents
  oncall.pagerduty.incident_response_play:
    incident_id: "{{ incident_id }}"
    response_play: Major Incident

- name: Show what the play would change
  oncall.pagerduty.incident_response_play:
    incident_id: "{{ incident_id }}"
    response_play: Major Incident
  check_mode: true
  diff: true

- name: Read an incident
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
  register: read

- name: Run the play if its urgency is high
  oncall.pagerduty.incident_response_play:
    incident_id: "{{ incident_id }}"
    response_play: Major Incident
  when: read.incident.urgency == "high"
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
        id: PUSER01
        type: user_reference
        summary: Primary On Call
      why: requested as a responder
      how: page
failures:
  description: The incidents that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "Incident Q1R2DLCB21K7NP (#42) is resolved; a response play cannot be run on it."
      hint: "Re-open it with incident_status (status: triggered), or trigger a new one with the event module."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_response_play import incident_response_play
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    incident_response_play,
    {
        "response_play": {"type": "str", "required": True},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
