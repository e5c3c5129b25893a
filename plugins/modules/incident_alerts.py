#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_alerts
short_description: Resolve or move alerts of a PagerDuty incident
version_added: 1.0.0
description:
  - Resolves alerts of an incident, moves them to another incident, or both.
  - Does nothing when each alert has that status and belongs to that incident.
  - All alerts are tried. If some fail, the task fails, and RV(failures) lists them while RV(alerts) has the others.
  - When the last open alert of an incident is resolved, PagerDuty resolves the incident.
  - Nobody is paged, except where the urgency of the service follows the severity of its alerts. If an alert is moved
    to an incident with low urgency, it may raise it.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  incident_id:
    description: The incident that the alerts belong to, by id such as V(Q1R2DLCB21K7NP) or by number. Exactly one.
    type: list
    elements: str
    aliases: [incident_ids, id]
  alerts:
    description:
      - The alerts, by id or by key. The key is the C(dedup_key) of the event that opened the alert.
      - A key stands for all alerts of the incident that have it.
    type: list
    elements: str
    required: true
  status:
    description: The status that the alerts should have. At least one of O(status) and O(move_to) is required.
    type: str
    choices: [resolved]
  move_to:
    description: The incident that the alerts should belong to, by id or number. It must be open.
    type: str
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write).
seealso:
  - name: Alerts
    description: PagerDuty's page on resolving and moving alerts.
    link: https://support.pagerduty.com/main/docs/alerts
  - module: oncall.pagerduty.event
  - module: oncall.pagerduty.incident_merge
"""

EXAMPLES = r"""
- name: Find the incident of an alert
  oncall.pagerduty.incident_info:
    dedup_key: checkout-disk-full
  register: found

- name: Move the alert to another incident
  oncall.pagerduty.incident_alerts:
    incident_id: "{{ found.incidents[0].id }}"
    alerts: checkout-disk-full
    move_to: "{{ incident_id }}"

- name: Resolve the alert there
  oncall.pagerduty.incident_alerts:
    incident_id: "{{ incident_id }}"
    alerts: checkout-disk-full
    status: resolved
  register: resolved

- name: Make sure that it is resolved
  oncall.pagerduty.incident_alerts:
    incident_id: "{{ incident_id }}"
    alerts: "{{ resolved.alerts | map(attribute='id') }}"
    status: resolved
"""

RETURN = r"""
alerts:
  description: The alerts as they are in PagerDuty after the task; in check mode, as they would be.
  returned: when the alerts could be read
  type: list
  elements: dict
  sample:
    - id: Q2T4VKPT31Z9LN
      alert_key: checkout-disk-full
      status: resolved
      summary: Disk full on checkout-1
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - Where PagerDuty does not say who it is, C(who) has no C(id), and its C(summary) says what they are.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: The alerts that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: checkout-disk-full
      message: "No alert of incident Q1R2DLCB21K7NP has the id or key 'checkout-disk-full'."
      hint: "See the alerts with incident_info and include: [alerts]."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_alerts import Alerts
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    Alerts,
    {
        "alerts": {"type": "list", "elements": "str", "required": True},
        "status": {"type": "str", "choices": ["resolved"]},
        "move_to": {"type": "str"},
    },
    required_one_of=[("status", "move_to")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
