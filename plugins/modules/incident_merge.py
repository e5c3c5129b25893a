#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_merge
short_description: Merge PagerDuty incidents
version_added: 1.0.0
description:
  - Merges incidents into another one, which takes over their alerts. The merged incidents are resolved.
  - Resolved incidents can be merged, but only into an open one.
  - Does nothing when all of them are merged into the incident already. Otherwise only those that are not are merged,
    in one call.
  - PagerDuty merges only incidents that have alerts, or that were opened in its web interface. The incident can have
    at most 1000 alerts afterwards. Both are checked before the call.
  - Responders and subscribers of the merged incidents are not taken over.
  - Nobody is paged, except where the urgency of the service follows the severity of its alerts. If the incident has
    low urgency, an alert that it takes over may raise it.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  incident_id:
    description: The incident that stays, by id such as V(Q1R2DLCB21K7NP) or by number. Exactly one.
    type: list
    elements: str
    aliases: [incident_ids, id]
  source_incidents:
    description:
      - The incidents to merge into it, by id or number.
      - Those that are found are merged. If others cannot be read, the task fails and RV(failures) lists them.
    type: list
    elements: str
    required: true
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write).
seealso:
  - name: Edit incidents
    description: PagerDuty's page on merging.
    link: https://support.pagerduty.com/main/docs/edit-incidents
  - name: Dynamic notifications
    description: PagerDuty's page on severity and urgency.
    link: https://support.pagerduty.com/main/docs/dynamic-notifications
  - module: oncall.pagerduty.incident_alerts
"""

EXAMPLES = r"""
- name: Merge two incidents into one
  oncall.pagerduty.incident_merge:
    incident_id: "{{ incident_ids[0] }}"
    source_incidents: "{{ incident_ids[1:] }}"

- name: Show what merging an incident into that of an alert would do
  oncall.pagerduty.incident_merge:
    dedup_key: checkout-disk-full
    source_incidents: "{{ incident_id }}"
  check_mode: true
  diff: true

- name: Merge it
  oncall.pagerduty.incident_merge:
    dedup_key: checkout-disk-full
    source_incidents: "{{ incident_id }}"
"""

RETURN = r"""
incidents:
  description: The incident that stays, as it is in PagerDuty after the task; in check mode, as it would be.
  returned: when the incident could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: triggered
      alert_counts:
        all: 3
        triggered: 3
        resolved: 0
incident:
  description: The same.
  returned: when the incident could be read
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    alert_counts:
      all: 3
      triggered: 3
      resolved: 0
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - Where PagerDuty does not say who it is, C(who) has no C(id), and its C(summary) says what they are.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: The incident, if the others could not be merged into it, with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: >-
        Incident Q2T4VKPT31Z9LN (#43) cannot be merged: it has no alerts, and nobody opened it in PagerDuty's web
        interface.
      hint: Leave it out, and resolve it with incident_status.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_merge import Merge
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    Merge,
    {
        "source_incidents": {"type": "list", "elements": "str", "required": True},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
