#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_escalation
short_description: Escalate PagerDuty incidents to a level
version_added: 1.0.0
description:
  - Escalates one or more incidents to a level of their escalation policy, or to the next one. This pages the people on
    call at that level.
  - Does nothing, and pages nobody, when the policy has already assigned the incident to the people on call at that
    level.
  - An acknowledged incident becomes triggered again, unless it was acknowledged at that level. Then somebody has it,
    and nobody is paged.
  - PagerDuty escalates only high-urgency incidents to a level. A low-urgency incident is refused before the call.
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
      - At a level with round robin, PagerDuty assigns only some of the people on call, so every run escalates again.
      - With O(level=next), every run escalates further.
options:
  level:
    description:
      - The level, starting at 1. The incident's policy must have it, and somebody must be on call there.
      - V(next) is the level after the current one, without those at which nobody is on call. PagerDuty does not return
        the current level, so it must follow from the assignees. If somebody has acknowledged the incident, and so has
        it, it follows from those who had it before, as its log has them. The task fails if the incident was reassigned
        manually, if its level has round robin, and if the same people are on call at several levels.
      - With V(next), every run escalates further. Within a run, a task escalates an incident once, however many hosts
        it has, for all items of its loop, and for all attempts of C(until). The other hosts wait for the first one. So
        the level stays the same, also if the response to the escalation is lost. If such a task fails with C(outcome)
        V(unknown), its C(hint) and RV(levels) have the number to set before you run it again. C(async) is ignored with
        a warning, as jobs do not know of each other, so a task with C(poll=0) returns no C(ansible_job_id).
    type: str
    required: true
    aliases: [escalation_level]
notes:
  - The OAuth scopes needed are C(incidents.read), C(incidents.write), and C(oncalls.read), and to list the levels if
    nobody is on call at O(level) also C(escalation_policies.read).
seealso:
  - name: Update an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - name: Reassigning and delegating incidents
    description: PagerDuty's page on levels and urgency.
    link: https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents
  - module: oncall.pagerduty.incident_escalation_policy
"""

EXAMPLES = r"""
- name: Escalate an incident to the second level
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_id }}"
    level: 2

- name: Show who would be paged at the third level
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_id }}"
    level: 3
  check_mode: true
  diff: true

- name: Escalate an incident to the next level
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_id }}"
    level: next

- name: Escalate several incidents in one call
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_ids }}"
    level: 2
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
levels:
  description:
    - The level of each incident, by its id or number as O(incident_id) has it. It is there also if the escalation
      fails.
  returned: when the incidents could be read
  type: dict
  sample: {"Q1R2DLCB21K7NP": 2}
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
  returned: success
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      who:
        id: PUSER01
        type: user_reference
        summary: Primary On Call
      why: on call at level 2 of Web Operations (PPOLICY)
      how: page
failures:
  description: The incidents that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: >-
        Incident Q1R2DLCB21K7NP (#42) has low urgency, and PagerDuty escalates only high-urgency incidents.
      hint: "Set urgency: high with the incident module first."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_escalation import Escalation
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    Escalation,
    {
        "level": {"type": "str", "required": True, "aliases": ["escalation_level"]},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
